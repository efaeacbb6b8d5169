/**
 * In which ways a replication went wrong: what "fails the same way" means.
 */
import type { Micros } from '#base/time';
import type { Outcome } from '#model/outcome';
import type { Claim } from '#scenario/claim';
import { isTrueOf } from '#stats/p-value';
import { statementOf, weigh } from './evidence.js';

const UNDO_WORDS = { abort: 'abort', 'gate-rollback': 'gate rollback', 'state-rollback': 'state rollback' } as const;

/**
 * Forks, broken invariants, a stuck chain, wrong pay, each kind of undoing with its channel, an unfinished rollout, and
 * every claim against which the replication speaks.
 *
 * @returns distinct, the gravest first; empty: nothing went wrong
 */
export function symptomsOf(outcome: Outcome, claims: readonly Claim[], horizon: Micros): string[] {
  const above = (key: string) => (outcome.metrics[key] ?? 0) > 0;
  const found: string[] = [];
  if (above('safety.forks')) found.push('fork');
  if (above('safety.violations')) found.push('invariant violated');
  if (above('liveness.stuck')) found.push('stuck after healing');
  if (above('rewards.validatorsOff')) found.push('wrong pay');
  for (const { kind, channel } of outcome.undone) found.push(`${UNDO_WORDS[kind]} in ${channel}`);
  if (outcome.result === 'unfinished') found.push('unfinished');
  for (const claim of claims) if (speaksAgainst(outcome, claim, horizon)) found.push(`against ${claim.text}`);
  return [...new Set(found)];
}

function speaksAgainst(outcome: Outcome, claim: Claim, horizon: Micros): boolean {
  const { about, estimate } = weigh(claim, [outcome], horizon);
  if (about === null || estimate === null) return false;
  const { claim: statement } = statementOf(claim.comparator, claim.threshold);
  if (about === 'share') return statement.side === 'below' ? estimate === 1 : estimate === 0;
  return !isTrueOf(statement, estimate);
}
