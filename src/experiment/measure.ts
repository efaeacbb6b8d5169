/**
 * One metric over all replications: estimate, interval, quantiles; what has no data is counted, never dropped.
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';
import { METRICS, type Metric } from '#model/metric';
import type { Outcome } from '#model/outcome';
import type { Bounds } from '#stats/interval';
import { quantileNearestRank } from '#stats/quantile';
import { addValue, createTally } from '#stats/tally';
import { FIXED, type Methods, sampleOf } from './method.js';
import type { MetricResult } from './result.js';

const QUANTILES = [0.5, 0.9, 0.99];

/** The range of one replication's value, the horizon filled in. */
export function boundsOf(metric: Metric, horizon: Micros): Bounds {
  const [min, max] = metric.bounds;
  return [min, max === 'horizon' ? horizon : max];
}

/** The values of a metric by outcome; null where there is no data. */
export function valuesOf(key: string, outcomes: readonly Outcome[]): (number | null)[] {
  return outcomes.map((outcome) => outcome.metrics[key] ?? null);
}

/**
 * Every metric of the catalogue is there: null, or a number within its bounds, 0 or 1 if a probability. The intervals
 * hold only then.
 *
 * @throws AssertionError naming the metric
 */
export function checkMetrics(outcome: Outcome, horizon: Micros): void {
  for (const metric of METRICS) {
    const value = outcome.metrics[metric.key];
    if (value === null) continue;
    const [min, max] = boundsOf(metric, horizon);
    assert(
      value !== undefined && Number.isFinite(value) && value >= (min ?? -Infinity) && value <= (max ?? Infinity),
      `${metric.key} is a number from ${min} to ${max ?? 'any'}, not ${value}`,
    );
    assert(metric.kind === 'quantity' || value === 0 || value === 1, `${metric.key} is 0 or 1, not ${value}`);
  }
}

/**
 * A probability gets its interval, a quantity the bounds of its mean and of its quantiles, each by the given methods.
 *
 * @param outcomes - by number, so that the mean has the same last bits however they arrived
 */
export function measure(
  metric: Metric,
  outcomes: readonly Outcome[],
  horizon: Micros,
  confidence: number,
  methods: Methods = FIXED,
): MetricResult {
  const values = valuesOf(metric.key, outcomes).filter((value) => value !== null);
  const bounds = boundsOf(metric, horizon);
  const tally = createTally();
  for (const value of values) addValue(tally, value);
  const shared = {
    kind: metric.kind,
    unit: metric.unit,
    label: metric.label,
    better: metric.better,
    confidence,
    n: values.length,
    undecided: outcomes.length - values.length,
  };
  if (metric.kind === 'probability') {
    const count = values.filter((value) => value === 1).length;
    return {
      ...shared,
      estimate: values.length === 0 ? null : count / values.length,
      interval: methods.share.interval(count, values.length, confidence),
      method: methods.share.name,
    };
  }
  if (values.length === 0) return { ...shared, estimate: null, interval: [...bounds], method: methods.mean.name };
  const sample = sampleOf(values, bounds);
  return {
    ...shared,
    estimate: tally.mean,
    interval: [...methods.mean.interval(sample, confidence)],
    method: methods.mean.name,
    quantiles: QUANTILES.map((q) => ({
      q,
      estimate: quantileNearestRank(sample.sorted, q),
      interval: [...methods.quantile.band(sample, q, confidence)],
    })),
  };
}
