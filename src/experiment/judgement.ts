/**
 * Differences against margins: are two variants as good as the same, has one become worse?
 *
 * An answer needs a whole interval on one side. A quantity has two intervals, of the mean and of the median difference:
 * it is within its margin if both are, beyond it if either is, and the error is shared between them.
 */
import type { Metric } from '#model/metric';
import type { Interval } from '#stats/interval';
import { compareMetric, isSameRun, METHODS, type MetricComparison } from './comparison.js';
import { type Margin, sizeOf } from './margin.js';
import type { Series } from './series.js';

/** What an equivalence margin made of a difference. */
export interface Equivalence {
  readonly margin: number | null; // in the metric's unit
  readonly verdict: 'equivalent' | 'different' | 'inconclusive';
  readonly confidence: number; // of the intervals behind the verdict
  readonly intervals: readonly Interval[];
}

/**
 * Judges whether two variants differ by no more than a margin.
 *
 * @param confidence - of all judgements together
 * @param family - how many there are
 */
export function judgeEquivalence(
  metric: Metric,
  a: Series,
  b: Series,
  margin: Margin,
  { confidence, family }: { readonly confidence: number; readonly family: number },
): Equivalence {
  const level = levelOf(metric, confidence, family);
  const compared = compareMetric(metric, a, b, level);
  const size = sizeOf(margin, compared.a);
  const intervals = intervalsOf(compared);
  const verdict = (): Equivalence['verdict'] => {
    if (isSameRun(a, b)) return 'equivalent';
    if (size === null || compared.n === 0) return 'inconclusive';
    if (intervals.some(([low, high]) => (low ?? -Infinity) > size || (high ?? Infinity) < -size)) return 'different';
    const lost = compared.onlyA + compared.onlyB; // without data on one side there is no telling
    const within = intervals.every(([low, high]) => (low ?? -Infinity) >= -size && (high ?? Infinity) <= size);
    return within && lost === 0 ? 'equivalent' : 'inconclusive';
  };
  return { margin: size, verdict: verdict(), confidence: level, intervals };
}

/** How a metric stands against the baseline. */
export type Standing = 'unchanged' | 'not-worse' | 'worse' | 'undecided' | 'no-data' | 'not-judged';

export interface NonInferiority {
  readonly margin: number | null;
  readonly standing: Standing;
  readonly confidence: number; // of the intervals behind the standing
  readonly intervals: readonly Interval[]; // of the difference, new less old
}

/**
 * Judges whether a metric became worse than its margin allows. `worse` is kept for what holds at the confidence of the
 * whole family; `not-worse` needs each interval at the confidence itself, since all metrics have to pass.
 */
export function judgeNonInferior(
  metric: Metric,
  before: Series,
  after: Series,
  margin: Margin,
  { confidence, family }: { readonly confidence: number; readonly family: number },
): NonInferiority {
  const strict = levelOf(metric, confidence, family);
  const compared = compareMetric(metric, before, after, confidence);
  const far = compareMetric(metric, before, after, strict);
  const size = sizeOf(margin, compared.a);
  const loose = { margin: size, confidence, intervals: intervalsOf(compared) };
  if (margin.kind === 'none') return { ...loose, standing: 'not-judged' };
  const { n, changed, onlyA, onlyB } = compared;
  if (n + onlyA + onlyB === 0) return { ...loose, standing: 'no-data' };
  if (changed + onlyA + onlyB === 0) return { ...loose, standing: 'unchanged' };
  if (margin.kind === 'never') {
    const worse = compared.worstReplication !== null;
    return { ...loose, standing: worse ? 'worse' : onlyA > 0 ? 'undecided' : 'not-worse' };
  }
  if (n === 0 || size === null) return { ...loose, standing: 'undecided' };
  const sided = (interval: Interval) => (metric.better === 'higher' ? mirror(interval) : interval);
  if (intervalsOf(far).some((interval) => (sided(interval)[0] ?? -Infinity) > size)) {
    return { margin: size, standing: 'worse', confidence: strict, intervals: intervalsOf(far) };
  }
  const held = loose.intervals.every((interval) => (sided(interval)[1] ?? Infinity) <= size);
  return { ...loose, standing: held && onlyA === 0 ? 'not-worse' : 'undecided' };
}

/**
 * How many pairs it would take until an interval clears a margin, if its middle stays and its width shrinks with the root
 * of their number; null where no number would do, or where there is no interval yet to tell from.
 *
 * @param n - pairs so far
 * @param margin - in the metric's unit; the worse side of a metric that is better when higher is the negative one
 */
export function forecastPairs(
  n: number,
  [low, high]: Interval,
  margin: number,
  better: Metric['better'],
): number | null {
  if (low === null || high === null) return null;
  const middle = (low + high) / 2;
  const gap = Math.abs(margin - (better === 'higher' ? -middle : middle));
  if (gap === 0) return null;
  const ratio = (high - low) / 2 / gap;
  return Math.ceil(n * ratio * ratio);
}

/** Where no pair differs the mean has no interval, and the median speaks alone. */
function intervalsOf(compared: MetricComparison): Interval[] {
  if (compared.median !== null && compared.method === METHODS.unseen) return [compared.median.interval];
  return compared.median === null ? [compared.interval] : [compared.interval, compared.median.interval];
}

/** The confidence of one interval among all that a family of judgements rests on. */
function levelOf(metric: Metric, confidence: number, family: number): number {
  return 1 - (1 - confidence) / (family * (metric.kind === 'probability' ? 1 : 2));
}

function mirror([low, high]: Interval): Interval {
  return [high === null ? null : -high, low === null ? null : -low];
}
