/**
 * Witnesses: identities outside the committee that check its proofs for one epoch.
 *
 * The node selects none; this is the recommended reading of the design.
 * Source: blueprint.md section 3.5; the count in section 2.1, topics in section 3.5.
 */
import { assert } from '#base/assert';
import type { Identity } from './identity.js';
import type { Tier } from './reputation.js';

export const WITNESS_COUNT = 16;

/**
 * The witnesses of an epoch (blueprint 3.5): validated, TL1 or more, not on the committee; by score descending, hours
 * descending, address ascending; the first `count`.
 *
 * @param identities - one for each address, in any order
 * @param committee - addresses
 * @returns at most `count` identities, best first
 */
export function selectWitnesses(
  identities: readonly Identity[],
  committee: ReadonlySet<number>,
  count: number = WITNESS_COUNT,
): Identity[] {
  assert(Number.isSafeInteger(count) && count >= 0, `the number ${count} of witnesses is an integer from 0`);
  return identities
    .filter(({ validated, tier, address }) => validated && tier >= 1 && !committee.has(address))
    .sort((a, b) => b.score - a.score || b.hours - a.hours || a.address - b.address)
    .slice(0, count);
}

export type Duty = 'attest' | 'report' | 'silent';

/**
 * What a witness gossips about one block (blueprint 3.5): it verifies the consensus proof, then attests or reports.
 *
 * @param honest - a dishonest one says the contrary of what it found
 */
export function dutyOf(online: boolean, honest: boolean, proofIsValid: boolean): Duty {
  if (!online) return 'silent';
  return proofIsValid === honest ? 'attest' : 'report';
}

/** Whether what a witness did counts as a duty done; silence does not (blueprint 22). */
export function isDutyDone(duty: Duty): boolean {
  return duty !== 'silent';
}

/** Whether a peer may publish on a witness topic (blueprint 3.5): proofs from peer tier 2, meta from 1. */
export function mayPublish(topic: 'witness-proofs' | 'witness-meta', tier: Tier): boolean {
  return tier >= (topic === 'witness-proofs' ? 2 : 1);
}
