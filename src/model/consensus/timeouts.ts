/**
 * The timeouts of a round. They grow linearly with the round, so that some round outlasts any bounded delay.
 *
 * Source: Malachite `code/crates/core-types/src/timeouts.rs`.
 */
import type { Micros } from '#base/time';
import type { TimeoutsPlan } from '../plan.js';

export type TimeoutKind = 0 | 1 | 2;
export const TIMEOUT_PROPOSE: TimeoutKind = 0;
export const TIMEOUT_PREVOTE: TimeoutKind = 1;
export const TIMEOUT_PRECOMMIT: TimeoutKind = 2;
/** The timer of the host that repeats votes; no input of the round machine. */
export const TIMEOUT_REBROADCAST = 3;

/**
 * How long a timeout of `round` takes, in µs.
 *
 * @param kind - `TIMEOUT_…`
 * @param round - integer ≥ 0
 */
export function timeoutDuration(
  timeouts: TimeoutsPlan,
  kind: TimeoutKind | typeof TIMEOUT_REBROADCAST,
  round: number,
): Micros {
  switch (kind) {
    case TIMEOUT_PROPOSE:
      return timeouts.propose + round * timeouts.proposeDelta;
    case TIMEOUT_PREVOTE:
      return timeouts.prevote + round * timeouts.prevoteDelta;
    case TIMEOUT_PRECOMMIT:
      return timeouts.precommit + round * timeouts.precommitDelta;
    default:
      return timeouts.rebroadcast + round * timeouts.rebroadcastDelta;
  }
}
