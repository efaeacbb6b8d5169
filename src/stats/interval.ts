/**
 * Confidence intervals that hold for every sample size and every distribution: no normal approximation anywhere.
 *
 * All are two-sided; each end is wrong with probability at most half of 1 − confidence. Where nothing bounds a side,
 * it is null.
 * Sources: Clopper & Pearson 1934; Massart 1990, "The tight constant in the Dvoretzky–Kiefer–Wolfowitz inequality";
 * Anderson 1969, "Confidence limits for the expected value of an arbitrary bounded random variable".
 */
import { assert } from '#base/assert';
import { inverseRegularizedBeta } from './beta.js';
import { binomialLowerTail, binomialUpperTail } from './binomial.js';

export type Interval = readonly [low: number | null, high: number | null];

/** The range a quantity can take; null: unbounded on that side. */
export type Bounds = readonly [min: number | null, max: number | null];

const UNBOUNDED: Bounds = [null, null];
const RANK_TOLERANCE = 1e-9; // rounding of n × share; each rank below leans to the wider interval

/**
 * The exact interval of a probability of which `k` of `n` trials came true.
 *
 * @param k - 0 … n, whole or not
 * @param n - not negative; without trials the interval is [0, 1]
 * @param confidence - in (0, 1)
 */
export function clopperPearson(k: number, n: number, confidence: number): [low: number, high: number] {
  assertConfidence(confidence);
  assert(k >= 0 && k <= n, `the count ${k} lies in 0 … ${n}`);
  const half = (1 - confidence) / 2;
  const low = k === 0 ? 0 : inverseRegularizedBeta(half, k, n - k + 1);
  const high = k === n ? 1 : inverseRegularizedBeta(half, k + 1, n - k, 'upper');
  return [low, high];
}

/**
 * Half the height of the band around an empirical distribution function that holds the true one everywhere at once.
 *
 * @param n - sample size ≥ 1
 * @returns ε = √(ln(2/α) / 2n); may exceed 1, where the band says nothing
 */
export function dkwBand(n: number, confidence: number): number {
  assertConfidence(confidence);
  assert(n >= 1, `a band needs at least one value, not ${n}`);
  return Math.sqrt(Math.log(2 / (1 - confidence)) / (2 * n));
}

/**
 * Bounds of a quantile from the DKW band; those of all quantiles hold together.
 *
 * @param sorted - ascending, at least one value
 * @param q - in (0, 1)
 * @param bounds - where the band leaves the sample, its end
 */
export function dkwQuantile(
  sorted: ArrayLike<number>,
  q: number,
  confidence: number,
  bounds: Bounds = UNBOUNDED,
): Interval {
  const n = sorted.length;
  const band = dkwBand(n, confidence);
  const low = Math.ceil((q - band) * n - RANK_TOLERANCE);
  const high = Math.ceil((q + band) * n + RANK_TOLERANCE);
  return [
    low >= 1 ? (sorted[low - 1] as number) : bounds[0],
    high <= n ? (sorted[Math.max(high, 1) - 1] as number) : bounds[1],
  ];
}

/**
 * Bounds of the mean of a bounded quantity: the smallest and the largest mean within the DKW band (Anderson 1969).
 * At least as tight as Hoeffding's. A side without a bound has no interval: an unseen rare value could be anything.
 *
 * @param sorted - ascending, at least one value, all within `bounds`
 */
export function dkwMean(sorted: ArrayLike<number>, bounds: Bounds, confidence: number): Interval {
  const band = Math.min(1, dkwBand(sorted.length, confidence));
  const [min, max] = bounds;
  return [
    min === null ? null : meanShifted(sorted, band, min, 'below'),
    max === null ? null : meanShifted(sorted, band, max, 'above'),
  ];
}

/**
 * Bounds of one quantile by order statistics: exact, and far tighter than the DKW band towards the ends.
 *
 * @param sorted - ascending, at least one value
 * @param q - in (0, 1)
 * @param bounds - the ends where no order statistic is certain enough
 * Source: Thompson 1936; Hahn & Meeker 1991, "Statistical Intervals", section 5.2.
 */
export function orderQuantile(
  sorted: ArrayLike<number>,
  q: number,
  confidence: number,
  bounds: Bounds = UNBOUNDED,
): Interval {
  assertConfidence(confidence);
  const n = sorted.length;
  const half = (1 - confidence) / 2;
  const low = countWhile(n, (rank) => binomialLowerTail(rank - 1, n, q) <= half);
  const high = 1 + countWhile(n, (rank) => binomialUpperTail(rank, n, q) > half);
  return [low >= 1 ? (sorted[low - 1] as number) : bounds[0], high <= n ? (sorted[high - 1] as number) : bounds[1]];
}

/** The mean after a share of the sample at the far end moved to `bound`. */
function meanShifted(sorted: ArrayLike<number>, share: number, bound: number, side: 'below' | 'above'): number {
  const n = sorted.length;
  let open = share * n; // values, whole and in part, still to be moved
  let sum = 0;
  for (let i = 0; i < n; i += 1) {
    const value = sorted[side === 'above' ? i : n - 1 - i] as number;
    const moved = Math.min(1, open);
    open -= moved;
    sum += moved * bound + (1 - moved) * value;
  }
  return sum / n;
}

/** How many of 1 … n meet a condition that, once broken, stays broken. */
export function countWhile(n: number, holds: (rank: number) => boolean): number {
  let known = 0;
  let beyond = n + 1;
  while (beyond - known > 1) {
    const middle = (known + beyond) >>> 1;
    if (holds(middle)) known = middle;
    else beyond = middle;
  }
  return known;
}

function assertConfidence(confidence: number): void {
  assert(confidence > 0 && confidence < 1, `the confidence ${confidence} lies in (0, 1)`);
}
