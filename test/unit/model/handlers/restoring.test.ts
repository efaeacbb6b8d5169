import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import type { Undo } from '#model/outcome';
import type { FaultPlan, Plan } from '#model/plan';
import { advanceWorld, createPilotCache } from '#model/rehearsal';
import type { StoragePlan } from '#model/storage-plan';
import type { World } from '#model/world';
import { check } from '../../../fixtures/check.js';
import { makePlan, STORAGE } from '../../../fixtures/plan.js';
import { gatedPlan, MISMATCH, RESTART, REWARD_GATE, SLOT, stores } from './gated-run.js';
import { constant, faultOf, playUntil, runOnce } from './short-run.js';

const DECIDE = 10 * MINUTE;
const NOTIFY = 3 * MINUTE;
const MENDED = HOUR;
const { stateBytes, growth, restoreRate } = STORAGE;

/** Pays wrongly from some block after the gate on. */
const misreward = {
  kind: 'bad-release',
  name: 'misreward',
  probability: 1,
  trigger: { kind: 'at', time: 0 },
  defect: 'misreward',
  perHeight: 0.02,
  share: 1,
  gate: 'rewards',
  minUpgraded: 1,
} as FaultPlan;

/** The newest backup becomes unusable, after 25 minutes. */
const spoil = faultOf('storage', [0], {
  what: 'backup',
  trigger: { kind: 'at', time: 25 * MINUTE + 20 * SECOND },
});

interface Wrong {
  readonly faults?: readonly FaultPlan[];
  readonly storage?: Partial<StoragePlan>;
  readonly over?: Partial<Plan>;
}

function wrongPlan({ faults = [], storage = {}, over = {} }: Wrong = {}): Plan {
  const operations = { ...makePlan().operations, forwardFix: constant(MENDED) };
  return gatedPlan(5, {
    gate: REWARD_GATE,
    before: 12 * MINUTE,
    checks: [MISMATCH],
    over: { operations, faults: [misreward, ...faults], storage: stores(storage), ...over },
  });
}

function undoOf(plan: Plan): Undo {
  const { undone, metrics } = runOnce(plan);
  expect(undone.length).toBe(1);
  expect([metrics['safety.violations'], metrics['safety.forks']]).toEqual([0, 0]);
  return undone[0] as Undo;
}

function durations({ steps }: Undo): Record<string, number> {
  return Object.fromEntries(steps.map(({ name, duration }) => [name, duration]));
}

/** Plays a plan until its rollout enters a state. */
function playTo(plan: Plan, state: World['rollout']['state']): World {
  const { world } = playUntil(plan, 0);
  const cache = createPilotCache();
  while (world.rollout.state !== state && advanceWorld(world, cache));
  expect(world.rollout.state).toBe(state);
  return world;
}

describe('a state rollback', () => {
  test('takes the time of each of its steps, the restore by size and rate', () => {
    const undo = undoOf(wrongPlan());
    expect(undo).toMatchObject({ kind: 'state-rollback', failure: null, cause: 'misreward' });
    const steps = durations(undo);
    expect(Object.keys(steps)).toEqual(['decide', 'notify', 'restore', 'return to normal blocks']);
    expect([steps.decide, steps.notify]).toEqual([DECIDE, NOTIFY]);
    const blocks = (undo.at + DECIDE + NOTIFY) / SLOT;
    const bytes = stateBytes + blocks * growth;
    expect(steps.restore).toBeGreaterThan(((stateBytes + (blocks - 30) * growth) / restoreRate) * SECOND + RESTART);
    expect(steps.restore).toBeLessThan((bytes / restoreRate) * SECOND + RESTART + SECOND);
    expect(undo.steps.reduce((sum, { duration }) => sum + duration, 0)).toBe(undo.recovery);
  });

  test('gives back the accounts of the backup, the previous release and no gate, and counts what is lost', () => {
    const world = playTo(wrongPlan(), 'undoing');
    const run = world.runs[0];
    const kept = structuredClone(world.rollout.restoring?.backup);
    const tip = run?.chain.tip as number;
    expect(kept?.backup.height).toBeLessThan(run?.store.firstWrong as number);
    expect(run?.economy.accounts.validators).not.toEqual(kept?.accounts.validators);
    const cache = createPilotCache();
    while (world.rollout.state === 'undoing' && advanceWorld(world, cache));
    expect({ ...run?.economy.accounts, lastHeight: 0 }).toEqual({ ...kept?.accounts, lastHeight: 0 });
    expect([...(run?.chain.release ?? [])]).toEqual([0, 0, 0, 0, 0]);
    expect(run?.chain.gates.map(({ deactivation }) => deactivation)).toEqual([0]);
    const undo = undoOf(wrongPlan());
    expect(undo.blocksGivenUp).toBe(tip - (kept?.backup.height as number));
    expect(undo.slotsLost).toBeGreaterThanOrEqual(undo.blocksGivenUp + 5);
  });

  test('a damaged newest backup costs its restore, and the older one is used', () => {
    const storage = { manifests: 6, backups: { ...STORAGE.backups, every: 5 * MINUTE, tested: false } };
    const sound = undoOf(wrongPlan({ storage }));
    const spoiled = undoOf(wrongPlan({ storage, faults: [spoil] }));
    expect(spoiled.failure).toBeNull();
    const lost = (durations(spoiled).restore as number) - (durations(sound).restore as number);
    expect(lost).toBeGreaterThan((stateBytes / restoreRate) * SECOND);
    expect(lost).toBeLessThan((stateBytes / restoreRate) * SECOND + 10 * SECOND);
    expect(spoiled.blocksGivenUp - sound.blocksGivenUp).toBeGreaterThan((5 * MINUTE) / SLOT - 3);
    const notes = runOnce(wrongPlan({ storage, faults: [spoil] })).timeline ?? [];
    expect(notes.filter(({ kind, subject }) => kind === 'backup' && subject === 'cannot be restored').length).toBe(1);
  });

  test('a node whose copy is incomplete is mended by people; the others do not wait for it', () => {
    const broken = { ...STORAGE.damage, tornTail: 0, badSnapshot: 0.25 };
    const plan = wrongPlan({ storage: { damage: broken } });
    const world = playTo(plan, 'undoing');
    const ready = [...(world.rollout.restoring?.ready ?? [])].sort((a, b) => a - b);
    const failures = world.rollout.restoring?.failures as number;
    expect(failures).toBeGreaterThan(0);
    expect(ready[4]).toBeGreaterThan((ready[0] as number) + 20 * MINUTE);
    const undo = undoOf(plan);
    const step = undo.steps.find(({ name }) => name.startsWith('restore'));
    expect(step?.name).toBe(`restore, ${failures} failures mended`);
    expect(ready).toContain(step?.duration);
  });

  test('the chain starts with a quorum, before the last node is back', () => {
    const some = { ...STORAGE.damage, tornTail: 0, badSnapshot: 0.15 };
    const seeds = ['a', 'b', 'c', 'd', 'e', 'f'];
    let early = 0;
    for (const seed of seeds) {
      let started = Number.NaN;
      let back = Number.NaN;
      playUntil(wrongPlan({ storage: { damage: some } }), 2 * HOUR, seed, ({ now, rollout }, { chain }) => {
        const up = chain.up.reduce((sum, one) => sum + one, 0);
        if (rollout.state === 'recovering' && Number.isNaN(started)) started = up;
        if (rollout.state === 'recovering' && up === chain.n && Number.isNaN(back)) back = now;
      });
      if (started < 5) early += 1;
      expect(started).toBeGreaterThanOrEqual(4); // 67 % of five
    }
    expect(early).toBeGreaterThan(0);
  });
});

describe('there is no way back', () => {
  test('where every backup is damaged: they are tried, people wait for a release that mends it, and the chain goes on', () => {
    const storage = { backups: { ...STORAGE.backups, damaged: 1, tested: false } };
    const { undone, result, metrics } = runOnce(wrongPlan({ storage }));
    const [undo] = undone as [Undo];
    expect(result).toBe('stranded');
    expect(undo.failure).toBe('no backup that was kept could be restored');
    const steps = durations(undo);
    expect(Object.keys(steps)).toEqual([
      'decide',
      'notify',
      'try backups',
      'wait for a mended release',
      'return to normal blocks',
    ]);
    expect(steps['try backups']).toBeGreaterThan((stateBytes / restoreRate) * SECOND);
    expect(steps['wait for a mended release']).toBe(MENDED);
    expect(undo.recovery).toBe(undo.steps.reduce((sum, { duration }) => sum + duration, 0));
    expect([metrics['rollback.failed'], undo.blocksGivenUp]).toEqual([1, 0]);
    expect(metrics['liveness.longestStall']).toBeGreaterThan(MENDED);
  });

  test('operators take the mended release up one by one, and the chain goes on with two thirds of them', () => {
    const adoption = { twoThirds: constant(30 * MINUTE), spread: 0.5 };
    const operations = { ...makePlan().operations, forwardFix: constant(MENDED), adoption };
    for (const damaged of [0, 1]) {
      const backups = { ...STORAGE.backups, damaged, tested: false, beforePromotions: damaged === 1 };
      const slow = undoOf(wrongPlan({ storage: { backups }, over: { operations } }));
      const fast = undoOf(wrongPlan({ storage: { backups } }));
      expect(slow.failure).toBe(fast.failure);
      const [late, soon] = [slow, fast].map((undo) => durations(undo)['return to normal blocks'] ?? Number.NaN);
      // all were stopped to restore, and wait for the slowest of a quorum; a chain that was left running goes on meanwhile
      if (damaged === 1) expect(late).toBeGreaterThan(15 * MINUTE);
      else expect(late).toBeLessThan((soon as number) + 10 * MINUTE);
      expect(slow.recovery).not.toBeNull();
    }
  });

  test('where none was taken', () => {
    const backups = { ...STORAGE.backups, beforePromotions: false };
    const undo = undoOf(wrongPlan({ storage: { backups } }));
    expect(undo).toMatchObject({ failure: 'no backup was taken' });
    expect(Object.keys(durations(undo))).toEqual([
      'decide',
      'notify',
      'wait for a mended release',
      'return to normal blocks',
    ]);
    expect(undo.recovery).not.toBeNull();
  });

  test('a node that is down for a reason of its own is not brought back by the mended release', () => {
    const backups = { ...STORAGE.backups, beforePromotions: false };
    const end = 2 * HOUR + 30 * MINUTE;
    const at = 70 * MINUTE; // while people wait for the release
    const crash = faultOf('crash', [2], { trigger: { kind: 'at', time: at }, duration: constant(end - at) });
    const operations = { ...makePlan().operations, forwardFix: constant(MENDED) };
    const plan = wrongPlan({ storage: { backups }, faults: [crash], over: { operations } });
    const undo = undoOf(plan);
    expect(undo.at + DECIDE + NOTIFY).toBeLessThan(at);
    expect(undo.at + DECIDE + NOTIFY + MENDED).toBeGreaterThan(at);
    let seen = 0;
    playUntil(plan, end, 'seed', ({ now }, { chain }) => {
      if (now < at || now >= end) return;
      seen += 1;
      expect(chain.up[2]).toBe(0);
    });
    expect(seen).toBeGreaterThan(0);
  });
});

test('while people decide on the way back no further batch is restarted', () => {
  const crashes = check({
    name: 'crashes',
    metric: 'release.crashes',
    statistic: 'sum',
    success: { comparator: '<', value: 1 },
    consecutiveFailures: 1,
    onFail: 'abort',
  });
  const bad = { ...misreward, name: 'crash', defect: 'crash', perHeight: 0.2, gate: null } as FaultPlan;
  const plan = gatedPlan(8, {
    step: { batchShare: 0.125, pause: 2 * MINUTE },
    checks: [crashes],
    over: { faults: [bad] },
  });
  let begun = -1;
  let seen = 0;
  playUntil(plan, HOUR, 'seed', ({ rollout }, { chain }) => {
    if (rollout.state !== 'deciding') return;
    const released = chain.release.reduce((sum, one) => sum + one, 0);
    if (begun < 0) begun = released;
    expect(released).toBe(begun);
    seen += 1;
  });
  expect(seen).toBeGreaterThan(10);
  expect(begun).toBeLessThan(8);
  const { undone } = runOnce(plan);
  expect(undone).toMatchObject([{ kind: 'abort', cause: 'crash' }]);
});

test('a world cloned in the middle of a restore goes on identically', () => {
  const plan = wrongPlan({ storage: { damage: { ...STORAGE.damage, badSnapshot: 0.3 } } });
  const world = playTo(plan, 'undoing');
  const copy = structuredClone(world);
  for (const one of [world, copy]) {
    const cache = createPilotCache();
    while (one.rollout.state !== 'ended' && advanceWorld(one, cache));
  }
  expect(copy.undone).toEqual(world.undone);
  expect(copy.facts).toEqual(world.facts);
  expect(copy.timeline).toEqual(world.timeline);
  expect(copy.runs[0]?.economy.accounts).toEqual(world.runs[0]?.economy.accounts);
});
