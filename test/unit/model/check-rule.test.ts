import { describe, expect, test } from 'vitest';
import { MINUTE } from '#base/time';
import type { CheckOutcome, CheckPlan, CheckRule, CheckTerm } from '#model/check-plan';
import { judgeRule, queriesOf, readsIncidents, windowOf } from '#model/check-rule';
import type { Reading } from '#model/probe';

const rule: CheckRule = {
  kind: 'reading',
  metric: 'liveness.finality',
  statistic: 'p95',
  window: MINUTE,
  against: null,
  success: { comparator: '<=', value: 8 },
  failure: { comparator: '>', value: 12 },
};
const check: Pick<CheckPlan, 'rule' | 'minSamples' | 'noData'> = { rule, minSamples: 3, noData: 'inconclusive' };

test.each([
  [8, 5, true, 'success'],
  [10, 5, true, 'inconclusive'], // between the conditions
  [13, 5, true, 'failure'],
  [8, 2, true, 'inconclusive'], // too few samples
  [13, 2, true, 'inconclusive'],
  [13, 5, false, 'inconclusive'], // a window cut short
  [8, 5, false, 'inconclusive'],
  [null, 0, true, 'inconclusive'],
] as const)('a reading of %s from %i samples, whole: %s, is %s', (value, samples, whole, outcome) => {
  expect(judgeRule(check, () => ({ value, samples, whole })).outcome).toBe(outcome);
});

test('without a failure condition whatever is no success fails', () => {
  const strict = { ...check, rule: { ...rule, failure: null } };
  expect(judgeRule(strict, () => ({ value: 10, samples: 5, whole: true })).outcome).toBe('failure');
});

test.each(['success', 'failure', 'inconclusive'] as const)('no data is %s if the check says so', (noData) => {
  const told = { ...check, noData };
  expect(judgeRule(told, () => ({ value: null, samples: 0, whole: true })).outcome).toBe(noData);
  // Neither a window cut short nor too few samples are an absence of data.
  expect(judgeRule(told, () => ({ value: null, samples: 0, whole: false })).outcome).toBe('inconclusive');
  expect(judgeRule(told, () => ({ value: 13, samples: 2, whole: true })).outcome).toBe('inconclusive');
});

describe('an expression', () => {
  const probe = (metric: string) => ({ kind: 'probe', metric, statistic: 'mean', window: MINUTE }) as const;
  const above = (metric: string): CheckTerm => ({
    kind: 'compare',
    left: probe(metric),
    comparator: '>',
    right: { kind: 'constant', value: 0 },
  });
  const judge = (success: CheckTerm, failure: CheckTerm | null, values: Readonly<Record<string, number | null>>) => {
    const expression: CheckRule = { kind: 'expression', text: 'a', success, failure };
    const read = ({ metric }: { readonly metric: string }): Reading => {
      const value = values[metric] ?? null;
      return { value, samples: value === null ? 0 : 5, whole: true };
    };
    return judgeRule({ ...check, rule: expression }, read).outcome;
  };
  const both = (kind: 'and' | 'or'): CheckTerm => ({ kind, left: above('a'), right: above('b') });

  test.each([
    ['and', 1, 1, 'success'],
    ['and', 1, -1, 'failure'],
    ['and', null, -1, 'failure'], // false whatever the other is
    ['and', null, 1, 'inconclusive'],
    ['or', null, 1, 'success'],
    ['or', null, -1, 'inconclusive'],
    ['or', -1, -1, 'failure'],
  ] as const)('%s of %s and %s is %s', (kind, a, b, outcome) => {
    expect(judge(both(kind), null, { a, b })).toBe(outcome);
  });

  test('fails by a condition of its own where it has one', () => {
    const failure: CheckTerm = { kind: 'not', term: above('b') };
    expect(judge(above('a'), failure, { a: 1, b: -1 })).toBe('success');
    expect(judge(above('a'), failure, { a: -1, b: -1 })).toBe('failure');
    expect(judge(above('a'), failure, { a: -1, b: 1 })).toBe('inconclusive');
  });

  test('calculates, and is unknown where nothing is divided by nothing', () => {
    const half: CheckTerm = {
      kind: 'compare',
      left: { kind: 'arithmetic', operator: '/', left: probe('a'), right: probe('b') },
      comparator: '<=',
      right: { kind: 'constant', value: 0.5 },
    };
    const outcomes: CheckOutcome[] = [
      judge(half, null, { a: 1, b: 2 }),
      judge(half, null, { a: 2, b: 2 }),
      judge(half, null, { a: 0, b: 0 }),
    ];
    expect(outcomes).toEqual(['success', 'failure', 'inconclusive']);
  });

  test('names every probe it reads, and its longest window', () => {
    const expression: CheckRule = {
      kind: 'expression',
      text: 'a',
      success: both('and'),
      failure: {
        kind: 'compare',
        left: { ...probe('nodes.crashes'), window: 3 * MINUTE },
        comparator: '>',
        right: probe('c'),
      },
    };
    expect(queriesOf(expression).map(({ metric }) => metric)).toEqual(['a', 'b', 'nodes.crashes', 'c']);
    expect(windowOf(expression)).toBe(3 * MINUTE);
    expect(readsIncidents(expression)).toBe(false);
    expect(readsIncidents({ ...rule, metric: 'nodes.crashes' } as CheckRule)).toBe(true);
  });
});
