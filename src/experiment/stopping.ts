/**
 * When an experiment has seen enough: its claims are settled, or its estimates as precise as asked, or no more may run.
 *
 * Replications come in rounds of fixed size; the rule looks only after whole rounds, folded by number, so threads and
 * speed leave no trace in where it stops.
 */
import { UserError } from '#base/error';
import type { Micros } from '#base/time';
import { findMetric, METRICS, type Metric } from '#model/metric';
import type { Outcome } from '#model/outcome';
import type { Claim } from '#scenario/claim';
import { parseQuantity, QUANTITY_EXAMPLE } from '#scenario/quantity';
import { suggest } from '#scenario/suggest';
import { quantileNearestRank } from '#stats/quantile';
import { forecastClaims } from './expectation.js';
import { boundsOf, valuesOf } from './measure.js';
import { type Methods, SEQUENTIAL, type SprtDesign, sampleOf, sprtMethods } from './method.js';

/** An estimate and how narrow its interval has to be. */
export interface PrecisionGoal {
  readonly text: string; // as written
  readonly metric: Metric;
  readonly q: number | null; // of a quantile over replications; null: mean or probability
  readonly halfWidth: number; // in the metric's unit, or of the estimate
  readonly relative: boolean;
}

export interface StoppingRule {
  readonly decide: 'sequence' | 'sprt' | null; // settle every claim, by which method
  readonly sprt: SprtDesign | null; // with `sprt`
  readonly precision: readonly PrecisionGoal[];
  readonly confidence: number; // of the intervals of `precision`
  readonly round: number; // replications between two looks
  readonly maxReplications: number;
}

/** What the rule makes of what there is. */
export interface Look {
  readonly settled: boolean;
  readonly open: readonly string[]; // goals not reached, in words
  /** Replications in all that would settle everything if the estimates stay; null: no number would. */
  readonly needed: number | null;
}

/** The methods whose promise holds under a rule. */
export function methodsOf({ decide, sprt }: StoppingRule): Methods {
  return decide === 'sprt' && sprt !== null ? sprtMethods(sprt) : SEQUENTIAL;
}

const QUANTILES: Readonly<Record<string, number>> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 };

/**
 * Reads `metric=half width` texts, such as `rollback.any=2%`, `p50(liveness.finality)=relative:5%`.
 *
 * @throws UserError naming every text that is none
 */
export function parsePrecision(texts: readonly string[]): PrecisionGoal[] {
  const goals: PrecisionGoal[] = [];
  const problems = texts.flatMap((text) => {
    const refuse = (what: string, fix: string) => [{ file: '--precision', path: text, what, fix }];
    const [, quantile, inner, plain, width = ''] = /^(?:(p\d\d)\(([^()=]+)\)|([^()=]+))=(.+)$/.exec(text) ?? [];
    const key = inner ?? plain ?? text;
    const metric = findMetric(key);
    if (metric === undefined) {
      const known = METRICS.map((one) => one.key);
      return refuse(`there is no metric "${key}"`, suggest(key, known, 'Metrics'));
    }
    const q = quantile === undefined ? null : QUANTILES[quantile];
    if (q === undefined) return refuse(`there is no ${quantile} here`, `Write ${Object.keys(QUANTILES).join(', ')}.`);
    if (q === null && metric.bounds[1] === null) {
      return refuse(`the mean of ${key} has no upper bound`, `Ask for a quantile: p50(${key})=….`);
    }
    const relative = width.startsWith('relative:');
    const halfWidth = relative ? parseQuantity(width.slice(9), 'ratio') : parseQuantity(width, metric.unit);
    if (halfWidth === undefined || halfWidth <= 0) {
      return refuse(`"${width}" is no half width`, `Write ${QUANTITY_EXAMPLE[metric.unit]}, or relative:5%.`);
    }
    goals.push({ text, metric, q, halfWidth, relative });
    return [];
  });
  if (problems.length > 0) throw new UserError(problems);
  return goals;
}

/**
 * Looks at what there is after a round.
 *
 * @param outcomes - by number, without gaps
 */
export function look(
  rule: StoppingRule,
  claims: readonly Claim[],
  outcomes: readonly Outcome[],
  horizon: Micros,
): Look {
  const open: string[] = [];
  let needed: number | null = outcomes.length;
  const wait = (what: string, replications: number | null): void => {
    open.push(what);
    needed = needed === null || replications === null ? null : Math.max(needed, replications);
  };
  if (rule.decide !== null) {
    const forecast = forecastClaims(claims, outcomes, horizon, methodsOf(rule));
    if (forecast !== 0) wait('the expectations', forecast);
  }
  for (const goal of rule.precision) {
    const forecast = forecastPrecision(goal, outcomes, horizon, rule.confidence);
    if (forecast !== 0) wait(goal.text, forecast);
  }
  return { settled: open.length === 0, open, needed };
}

/** Replications at which the interval would be narrow enough, growing narrower as 1/√n; 0: it is. */
function forecastPrecision(
  { metric, q, halfWidth, relative }: PrecisionGoal,
  outcomes: readonly Outcome[],
  horizon: Micros,
  confidence: number,
): number | null {
  const values = valuesOf(metric.key, outcomes).filter((value) => value !== null);
  if (values.length === 0) return null;
  const sample = sampleOf(values, boundsOf(metric, horizon));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const estimate = q === null ? mean : quantileNearestRank(sample.sorted, q);
  const intervalOf = () => {
    if (q !== null) return SEQUENTIAL.quantile.interval(sample, q, confidence);
    if (metric.kind === 'quantity') return SEQUENTIAL.mean.interval(sample, confidence);
    return SEQUENTIAL.share.interval(values.filter((value) => value === 1).length, values.length, confidence);
  };
  const [low, high] = intervalOf();
  const goal = relative ? halfWidth * Math.abs(estimate) : halfWidth;
  if (low === null || high === null || goal === 0) return null;
  const half = (high - low) / 2;
  if (half <= goal) return 0;
  const factor = half / goal;
  return Math.ceil(outcomes.length * factor * factor);
}
