/**
 * Exact sample quantiles, in the two readings this project uses, each by name: the nearest rank is an observed value
 * and the inverse of the empirical distribution function; type 7 interpolates, as R and NumPy do by default.
 *
 * Source: Hyndman & Fan 1996, "Sample quantiles in statistical packages", types 1 and 7.
 */
import { assert } from '#base/assert';

/** Rounding of q × n by less than this does not move a rank. */
const RANK_TOLERANCE = 1e-9;

/**
 * The smallest value that at least a share `q` of the sample does not exceed (type 1).
 *
 * @param sorted - ascending, at least one value
 * @param q - in [0, 1]
 */
export function quantileNearestRank(sorted: ArrayLike<number>, q: number): number {
  assertSample(sorted, q);
  const rank = Math.max(1, Math.ceil(q * sorted.length - RANK_TOLERANCE));
  return sorted[rank - 1] as number;
}

/**
 * The quantile that interpolates between the values around 1 + (n − 1) q (type 7).
 *
 * @param sorted - ascending, at least one value
 * @param q - in [0, 1]
 */
export function quantileType7(sorted: ArrayLike<number>, q: number): number {
  assertSample(sorted, q);
  const place = (sorted.length - 1) * q;
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (place - below) * (high - low);
}

/** The values in ascending order; the argument keeps its own. */
export function sortValues(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

function assertSample(sorted: ArrayLike<number>, q: number): void {
  assert(sorted.length > 0, 'a quantile is asked of at least one value');
  assert(q >= 0 && q <= 1, `the share ${q} of a quantile lies in [0, 1]`);
}
