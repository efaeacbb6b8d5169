import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import type { Outcome } from '#model/outcome';
import type { FaultPlan, GateName, Plan } from '#model/plan';
import type { PruningWorker } from '#model/pruning/worker';
import type { PruningPlan } from '#model/storage-plan';
import { check } from '../../../fixtures/check.js';
import { STORAGE } from '../../../fixtures/plan.js';
import { gatedPlan, PROOF_GATE, provers, SLOT, stores } from './gated-run.js';
import { constant, faultOf, playUntil, runOnce } from './short-run.js';

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

describe('an emergency pause', () => {
  const both: readonly GateName[] = ['recursive_proofs', 'pruning', 'reconstruction'];
  const orders = ({ timeline = [] }: Outcome): [minutes: number, order: string, why: string][] => {
    const noted = timeline.filter(({ kind }) => kind === 'pruning');
    return noted.map(({ at, subject, cause }) => [Math.round(at / MINUTE), subject, cause]);
  };
  const at = (minutes: number, over: object): FaultPlan => {
    return faultOf('pruning', [], {
      name: 'people',
      target: { kind: 'share', share: 1, of: 'chain' },
      trigger: { kind: 'at', time: minutes * MINUTE },
      duration: constant(15 * MINUTE),
      order: 'pause',
      ...over,
    });
  };
  const prunedFor = (faults: readonly FaultPlan[], over: Partial<PruningPlan> = {}): Plan => {
    const storage = stores({ pruning: { ...STORAGE.pruning, ...over } });
    return { ...plan(both), faults, storage };
  };

  test('by order of people stops the worker for its time, and what is kept meanwhile is pruned afterwards', () => {
    const paused = prunedFor([at(40, {})]);
    const outcome = runOnce(paused);
    expect(orders(outcome)).toEqual([
      [40, 'emergency pause', 'people'],
      [55, 'resumed', 'after 15m'],
    ]);
    expect(outcome.metrics['pruning.pauses']).toBe(1);
    expect(outcome.metrics['pruning.paused']).toBe(15 * MINUTE);
    const before = workerOf(paused, 41 * MINUTE).worker.pruned;
    expect(workerOf(paused, 54 * MINUTE).worker.pruned).toBe(before);
    const { worker, tip } = workerOf(paused, HOUR);
    expect(worker.pruned).toBeGreaterThan(tip - depth - chunk - interval / SLOT);
    expect(outcome.metrics['liveness.slotShare']).toBe(runOnce(prunedFor([])).metrics['liveness.slotShare']);
  });

  test('of two that overlap ends with the later one, and before its gates there is none', () => {
    const outcome = runOnce(prunedFor([at(5, { name: 'early' }), at(40, {}), at(45, { name: 'others' })]));
    expect(orders(outcome)).toEqual([
      [40, 'emergency pause', 'people'],
      [60, 'resumed', 'after 20m'],
    ]);
  });

  test('comes with a pruning proof that does not verify, until people have mended it', () => {
    const bad = faultOf('storage', [2], {
      name: 'bad',
      what: 'bad-pruning-proof',
      trigger: { kind: 'at', time: 40 * MINUTE },
      duration: constant(MINUTE),
    });
    const outcome = runOnce(prunedFor([bad], { pauseOn: [] }));
    expect(outcome.recovered).toMatchObject([{ outcome: 'pruning-proof-invalid→hold' }]);
    expect(orders(outcome).map(([, order, why]) => [order, why])).toEqual([
      ['emergency pause', 'a pruning proof of validator 2 does not verify'],
      ['resumed', expect.stringMatching(/^after 20m/)], // storage.repair
    ]);
  });

  const cut = faultOf('crash', [0, 1, 2], {
    name: 'cut',
    trigger: { kind: 'at', time: 40 * MINUTE },
    duration: constant(8 * MINUTE),
  });
  const checked = (onFail: 'hold' | 'rollback', pauseOn: PruningPlan['pauseOn']): Outcome => {
    const failing = check({ name: 'production', onFail, consecutiveFailures: 1 });
    const base = prunedFor([cut], { pauseOn });
    return runOnce({ ...base, channels: base.channels.map((channel) => ({ ...channel, checks: [failing] })) });
  };

  test('comes with a way back and ends with it; the cycle under way is not taken up again', () => {
    const { undone, timeline, ...rest } = checked('rollback', ['rollback']);
    expect(undone).toMatchObject([{ kind: 'gate-rollback' }]);
    const [pause, ...later] = orders({ undone, timeline, ...rest } as Outcome);
    expect(pause?.slice(1)).toEqual(['emergency pause', 'people decide on the way back after production']);
    expect(later.at(-1)?.[1]).toBe('resumed');
    expect(orders(checked('rollback', []))).toEqual([]);
  });

  test('comes with a promotion that is held only where the plan says so', () => {
    const held = checked('hold', ['hold']);
    expect(held.timeline?.some(({ kind }) => kind === 'hold')).toBe(true);
    expect(orders(held).map(([, order]) => order)).toEqual(['emergency pause', 'resumed']);
    expect(orders(checked('hold', ['rollback', 'gap']))).toEqual([]);
  });

  test('comes where pruning falls behind after it had caught up, for as long as a snapshot takes to rebuild', () => {
    const slow = faultOf('slow', [0, 1, 2, 3], {
      on: 'prove',
      factor: 4.7, // seconds of a slot of five: the pacer gives way
      trigger: { kind: 'at', time: 45 * MINUTE },
      duration: constant(40 * MINUTE),
    });
    const outcome = runOnce(prunedFor([slow]));
    const [pause, resumed, ...more] = orders(outcome);
    expect(pause?.slice(1)).toEqual(['emergency pause', expect.stringMatching(/^6\d blocks behind/)]);
    expect(resumed?.[2]).toMatch(/^after 4[3-9]/); // 2 GiB and some blocks at 50 MB/s
    expect(more).toEqual([]);
    expect(orders(runOnce(prunedFor([slow], { pauseOn: [] })))).toEqual([]);
  });

  test('leaves a node that comes back the blocks it missed', () => {
    const away = (faults: readonly FaultPlan[]): number | null | undefined => {
      const gone = faultOf('crash', [3], {
        trigger: { kind: 'at', time: 40 * MINUTE },
        duration: constant(20 * MINUTE), // 240 blocks, of which 128 are kept
      });
      return runOnce(prunedFor([gone, ...faults])).metrics['recovery.stateSyncs'];
    };
    expect(away([])).toBe(1);
    expect(away([at(39, { duration: constant(25 * MINUTE) })])).toBe(0);
  });

  test('loses the cycle under way where people give it up', () => {
    const cancelled = prunedFor(
      [at(24, { order: 'cancel', trigger: { kind: 'after', channel: 'mainnet', step: 'proofs', delay: 4 * MINUTE } })],
      { chunkTime: 30 * SECOND },
    );
    const outcome = runOnce(cancelled);
    expect(orders(outcome).map(([, order]) => order)).toEqual(['cycle cancelled']);
    expect(outcome.metrics['pruning.pauses']).toBe(0);
  });
});
