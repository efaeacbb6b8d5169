import { expect, test } from 'vitest';
import { quantileNearestRank, quantileType7, sortValues } from '#stats/quantile';

test('type 7 interpolates as R does: quantile(c(1, 3, 7, 8, 12), c(0, .1, .25, .5, .9, 1))', () => {
  const sorted = [1, 3, 7, 8, 12];
  const expected = [1, 1.8, 3, 7, 10.4, 12];
  for (const [i, q] of [0, 0.1, 0.25, 0.5, 0.9, 1].entries()) {
    expect(quantileType7(sorted, q)).toBeCloseTo(expected[i] as number, 12);
  }
});

test('the nearest rank is the smallest value that a share q does not exceed', () => {
  const sorted = [1, 3, 7, 8, 12];
  const at = (q: number) => quantileNearestRank(sorted, q);
  expect([0, 0.2, 0.200001, 0.5, 0.8, 0.81, 1].map(at)).toEqual([1, 1, 3, 7, 8, 12, 12]);
});

test('rounding of q × n moves no rank: 0.07 × 100 is 7', () => {
  const sorted = Float64Array.from({ length: 100 }, (_, i) => i + 1);
  expect(0.07 * 100).toBeGreaterThan(7);
  expect(quantileNearestRank(sorted, 0.07)).toBe(7);
});

test('values sort as numbers and keep their own order', () => {
  const values = [10, 9, 100, -1];
  expect([...sortValues(values)]).toEqual([-1, 9, 10, 100]);
  expect(values).toEqual([10, 9, 100, -1]);
});

test('no values, or a share beyond 1, stop', () => {
  expect(() => quantileType7([], 0.5)).toThrow('at least one');
  expect(() => quantileNearestRank([1], 1.1)).toThrow('[0, 1]');
});
