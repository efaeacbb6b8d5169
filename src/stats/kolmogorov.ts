/**
 * The distance of Kolmogorov and Smirnov between two samples that are known as counts.
 */
import { assert } from '#base/assert';

/** A sample: how often each value came. */
export interface Counts {
  readonly values: readonly number[]; // ascending
  readonly counts: readonly number[]; // > 0
}

/**
 * The largest difference between the two empirical distribution functions, in [0, 1].
 *
 * Source: Conover 1999, "Practical Nonparametric Statistics", section 6.3.
 *
 * @returns null where a sample is empty
 */
export function kolmogorovSmirnov(a: Counts, b: Counts): number | null {
  const [totalA, totalB] = [totalOf(a), totalOf(b)];
  if (totalA === 0 || totalB === 0) return null;
  let [i, j, belowA, belowB, most] = [0, 0, 0, 0, 0];
  while (i < a.values.length || j < b.values.length) {
    const value = Math.min(a.values[i] ?? Infinity, b.values[j] ?? Infinity);
    if (a.values[i] === value) {
      belowA += a.counts[i] as number;
      i += 1;
    }
    if (b.values[j] === value) {
      belowB += b.counts[j] as number;
      j += 1;
    }
    most = Math.max(most, Math.abs(belowA / totalA - belowB / totalB));
  }
  return most;
}

/** Several samples as one. */
export function poolCounts(samples: readonly Counts[]): Counts {
  const pooled = new Map<number, number>();
  for (const { values, counts } of samples) {
    for (const [i, value] of values.entries()) pooled.set(value, (pooled.get(value) ?? 0) + (counts[i] as number));
  }
  const rows = [...pooled].sort(([a], [b]) => a - b);
  return { values: rows.map(([value]) => value), counts: rows.map(([, count]) => count) };
}

function totalOf({ values, counts }: Counts): number {
  assert(values.length === counts.length, 'every value has its count');
  return counts.reduce((sum, count) => sum + count, 0);
}
