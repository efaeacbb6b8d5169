/**
 * The gamma law of scale 1: cumulative probability, upper tail and inverse, to about 1e-14 relative.
 *
 * Sources: Abramowitz & Stegun 1964, 6.1.41 (Stirling), 6.5.29 (series), 6.5.31 (continued fraction, evaluated after
 * Lentz). The inverse runs Newton's method on log P or log Q as a function of log x: both are concave there
 * (Prékopa 1973), so it converges from wherever it starts.
 */
import { assert } from '#base/assert';
import { normalQuantile } from './normal.js';
import { assertProbability } from './probability.js';

const HALF_LOG_TWO_PI = 0.9189385332046728;
const TINY = 1e-300;
const LONGEST_STEP = 3; // of log x: keeps a flat start from overshooting to where the tail is 0

/** The logarithm of the gamma function. */
export function logGamma(x: number): number {
  if (!(x > 0)) assert(false, `the gamma function is asked at ${x}, above 0`);
  let shifted = x;
  let product = 1;
  while (shifted < 12) {
    product *= shifted;
    shifted += 1;
  }
  const inverse = 1 / shifted;
  const square = inverse * inverse;
  const correction =
    inverse *
    (1 / 12 -
      square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - square * (691 / 360360))))));
  return (shifted - 0.5) * Math.log(shifted) - shifted + HALF_LOG_TWO_PI + correction - Math.log(product);
}

/** The probability of a gamma value at most `x`. */
export function gammaCumulative(shape: number, x: number): number {
  if (x <= 0) return 0;
  return x < shape + 1 ? series(shape, x) : 1 - fraction(shape, x);
}

/** The probability of a gamma value above `x`, with full relative precision far out. */
export function gammaTail(shape: number, x: number): number {
  if (x <= 0) return 1;
  return x < shape + 1 ? 1 - series(shape, x) : fraction(shape, x);
}

/**
 * The value that a gamma value does not exceed with probability `p`.
 *
 * @param shape - above 0
 * @param p - in 0 … 1; 1 gives Infinity
 */
export function gammaQuantile(shape: number, p: number): number {
  assertProbability(p);
  if (p === 0) return 0;
  if (p === 1) return Number.POSITIVE_INFINITY;
  const upper = p > 0.5;
  const wanted = Math.log(upper ? 1 - p : p);
  const logGammaOfShape = logGamma(shape);
  let y = firstGuess(shape, p, logGammaOfShape);
  for (let round = 0; round < 100; round += 1) {
    const x = Math.exp(y);
    const probability = upper ? gammaTail(shape, x) : gammaCumulative(shape, x);
    const density = Math.exp(shape * y - x - logGammaOfShape); // of log x
    const step = ((Math.log(probability) - wanted) * probability) / density;
    const next = upper ? y + Math.min(step, LONGEST_STEP) : y - step;
    if (!Number.isFinite(next)) break;
    const moved = Math.abs(next - y);
    y = next;
    if (moved <= 1e-15 * Math.max(1, Math.abs(y))) break;
  }
  return Math.exp(y);
}

/** log x near the quantile: Wilson & Hilferty 1931, or the first term of the series in the lower tail. */
function firstGuess(shape: number, p: number, logGammaOfShape: number): number {
  const ninth = 1 / (9 * shape);
  const root = 1 - ninth + normalQuantile(p) * Math.sqrt(ninth);
  if (root > 0.3) return Math.log(shape) + 3 * Math.log(root);
  return (Math.log(p) + logGammaOfShape + Math.log(shape)) / shape;
}

function prefix(shape: number, x: number): number {
  return Math.exp(shape * Math.log(x) - x - logGamma(shape));
}

function series(shape: number, x: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let k = 1; term > sum * 1e-17; k += 1) {
    term *= x / (shape + k);
    sum += term;
  }
  return sum * prefix(shape, x);
}

function fraction(shape: number, x: number): number {
  let b = x + 1 - shape;
  let c = 1 / TINY;
  let d = 1 / b;
  let value = d;
  for (let k = 1; k < 100_000; k += 1) {
    const a = -k * (k - shape);
    b += 2;
    d = a * d + b;
    d = 1 / (Math.abs(d) < TINY ? TINY : d);
    c = b + a / c;
    if (Math.abs(c) < TINY) c = TINY;
    const factor = d * c;
    value *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return value * prefix(shape, x);
}
