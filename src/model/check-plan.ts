/**
 * Checks of a plan, resolved: what each reads, when it succeeds and fails, how often it is evaluated, and what follows.
 *
 * Times are µs; values stand in the unit of their metric. Expressions are trees of plain data, so that nothing is parsed here.
 */
import type { Micros } from '#base/time';

export type Comparator = '<' | '<=' | '>' | '>=';

export interface Condition {
  readonly comparator: Comparator;
  readonly value: number; // in the metric's own unit
}

export type Statistic = 'mean' | 'min' | 'max' | 'sum' | 'p50' | 'p90' | 'p95' | 'p99';

/** One statistic of one series over a window that ends with what has reached the dashboards. */
export interface ProbeQuery {
  readonly metric: string; // key of the probe catalogue
  readonly statistic: Statistic;
  readonly window: Micros;
}

/** How nodes on the release are held against those that are not: their value over, or less, that of the others. */
export type Comparison = 'ratio' | 'difference';

/** A number of an expression: durations in µs, shares from 0 to 1. */
export type CheckNumber =
  | { readonly kind: 'constant'; readonly value: number }
  | ({ readonly kind: 'probe' } & ProbeQuery)
  | {
      readonly kind: 'arithmetic';
      readonly operator: '+' | '-' | '*' | '/';
      readonly left: CheckNumber;
      readonly right: CheckNumber;
    };

/** What an expression claims: true, false, or unknown where a reading is missing. */
export type CheckTerm =
  | { readonly kind: 'and' | 'or'; readonly left: CheckTerm; readonly right: CheckTerm }
  | { readonly kind: 'not'; readonly term: CheckTerm }
  | {
      readonly kind: 'compare';
      readonly left: CheckNumber;
      readonly comparator: Comparator;
      readonly right: CheckNumber;
    };

/** When a check succeeds and when it fails; without `failure`, whatever is no success fails. */
export type CheckRule =
  | ({
      readonly kind: 'reading';
      readonly against: Comparison | null; // null: the value itself is judged
      readonly success: Condition;
      readonly failure: Condition | null;
    } & ProbeQuery)
  | {
      readonly kind: 'expression';
      readonly text: string; // of `success`, as written
      readonly success: CheckTerm;
      readonly failure: CheckTerm | null;
    };

export type CheckAction = 'hold' | 'abort' | 'rollback';
export type CheckOutcome = 'success' | 'failure' | 'inconclusive';

/** A rule on telemetry that guards a promotion, or only watches it. */
export interface CheckPlan {
  readonly name: string;
  readonly rule: CheckRule;
  readonly initialDelay: Micros; // from the channel's start until the first interval begins
  readonly interval: Micros; // between evaluations
  readonly count: number | null; // evaluations after which it is done; null: as long as its channel lasts
  readonly minSamples: number; // fewer are inconclusive
  readonly noData: CheckOutcome; // of a whole window without a sample
  readonly consecutiveFailures: number; // failures in a row that make the check fail
  readonly failureLimit: number | null; // failures in all that make it fail; null: any number may
  readonly inconclusiveLimit: number; // inconclusive evaluations in all, from which on `onInconclusive` holds
  readonly mode: 'enforce' | 'observe'; // observed checks only tell what they would have done
  readonly onFail: CheckAction;
  readonly onInconclusive: 'hold' | 'abort' | 'ignore';
  readonly exported: boolean; // false: as built, no node exports what it reads
}
