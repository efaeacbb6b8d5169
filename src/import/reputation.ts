/**
 * Keys of reputation, which the blueprint and the node share: the simulation has their numbers built in.
 */
import { REPUTATION_RULES } from '#model/validators/reputation';
import type { Path } from '#scenario/tree';
import { type Account, has, refuse } from './account.js';
import { readNumber } from './quantity.js';
import type { Rule } from './rule.js';

export const REPUTATION_KEYS: readonly Rule[] = [
  ['reputation.tier_thresholds.tier2_min_uptime_hours', { builtIn: REPUTATION_RULES.tier2Hours }],
  ['reputation.tier_thresholds.tier3_min_consensus_success', { builtIn: REPUTATION_RULES.tier3Successes }],
  ['reputation.tier_thresholds.tier4_min_consensus_success', { builtIn: REPUTATION_RULES.tier4Successes }],
  ['reputation.tier_thresholds.tier5_min_score', { builtIn: REPUTATION_RULES.tier5Score }],
  ['reputation.weights.validation', { builtIn: REPUTATION_RULES.validation }],
  ['reputation.weights.uptime', { builtIn: REPUTATION_RULES.uptime }],
  ['reputation.weights.consensus', { builtIn: REPUTATION_RULES.consensus }],
  ['reputation.weights.peer_feedback', { builtIn: REPUTATION_RULES.feedback }],
  ['reputation.weights.decay', { builtIn: REPUTATION_RULES.decay }],
];

const WEIGHTS = ['validation', 'uptime', 'consensus', 'peer_feedback', 'decay'];

/** The chain refuses weights that do not sum to 1 (§2.1); so does the import. */
export function checkWeights(account: Account): void {
  const paths = WEIGHTS.map((key): Path => ['reputation', 'weights', key]);
  if (!paths.every((path) => has(account, path))) return;
  const weights = paths.map((path) => readNumber(account, path, { most: 1 }));
  if (weights.some((weight) => weight === undefined)) return;
  const sum = weights.reduce<number>((total, weight) => total + (weight ?? 0), 0);
  if (Math.abs(sum - 1) <= 1e-6) return;
  const what = `the weights sum to ${Number(sum.toPrecision(9))}, and the chain takes only 1`;
  refuse(account, ['reputation', 'weights'], what, 'Change one of them.', true);
}
