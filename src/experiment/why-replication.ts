/**
 * `why` of one replication: its chains of causes, and what happens on the same luck without each cause.
 */
import { formatDuration, type Micros } from '#base/time';
import type { Outcome, RolloutResult } from '#model/outcome';
import type { LoadedScenario } from '#scenario/load';
import type { Rehearse } from './rehearser.js';
import { checkNumber } from './replay.js';
import { openTrials } from './trial.js';
import { type Cause, listCauses, mayMatter, nameCause, planWithout } from './why-cause.js';
import type { Episode } from './why-link.js';
import { nameRisk, type RiskKey, risksOf, type StallLevel, stallLevelOf } from './why-risk.js';
import { describeEnd, tellStory } from './why-story.js';

/** What happens on the same luck without a cause. */
export interface Counterfactual {
  readonly cause: string;
  readonly kind: Cause['kind'];
  readonly avoids: readonly RiskKey[];
  readonly brings: readonly RiskKey[];
  readonly result: RolloutResult;
  readonly end: Micros;
  readonly longestStall: Micros;
  readonly missedSlots: number;
  readonly words: string;
}

export interface WhyReplication {
  readonly schemaVersion: 1;
  readonly kind: 'why-replication';
  readonly engine: { readonly name: 'rollout-sim'; readonly version: string };
  readonly scenario: { readonly name: string; readonly hash: string };
  readonly seed: string;
  readonly replication: number;
  readonly fingerprint: string;
  readonly result: RolloutResult;
  readonly end: Micros;
  readonly stallLevel: StallLevel;
  readonly risks: readonly RiskKey[]; // that came true
  readonly struck: Readonly<Record<string, number>>; // how often each fault acted
  readonly idle: readonly string[]; // faults that never did
  readonly episodes: readonly Episode[];
  readonly counterfactuals: readonly Counterfactual[];
  /** Risks that came true, stay without any one cause and without all faults, and that no record explains. */
  readonly unexplained: readonly RiskKey[];
}

export interface WhyReplicationOptions {
  readonly version: string;
  readonly signal?: AbortSignal;
  /** Another model, in this thread. */
  readonly rehearse?: Rehearse | undefined;
}

/**
 * Explains one replication.
 *
 * @param replication - any integer ≥ 0
 * @throws UserError if there is no such replication, or `signal` comes
 * @throws ReplicationError if it breaks
 */
export async function explainReplication(
  loaded: LoadedScenario,
  replication: number,
  options: WhyReplicationOptions,
): Promise<WhyReplication> {
  checkNumber(replication);
  const { plan, seed } = loaded;
  const trials = await openTrials({ plan, seed }, 'why', options);
  try {
    return await explainUnder((given) => trials.rehearse(given, replication, true), loaded, replication, options);
  } finally {
    await trials.close();
  }
}

async function explainUnder(
  rehearse: (plan: LoadedScenario['plan']) => Promise<Outcome>,
  { plan, seed, claims, name, hash }: LoadedScenario,
  replication: number,
  options: WhyReplicationOptions,
): Promise<WhyReplication> {
  const level = stallLevelOf(claims, plan);
  const outcome = await rehearse(plan);
  const risks = risksOf(outcome, level);
  const causes = listCauses(plan).filter((cause) => mayMatter(cause, outcome));
  const counterfactuals: Counterfactual[] = [];
  for (const cause of causes) {
    const without = await rehearse(planWithout(plan, cause));
    counterfactuals.push(describeWithout(cause, outcome, without, level));
  }
  const episodes = tellStory(outcome, plan);
  const avoidable = new Set(counterfactuals.flatMap(({ avoids }) => avoids));
  const isRecorded = outcome.undone.some(({ cause }) => cause !== 'unexplained');
  const { struck = [] } = outcome;
  const times: Record<string, number> = {};
  for (const { fault } of struck) times[fault] = (times[fault] ?? 0) + 1;
  return {
    schemaVersion: 1,
    kind: 'why-replication',
    engine: { name: 'rollout-sim', version: options.version },
    scenario: { name, hash },
    seed,
    replication,
    fingerprint: outcome.fingerprint,
    result: outcome.result,
    end: outcome.end,
    stallLevel: level,
    risks: [...risks],
    struck: times,
    idle: plan.faults.map((fault) => fault.name).filter((fault) => times[fault] === undefined),
    episodes,
    counterfactuals,
    unexplained: [...risks].filter((key) => {
      return !avoidable.has(key) && (key === 'liveness.longestStall' || !isRecorded);
    }),
  };
}

function describeWithout(cause: Cause, base: Outcome, without: Outcome, level: StallLevel): Counterfactual {
  const [before, after] = [risksOf(base, level), risksOf(without, level)];
  const avoids = [...before].filter((key) => !after.has(key));
  const brings = [...after].filter((key) => !before.has(key));
  const longestStall = without.metrics['liveness.longestStall'] ?? 0;
  const { result, end } = without;
  const changes = [
    ...avoids.map((key) => `avoided: ${nameRisk(key)}`),
    ...brings.map((key) => `new: ${nameRisk(key)}`),
  ].map((text) => text.toLowerCase());
  const sums = changes.length === 0 ? 'no risk comes or goes' : changes.join(', ');
  const stall = `longest stall ${formatDuration(longestStall)}`;
  return {
    cause: nameCause(cause),
    kind: cause.kind,
    avoids,
    brings,
    result,
    end,
    longestStall,
    missedSlots: without.metrics['liveness.missedSlots'] ?? 0,
    words: `${describeEnd(without)}; ${stall}; ${sums}`,
  };
}
