import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import type { Outcome } from '#model/outcome';
import type { FaultPlan, Plan } from '#model/plan';
import type { MigrationPlan } from '#model/storage-plan';
import { check } from '../../../fixtures/check.js';
import { STORAGE } from '../../../fixtures/plan.js';
import { gatedPlan, migration, RESTART, REWARD_GATE } from './gated-run.js';
import { constant, faultOf, playUntil, runOnce } from './short-run.js';

const N = 8;
const FAST = 2_000_000_000;
const PRODUCTION = check({ name: 'production', success: { comparator: '>=', value: 0.5 } });

const plan = (over: Partial<MigrationPlan>, faults: readonly FaultPlan[] = [], batchShare = 0.25): Plan => {
  const gate = { ...REWARD_GATE, migration: migration(over) };
  return gatedPlan(N, { gate, step: { batchShare }, after: 25 * MINUTE, checks: [PRODUCTION], over: { faults } });
};

const subjects = ({ timeline }: Outcome, of: string): string[] => {
  return (timeline ?? []).filter(({ kind }) => kind === of).map(({ cause }) => cause);
};
const isActive = (outcome: Outcome): boolean => subjects(outcome, 'gate-active').length > 0;

describe('a migration', () => {
  test('that is reproducible is found so in its rehearsal, and the gate becomes active', () => {
    const outcome = runOnce(plan({}));
    expect(subjects(outcome, 'migration')).toEqual(['two copies agree in every checksum']);
    expect([outcome.result, isActive(outcome)]).toEqual(['completed', true]);
    expect(outcome.metrics['safety.forks']).toBe(0);
  });

  test.each(['order', 'clock'] as const)(
    'with the defect %s is found by the comparison, before any node stops',
    (defect) => {
      const outcome = runOnce(plan({ defect }));
      expect(subjects(outcome, 'migration')).toEqual([
        expect.stringMatching(/^ledger: \d+ records differ between two copies$/),
      ]);
      expect(outcome.undone).toMatchObject([{ kind: 'abort', check: 'migration', cause: 'migration', gate: null }]);
      expect([outcome.result, isActive(outcome)]).toEqual(['aborted', false]);
      expect(subjects(outcome, 'upgrade')).toEqual([]);
      expect(outcome.metrics['liveness.longestStall']).toBeLessThan(15 * SECOND);
    },
  );

  test.each(['order', 'clock'] as const)(
    'with the defect %s that nobody rehearsed halts the chain once its gate is active',
    (defect) => {
      const outcome = runOnce(plan({ defect, rehearsed: false }));
      expect(subjects(outcome, 'migration')).toEqual(['not rehearsed']);
      const armed = outcome.timeline?.find(({ kind }) => kind === 'gate-armed');
      const stall = outcome.timeline?.find(({ kind }) => kind === 'stall-start');
      expect(stall?.at).toBeGreaterThan(armed?.at as number);
      expect(outcome.metrics['liveness.longestStall']).toBeGreaterThan(10 * MINUTE);
      expect(outcome.metrics['safety.forks']).toBe(0);
      expect(outcome.undone).toMatchObject([{ check: 'production', failure: null }]);
      expect(outcome.undone[0]?.recovery).toBeGreaterThan(0);
    },
  );

  test('with the defect clock leaves one wrong state where all nodes run it at once: only a backup undoes it', () => {
    const crash = faultOf('crash', [0, 1, 2], {
      trigger: { kind: 'at', time: 20 * MINUTE },
      duration: constant(10 * MINUTE),
    });
    const outcome = runOnce(plan({ defect: 'clock', rehearsed: false, rate: FAST }, [crash], 1));
    expect(outcome.undone).toMatchObject([{ kind: 'state-rollback', failure: null }]);
  });

  test('sets nodes apart by what they wrote: by their own order, or by when they started', () => {
    const groups = (defect: MigrationPlan['defect']): number => {
      const { chain } = playUntil(plan({ defect, rehearsed: false, rate: FAST }), 5 * MINUTE).run;
      return new Set(chain.drift).size;
    };
    expect([groups('none'), groups('clock'), groups('order')]).toEqual([1, 4, N]); // four batches of two
  });

  test('adds the time of its bytes to the restart of every node', () => {
    const rate = 20_000_000;
    const took = (over: Partial<MigrationPlan> | null): number[] => {
      const made = plan({ rate, ...over });
      const bare = { ...made, gates: made.gates.map((gate) => ({ ...gate, migration: null })) };
      const down = new Map<number, number>();
      const back = new Map<number, number>();
      playUntil(over === null ? bare : made, 20 * MINUTE, 'seed', ({ now, rollout }, { chain }) => {
        for (const [node, up] of chain.up.entries()) {
          if (up === 0) down.set(node, rollout.lastRestart);
          else if (down.has(node) && !back.has(node)) back.set(node, now - (down.get(node) as number));
        }
      });
      return [...back.values()];
    };
    const moved = (STORAGE.stateBytes / rate) * SECOND;
    const [first] = took({}) as [number];
    expect(first).toBeGreaterThanOrEqual(RESTART + moved);
    expect(first).toBeLessThan(RESTART + moved + 10 * SECOND);
    expect(took({}).length).toBe(N);
    for (const time of took(null)) expect(time).toBeLessThan(RESTART + 6 * SECOND);
  });

  test('is made by a node that was down as well, when it starts', () => {
    const rate = 20_000_000;
    const end = 15 * MINUTE;
    const crash = faultOf('crash', [5], { duration: constant(end) });
    let back = 0;
    let migratedBefore = false;
    playUntil(plan({ rate, reversible: false }, [crash]), 25 * MINUTE, 'seed', ({ now }, { chain, store }) => {
      if (chain.up[5] === 1 && now > MINUTE && back === 0) back = now;
      migratedBefore ||= now < end && (store.migrations[0]?.nodes.has(5) ?? false);
    });
    const moved = (STORAGE.stateBytes / rate) * SECOND;
    expect(back).toBeGreaterThanOrEqual(end + moved);
    expect(back).toBeLessThan(end + 2 * moved);
    expect(migratedBefore).toBe(false);
  });

  test('is reversed by a node that was down as well, when it starts', () => {
    const rate = 20_000_000;
    const cut = faultOf('crash', [0, 1, 2], {
      name: 'cut',
      trigger: { kind: 'at', time: 20 * MINUTE },
      duration: constant(10 * MINUTE),
    });
    const end = 39 * MINUTE; // its batch has had its turn, others have not
    const crash = faultOf('crash', [5], {
      trigger: { kind: 'at', time: 20 * MINUTE },
      duration: constant(end - 20 * MINUTE),
    });
    let back = 0;
    let owed = false;
    playUntil(plan({ rate }, [cut, crash]), 80 * MINUTE, 'seed', ({ now }, { chain, store }) => {
      if (now > 21 * MINUTE && chain.up[5] === 1 && back === 0) back = now;
      owed ||= store.owed.has(5);
    });
    expect(owed).toBe(true);
    const moved = (STORAGE.stateBytes / rate) * SECOND;
    expect(back).toBeGreaterThanOrEqual(end + moved);
    expect(back).toBeLessThan(end + 2 * moved);
  });

  test('with a way back lengthens it: every node reverses what it wrote', () => {
    const crash = faultOf('crash', [0, 1, 2], {
      trigger: { kind: 'at', time: 20 * MINUTE },
      duration: constant(10 * MINUTE),
    });
    const back = (rate: number): number => {
      const { undone } = runOnce(plan({ rate }, [crash]));
      expect(undone).toMatchObject([{ kind: 'gate-rollback' }]);
      return undone[0]?.steps.find(({ name }) => name === 'restart in batches')?.duration as number;
    };
    const [fast, slow] = [FAST, 20_000_000].map(back) as [number, number];
    const batches = N; // a tenth of eight is less than two nodes
    const moved = STORAGE.stateBytes * SECOND * (1 / 20_000_000 - 1 / FAST);
    expect(slow - fast).toBeGreaterThan(batches * moved * 0.99);
    expect(slow - fast).toBeLessThan(batches * moved * 1.25);
    expect(slow).toBeLessThan(HOUR);
  });
});
