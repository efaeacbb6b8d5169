/**
 * Two plans on the same luck, pair by pair: how far apart they are, and how sure that is.
 *
 * Sources: McNemar 1947, exact form; Law 2015, "Simulation Modeling and Analysis", chapters 10 and 11 (paired t,
 * common random numbers); Thompson 1936 for the median.
 */
import { assert } from '#base/assert';
import { binomialLowerTail } from './binomial.js';
import { clopperPearson, type Interval, orderQuantile } from './interval.js';
import { quantileType7, sortValues } from './quantile.js';
import { studentQuantile } from './student.js';
import { addValue, createTally, varianceOf } from './tally.js';

/**
 * The interval of the mean difference by Student's law; open on both sides below two pairs.
 *
 * @param differences - at least one
 */
export function pairedMean(differences: readonly number[], confidence: number): { mean: number; interval: Interval } {
  assert(differences.length > 0, 'there is a pair');
  const tally = createTally();
  for (const difference of differences) addValue(tally, difference);
  const variance = varianceOf(tally);
  if (variance === null) return { mean: tally.mean, interval: [null, null] };
  const reach = studentQuantile((1 - confidence) / 2, tally.count - 1) * Math.sqrt(variance / tally.count);
  return { mean: tally.mean, interval: [tally.mean - reach, tally.mean + reach] };
}

/**
 * The median difference and its interval, exact whatever the law of the differences.
 *
 * @param differences - at least one
 */
export function pairedMedian(
  differences: readonly number[],
  confidence: number,
): { median: number; interval: Interval } {
  const sorted = sortValues(differences);
  return { median: quantileType7(sorted, 0.5), interval: orderQuantile(sorted, 0.5, confidence) };
}

/**
 * McNemar's exact test that two plans have the same probability: the two-sided p-value.
 *
 * @param onlyA - pairs in which the event happened under A alone
 * @param onlyB - likewise under B
 */
export function mcnemar(onlyA: number, onlyB: number): number {
  const discordant = onlyA + onlyB;
  return Math.min(1, 2 * binomialLowerTail(Math.min(onlyA, onlyB), discordant, 0.5));
}

/**
 * The interval of the difference of two paired probabilities, B less A: each kind of discordant pair by its exact
 * interval, with half of the error each, so the promise holds at every size.
 *
 * @param n - all pairs, at least one
 */
export function discordantInterval(onlyA: number, onlyB: number, n: number, confidence: number): [number, number] {
  assert(n > 0 && onlyA + onlyB <= n, `${onlyA} and ${onlyB} are among ${n} pairs`);
  const each = 1 - (1 - confidence) / 2;
  const [lowA, highA] = clopperPearson(onlyA, n, each);
  const [lowB, highB] = clopperPearson(onlyB, n, each);
  return [lowB - highA, highB - lowA];
}

/**
 * How many times fewer pairs it takes to know the difference as well as from independent samples: the sum of the two
 * variances over that of the differences.
 *
 * @param a - values under A, as many as `b`, pair by pair
 * @returns null below two pairs, and where the differences do not vary
 */
export function varianceReduction(a: readonly number[], b: readonly number[]): number | null {
  assert(a.length === b.length, 'every value has its pair');
  const [ofA, ofB, ofBoth] = [createTally(), createTally(), createTally()];
  for (const [i, value] of a.entries()) {
    const other = b[i] as number;
    addValue(ofA, value);
    addValue(ofB, other);
    addValue(ofBoth, other - value);
  }
  const between = varianceOf(ofBoth);
  if (between === null || between === 0) return null;
  return ((varianceOf(ofA) as number) + (varianceOf(ofB) as number)) / between;
}
