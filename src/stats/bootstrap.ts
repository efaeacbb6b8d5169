/**
 * Intervals by resampling: the same statistic over many samples drawn, with repetition, from the sample itself.
 *
 * Source: Efron & Tibshirani 1993, "An Introduction to the Bootstrap", section 13.3 (percentile interval).
 */
import type { Interval } from './interval.js';
import { quantileNearestRank, sortValues } from './quantile.js';

export interface BootstrapOptions {
  readonly resamples: number; // integer ≥ 1
  readonly confidence: number; // in (0, 1)
  readonly draw: () => number; // uniform in [0, 1)
}

/**
 * Percentile intervals of several statistics of one sample.
 *
 * @param size - items in the sample; they are named by number
 * @param statistics - of the items named, with repetitions; null where they have none, which leaves that resample out
 * @returns an interval for each statistic, without bounds where no resample has one
 */
export function bootstrapIntervals(
  size: number,
  statistics: (items: readonly number[]) => readonly number[] | null,
  options: BootstrapOptions,
): Interval[] {
  const found: (readonly number[])[] = [];
  for (let i = 0; i < options.resamples; i += 1) {
    const items = Array.from({ length: size }, () => Math.floor(options.draw() * size));
    const values = statistics(items);
    if (values !== null) found.push(values);
  }
  const tail = (1 - options.confidence) / 2;
  const width = statistics(Array.from({ length: size }, (_, i) => i))?.length ?? found[0]?.length ?? 0;
  return Array.from({ length: width }, (_, k): Interval => {
    if (found.length === 0) return [null, null];
    const sorted = sortValues(found.map((values) => values[k] as number));
    return [quantileNearestRank(sorted, tail), quantileNearestRank(sorted, 1 - tail)];
  });
}
