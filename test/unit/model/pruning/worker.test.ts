import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SECOND } from '#base/time';
import {
  advanceWorker,
  cancelCycle,
  createWorker,
  emergencyPause,
  type PruningInput,
  type PruningWorker,
  restartWorker,
  resumeWorker,
  retentionFloor,
  statusOf,
} from '#model/pruning/worker';
import type { PruningPlan } from '#model/storage-plan';

const PLAN: PruningPlan = {
  interval: 30 * SECOND,
  depth: 128,
  chunk: 16,
  chunkTime: 1 * SECOND,
  pause: 10 * SECOND,
  busyAbove: 0.85,
  checkpointEvery: 4,
  pauseOn: [],
  gap: 64,
};

function input(seconds: number, tip: number, change: Partial<PruningInput> = {}): PruningInput {
  return { now: Math.round(seconds * SECOND), tip, busy: 0, paused: false, ...change };
}

/** A worker that has 1 000 blocks to prune: 63 chunks, the last of eight blocks. */
function backlog(change: Partial<PruningInput> = {}): PruningWorker {
  return createWorker(input(0, 1_127, change), 0);
}

function advanced(worker: PruningWorker, seconds: number, change: Partial<PruningInput> = {}): PruningWorker {
  advanceWorker(worker, PLAN, input(seconds, worker.tip, { busy: worker.busy, paused: worker.paused, ...change }));
  return worker;
}

describe('section 7: cycles', () => {
  test('128 blocks stay: the floor is tip − 127, and 0 on a young chain', () => {
    expect([127, 128, 1_127, 5].map((tip) => retentionFloor(PLAN, tip))).toEqual([0, 1, 1_000, 0]);
  });

  test('a cycle begins at once, prunes 16 blocks a chunk and stops at the floor', () => {
    const worker = backlog();
    const pruned = [0.9, 1, 62, 63, 64].map((seconds) => statusOf(advanced(worker, seconds), PLAN).pruned);
    expect(pruned).toEqual([0, 16, 992, 1_000, 1_000]);
    expect(statusOf(worker, PLAN)).toEqual({ pruned: 1_000, floor: 1_000, lag: 0, cycles: 1, pauses: 0, eta: null });
  });

  test('cycles are due every 30 s; those due while one runs are left out', () => {
    const worker = advanced(backlog(), 63); // ran over those of 30 s and 60 s
    expect(worker.cycleDue).toBe(90 * SECOND);
    expect(advanced(worker, 89).cycles).toBe(1);
    expect(advanced(worker, 90).cycles).toBe(2); // finds nothing
    expect(advanced(worker, 90 + 86_400).cycles).toBe(2 + 2_880);
  });

  test('what a cycle prunes is settled when it begins', () => {
    const worker = backlog();
    advanceWorker(worker, PLAN, input(10, 1_227));
    expect(statusOf(advanced(worker, 80), PLAN)).toMatchObject({ pruned: 1_000, lag: 100, cycles: 1 });
    expect(statusOf(advanced(worker, 97), PLAN)).toMatchObject({ pruned: 1_100, lag: 0, cycles: 2 });
  });

  test('ETA = elapsed / processed × remaining', () => {
    const worker = backlog();
    expect(statusOf(advanced(worker, 0.5), PLAN).eta).toBeNull();
    expect(statusOf(advanced(worker, 10), PLAN).eta).toBe((10 * SECOND * 840) / 160);
  });
});

describe('section 7: the pacer and the operators', () => {
  test('above 85 % each chunk is put off by 10 s, until the load is gone', () => {
    const worker = advanced(backlog({ busy: 0.86 }), 35);
    expect(statusOf(worker, PLAN)).toMatchObject({ pruned: 0, pauses: 4, cycles: 1 });
    advanced(worker, 36, { busy: 0.85 });
    expect(statusOf(advanced(worker, 42), PLAN)).toMatchObject({ pruned: 32, pauses: 4 }); // goes on at 40 s
    advanced(worker, 42.5, { busy: 1 });
    expect(statusOf(advanced(worker, 52), PLAN)).toMatchObject({ pruned: 48, pauses: 5 }); // a chunk that began is finished
  });

  test('operators pause after the running chunk and resume where it was', () => {
    const worker = backlog();
    advanced(worker, 2.5, { paused: true });
    expect(statusOf(advanced(worker, 100), PLAN).pruned).toBe(48);
    advanced(worker, 101, { paused: false });
    expect(statusOf(advanced(worker, 102), PLAN)).toMatchObject({ pruned: 64, cycles: 1 });
  });

  test('no cycle begins while paused or stopped; the next one is not later for it', () => {
    const worker = advanced(backlog({ paused: true }), 45);
    expect([worker.cycles, worker.cycleDue]).toEqual([0, 60 * SECOND]);
    advanced(worker, 50, { paused: false });
    emergencyPause(worker);
    advanced(worker, 70);
    resumeWorker(worker, PLAN);
    expect(statusOf(advanced(worker, 92), PLAN)).toMatchObject({ pruned: 32, cycles: 1 });
  });

  test('an emergency pause stops at once and loses the running chunk only', () => {
    const worker = advanced(backlog(), 3.9);
    emergencyPause(worker);
    expect(statusOf(advanced(worker, 1_000), PLAN).pruned).toBe(48);
    resumeWorker(worker, PLAN);
    expect(statusOf(advanced(worker, 1_000.9), PLAN).pruned).toBe(48);
    expect(statusOf(advanced(worker, 1_001), PLAN)).toMatchObject({ pruned: 64, cycles: 1 });
  });

  test('an emergency pause outlasts the pause of the operators, and the other way round', () => {
    const worker = advanced(backlog(), 1);
    emergencyPause(worker);
    advanced(worker, 2, { paused: true });
    advanced(worker, 3, { paused: false });
    expect(advanced(worker, 9).pruned).toBe(16);
    advanced(worker, 10, { paused: true });
    resumeWorker(worker, PLAN);
    expect(advanced(worker, 19).pruned).toBe(16);
    advanced(worker, 20, { paused: false });
    expect(advanced(worker, 21).pruned).toBe(32);
  });

  test('a cancelled cycle keeps what it has pruned; the next one is a whole interval later', () => {
    const worker = advanced(backlog(), 6.5);
    cancelCycle(worker, PLAN);
    expect([advanced(worker, 29).pruned, worker.checkpoint]).toEqual([96, 96]);
    expect(advanced(worker, 31)).toMatchObject({ pruned: 112, cycles: 2 });
  });

  test('a restart goes on from the last checkpoint, with a cycle at once', () => {
    const worker = advanced(backlog(), 6.5);
    expect([worker.pruned, worker.checkpoint]).toEqual([96, 64]);
    restartWorker(worker);
    expect(statusOf(worker, PLAN)).toMatchObject({ pruned: 64, lag: 936, eta: null });
    expect(advanced(worker, 7.5)).toMatchObject({ pruned: 80, cycles: 2, cycleDue: 36.5 * SECOND });
  });
});

test('what makes no sense is refused', () => {
  expect(() => createWorker(input(0, 0), -1)).toThrow('oldest block -1');
  expect(() => advanceWorker(advanced(backlog(), 2), PLAN, input(1, 0))).toThrow('not before');
  for (const wrong of [{ interval: 0 }, { pause: 0 }]) {
    expect(() => advanceWorker(backlog(), { ...PLAN, ...wrong }, input(1, 0))).toThrow('take time');
  }
});

const act = fc.record({
  wait: fc.nat(90),
  blocks: fc.nat(200),
  busy: fc.constantFrom(0, 0.5, 0.9),
  paused: fc.constantFrom(false, false, true),
  does: fc.constantFrom('nothing', 'nothing', 'stop', 'resume', 'cancel', 'restart'),
});

function perform(worker: PruningWorker, does: string): void {
  if (does === 'stop') emergencyPause(worker);
  else if (does === 'resume') resumeWorker(worker, PLAN);
  else if (does === 'cancel') cancelCycle(worker, PLAN);
  else if (does === 'restart') restartWorker(worker);
}

test('the state is the same however often it is asked in between, and nothing above the floor goes', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 25 }), fc.integer({ min: 2, max: 7 }), (acts, parts) => {
      const once = backlog();
      const often = backlog();
      for (const { wait, blocks, does, busy, paused } of acts) {
        const from = once.now;
        for (let part = 1; part < parts; part += 1) {
          advanced(often, (from + Math.floor((wait * SECOND * part) / parts)) / SECOND);
        }
        const next = { now: from + wait * SECOND, tip: once.tip + blocks, busy, paused };
        const before = once.checkpoint;
        for (const worker of [once, often]) {
          advanceWorker(worker, PLAN, next);
          perform(worker, does);
        }
        expect(often).toEqual(once);
        expect(once.pruned).toBeLessThanOrEqual(retentionFloor(PLAN, once.tip));
        expect(once.pruned).toBeGreaterThanOrEqual(before); // not even a restart loses a checkpoint
        expect(once.checkpoint).toBeGreaterThanOrEqual(before);
        expect(once.pruned - once.checkpoint).toBeLessThan(PLAN.checkpointEvery * PLAN.chunk);
        expect(once.at).toBeGreaterThanOrEqual(once.now);
      }
    }),
  );
});

test('left alone it keeps up with the chain, and its work is O(1) for each block', () => {
  const worker = createWorker(input(0, 0), 0);
  for (let height = 1; height <= 100_000; height += 1) advanceWorker(worker, PLAN, input(5 * height, height));
  const { lag, cycles } = statusOf(worker, PLAN);
  expect(lag).toBeLessThanOrEqual(6);
  expect(cycles).toBe(Math.floor((5 * 100_000) / 30) + 1);
  advanceWorker(worker, PLAN, input(1e12, 100_000, { busy: 1 })); // thirty thousand years at one stroke
  expect(worker.cycles).toBeGreaterThan(3e10);
});
