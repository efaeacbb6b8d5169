/**
 * The stores of a chain's nodes: snapshots as they fall due, pruning as it gets along, backups.
 */
import { streamKey } from '#kernel/stream';
import type { Plan } from '../plan.js';
import { createWorker } from '../pruning/worker.js';
import { advanceSnapshots, createHistory } from '../storage/snapshot.js';
import type { Run, Store, World } from '../world.js';
import { createProverRecord } from './proving.js';
import { endDuePauses, prunes, tellWorker, watchPruning } from './pruning-orders.js';

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
    pruningStops: new Map(),
    pruningPauses: 0,
    pruningStopped: 0,
    pruningStoppedAt: 0,
    caughtUpSince: Number.POSITIVE_INFINITY,
    pruningCalm: false,
    worstPruningLag: 0,
    provers: createProverRecord(),
  };
}

/** One more block: a snapshot may be due, the pruning worker goes on while its gates are active and nothing holds it. */
export function advanceStores(world: World, run: Run, wrong: boolean): void {
  const { store, chain } = run;
  if (wrong && chain.tip < store.firstWrong) store.firstWrong = chain.tip;
  tellWorker(world, run);
  if (store.pruningStops.size > 0) endDuePauses(world, run.id);
  if (prunes(run)) watchPruning(world, run);
  advanceSnapshots(store.snapshots, world.plan.storage, store.pruning.now, chain.tip, store.pruning.pruned);
}
