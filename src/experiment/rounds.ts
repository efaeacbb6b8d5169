/**
 * Replications in rounds of fixed size, until a rule has seen enough.
 */
import { assert } from '#base/assert';
import type { Outcome } from '#model/outcome';
import type { LoadedScenario } from '#scenario/load';
import { type ReplicateOptions, replicate, type Stopped } from './replicate.js';
import { type Look, look, type StoppingRule } from './stopping.js';

export interface Rounds {
  readonly outcomes: Outcome[]; // by number, whole rounds unless `stopped` says otherwise
  readonly stopped: Stopped;
  readonly givenUp: number;
  readonly look: Look; // at the end
}

/**
 * Rehearses round after round and looks after each.
 *
 * @returns `complete` if the rule was met or its most replications are done
 * @throws what `rehearse` throws first
 */
export async function replicateInRounds(
  rehearse: (replication: number) => Promise<Outcome>,
  { claims, plan }: Pick<LoadedScenario, 'claims' | 'plan'>,
  rule: StoppingRule,
  options: ReplicateOptions,
): Promise<Rounds> {
  assert(rule.round >= 1 && rule.maxReplications >= 1, 'a round and the whole hold at least one replication');
  const { maxWallMs, onProgress } = options;
  const startedAt = performance.now();
  const outcomes: Outcome[] = [];
  while (true) {
    const start = outcomes.length;
    const size = Math.min(rule.round, rule.maxReplications - start);
    const round = await replicate((number) => rehearse(start + number), size, {
      ...options,
      maxWallMs: maxWallMs === undefined ? undefined : Math.max(0, maxWallMs - (performance.now() - startedAt)),
      onProgress: (done, _total, outcome) => onProgress?.(start + done, rule.maxReplications, outcome),
    });
    outcomes.push(...round.outcomes);
    const found = look(rule, claims, outcomes, plan.horizon);
    const ended = round.stopped !== 'complete' || found.settled || outcomes.length >= rule.maxReplications;
    if (ended) return { outcomes, stopped: round.stopped, givenUp: round.givenUp, look: found };
  }
}
