/**
 * What the evaluations of one check have come to: counts, rows, limits, and its verdict.
 */
import type { Micros } from '#base/time';
import type { CheckAction, CheckOutcome, CheckPlan } from './check-plan.js';

export interface CheckState {
  outcome: CheckOutcome; // of the last evaluation
  successes: number;
  failures: number;
  inconclusive: number;
  undecided: number; // inconclusive ones whose windows were whole
  failuresInRow: number;
  rowSince: Micros; // first failure of the row under way
  acting: boolean; // what it does is done, or observed, and has not ended
  acted: Micros | null; // first time
  falseAlarm: boolean;
}

export function createCheckState(): CheckState {
  return {
    outcome: 'inconclusive',
    successes: 0,
    failures: 0,
    inconclusive: 0,
    undecided: 0,
    failuresInRow: 0,
    rowSince: 0,
    acting: false,
    acted: null,
    falseAlarm: false,
  };
}

/** Counts one evaluation. Only failures in a row make a row; anything else starts it anew. */
export function countOutcome(state: CheckState, outcome: CheckOutcome, cutShort: boolean, now: Micros): void {
  state.outcome = outcome;
  if (outcome === 'success') state.successes += 1;
  else if (outcome === 'failure') state.failures += 1;
  else {
    state.inconclusive += 1;
    if (!cutShort) state.undecided += 1;
  }
  if (outcome !== 'failure') state.failuresInRow = 0;
  else {
    if (state.failuresInRow === 0) state.rowSince = now;
    state.failuresInRow += 1;
  }
}

/** Whether it has failed often enough, in a row or in all. */
export function isFailing(check: CheckPlan, state: CheckState): boolean {
  const { consecutiveFailures, failureLimit } = check;
  return state.failuresInRow >= consecutiveFailures || (failureLimit !== null && state.failures >= failureLimit);
}

/** Whether it has been inconclusive too often, and is so now. */
export function isUndecided(check: CheckPlan, state: CheckState): boolean {
  return state.outcome === 'inconclusive' && state.undecided > 0 && state.undecided >= check.inconclusiveLimit;
}

/** Whether all its evaluations are done. */
export function isDone({ count }: CheckPlan, state: CheckState): boolean {
  return count !== null && state.successes + state.failures + state.inconclusive >= count;
}

/** What the check asks for now; null: nothing. */
export function actionOf(check: CheckPlan, state: CheckState): CheckAction | null {
  if (isFailing(check, state)) return check.onFail;
  const { onInconclusive } = check;
  return onInconclusive !== 'ignore' && isUndecided(check, state) ? onInconclusive : null;
}

/**
 * What a promotion may rely on. A check that is evaluated as long as its channel lasts is what it was last; one with a
 * number of evaluations is inconclusive until they are done, and then a success if it did not fail, was not inconclusive
 * too often, and succeeded at least once.
 */
export function verdictOf(check: CheckPlan, state: CheckState): CheckOutcome {
  if (isFailing(check, state)) return 'failure';
  if (check.count === null) return state.outcome;
  if (!isDone(check, state) || state.undecided >= check.inconclusiveLimit) return 'inconclusive';
  return state.successes > 0 ? 'success' : 'inconclusive';
}
