/**
 * Snapshots of a node: the manifests it retains, and the size of its store.
 *
 * The first is of the start. One history may serve all nodes that take their snapshots together; a node that stops
 * keeps what `manifestsAt` gives for that time. Source: blueprint.md sections 7 (3 manifests, 600 s) and 22 (2 GiB).
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';
import type { StoragePlan } from '../storage-plan.js';

export interface Manifest {
  readonly height: number;
  readonly time: Micros; // when the snapshot was taken
  readonly bytes: number;
}

export interface SnapshotHistory {
  readonly manifests: Manifest[]; // oldest first, at least one
  due: Micros; // when the next is taken
}

/**
 * The bytes of a store.
 *
 * @param height - last height it holds
 * @param pruned - last height whose block is pruned; at first the height that the chain starts from
 */
export function storeBytes(plan: StoragePlan, height: number, pruned: number): number {
  return plan.stateBytes + plan.growth * Math.max(0, height - pruned);
}

/** The history at the start: one snapshot, of the state alone. */
export function createHistory(plan: StoragePlan, time: Micros, height: number): SnapshotHistory {
  assert(plan.snapshotEvery > 0, `time ${plan.snapshotEvery} between snapshots is above 0`);
  assert(plan.manifests >= 1, `a node retains ${plan.manifests} ≥ 1 manifests`);
  return { manifests: [{ height, time, bytes: plan.stateBytes }], due: time + plan.snapshotEvery };
}

/**
 * Takes the snapshot that is due, in O(manifests), and drops what is retained no longer; one that was missed is not
 * made up for.
 *
 * @param height - last height finalized at `now`
 * @param pruned - as for `storeBytes`
 * @returns the new manifest, or null if none is due
 */
export function advanceSnapshots(
  history: SnapshotHistory,
  plan: StoragePlan,
  now: Micros,
  height: number,
  pruned: number,
): Manifest | null {
  if (now < history.due) return null;
  const taken = { height, time: now, bytes: storeBytes(plan, height, pruned) };
  history.manifests.push(taken);
  if (history.manifests.length > plan.manifests) history.manifests.shift();
  history.due += (Math.floor((now - history.due) / plan.snapshotEvery) + 1) * plan.snapshotEvery;
  return taken;
}

/** What is retained of the snapshots taken until `time`, newest first: what a recovery takes. */
export function manifestsAt(history: SnapshotHistory, time: Micros): Manifest[] {
  return history.manifests.filter((manifest) => manifest.time <= time).reverse();
}

/** The newest snapshot taken until `time` that is retained, or null. */
export function newestAt(history: SnapshotHistory, time: Micros): Manifest | null {
  return history.manifests.findLast((manifest) => manifest.time <= time) ?? null;
}
