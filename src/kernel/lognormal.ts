/**
 * The lognormal law, truncated at `max` where there is one: values above `max` are drawn again, not moved to it.
 */
import { normalCumulative, normalQuantile } from './normal.js';

export interface Lognormal {
  readonly median: number; // of the law before truncation
  readonly sigma: number; // of the logarithm
  readonly max?: number;
}

/** The value not exceeded with probability `p`. */
export function lognormalQuantile(law: Lognormal, p: number): number {
  const { median, sigma, max } = law;
  if (sigma === 0 || median === 0) return median;
  if (max === undefined) return median * Math.exp(sigma * normalQuantile(p));
  return Math.min(max, median * Math.exp(sigma * normalQuantile(p * cumulativeBelowMax(law))));
}

/** The probability of a value at most `x`, which is at least 0. */
export function lognormalCumulative(law: Lognormal, x: number): number {
  const { median, sigma, max } = law;
  if (max !== undefined && x >= max) return 1;
  if (sigma === 0 || median === 0) return x >= median ? 1 : 0;
  return normalCumulative(Math.log(x / median) / sigma) / cumulativeBelowMax(law);
}

/** What `max` leaves of the untruncated law. */
export function cumulativeBelowMax({ median, sigma, max }: Lognormal): number {
  if (max === undefined) return 1;
  if (sigma === 0 || median === 0) return max >= median ? 1 : 0;
  return normalCumulative(Math.log(max / median) / sigma);
}

/** E[X^order] of a lognormal law, truncated or not. */
export function lognormalMoment(law: Lognormal, order: 1 | 2): number {
  const { median, sigma, max } = law;
  const scale = order === 1 ? median : median * median;
  if (sigma === 0 || median === 0) return scale;
  const whole = scale * Math.exp((order * order * sigma * sigma) / 2);
  if (max === undefined) return whole;
  const z = Math.log(max / median) / sigma;
  return (whole * normalCumulative(z - order * sigma)) / normalCumulative(z);
}
