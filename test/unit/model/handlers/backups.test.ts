import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '#base/time';
import { scheduleFaults } from '#model/handlers/faults';
import { startRollout } from '#model/handlers/rollout';
import type { FaultPlan, Plan } from '#model/plan';
import { advanceWorld, createPilotCache, createWorld } from '#model/rehearsal';
import type { BackupsPlan } from '#model/storage-plan';
import type { Run } from '#model/world';
import { check } from '../../../fixtures/check.js';
import { STORAGE } from '../../../fixtures/plan.js';
import { gatedPlan, gateStep, MISMATCH, migration, quietPlan, REWARD_GATE, SLOT, stores } from './gated-run.js';
import { playUntil, runOnce } from './short-run.js';

const regularly = (every: number, over: Partial<BackupsPlan> = {}): BackupsPlan => {
  return { ...STORAGE.backups, every, beforePromotions: false, ...over };
};
const timesOf = ({ store }: Run): number[] => store.backups.map(({ backup }) => backup.time);

describe('backups are taken', () => {
  test('regularly, at multiples of the interval, and the latest few are kept', () => {
    const plan = quietPlan(4, HOUR, { storage: stores({ backups: regularly(7 * MINUTE) }) });
    const { run } = playUntil(plan, HOUR);
    expect(run.store.taken).toBe(8);
    expect(timesOf(run)).toEqual([42, 49, 56].map((minutes) => minutes * MINUTE));
    for (const { backup } of run.store.backups) {
      expect(Math.abs(backup.height - backup.time / SLOT)).toBeLessThanOrEqual(1);
      expect(backup.bytes).toBe(STORAGE.stateBytes + backup.height * STORAGE.growth);
    }
  });

  test.each([1, 2, 5])('and no more than %i of them', (manifests) => {
    const plan = quietPlan(4, HOUR, { storage: stores({ manifests, backups: regularly(5 * MINUTE) }) });
    const { run } = playUntil(plan, HOUR);
    expect(timesOf(run)).toEqual(Array.from({ length: manifests }, (_, i) => (11 - (manifests - 1) + i) * 5 * MINUTE));
  });

  test('before every step that changes nodes, and never where the plan has none', () => {
    const plan = (beforePromotions: boolean): Plan => {
      const base = gatedPlan(4, { after: 10 * MINUTE });
      const [first, gate, last] = base.channels[0]?.steps ?? [];
      const upgrade = { kind: 'upgrade', batchShare: 0.5, pause: 0 } as const;
      const steps = [first, upgrade, gate, last].flatMap((step) => step ?? []);
      const channels = base.channels.map((channel) => ({ ...channel, steps }));
      return { ...base, channels, storage: stores({ backups: { ...STORAGE.backups, beforePromotions } }) };
    };
    const seen = runOnce(plan(true)).timeline?.filter(({ kind, subject }) => {
      return kind === 'backup' || (kind === 'step' && subject !== 'dwell');
    });
    expect(seen?.map(({ kind }) => kind)).toEqual(['backup', 'step', 'backup', 'step']);
    expect(playUntil(plan(false), HOUR).run.store.taken).toBe(0);
  });

  test('with what the economy holds then: later payments change no backup', () => {
    const plan = gatedPlan(4, { gate: REWARD_GATE, over: { storage: stores({ backups: regularly(10 * MINUTE) }) } });
    const world = createWorld(plan, 'seed', 0, false);
    const cache = createPilotCache();
    scheduleFaults(world);
    startRollout(world);
    const held: string[] = [];
    const words = ({ store }: Run): string[] => {
      return store.backups.map((one) => [one.backup.height, ...one.accounts.validators].join(' '));
    };
    while (world.now < 35 * MINUTE && advanceWorld(world, cache)) {
      const newest = words(world.run as Run).at(-1);
      if (newest !== undefined && held.at(-1) !== newest) held.push(newest);
    }
    expect(held.length).toBe(3);
    expect(words(world.run as Run)).toEqual(held);
    expect(new Set(held.map((one) => one.split(' ').slice(1).join(' '))).size).toBe(3);
  });
});

describe('a chain is stranded', () => {
  const misreward = {
    kind: 'bad-release',
    name: 'misreward',
    probability: 1,
    trigger: { kind: 'at', time: 0 },
    defect: 'misreward',
    perHeight: 0.05,
    share: 1,
    gate: 'rewards',
    minUpgraded: 1,
  } as FaultPlan;
  const plan = (manifests: number): Plan => {
    const storage = stores({ manifests, backups: regularly(3 * MINUTE, { beforePromotions: true }) });
    return gatedPlan(4, { gate: REWARD_GATE, checks: [MISMATCH], over: { faults: [misreward], storage } });
  };

  test('where every backup that is kept is from after it went wrong', () => {
    const { undone, result } = runOnce(plan(3));
    expect(result).toBe('stranded');
    expect(undone[0]?.failure).toMatch(
      /^every backup kept is from after height \d+, where it went wrong, one every 3m$/,
    );
  });

  test('and is not where enough are kept', () => {
    const { undone, result } = runOnce(plan(12));
    expect([result, undone[0]?.failure]).toEqual(['rolled-back', null]);
  });
});

describe('a migration without a way back', () => {
  const WAIT = 15 * MINUTE;
  const outage: FaultPlan = {
    kind: 'crash',
    name: 'outage',
    probability: 1,
    trigger: { kind: 'after', channel: 'mainnet', step: 'rewards', delay: WAIT },
    duration: { kind: 'constant', value: 10 * MINUTE },
    target: { kind: 'validators', validators: [0, 1] },
  };
  const plan = (every: number, reversible: boolean): Plan => {
    const gate = { ...REWARD_GATE, migration: migration({ reversible, rate: 2_000_000_000 }) };
    const checks = [check({ name: 'production', success: { comparator: '>=', value: 0.5 }, consecutiveFailures: 1 })];
    const storage = stores({ backups: regularly(every, { beforePromotions: true }) });
    return gatedPlan(4, { gate, checks, step: gateStep('rewards'), over: { faults: [outage], storage } });
  };

  test('is undone from a backup that is older than it', () => {
    const { undone, result } = runOnce(plan(HOUR, false));
    expect(undone).toMatchObject([{ kind: 'state-rollback', failure: null }]);
    expect(result).toBe('rolled-back');
    expect(undone[0]?.blocksGivenUp).toBeGreaterThan(WAIT / SLOT);
  });

  test('cannot be undone once newer backups have taken the place of every older one', () => {
    const { undone, result } = runOnce(plan(5 * MINUTE, false));
    expect(undone).toMatchObject([{ kind: 'state-rollback' }]);
    expect(undone[0]?.failure).toBe(
      'the previous release cannot read what the migration of rewards wrote, and no backup is older',
    );
    expect(result).toBe('stranded');
  });

  test('with a way back needs no backup at all', () => {
    const { undone } = runOnce(plan(5 * MINUTE, true));
    expect(undone).toMatchObject([{ kind: 'gate-rollback', failure: null, blocksGivenUp: 0 }]);
  });
});
