/**
 * What independent repeats of splitting say together: mean, interval, and what plain Monte Carlo would have cost.
 *
 * The interval is Student's over the repeats. Where each of them met the event it is taken on the logarithm of the mean
 * (delta method): the estimates are products, so their errors are factors, and the low end stays above 0. Otherwise it is
 * taken on the mean itself and cut off at 0 and 1. An event that no repeat met has no estimate; the share of paths that
 * reach the first level bounds it, since whoever meets the event has passed that level. Where there is no level but the event,
 * paths are independent and simply counted: then the interval is Clopper and Pearson's, exact even where all repeats agree.
 * Source: Asmussen & Glynn 2007, "Stochastic Simulation", sections III.3 and V.5.
 */
import { assert } from '#base/assert';
import { clopperPearson } from './interval.js';
import type { SplitRepeat } from './splitting.js';
import { studentQuantile } from './student.js';
import { addValue, createTally, varianceOf } from './tally.js';

export interface SplitEstimate {
  readonly estimate: number | null; // null: no repeat met the event
  readonly interval: readonly [low: number, high: number];
  readonly scale: 'log' | 'normal' | 'exact' | 'none'; // none: not reached, the interval is the bound alone
  readonly method: string;
  readonly relativeError: number | null; // standard error over the estimate
  /** Replications of plain Monte Carlo with the same relative error; null where there is none to match. */
  readonly plainReplications: number | null;
  readonly cost: number; // of all repeats
}

/**
 * @param repeats - at least two, with levels that were fixed before them
 * @param effort - paths of each stage
 * @param confidence - of the interval, in (0, 1)
 */
export function estimateFromRepeats(
  repeats: readonly SplitRepeat[],
  effort: number,
  confidence: number,
): SplitEstimate {
  assert(repeats.length >= 2, `an interval takes at least two repeats, not ${repeats.length}`);
  const tally = createTally();
  let cost = 0;
  for (const repeat of repeats) {
    addValue(tally, repeat.estimate);
    cost += repeat.cost;
  }
  const mean = tally.mean;
  if (tally.max === 0) {
    const first = repeats.reduce((sum, { hits }) => sum + (hits[0] as number), 0);
    const [, high] = clopperPearson(first, effort * repeats.length, confidence);
    const method = 'not reached; Clopper–Pearson bound of the share of paths that reach the first level';
    return {
      estimate: null,
      interval: [0, high],
      scale: 'none',
      method,
      relativeError: null,
      plainReplications: null,
      cost,
    };
  }
  if (repeats.every(({ hits }) => hits.length === 1)) return estimateByCounting(repeats, effort, confidence, cost);
  const error = Math.sqrt((varianceOf(tally) as number) / repeats.length);
  const relative = error / mean;
  const t = studentQuantile((1 - confidence) / 2, repeats.length - 1);
  const isLog = tally.min > 0;
  const factor = Math.exp(t * relative);
  const low = isLog ? mean / factor : Math.max(0, mean - t * error);
  const high = Math.min(1, isLog ? mean * factor : mean + t * error);
  return {
    estimate: mean,
    interval: [low, high],
    scale: isLog ? 'log' : 'normal',
    method: `Student over ${repeats.length} repeats, ${isLog ? 'log scale' : 'normal scale: some repeats did not reach it'}`,
    relativeError: relative,
    plainReplications: relative === 0 ? null : (1 - mean) / (mean * relative * relative),
    cost,
  };
}

function estimateByCounting(
  repeats: readonly SplitRepeat[],
  effort: number,
  confidence: number,
  cost: number,
): SplitEstimate {
  const n = effort * repeats.length;
  const hits = repeats.reduce((sum, repeat) => sum + (repeat.hits[0] as number), 0);
  const estimate = hits / n;
  return {
    estimate,
    interval: clopperPearson(hits, n, confidence),
    scale: 'exact',
    method: `Clopper–Pearson over ${n} independent paths: there is no level before the event`,
    relativeError: Math.sqrt((1 - estimate) / hits),
    plainReplications: n,
    cost,
  };
}
