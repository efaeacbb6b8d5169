/**
 * The stores of a chain's nodes: snapshots as they fall due, pruning as it gets along, backups.
 */
import { streamKey } from '#kernel/stream';
import { DIALECT_PRUNING, DIALECT_RECONSTRUCTION } from '../chain.js';
import type { Plan } from '../plan.js';
import { advanceWorker, createWorker, retentionFloor } from '../pruning/worker.js';
import { advanceSnapshots, createHistory } from '../storage/snapshot.js';
import type { Run, Store, World } from '../world.js';
import { createProverRecord, slowestUtilisation } from './proving.js';

export function createStore(
  plan: Plan,
  n: number,
  now: number,
  seed: string,
  replication: number,
  name: string,
): Store {
  return {
    backups: [],
    taken: 0,
    key: streamKey(seed, replication, `chain/${name}/storage`),
    stops: new Int32Array(n),
    damage: new Map(),
    stopped: new Map(),
    snapshots: createHistory(plan.storage, now, 0),
    breakers: new Float64Array(n).fill(Number.NEGATIVE_INFINITY),
    firstWrong: Number.POSITIVE_INFINITY,
    returning: [],
    recovered: [],
    migrations: [],
    owed: new Map(),
    pruning: createWorker({ now, tip: 0, busy: 0, paused: true }, 0),
    pruningHeldUntil: Number.NEGATIVE_INFINITY,
    worstPruningLag: 0,
    provers: createProverRecord(),
  };
}

/** One more block: a snapshot may be due, the pruning worker goes on while its gates are active and nothing holds it. */
export function advanceStores(world: World, run: Run, bits: number, wrong: boolean): void {
  const { store, chain } = run;
  const { storage } = world.plan;
  const wanted = DIALECT_PRUNING | DIALECT_RECONSTRUCTION;
  const active = (bits & wanted) === wanted;
  const paused = !active || world.now < store.pruningHeldUntil;
  if (wrong && chain.tip < store.firstWrong) store.firstWrong = chain.tip;
  const now = Math.max(world.now, store.pruning.now);
  advanceWorker(store.pruning, storage.pruning, { now, tip: chain.tip, busy: slowestUtilisation(run, now), paused });
  if (active) {
    const lag = retentionFloor(storage.pruning, chain.tip) - store.pruning.pruned;
    store.worstPruningLag = Math.max(store.worstPruningLag, lag);
  }
  advanceSnapshots(store.snapshots, storage, now, chain.tip, store.pruning.pruned);
}
