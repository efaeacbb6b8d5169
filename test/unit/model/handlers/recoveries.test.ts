import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import type { Recovered } from '#model/outcome';
import type { FaultPlan, GatePhasePlan, Plan, StorageFault } from '#model/plan';
import type { StoragePlan } from '#model/storage-plan';
import { STORAGE } from '../../../fixtures/plan.js';
import { gatedPlan, PROOF_GATE, quietPlan, SLOT, stores } from './gated-run.js';
import { constant, faultOf, playUntil, runOnce } from './short-run.js';

const SNAPSHOT = 10 * MINUTE;
const REPAIR = 20 * MINUTE;
const { stateBytes, growth, walCommits } = STORAGE;

/** µs to move bytes. */
const moving = (bytes: number, rate: number): number => Math.round((bytes * SECOND) / rate);
const replaying = (bytes: number): number => moving(bytes, STORAGE.replayRate);
const restoring = (bytes: number): number => moving(bytes, STORAGE.restoreRate);
const loading = (bytes: number): number => moving(bytes, STORAGE.sync.rate);
const LOG = replaying(walCommits * growth);
const ENVELOPES = STORAGE.envelopes * STORAGE.envelopeCheck;

/** A fault of one store shortly after the second snapshot, for a second unless it says otherwise. */
const storage = (what: StorageFault['what'], at = SNAPSHOT + 2 * SLOT, time = SECOND, node = 1): FaultPlan => {
  return faultOf('storage', [node], {
    name: `${what}-${node}`,
    what,
    trigger: { kind: 'at', time: at },
    duration: constant(time),
  });
};

const PRUNING: GatePhasePlan = { ...PROOF_GATE, enables: ['recursive_proofs', 'pruning', 'reconstruction'] };
const UNSERVED: GatePhasePlan = { ...PROOF_GATE, enables: ['recursive_proofs', 'pruning'] };

const quiet = (faults: readonly FaultPlan[], over: Partial<StoragePlan> = {}): Plan => {
  return quietPlan(4, HOUR, { faults, storage: stores({ sync: { ...STORAGE.sync, chunkFailure: 0 }, ...over }) });
};
const gated = (gate: GatePhasePlan, faults: readonly FaultPlan[]): Plan => {
  return gatedPlan(4, { gate, over: { faults, storage: stores({ sync: { ...STORAGE.sync, chunkFailure: 0 } }) } });
};

/** The recoveries of a plan; its steps add up. */
function recoveriesOf(plan: Plan): readonly Recovered[] {
  const { recovered, metrics } = runOnce(plan);
  for (const { steps, duration } of recovered) {
    expect(steps.reduce((sum, step) => sum + step.duration, 0)).toBe(duration);
  }
  expect(metrics['recovery.nodes']).toBe(recovered.length);
  expect(metrics['safety.violations']).toBe(0);
  return recovered;
}

function stepsOf({ steps }: Recovered): [string, number][] {
  return steps.map(({ name, duration }) => [name, duration]);
}

describe('what is found in a store decides on the way back, and sizes and rates on its time', () => {
  test('nothing damaged: the log is replayed', () => {
    const [recovery] = recoveriesOf(quiet([storage('stop')])) as [Recovered];
    expect(recovery).toMatchObject({ outcome: 'clean-replay', stateSync: false, duration: LOG });
    expect(recovery.at).toBe(SNAPSHOT + 2 * SLOT + SECOND);
    expect(recovery.catchUp).toBeLessThan(2 * SLOT);
  });

  test('a torn tail: one commit more is read, and rolled back', () => {
    const [recovery] = recoveriesOf(quiet([storage('torn-tail')])) as [Recovered];
    expect(recovery).toMatchObject({ outcome: 'rolled-back-tail', duration: replaying((walCommits + 1) * growth) });
  });

  test('a corrupt log: the newest snapshot is staged', () => {
    const [recovery] = recoveriesOf(quiet([storage('corrupt-log')])) as [Recovered];
    const height = SNAPSHOT / SLOT; // of the snapshot, or one more where the block came in time
    expect(recovery).toMatchObject({ outcome: 'corrupt→snapshot', stateSync: false });
    const [read, staged] = stepsOf(recovery);
    expect(read).toEqual(['check-log', replaying((walCommits + 1) * growth + 1)]);
    expect(staged?.[0]).toBe('stage-snapshot');
    expect([height - 1, height, height + 1].map((h) => restoring(stateBytes + h * growth))).toContain(staged?.[1]);
  });

  test('a snapshot that is more than the log of commits behind the tip: the state is fetched from others', () => {
    const at = SNAPSHOT - MINUTE; // the only snapshot is that of the start
    const [recovery] = recoveriesOf(quiet([storage('corrupt-log', at)])) as [Recovered];
    expect(recovery).toMatchObject({ outcome: 'corrupt→snapshot', stateSync: true });
    const [, staged, metadata, chunks, proofs] = stepsOf(recovery);
    expect(staged).toEqual(['stage-snapshot', restoring(stateBytes)]);
    expect(metadata).toEqual(['metadata-validated', STORAGE.sync.metadata]);
    expect(proofs).toEqual(['proofs-verified', STORAGE.sync.proofCheck]);
    const bytes = stateBytes + Math.floor(at / SLOT) * growth;
    expect(chunks?.[0]).toBe('chunks-verified');
    expect(Math.abs((chunks?.[1] as number) - loading(bytes))).toBeLessThan(loading(2 * growth));
    expect(recovery.catchUp).toBeLessThan(2 * SLOT);
  });

  test('a newest snapshot that does not match its root: people mend it and the older one is staged', () => {
    const [recovery] = recoveriesOf(quiet([storage('bad-snapshot')])) as [Recovered];
    expect(recovery).toMatchObject({ outcome: 'root-mismatch→abort', stateSync: true });
    const names = stepsOf(recovery).map(([name]) => name);
    expect(names.slice(0, 4)).toEqual(['check-log', 'stage-snapshot', 'mend', 'stage-snapshot']);
    const [, , mend, older] = stepsOf(recovery);
    expect([mend?.[1], older?.[1]]).toEqual([REPAIR, restoring(stateBytes)]);
  });

  test('a node with a whole log that was away for long needs nobody’s state', () => {
    const [recovery] = recoveriesOf(quiet([storage('stop', SNAPSHOT, 20 * MINUTE)])) as [Recovered];
    expect(recovery).toMatchObject({ outcome: 'clean-replay', stateSync: false });
  });
});

describe('with pruning in use', () => {
  const AT = 30 * MINUTE + 2 * SLOT;

  test('every recovery verifies the latest envelopes', () => {
    const [recovery] = recoveriesOf(gated(PRUNING, [storage('stop', AT)])) as [Recovered];
    expect(stepsOf(recovery)).toEqual([
      ['check-log', LOG],
      ['verify-envelopes', ENVELOPES],
    ]);
  });

  test('a bad envelope holds pruning until people have mended it, not the node', () => {
    const plan = gated(PRUNING, [storage('bad-pruning-proof', AT)]);
    const [recovery] = recoveriesOf(plan) as [Recovered];
    expect(recovery).toMatchObject({ outcome: 'pruning-proof-invalid→hold', duration: LOG + ENVELOPES });
    const prunedBy = new Map<number, number>(); // minute → height below which blocks are gone
    playUntil(plan, AT + 40 * MINUTE, 'seed', ({ now }, { store }) => {
      prunedBy.set(Math.floor((now - AT) / MINUTE), store.pruning.pruned);
    });
    const held = REPAIR / MINUTE;
    expect(prunedBy.get(-1)).toBeGreaterThan(prunedBy.get(-6) as number);
    expect(prunedBy.get(held - 1)).toBe(prunedBy.get(2));
    expect(prunedBy.get(held + 3)).toBeGreaterThan(prunedBy.get(held - 1) as number);
  });

  test('who was away for longer than blocks are kept fetches the state', () => {
    const away = (STORAGE.pruning.depth + 20) * SLOT;
    const [recovery] = recoveriesOf(gated(PRUNING, [storage('stop', AT, away)])) as [Recovered];
    expect(recovery).toMatchObject({ outcome: 'clean-replay', stateSync: true });
    expect(recovery.duration).toBeLessThan(5 * MINUTE);
  });

  test('nothing is pruned before payloads can be rebuilt, so who was away for as long finds all it missed', () => {
    const away = (STORAGE.pruning.depth + 20) * SLOT;
    const [recovery] = recoveriesOf(gated(UNSERVED, [storage('stop', AT, away)])) as [Recovered];
    expect(recovery).toMatchObject({ outcome: 'clean-replay', stateSync: false });
  });

  test('and nobody serves the state then: people have to', () => {
    const at = SNAPSHOT - MINUTE; // the only snapshot is that of the start
    const [recovery] = recoveriesOf(gated(UNSERVED, [storage('corrupt-log', at)])) as [Recovered];
    expect(recovery.stateSync).toBe(true);
    expect(stepsOf(recovery).at(-1)).toEqual(['no-provider', REPAIR]);
    expect(stepsOf(recovery).map(([name]) => name)).not.toContain('chunks-verified');
    expect(recovery.catchUp).not.toBeNull();
  });
});

describe('breakers of a state sync', () => {
  const AT = SNAPSHOT - MINUTE;
  const plan = (second: number): Plan => {
    const faults = [storage('corrupt-log', AT, SECOND, 0), storage('corrupt-log', second, SECOND, 1)];
    return quiet(faults, { snapshotEvery: HOUR, sync: { ...STORAGE.sync, chunkFailure: 1 } });
  };
  const asks = (recovery: Recovered | undefined): boolean => {
    return stepsOf(recovery as Recovered).some(([name]) => name === 'metadata-validated');
  };

  test('that failing chunks opened stay open for the next node', () => {
    const [first, second] = recoveriesOf(plan(AT + 5 * MINUTE));
    expect([asks(first), asks(second)]).toEqual([true, false]);
    expect(stepsOf(second as Recovered).at(-1)?.[0]).toBe('no-provider');
  });

  test('are closed by the people who mend the sync that failed', () => {
    const [first, second] = recoveriesOf(plan(AT + (first0() as number) + MINUTE));
    expect([asks(first), asks(second)]).toEqual([true, true]);
  });

  test('do not open where chunks arrive', () => {
    const faults = [storage('corrupt-log', AT, SECOND, 0), storage('corrupt-log', AT + 5 * MINUTE, SECOND, 1)];
    const recovered = recoveriesOf(quiet(faults, { snapshotEvery: HOUR }));
    expect(recovered.map(asks)).toEqual([true, true]);
    for (const { steps } of recovered) expect(steps.at(-1)?.name).toBe('proofs-verified');
  });

  function first0(): number | undefined {
    return runOnce(plan(AT + 5 * MINUTE)).recovered[0]?.duration;
  }
});

describe('determinism', () => {
  const faults = [storage('corrupt-log'), storage('bad-snapshot', SNAPSHOT + MINUTE, SECOND, 2)];

  test('the same replication twice gives the same facts', () => {
    const [one, other] = [runOnce(quiet(faults)), runOnce(quiet(faults))];
    expect(other).toEqual(one);
  });
});
