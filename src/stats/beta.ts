/**
 * The regularised incomplete beta function and its inverse: the tails of the binomial, exactly.
 *
 * A continued fraction of positive terms serves the near side of the mean, symmetry the far side; the factor in front
 * comes from Loader's saddle point. Neither cancels digits when parameters are large or x is next to 0 or 1.
 * Sources: Didonato & Morris 1992, "Algorithm 708", equation 9; Loader 2000, "Fast and accurate computation of
 * binomial probabilities"; DLMF 5.11.1 and 8.17.
 */
import { AssertionError, assert } from '#base/assert';

const MAX_TERMS = 10_000_000;

/**
 * I_x(a, b), the distribution function at `x` of a beta variable; relative error about 1e-13.
 *
 * @param x - in [0, 1]
 * @param a - above 0
 * @param b - above 0
 * @param y - 1 − x, where the caller has it more exactly than the difference
 * @returns a probability; 0 at x = 0, 1 at x = 1
 */
export function regularizedBeta(x: number, a: number, b: number, y = 1 - x): number {
  assert(a > 0 && b > 0 && a + b < Infinity, `the parameters ${a} and ${b} of a beta are positive and finite`);
  assert(x >= 0 && x <= 1 && y >= 0 && y <= 1, `the argument ${x} of a beta lies in [0, 1]`);
  if (x === 0) return 0;
  if (y === 0) return 1;
  const below = a * y - b * x; // how far x lies below the mean, times a + b
  if (below >= 0) return Math.min(1, powerTerm(x, y, a, b) / fraction(x, a, b, below));
  return Math.max(0, 1 - powerTerm(x, y, a, b) / fraction(y, b, a, -below));
}

/**
 * The x in [0, 1] with I_x(a, b) = p or, of the upper tail, 1 − I_x(a, b) = p; relative error about 1e-13 for small p.
 *
 * Newton's steps on the logarithm of the tail, which is nearly straight, kept inside a bracket.
 *
 * @param p - in [0, 1]
 */
export function inverseRegularizedBeta(p: number, a: number, b: number, tail: 'lower' | 'upper' = 'lower'): number {
  assert(p >= 0 && p <= 1, `the probability ${p} lies in [0, 1]`);
  const isLower = tail === 'lower';
  if (p === 0 || p === 1) return isLower ? p : 1 - p;
  let low = 0;
  let high = 1;
  let x = a / (a + b);
  for (let step = 0; step < 300; step += 1) {
    const mass = isLower ? regularizedBeta(x, a, b) : regularizedBeta(1 - x, b, a, x);
    if (mass === p) return x;
    if (mass > p === isLower) high = x;
    else low = x;
    const density = powerTerm(x, 1 - x, a, b) / (x * (1 - x));
    const move = (Math.log(mass / p) * mass) / density;
    let next = isLower ? x * Math.exp(-move / x) : x + move;
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    if (Math.abs(next - x) <= 1e-16 * x || next === low || next === high) return next;
    x = next;
  }
  return x;
}

/**
 * x^a y^b / B(a, b), in Loader's form: a saddle point and small corrections.
 *
 * @param x - in (0, 1)
 * @param y - 1 − x
 */
export function powerTerm(x: number, y: number, a: number, b: number): number {
  const n = a + b;
  const apart = a * y - b * x; // of each count from its mean: a − n x = n y − b
  const log =
    stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x, apart) - deviance(b, n * y, -apart);
  return Math.exp(log) * Math.sqrt((a * b) / (2 * Math.PI * n));
}

/** ln Γ(z+1) less Stirling's formula, by the series of DLMF 5.11.1 above 15 and by recurrence below. */
function stirlingError(z: number): number {
  let error = 0;
  let from = z;
  while (from < 15) {
    error += (from + 0.5) * Math.log1p(1 / from) - 1;
    from += 1;
  }
  const s = 1 / (from * from);
  return error + (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / from;
}

/** k ln(k/m) + m − k of a count k that is `apart` from its mean m; by a series where the terms would cancel. */
function deviance(k: number, mean: number, apart: number): number {
  if (Math.abs(apart) >= 0.1 * (k + mean)) return mean === 0 ? Infinity : k * Math.log(k / mean) - apart;
  const v = apart / (k + mean);
  let sum = apart * v;
  let term = 2 * k * v;
  for (let j = 1; ; j += 1) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) return sum;
    sum = next;
  }
}

/**
 * The continued fraction by which x^a y^b / B(a, b) is divided, by the modified method of Lentz; O(√max(a, b)) terms,
 * at most b when b is whole.
 *
 * @param below - a y − b x, not negative
 */
function fraction(x: number, a: number, b: number, below: number): number {
  let value = (a * (below + 1)) / (a + 1);
  let c = value;
  let d = 0;
  for (let m = 1; m < MAX_TERMS; m += 1) {
    const odd = a + 2 * m - 1;
    const numerator = (((a + m - 1) * (a + b + m - 1)) / (odd * odd)) * m * (b - m) * x * x;
    const term = m + (m * (b - m) * x) / odd + ((a + m) * (below + 1 + m * (2 - x))) / (odd + 2);
    d = 1 / (term + numerator * d);
    c = term + numerator / c;
    const change = c * d;
    value *= change;
    if (Math.abs(change - 1) < 3e-16) return value;
  }
  throw new AssertionError(`broken claim: the continued fraction of the beta (${a}, ${b}) converges`);
}
