import { expect, test } from 'vitest';
import { binomialLowerTail, binomialUpperTail } from '#stats/binomial';

/** P(X = k) by the product of its factors; fine for small n. */
function pointMass(k: number, n: number, p: number): number {
  let mass = 1;
  for (let j = 1; j <= k; j += 1) mass *= ((n - k + j) / j) * p;
  for (let j = 0; j < n - k; j += 1) mass *= 1 - p;
  return mass;
}

test.each([0.02, 0.3, 0.5, 0.95])('both tails at p = %d are the sums of their point masses', (p) => {
  const n = 23;
  for (let k = 0; k <= n; k += 1) {
    let upper = 0;
    let lower = 0;
    for (let j = k; j <= n; j += 1) upper += pointMass(j, n, p);
    for (let j = 0; j <= k; j += 1) lower += pointMass(j, n, p);
    expect(Math.abs(binomialUpperTail(k, n, p) - upper)).toBeLessThan(1e-12 * upper + 1e-300);
    expect(Math.abs(binomialLowerTail(k, n, p) - lower)).toBeLessThan(1e-12 * lower + 1e-300);
  }
});

test('beyond the ends a tail is certain or impossible', () => {
  expect([binomialUpperTail(0, 5, 0.2), binomialUpperTail(6, 5, 0.2)]).toEqual([1, 0]);
  expect([binomialLowerTail(5, 5, 0.2), binomialLowerTail(-1, 5, 0.2)]).toEqual([1, 0]);
  expect([binomialUpperTail(1, 5, 0), binomialLowerTail(4, 5, 1)]).toEqual([0, 0]);
});
