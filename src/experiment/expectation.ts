/**
 * Claims over outcomes: pass or fail only when the whole interval is on one side, inconclusive otherwise. No data never
 * passes.
 *
 * Several claims share their confidence by Holm's procedure, once for what passes and once for what fails, each with
 * half of 1 − confidence: with probability at least the confidence no verdict of the family is wrong. The interval
 * shown is the one the verdict rests on, at the level Holm left for that claim. Claims with different confidences enter
 * with p-values in units of their own level, so each errs with at most its own, the family with at most the largest.
 */
import { formatDuration, type Micros } from '#base/time';
import type { Comparator } from '#model/check-plan';
import type { MetricUnit } from '#model/metric';
import type { Outcome } from '#model/outcome';
import type { Claim } from '#scenario/claim';
import { type HolmDecision, holm } from '#stats/holm';
import type { Interval } from '#stats/interval';
import { type Evidence, statementOf, weigh } from './evidence.js';
import { FIXED, type Methods } from './method.js';
import type { ExpectationResult } from './result.js';

/**
 * Judges all claims of a scenario together.
 *
 * @param outcomes - by number
 * @param horizon - bounds the quantities that are durations
 */
export function judgeClaims(
  claims: readonly Claim[],
  outcomes: readonly Outcome[],
  horizon: Micros,
  methods: Methods = FIXED,
): ExpectationResult[] {
  const evidence = claims.map((claim) => weigh(claim, outcomes, horizon, methods));
  const { passes, fails } = decideAll(claims, evidence, methods);
  return claims.map((claim, i) => {
    const [pass, fail] = [passes[i] as HolmDecision, fails[i] as HolmDecision];
    return judge(claim, evidence[i] as Evidence, pass, fail, claims.length);
  });
}

/**
 * How many replications would settle every claim if the estimates stay; 0 if all are settled, null if no number would.
 *
 * @param outcomes - by number
 */
export function forecastClaims(
  claims: readonly Claim[],
  outcomes: readonly Outcome[],
  horizon: Micros,
  methods: Methods,
): number | null {
  const evidence = claims.map((claim) => weigh(claim, outcomes, horizon, methods));
  const { passes, fails } = decideAll(claims, evidence, methods);
  let most = 0;
  for (const [i, claim] of claims.entries()) {
    const [pass, fail] = [passes[i] as HolmDecision, fails[i] as HolmDecision];
    const { trouble, settledBy } = evidence[i] as Evidence;
    if (trouble !== null || pass.rejected || fail.rejected) continue;
    const needed = settledBy(Math.min(...methods.levels(claim)) * Math.min(pass.level, fail.level));
    if (needed === null) return null;
    most = Math.max(most, needed, outcomes.length + 1);
  }
  return most;
}

function decideAll(claims: readonly Claim[], evidence: readonly Evidence[], methods: Methods) {
  const levels = claims.map((claim) => methods.levels(claim));
  const passed = evidence.map(({ passP }, i) => passP / (levels[i]?.[0] ?? 1));
  const failed = evidence.map(({ failP }, i) => failP / (levels[i]?.[1] ?? 1));
  return { passes: holm(passed, 1), fails: holm(failed, 1) };
}

function judge(
  claim: Claim,
  evidence: Evidence,
  pass: HolmDecision,
  fail: HolmDecision,
  family: number,
): ExpectationResult {
  const decided = pass.rejected ? pass : fail.rejected ? fail : null;
  const share = decided?.level ?? Math.min(pass.level, fail.level); // of 1 − confidence, left by Holm
  const confidence = 1 - (1 - claim.confidence) * share;
  const interval = evidence.intervalAt(confidence);
  const verdict = verdictFor(evidence, pass, fail);
  const isAnswer = verdict !== 'error' && evidence.estimate !== null;
  const holmNote = family > 1 && isAnswer ? ` at ${percent(confidence, 4)} (Holm, ${family} claims)` : '';
  return {
    claim: claim.text,
    verdict,
    estimate: evidence.estimate,
    interval: [...interval],
    unit: evidence.unit,
    threshold: claim.threshold,
    comparator: claim.comparator,
    confidence: claim.confidence,
    method: evidence.method + holmNote,
    n: evidence.estimate === null ? 0 : evidence.n,
    reason: explain(claim, evidence, verdict, interval, ((1 - claim.confidence) / 2) * share),
    worstReplication: evidence.worstReplication,
  };
}

/** Without data both p-values are 1, which nothing rejects. */
function verdictFor(evidence: Evidence, pass: HolmDecision, fail: HolmDecision): ExpectationResult['verdict'] {
  if (evidence.trouble !== null) return 'error';
  return pass.rejected ? 'pass' : fail.rejected ? 'fail' : 'inconclusive';
}

const RELATION: Readonly<Record<Comparator, string>> = {
  '<': 'below',
  '<=': 'at most',
  '>': 'above',
  '>=': 'at least',
};
const OPPOSITE: Readonly<Record<Comparator, Comparator>> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' };

function explain(
  claim: Claim,
  evidence: Evidence,
  verdict: ExpectationResult['verdict'],
  interval: Interval,
  level: number,
): string {
  if (evidence.trouble !== null) return evidence.trouble;
  if (evidence.estimate === null) return 'No replication has data for this claim, and no data never passes.';
  const write = (value: number) => writeValue(value, evidence.unit);
  const range = writeInterval(interval, write);
  const threshold = write(claim.threshold);
  if (verdict !== 'inconclusive') {
    const relation = RELATION[verdict === 'pass' ? claim.comparator : OPPOSITE[claim.comparator]];
    if (evidence.method.startsWith('SPRT')) {
      return `The likelihood ratio settles that it is ${relation} ${threshold}, or too close to matter${undecidedNote(evidence)}.`;
    }
    return `The whole interval, ${range}, is ${relation} ${threshold}${undecidedNote(evidence)}.`;
  }
  return `The interval, ${range}, does not settle whether it is ${RELATION[claim.comparator]} ${threshold}; ${outlook(
    claim,
    evidence,
    interval,
    level,
  )}.`;
}

/** What it would take to settle the claim. */
function outlook(claim: Claim, evidence: Evidence, interval: Interval, level: number): string {
  const needed = evidence.settledBy(level);
  if (needed !== null) {
    const about = roundUp(Math.max(needed, evidence.replications + 1));
    return `about ${about} replications would if the estimate stays${undecidedNote(evidence)}`;
  }
  const { claim: statement } = statementOf(claim.comparator, claim.threshold);
  if ((statement.side === 'below' ? interval[1] : interval[0]) === null && evidence.about === 'mean') {
    return 'the mean of a quantity without a bound cannot be confirmed; ask for a quantile or for P of a condition';
  }
  if (evidence.unit === 'share' && evidence.undecided > 0) {
    const count = evidence.undecided;
    return `${count} of ${evidence.replications} replications have no data and count for neither side; a quantile asks only those with data`;
  }
  return 'the estimate is too close to the threshold for any number of replications';
}

function undecidedNote({ about, undecided, n, replications }: Evidence): string {
  if (undecided === 0) return '';
  return about === 'share'
    ? `, whatever the ${undecided} of ${replications} replications without data would have shown`
    : `, among the ${n} of ${replications} replications with data`;
}

function writeInterval([low, high]: Interval, write: (value: number) => string): string {
  if (low === null) return high === null ? 'without bounds' : `up to ${write(high)}`;
  return high === null ? `${write(low)} and more` : `${write(low)} to ${write(high)}`;
}

function writeValue(value: number, unit: MetricUnit): string {
  if (unit === 'share') return percent(value, 4);
  if (unit === 'duration') return formatDuration(value);
  return String(Number(value.toPrecision(4)));
}

function percent(share: number, digits: number): string {
  return `${Number((100 * share).toPrecision(digits))}%`;
}

/** Two digits are all that a forecast is worth. */
function roundUp(count: number): number {
  let unit = 1;
  while (count / unit >= 100) unit *= 10;
  return Math.ceil(count / unit) * unit;
}
