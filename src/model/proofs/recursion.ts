/**
 * The tree in which recursive jobs aggregate the proofs of one block: full, of arity `batch`, its root one job more.
 *
 * Source: blueprint.md section 6.1 (at most 64 proofs in a batch, depth at most 4).
 */
import { assert } from '#base/assert';
import type { ProofsPlan } from '../proof-plan.js';

export const DEPTH_MAX = 4;

/** Whether recursive jobs take any time at all; where `recursive.prove` is constantly 0 there are none. */
export function aggregates(plan: ProofsPlan): boolean {
  const { prove } = plan.circuits.recursive;
  return !(prove.kind === 'constant' && prove.value === 0);
}

/** The most proofs a tree of `DEPTH_MAX` levels aggregates. */
export function proofsMax(batch: number): number {
  assertBatch(batch);
  return batch * batch * batch * batch;
}

/**
 * Recursive jobs of one block: the inner nodes of the tree. One of them is the root; the others are leaves.
 *
 * @param proofs - to aggregate, integer ≥ 0
 * @returns integer ≥ 1
 * @throws AssertionError if the tree would be deeper than `DEPTH_MAX`
 */
export function aggregationJobs(proofs: number, batch: number): number {
  if (!(proofs <= proofsMax(batch))) {
    assert(false, `${proofs} proofs in batches of ${batch} make a tree of at most ${DEPTH_MAX} levels`);
  }
  return Math.max(1, Math.ceil((proofs - 1) / (batch - 1)));
}

/** Levels of recursive jobs above the proofs, at least 1. */
export function aggregationDepth(proofs: number, batch: number): number {
  assertBatch(batch);
  let depth = 1;
  for (let reach = batch; reach < proofs; reach *= batch) depth += 1;
  return depth;
}

function assertBatch(batch: number): void {
  if (!(Number.isSafeInteger(batch) && batch >= 2)) assert(false, `a batch aggregates ${batch} ≥ 2 proofs`);
}
