/**
 * A coordinated restore: every node of a chain returns to one height, from one backup and the logs.
 *
 * A damaged backup is found when the first node is through with it; then all take the next older one. The height is
 * agreed on before: the highest up to `target` that nodes with a quorum of the power reach if their logs are whole.
 * Each node checks its log, restores, replays up to that height and compares the root. Missing log entries are met at
 * the check, an incomplete copy at the root; either stops the node until people have mended it. Unlike in a recovery of
 * one node, an invalid pruning proof holds the node itself: proofs are verified again before production resumes. More
 * damage never brings a node or the quorum back earlier. Source: blueprint.md sections 12 (steps 2, 4 and 5) and 19.
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';
import type { StoragePlan } from '../storage-plan.js';
import { type Backup, type BackupChoice, chooseBackup } from './backup.js';
import type { MendingTimes, StoreDamage } from './damage.js';
import { type Step, timeOfSteps, transferTime } from './step.js';
import { leftLog, openLog, replayFrom, retainedCommits } from './wal.js';

export interface RestoringNode {
  readonly power: number; // integer ≥ 0
  readonly begin: Micros; // when its operator starts, since the restore was called
  readonly height: number; // last height it decided, ≥ 0
  readonly bytes: number; // that it restores
  readonly damage: StoreDamage; // `badSnapshot`: its copy of the backup is incomplete
  readonly mending: MendingTimes;
}

export interface RestoreCall {
  readonly now: Micros; // when the restore is called, as the backups count time
  readonly backups: readonly Backup[];
  readonly target: number; // the prior finalized height, which nobody goes above
  readonly pruning: boolean; // whether pruning is in use
  readonly nodes: readonly RestoringNode[]; // at least one
}

export type RestoreFailure = 'incomplete-copy' | 'missing-log-entries' | 'pruning-proof-invalid';

export interface RestoredNode {
  readonly steps: readonly Step[]; // after its begin
  readonly ready: Micros | null; // since the call; null: there is no backup
  readonly failures: readonly RestoreFailure[]; // in order; people mended each
}

export interface Restore {
  readonly choice: BackupChoice; // what was tried and taken; `lost` counts the backups' own sizes
  readonly height: number | null; // that all return to; null: there is no backup
  readonly found: Micros; // when the last damaged backup was found, since the call; 0: none
  readonly nodes: readonly RestoredNode[]; // as given
  readonly quorum: Micros | null; // when ⌊2T/3⌋ + 1 of the power is ready, since the call; null: never
}

/** Restores a chain. */
export function restoreChain(plan: StoragePlan, call: RestoreCall): Restore {
  const { nodes } = call;
  assert(nodes.length > 0, 'a chain that is restored has nodes');
  const choice = chooseBackup(plan, call.backups, call.now, call.target);
  const found = timeOfFinding(plan, nodes, choice.damaged.length);
  if (choice.backup === null) {
    const lost = nodes.map((node): RestoredNode => ({ steps: stepsBefore(node, found), ready: null, failures: [] }));
    return { choice, height: null, found, nodes: lost, quorum: null };
  }
  const from = choice.backup.height;
  const height = agreedHeight(plan, call, from);
  const restored = nodes.map((node) => restoreNode(plan, call.pruning, node, found, from, height));
  const powers = nodes.map(({ power }) => power);
  return { choice, height, found, nodes: restored, quorum: powerBackAt(restored, powers, leastQuorum(nodes)) };
}

/**
 * When nodes of at least `needed` power are ready, since the call; null: never.
 *
 * @param powers - of the nodes, in the same order
 */
export function powerBackAt(nodes: readonly RestoredNode[], powers: readonly number[], needed: number): Micros | null {
  const back = nodes.flatMap(({ ready }, node) => (ready === null ? [] : [{ ready, power: powers[node] as number }]));
  back.sort((a, b) => a.ready - b.ready || a.power - b.power);
  let power = 0;
  for (const node of back) {
    power += node.power;
    if (power >= needed) return node.ready;
  }
  return null;
}

/** When the last of `count` damaged backups is found: each by the node that is through with it first. */
function timeOfFinding(plan: StoragePlan, nodes: readonly RestoringNode[], count: number): Micros {
  let found = 0;
  for (let i = 0; i < count; i += 1) {
    const through = nodes.map(({ begin, bytes }) => Math.max(begin, found) + transferTime(bytes, plan.restoreRate));
    found = through.reduce((first, time) => Math.min(first, time));
  }
  return found;
}

/** The highest height up to the target that a quorum reaches from the backup, if no log is damaged. */
function agreedHeight(plan: StoragePlan, call: RestoreCall, from: number): number {
  const needed = leastQuorum(call.nodes);
  const reached = call.nodes
    .map((node) => {
      const { height } = replayFrom(plan, retainedCommits(plan, node.height), from, call.target);
      return { height, power: node.power };
    })
    .sort((a, b) => b.height - a.height || a.power - b.power);
  let power = 0;
  for (const node of reached) {
    power += node.power;
    if (power >= needed) return node.height;
  }
  return from;
}

function stepsBefore(node: RestoringNode, found: Micros): Step[] {
  const steps: Step[] = [{ name: 'isolate', time: 0 }];
  if (node.begin < found) steps.push({ name: 'damaged-backup', time: found - node.begin });
  return steps;
}

function restoreNode(
  plan: StoragePlan,
  pruning: boolean,
  node: RestoringNode,
  found: Micros,
  from: number,
  height: number,
): RestoredNode {
  const { damage, mending } = node;
  const steps = stepsBefore(node, found);
  const failures: RestoreFailure[] = [];
  const mend = (failure: RestoreFailure, time: Micros): void => {
    failures.push(failure);
    steps.push({ name: 'mend', time });
  };
  const replays = height > from;
  const restore = (): void => {
    steps.push({ name: 'restore-backup', time: transferTime(node.bytes, plan.restoreRate) });
    if (replays) steps.push({ name: 'replay-log', time: transferTime((height - from) * plan.growth, plan.replayRate) });
    steps.push({ name: 'compare-root', time: 0 });
  };
  if (replays) {
    const log = openLog(leftLog(plan, node.height, damage));
    steps.push({ name: 'check-log', time: transferTime(log.bytes, plan.replayRate) });
    if (replayFrom(plan, log, from, height).height < height) mend('missing-log-entries', mending.store);
  }
  restore();
  if (damage.badSnapshot) {
    mend('incomplete-copy', mending.store);
    restore();
  }
  if (pruning && plan.envelopes > 0) {
    const check: Step = { name: 'verify-envelopes', time: plan.envelopes * plan.envelopeCheck };
    steps.push(check);
    if (damage.badPruningProof) {
      mend('pruning-proof-invalid', mending.pruning);
      steps.push(check);
    }
  }
  steps.push({ name: 'health', time: 0 });
  return { steps, ready: node.begin + timeOfSteps(steps), failures };
}

/** The least power above two thirds of all. */
function leastQuorum(nodes: readonly RestoringNode[]): number {
  const twice = 2 * nodes.reduce((total, { power }) => total + power, 0);
  return (twice - (twice % 3)) / 3 + 1;
}
