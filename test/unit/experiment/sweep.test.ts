import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '#base/error';
import { runExperiment } from '#experiment/run';
import { formatPart } from '#experiment/store';
import { runSweep } from '#experiment/sweep';
import { sweepResultSchema } from '#experiment/sweep-result';
import { holdsSweep, readSweep, writeSweep } from '#experiment/sweep-store';
import type { Plan } from '#model/plan';
import { loadSweep, type SweepOptions } from '#scenario/sweep';
import { sampleOutcome } from './sample.js';

const folder = mkdtempSync(join(tmpdir(), 'rollout-sim-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'small.yaml');
writeFileSync(
  file,
  `apiVersion: rollout-sim/v1
question: Does loss matter?
seed: 7
replications: 4
channels:
  - { name: mainnet, validators: 4, gates: [], dwell: 5m, checks: [] }
expect:
  - "P(liveness.slotShare > 20%) >= 10%"
`,
);

/** Slots are lost with messages; how many validators there are plays no part. */
function model(plan: Plan, _seed: string, replication: number) {
  return sampleOutcome(replication, { 'liveness.slotShare': 1 - plan.network.loss - 0.001 * replication });
}

const sweep = (options: SweepOptions) => loadSweep(file, options);

describe('a sweep', () => {
  const grid = sweep({ grid: ['network.loss=0%,30%,90%', 'channels.mainnet.validators=4,7'] });

  test('measures each point as a run with its settings does, to the fingerprint and the last digit', async () => {
    const few = sweep({ grid: ['network.loss=0%,30%'], replications: 2 });
    const { stored, stopped } = await runSweep(few, { jobs: 1 });
    expect(stopped).toBe('complete');
    expect(stored.sweep.points).toHaveLength(2);
    for (const [i, point] of stored.sweep.points.entries()) {
      const loaded = few.points[i]?.loaded;
      if (loaded === undefined) throw new Error('no such point');
      const { summary } = (await runExperiment(loaded, { jobs: 1 })).result;
      expect(point).toMatchObject({
        fingerprint: summary.fingerprint,
        hash: summary.scenario.hash,
        metrics: summary.metrics,
        expectations: summary.expectations,
        verdict: summary.verdict,
      });
    }
    const prints = stored.sweep.points.map(({ fingerprint }) => fingerprint);
    expect(new Set(prints).size).toBe(2);
    const two = await runSweep(few, { jobs: 2 });
    expect(formatPart(two.stored.sweep)).toBe(formatPart(stored.sweep));
  });

  test('has one fingerprint over its points in order, and a verdict over all of them', async () => {
    const { sweep: result } = (await runSweep(grid, { jobs: 1, rehearse: model })).stored;
    expect(sweepResultSchema.parse(result)).toEqual(result);
    const verdicts = ['go', 'go', 'go', 'go', 'inconclusive', 'inconclusive'];
    expect(result.points.map(({ verdict }) => verdict)).toEqual(verdicts);
    expect(result).toMatchObject({ complete: true, verdict: 'inconclusive' });
    expect(result.axes[0]).toMatchObject({ dimension: 'share', numbers: [0, 0.3, 0.9] });
    expect(result.shown[0]).toBe('liveness.slotShare');
    expect(result.points.map(({ metrics }) => metrics['liveness.slotShare']?.estimate?.toFixed(4))).toEqual([
      '0.9985',
      '0.9985',
      '0.6985',
      '0.6985',
      '0.0985',
      '0.0985',
    ]);
  });

  test('that is interrupted keeps what is done, point by point', async () => {
    const controller = new AbortController();
    const { stored, stopped } = await runSweep(grid, {
      jobs: 1,
      rehearse: model,
      signal: controller.signal,
      onProgress: (done) => done === 6 && controller.abort(),
    });
    expect(stopped).toBe('interrupted');
    expect(stored.sweep.points.map(({ replications }) => replications)).toEqual([4, 2, 0, 0, 0, 0]);
    expect(stored.sweep).toMatchObject({ complete: false, verdict: 'inconclusive' });
    expect(stored.sweep.points[2]?.metrics['liveness.slotShare']?.estimate).toBeNull();
  });

  test('names the point at which the model breaks', async () => {
    const broken = runSweep(grid, {
      jobs: 1,
      rehearse: (plan, seed, replication) => {
        if (plan.network.loss === 0.3 && replication === 2) throw new Error('broken claim');
        return model(plan, seed, replication);
      },
    });
    await expect(broken).rejects.toMatchObject({ kind: 'bug', replication: 2, point: 2 });
  });

  test('is read back as it was written, and refused when it was tampered with', async () => {
    const dir = join(folder, 'stored');
    const { stored } = await runSweep(grid, { jobs: 1, rehearse: model });
    writeSweep(dir, stored);
    expect(holdsSweep(dir)).toBe(true);
    expect(formatPart(readSweep(dir))).toBe(formatPart(stored));
    writeFileSync(join(dir, 'sweep.json'), formatPart({ ...stored.sweep, schemaVersion: 2 }));
    expect(() => readSweep(dir)).toThrow(UserError);
    expect(() => readSweep(dir)).toThrow('another version');
  });
});

describe('a sensitivity analysis', () => {
  const inputs = ['network.loss=0%..80%', 'channels.mainnet.validators=4..10 step 1'];

  test('by Sobol gives all variance to the one input that matters', async () => {
    const loaded = sweep({ sensitivity: 'sobol', input: inputs, samples: 64, replications: 1 });
    const { sensitivity } = (await runSweep(loaded, { jobs: 1, rehearse: model })).stored.sweep;
    if (sensitivity?.method !== 'sobol') throw new Error('no Sobol indices');
    const [loss, validators] = sensitivity.metrics['liveness.slotShare'] ?? [];
    expect(loss?.total).toBeCloseTo(1, 1);
    expect(loss?.first).toBeCloseTo(1, 1);
    expect(validators).toMatchObject({ path: 'channels.mainnet.validators', first: 0, total: 0 });
    expect(sensitivity.metrics['rollback.any']).toBeNull();
  });

  test('by Morris finds the effect in the unit of the metric', async () => {
    const loaded = sweep({ sensitivity: 'morris', input: inputs, replications: 1 });
    const { sensitivity } = (await runSweep(loaded, { jobs: 1, rehearse: model })).stored.sweep;
    if (sensitivity?.method !== 'morris') throw new Error('no effects');
    const [loss, validators] = sensitivity.metrics['liveness.slotShare'] ?? [];
    expect(loss?.mean).toBeCloseTo(-0.8, 5);
    expect(loss?.meanAbsolute).toBeCloseTo(0.8, 5);
    expect(loss?.deviation).toBeCloseTo(0, 5);
    expect(validators?.meanAbsolute).toBe(0);
  });

  test('that is not complete has no indices', async () => {
    const loaded = sweep({ sensitivity: 'morris', input: inputs, replications: 1 });
    const controller = new AbortController();
    controller.abort();
    const { stored } = await runSweep(loaded, { jobs: 1, rehearse: model, signal: controller.signal });
    expect(stored.sweep).toMatchObject({ complete: false, sensitivity: null });
  });
});
