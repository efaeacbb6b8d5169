import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { replayReplication } from '#experiment/replay';
import { detailsSchema, manifestSchema, summarySchema } from '#experiment/result';
import { runExperiment } from '#experiment/run';
import { formatPart } from '#experiment/store';
import type { LoadedScenario } from '#scenario/load';
import { rehearse } from '../../fixtures/experiment/double.mjs';
import { claimOn, sampleOutcome, sampleScenario } from './sample.js';

const WORKER = fileURLToPath(new URL('../../fixtures/experiment/double.mjs', import.meta.url));
const claims = [
  claimOn('P', { kind: 'metric', key: 'rollback.any' }, '<=', 0.5),
  claimOn('p90', { kind: 'metric', key: 'liveness.longestStall' }, '<=', 1e8),
];

async function bytesOf(loaded: LoadedScenario, jobs: number): Promise<string> {
  const options = jobs === 1 ? { jobs, rehearse } : { jobs, workerFile: WORKER };
  const { result, stopped } = await runExperiment(loaded, options);
  expect(stopped).toBe('complete');
  return formatPart(result.summary) + formatPart(result.details);
}

test('summary and details are byte for byte the same for one, two and three jobs', async () => {
  const loaded = sampleScenario({ claims, replications: 60 });
  const one = await bytesOf(loaded, 1);
  expect(await bytesOf(loaded, 2)).toBe(one);
  expect(await bytesOf(loaded, 3)).toBe(one);
  expect(await bytesOf({ ...loaded, seed: 'two' }, 1)).not.toBe(one);
});

test('every part is what its schema promises', async () => {
  const { result } = await runExperiment(sampleScenario({ claims }), { jobs: 1, rehearse, command: 'run x.yaml' });
  expect(summarySchema.parse(result.summary)).toEqual(result.summary);
  expect(detailsSchema.parse(result.details)).toEqual(result.details);
  expect(manifestSchema.parse(result.manifest)).toEqual(result.manifest);
  expect(result.summary).toMatchObject({ verdict: 'go', complete: true, replications: 40 });
  expect(result.manifest).toMatchObject({ jobs: 1, interrupted: false, command: 'run x.yaml' });
  expect(result.manifest.scenarioFile).toBe('scenarios/sample.yaml');
  expect(result.manifest.versions.piscina).toMatch(/^\d/);
});

test('the typical and the worst replication are there at length, and a replay tells the same', async () => {
  const loaded = sampleScenario();
  const { summary, details } = (await runExperiment(loaded, { jobs: 1, rehearse })).result;
  expect(details.replications.map(({ role, replication }) => [role, replication])).toEqual([
    ['typical', summary.typicalReplication],
    ['worst', summary.worstReplication],
  ]);
  for (const detail of details.replications) {
    const again = await replayReplication(loaded, detail.replication, rehearse);
    expect(again).toMatchObject({ fingerprint: detail.fingerprint, timeline: detail.timeline });
    expect(detail.timeline).not.toEqual([]);
  }
});

test('a replay that differs from the run is a bug', async () => {
  const run = runExperiment(sampleScenario({ seed: 'fickle' }), {
    jobs: 1,
    rehearse: (_plan, _seed, replication, details) => {
      return sampleOutcome(replication, {}, details ? { fingerprint: 'f'.repeat(32) } : {});
    },
  });
  await expect(run).rejects.toThrow(/replication 0 of seed "fickle" broke: its replay has the fingerprint f{32}/);
});

test('an interrupted run keeps and folds what is finished', async () => {
  const controller = new AbortController();
  const { result, stopped } = await runExperiment(sampleScenario({ replications: 1000 }), {
    jobs: 1,
    rehearse,
    signal: controller.signal,
    onProgress: (done) => done === 7 && controller.abort(),
  });
  expect(stopped).toBe('interrupted');
  expect(result.summary).toMatchObject({ replications: 7, requested: 1000, complete: false });
  expect(result.details.results).toHaveLength(7);
  expect(result.details.replications).toEqual([]);
  expect(result.manifest.interrupted).toBe(true);
});

test('a run over its budget stops, even one in this thread alone', async () => {
  const slow: typeof rehearse = (...given) => {
    for (const end = performance.now() + 2; performance.now() < end; );
    return rehearse(...given);
  };
  const options = { jobs: 1, rehearse: slow, maxWallMs: 50 };
  const { result, stopped } = await runExperiment(sampleScenario({ replications: 100_000 }), options);
  expect(stopped).toBe('budget');
  expect(result.summary.complete).toBe(false);
  expect(result.details.replications).toHaveLength(2);
  expect(result.manifest.interrupted).toBe(false);
});

test('over the budget, a replication that hangs is given up and nothing is replayed', async () => {
  const loaded = sampleScenario({ seed: 'stuck 0' });
  const options = { jobs: 2, workerFile: WORKER, maxWallMs: 3000 };
  const { result, stopped } = await runExperiment(loaded, options);
  expect(stopped).toBe('budget');
  expect(result.summary.complete).toBe(false);
  expect(['missing', undefined]).toContain(result.details.results[0]); // undefined where workers start slowly
  expect(result.details.replications).toEqual([]);
});

describe('a crash surfaces', () => {
  test.each([
    ['bug 5', 'broke'],
    ['exit 5', 'lost its worker'],
  ])('of a worker told to %s', async (seed, what) => {
    const run = runExperiment(sampleScenario({ seed }), { jobs: 2, workerFile: WORKER });
    await expect(run).rejects.toThrow(`replication 5 of seed "${seed}" ${what}`);
  });
});

test('a replay needs a whole number from 0', async () => {
  await expect(replayReplication(sampleScenario(), -1, rehearse)).rejects.toThrow('no replication -1');
  await expect(replayReplication(sampleScenario(), 1.5, rehearse)).rejects.toThrow('--replication');
  expect((await replayReplication(sampleScenario({ replications: 3 }), 99, rehearse)).replication).toBe(99);
});
