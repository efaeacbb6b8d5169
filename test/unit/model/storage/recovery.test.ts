import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SECOND } from '#base/time';
import { NO_DAMAGE, type StoreDamage } from '#model/storage/damage';
import {
  OUTCOME_WORDS,
  RECOVERY_OUTCOMES,
  type Recovery,
  recover,
  type Stop,
  worseOutcome,
} from '#model/storage/recovery';
import { timeOfSteps, transferTime } from '#model/storage/step';
import { anyDamage, anyMending, anyPlan, damaged, GIB, storagePlan } from './storage-plan.js';

const PLAN = storagePlan();
const RESTORE = 42_949_673; // 2 GiB at 50 MB/s
const MANIFESTS = [
  { height: 90, time: 1_200 * SECOND, bytes: 2 * GIB },
  { height: 60, time: 600 * SECOND, bytes: 1_000_000_000 },
];

function stop(damage: StoreDamage, changes: Partial<Stop> = {}): Stop {
  const mending = { store: 1_200 * SECOND, pruning: 900 * SECOND };
  return { height: 100, tip: 103, manifests: MANIFESTS, pruning: false, damage, mending, ...changes };
}

const times = ({ steps }: Recovery): [string, number][] => steps.map(({ name, time }) => [name, time]);

test('2 GiB at 50 MB/s take 42.949673 s, a byte at a byte per second a second', () => {
  expect(transferTime(2 * GIB, 50_000_000)).toBe(RESTORE);
  expect(transferTime(1, 1)).toBe(SECOND);
  expect(() => transferTime(1, 0)).toThrow('rate 0 is above 0');
});

describe('outcomes by hand', () => {
  test('clean: three commits of 500 kB at 200 MB/s, the node stands where it stood', () => {
    expect(recover(PLAN, stop(NO_DAMAGE))).toEqual({
      outcome: 'clean-replay',
      steps: [
        { name: 'isolate', time: 0 },
        { name: 'check-log', time: 7_500 },
        { name: 'health', time: 0 },
      ],
      total: 7_500,
      height: 100,
      lost: 0,
      gap: 3,
      needsStateSync: false,
      mended: false,
      pruningHeldUntil: null,
    });
  });

  test('where pruning is in use, three envelopes of 2 s each are verified', () => {
    const recovery = recover(PLAN, stop(NO_DAMAGE, { pruning: true }));
    expect(times(recovery)[2]).toEqual(['verify-envelopes', 6 * SECOND]);
    expect(recovery).toMatchObject({ outcome: 'clean-replay', total: 6_007_500, pruningHeldUntil: null });
  });

  test('torn tail: one height lower, the torn half of the commit is read too', () => {
    const recovery = recover(PLAN, stop(damaged('tornTail')));
    expect(recovery).toMatchObject({ outcome: 'rolled-back-tail', total: 10_000, height: 99, lost: 1, gap: 4 });
    expect(recovery).toMatchObject({ needsStateSync: true, mended: false });
  });

  test('corrupt log: the newest snapshot is staged, ten heights are lost, the log cannot bridge them', () => {
    const recovery = recover(PLAN, stop(damaged('corruptLog')));
    expect(times(recovery)).toEqual([
      ['isolate', 0],
      ['check-log', 10_000],
      ['stage-snapshot', RESTORE],
      ['compare-root', 0],
      ['health', 0],
    ]);
    expect(recovery).toMatchObject({ outcome: 'corrupt-snapshot', total: RESTORE + 10_000, height: 90, lost: 10 });
    expect(recovery).toMatchObject({ gap: 13, needsStateSync: true, mended: false });
  });

  test('bad snapshot: the node stops until people have staged the next older one', () => {
    const recovery = recover(PLAN, stop(damaged('corruptLog', 'badSnapshot')));
    expect(times(recovery)).toEqual([
      ['isolate', 0],
      ['check-log', 10_000],
      ['stage-snapshot', RESTORE],
      ['compare-root', 0],
      ['mend', 1_200 * SECOND],
      ['stage-snapshot', 20 * SECOND],
      ['compare-root', 0],
      ['health', 0],
    ]);
    expect(recovery).toMatchObject({ outcome: 'root-mismatch-abort', height: 60, lost: 40, mended: true });
    expect(recovery.total).toBe(10_000 + RESTORE + 1_220 * SECOND);
  });

  test('a bad snapshot is not met while the log is whole', () => {
    expect(recover(PLAN, stop(damaged('badSnapshot')))).toEqual(recover(PLAN, stop(NO_DAMAGE)));
  });

  test('bad pruning proof: the node is up at once, pruning is held until people have mended it', () => {
    const recovery = recover(PLAN, stop(damaged('badPruningProof'), { pruning: true }));
    expect(recovery).toMatchObject({ outcome: 'pruning-proof-invalid-hold', total: 6_007_500, height: 100 });
    expect(recovery).toMatchObject({ mended: true, pruningHeldUntil: 906_007_500 });
    expect(recover(PLAN, stop(damaged('badPruningProof')))).toEqual(recover(PLAN, stop(NO_DAMAGE)));
  });

  test('together the worst names it and all steps count', () => {
    const torn = recover(PLAN, stop(damaged('tornTail', 'badPruningProof'), { pruning: true }));
    expect(torn).toMatchObject({ outcome: 'pruning-proof-invalid-hold', total: 6_010_000, height: 99 });
    const corrupt = recover(PLAN, stop(damaged('corruptLog', 'badPruningProof'), { pruning: true }));
    expect(corrupt).toMatchObject({ outcome: 'pruning-proof-invalid-hold', total: RESTORE + 6_010_000, height: 90 });
    const all = damaged('tornTail', 'corruptLog', 'badSnapshot', 'badPruningProof');
    const worst = recover(PLAN, stop(all, { pruning: true }));
    expect(worst).toMatchObject({ outcome: 'root-mismatch-abort', total: RESTORE + 1_226_010_000, mended: true });
    expect(worst.pruningHeldUntil).toBe(worst.total + 900 * SECOND);
  });

  test('without an older snapshot people start from an empty store', () => {
    const newest = MANIFESTS.slice(0, 1);
    const recovery = recover(PLAN, stop(damaged('corruptLog', 'badSnapshot'), { manifests: newest }));
    expect(recovery).toMatchObject({ height: 0, total: 10_000 + RESTORE + 1_200 * SECOND, needsStateSync: true });
    const none = recover(PLAN, stop(damaged('corruptLog'), { manifests: [] }));
    expect(none).toMatchObject({ outcome: 'root-mismatch-abort', height: 0, total: 10_000 + 1_200 * SECOND });
  });

  test('no snapshot is of the height whose commit was damaged, nor above it', () => {
    for (const height of [89, 90]) {
      const recovery = recover(PLAN, stop(damaged('corruptLog'), { height }));
      expect(recovery).toMatchObject({ outcome: 'corrupt-snapshot', height: 60 });
    }
  });
});

test('three heights behind its snapshot a node catches up from a log, four behind it needs state sync', () => {
  const at = (tip: number): boolean => recover(PLAN, stop(damaged('corruptLog'), { height: 91, tip })).needsStateSync;
  expect([91, 93, 94].map(at)).toEqual([false, false, true]);
});

test('the blueprint has a word for each outcome', () => {
  expect(RECOVERY_OUTCOMES.map((outcome) => OUTCOME_WORDS[outcome]).sort()).toEqual([
    ...['clean-replay', 'corrupt→snapshot', 'pruning-proof-invalid→hold', 'rolled-back-tail', 'root-mismatch→abort'],
  ]);
  expect(worseOutcome('root-mismatch-abort', 'pruning-proof-invalid-hold')).toBe('root-mismatch-abort');
  expect(worseOutcome('clean-replay', 'rolled-back-tail')).toBe('rolled-back-tail');
});

describe('laws, for any sizes, rates and damage', () => {
  const anyManifests = fc.array(fc.record({ height: fc.nat(60), time: fc.nat(99), bytes: fc.nat(5_000_000_000) }), {
    maxLength: 3,
  });
  const manifests = anyManifests.map((list) => list.sort((a, b) => b.height - a.height));
  const anyStop = fc.record({
    height: fc.nat(50),
    tip: fc.nat(100),
    manifests,
    pruning: fc.boolean(),
    damage: anyDamage,
    mending: anyMending,
  });

  test('the total is the sum of the steps; what is lost, the gap and the height agree', () => {
    fc.assert(
      fc.property(anyPlan, anyStop, (plan, drawn) => {
        const recovery = recover(plan, drawn);
        expect(recovery.total).toBe(timeOfSteps(recovery.steps));
        expect(recovery.steps.every(({ time }) => Number.isSafeInteger(time) && time >= 0)).toBe(true);
        expect(recovery.height + recovery.lost).toBe(drawn.height);
        expect(recovery.lost).toBeGreaterThanOrEqual(0);
        expect(recovery.gap).toBe(Math.max(0, drawn.tip - recovery.height));
        expect(recovery.needsStateSync).toBe(recovery.gap > plan.walCommits);
        expect(recovery.pruningHeldUntil !== null).toBe(
          drawn.pruning && drawn.damage.badPruningProof && plan.envelopes > 0,
        );
        const people = ['pruning-proof-invalid-hold', 'root-mismatch-abort'].includes(recovery.outcome);
        expect(recovery.mended).toBe(people);
      }),
    );
  });

  test('more damage never makes a recovery shorter, higher or better', () => {
    const kinds = ['tornTail', 'corruptLog', 'badSnapshot', 'badPruningProof'] as const;
    fc.assert(
      fc.property(anyPlan, anyStop, fc.constantFrom(...kinds), (plan, drawn, kind) => {
        const less = recover(plan, drawn);
        const more = recover(plan, { ...drawn, damage: { ...drawn.damage, [kind]: true } });
        expect(more.total).toBeGreaterThanOrEqual(less.total);
        expect(RECOVERY_OUTCOMES.indexOf(more.outcome)).toBeGreaterThanOrEqual(RECOVERY_OUTCOMES.indexOf(less.outcome));
        expect(more.height).toBeLessThanOrEqual(less.height);
      }),
      { numRuns: 500 },
    );
  });
});
