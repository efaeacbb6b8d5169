/**
 * Where, at which gate, why and by which check plans are undone: shares of the replications, each with its interval.
 */
import { compareText } from '#base/order';
import { type Outcome, ROLLOUT_RESULTS, type RolloutResult, type Undo, type UndoKind } from '#model/outcome';
import type { Plan } from '#model/plan';
import type { Proportion, Summary } from './result.js';

type UndoShares = Summary['breakdown']['byChannel'][string];

const KIND: Readonly<Record<'abort' | 'gate' | 'state', UndoKind>> = {
  abort: 'abort',
  gate: 'gate-rollback',
  state: 'state-rollback',
};

/** An interval of a probability and its confidence. */
export interface ShareInterval {
  readonly interval: (k: number, n: number, confidence: number) => [low: number, high: number];
  readonly confidence: number;
}

/** `count` of `n` replications with its interval; without any, the estimate is 0 within [0, 1]. */
export function toProportion(count: number, n: number, { interval, confidence }: ShareInterval): Proportion {
  return { count, n, estimate: n === 0 ? 0 : count / n, interval: interval(count, n, confidence) };
}

/** How many replications ended in each way. */
export function countResults(outcomes: readonly Outcome[], by: ShareInterval): Summary['results'] {
  const share = (result: RolloutResult) => {
    return toProportion(outcomes.filter((outcome) => outcome.result === result).length, outcomes.length, by);
  };
  return Object.fromEntries(ROLLOUT_RESULTS.map((result) => [result, share(result)])) as Summary['results'];
}

/**
 * Shares of the replications with at least one undoing, by channel, gate phase last activated, cause and check, and by
 * why there was no way back.
 * What the plan names is there even if it never happened; `none` stands for an undoing before the first gate.
 */
export function breakDown(plan: Plan, outcomes: readonly Outcome[], interval: ShareInterval): Summary['breakdown'] {
  const by = (named: readonly string[], keyOf: (undo: Undo) => string | null) => {
    const seen = outcomes.flatMap((outcome) => outcome.undone.flatMap((undo) => keyOf(undo) ?? []));
    const keys = [...new Set([...named, ...seen])].sort(compareText);
    return Object.fromEntries(keys.map((key) => [key, shareOf(outcomes, (undo) => keyOf(undo) === key, interval)]));
  };
  return {
    byChannel: by(
      plan.channels.map(({ name }) => name),
      (undo) => undo.channel,
    ),
    byGate: by(['none', ...plan.gates.map(({ name }) => name)], (undo) => undo.gate ?? 'none'),
    byCause: by(
      plan.faults.map(({ name }) => name),
      (undo) => undo.cause,
    ),
    byCheck: by(
      plan.channels.flatMap(({ checks }) => checks.map(({ name }) => name)),
      (undo) => undo.check,
    ),
    byFailure: by([], (undo) => undo.failure),
  };
}

function shareOf(outcomes: readonly Outcome[], belongs: (undo: Undo) => boolean, interval: ShareInterval): UndoShares {
  const share = (kind: UndoKind | null) => {
    const has = (undo: Undo) => belongs(undo) && (kind === null || undo.kind === kind);
    return toProportion(outcomes.filter(({ undone }) => undone.some(has)).length, outcomes.length, interval);
  };
  return { any: share(null), abort: share(KIND.abort), gate: share(KIND.gate), state: share(KIND.state) };
}
