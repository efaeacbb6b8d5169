/**
 * What people order of a chain's pruning: emergency pauses, their ends, a cycle given up.
 *
 * A pause stops the worker at once; it lasts until every reason for it has gone. A pruning proof that does not verify is
 * always a reason (blueprint.md section 12, step 5); the plan says which others are: a way back that is decided (section
 * 19: what has to be restored must not be pruned meanwhile), a promotion that is held, a worker that has fallen behind
 * (section 18: pause, rebuild snapshots, resume). Where pruning is not in use there is nothing to order.
 */
import { formatDuration, MINUTE, type Micros } from '#base/time';
import { DIALECT_PRUNING, DIALECT_RECONSTRUCTION } from '../chain.js';
import {
  advanceWorker,
  cancelCycle,
  emergencyPause,
  restartWorker,
  resumeWorker,
  statusOf,
} from '../pruning/worker.js';
import { storeBytes } from '../storage/snapshot.js';
import { transferTime } from '../storage/step.js';
import type { PauseReason } from '../storage-plan.js';
import type { Run, World } from '../world.js';
import { PRUNING, watch } from './agenda.js';
import { activeBits } from './gates.js';
import { slowestUtilisation } from './proving.js';
import { note } from './timeline.js';

/** An incident of a worker that has fallen behind is closed so far from its floor, for so long (blueprint.md section 7). */
const CAUGHT_UP = 8;
const CALM: Micros = 15 * MINUTE;

/** Whether payloads are pruned: both gates are the chain's rule. */
export function prunes(run: Run): boolean {
  const wanted = DIALECT_PRUNING | DIALECT_RECONSTRUCTION;
  return (activeBits(run.chain, run.chain.tip) & wanted) === wanted;
}

/** Lets the worker work up to now, and tells it of the chain. */
export function tellWorker(world: World, run: Run): void {
  const { store, chain } = run;
  const now = Math.max(world.now, store.pruning.now);
  const input = { now, tip: chain.tip, busy: slowestUtilisation(run, now), paused: !prunes(run) };
  advanceWorker(store.pruning, world.plan.storage.pruning, input);
}

/** People stop pruning at once for one of the reasons that the plan lets them. */
export function pauseFor(world: World, run: Run, reason: PauseReason, words: string): void {
  if (world.plan.storage.pruning.pauseOn.includes(reason)) pausePruning(world, run, reason, words, Infinity);
}

/**
 * People stop pruning at once.
 *
 * @param until - when the reason is gone; Infinity: `endPause` says so
 */
export function pausePruning(world: World, run: Run, reason: string, words: string, until: Micros): void {
  if (!prunes(run)) return;
  const { pruningStops, pruning } = run.store;
  const known = pruningStops.get(reason);
  if (known !== undefined && known >= until) return;
  pruningStops.set(reason, until);
  if (until < Infinity) watch(world, until, PRUNING, 0, run.id);
  if (pruning.stopped) return;
  tellWorker(world, run);
  emergencyPause(pruning);
  run.store.pruningCalm = false; // what people hold up themselves is no incident
  run.store.pruningPauses += 1;
  run.store.pruningStoppedAt = world.now;
  note(world, 'pruning', 'emergency pause', words);
}

/** A reason to pause has gone. */
export function endPause(world: World, run: Run, reason: string): void {
  if (run.store.pruningStops.delete(reason)) resumeIfFree(world, run);
}

/** The time of some pause is over. */
export function endDuePauses(world: World, id: number): void {
  const { run } = world;
  if (run === null || run.id !== id) return;
  const { pruningStops } = run.store;
  for (const [reason, until] of pruningStops) {
    if (until > world.now) continue;
    pruningStops.delete(reason);
    if (reason === 'gap') run.store.snapshots.due = Math.min(run.store.snapshots.due, world.now); // it is rebuilt
  }
  resumeIfFree(world, run);
}

function resumeIfFree(world: World, run: Run): void {
  const { store } = run;
  if (store.pruningStops.size > 0 || !store.pruning.stopped) return;
  tellWorker(world, run);
  resumeWorker(store.pruning, world.plan.storage.pruning);
  const time = world.now - store.pruningStoppedAt;
  store.pruningStopped += time;
  note(world, 'pruning', 'resumed', `after ${formatDuration(time)}`);
}

/** People give up the cycle under way: what it has pruned stays pruned. */
export function cancelPruning(world: World, run: Run, words: string): void {
  if (run.store.pruning.phase === 'idle') return;
  tellWorker(world, run);
  cancelCycle(run.store.pruning, world.plan.storage.pruning);
  note(world, 'pruning', 'cycle cancelled', words);
}

/** Every node has stopped: the worker goes on from its last checkpoint. */
export function restartPruning(world: World, run: Run): void {
  tellWorker(world, run);
  restartWorker(run.store.pruning);
}

/**
 * After each block: what dashboards show of pruning, and people who see it fall behind after it had caught up pause it,
 * rebuild a snapshot and let it go on.
 */
export function watchPruning(world: World, run: Run): void {
  const { store, chain } = run;
  const { storage } = world.plan;
  const { lag } = statusOf(store.pruning, storage.pruning);
  store.worstPruningLag = Math.max(store.worstPruningLag, lag);
  if (lag >= CAUGHT_UP || store.pruning.stopped) store.caughtUpSince = Infinity;
  else store.caughtUpSince = Math.min(store.caughtUpSince, world.now);
  if (world.now - store.caughtUpSince >= CALM) store.pruningCalm = true;
  if (!store.pruningCalm || lag <= storage.pruning.gap || store.pruning.stopped) return;
  if (!storage.pruning.pauseOn.includes('gap')) return;
  store.pruningCalm = false;
  const rebuild = transferTime(storeBytes(storage, chain.tip, store.pruning.pruned), storage.restoreRate);
  pausePruning(world, run, 'gap', `${lag} blocks behind: a snapshot is rebuilt`, world.now + rebuild);
}

/** The time that emergencies have stopped pruning, up to now. */
export function stoppedTime({ store }: Run, now: Micros): Micros {
  return store.pruningStopped + (store.pruning.stopped ? now - store.pruningStoppedAt : 0);
}
