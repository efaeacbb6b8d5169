/**
 * `compare`: two variants on the same luck, as one document. Canonical: the same variants, seed and replications give
 * the same bytes.
 */
import { isMeasured, METRICS } from '#model/metric';
import type { LoadedScenario } from '#scenario/load';
import { clopperPearson } from '#stats/interval';
import { compareMetric, isSameRun, type MetricComparison } from './comparison.js';
import { type Equivalence, judgeEquivalence } from './judgement.js';
import { formatMargin, type Margin } from './margin.js';
import type { Series } from './series.js';

export interface Variant {
  readonly name: string;
  readonly hash: string;
  readonly fingerprint: string;
}

export type JudgedComparison = MetricComparison & {
  readonly equivalence: (Equivalence & { readonly allowed: string }) | null; // null: no margin was given
};

export interface Comparison {
  readonly schemaVersion: 1;
  readonly kind: 'comparison';
  readonly engine: { readonly name: 'rollout-sim'; readonly version: string };
  readonly a: Variant;
  readonly b: Variant;
  readonly seed: string;
  readonly replications: number; // pairs
  readonly confidence: number;
  /** A change in so large a share of the replications could have stayed unseen in all pairs, at the confidence. */
  readonly unseenShare: number;
  readonly identical: boolean; // the very same runs: no change, exactly
  /** Over the margins; null without any. */
  readonly verdict: 'equivalent' | 'different' | 'inconclusive' | null;
  readonly metrics: readonly JudgedComparison[];
}

/** One side of a comparison: what was simulated, and what it measured. */
export interface Side {
  readonly loaded: Pick<LoadedScenario, 'name' | 'hash' | 'plan'>;
  readonly series: Series;
}

/**
 * Compares two variants that ran with the same seed.
 *
 * @param margins - of equivalence, by metric
 * @param version - of the engine
 */
export function compareSides(
  a: Side,
  b: Side,
  margins: ReadonlyMap<string, Margin>,
  { seed, confidence, version }: { readonly seed: string; readonly confidence: number; readonly version: string },
): Comparison {
  const judged = [...margins.values()].filter((margin) => margin.kind !== 'none');
  const measured = METRICS.filter((metric) => isMeasured(metric, a.loaded.plan) || isMeasured(metric, b.loaded.plan));
  const metrics = measured.map((metric): JudgedComparison => {
    const compared = compareMetric(metric, a.series, b.series, confidence);
    const margin = margins.get(metric.key);
    if (margin === undefined || margin.kind === 'none') return { ...compared, equivalence: null };
    const level = { confidence, family: judged.length };
    const equivalence = judgeEquivalence(metric, a.series, b.series, margin, level);
    return { ...compared, equivalence: { ...equivalence, allowed: formatMargin(margin, metric) } };
  });
  return {
    schemaVersion: 1,
    kind: 'comparison',
    engine: { name: 'rollout-sim', version },
    a: describe(a),
    b: describe(b),
    seed,
    replications: Math.min(a.series.replications, b.series.replications),
    confidence,
    unseenShare: unseenShare(a.series, b.series, confidence),
    identical: isSameRun(a.series, b.series),
    verdict: verdictOver(judged.length, metrics),
    metrics,
  };
}

function unseenShare(a: Series, b: Series, confidence: number): number {
  if (isSameRun(a, b)) return 0;
  const pairs = Math.min(a.replications, b.replications);
  return clopperPearson(0, pairs, 2 * confidence - 1 > 0 ? 2 * confidence - 1 : confidence)[1]; // one-sided
}

function describe({ loaded, series }: Side): Variant {
  return { name: loaded.name, hash: loaded.hash, fingerprint: series.fingerprint };
}

/** A margin on a metric that neither variant measures stays open. */
function verdictOver(asked: number, metrics: readonly JudgedComparison[]): Comparison['verdict'] {
  const verdicts = metrics.flatMap(({ equivalence }) => (equivalence === null ? [] : [equivalence.verdict]));
  if (asked === 0) return null;
  if (verdicts.includes('different')) return 'different';
  const all = verdicts.length === asked && verdicts.every((verdict) => verdict === 'equivalent');
  return all ? 'equivalent' : 'inconclusive';
}
