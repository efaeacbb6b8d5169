/**
 * One node's recovery after a stop: the procedure in order, and what it ends with.
 *
 * A whole log is replayed as it is opened; a torn tail is rolled back, one height lower. A corrupt log is deleted and
 * the newest snapshot staged: the node then stands at the snapshot. If the root does not match, the node stops until
 * people have staged the next older snapshot, or an empty store where there is none. Where pruning is in use, the
 * latest envelopes are all verified, so that people know every bad one; a bad one holds pruning until it is mended, not
 * the node. More damage never makes a recovery shorter. Source: blueprint.md section 12.
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';
import type { StoragePlan } from '../storage-plan.js';
import type { MendingTimes, StoreDamage } from './damage.js';
import type { Manifest } from './snapshot.js';
import { type Step, timeOfSteps, transferTime } from './step.js';
import { exceedsLog, leftLog, openLog } from './wal.js';

/** From the best to the worst: what needs people is worse than what does not, a node that stands worse than a hold. */
export const RECOVERY_OUTCOMES = [
  'clean-replay',
  'rolled-back-tail',
  'corrupt-snapshot',
  'pruning-proof-invalid-hold',
  'root-mismatch-abort',
] as const;
export type RecoveryOutcome = (typeof RECOVERY_OUTCOMES)[number];

/** The blueprint's words. */
export const OUTCOME_WORDS: Readonly<Record<RecoveryOutcome, string>> = {
  'clean-replay': 'clean-replay',
  'rolled-back-tail': 'rolled-back-tail',
  'corrupt-snapshot': 'corrupt→snapshot',
  'pruning-proof-invalid-hold': 'pruning-proof-invalid→hold',
  'root-mismatch-abort': 'root-mismatch→abort',
};

export interface Stop {
  readonly height: number; // last height that the node decided, ≥ 0
  readonly tip: number; // of the chain, as far as known
  readonly manifests: readonly Manifest[]; // of the node's snapshots, newest first
  readonly pruning: boolean; // whether pruning is in use
  readonly damage: StoreDamage;
  readonly mending: MendingTimes;
}

export interface Recovery {
  readonly outcome: RecoveryOutcome; // the worst of all that was met
  readonly steps: readonly Step[];
  readonly total: Micros; // until the node is up: the sum of the steps
  readonly height: number; // where the store stands then
  readonly lost: number; // heights that the node had and has no more
  readonly gap: number; // heights to the tip
  readonly needsStateSync: boolean; // the gap is more than a log retains; nobody is assumed to give single blocks
  readonly mended: boolean; // people were needed, for the node or for pruning
  readonly pruningHeldUntil: Micros | null; // µs since the recovery began; null: not held
}

/** Recovers one node. */
export function recover(plan: StoragePlan, stop: Stop): Recovery {
  assert(Number.isSafeInteger(stop.height) && stop.height >= 0, `height ${stop.height} of a node is an integer ≥ 0`);
  const log = openLog(leftLog(plan, stop.height, stop.damage));
  const steps: Step[] = [
    { name: 'isolate', time: 0 },
    { name: 'check-log', time: transferTime(log.bytes, plan.replayRate) },
  ];
  let outcome: RecoveryOutcome = 'clean-replay';
  let height = stop.height;
  if (log.condition === 'rolled-back') {
    outcome = 'rolled-back-tail';
    height -= 1;
  } else if (log.condition === 'corrupt') {
    const staged = stageSnapshot(plan, stop, steps);
    outcome = staged.matches ? 'corrupt-snapshot' : 'root-mismatch-abort';
    height = staged.height;
  }
  const verifies = stop.pruning && plan.envelopes > 0;
  const held = verifies && stop.damage.badPruningProof;
  if (verifies) steps.push({ name: 'verify-envelopes', time: plan.envelopes * plan.envelopeCheck });
  if (held) outcome = worseOutcome(outcome, 'pruning-proof-invalid-hold');
  steps.push({ name: 'health', time: 0 });
  const total = timeOfSteps(steps);
  const gap = Math.max(0, stop.tip - height);
  return {
    outcome,
    steps,
    total,
    height,
    lost: stop.height - height,
    gap,
    needsStateSync: exceedsLog(plan, gap),
    mended: held || outcome === 'root-mismatch-abort',
    pruningHeldUntil: held ? total + stop.mending.pruning : null,
  };
}

/** The worse of two outcomes. */
export function worseOutcome(one: RecoveryOutcome, other: RecoveryOutcome): RecoveryOutcome {
  return RECOVERY_OUTCOMES.indexOf(one) < RECOVERY_OUTCOMES.indexOf(other) ? other : one;
}

/**
 * Stages the newest snapshot and, where its root does not match, the next older one by people's hands. The damaged
 * commit was never finished, so no snapshot is of its height.
 */
function stageSnapshot(
  plan: StoragePlan,
  stop: Stop,
  steps: Step[],
): { readonly matches: boolean; readonly height: number } {
  const [newest, older] = stop.manifests.filter((manifest) => manifest.height < stop.height);
  const stage = ({ bytes, height }: Manifest): number => {
    steps.push({ name: 'stage-snapshot', time: transferTime(bytes, plan.restoreRate) });
    steps.push({ name: 'compare-root', time: 0 });
    return height;
  };
  const height = newest === undefined ? 0 : stage(newest);
  if (newest !== undefined && !stop.damage.badSnapshot) return { matches: true, height };
  steps.push({ name: 'mend', time: stop.mending.store });
  return { matches: false, height: older === undefined ? 0 : stage(older) };
}
