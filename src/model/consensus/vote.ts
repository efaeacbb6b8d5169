/**
 * Votes, the power behind them and the two thresholds of a height.
 *
 * Power is an integer, so `3p > 2T` and `3p > T` are exact; both are strict: exactly two thirds is no quorum, exactly
 * one third justifies no skip. Sources: Buchman, Kwon & Milosevic 2018, "The latest gossip on BFT consensus"
 * (arXiv 1807.04938v3); Malachite `code/crates/core-types/src/threshold.rs`.
 */
import { assert } from '#base/assert';

/** A block, by number ≥ 0; values are their own ids. */
export type ValueId = number;
/** A vote for no value. It counts towards quorums of any value and never decides. */
export const NIL: ValueId = -1;

export type VoteType = 0 | 1;
export const PREVOTE: VoteType = 0;
export const PRECOMMIT: VoteType = 1;

/** The validators of a height, by index 0 … n−1; fixed for all its rounds. */
export interface ValidatorSet {
  readonly powers: Float64Array; // integers ≥ 0; a validator of power 0 is outside the committee
  readonly total: number; // their sum T, 3T ≤ 2^53
  readonly quorum: number; // the least power that is one; Infinity where nobody has any
}

/** How a quorum is counted: ⌊2T/3⌋ + 1, or ⌈2T/3⌉ + 1 as the node was built (blueprint.md section 4.1). */
export type QuorumRule = 'floor' | 'ceil';

const MAX_VALIDATORS = 32_000; // the vote keeper numbers values in 16 bits, at most two a validator

/**
 * A validator set of these powers.
 *
 * @param powers - voting power of each validator, integers ≥ 0, not all 0
 * @throws AssertionError if there is none or too many, a power is no natural number, or three times the total passes 2^53
 */
export function createValidatorSet(powers: ArrayLike<number>, rule: QuorumRule = 'floor'): ValidatorSet {
  assert(powers.length >= 1 && powers.length <= MAX_VALIDATORS, `a set has 1 to ${MAX_VALIDATORS} validators`);
  const own = Float64Array.from(powers);
  let total = 0;
  for (const [validator, power] of own.entries()) {
    assert(Number.isSafeInteger(power) && power >= 0, `power ${power} of validator ${validator} is a natural number`);
    total += power;
  }
  assert(total >= 1, 'some validator has power');
  assert(total <= Math.floor(Number.MAX_SAFE_INTEGER / 3), `three times the total power ${total} fits in 53 bits`);
  return { powers: own, total, quorum: leastQuorum(total, rule) };
}

/** A set in which nobody has power: it decides nothing. */
export function createEmptySet(n: number): ValidatorSet {
  return { powers: new Float64Array(n), total: 0, quorum: Number.POSITIVE_INFINITY };
}

function leastQuorum(total: number, rule: QuorumRule): number {
  const double = 2 * total;
  const rest = double % 3;
  return (double - rest) / 3 + (rule === 'ceil' && rest > 0 ? 2 : 1);
}

/** Whether `power` is a quorum ("2f+1"): strictly more than two thirds of the total, unless the set counts otherwise. */
export function hasQuorumPower(set: ValidatorSet, power: number): boolean {
  return power >= set.quorum;
}

/** Whether `power` holds at least one honest validator ("f+1"): strictly more than one third of the total. */
export function hasOneHonestPower(set: ValidatorSet, power: number): boolean {
  return 3 * power > set.total;
}

/** The least power that is a quorum, ⌊2T/3⌋ + 1 unless the set counts otherwise. */
export function quorumPower(set: ValidatorSet): number {
  return set.quorum;
}

/** The least power with one honest validator in it, ⌊T/3⌋ + 1. */
export function oneHonestPower(set: ValidatorSet): number {
  return (set.total - (set.total % 3)) / 3 + 1;
}
