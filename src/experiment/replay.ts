/**
 * One replication again, at length: its timeline and its hours. The same scenario, seed and number give the same facts.
 */
import { UserError } from '#base/error';
import type { TraceRequest } from '#model/consensus/trace';
import type { Outcome } from '#model/outcome';
import type { LoadedScenario } from '#scenario/load';
import { openHere, type Rehearse } from './rehearser.js';
import type { ReplicationDetail } from './result.js';

/**
 * Rehearses one replication with details, in this thread.
 *
 * @param replication - any integer ≥ 0, also beyond the scenario's own count
 * @param rehearse - the model itself unless another is given
 * @param trace - steps of consensus to record
 * @throws UserError if there is no such replication
 * @throws ReplicationError if it breaks
 */
export async function replayReplication(
  { plan, seed }: Pick<LoadedScenario, 'plan' | 'seed'>,
  replication: number,
  rehearse?: Rehearse,
  trace?: TraceRequest,
): Promise<Outcome> {
  checkNumber(replication);
  const rehearser = await openHere({ plan, seed }, rehearse, trace);
  return rehearser.rehearse(replication, true);
}

/** @throws UserError if there can be no replication of this number */
export function checkNumber(replication: number): void {
  if (Number.isSafeInteger(replication) && replication >= 0) return;
  const what = `there is no replication ${replication}`;
  throw new UserError([{ file: '--replication', what, fix: 'Give a whole number, from 0.' }]);
}

/** An outcome with details as it is stored. */
export function toDetail(outcome: Outcome, role: ReplicationDetail['role']): ReplicationDetail {
  const { replication, fingerprint, result, end, metrics, undone, timeline = [], hours = [] } = outcome;
  return {
    replication,
    role,
    fingerprint,
    result,
    end,
    metrics: { ...metrics },
    undone: undone.map((undo) => ({ ...undo, steps: [...undo.steps] })),
    timeline: [...timeline],
    hours: [...hours],
  };
}
