/**
 * What the outcomes say about one claim, for it and against it, before any verdict.
 *
 * A probability is judged by the exact binomial test, a quantile by the same test on the share of values up to the
 * threshold (exact, and decisive long before the DKW band for p99), a mean by the DKW band.
 */
import type { Micros } from '#base/time';
import type { Comparator } from '#model/check-plan';
import { findMetric, type MetricUnit } from '#model/metric';
import type { Outcome } from '#model/outcome';
import type { Claim, ClaimSubject } from '#scenario/claim';
import type { Interval } from '#stats/interval';
import { isTrueOf, quantileAsProportion, type Statement, trialsToSettle } from '#stats/p-value';
import { quantileNearestRank } from '#stats/quantile';
import { addValue, createTally } from '#stats/tally';
import { boundsOf } from './measure.js';
import { FIXED, type Methods, sampleOf } from './method.js';

export interface Evidence {
  readonly about: 'share' | 'mean' | 'quantile' | null; // null: the claim cannot be judged
  readonly unit: MetricUnit;
  readonly method: string;
  readonly replications: number;
  readonly undecided: number; // of them, those without data
  readonly n: number; // of them, those behind the interval
  readonly estimate: number | null; // null: no data
  readonly passP: number; // p-value for the claim; 1 without data
  readonly failP: number; // p-value against it; 1 without data
  readonly intervalAt: (confidence: number) => Interval;
  /** Replications at which one of the p-values would reach `level` if the estimate stays; null: none would. */
  readonly settledBy: (level: number) => number | null;
  readonly worstReplication: number | null; // speaks most against the claim
  readonly trouble: string | null; // why the claim cannot be judged, as a sentence
}

const QUANTILE_OF = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;

/** The statement that the claim makes, and its opposite. */
export function statementOf(comparator: Comparator, threshold: number): { claim: Statement; opposite: Statement } {
  const side = comparator.startsWith('<') ? 'below' : 'above';
  const strict = comparator.length === 1;
  return {
    claim: { side, strict, threshold },
    opposite: { side: side === 'below' ? 'above' : 'below', strict: !strict, threshold },
  };
}

/**
 * Weighs one claim.
 *
 * @param outcomes - by number
 */
export function weigh(claim: Claim, outcomes: readonly Outcome[], horizon: Micros, methods: Methods = FIXED): Evidence {
  const { subject, statistic } = claim;
  if (subject.kind === 'undo') {
    return statistic === 'P'
      ? weighShare(claim, outcomes, casesOfUndo(subject, outcomes), methods)
      : misfit(claim, 'share');
  }
  const metric = findMetric(subject.key);
  if (metric === undefined) return misfit(claim, 'share', `There is no metric ${subject.key}.`);
  const values = outcomes.map((outcome) => outcome.metrics[subject.key]);
  const broken = values.findIndex((value) => value !== null && !Number.isFinite(value));
  if (broken >= 0) {
    const number = outcomes[broken]?.replication;
    return misfit(claim, metric.unit, `Replication ${number} has no valid value of ${subject.key}.`);
  }
  const known = values as (number | null)[];
  if (subject.kind === 'condition') {
    return statistic === 'P'
      ? weighShare(claim, outcomes, casesOfCondition(subject, known), methods)
      : misfit(claim, 'share');
  }
  if (metric.kind === 'probability' && (statistic === 'P' || statistic === 'mean')) {
    return weighShare(claim, outcomes, casesOfCondition({ comparator: '>=', value: 1 }, known), methods);
  }
  if (statistic === 'P') return misfit(claim, metric.unit, `${subject.key} is no probability; give it a condition.`);
  const numbers = outcomes.map(({ replication }) => replication);
  const data = { values: known, numbers, unit: metric.unit, bounds: boundsOf(metric, horizon) };
  return statistic === 'mean'
    ? weighMean(claim, data, methods)
    : weighQuantile(claim, data, QUANTILE_OF[statistic], methods);
}

/** Of each outcome: whether it is a case (null: no data), and how extreme it is. */
interface Case {
  readonly holds: boolean | null;
  readonly extreme: number; // among cases and among others alike, larger is further on its own side
}

/** Which outcomes are cases of the event that `P(…)` is about. */
export function casesOf(subject: ClaimSubject, outcomes: readonly Pick<Outcome, 'undone' | 'metrics'>[]): Case[] {
  if (subject.kind === 'undo') return casesOfUndo(subject, outcomes);
  const condition = subject.kind === 'condition' ? subject : ({ comparator: '>=', value: 1 } as const);
  return casesOfCondition(
    condition,
    outcomes.map(({ metrics }) => metrics[subject.key] ?? null),
  );
}

function casesOfUndo(subject: ClaimSubject & { kind: 'undo' }, outcomes: readonly Pick<Outcome, 'undone'>[]): Case[] {
  return outcomes.map(({ undone }) => {
    const found = undone.filter(
      (undo) =>
        (subject.undo === 'any' || undo.kind === subject.undo) &&
        (subject.channel === null || undo.channel === subject.channel) &&
        (subject.gate === null || undo.gate === subject.gate) &&
        (subject.cause === null || undo.cause === subject.cause),
    );
    return { holds: found.length > 0, extreme: found.length };
  });
}

function casesOfCondition(
  condition: { readonly comparator: Comparator; readonly value: number },
  values: readonly (number | null)[],
): Case[] {
  const { claim } = statementOf(condition.comparator, condition.value);
  return values.map((value) => {
    if (value === null) return { holds: null, extreme: 0 };
    return { holds: isTrueOf(claim, value), extreme: Math.abs(value - condition.value) };
  });
}

/** Replications without data count for neither side: each end of the interval takes them as its worst case. */
function weighShare(claim: Claim, outcomes: readonly Outcome[], cases: readonly Case[], methods: Methods): Evidence {
  const { claim: pass, opposite: fail } = statementOf(claim.comparator, claim.threshold);
  const n = cases.length;
  const least = cases.filter(({ holds }) => holds === true).length;
  const undecided = cases.filter(({ holds }) => holds === null).length;
  const most = least + undecided;
  const known = n - undecided;
  const against = pass.side === 'below'; // the cases themselves speak against `P(…) <= x`
  const test = methods.test(claim.threshold);
  return {
    about: 'share',
    unit: 'share',
    method: test.name,
    replications: n,
    undecided,
    n,
    estimate: known === 0 ? null : least / known,
    passP: known === 0 ? 1 : test.pValue(against ? most : least, n, pass),
    failP: known === 0 ? 1 : test.pValue(against ? least : most, n, fail),
    intervalAt: (confidence) => {
      const { interval } = methods.share;
      return [interval(least, n, confidence)[0], interval(most, n, confidence)[1]];
    },
    settledBy: (level) => {
      const share = (count: number) => (n === 0 ? 0 : count / n);
      return (
        trialsToSettle(share(against ? most : least), pass, level, test.pValue) ??
        trialsToSettle(share(against ? least : most), fail, level, test.pValue)
      );
    },
    worstReplication: numberOfMost(outcomes, (i) => {
      const { holds, extreme } = cases[i] as Case;
      return holds === against ? extreme : null;
    }),
    trouble: null,
  };
}

interface Data {
  readonly values: readonly (number | null)[]; // one an outcome
  readonly numbers: readonly number[]; // of the replications
  readonly unit: MetricUnit;
  readonly bounds: Interval;
}

function weighMean(claim: Claim, data: Data, { mean }: Methods): Evidence {
  const { claim: pass, opposite: fail } = statementOf(claim.comparator, claim.threshold);
  const values = data.values.filter((value) => value !== null);
  const sample = sampleOf(values, data.bounds);
  const tally = createTally();
  for (const value of values) addValue(tally, value);
  return {
    ...describeData(claim, data, values.length),
    about: 'mean',
    method: mean.name,
    estimate: values.length === 0 ? null : tally.mean,
    passP: values.length === 0 ? 1 : mean.pValue(sample, pass),
    failP: values.length === 0 ? 1 : mean.pValue(sample, fail),
    intervalAt: (confidence) => (values.length === 0 ? data.bounds : mean.interval(sample, confidence)),
    settledBy: (level) => {
      const needed = mean.needed(sample, [pass, fail], level);
      return needed <= 1e9 ? scaleUp(needed, values.length, data.values.length) : null;
    },
  };
}

function weighQuantile(claim: Claim, data: Data, q: number, methods: Methods): Evidence {
  const { claim: pass, opposite: fail } = statementOf(claim.comparator, claim.threshold);
  const values = data.values.filter((value) => value !== null);
  const sample = sampleOf(values, data.bounds);
  const { quantile } = methods;
  const test = methods.test(q);
  const needed = (statement: Statement, level: number) => {
    const proportion = quantileAsProportion(sample.sorted, q, statement);
    return trialsToSettle(proportion.count / values.length, proportion.statement, level, test.pValue);
  };
  return {
    ...describeData(claim, data, values.length),
    about: 'quantile',
    method: test.name.startsWith('SPRT') ? test.name : quantile.name,
    estimate: values.length === 0 ? null : quantileNearestRank(sample.sorted, q),
    passP: values.length === 0 ? 1 : quantile.pValue(sample, q, pass),
    failP: values.length === 0 ? 1 : quantile.pValue(sample, q, fail),
    intervalAt: (confidence) => (values.length === 0 ? data.bounds : quantile.interval(sample, q, confidence)),
    settledBy: (level) => {
      const trials = values.length === 0 ? null : (needed(pass, level) ?? needed(fail, level));
      return trials === null ? null : scaleUp(trials, values.length, data.values.length);
    },
  };
}

function describeData(claim: Claim, { values, numbers, unit }: Data, n: number) {
  const sign = claim.comparator.startsWith('<') ? 1 : -1;
  let worst: number | null = null;
  for (const [i, value] of values.entries()) {
    if (value !== null && (worst === null || sign * value > sign * (values[worst] as number))) worst = i;
  }
  return {
    unit,
    replications: values.length,
    undecided: values.length - n,
    n,
    worstReplication: worst === null ? null : (numbers[worst] as number),
    trouble: null,
  };
}

/** Replications needed for so many with data. */
function scaleUp(needed: number, withData: number, all: number): number {
  return Math.ceil((needed * all) / withData);
}

/** The replication with the largest measure, the lowest number among equals; null if none has one. */
function numberOfMost(outcomes: readonly Outcome[], measureAt: (i: number) => number | null): number | null {
  let best: number | null = null;
  let most = -Infinity;
  for (const [i, { replication }] of outcomes.entries()) {
    const value = measureAt(i);
    if (value === null || value <= most) continue;
    best = replication;
    most = value;
  }
  return best;
}

/** A claim that the outcomes cannot answer. */
function misfit(claim: Claim, unit: MetricUnit, trouble?: string): Evidence {
  return {
    about: null,
    unit,
    method: 'none',
    replications: 0,
    undecided: 0,
    n: 0,
    estimate: null,
    passP: 1,
    failP: 1,
    intervalAt: () => [null, null],
    settledBy: () => null,
    worstReplication: null,
    trouble: trouble ?? `A ${claim.statistic} is not defined for what the claim is about; ask for P.`,
  };
}
