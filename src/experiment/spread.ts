/**
 * What a few words say of many values: the middle, nearly all, the worst.
 */
import { quantileType7, sortValues } from '#stats/quantile';
import type { Summary } from './result.js';

/** @param values - at least one, in any order */
export function spreadOf(values: readonly number[]): Summary['recoveries'][number]['duration'] {
  const sorted = sortValues([...values]);
  return { median: quantileType7(sorted, 0.5), p95: quantileType7(sorted, 0.95), max: quantileType7(sorted, 1) };
}
