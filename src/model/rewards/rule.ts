/**
 * What one block pays, in exact integers and basis points.
 *
 * Source: blueprint.md section 8, the recommended rule: V = base + fees is shared equally by the committee, the first
 * V mod n of the order get one unit more; the leader gets a bonus on top; the witnesses that attested share W.
 */
import { assert } from '#base/assert';

const BASIS = 10_000;

export interface RewardTerms {
  readonly base: number; // units per block
  readonly leaderBonus: number; // basis points of base
  readonly witnessShare: number; // basis points of base
  readonly witnessTreasury: number; // basis points of the witness part owed by treasury-witness
}

/** The parts of one block's payment; they do not say to whom. */
export interface BlockReward {
  readonly share: number; // to each committee member
  readonly remainder: number; // members, first in the order, that get one unit more
  readonly bonus: number; // to the leader, on top
  readonly witnessTotal: number; // to all witnesses that attested; 0 without any
}

/**
 * The payment of one block.
 *
 * @param fees - integer units ≥ 0
 * @param members - committee size ≥ 1
 * @param witnesses - witnesses that attested, ≥ 0
 * @throws AssertionError if an amount leaves the exact integers
 */
export function blockReward(terms: RewardTerms, fees: number, members: number, witnesses: number): BlockReward {
  const value = terms.base + fees;
  assert(Number.isSafeInteger(value) && value >= 0 && members >= 1, `reward value ${value} for ${members} members`);
  const share = Math.floor(value / members);
  return {
    share,
    remainder: value - share * members,
    bonus: Math.ceil((terms.base * terms.leaderBonus) / BASIS),
    witnessTotal: witnesses > 0 ? Math.floor((terms.base * terms.witnessShare) / BASIS) : 0,
  };
}

/** The part of a witness payment owed by treasury-witness, rounded half up; the fee pool owes the rest. */
export function witnessTreasuryPart(terms: RewardTerms, total: number): number {
  return Math.floor((total * terms.witnessTreasury * 2 + BASIS) / (2 * BASIS));
}
