/**
 * One identity and what may happen to it: attested, paid, credited with uptime, slashed, on probation.
 *
 * Every function answers with a new record. Score and tier are recomputed after a payout, an uptime credit or a
 * transaction, and only then; the decay reference then moves to now.
 * Sources: blueprint.md sections 3.1 (life of a score), 9.1 (what a slash takes).
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';
import {
  decayedScore,
  type Merits,
  REPUTATION_RULES,
  type ReputationRules,
  reputationScore,
  type Tier,
  tierOf,
} from './reputation.js';

export interface Identity extends Merits {
  readonly address: number; // integer ≥ 0; stands for the address bytes, also where they order
  readonly decayReference: Micros;
  readonly tier: Tier; // as last computed
  readonly score: number; // as last computed, in [0, 1]
}

const VOTES_TO_ATTEST = 3;
const CONFIRMATIONS_TO_ATTEST = 2;
const HOURS_CAP = 720;

/** An identity nobody has validated: TL0 (blueprint 3.1). */
export function createIdentity(address: number, now: Micros): Identity {
  assert(Number.isSafeInteger(address) && address >= 0, `the address ${address} is an integer from 0`);
  const merits = { validated: false, hours: 0, successes: 0, feedback: 0 };
  return { ...merits, address, decayReference: now, tier: 0, score: 0 };
}

/**
 * Score and tier from the history, as after a transaction (blueprint 3.1).
 *
 * It forgets a decayed score: the formula knows only the time since the reference, which moves to now.
 */
export function recompute(identity: Identity, now: Micros, rules: ReputationRules = REPUTATION_RULES): Identity {
  const score = reputationScore(identity, now - identity.decayReference, rules);
  return { ...identity, score, tier: tierOf(identity, score, rules), decayReference: now };
}

/**
 * Validates an identity once it has 3 votes and 2 gossip confirmations (blueprint 3.1).
 *
 * As built, binding resets score, tier and successes to zero; the tier rises at the next recomputation. Hours stay.
 *
 * @returns the same record where something is missing or the identity is validated already
 */
export function attest(identity: Identity, votes: number, confirmations: number): Identity {
  if (identity.validated || votes < VOTES_TO_ATTEST || confirmations < CONFIRMATIONS_TO_ATTEST) return identity;
  return { ...identity, validated: true, successes: 0, tier: 0, score: 0 };
}

/** Books one reward payout, of whatever amount: successes rise by one even where nothing was left to pay (blueprint 3.1, 8). */
export function bookPayout(identity: Identity, now: Micros, rules: ReputationRules = REPUTATION_RULES): Identity {
  return recompute({ ...identity, successes: identity.successes + 1 }, now, rules);
}

/**
 * Books hours of proven uptime (blueprint 3.1, 3.2).
 *
 * @param hours - the balance of the timetoke account, which also decays; values above the cap count as the cap
 */
export function bookUptime(
  identity: Identity,
  hours: number,
  now: Micros,
  rules: ReputationRules = REPUTATION_RULES,
): Identity {
  assert(Number.isSafeInteger(hours) && hours >= 0, `the balance of ${hours} h is an integer from 0`);
  return recompute({ ...identity, hours: Math.min(hours, HOURS_CAP) }, now, rules);
}

/** What every slash does to an identity, whatever it does to the stake (blueprint 9.1): back to nothing, and invalid. */
export function slashIdentity(identity: Identity): Identity {
  return { ...identity, validated: false, hours: 0, successes: 0, feedback: 0, tier: 0, score: 0 };
}

/**
 * The blueprint's decay (3.1), where a profile switches it on: one step of 5 % after a day or more without any
 * recomputation, however long the gap. The tier follows the score: it can cost TL5.
 */
export function applyDecay(identity: Identity, now: Micros, rules: ReputationRules = REPUTATION_RULES): Identity {
  const elapsed = now - identity.decayReference;
  if (elapsed < rules.decayInterval) return identity;
  const score = decayedScore(identity.score, elapsed, rules);
  return { ...identity, score, tier: tierOf(identity, score, rules), decayReference: now };
}

/** How an identity that is not elected may come to be (blueprint 3.1 and 22): nothing upstream fixes it. */
export interface OnboardingRules {
  /** As built: successes come from committee payouts only, so nobody gets from TL2 to TL3. */
  readonly bootstrapAsBuilt: boolean;
  readonly probationDuties: number; // witness duties that count as one success for a validated TL2, ≥ 1
}

export const ONBOARDING_RULES: OnboardingRules = {
  bootstrapAsBuilt: false,
  probationDuties: 1,
};

/**
 * Books witness duties on probation (blueprint 3.1): a validated TL2 earns successes by them until it is TL3.
 *
 * @param duties - blocks attested or reported since the last booking, integer ≥ 0
 * @returns the identity and the duties that are left for the next booking
 */
export function bookDuties(
  identity: Identity,
  duties: number,
  now: Micros,
  onboarding: OnboardingRules = ONBOARDING_RULES,
  rules: ReputationRules = REPUTATION_RULES,
): { readonly identity: Identity; readonly left: number } {
  assert(Number.isSafeInteger(duties) && duties >= 0, `${duties} duties are an integer from 0`);
  if (onboarding.bootstrapAsBuilt || !identity.validated || identity.tier !== 2) return { identity, left: 0 };
  const wanted = Math.max(0, rules.tier3Successes - identity.successes);
  const earned = Math.min(wanted, Math.floor(duties / onboarding.probationDuties));
  if (earned === 0) return { identity, left: duties };
  const paid = recompute({ ...identity, successes: identity.successes + earned }, now, rules);
  return { identity: paid, left: duties - earned * onboarding.probationDuties };
}
