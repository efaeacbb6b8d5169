import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { replicate } from '#experiment/replicate';
import { sampleOutcome } from './sample.js';

const never = () => new Promise<never>(() => {});

test('replications start in number order, at most as many at once as there are lanes', async () => {
  const started: number[] = [];
  let open = 0;
  let most = 0;
  const { outcomes, stopped } = await replicate(
    async (number) => {
      started.push(number);
      open += 1;
      most = Math.max(most, open);
      await sleep(number % 3);
      open -= 1;
      return sampleOutcome(number);
    },
    20,
    { lanes: 3 },
  );
  expect(started).toEqual([...started].sort((a, b) => a - b));
  expect(most).toBe(3);
  expect(outcomes.map(({ replication }) => replication)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(stopped).toBe('complete');
});

test('progress is told as replications finish', async () => {
  const told: [number, number, number][] = [];
  await replicate(async (number) => sleep(number === 0 ? 30 : 1).then(() => sampleOutcome(number)), 3, {
    lanes: 2,
    onProgress: (done, total, { replication }) => told.push([done, total, replication]),
  });
  expect(told).toEqual([
    [1, 3, 1],
    [2, 3, 2],
    [3, 3, 0],
  ]);
});

describe('a stop', () => {
  test('by a signal keeps what is finished and lets what is under way finish', async () => {
    const controller = new AbortController();
    const result = await replicate(
      async (number) => {
        if (number === 5) controller.abort();
        await sleep(1);
        return sampleOutcome(number);
      },
      100,
      { lanes: 2, signal: controller.signal },
    );
    expect(result.stopped).toBe('interrupted');
    expect(result.outcomes.map(({ replication }) => replication)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(result.givenUp).toBe(0);
  });

  test('gives up what does not finish within the grace, and leaves the gap', async () => {
    const controller = new AbortController();
    const run = async (number: number) => {
      if (number === 1) return never();
      if (number === 4) controller.abort();
      return sampleOutcome(number);
    };
    const result = await replicate(run, 100, { lanes: 2, signal: controller.signal, graceMs: 20 });
    expect(result.outcomes.map(({ replication }) => replication)).toEqual([0, 2, 3, 4]);
    expect(result).toMatchObject({ stopped: 'interrupted', givenUp: 1 });
  });

  test('by the budget says so', async () => {
    const run = (number: number) => sleep(5).then(() => sampleOutcome(number));
    const { outcomes, stopped } = await replicate(run, 100_000, { lanes: 1, maxWallMs: 60 });
    expect(stopped).toBe('budget');
    expect(outcomes.length).toBeGreaterThan(0);
  });

  test('before the start finishes nothing; after the last replication it changes nothing', async () => {
    const run = async (number: number) => sampleOutcome(number);
    const early = await replicate(run, 5, { lanes: 1, signal: AbortSignal.abort() });
    expect(early).toEqual({ outcomes: [], stopped: 'interrupted', givenUp: 0 });
    const controller = new AbortController();
    const late = await replicate(run, 5, {
      lanes: 1,
      signal: controller.signal,
      onProgress: (done) => done === 5 && controller.abort(),
    });
    expect(late.stopped).toBe('complete');
  });

  test('a wall budget beyond the range of timers is no budget', async () => {
    const run = (number: number) => sleep(5).then(() => sampleOutcome(number));
    expect((await replicate(run, 4, { lanes: 2, maxWallMs: 1e12 })).stopped).toBe('complete');
  });
});

test('a failure surfaces at once, while another replication hangs, and starts no more', async () => {
  const started: number[] = [];
  const run = async (number: number) => {
    started.push(number);
    if (number === 0) return never();
    if (number === 3) throw new Error('broken');
    return sampleOutcome(number);
  };
  await expect(replicate(run, 100, { lanes: 2 })).rejects.toThrow('broken');
  await sleep(5);
  expect(started).toEqual([0, 1, 2, 3]);
});
