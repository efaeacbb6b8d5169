import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kolmogorovSmirnov, poolCounts } from '#stats/kolmogorov';

const sample = fc.array(fc.nat(20), { minLength: 1, maxLength: 40 });
const countsOf = (values: readonly number[]) => poolCounts(values.map((value) => ({ values: [value], counts: [1] })));

test('the distance of two samples by hand', () => {
  expect(kolmogorovSmirnov(countsOf([1, 2, 3, 4]), countsOf([3, 4, 5, 6]))).toBe(0.5);
  expect(kolmogorovSmirnov(countsOf([1, 1]), countsOf([2]))).toBe(1);
  expect(kolmogorovSmirnov(countsOf([1, 2]), countsOf([1, 1, 2, 2]))).toBe(0);
  expect(kolmogorovSmirnov(countsOf([]), countsOf([2]))).toBeNull();
});

test('it is the largest difference of shares, at every value, and does not ask which sample comes first', () => {
  fc.assert(
    fc.property(sample, sample, (a, b) => {
      const below = (values: readonly number[], at: number) => values.filter((v) => v <= at).length / values.length;
      const expected = Math.max(...[...a, ...b].map((at) => Math.abs(below(a, at) - below(b, at))));
      const distance = kolmogorovSmirnov(countsOf(a), countsOf(b));
      expect(distance).toBeCloseTo(expected, 12);
      expect(kolmogorovSmirnov(countsOf(b), countsOf(a))).toBeCloseTo(distance ?? -1, 12);
    }),
  );
});
