/**
 * One state sync of a node: from a plan to a sealed root, over as many providers as it takes.
 *
 * A session that breaks fails over in this order: look at the control plane, which knows who is up and whose breaker is
 * open; resume at the same provider; resume at a new peer; cancel and restart at chunk 0. To resume, a provider has to
 * echo plan id and offsets, else it is a `resume_mismatch`; one with another root never knows the plan. A resumed session
 * that breaks before it has verified a chunk is not resumed there again. A root that is not the chain's discards the
 * transfer and rules its provider out.
 * Every session and every refused resume validates the plan's metadata once. Ingesting a plan and sealing a root take no time.
 * Source: blueprint.md section 11.
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';
import { deriveKey } from '#kernel/draw';
import type { StateSyncPlan } from '../storage-plan.js';
import { createTransfer, discardChunks, type Link, loadChunks, type Session, type Transfer } from './transfer.js';

export interface SyncProvider {
  readonly up: boolean;
  readonly breakerOpen: boolean; // since an earlier sync; only people close it
  readonly chunkFailure: number | null; // probability that one attempt fails; null: the plan's
  readonly echoes: boolean; // plan id and offsets of a session that broke
  readonly otherRoot: boolean; // its snapshot has not the root of the chain
}

export type SyncStage = 'plan-ingested' | 'metadata-validated' | 'chunks-verified' | 'proofs-verified' | 'root-sealed';
export const SYNC_STAGES: readonly SyncStage[] = [
  'plan-ingested',
  'metadata-validated',
  'chunks-verified',
  'proofs-verified',
  'root-sealed',
];

export interface StageTime {
  readonly stage: SyncStage;
  spent: Micros; // over all sessions; the stages sum to the duration
  passedAt: Micros | null; // since the start of the sync; null: not passed since the last restart
}

/** `no-provider`: nobody is left to ask; `root-mismatch`: the same, after a transfer was discarded for its root. */
export type SyncOutcome = 'sealed' | 'over-budget' | 'no-provider' | 'root-mismatch';

export interface StateSync {
  outcome: SyncOutcome;
  provider: number; // index of who sealed, or was loaded from when the time was up; −1: nobody is left
  duration: Micros; // ≤ budget
  readonly stages: readonly StageTime[]; // in order
  chunks: number; // verified, those that a restart threw away included
  retries: number;
  resumes: number; // sessions that went on where another had broken
  mismatches: number; // `resume_mismatch`
  failovers: number; // changes of provider
  restarts: number; // at chunk 0, a discarded transfer included
  discarded: number; // transfers with another root
  readonly breakersOpened: number[]; // indices of providers, in order of time
}

interface Run {
  readonly plan: StateSyncPlan;
  readonly providers: readonly SyncProvider[];
  readonly links: readonly Link[];
  readonly shut: boolean[]; // [provider] → its breaker is open, or its root is another
  readonly transfer: Transfer;
  readonly sync: StateSync;
}

/**
 * Plays one sync to its end.
 *
 * @param bytes - of the snapshot, integer ≥ 1
 * @param providers - in the order in which the node would ask them
 * @param key - of this sync's draws, from `streamKey` or `deriveKey`; another sync, another key
 */
export function syncState(
  plan: StateSyncPlan,
  bytes: number,
  providers: readonly SyncProvider[],
  key: number,
): StateSync {
  const run = createRun(plan, bytes, providers, key);
  const { sync } = run;
  let resumed = false; // the session to come is a resume at the provider of the one before
  sync.provider = nextProvider(run, -1);
  pass(sync, 'plan-ingested');
  while (sync.provider >= 0) {
    if (!spend(run, 'metadata-validated', plan.metadata)) return sync;
    pass(sync, 'metadata-validated');
    const session = load(run);
    if (session.end === 'time') return sync;
    if (session.end === 'complete') {
      pass(sync, 'chunks-verified');
      if (!spend(run, 'proofs-verified', plan.proofCheck)) return sync;
      pass(sync, 'proofs-verified');
      if (seal(run)) return sync;
      resumed = false;
      continue;
    }
    const { provider, resumes } = sync;
    if (!failOver(run, resumed && session.verified === 0)) return sync;
    resumed = sync.provider === provider && sync.resumes > resumes;
  }
  sync.outcome = sync.discarded > 0 ? 'root-mismatch' : 'no-provider';
  return sync;
}

function createRun(plan: StateSyncPlan, bytes: number, providers: readonly SyncProvider[], key: number): Run {
  for (const count of [plan.breaker, plan.retries + 1]) assert(count >= 1, `${count} attempts are at least one`);
  const links = providers.map(({ chunkFailure }, index) => {
    return { key: deriveKey(key, index), chunkFailure: chunkFailure ?? plan.chunkFailure, failures: 0 };
  });
  const sync: StateSync = {
    outcome: 'over-budget',
    provider: -1,
    duration: 0,
    stages: SYNC_STAGES.map((stage) => ({ stage, spent: 0, passedAt: null })),
    chunks: 0,
    retries: 0,
    resumes: 0,
    mismatches: 0,
    failovers: 0,
    restarts: 0,
    discarded: 0,
    breakersOpened: [],
  };
  const transfer = createTransfer(bytes, plan.chunkBytes);
  return { plan, providers, links, shut: providers.map(({ breakerOpen }) => breakerOpen), transfer, sync };
}

/** One session with the current provider. */
function load(run: Run): Session {
  const { plan, sync, transfer } = run;
  const session = loadChunks(transfer, plan, run.links[sync.provider] as Link, plan.budget - sync.duration);
  stageOf(sync, 'chunks-verified').spent += session.time;
  sync.duration += session.time;
  sync.chunks += session.verified;
  sync.retries += session.retries;
  if (session.end === 'breaker') {
    run.shut[sync.provider] = true;
    sync.breakersOpened.push(sync.provider);
  }
  return session;
}

/** Compares the root. True if it is the chain's; else all is discarded and another provider is asked. */
function seal(run: Run): boolean {
  const { sync } = run;
  if (!(run.providers[sync.provider] as SyncProvider).otherRoot) {
    pass(sync, 'root-sealed');
    sync.outcome = 'sealed';
    return true;
  }
  run.shut[sync.provider] = true;
  sync.discarded += 1;
  restart(run);
  return false;
}

/**
 * Finds who goes on after a session broke; no provider is left if `sync.provider` is −1 afterwards.
 *
 * @param stalled - resuming at the same provider has just led nowhere
 * @returns false if the budget is used up
 */
function failOver(run: Run, stalled: boolean): boolean {
  const { plan, providers, sync } = run;
  const left = sync.provider;
  const { echoes, otherRoot } = providers[left] as SyncProvider;
  if (!run.shut[left] && !stalled) {
    if (echoes) {
      sync.resumes += 1;
      return true;
    }
    sync.mismatches += 1;
    if (!spend(run, 'metadata-validated', plan.metadata)) return false;
  }
  for (let step = 1; step < providers.length; step += 1) {
    const peer = (left + step) % providers.length;
    if (!canServe(run, peer)) continue;
    if ((providers[peer] as SyncProvider).echoes && !(providers[peer] as SyncProvider).otherRoot && !otherRoot) {
      sync.provider = peer;
      sync.failovers += 1;
      sync.resumes += 1;
      return true;
    }
    sync.mismatches += 1;
    if (!spend(run, 'metadata-validated', plan.metadata)) return false;
  }
  restart(run);
  return true;
}

/** Cancels the transfer and begins at chunk 0 with the next provider, the current one last. */
function restart(run: Run): void {
  const { sync } = run;
  const next = nextProvider(run, sync.provider);
  discardChunks(run.transfer);
  for (const stage of sync.stages) if (stage.stage !== 'plan-ingested') stage.passedAt = null;
  if (next >= 0) {
    sync.restarts += 1;
    if (next !== sync.provider) sync.failovers += 1;
    pass(sync, 'plan-ingested');
  }
  sync.provider = next;
}

/** The first provider after `after` that can serve, round the list and `after` itself last; −1 if none can. */
function nextProvider(run: Run, after: number): number {
  for (let step = 1; step <= run.providers.length; step += 1) {
    const index = (after + step) % run.providers.length;
    if (canServe(run, index)) return index;
  }
  return -1;
}

function canServe(run: Run, provider: number): boolean {
  return (run.providers[provider] as SyncProvider).up && !run.shut[provider];
}

function stageOf(sync: StateSync, stage: SyncStage): StageTime {
  return sync.stages[SYNC_STAGES.indexOf(stage)] as StageTime;
}

function pass(sync: StateSync, stage: SyncStage): void {
  stageOf(sync, stage).passedAt = sync.duration;
}

/** Lets time pass in a stage, up to the budget; false if it ran out. */
function spend(run: Run, stage: SyncStage, time: Micros): boolean {
  const { plan, sync } = run;
  const spent = Math.min(time, plan.budget - sync.duration);
  stageOf(sync, stage).spent += spent;
  sync.duration += spent;
  return spent === time;
}
