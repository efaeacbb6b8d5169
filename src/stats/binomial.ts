/**
 * Tails of the binomial distribution, exactly, by the incomplete beta function.
 *
 * Source: DLMF 8.17.5: P(X ≥ k) = I_p(k, n − k + 1).
 */
import { assert } from '#base/assert';
import { regularizedBeta } from './beta.js';

/** P(X ≥ k) of a binomial variable; `k` may be fractional, which interpolates smoothly. */
export function binomialUpperTail(k: number, n: number, p: number): number {
  assertBinomial(n, p);
  if (k <= 0) return 1;
  if (k > n) return 0;
  return regularizedBeta(p, k, n - k + 1);
}

/** P(X ≤ k) of a binomial variable; `k` may be fractional, which interpolates smoothly. */
export function binomialLowerTail(k: number, n: number, p: number): number {
  assertBinomial(n, p);
  if (k >= n) return 1;
  if (k < 0) return 0;
  return regularizedBeta(1 - p, n - k, k + 1, p);
}

function assertBinomial(n: number, p: number): void {
  assert(n >= 0 && n < Infinity, `the number of trials ${n} is finite and not negative`);
  assert(p >= 0 && p <= 1, `the probability ${p} lies in [0, 1]`);
}
