/**
 * Two variants on the same luck, metric by metric: replication k of one against replication k of the other.
 *
 * A probability gets the exact interval of its difference and McNemar's exact test; a quantity the interval of its mean
 * difference by Student's law and, because that leans on a shape, the exact interval of the median difference.
 */
import type { Metric } from '#model/metric';
import type { Interval } from '#stats/interval';
import { discordantInterval, mcnemar, pairedMean, pairedMedian, varianceReduction } from '#stats/paired';
import type { Series } from './series.js';

export interface MetricComparison {
  readonly key: string;
  readonly label: string;
  readonly kind: Metric['kind'];
  readonly unit: Metric['unit'];
  readonly better: Metric['better'];
  readonly n: number; // pairs with data on both sides
  readonly onlyA: number; // pairs with data under A alone
  readonly onlyB: number;
  readonly a: number | null; // mean over the pairs; null without any
  readonly b: number | null;
  readonly difference: number | null; // B less A
  readonly interval: Interval;
  readonly confidence: number;
  readonly method: string;
  readonly changed: number; // pairs that differ
  /** Of a quantity: the median difference, exact. */
  readonly median: { readonly estimate: number; readonly interval: Interval; readonly method: string } | null;
  /** Of a probability: pairs in which it came true under one alone, and McNemar's exact p-value. */
  readonly mcnemar: { readonly onlyA: number; readonly onlyB: number; readonly pValue: number } | null;
  /** Times fewer pairs than with independent samples; null: not defined. */
  readonly varianceReduction: number | null;
  /** Replication that differs most for the worse (for `neither`: most), null if none does. */
  readonly worstReplication: number | null;
}

/** Methods, as results name them. */
export const METHODS = {
  same: 'same run',
  unseen: 'no pair differs',
  mean: 'paired t',
  median: 'order statistics of differences',
  share: 'Clopper–Pearson on discordant pairs',
} as const;

/** Whether two variants were the very same run: every fact of every replication. */
export function isSameRun(a: Series, b: Series): boolean {
  return a.replications === b.replications && a.fingerprint === b.fingerprint;
}

/** Values of one metric, pair by pair. */
interface Pairs {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly numbers: readonly number[];
  readonly onlyA: number;
  readonly onlyB: number;
}

function pairUp(key: string, a: Series, b: Series): Pairs {
  const pairs = { a: [] as number[], b: [] as number[], numbers: [] as number[], onlyA: 0, onlyB: 0 };
  for (let number = 0; number < Math.min(a.replications, b.replications); number += 1) {
    const [ofA, ofB] = [a.values[key]?.[number] ?? null, b.values[key]?.[number] ?? null];
    if (ofA !== null && ofB !== null) {
      pairs.a.push(ofA);
      pairs.b.push(ofB);
      pairs.numbers.push(number);
    } else if (ofA !== null) pairs.onlyA += 1;
    else if (ofB !== null) pairs.onlyB += 1;
  }
  return pairs;
}

/**
 * Compares one metric.
 *
 * @param confidence - of each interval by itself
 */
export function compareMetric(metric: Metric, a: Series, b: Series, confidence: number): MetricComparison {
  const { key, label, kind, unit, better } = metric;
  const pairs = pairUp(key, a, b);
  const n = pairs.numbers.length;
  const differences = pairs.b.map((value, i) => value - (pairs.a[i] as number));
  const same = isSameRun(a, b);
  const shared = {
    ...{ key, label, kind, unit, better, n, confidence },
    onlyA: pairs.onlyA,
    onlyB: pairs.onlyB,
    a: meanOf(pairs.a),
    b: meanOf(pairs.b),
    changed: differences.filter((difference) => difference !== 0).length,
    varianceReduction: n === 0 ? null : varianceReduction(pairs.a, pairs.b),
    worstReplication: findWorstPair(metric, differences, pairs.numbers),
  };
  if (n === 0) {
    return { ...shared, difference: null, interval: [null, null], method: 'none', median: null, mcnemar: null };
  }
  if (kind === 'probability') {
    const onlyA = differences.filter((difference) => difference < 0).length;
    const onlyB = differences.filter((difference) => difference > 0).length;
    return {
      ...shared,
      difference: (onlyB - onlyA) / n,
      interval: same ? [0, 0] : discordantInterval(onlyA, onlyB, n, confidence),
      method: same ? METHODS.same : METHODS.share,
      median: null,
      mcnemar: { onlyA, onlyB, pValue: mcnemar(onlyA, onlyB) },
    };
  }
  const { mean, interval } = pairedMean(differences, confidence);
  const unseen = shared.changed === 0 && !same; // Student's law has nothing to say where nothing varies
  const median = pairedMedian(differences, confidence);
  return {
    ...shared,
    difference: mean,
    interval: same ? [0, 0] : unseen ? [null, null] : interval,
    method: same ? METHODS.same : unseen ? METHODS.unseen : METHODS.mean,
    median: {
      estimate: median.median,
      interval: same ? [0, 0] : median.interval,
      method: same ? METHODS.same : METHODS.median,
    },
    mcnemar: null,
  };
}

/** How much worse a difference is: positive for the worse; by size where neither way is. */
export function worsening(better: Metric['better'], difference: number): number {
  if (better === 'neither') return Math.abs(difference);
  return better === 'lower' ? difference : 0 - difference;
}

function findWorstPair(metric: Metric, differences: readonly number[], numbers: readonly number[]): number | null {
  let worst: number | null = null;
  let most = 0;
  for (const [i, difference] of differences.entries()) {
    const size = worsening(metric.better, difference);
    if (size > most) [worst, most] = [numbers[i] as number, size];
  }
  return worst;
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
