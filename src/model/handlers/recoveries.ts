/**
 * Nodes come back after unplanned stops: by what is left of their store, with a state sync where that does not reach the
 * tip (blueprint.md sections 11 and 12).
 */
import { formatDuration, type Micros } from '#base/time';
import { deriveKey } from '#kernel/draw';
import { type Chain, DIALECT_PRUNING, DIALECT_RECONSTRUCTION } from '../chain.js';
import type { Recovered, WorkStep } from '../outcome.js';
import { drawDamage, drawMending, joinDamage, NO_DAMAGE, type StoreDamage } from '../storage/damage.js';
import { OUTCOME_WORDS, recover } from '../storage/recovery.js';
import { manifestsAt, storeBytes } from '../storage/snapshot.js';
import { type StateSync, type SyncProvider, syncState } from '../sync/state-sync.js';
import type { Run, Store, World } from '../world.js';
import { NODE_UP, plan } from './agenda.js';
import { takesPart } from './conditions.js';
import { activeBits } from './gates.js';
import { bringUp } from './nodes.js';
import { pausePruning } from './pruning-orders.js';
import { placeAtTip } from './recovery.js';
import { DECIDED } from './shell.js';
import { note } from './timeline.js';

/** Peers that a node asks for the state. */
const PROVIDERS = 8;
/** The reason for which a bad pruning proof pauses pruning. */
const PRUNING_PROOF = 'pruning-proof';

/** A node has stopped unplanned: what it leaves is what it recovers from. */
export function noteStore(world: World, run: Run, node: number, damage: StoreDamage): void {
  const { store, chain } = run;
  const known = store.damage.get(node);
  store.damage.set(node, known === undefined ? damage : joinDamage(known, damage));
  if (store.stopped.has(node)) return;
  store.stopped.set(node, { height: decidedBy(run, chain, node), manifests: manifestsAt(store.snapshots, world.now) });
}

function decidedBy(run: Run, chain: Chain, node: number): number {
  if (run.mode !== 'message' && takesPart(chain, node)) return chain.tip;
  const height = chain.height[node] as number;
  return chain.waiting[node] === DECIDED ? height : Math.max(0, height - 1);
}

/**
 * Somebody starts a node again after an unplanned stop: it recovers its store, and is up when that is done.
 *
 * @returns whether the conditions of the chain have changed
 */
export function recoverNode(world: World, run: Run, node: number): boolean {
  const { store } = run;
  const left = store.stopped.get(node);
  if ((run.downReasons[node] as number) !== 1 || left === undefined) {
    bringUp(world, run, node); // something else keeps it down still, or it stopped in good order
    return true;
  }
  const stops = store.stops[node] as number;
  store.stops[node] = stops + 1;
  const key = deriveKey(store.key, node);
  const { storage } = world.plan;
  const pruning = (activeBits(run.chain, run.chain.tip) & DIALECT_PRUNING) !== 0;
  const recovery = recover(storage, {
    height: left.height,
    tip: run.chain.tip,
    manifests: left.manifests,
    pruning,
    damage: joinDamage(store.damage.get(node) ?? NO_DAMAGE, drawDamage(storage.damage, key, stops)),
    mending: drawMending(storage.repair, key, stops),
  });
  store.damage.delete(node);
  store.stopped.delete(node);
  const fromSnapshot = recovery.height < left.height - 1;
  const beyondPruning = recovery.height + 1 < store.pruning.pruned; // nobody has the next block any more
  const steps: WorkStep[] = recovery.steps.map(({ name, time }) => ({ name, duration: time }));
  let sync: StateSync | null = null;
  if ((fromSnapshot && recovery.needsStateSync) || beyondPruning) {
    sync = syncOf(world, run, node, deriveKey(key, stops));
    steps.push(...sync.stages.map(({ stage, spent }) => ({ name: stage, duration: spent })));
    if (sync.outcome !== 'sealed') {
      steps.push({ name: sync.outcome, duration: drawMending(storage.repair, deriveKey(key, stops), 0).store });
    }
  }
  const duration = steps.reduce((sum, step) => sum + step.duration, 0);
  if (sync !== null && sync.outcome !== 'sealed') closeBreakers(store, world.now + duration);
  if (recovery.pruningHeldUntil !== null) {
    const words = `a pruning proof of validator ${node} does not verify`;
    pausePruning(world, run, PRUNING_PROOF, words, world.now + recovery.pruningHeldUntil);
  }
  store.recovered.push({
    outcome: OUTCOME_WORDS[recovery.outcome],
    channel: world.plan.channels[world.rollout.channel]?.name ?? '',
    at: world.now,
    duration,
    catchUp: null,
    stateSync: sync !== null,
    steps: steps.filter((step) => step.duration > 0),
  });
  const how = sync === null ? '' : `, state sync ${sync.outcome}`;
  note(world, 'recovery', `validator ${node}`, `${OUTCOME_WORDS[recovery.outcome]}${how}, ${formatDuration(duration)}`);
  store.returning.push({
    node,
    record: store.recovered.length - 1,
    since: world.now + duration,
    synced: sync !== null,
  });
  if (duration <= 0) {
    comeUp(world, run, node);
    return true;
  }
  plan(world, world.now + duration, NODE_UP, node, run.id);
  return false;
}

/** A node's store is well again: it starts, at the tip if it fetched the state. */
export function comeUp(world: World, run: Run, node: number): void {
  const back = run.store.returning.find((one) => one.node === node && one.since === world.now);
  if (back?.synced === true && run.chain.tip > 0) placeAtTip(run.chain, node);
  bringUp(world, run, node);
}

/** People who mend a sync that failed close the breakers, at `until`; nobody else does. */
function closeBreakers({ breakers }: Store, until: Micros): void {
  for (const [peer, open] of breakers.entries()) breakers[peer] = Math.min(open, until);
}

/**
 * Fetches the state from peers that are up and whose breaker is closed; a breaker that opens stays open for later syncs.
 * Nobody serves the state where payloads are pruned and cannot be rebuilt.
 */
function syncOf(world: World, run: Run, node: number, key: number): StateSync {
  const { chain, store } = run;
  const { storage } = world.plan;
  const bits = activeBits(chain, chain.tip);
  const serves = (bits & DIALECT_PRUNING) === 0 || (bits & DIALECT_RECONSTRUCTION) !== 0;
  const peers: number[] = [];
  const providers: SyncProvider[] = [];
  for (let i = 1; i < chain.n && providers.length < PROVIDERS; i += 1) {
    const peer = (node + i) % chain.n;
    if (chain.up[peer] === 0) continue;
    const otherRoot = !takesPart(chain, peer);
    const breakerOpen = (store.breakers[peer] as number) > world.now;
    peers.push(peer);
    providers.push({ up: serves, breakerOpen, chunkFailure: null, echoes: true, otherRoot });
  }
  const sync = syncState(storage.sync, storeBytes(storage, chain.tip, store.pruning.pruned), providers, key);
  for (const opened of sync.breakersOpened) store.breakers[peers[opened] as number] = Number.POSITIVE_INFINITY;
  return sync;
}

/** After each block: nodes on their way back that have reached the tip. */
export function noteReturns(run: Run, now: Micros): void {
  const { store, chain } = run;
  if (store.returning.length === 0) return;
  store.returning = store.returning.filter(({ node, record, since }) => {
    if (chain.up[node] === 0 || now < since || decidedBy(run, chain, node) < chain.tip - 1) return true;
    const known = store.recovered[record] as Recovered;
    store.recovered[record] = { ...known, catchUp: now - since };
    return false;
  });
}
