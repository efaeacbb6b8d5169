import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addToHistogram, createLogHistogram, meanOfHistogram, quantileOfHistogram } from '#stats/log-histogram';

const values = fc.array(fc.oneof(fc.nat(300), fc.nat(10_000_000), fc.maxSafeNat()), { minLength: 1, maxLength: 200 });

test('a quantile is the exact one of nearest rank, or at most 0.8 % above it', () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (data, q) => {
      const histogram = createLogHistogram();
      for (const value of data) addToHistogram(histogram, value);
      const exact = data.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(q * data.length) - 1)] as number;
      const found = quantileOfHistogram(histogram, q) as number;
      expect(found).toBeGreaterThanOrEqual(exact);
      expect(found).toBeLessThanOrEqual(exact * (1 + 1 / 128));
    }),
  );
});

test('mean, minimum and maximum are exact, and no data gives none', () => {
  const histogram = createLogHistogram();
  expect(meanOfHistogram(histogram)).toBeNull();
  expect(quantileOfHistogram(histogram, 0.5)).toBeNull();
  for (const value of [1, 5_000_000, 9_007_199_254_740_991]) addToHistogram(histogram, value);
  expect(histogram.min).toBe(1);
  expect(quantileOfHistogram(histogram, 1)).toBe(9_007_199_254_740_991);
});

test('what is no natural number is refused', () => {
  expect(() => addToHistogram(createLogHistogram(), -1)).toThrow('natural number');
  expect(() => addToHistogram(createLogHistogram(), 0.5)).toThrow('natural number');
});
