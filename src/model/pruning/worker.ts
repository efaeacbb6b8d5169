/**
 * The pruning worker of a chain: drops the blocks below the retention floor, chunk by chunk, and yields to other work.
 *
 * What the chain tells it (tip, load, operators' pause) holds from the time it is told until it is told anew. A cycle
 * is due at the start and every interval after it, takes the floor of that moment as its target and drops nothing above; one
 * that falls due while another runs is left out. Before each chunk the pacer looks at the load. A chunk takes its time
 * however few blocks are left for it.
 * Source: blueprint.md section 7 (cadence, floor, chunks, pacer, checkpoints, ETA), 2.2 (values).
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';
import type { PruningPlan } from '../storage-plan.js';

/**
 * What the worker does until `at`: waits for the next cycle; prunes a chunk; waits because the load was too high. One that
 * is `held` has a cycle to go on with as soon as operators let it.
 */
export type PruningPhase = 'idle' | 'chunk' | 'pause' | 'held';

export interface PruningWorker {
  phase: PruningPhase;
  at: Micros; // end of the phase; Infinity while held
  cycleDue: Micros; // the next cycle
  pruned: number; // blocks below this height are gone
  checkpoint: number; // the same, as a restart would find it
  chunks: number; // since the checkpoint
  target: number; // of the running cycle: blocks below it go
  cycleFrom: number; // `pruned` when the cycle began
  cycleStart: Micros;
  cycles: number; // begun, those that found nothing to prune included
  pauses: number; // of the pacer
  stopped: boolean; // by an emergency pause
  now: Micros; // of the latest input, as are the next three
  tip: number;
  busy: number;
  paused: boolean;
}

export interface PruningInput {
  readonly now: Micros;
  readonly tip: number; // latest height of the chain
  readonly busy: number; // share of the machine in use, as the pacer sees it
  readonly paused: boolean; // by operators: a chunk that has begun is finished, no other begins
}

/** What a dashboard shows of the worker. */
export interface PruningStatus {
  readonly pruned: number; // blocks below this height are gone
  readonly floor: number; // lowest height that has to stay
  readonly lag: number; // blocks below the floor that are still there
  readonly cycles: number;
  readonly pauses: number;
  readonly eta: Micros | null; // µs until the running cycle is done; null: none runs, or it has pruned nothing yet
}

/**
 * A worker whose first cycle is due now.
 *
 * @param oldest - lowest height that is stored
 */
export function createWorker(input: PruningInput, oldest: number): PruningWorker {
  assert(Number.isSafeInteger(oldest) && oldest >= 0, `the oldest block ${oldest} has a height`);
  return {
    phase: 'idle',
    at: input.now,
    cycleDue: input.now,
    pruned: oldest,
    checkpoint: oldest,
    chunks: 0,
    target: oldest,
    cycleFrom: oldest,
    cycleStart: input.now,
    cycles: 0,
    pauses: 0,
    stopped: false,
    now: input.now,
    tip: input.tip,
    busy: input.busy,
    paused: input.paused,
  };
}

/** The lowest height that has to stay: `depth` blocks up to the tip. */
export function retentionFloor(plan: PruningPlan, tip: number): number {
  return Math.max(0, tip - (plan.depth - 1));
}

/**
 * Lets the worker work up to `input.now`, under what it was told before, and tells it what holds from then on.
 * O(1) and O(1) more for each chunk that is pruned: cycles without work and pauses in a row are counted, not played.
 *
 * @throws AssertionError if time goes back, or the plan's interval or pause is not positive
 */
export function advanceWorker(worker: PruningWorker, plan: PruningPlan, input: PruningInput): void {
  if (!(input.now >= worker.now)) assert(false, `time ${input.now} of the pruning worker is not before ${worker.now}`);
  if (!(plan.interval > 0 && plan.pause > 0)) assert(false, 'interval and pause of the pruning worker take time');
  while (worker.at <= input.now) {
    if (worker.phase === 'idle') beginCycle(worker, plan, input.now);
    else if (worker.phase === 'pause') endPause(worker, plan, input.now);
    else endChunk(worker, plan);
  }
  worker.now = input.now;
  worker.tip = input.tip;
  worker.busy = input.busy;
  worker.paused = input.paused;
  if (worker.phase === 'held' && !isHeld(worker)) beginChunk(worker, plan, input.now);
}

/** Stops all at once; a chunk that has begun is lost. The worker has to be advanced to `now` before. */
export function emergencyPause(worker: PruningWorker): void {
  worker.stopped = true;
  if (worker.phase === 'idle') return;
  worker.phase = 'held';
  worker.at = Infinity;
}

/** Ends an emergency pause: the cycle that was running goes on. The worker has to be advanced to `now` before. */
export function resumeWorker(worker: PruningWorker, plan: PruningPlan): void {
  worker.stopped = false;
  if (worker.phase === 'held' && !isHeld(worker)) beginChunk(worker, plan, worker.now);
}

/** Gives the running cycle up, with the chunk that has begun; what it has pruned is kept. The next one begins when it is due. */
export function cancelCycle(worker: PruningWorker, plan: PruningPlan): void {
  if (worker.phase !== 'idle') endCycle(worker, plan, worker.now);
}

/** The process starts again: it goes on from its last checkpoint, with a cycle at once. An emergency pause stays. */
export function restartWorker(worker: PruningWorker): void {
  worker.phase = 'idle';
  worker.pruned = worker.checkpoint;
  worker.chunks = 0;
  worker.cycleDue = worker.now;
  worker.at = worker.now;
}

/** What the worker has done as of its latest input. */
export function statusOf(worker: PruningWorker, plan: PruningPlan): PruningStatus {
  const { pruned, cycles, pauses } = worker;
  const floor = retentionFloor(plan, worker.tip);
  const processed = pruned - worker.cycleFrom;
  const elapsed = worker.now - worker.cycleStart;
  const runs = worker.phase !== 'idle' && processed > 0;
  const eta = runs ? Math.round((elapsed / processed) * (worker.target - pruned)) : null;
  return { pruned, floor, lag: Math.max(0, floor - pruned), cycles, pauses, eta };
}

function isHeld(worker: PruningWorker): boolean {
  return worker.stopped || worker.paused;
}

/** A cycle is due: begins it, or passes over all that are due by `until` where they would do nothing. */
function beginCycle(worker: PruningWorker, plan: PruningPlan, until: Micros): void {
  const target = retentionFloor(plan, worker.tip);
  const held = isHeld(worker);
  if (held || target <= worker.pruned) {
    const due = Math.floor((until - worker.cycleDue) / plan.interval) + 1;
    if (!held) worker.cycles += due;
    worker.cycleDue += due * plan.interval;
    worker.at = worker.cycleDue;
    return;
  }
  worker.cycles += 1;
  worker.target = target;
  worker.cycleFrom = worker.pruned;
  worker.cycleStart = worker.cycleDue;
  worker.cycleDue += plan.interval;
  beginChunk(worker, plan, worker.cycleStart);
}

/** Before a chunk: operators may hold it, the pacer may put it off. */
function beginChunk(worker: PruningWorker, plan: PruningPlan, now: Micros): void {
  if (isHeld(worker)) {
    worker.phase = 'held';
    worker.at = Infinity;
  } else if (worker.busy > plan.busyAbove) {
    worker.phase = 'pause';
    worker.at = now + plan.pause;
    worker.pauses += 1;
  } else {
    worker.phase = 'chunk';
    worker.at = now + plan.chunkTime;
  }
}

/** A pause is over: looks again; while nothing changes, all pauses that end by `until` are one step. */
function endPause(worker: PruningWorker, plan: PruningPlan, until: Micros): void {
  if (!isHeld(worker) && worker.busy > plan.busyAbove) {
    const over = Math.floor((until - worker.at) / plan.pause) + 1;
    worker.pauses += over;
    worker.at += over * plan.pause;
  } else {
    beginChunk(worker, plan, worker.at);
  }
}

function endChunk(worker: PruningWorker, plan: PruningPlan): void {
  worker.pruned = Math.min(worker.target, worker.pruned + plan.chunk);
  worker.chunks += 1;
  if (worker.chunks >= plan.checkpointEvery) writeCheckpoint(worker);
  if (worker.pruned >= worker.target) endCycle(worker, plan, worker.at);
  else beginChunk(worker, plan, worker.at);
}

/** The end of a cycle is a checkpoint; cycles that fell due before `now` are left out. */
function endCycle(worker: PruningWorker, plan: PruningPlan, now: Micros): void {
  writeCheckpoint(worker);
  worker.phase = 'idle';
  const missed = Math.max(0, Math.ceil((now - worker.cycleDue) / plan.interval));
  worker.cycleDue += missed * plan.interval;
  worker.at = worker.cycleDue;
}

function writeCheckpoint(worker: PruningWorker): void {
  worker.checkpoint = worker.pruned;
  worker.chunks = 0;
}
