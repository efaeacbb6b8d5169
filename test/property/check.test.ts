/** Laws of checks: their counts and limits against a slow reference, and that no data never passes unless it is told to. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MINUTE, SECOND } from '#base/time';
import type { CheckNumber, CheckOutcome, CheckPlan, CheckTerm } from '#model/check-plan';
import { evaluateTerm, judgeRule } from '#model/check-rule';
import { actionOf, countOutcome, createCheckState, isDone, verdictOf } from '#model/check-state';
import type { Reading } from '#model/probe';
import { PLAIN_CHECK } from '../fixtures/plan.js';

const condition = fc.record({
  comparator: fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const),
  value: fc.integer({ min: -2, max: 2 }),
});
const reading: fc.Arbitrary<Reading> = fc.record({
  value: fc.option(fc.integer({ min: -3, max: 3 }), { nil: null }),
  samples: fc.nat(4),
  whole: fc.boolean(),
});
const outcome = fc.constantFrom<CheckOutcome>('success', 'failure', 'inconclusive');

const number: fc.Arbitrary<CheckNumber> = fc.oneof(
  fc.integer({ min: -2, max: 2 }).map((value) => ({ kind: 'constant', value }) as const),
  fc
    .constantFrom('a', 'b', 'c')
    .map((metric) => ({ kind: 'probe', metric, statistic: 'mean', window: MINUTE }) as const),
);
const { term } = fc.letrec<{ term: CheckTerm }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 3 },
    fc
      .tuple(number, fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const), number)
      .map(([left, comparator, right]) => ({ kind: 'compare', left, comparator, right }) as const),
    tie('term').map((inner) => ({ kind: 'not', term: inner }) as const),
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), tie('term'), tie('term'))
      .map(([kind, left, right]) => ({ kind, left, right }) as const),
  ),
}));

const checks: fc.Arbitrary<CheckPlan> = fc
  .record({
    count: fc.option(fc.integer({ min: 1, max: 12 }), { nil: null }),
    consecutiveFailures: fc.integer({ min: 1, max: 4 }),
    failureLimit: fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }),
    inconclusiveLimit: fc.integer({ min: 1, max: 4 }),
    onFail: fc.constantFrom('hold' as const, 'abort' as const, 'rollback' as const),
    onInconclusive: fc.constantFrom('hold' as const, 'abort' as const, 'ignore' as const),
  })
  .map((given) => ({
    ...PLAIN_CHECK,
    name: 'one',
    rule: {
      kind: 'reading',
      metric: 'liveness.finality',
      statistic: 'mean',
      window: MINUTE,
      against: null,
      success: { comparator: '<=', value: SECOND },
      failure: null,
    },
    interval: MINUTE,
    minSamples: 1,
    ...given,
  }));

interface Step {
  readonly outcome: CheckOutcome;
  readonly cutShort: boolean;
}
const steps = fc.array(
  fc.record({ outcome, short: fc.boolean() }).map(({ outcome: what, short }) => {
    return { outcome: what, cutShort: short && what === 'inconclusive' };
  }),
  { maxLength: 14 },
);

/** What a check asks for and what it stands at, read off the whole history each time. */
function reference(check: CheckPlan, history: readonly Step[]): { action: string | null; verdict: CheckOutcome } {
  const of = (wanted: CheckOutcome) => history.filter((step) => step.outcome === wanted);
  const tail = history.slice(-check.consecutiveFailures);
  const inRow = tail.length === check.consecutiveFailures && tail.every((step) => step.outcome === 'failure');
  const inAll = check.failureLimit !== null && of('failure').length >= check.failureLimit;
  const open = of('inconclusive').filter((step) => !step.cutShort).length >= check.inconclusiveLimit;
  const last = history.at(-1)?.outcome ?? 'inconclusive';
  if (inRow || inAll) return { action: check.onFail, verdict: 'failure' };
  const asks = open && last === 'inconclusive' && check.onInconclusive !== 'ignore';
  let verdict: CheckOutcome = last;
  if (check.count !== null) {
    const done = history.length >= check.count;
    verdict = done && !open && of('success').length > 0 ? 'success' : 'inconclusive';
  }
  return { action: asks ? check.onInconclusive : null, verdict };
}

test('limits, rows and verdicts are what the whole history says', () => {
  fc.assert(
    fc.property(checks, steps, (check, history) => {
      const state = createCheckState();
      const seen: Step[] = [];
      for (const step of history) {
        if (isDone(check, state)) break;
        countOutcome(state, step.outcome, step.cutShort, seen.length);
        seen.push(step);
        const expected = reference(check, seen);
        expect({ action: actionOf(check, state), verdict: verdictOf(check, state) }).toEqual(expected);
      }
      expect(seen.length).toBe(Math.min(history.length, check.count ?? Number.POSITIVE_INFINITY));
    }),
  );
});

/** Both sides of a comparison, spelled out. */
const holds = (value: number, comparator: string, limit: number): boolean =>
  comparator.startsWith('<')
    ? value < limit || (comparator === '<=' && value === limit)
    : value > limit || (comparator === '>=' && value === limit);

test('one reading is judged as its conditions say, and only a whole window with enough samples is', () => {
  fc.assert(
    fc.property(
      condition,
      fc.option(condition, { nil: null }),
      reading,
      fc.integer({ min: 1, max: 3 }),
      outcome,
      (success, failure, seen, minSamples, noData) => {
        const rule = { kind: 'reading', metric: 'm', statistic: 'mean', window: 1, against: null } as const;
        const judged = judgeRule({ rule: { ...rule, success, failure }, minSamples, noData }, () => seen);
        let expected: CheckOutcome = 'inconclusive';
        if (seen.whole && seen.value === null) expected = noData;
        else if (seen.whole && seen.value !== null && seen.samples >= minSamples) {
          if (holds(seen.value, success.comparator, success.value)) expected = 'success';
          else if (failure === null || holds(seen.value, failure.comparator, failure.value)) expected = 'failure';
        }
        expect(judged.outcome).toBe(expected);
        expect(judged.cutShort).toBe(!seen.whole);
      },
    ),
  );
});

test('what an expression says with readings missing, it says however they are filled in', () => {
  fc.assert(
    fc.property(
      term,
      fc.array(fc.option(fc.integer({ min: -3, max: 3 }), { nil: null }), { minLength: 3, maxLength: 3 }),
      (tree, values) => {
        const ask = (of: readonly (number | null)[]) => {
          return ({ metric }: { readonly metric: string }) => of['abc'.indexOf(metric)] ?? null;
        };
        const found = evaluateTerm(tree, ask(values));
        const missing = values.filter((value) => value === null).length;
        const fill = [-4, -1, 0, 1, 4];
        const ways = missing === 0 ? [values] : fill.map((value) => values.map((known) => known ?? value));
        const answers = ways.map((way) => evaluateTerm(tree, ask(way)));
        expect(answers).not.toContain(null);
        if (found !== null) expect(answers.every((answer) => answer === found)).toBe(true);
        if (missing === 0) expect(found).not.toBeNull();
      },
    ),
  );
});

test('no data never passes unless a check says so', () => {
  const nothing = fc.record({ value: fc.constant(null), samples: fc.constant(0), whole: fc.boolean() });
  fc.assert(
    fc.property(condition, fc.option(condition, { nil: null }), nothing, (success, failure, seen) => {
      const rule = { kind: 'reading', metric: 'm', statistic: 'mean', window: 1, against: null } as const;
      const judged = judgeRule({ ...PLAIN_CHECK, rule: { ...rule, success, failure }, minSamples: 1 }, () => seen);
      expect(judged.outcome).toBe('inconclusive');
    }),
  );
  fc.assert(
    fc.property(condition, fc.constantFrom('and' as const, 'or' as const), nothing, (limit, kind, seen) => {
      const compare: CheckTerm = {
        kind: 'compare',
        left: { kind: 'probe', metric: 'm', statistic: 'mean', window: 1 },
        comparator: limit.comparator,
        right: { kind: 'constant', value: limit.value },
      };
      const success: CheckTerm = { kind, left: compare, right: { kind: 'not', term: compare } };
      const rule = { kind: 'expression', text: '', success, failure: null } as const;
      expect(judgeRule({ ...PLAIN_CHECK, rule, minSamples: 1 }, () => seen).outcome).toBe('inconclusive');
    }),
  );
});
