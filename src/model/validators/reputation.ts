/**
 * Reputation: how a history becomes a score, a tier and a role.
 *
 * Three scales exist and must not be mixed: the node's (score and successes) decides about consensus, the engine
 * library's knows hours only, the peers' governs who may publish on which topic.
 * Source: blueprint.md section 3.1; the numbers in section 2.1.
 */
import { assert } from '#base/assert';
import { DAY, HOUR, type Micros } from '#base/time';

/** TL0 New, TL1 Validated, TL2 Available, TL3 Committed, TL4 Reliable, TL5 Trusted. */
export type Tier = 0 | 1 | 2 | 3 | 4 | 5;

/** What a tier may do (blueprint 3.1): be elected, watch and be counted in certificates, or nothing. */
export type Role = 'candidate' | 'observer' | 'excluded';

/** Weights of the score and thresholds of the tiers (blueprint 2.1). */
export interface ReputationRules {
  readonly validation: number; // weights, each in [0, 1], together 1
  readonly uptime: number;
  readonly consensus: number;
  readonly feedback: number;
  readonly decay: number; // the one that is subtracted
  readonly tier2Hours: number;
  readonly tier3Successes: number;
  readonly tier4Successes: number;
  readonly tier5Score: number;
  readonly decayInterval: Micros; // of the blueprint's decay of whole scores
  readonly decayFactor: number; // share of the score it takes
}

export const REPUTATION_RULES: ReputationRules = {
  validation: 0.4,
  uptime: 0.2,
  consensus: 0.2,
  feedback: 0.15,
  decay: 0.05,
  tier2Hours: 24,
  tier3Successes: 10,
  tier4Successes: 100,
  tier5Score: 0.75,
  decayInterval: DAY,
  decayFactor: 0.05,
};

/** What a score is made of. */
export interface Merits {
  readonly validated: boolean; // the self-issued identity (ZSI) has been validated
  readonly hours: number; // timetoke, integer 0 … 720
  readonly successes: number; // consensus successes, integer ≥ 0
  readonly feedback: number; // of peers; a negative one counts as none
}

/**
 * The node's score (blueprint 3.1): a weighted sum of saturating terms, clamped to [0, 1].
 *
 * @param elapsed - µs since the last decay reference, ≥ 0
 */
export function reputationScore(
  merits: Merits,
  elapsed: Micros = 0,
  rules: ReputationRules = REPUTATION_RULES,
): number {
  assert(elapsed >= 0, `the decay reference lies ${elapsed} µs back, not ahead`);
  const score =
    (merits.validated ? rules.validation : 0) +
    rules.uptime * saturation(merits.hours, 24) +
    rules.consensus * saturation(merits.successes, 128) +
    rules.feedback * saturation(Math.max(merits.feedback, 0), 50) -
    rules.decay * saturation(elapsed, 168 * HOUR);
  return Math.min(1, Math.max(0, score));
}

/** The node's tier (blueprint 3.1), by its rules in their order. */
export function tierOf(merits: Merits, score: number, rules: ReputationRules = REPUTATION_RULES): Tier {
  if (!merits.validated) return 0;
  if (merits.hours < rules.tier2Hours) return 1;
  if (merits.successes < rules.tier3Successes) return 2;
  if (merits.successes < rules.tier4Successes) return 3;
  return score < rules.tier5Score ? 4 : 5;
}

/** The role of a tier, by the node's or the library's scale (blueprint 3.1): all sources agree that TL3 can be elected. */
export function roleOf(tier: Tier): Role {
  if (tier >= 3) return 'candidate';
  return tier >= 1 ? 'observer' : 'excluded';
}

/**
 * The blueprint's decay of a score (3.1): × 0.95 where a check finds a day or more gone by, one step however long.
 * Nothing upstream calls it.
 *
 * @param elapsed - µs since the last step
 */
export function decayedScore(score: number, elapsed: Micros, rules: ReputationRules = REPUTATION_RULES): number {
  return elapsed >= rules.decayInterval ? score * (1 - rules.decayFactor) : score;
}

/** The engine library's tier (blueprint 3.1): by hours of uptime alone. */
export function engineTier(hours: number): Tier {
  if (hours >= 720) return 5;
  if (hours >= 168) return 4;
  if (hours >= 72) return 3;
  if (hours >= 24) return 2;
  return hours > 0 ? 1 : 0;
}

/** The engine library's score (blueprint 3.1): the share of 720 hours. */
export function engineScore(hours: number): number {
  return Math.min(hours, 720) / 720;
}

/** A score after the library's detectors fired (blueprint 3.1): × 0.9 for censorship, × 0.8 for inactivity; no tier moves. */
export function scoreAfterTrigger(score: number, trigger: 'censorship' | 'inactivity'): number {
  return score * (trigger === 'censorship' ? 0.9 : 0.8);
}

/** The tier of a peer (blueprint 3.1, p2p): whole points of its additive gossip score, from 1 to 5. For topics only. */
export function peerTier(gossipScore: number): Tier {
  return Math.max(0, Math.min(5, Math.floor(gossipScore))) as Tier;
}

function saturation(value: number, scale: number): number {
  return 1 - Math.exp(-value / scale);
}
