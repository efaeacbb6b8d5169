/**
 * The regularised incomplete gamma function: the tails of chi-squared and Poisson laws.
 *
 * A series of positive terms below the mean, a continued fraction above, so that neither tail cancels digits where it
 * is small. The floor `stats` keeps its own: it sees no kernel.
 * Sources: DLMF 8.11.4 (series), 8.9.2 (fraction, by the modified method of Lentz), 5.11.1 (Stirling).
 */
import { AssertionError, assert } from '#base/assert';

const MAX_TERMS = 10_000_000;
const TINY = 1e-300;

/**
 * P(a, x), the probability of a gamma variable of shape `a` and scale 1 at most `x`; relative error about 1e-12.
 *
 * @param a - above 0
 * @param x - at least 0; Infinity gives 1
 */
export function lowerGamma(a: number, x: number): number {
  checkArguments(a, x);
  if (x === 0) return 0;
  if (x === Infinity) return 1;
  return x < a + 1 ? Math.min(1, series(a, x)) : Math.max(0, 1 - fraction(a, x));
}

/** Q(a, x) = 1 − P(a, x), with the same relative error where it is small. */
export function upperGamma(a: number, x: number): number {
  checkArguments(a, x);
  if (x === 0) return 1;
  if (x === Infinity) return 0;
  return x < a + 1 ? Math.max(0, 1 - series(a, x)) : Math.min(1, fraction(a, x));
}

function checkArguments(a: number, x: number): void {
  assert(a > 0 && a < Infinity, `the shape ${a} of a gamma is positive and finite`);
  assert(x >= 0, `the argument ${x} of a gamma is at least 0`);
}

function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; term > sum * 1e-17; k += 1) {
    term *= x / (a + k);
    sum += term;
  }
  return sum * powerTerm(a, x);
}

function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let value = d;
  for (let k = 1; k < MAX_TERMS; k += 1) {
    const numerator = k * (a - k);
    b += 2;
    d = 1 / awayFromZero(numerator * d + b);
    c = awayFromZero(b + numerator / c);
    const change = c * d;
    value *= change;
    if (Math.abs(change - 1) < 3e-16) return value * powerTerm(a, x);
  }
  throw new AssertionError(`broken claim: the continued fraction of the gamma (${a}, ${x}) converges`);
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** x^a e^−x / Γ(a), with Γ raised to an argument of 15 or more before Stirling's series. */
function powerTerm(a: number, x: number): number {
  let z = a;
  let rising = 1; // a (a+1) … (z−1)
  while (z < 15) {
    rising *= z;
    z += 1;
  }
  const s = 1 / (z * z);
  const error = (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / z;
  // ln Γ(z) = (z − ½) ln z − z + ½ ln 2π + error; large terms are paired before they are added
  const log = a * Math.log(x / z) + (a - z) * Math.log(z) + (z - x) - error;
  return rising * Math.exp(log) * Math.sqrt(z / (2 * Math.PI));
}
