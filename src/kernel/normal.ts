/**
 * The standard normal law: density, cumulative probability and its inverse, each to about 1e-16.
 *
 * Sources: Marsaglia 2004, "Evaluating the normal distribution", J. Stat. Softw. 11(4) (series near 0); Laplace's
 * continued fraction (tails); Wichura 1988, algorithm AS 241, Appl. Stat. 37(3) (inverse).
 */
import { assertProbability } from './probability.js';

const INVERSE_ROOT_TWO_PI = 0.3989422804014327;
const SERIES_BELOW = 3;
const FRACTION_TERMS = 60; // enough for 1e-16 from SERIES_BELOW on

/** The quantile of 0.95, correctly rounded. */
export const NORMAL_P95 = 1.6448536269514726;
/** The quantile of 0.99, correctly rounded. */
export const NORMAL_P99 = 2.326347874040841;

// AS 241, highest power first.
const CENTRE_TOP = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
  133.14166789178438, 3.3871328727963665,
] as const;
const CENTRE_BOTTOM = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
  42.31333070160091, 1.0,
] as const;
const TAIL_TOP = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
] as const;
const TAIL_BOTTOM = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1.0,
] as const;
const FAR_TOP = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
  1.7848265399172913, 5.463784911164114, 6.657904643501103,
] as const;
const FAR_BOTTOM = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
  0.1369298809227358, 0.599832206555888, 1.0,
] as const;

/** The density at `z`. */
export function normalDensity(z: number): number {
  return INVERSE_ROOT_TWO_PI * Math.exp(-0.5 * z * z);
}

/**
 * The probability of a standard normal value at most `z`.
 *
 * @returns in 0 … 1, with full relative precision in the lower tail
 */
export function normalCumulative(z: number): number {
  if (z > SERIES_BELOW) return 1 - lowerTail(z);
  if (z < -SERIES_BELOW) return lowerTail(-z);
  const square = z * z;
  let term = z;
  let sum = z;
  for (let k = 3; Math.abs(term) > 1e-18 * Math.abs(sum); k += 2) {
    term *= square / k;
    sum += term;
  }
  return 0.5 + normalDensity(z) * sum;
}

/**
 * The `z` that a standard normal value does not exceed with probability `p`.
 *
 * @param p - in 0 … 1; the ends give −Infinity and Infinity
 */
export function normalQuantile(p: number): number {
  assertProbability(p);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE_TOP, r)) / polynomial(CENTRE_BOTTOM, r);
  }
  const tail = q < 0 ? p : 1 - p;
  if (tail === 0) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const r = Math.sqrt(-Math.log(tail));
  const z =
    r <= 5
      ? polynomial(TAIL_TOP, r - 1.6) / polynomial(TAIL_BOTTOM, r - 1.6)
      : polynomial(FAR_TOP, r - 5) / polynomial(FAR_BOTTOM, r - 5);
  return q < 0 ? -z : z;
}

/** Mean and variance of max(0, X), X normal. */
export function rectifiedMoments(mean: number, deviation: number): { mean: number; variance: number } {
  if (deviation === 0) return { mean, variance: 0 };
  const z = mean / deviation;
  const above = normalCumulative(z);
  const density = normalDensity(z);
  const first = mean * above + deviation * density;
  const second = (mean * mean + deviation * deviation) * above + mean * deviation * density;
  return { mean: first, variance: second - first * first };
}

/** P(Z > z) = φ(z) / (z + 1/(z + 2/(z + 3/(z + …)))), for z above SERIES_BELOW. */
function lowerTail(z: number): number {
  let fraction = z;
  for (let k = FRACTION_TERMS; k >= 1; k -= 1) fraction = z + k / fraction;
  return normalDensity(z) / fraction;
}

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}
