/**
 * Student's law, for the mean of paired differences.
 *
 * Exact for normal differences, and close for others the more there are: the one interval here that leans on a shape,
 * so it never stands alone where something depends on it (`./paired`).
 * Source: DLMF 8.17.23; Student 1908.
 */
import { assert } from '#base/assert';
import { inverseRegularizedBeta, regularizedBeta } from './beta.js';

/**
 * P(T ≥ t) with `df` degrees of freedom.
 *
 * @param df - above 0
 */
export function studentUpperTail(t: number, df: number): number {
  assert(df > 0, `the degrees of freedom ${df} are positive`);
  if (!Number.isFinite(t)) return t > 0 ? 0 : 1;
  const whole = df + t * t;
  const tail = regularizedBeta(df / whole, df / 2, 0.5, (t * t) / whole) / 2;
  return t >= 0 ? tail : 1 - tail;
}

/**
 * The t ≥ 0 with P(T ≥ t) = `tail`.
 *
 * @param tail - in (0, 0.5]
 */
export function studentQuantile(tail: number, df: number): number {
  assert(tail > 0 && tail <= 0.5, `the tail ${tail} lies in (0, 0.5]`);
  assert(df > 0, `the degrees of freedom ${df} are positive`);
  if (tail === 0.5) return 0;
  const x = inverseRegularizedBeta(2 * tail, df / 2, 0.5);
  return Math.sqrt((df * (1 - x)) / x);
}
