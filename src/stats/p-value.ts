/**
 * One-sided p-values that belong to the intervals of `./interval`: the smallest level at which the interval's end
 * clears the threshold. A small one speaks for the statement; 0 means that the quantity's bounds make it true.
 */
import { assert } from '#base/assert';
import { binomialLowerTail, binomialUpperTail } from './binomial.js';
import type { Bounds } from './interval.js';

/** What is to be shown of a quantity; strict: `<` or `>` instead of `<=` or `>=`. */
export interface Statement {
  readonly side: 'below' | 'above';
  readonly strict: boolean;
  readonly threshold: number;
}

/** Whether the statement is true of a known value. */
export function isTrueOf(statement: Statement, value: number): boolean {
  if (value === statement.threshold) return !statement.strict;
  return statement.side === 'below' ? value < statement.threshold : value > statement.threshold;
}

/**
 * Evidence that a probability lies on one side, by the exact binomial test.
 *
 * @param k - trials that came true; whole or not
 * @param n - trials ≥ 1
 */
export function proportionPValue(k: number, n: number, statement: Statement): number {
  const { side, threshold } = statement;
  if (isTrueOf(statement, side === 'below' ? 1 : 0)) return 0;
  if (threshold < 0 || threshold > 1) return 1; // beyond what a probability can reach
  return side === 'below' ? binomialLowerTail(k, n, threshold) : binomialUpperTail(k, n, threshold);
}

/**
 * A statement on a quantile as one on a probability: a quantile is at most t if and only if a value is at most t with
 * probability at least q. So `<= t` and `> t` count the values up to t, `< t` and `>= t` those below t.
 *
 * @param sorted - ascending
 * @param q - in (0, 1)
 * @returns the count of the sample and the statement on its probability
 */
export function quantileAsProportion(
  sorted: ArrayLike<number>,
  q: number,
  { side, strict, threshold }: Statement,
): { readonly count: number; readonly statement: Statement } {
  const count = countUpTo(sorted, threshold, (side === 'below') !== strict);
  return { count, statement: { side: side === 'below' ? 'above' : 'below', strict: false, threshold: q } };
}

/**
 * Evidence that a quantile lies on one side, by the exact binomial test.
 *
 * @param sorted - ascending, at least one value
 * @param q - in (0, 1)
 */
export function quantilePValue(sorted: ArrayLike<number>, q: number, bounds: Bounds, statement: Statement): number {
  if (isTrueByBounds(bounds, statement)) return 0;
  const proportion = quantileAsProportion(sorted, q, statement);
  return proportionPValue(proportion.count, sorted.length, proportion.statement);
}

/**
 * Evidence that the mean of a bounded quantity lies on one side, by the DKW band.
 *
 * @param sorted - ascending, at least one value
 */
export function meanPValue(sorted: ArrayLike<number>, bounds: Bounds, statement: Statement): number {
  if (isTrueByBounds(bounds, statement)) return 0;
  const room = bandToThreshold(sorted, bounds, statement);
  const level = Math.exp(-2 * sorted.length * room * room);
  return level <= 0.5 ? level : 1; // Massart's one-sided constant holds up to one half
}

/**
 * The widest DKW band at which the mean still lies on the statement's side; 0 if it does not even without one.
 *
 * The bound of the mean is linear between multiples of 1/n, so the band is found exactly, by one walk.
 */
export function bandToThreshold(sorted: ArrayLike<number>, bounds: Bounds, statement: Statement): number {
  const above = statement.side === 'above';
  const bound = above ? bounds[0] : bounds[1];
  if (bound === null) return 0;
  const n = sorted.length;
  const rest = new Float64Array(n + 1); // rest[i]: sum of what is left after i values moved; sums only, so zeros stay zero
  for (let i = n - 1; i >= 0; i -= 1) {
    rest[i] = (rest[i + 1] as number) + (sorted[above ? n - 1 - i : i] as number);
  }
  const sumAfter = (moved: number) => (rest[moved] as number) + moved * bound;
  if (!isTrueOf(statement, sumAfter(0) / n)) return 0;
  for (let i = 0; i < n; i += 1) {
    if (isTrueOf(statement, sumAfter(i + 1) / n)) continue;
    return (i + (statement.threshold * n - sumAfter(i)) / (sumAfter(i + 1) - sumAfter(i))) / n;
  }
  return 1;
}

/**
 * How many trials would make the evidence of a proportion reach `level`, were the share to stay as it is.
 *
 * @param share - of trials that came true
 * @param pValue - the test, by which more of the same is never less evidence
 * @returns trials, to about 1 %; null if none would, or more than a billion
 */
export function trialsToSettle(
  share: number,
  statement: Statement,
  level: number,
  pValue: typeof proportionPValue = proportionPValue,
): number | null {
  assert(level > 0 && level < 1, `the level ${level} lies in (0, 1)`);
  if (share === statement.threshold || !isTrueOf(statement, share)) return null;
  const settles = (n: number) => pValue(share * n, n, statement) <= level;
  let enough = 1;
  while (!settles(enough)) {
    enough *= 2;
    if (enough > 1e9) return null;
  }
  let few = enough / 2;
  while (enough - few > Math.max(1, 0.01 * enough)) {
    const middle = Math.ceil((few + enough) / 2);
    if (settles(middle)) enough = middle;
    else few = middle;
  }
  return enough;
}

/** Whether the bounds of a quantity make the statement true whatever its law. */
export function isTrueByBounds([min, max]: Bounds, statement: Statement): boolean {
  const worst = statement.side === 'below' ? max : min;
  return worst !== null && isTrueOf(statement, worst);
}

function countUpTo(sorted: ArrayLike<number>, threshold: number, inclusive: boolean): number {
  let count = 0;
  while (count < sorted.length) {
    const value = sorted[count] as number;
    if (value > threshold || (value === threshold && !inclusive)) break;
    count += 1;
  }
  return count;
}
