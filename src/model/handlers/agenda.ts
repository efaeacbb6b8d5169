/**
 * Kinds of events of a world, and how they are put on its two queues.
 */
import type { Micros } from '#base/time';
import { pushEvent } from '#kernel/queue';
import type { World } from '../world.js';

// on the agenda: they change a chain's conditions
export const FAULT_START = 0; // target: fault
export const FAULT_END = 1; // data: occurrence
export const NODE_UP = 2; // target: validator, data: id of the run
export const DEFECT = 3; // target: fault, data: id of the run
export const BATCH = 4; // the next batch of the step under way
export const BATCH_NODE_UP = 5; // target: validator, data: id of the run
export const DECISION = 6; // data: action
export const RESTORED = 7; // a quorum has restored its backup
export const NEXT_STEP = 8;
export const FAULT_MOVE = 9; // data: occurrence
export const HEAL = 10; // every fault but Byzantine behaviour is over
export const JUDGE = 11; // from now on liveness is judged
export const NOTIFIED = 12; // all operators know that the rollout is undone, and how
export const REVERTED = 13; // every node is back on the previous release
export const MENDED = 14; // a release that mends what could not be undone is out
export const RECOVER = 15; // target: validator that somebody starts after an unplanned stop, data: id of the run
export const BACKEND = 16; // the failover backend of some nodes is ready
export const ARM = 17; // every target carries the gate of the step under way
export const LATE = 18; // target: validator whose operator begins the upgrade late, data: run and batch
export const ADOPT = 31; // an operator takes up the release that mends the chain; target: validator, data: id of the run
export const EVIDENCE = 32; // what the channel waits for is due, data: channel

// on the watch: they only look
export const CHECK = 0; // target: check, data: channel
export const DWELL = 1; // data: channel × 256 + step
export const BACKUP = 2; // a regular backup, data: id of the run
export const APPROVAL = 3; // an answer; target: step, data: channel
export const PRUNING = 4; // a pause of pruning may be over, data: id of the run
export const NOTICE = 32; // people look for trouble that no check tells of

/** Puts something that changes conditions on the agenda. */
export function plan(world: World, time: Micros, kind: number, target: number, data: number): void {
  if (Number.isFinite(time) && time <= world.plan.horizon) pushEvent(world.agenda, time, 0, kind, target, data);
}

/** Puts something that only looks on the watch. */
export function watch(world: World, time: Micros, kind: number, target: number, data: number): void {
  if (time <= world.plan.horizon) pushEvent(world.watch, time, 0, kind, target, data);
}
