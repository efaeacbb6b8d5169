import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import type { GateName, Plan } from '#model/plan';
import type { PruningWorker } from '#model/pruning/worker';
import { STORAGE } from '../../../fixtures/plan.js';
import { gatedPlan, PROOF_GATE, provers, SLOT, stores } from './gated-run.js';
import { playUntil, runOnce } from './short-run.js';

const { depth, chunk, interval } = STORAGE.pruning;
const BEFORE = 20 * MINUTE;

const plan = (enables: readonly GateName[], prove = SECOND): Plan => {
  const gate = { ...PROOF_GATE, enables };
  return gatedPlan(4, { gate, before: BEFORE, over: { proofs: provers(prove), storage: stores() } });
};

function workerOf(of: Plan, time: number): { worker: PruningWorker; tip: number } {
  const { run } = playUntil(of, time);
  return { worker: run.store.pruning, tip: run.chain.tip };
}

describe('pruning', () => {
  const both: readonly GateName[] = ['recursive_proofs', 'pruning', 'reconstruction'];

  test('begins with its gates, not before, and then keeps up with the chain', () => {
    expect(workerOf(plan(both), BEFORE).worker.pruned).toBe(0);
    const { worker, tip } = workerOf(plan(both), HOUR);
    const floor = tip - (depth - 1);
    expect(worker.pruned).toBeLessThanOrEqual(floor);
    expect(worker.pruned).toBeGreaterThanOrEqual(floor - interval / SLOT - chunk);
  });

  test.each<readonly GateName[][]>([[['pruning']], [['reconstruction']]])(
    'does not go on with the gate %s alone',
    (one) => {
      const { worker } = workerOf(plan(['recursive_proofs', ...one]), HOUR);
      expect([worker.pruned, worker.cycles]).toEqual([0, 0]);
      expect(runOnce(plan(['recursive_proofs', ...one])).metrics['pruning.lag']).toBe(0);
    },
  );

  test('starts with all that was kept until then, which its metric says', () => {
    const { metrics } = runOnce(plan(both));
    const kept = BEFORE / SLOT - depth;
    expect(metrics['pruning.lag']).toBeGreaterThan(kept);
    expect(metrics['pruning.lag']).toBeLessThan(kept + (6 * MINUTE) / SLOT);
  });

  test('gives way to provers that need the machine, and does not to others', () => {
    const idle = workerOf(plan(both), HOUR).worker;
    const busy = workerOf(plan(both, 4.6 * SECOND), HOUR).worker; // 92 % of a slot
    expect(idle.pauses).toBe(0);
    expect(busy.pauses).toBeGreaterThan(10);
    expect(busy.pruned).toBeLessThan(idle.pruned);
  });

  test('keeps snapshots as small as the blocks that have to stay', () => {
    const { store, chain } = playUntil(plan(both), HOUR).run;
    const newest = store.snapshots.manifests.at(-1);
    const most = STORAGE.stateBytes + (depth + chunk + interval / SLOT) * STORAGE.growth;
    expect(newest?.bytes).toBeLessThanOrEqual(most);
    expect(newest?.height).toBeGreaterThan(chain.tip - STORAGE.snapshotEvery / SLOT - 2);
    const unpruned = playUntil(plan(['recursive_proofs']), HOUR).run.store.snapshots.manifests.at(-1);
    expect(unpruned?.bytes).toBe(STORAGE.stateBytes + (unpruned?.height as number) * STORAGE.growth);
  });
});
