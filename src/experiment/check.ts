/**
 * `check`: a run against its baseline, replication by replication, each metric with its margin.
 */
import { isMeasured, METRICS } from '#model/metric';
import type { LoadedScenario } from '#scenario/load';
import type { Baseline } from './baseline.js';
import { compareMetric, isSameRun, type MetricComparison } from './comparison.js';
import { forecastPairs, judgeNonInferior, type NonInferiority } from './judgement.js';
import { defaultMargin, formatMargin, type Margin } from './margin.js';
import type { Series } from './series.js';

export type CheckedMetric = MetricComparison & NonInferiority & { readonly allowed: string };

/**
 * `pass`: no metric became worse than allowed. `regression`: one did. `inconclusive`: none did for certain, and one may
 * have. `changed`: one differs, but the simulator itself has changed, so that the difference tells nothing.
 */
export type CheckVerdict = 'pass' | 'regression' | 'inconclusive' | 'changed';

export interface CheckResult {
  readonly name: string;
  readonly seed: string;
  readonly replications: number; // pairs
  readonly confidence: number;
  readonly identical: boolean; // every fact of every replication is as it was
  readonly changes: readonly string[]; // of the simulator since the baseline
  readonly scenarioChanged: boolean; // the file under test means another plan than the baseline's
  readonly unknown: readonly string[]; // metrics the baseline does not have
  readonly verdict: CheckVerdict;
  /** Pairs in all that would decide what is undecided, if differences stay as they are; null: no telling. */
  readonly needed: number | null;
  readonly metrics: readonly CheckedMetric[];
}

/**
 * Holds a run against its baseline.
 *
 * @param series - as many replications as the baseline, or fewer
 * @param margins - by metric, instead of the defaults
 * @param confidence - that nothing is called a regression that is none
 */
export function checkAgainst(
  baseline: Baseline,
  loaded: LoadedScenario,
  series: Series,
  margins: ReadonlyMap<string, Margin>,
  confidence: number,
): CheckResult {
  const before = baseline.series;
  const measured = METRICS.filter((metric) => isMeasured(metric, loaded.plan));
  const known = measured.filter(({ key }) => before.values[key] !== undefined);
  const marginOf = (metric: (typeof METRICS)[number]) => margins.get(metric.key) ?? defaultMargin(metric);
  const family = known.filter((metric) => marginOf(metric).kind !== 'none').length;
  const metrics = known.map((metric): CheckedMetric => {
    const margin = marginOf(metric);
    const judged = judgeNonInferior(metric, before, series, margin, { confidence, family });
    return { ...compareMetric(metric, before, series, confidence), ...judged, allowed: formatMargin(margin, metric) };
  });
  return {
    name: loaded.name,
    seed: loaded.seed,
    replications: Math.min(before.replications, series.replications),
    confidence,
    identical: isSameRun(before, series),
    changes: baseline.changes,
    scenarioChanged: baseline.stored.summary.scenario.hash !== loaded.hash,
    unknown: measured.filter(({ key }) => before.values[key] === undefined).map(({ key }) => key),
    verdict: verdictOf(metrics, baseline.changes.length > 0),
    needed: pairsNeeded(metrics),
    metrics,
  };
}

/** The most that any undecided metric needs; null where one of them cannot be forecast. */
function pairsNeeded(metrics: readonly CheckedMetric[]): number | null {
  const forecasts = metrics
    .filter(({ standing }) => standing === 'undecided')
    .flatMap(({ n, intervals, margin, better }) =>
      intervals.map((interval) => (margin === null ? null : forecastPairs(n, interval, margin, better))),
    );
  if (forecasts.length === 0 || forecasts.includes(null)) return null;
  return Math.max(...forecasts.map(Number));
}

function verdictOf(metrics: readonly CheckedMetric[], simulatorChanged: boolean): CheckVerdict {
  const standings = new Set(metrics.map(({ standing }) => standing));
  const open = standings.has('worse') || standings.has('undecided');
  if (open && simulatorChanged) return 'changed';
  return standings.has('worse') ? 'regression' : open ? 'inconclusive' : 'pass';
}
