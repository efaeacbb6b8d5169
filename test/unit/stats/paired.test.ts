import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { discordantInterval, mcnemar, pairedMean, pairedMedian, varianceReduction } from '../../../src/stats/paired.js';
import { studentQuantile, studentUpperTail } from '../../../src/stats/student.js';

describe("Student's law", () => {
  // qt(0.975, df) of R
  test.each([
    [1, 12.706204736432095],
    [2, 4.302652729911275],
    [9, 2.2621571628540993],
    [30, 2.042272456301238],
    [1000, 1.962339080893498],
  ])('with %d degrees of freedom leaves 2.5 %% above %d', (df, t) => {
    expect(studentQuantile(0.025, df)).toBeCloseTo(t, 8);
    expect(studentUpperTail(t, df)).toBeCloseTo(0.025, 10);
    expect(studentUpperTail(-t, df)).toBeCloseTo(0.975, 10);
  });
});

test('the mean difference has the interval of a textbook: 10 pairs of sleep (Student 1908)', () => {
  const extra = [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4]; // R: t.test(extra) of the sleep data
  const { mean, interval } = pairedMean(extra, 0.95);
  expect(mean).toBeCloseTo(1.58, 12);
  expect(interval[0]).toBeCloseTo(0.7001142, 6);
  expect(interval[1]).toBeCloseTo(2.4598858, 6);
  expect(pairedMean([3], 0.95).interval).toEqual([null, null]);
});

test('the median difference lies between values of the sample', () => {
  const { median, interval } = pairedMedian([5, 1, 3, 2, 4, 6, 7, 8, 9, 10], 0.95);
  expect(median).toBe(5.5);
  expect(interval).toEqual([2, 9]); // P(X ≤ 1) = 11/1024 ≤ 2.5 %, P(X ≤ 2) = 56/1024 is not
});

describe('McNemar', () => {
  test('is the exact sign test on the pairs that disagree', () => {
    expect(mcnemar(0, 5)).toBeCloseTo(2 / 32, 12);
    expect(mcnemar(1, 8)).toBeCloseTo((2 * 10) / 512, 12);
    expect(mcnemar(0, 0)).toBe(1);
    expect(mcnemar(3, 3)).toBe(1);
  });

  test('the interval of the difference holds the estimate, and turns around with the plans', () => {
    const pairs = fc.tuple(fc.nat(30), fc.nat(30), fc.integer({ min: 60, max: 200 }));
    fc.assert(
      fc.property(pairs, ([a, b, n]) => {
        const [low, high] = discordantInterval(a, b, n, 0.95);
        expect(low).toBeLessThanOrEqual((b - a) / n);
        expect(high).toBeGreaterThanOrEqual((b - a) / n);
        const [backLow, backHigh] = discordantInterval(b, a, n, 0.95);
        expect(backLow).toBeCloseTo(-high, 12);
        expect(backHigh).toBeCloseTo(-low, 12);
      }),
    );
  });
});

test('shared luck: a constant shift needs no second pair, opposite luck needs twice as many', () => {
  expect(varianceReduction([1, 2, 3], [2, 3, 4])).toBeNull();
  expect(varianceReduction([1, 2, 3], [3, 2, 1])).toBeCloseTo(0.5, 12);
  expect(varianceReduction([1, 2, 3, 4], [1.1, 2, 3, 4])).toBeGreaterThan(100);
  expect(varianceReduction([1], [2])).toBeNull();
});
