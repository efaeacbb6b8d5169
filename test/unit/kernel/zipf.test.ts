import { expect, test } from 'vitest';
import { zipfQuantile, zipfSum } from '#kernel/zipf';

test('sums are right to 1e-14, on both sides of exponent 1 and of the exact terms', () => {
  // mpmath 1.3, term by term
  for (const [n, exponent, sum] of [
    [10, 1, 2.928968253968254],
    [100, 0, 100],
    [1000, 0.5, 61.80100876524323],
    [100_000, 1, 12.090146129863427],
    [100_000, 1.000001, 12.090079929149656],
    [1000, 2, 1.64393456668156],
    [500, -1, 125_250],
  ] as const) {
    expect(Math.abs(zipfSum(n, exponent) / sum - 1)).toBeLessThan(1e-14);
  }
});

test('a quantile is the first rank that reaches its probability', () => {
  for (const [n, exponent] of [
    [5, 1],
    [200, 0.7],
    [200, 2],
  ] as const) {
    const total = zipfSum(n, exponent);
    for (const p of [0, 0.01, 0.3, 0.5, 0.9, 0.999]) {
      let rank = 1;
      let sum = 1;
      while (sum / total < p) {
        rank += 1;
        sum += Math.exp(-exponent * Math.log(rank));
      }
      expect(zipfQuantile(n, exponent, p)).toBe(rank);
    }
    expect(zipfQuantile(n, exponent, 1)).toBe(n);
  }
});
