/**
 * A running summary of numbers: count, mean, variance, extremes. Plain data; two tallies merge into one.
 *
 * Sources: Welford 1962, "Note on a method for calculating corrected sums of squares and products";
 * Chan, Golub & LeVeque 1979 for the merge.
 */

export interface Tally {
  count: number;
  mean: number; // 0 without values
  squares: number; // sum of squared deviations from the mean
  min: number; // Infinity without values
  max: number; // −Infinity without values
}

export function createTally(): Tally {
  return { count: 0, mean: 0, squares: 0, min: Infinity, max: -Infinity };
}

/** Takes in one value, in O(1). */
export function addValue(tally: Tally, value: number): void {
  tally.count += 1;
  const before = value - tally.mean;
  tally.mean += before / tally.count;
  tally.squares += before * (value - tally.mean);
  if (value < tally.min) tally.min = value;
  if (value > tally.max) tally.max = value;
}

/** The tally of all values; the order of a merge is part of its last bits, so merge in a fixed order. */
export function mergeTallies(a: Tally, b: Tally): Tally {
  if (a.count === 0) return { ...b };
  if (b.count === 0) return { ...a };
  const count = a.count + b.count;
  const apart = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (apart * b.count) / count,
    squares: a.squares + b.squares + (apart * apart * a.count * b.count) / count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}

/** Unbiased sample variance; null below two values. */
export function varianceOf(tally: Tally): number | null {
  return tally.count < 2 ? null : tally.squares / (tally.count - 1);
}
