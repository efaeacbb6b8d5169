/**
 * Laws of durations and counts: a stream in, an integer out.
 *
 * What holds: every law lives on 0 … ∞, a normal law by counting its negative values as 0. A draw is the quantile of
 * one uniform fraction, rounded at once, so that two variants of a plan that share a stream share their luck. Hot
 * paths draw from a compiled table instead (`quantile-table.ts`).
 */
import { assert, unreachable } from '#base/assert';
import { type Atom, atomsOfEmpirical, empiricalAt, stepQuantile } from './empirical.js';
import { gammaCumulative, gammaQuantile } from './gamma.js';
import {
  cumulativeBelowMax,
  type Lognormal,
  lognormalCumulative,
  lognormalMoment,
  lognormalQuantile,
} from './lognormal.js';
import { NORMAL_P95, NORMAL_P99, normalCumulative, normalQuantile, rectifiedMoments } from './normal.js';
import { assertProbability } from './probability.js';
import { nextUnit, type Stream } from './stream.js';
import { zipfQuantile, zipfSum } from './zipf.js';

export type Distribution =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly min: number; readonly max: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly deviation: number } // truncated at 0 when sampled as a duration
  | { readonly kind: 'lognormal'; readonly median: number; readonly sigma: number; readonly max?: number }
  | { readonly kind: 'gamma'; readonly shape: number; readonly scale: number }
  | { readonly kind: 'empirical'; readonly values: readonly number[]; readonly weights?: readonly number[] }
  | { readonly kind: 'mixture'; readonly parts: readonly { readonly weight: number; readonly of: Distribution }[] }
  | { readonly kind: 'zipf'; readonly n: number; readonly exponent: number };

type Mixture = Extract<Distribution, { kind: 'mixture' }>;

/**
 * The next value of a law, rounded to an integer; takes one fraction of the stream, whatever the law.
 *
 * Cost: about 0.1 µs; some µs for a gamma or Zipf law, O(values) for an empirical one with weights.
 *
 * @returns integer in 0 … 2^53 − 1
 */
export function sampleInteger(distribution: Distribution, stream: Stream): number {
  return roundDraw(valueAt(distribution, nextUnit(stream)));
}

/** What a real value becomes when it is drawn: the nearest integer in 0 … 2^53 − 1. */
export function roundDraw(value: number): number {
  return Math.max(0, Math.min(Number.MAX_SAFE_INTEGER, Math.floor(value + 0.5)));
}

/**
 * The smallest value that is not exceeded with probability `p`, before rounding.
 *
 * @param p - in 0 … 1; 1 gives the largest value, which may be Infinity
 */
export function quantileOf(distribution: Distribution, p: number): number {
  assertProbability(p);
  switch (distribution.kind) {
    case 'constant':
      return distribution.value;
    case 'uniform':
      return distribution.min + p * (distribution.max - distribution.min);
    case 'exponential':
      return distribution.mean === 0 ? 0 : -distribution.mean * Math.log1p(-p);
    case 'normal':
      return distribution.deviation === 0
        ? distribution.mean
        : Math.max(0, distribution.mean + distribution.deviation * normalQuantile(p));
    case 'lognormal':
      return lognormalQuantile(distribution, p);
    case 'gamma':
      return distribution.scale * gammaQuantile(distribution.shape, p);
    case 'empirical':
      return stepQuantile(atomsOf(distribution), p);
    case 'mixture':
      return mixtureQuantile(distribution, p);
    case 'zipf':
      return zipfQuantile(distribution.n, distribution.exponent, p);
    default:
      return unreachable(distribution);
  }
}

/** The probability of a value at most `x`, before rounding. */
export function cumulativeOf(distribution: Distribution, x: number): number {
  if (x < 0) return 0;
  switch (distribution.kind) {
    case 'constant':
      return x >= distribution.value ? 1 : 0;
    case 'uniform':
      if (x >= distribution.max) return 1;
      return Math.max(0, (x - distribution.min) / (distribution.max - distribution.min));
    case 'exponential':
      return distribution.mean === 0 ? 1 : -Math.expm1(-x / distribution.mean);
    case 'normal':
      if (distribution.deviation === 0) return x >= distribution.mean ? 1 : 0;
      return normalCumulative((x - distribution.mean) / distribution.deviation);
    case 'lognormal':
      return lognormalCumulative(distribution, x);
    case 'gamma':
      return gammaCumulative(distribution.shape, x / distribution.scale);
    case 'empirical': {
      let sum = 0;
      for (const atom of atomsOf(distribution)) if (atom.value <= x) sum += atom.probability;
      return Math.min(1, sum);
    }
    case 'mixture': {
      let sum = 0;
      for (const part of distribution.parts) sum += part.weight * cumulativeOf(part.of, x);
      return sum / weightOf(distribution);
    }
    case 'zipf': {
      if (x < 1) return 0;
      const rank = Math.min(distribution.n, Math.floor(x));
      return zipfSum(rank, distribution.exponent) / zipfSum(distribution.n, distribution.exponent);
    }
    default:
      return unreachable(distribution);
  }
}

/** The mean before rounding; rounding moves it by less than half a unit. */
export function meanOf(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value;
    case 'uniform':
      return (distribution.min + distribution.max) / 2;
    case 'exponential':
      return distribution.mean;
    case 'normal':
      return rectifiedMoments(distribution.mean, distribution.deviation).mean;
    case 'lognormal':
      return lognormalMoment(distribution, 1);
    case 'gamma':
      return distribution.shape * distribution.scale;
    case 'empirical':
      return atomsOf(distribution).reduce((sum, atom) => sum + atom.probability * atom.value, 0);
    case 'mixture': {
      const total = weightOf(distribution);
      return distribution.parts.reduce((sum, part) => sum + (part.weight / total) * meanOf(part.of), 0);
    }
    case 'zipf': {
      const { n, exponent } = distribution;
      return zipfSum(n, exponent - 1) / zipfSum(n, exponent);
    }
    default:
      return unreachable(distribution);
  }
}

/** The variance before rounding; rounding adds about 1/12. */
export function varianceOf(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'constant':
      return 0;
    case 'uniform':
      return square(distribution.max - distribution.min) / 12;
    case 'exponential':
      return square(distribution.mean);
    case 'normal':
      return rectifiedMoments(distribution.mean, distribution.deviation).variance;
    case 'lognormal':
      return lognormalMoment(distribution, 2) - square(lognormalMoment(distribution, 1));
    case 'gamma':
      return distribution.shape * square(distribution.scale);
    case 'empirical': {
      const mean = meanOf(distribution);
      return atomsOf(distribution).reduce((sum, atom) => sum + atom.probability * square(atom.value - mean), 0);
    }
    case 'mixture': {
      const mean = meanOf(distribution);
      const total = weightOf(distribution);
      return distribution.parts.reduce(
        (sum, part) => sum + (part.weight / total) * (varianceOf(part.of) + square(meanOf(part.of) - mean)),
        0,
      );
    }
    case 'zipf': {
      const { n, exponent } = distribution;
      return zipfSum(n, exponent - 2) / zipfSum(n, exponent) - square(meanOf(distribution));
    }
    default:
      return unreachable(distribution);
  }
}

/**
 * Stops unless the parameters make a law on 0 … ∞. Readers of files check first, so a failure here is our bug.
 *
 * @throws AssertionError naming the law and the parameter
 */
export function assertDistribution(distribution: Distribution): void {
  switch (distribution.kind) {
    case 'constant':
      assertSize(distribution.value, 'the value of a constant law');
      break;
    case 'uniform':
      assertSize(distribution.min, 'the min of a uniform law');
      assertSize(distribution.max, 'the max of a uniform law');
      assert(distribution.min <= distribution.max, `min ${distribution.min} ≤ max ${distribution.max}`);
      break;
    case 'exponential':
      assertSize(distribution.mean, 'the mean of an exponential law');
      break;
    case 'normal':
      assertSize(distribution.mean, 'the mean of a normal law');
      assertSize(distribution.deviation, 'the deviation of a normal law');
      break;
    case 'lognormal':
      assertSize(distribution.median, 'the median of a lognormal law');
      assertSize(distribution.sigma, 'the sigma of a lognormal law');
      if (distribution.max === undefined) break;
      assertSize(distribution.max, 'the max of a lognormal law');
      assert(cumulativeBelowMax(distribution) > 0, `max ${distribution.max} leaves a lognormal law some values`);
      break;
    case 'gamma':
      assertSize(distribution.shape, 'the shape of a gamma law');
      assertSize(distribution.scale, 'the scale of a gamma law');
      assert(distribution.shape > 0 && distribution.scale > 0, 'shape and scale of a gamma law are above 0');
      break;
    case 'empirical': {
      const { values, weights } = distribution;
      assert(values.length > 0, 'an empirical law has values');
      for (const value of values) assertSize(value, 'a value of an empirical law');
      if (weights === undefined) break;
      assert(weights.length === values.length, `an empirical law has ${values.length} weights, one for each value`);
      assertWeights(weights);
      break;
    }
    case 'mixture':
      for (const part of distribution.parts) assertDistribution(part.of);
      assertWeights(distribution.parts.map((part) => part.weight));
      break;
    case 'zipf':
      assertSize(distribution.exponent, 'the exponent of a Zipf law');
      assert(
        Number.isSafeInteger(distribution.n) && distribution.n > 0,
        `the number ${distribution.n} of ranks of a Zipf law is a positive integer`,
      );
      break;
    default:
      unreachable(distribution);
  }
}

/**
 * The lognormal law of a median and one upper percentile.
 *
 * @param median - above 0
 * @param upper - `p95` or `p99`, at least `median`
 */
export function lognormalFrom(
  median: number,
  upper: { readonly p95: number } | { readonly p99: number },
): Lognormal & { kind: 'lognormal' } {
  const [value, z] = 'p95' in upper ? [upper.p95, NORMAL_P95] : [upper.p99, NORMAL_P99];
  assert(median > 0 && value >= median, `percentile ${value} is at least the median ${median}, which is above 0`);
  return { kind: 'lognormal', median, sigma: Math.log(value / median) / z };
}

/**
 * The law of `factor` times a value. Ranks times a factor are no Zipf law any more but an empirical one.
 *
 * @param factor - at least 0
 */
export function scaleDistribution(distribution: Distribution, factor: number): Distribution {
  assertSize(factor, 'the factor of a law');
  if (factor === 0) return { kind: 'constant', value: 0 };
  switch (distribution.kind) {
    case 'constant':
      return { kind: 'constant', value: distribution.value * factor };
    case 'uniform':
      return { kind: 'uniform', min: distribution.min * factor, max: distribution.max * factor };
    case 'exponential':
      return { kind: 'exponential', mean: distribution.mean * factor };
    case 'normal':
      return { kind: 'normal', mean: distribution.mean * factor, deviation: distribution.deviation * factor };
    case 'lognormal': {
      const { sigma, max } = distribution;
      const median = distribution.median * factor;
      return max === undefined
        ? { kind: 'lognormal', median, sigma }
        : { kind: 'lognormal', median, sigma, max: max * factor };
    }
    case 'gamma':
      return { kind: 'gamma', shape: distribution.shape, scale: distribution.scale * factor };
    case 'empirical':
      return { ...distribution, values: distribution.values.map((value) => value * factor) };
    case 'mixture':
      return {
        kind: 'mixture',
        parts: distribution.parts.map(({ weight, of }) => ({ weight, of: scaleDistribution(of, factor) })),
      };
    case 'zipf': {
      const atoms = atomsOf(distribution);
      return {
        kind: 'empirical',
        values: atoms.map((atom) => atom.value * factor),
        weights: atoms.map((atom) => atom.probability),
      };
    }
    default:
      return unreachable(distribution);
  }
}

/** The values of a law that has finitely many, ascending, none of probability 0. */
export function atomsOf(distribution: Extract<Distribution, { kind: 'constant' | 'empirical' | 'zipf' }>): Atom[] {
  if (distribution.kind === 'constant') return [{ value: distribution.value, probability: 1 }];
  if (distribution.kind === 'empirical') return atomsOfEmpirical(distribution);
  const { n, exponent } = distribution;
  const total = zipfSum(n, exponent);
  return Array.from({ length: n }, (_, i) => ({
    value: i + 1,
    probability: Math.exp(-exponent * Math.log(i + 1)) / total,
  }));
}

/** The value a fraction stands for; unlike `quantileOf` it need not ascend with the fraction where that costs more. */
function valueAt(distribution: Distribution, unit: number): number {
  if (distribution.kind === 'empirical') return empiricalAt(distribution, unit);
  if (distribution.kind !== 'mixture') return quantileOf(distribution, unit);
  let rest = unit * weightOf(distribution);
  let chosen = distribution.parts[0];
  for (const part of distribution.parts) {
    if (part.weight === 0) continue;
    chosen = part;
    if (rest < part.weight) break;
    rest -= part.weight;
  }
  assert(chosen !== undefined, 'a mixture has parts');
  return valueAt(chosen.of, Math.min(rest / chosen.weight, LARGEST_UNIT)); // what is left of the fraction is uniform again
}

const LARGEST_UNIT = 1 - 1 / 9_007_199_254_740_992;

/** Bisection down to neighbouring doubles, between the smallest and the largest quantile of the parts. */
function mixtureQuantile(distribution: Mixture, p: number): number {
  const ends = distribution.parts.filter((part) => part.weight > 0).map((part) => quantileOf(part.of, p));
  let low = Math.min(...ends);
  let high = Math.max(...ends);
  if (low === high || high === Number.POSITIVE_INFINITY) return high;
  if (cumulativeOf(distribution, low) >= p) return low;
  while (true) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    if (cumulativeOf(distribution, middle) >= p) high = middle;
    else low = middle;
  }
}

function weightOf(distribution: Mixture): number {
  return distribution.parts.reduce((sum, part) => sum + part.weight, 0);
}

function square(x: number): number {
  return x * x;
}

function assertSize(value: number, name: string): void {
  assert(Number.isFinite(value) && value >= 0, `${name}, ${value}, is a finite number ≥ 0`);
}

function assertWeights(weights: readonly number[]): void {
  for (const weight of weights) assertSize(weight, 'a weight');
  assert(
    weights.some((weight) => weight > 0),
    'some weight is above 0',
  );
}
