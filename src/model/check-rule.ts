/**
 * What one evaluation of a check finds: a pure function of its rule and of the readings it asks for.
 *
 * Expressions are judged in the three-valued logic of Kleene (1952): what is unknown stays unknown unless the rest decides.
 */
import { unreachable } from '#base/assert';
import type { Micros } from '#base/time';
import type {
  CheckNumber,
  CheckOutcome,
  CheckPlan,
  CheckRule,
  CheckTerm,
  Comparator,
  Condition,
  ProbeQuery,
} from './check-plan.js';
import type { TelemetryPlan } from './plan.js';
import { isIncident, type Reading } from './probe.js';

/** Reads one probe; with `against`, nodes on the release against the others. */
export type Reader = (query: ProbeQuery, against: 'ratio' | 'difference' | null) => Reading;

/** A reading and what was asked for. */
export interface Seen {
  readonly query: ProbeQuery;
  readonly reading: Reading;
}

export interface Judgement {
  readonly outcome: CheckOutcome;
  /** A window reaches before what is known, so the evaluation is no evidence; such ones count for no limit. */
  readonly cutShort: boolean;
  readonly seen: readonly Seen[];
}

/** Whether a value meets a condition. */
export function meets({ comparator, value: limit }: Condition, value: number): boolean {
  switch (comparator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    default:
      return unreachable(comparator);
  }
}

/**
 * Judges a rule. A window cut short, or with too few samples, is inconclusive; one without any is what `noData` says;
 * between success and failure is a band that is inconclusive too.
 */
export function judgeRule(check: Pick<CheckPlan, 'rule' | 'minSamples' | 'noData'>, read: Reader): Judgement {
  const { rule, minSamples } = check;
  const seen: Seen[] = [];
  const ask = (query: ProbeQuery, against: 'ratio' | 'difference' | null = null): number | null => {
    const reading = read(query, against);
    seen.push({ query, reading });
    const { value, samples, whole } = reading;
    return whole && samples >= minSamples ? value : null;
  };
  const { success, failure } = rule.kind === 'reading' ? judgeReading(rule, ask) : judgeExpression(rule, ask);
  const cutShort = seen.some(({ reading }) => !reading.whole);
  const empty = seen.some(({ reading }) => reading.value === null);
  let outcome: CheckOutcome;
  if (success === true) outcome = 'success';
  else if (failure === true) outcome = 'failure';
  else if ((success === null || failure === null) && !cutShort && empty) outcome = check.noData;
  else outcome = 'inconclusive';
  return { outcome, cutShort: cutShort && outcome === 'inconclusive', seen };
}

/** Whether success and failure hold; null: unknown. */
interface Holds {
  readonly success: boolean | null;
  readonly failure: boolean | null;
}

type Ask = (query: ProbeQuery, against?: 'ratio' | 'difference' | null) => number | null;

function judgeReading(rule: Extract<CheckRule, { kind: 'reading' }>, ask: Ask): Holds {
  const { metric, statistic, window, against } = rule;
  const value = ask({ metric, statistic, window }, against);
  if (value === null) return { success: null, failure: null };
  const success = meets(rule.success, value);
  return { success, failure: rule.failure === null ? !success : meets(rule.failure, value) };
}

function judgeExpression(rule: Extract<CheckRule, { kind: 'expression' }>, ask: Ask): Holds {
  const success = evaluateTerm(rule.success, ask);
  if (rule.failure === null) return { success, failure: not(success) };
  return { success, failure: success === true ? false : evaluateTerm(rule.failure, ask) };
}

function not(value: boolean | null): boolean | null {
  return value === null ? null : !value;
}

/** Whether a term holds; null: unknown. */
export function evaluateTerm(term: CheckTerm, ask: Ask): boolean | null {
  switch (term.kind) {
    case 'not':
      return not(evaluateTerm(term.term, ask));
    case 'and':
    case 'or': {
      const left = evaluateTerm(term.left, ask);
      const right = evaluateTerm(term.right, ask);
      const decisive = term.kind === 'or';
      if (left === decisive || right === decisive) return decisive;
      return left === null || right === null ? null : !decisive;
    }
    case 'compare':
      return compare(evaluateNumber(term.left, ask), term.comparator, evaluateNumber(term.right, ask));
    default:
      return unreachable(term);
  }
}

function compare(left: number | null, comparator: Comparator, right: number | null): boolean | null {
  return left === null || right === null ? null : meets({ comparator, value: right }, left);
}

/** The value of a number; null if a reading is missing or nothing is divided by nothing. */
function evaluateNumber(number: CheckNumber, ask: Ask): number | null {
  switch (number.kind) {
    case 'constant':
      return number.value;
    case 'probe': {
      const { metric, statistic, window } = number;
      return ask({ metric, statistic, window });
    }
    case 'arithmetic': {
      const left = evaluateNumber(number.left, ask);
      const right = evaluateNumber(number.right, ask);
      if (left === null || right === null) return null;
      const value = calculate(left, number.operator, right);
      return Number.isNaN(value) ? null : value;
    }
    default:
      return unreachable(number);
  }
}

function calculate(left: number, operator: '+' | '-' | '*' | '/', right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    default:
      return unreachable(operator);
  }
}

/** Every probe that a rule reads. */
export function queriesOf(rule: CheckRule): ProbeQuery[] {
  if (rule.kind === 'reading') return [rule];
  return [rule.success, ...(rule.failure === null ? [] : [rule.failure])].flatMap(queriesOfTerm);
}

function queriesOfTerm(term: CheckTerm): ProbeQuery[] {
  switch (term.kind) {
    case 'not':
      return queriesOfTerm(term.term);
    case 'and':
    case 'or':
      return [...queriesOfTerm(term.left), ...queriesOfTerm(term.right)];
    case 'compare':
      return [...queriesOfNumber(term.left), ...queriesOfNumber(term.right)];
    default:
      return unreachable(term);
  }
}

function queriesOfNumber(number: CheckNumber): ProbeQuery[] {
  if (number.kind === 'constant') return [];
  if (number.kind === 'probe') return [number];
  return [...queriesOfNumber(number.left), ...queriesOfNumber(number.right)];
}

/** The metrics that a check reads and no node exports. */
export function unexportedMetrics({ missing }: TelemetryPlan, { rule }: CheckPlan): string[] {
  if (missing === undefined) return [];
  return [...new Set(queriesOf(rule).map(({ metric }) => metric))].filter((metric) => missing.includes(metric));
}

/** How far a rule looks back at most. */
export function windowOf(rule: CheckRule): Micros {
  return queriesOf(rule).reduce((longest, { window }) => Math.max(longest, window), 0);
}

/** Whether a rule looks at incidents alone, which no maintenance hides. */
export function readsIncidents(rule: CheckRule): boolean {
  return queriesOf(rule).every(({ metric }) => isIncident(metric));
}
