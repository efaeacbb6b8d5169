/**
 * The proving of blocks: a first-come first-served queue of jobs on `workers` parallel provers.
 *
 * Every node proves every block with the same work, so nodes differ only by how slow they are: all nodes of one
 * slowness share one queue, a *class*. Ready times are kept for the last `WINDOW` blocks.
 * Source: blueprint.md section 6 (stages, measured times), 22 (parallelism, failure, retry).
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';

/** Ready times remembered, in blocks; older proofs count as ready. */
export const WINDOW = 256;

export interface ProverClass {
  readonly factor: number; // ≥ 1, multiplies proving times
  readonly free: Float64Array; // when each worker is free, µs
  readonly ready: Float64Array; // [height mod WINDOW] → when the proof of that block is ready
  latest: number; // last height submitted
}

export interface Prover {
  readonly classes: ProverClass[];
  readonly workers: number;
}

export function createProver(workers: number): Prover {
  assert(workers >= 1, `a prover has ${workers} ≥ 1 workers`);
  return { classes: [createClass(1, workers)], workers };
}

function createClass(factor: number, workers: number): ProverClass {
  return { factor, free: new Float64Array(workers), ready: new Float64Array(WINDOW), latest: -1 };
}

/** The class of nodes slowed by `factor`; a new one starts with the queue of the unslowed. */
export function classOf(prover: Prover, factor: number): ProverClass {
  const known = prover.classes.find((candidate) => candidate.factor === factor);
  if (known !== undefined) return known;
  const base = prover.classes[0] as ProverClass;
  const created = { ...createClass(factor, prover.workers), free: base.free.slice(), ready: base.ready.slice() };
  created.latest = base.latest;
  prover.classes.push(created);
  return created;
}

/** Forgets the classes that no node belongs to any more. */
export function keepClasses(prover: Prover, factors: ReadonlySet<number>): void {
  const kept = prover.classes.filter((candidate) => candidate.factor === 1 || factors.has(candidate.factor));
  prover.classes.length = 0;
  prover.classes.push(...kept);
}

/**
 * Submits the proof of one block to every class.
 *
 * @param work - µs of proving at factor 1, retries included
 */
export function submitProof(prover: Prover, height: number, now: Micros, work: Micros): void {
  for (const provers of prover.classes) {
    let worker = 0;
    for (let i = 1; i < provers.free.length; i += 1) {
      if ((provers.free[i] as number) < (provers.free[worker] as number)) worker = i;
    }
    const start = Math.max(now, provers.free[worker] as number);
    const ready = start + Math.round(work * provers.factor);
    provers.free[worker] = ready;
    provers.ready[height % WINDOW] = ready;
    provers.latest = height;
  }
}

/** When the proof of a block is ready; 0 for blocks before the first submitted or out of the window. */
export function proofReadyAt(provers: ProverClass, height: number): Micros {
  if (height < 0 || height > provers.latest || height <= provers.latest - WINDOW) return 0;
  return provers.ready[height % WINDOW] as number;
}

/** Blocks whose proof is not ready at `now`, at most `WINDOW`. */
export function proofBacklog(provers: ProverClass, now: Micros): number {
  let backlog = 0;
  for (let i = 0; i < WINDOW; i += 1) if ((provers.ready[i] as number) > now) backlog += 1;
  return backlog;
}
