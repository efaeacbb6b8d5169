/**
 * Outcomes in, summary out: a pure function of the set of outcomes, so threads and their order leave no trace.
 */
import { assert } from '#base/assert';
import { addInteger, addText, createFingerprint, formatFingerprint } from '#base/fingerprint';
import { isMeasured, METRICS } from '#model/metric';
import type { Outcome } from '#model/outcome';
import type { LoadedScenario } from '#scenario/load';
import { foldAudit } from './audit-result.js';
import { breakDown, countResults } from './breakdown.js';
import { foldChecks } from './check-result.js';
import { judgeClaims } from './expectation.js';
import { measure, valuesOf } from './measure.js';
import { FIXED, type Methods } from './method.js';
import { findTypical, findWorst } from './notable.js';
import { foldReadiness } from './readiness-result.js';
import { foldRecoveries } from './recovery-result.js';
import type { Details, Summary } from './result.js';
import { verdictOf } from './verdict.js';

/** Of the intervals of metrics and breakdowns; claims bring their own. */
export const SUMMARY_CONFIDENCE = 0.95;

/** What of a loaded scenario a summary tells. */
export type FoldedScenario = Pick<
  LoadedScenario,
  'plan' | 'name' | 'question' | 'seed' | 'replications' | 'claims' | 'hash' | 'assumptions'
>;

/**
 * Folds finished replications, in any order and with gaps, into the summary.
 *
 * @param version - of the engine
 * @param methods - those that fit the rule by which the replications were stopped
 * @throws AssertionError if a replication is there twice
 */
export function foldSummary(
  scenario: FoldedScenario,
  outcomes: readonly Outcome[],
  version: string,
  methods: Methods = FIXED,
): Summary {
  const { plan, claims, replications } = scenario;
  const ordered = orderByNumber(outcomes);
  const expectations = judgeClaims(claims, ordered, plan.horizon, methods);
  const shares = { interval: methods.share.interval, confidence: SUMMARY_CONFIDENCE };
  const total = (count: (outcome: Outcome) => number) => ordered.reduce((sum, outcome) => sum + count(outcome), 0);
  return {
    schemaVersion: 1,
    engine: { name: 'rollout-sim', version },
    scenario: { name: scenario.name, question: scenario.question, hash: scenario.hash },
    seed: scenario.seed,
    replications: ordered.length,
    requested: replications,
    complete: ordered.length === replications,
    fidelity: plan.fidelity,
    fingerprint: combineFingerprints(ordered),
    verdict: verdictOf(expectations),
    expectations,
    metrics: Object.fromEntries(
      METRICS.filter((metric) => isMeasured(metric, plan)).map((metric) => [
        metric.key,
        measure(metric, ordered, plan.horizon, SUMMARY_CONFIDENCE, methods),
      ]),
    ),
    results: countResults(ordered, shares),
    breakdown: breakDown(plan, ordered, shares),
    audit: foldAudit(ordered, shares),
    recoveries: foldRecoveries(ordered, shares),
    checks: foldChecks(plan, ordered, shares),
    readiness: foldReadiness(ordered, shares),
    work: {
      blocks: total(({ blocks }) => blocks),
      blocksAtMessageLevel: total(({ blocksAtMessageLevel }) => blocksAtMessageLevel),
      messageEvents: total(({ messageEvents }) => messageEvents),
    },
    typicalReplication: findTypical(ordered),
    worstReplication: findWorst(ordered),
    assumptions: scenario.assumptions.map(({ path, value, source }) => ({ path, value, source })),
  };
}

/**
 * Every value of every metric, index by replication number; a replication that was not finished leaves nulls and the
 * result `missing`.
 */
export function foldValues(outcomes: readonly Outcome[]): Pick<Details, 'values' | 'results'> {
  const ordered = orderByNumber(outcomes);
  const length = (ordered.at(-1)?.replication ?? -1) + 1;
  const results = new Array<string>(length).fill('missing');
  for (const { replication, result } of ordered) results[replication] = result;
  const values: Record<string, (number | null)[]> = {};
  for (const { key } of METRICS) {
    const row = new Array<number | null>(length).fill(null);
    const known = valuesOf(key, ordered);
    for (const [i, { replication }] of ordered.entries()) row[replication] = known[i] ?? null;
    values[key] = row;
  }
  return { values, results };
}

/** A hash over the fingerprints of all replications in number order. */
export function combineFingerprints(ordered: readonly Pick<Outcome, 'replication' | 'fingerprint'>[]): string {
  const print = createFingerprint();
  for (const { replication, fingerprint } of ordered) {
    addInteger(print, replication);
    addText(print, fingerprint);
  }
  return formatFingerprint(print);
}

function orderByNumber(outcomes: readonly Outcome[]): Outcome[] {
  const ordered = [...outcomes].sort((a, b) => a.replication - b.replication);
  for (const [i, { replication }] of ordered.entries()) {
    assert(ordered[i + 1]?.replication !== replication, `replication ${replication} is folded once`);
  }
  return ordered;
}
