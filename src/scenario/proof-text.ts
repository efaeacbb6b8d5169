/**
 * Proving in words: only what differs from the plain default.
 */
import { formatDuration } from '#base/time';
import type { ProofsPlan } from '#model/proof-plan';
import { BACKENDS, provingBackend } from '#model/proofs/backend';
import { describeLaw } from './law-text.js';

export function describeProofs({ circuits, referenceCommittee, failover, newCircuits }: ProofsPlan): string[] {
  const { state, recursive, consensus } = circuits;
  const together = state.perBlock === 0 && recursive.prove.kind === 'constant' && recursive.prove.value === 0;
  const parts = [
    ...(together ? [`one job a block for all circuits together, ${describeLaw(consensus.prove)}`] : []),
    ...(referenceCommittee === 0 ? ['whatever the size of the committee'] : []),
    ...(failover === null
      ? []
      : [
          `${provingBackend(true)} takes over after ${formatDuration(failover.after)}${slower(failover.factor)} (${BACKENDS[provingBackend(true)].production})`,
        ]),
    ...(newCircuits ? ['the release brings other circuits'] : []),
  ];
  return parts.length === 0 ? [] : [`Proofs: ${parts.join('; ')}.`];
}

function slower(factor: number): string {
  return factor === 1 ? '' : ` and takes ${factor} times as long`;
}
