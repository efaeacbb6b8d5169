/**
 * Evidence and intervals that hold at every sample size at once: an experiment may look as often as it likes and stop
 * whenever it likes. A fixed-size interval that is looked at again and again misses far more often than it promises.
 *
 * A probability is tested by the likelihood ratio mixed over all probabilities on the claimed side, a mean by the
 * capital of a gambler who bets on it, a quantile as the probability of a value up to it. Each is a non-negative
 * process that no true hypothesis expects to grow; by Ville's inequality it ever reaches 1/α with probability at most α.
 * Sources: Ville 1939; Robbins 1970, "Statistical methods related to the law of the iterated logarithm"; Waudby-Smith &
 * Ramdas 2024, "Estimating means of bounded random variables by betting"; Howard & Ramdas 2022 for quantiles.
 */
import { assert } from '#base/assert';
import { powerTerm, regularizedBeta } from './beta.js';
import { type Bounds, countWhile, type Interval } from './interval.js';
import { isTrueByBounds, isTrueOf, quantileAsProportion, type Statement } from './p-value.js';

const UNBOUNDED: Bounds = [null, null];
const STAKE_MAX = 0.75; // share of the capital that one bet may lose
const DESIGN_LOG = Math.log(2 / 0.05); // bets are sized for this level; they are valid at every other
const HALVINGS = 60;

/**
 * Evidence that a probability lies on one side, valid at any stopping time: the smallest level at which it counts.
 *
 * The likelihood is averaged over the claimed side with equal weights and divided by that at the threshold.
 *
 * @param k - trials that came true; whole or not
 * @param n - trials ≥ 1
 * @returns in [0, 1]; 1: no evidence
 */
export function proportionSequencePValue(k: number, n: number, statement: Statement): number {
  const { side, threshold } = statement;
  assert(k >= 0 && k <= n, `the count ${k} lies in 0 … ${n}`);
  if (isTrueOf(statement, side === 'below' ? 1 : 0)) return 0;
  if (threshold < 0 || threshold > 1) return 1; // beyond what a probability can reach
  return side === 'below' ? levelBelow(k, n, threshold) : levelBelow(n - k, n, 1 - threshold);
}

/**
 * The interval of a probability after `k` of `n` trials, valid at any stopping time.
 *
 * @param n - without trials the interval is [0, 1]
 * @param confidence - in (0, 1); each end errs with at most half of the rest
 */
export function proportionSequence(k: number, n: number, confidence: number): [low: number, high: number] {
  const half = halfOf(confidence);
  if (n === 0) return [0, 1];
  const highOf = (count: number) => {
    if (count === n) return 1;
    return bisect(count / n, 1, (p) => levelBelow(count, n, p) > half)[1];
  };
  return [1 - highOf(n - k), highOf(k)];
}

/**
 * Evidence that a quantile lies on one side, valid at any stopping time.
 *
 * @param sorted - ascending, at least one value
 * @param q - in (0, 1)
 */
export function quantileSequencePValue(
  sorted: ArrayLike<number>,
  q: number,
  bounds: Bounds,
  statement: Statement,
): number {
  if (isTrueByBounds(bounds, statement)) return 0;
  const proportion = quantileAsProportion(sorted, q, statement);
  return proportionSequencePValue(proportion.count, sorted.length, proportion.statement);
}

/**
 * The interval of one quantile, valid at any stopping time.
 *
 * @param sorted - ascending, at least one value
 * @param q - in (0, 1)
 * @param bounds - the ends where no value of the sample is certain enough
 */
export function quantileSequence(
  sorted: ArrayLike<number>,
  q: number,
  confidence: number,
  bounds: Bounds = UNBOUNDED,
): Interval {
  const half = halfOf(confidence);
  const n = sorted.length;
  const low = countWhile(n, (rank) => levelBelow(rank - 1, n, q) <= half);
  const high = 1 + countWhile(n, (rank) => levelBelow(n - rank, n, 1 - q) > half);
  return [low >= 1 ? (sorted[low - 1] as number) : bounds[0], high <= n ? (sorted[high - 1] as number) : bounds[1]];
}

/**
 * Evidence that the mean of a bounded quantity lies on one side, valid at any stopping time.
 *
 * @param values - in the order in which they came, all within `bounds`
 */
export function meanSequencePValue(values: readonly number[], bounds: Bounds, statement: Statement): number {
  if (isTrueByBounds(bounds, statement)) return 0;
  const game = statement.side === 'above' ? openGame(values, bounds[0]) : openGame(values.map(negate), negated(bounds));
  if (game === null) return 1;
  return levelAbove(game, statement.side === 'above' ? statement.threshold : -statement.threshold);
}

/**
 * The interval of the mean of a bounded quantity, valid at any stopping time; a side without a bound is open.
 *
 * @param values - in the order in which they came, all within `bounds`
 */
export function meanSequence(values: readonly number[], bounds: Bounds, confidence: number): Interval {
  const half = halfOf(confidence);
  const lowOf = (own: readonly number[], bound: number | null): number | null => {
    const game = openGame(own, bound);
    if (game === null || bound === null) return bound;
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    return mean <= bound ? bound : bisect(bound, mean, (m) => levelAbove(game, m) <= half)[0];
  };
  const low = lowOf(values, bounds[0]);
  const high = lowOf(values.map(negate), negated(bounds));
  return [low, high === null ? null : -high];
}

/** 1 / the mixed likelihood ratio for a probability below `p` after `k` of `n`. */
function levelBelow(k: number, n: number, p: number): number {
  if (k >= n * p) return 1; // nothing below is likelier than p itself
  if (p >= 1) return 0;
  const [a, b] = [k + 1, n - k + 1];
  return Math.min(1, powerTerm(p, 1 - p, a, b) / ((1 - p) * regularizedBeta(p, a, b)));
}

/** Values with a lower bound, and the bet on each, chosen from those before it. */
interface Game {
  readonly values: readonly number[];
  readonly bound: number;
  readonly bets: readonly number[]; // what a unit of the value's excess over the mean would add to the capital
}

function openGame(values: readonly number[], bound: number | null): Game | null {
  if (bound === null || values.length === 0) return null;
  const bets: number[] = [];
  let [count, mean, squares] = [0, 0, 0];
  for (const value of values) {
    const variance = count < 2 ? 0 : squares / (count - 1);
    const rounds = count + 1;
    bets.push(count < 2 ? 0 : Math.sqrt((2 * DESIGN_LOG) / (variance * rounds * Math.log(1 + rounds))));
    count += 1;
    const before = value - mean;
    mean += before / count;
    squares += before * (value - mean);
  }
  return { values, bound, bets };
}

/** 1 / the largest capital so far of who bets that the mean is above `m`. */
function levelAbove({ values, bound, bets }: Game, m: number): number {
  if (m < bound || (m === bound && values.some((value) => value > bound))) return 0; // one value refutes it
  if (m === bound) return 1;
  const most = STAKE_MAX / (m - bound);
  let log = 0;
  let best = 0;
  for (let i = 0; i < values.length; i += 1) {
    const bet = Math.min(bets[i] as number, most);
    const excess = (values[i] as number) - m;
    log += Math.log1p(bet * excess);
    if (log > best) best = log;
  }
  return Math.exp(-best);
}

/** Narrows [from, to] to where `holds` turns false; it holds at `from` or nowhere. */
function bisect(from: number, to: number, holds: (x: number) => boolean): [from: number, to: number] {
  let [low, high] = [from, to];
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return [low, high];
}

function negate(value: number): number {
  return -value;
}

function negated(bounds: Bounds): number | null {
  return bounds[1] === null ? null : -bounds[1];
}

function halfOf(confidence: number): number {
  assert(confidence > 0 && confidence < 1, `the confidence ${confidence} lies in (0, 1)`);
  return (1 - confidence) / 2;
}
