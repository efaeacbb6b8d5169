import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareMetric, worsening } from '../../../src/experiment/comparison.js';
import { judgeEquivalence, judgeNonInferior } from '../../../src/experiment/judgement.js';
import { defaultMargin, formatMargin, type Margin, parseMargins } from '../../../src/experiment/margin.js';
import type { Series } from '../../../src/experiment/series.js';
import { findMetric, METRICS, type Metric } from '../../../src/model/metric.js';

const metricOf = (key: string) => findMetric(key) as Metric;
const STALL = metricOf('liveness.longestStall');
const UNDONE = metricOf('rollback.any');
const FORKS = metricOf('safety.forks');
const SLOTS = metricOf('liveness.slotShare');
const LEVEL = { confidence: 0.95, family: 1 };

function seriesOf(metric: Metric, values: readonly (number | null)[], fingerprint = String(values)): Series {
  return { values: { [metric.key]: values }, replications: values.length, fingerprint };
}
const times = (count: number, value: (i: number) => number) => Array.from({ length: count }, (_, i) => value(i));
const within = (value: number): Margin => ({ kind: 'absolute', value });

describe('a comparison', () => {
  test('turns around with its sides', () => {
    const values = fc.array(fc.tuple(fc.integer({ min: 0, max: 99 }), fc.nat(99)), { minLength: 3, maxLength: 40 });
    fc.assert(
      fc.property(values, (pairs) => {
        const a = seriesOf(
          STALL,
          pairs.map(([x]) => x),
          'a',
        );
        const b = seriesOf(
          STALL,
          pairs.map(([, y]) => y),
          'b',
        );
        const [forth, back] = [compareMetric(STALL, a, b, 0.9), compareMetric(STALL, b, a, 0.9)];
        expect(forth.difference).toBeCloseTo(-(back.difference as number), 9);
        expect(forth.changed).toBe(back.changed);
        if (forth.interval[0] !== null) expect(forth.interval[0]).toBeCloseTo(-(back.interval[1] as number), 6);
      }),
    );
  });

  test('pairs by number, counts what has data on one side alone, and names the pair that got worst', () => {
    const a = seriesOf(STALL, [5, null, 7, 9, null]);
    const b = seriesOf(STALL, [6, 3, null, 19, null]);
    expect(compareMetric(STALL, a, b, 0.95)).toMatchObject({
      ...{ n: 2, onlyA: 1, onlyB: 1, a: 7, b: 12.5, difference: 5.5, changed: 2, worstReplication: 3 },
    });
  });

  test('of one run with itself is exactly zero; of two runs that agree it is not known so well', () => {
    const same = seriesOf(
      UNDONE,
      times(20, () => 0),
      'one',
    );
    const alike = { ...same, fingerprint: 'another' };
    expect(compareMetric(UNDONE, same, same, 0.95)).toMatchObject({ interval: [0, 0], method: 'same run' });
    expect(compareMetric(UNDONE, same, alike, 0.95).interval[1]).toBeGreaterThan(0.1);
    expect(compareMetric(STALL, seriesOf(STALL, [1, 2], 'x'), seriesOf(STALL, [1, 2], 'y'), 0.95)).toMatchObject({
      ...{ interval: [null, null], method: 'no pair differs' },
    });
  });

  test('worse is what the metric says is worse', () => {
    expect([worsening('lower', 2), worsening('higher', 2), worsening('neither', -2)]).toEqual([2, -2, 2]);
  });
});

describe('equivalence', () => {
  const before = times(40, (i) => 1000 + i);
  const verdict = (shift: (i: number) => number, margin: number) =>
    judgeEquivalence(
      STALL,
      seriesOf(STALL, before),
      seriesOf(
        STALL,
        before.map((x, i) => x + shift(i)),
      ),
      within(margin),
      LEVEL,
    ).verdict;

  test('needs the whole interval of mean and median inside, difference one of them outside', () => {
    expect(verdict((i) => (i % 2 === 0 ? 1 : -1), 5)).toBe('equivalent');
    expect(verdict((i) => 20 + (i % 3), 5)).toBe('different');
    expect(verdict((i) => -20 - (i % 3), 5)).toBe('different');
    expect(verdict((i) => (i % 2 === 0 ? 9 : -9), 2)).toBe('inconclusive');
  });

  test('a tail that the median does not see is not equivalent', () => {
    expect(verdict((i) => (i % 5 === 0 ? 1000 : 0), 50)).toBe('different');
    expect(verdict((i) => (i % 5 === 0 ? 1000 : 0), 150)).toBe('inconclusive');
  });
});

describe('non-inferiority', () => {
  const standing = (metric: Metric, a: (number | null)[], b: (number | null)[], margin: Margin) =>
    judgeNonInferior(metric, seriesOf(metric, a, 'a'), seriesOf(metric, b, 'b'), margin, LEVEL).standing;
  const flat = times(40, (i) => 100 + (i % 7));
  const shifted = (by: number) => flat.map((x, i) => x + by + (i % 2));

  test('worse by more than the margin, not worse, and in between', () => {
    expect(standing(STALL, flat, shifted(30), { kind: 'relative', share: 0.1 })).toBe('worse');
    expect(standing(STALL, flat, shifted(3), { kind: 'relative', share: 0.1 })).toBe('not-worse');
    expect(standing(STALL, flat, shifted(-30), { kind: 'relative', share: 0.1 })).toBe('not-worse');
    expect(standing(STALL, flat, shifted(3.5), within(4))).toBe('undecided');
    expect(standing(STALL, flat, flat, within(0))).toBe('unchanged');
    expect(standing(STALL, flat, shifted(30), { kind: 'none' })).toBe('not-judged');
  });

  test('for a metric that is better when higher the sides are turned', () => {
    const [high, low] = [times(40, (i) => 0.9 + i / 1000), times(40, (i) => 0.7 + i / 1100)];
    expect(standing(SLOTS, high, low, within(0.01))).toBe('worse');
    expect(standing(SLOTS, low, high, within(0.01))).toBe('not-worse');
  });

  test('never is a single replication', () => {
    const once = times(40, (i) => (i === 17 ? 1 : 0));
    expect(
      standing(
        FORKS,
        times(40, () => 0),
        once,
        { kind: 'never' },
      ),
    ).toBe('worse');
    expect(
      standing(
        FORKS,
        once,
        times(40, () => 0),
        { kind: 'never' },
      ),
    ).toBe('not-worse');
  });

  test('data that is lost never passes', () => {
    const lost = flat.map((x, i) => (i === 3 ? null : x));
    expect(standing(STALL, flat, lost, within(50))).toBe('undecided');
    expect(standing(STALL, [null, null], [null, null], within(50))).toBe('no-data');
  });
});

describe('margins', () => {
  test('are read as they are written, the last of a metric counts', () => {
    const texts = ['rollback.any=3%', 'liveness.finality=relative:5%', 'safety.forks=never', 'rollback.any=none'];
    const margins = parseMargins(texts);
    expect([...margins].map(([key, margin]) => `${key}=${formatMargin(margin, metricOf(key))}`)).toEqual([
      ...['rollback.any=none', 'liveness.finality=relative:5%', 'safety.forks=never'],
    ]);
  });

  test('every metric has one, and none that judges is negative', () => {
    for (const metric of METRICS) {
      const text = formatMargin(defaultMargin(metric), metric);
      expect(parseMargins([`${metric.key}=${text}`]).get(metric.key), metric.key).toEqual(defaultMargin(metric));
    }
  });

  test('all mistakes are told at once', () => {
    expect(() => parseMargins(['rollback.an=1%', 'rollback.any=1s'])).toThrow(/rollback\.any[\s\S]*"1s" is no margin/);
  });
});
