/**
 * The proving of blocks, by nodes that all prove the same blocks with the same work.
 *
 * Nodes differ only by how slow they are: all nodes of one slowness share one line of jobs, a *class*. The circuits and
 * leaves of a block join the line when it is finalized. Its root becomes ready when they and the root of the block
 * before are done, since recursive proofs are linked, and goes ahead of everything that waits: a link that is late makes
 * all later ones late. A class that a node comes back to is the class as it is: the node shares the work that the others
 * of the class have done.
 * Sources: blueprint.md sections 6.1 (linked recursive proofs), 22 (parallelism); that roots go ahead is an assumption.
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';
import {
  copyLine,
  createLine,
  firstFree,
  firstHeight,
  firstReady,
  type JobLine,
  jobsWaiting,
  joinLine,
  markBusyTime,
  startFirst,
  startJob,
  stopLine,
  utilisationOf,
  workersBusy,
} from './line.js';
import type { BlockWork } from './work.js';

/** Ready times remembered, in blocks; older proofs count as ready. Blocks without proof are remembered, however old. */
export const WINDOW = 256;

export interface ProverClass {
  readonly factor: number; // ≥ 1, multiplies proving times; Infinity: it proves nothing
  readonly aggregates: boolean; // roots are jobs; else a root is done with what it stands for
  readonly line: JobLine;
  /**
   * [3 × (height mod length / 3)] → when what has started of its circuits and leaves is done, and once its root has
   * started when that is done; jobs of it that have not started; µs of its root.
   */
  rows: Float64Array; // length / 3 is a power of two ≥ WINDOW
  oldest: number; // first height submitted, −1 before
  latest: number; // last height submitted, −1 before
  next: number; // first height whose root has not started
  clock: Micros; // what could start until then has
  rootDone: Micros; // when the last root that has started is done
  stuck: number; // jobs that wait where nothing is proved
}

export interface Prover {
  readonly classes: ProverClass[]; // the first is of factor 1
  readonly workers: number;
}

/** @param aggregates - whether recursive jobs take any time, from `recursion.ts` */
export function createProver(workers: number, aggregates: boolean): Prover {
  const first: ProverClass = {
    factor: 1,
    aggregates,
    line: createLine(workers),
    rows: new Float64Array(3 * WINDOW),
    oldest: -1,
    latest: -1,
    next: 0,
    clock: 0,
    rootDone: 0,
    stuck: 0,
  };
  return { classes: [first], workers };
}

/**
 * The class of nodes slowed by `factor`.
 *
 * A new one starts with the line of the unslowed: what was submitted before `now` takes as long as there. Where nothing
 * is proved any more, what is not ready at `now` never will be.
 */
export function classOf(prover: Prover, factor: number, now: Micros): ProverClass {
  for (const known of prover.classes) if (known.factor === factor) return known;
  assert(factor >= 1, `the factor ${factor} of proving times is at least 1`);
  const base = prover.classes[0] as ProverClass;
  advance(base, now);
  const created = { ...base, factor, line: copyLine(base.line), rows: base.rows.slice() };
  if (factor === Number.POSITIVE_INFINITY) {
    created.stuck = jobsWaiting(base.line) + workersBusy(base.line, base.clock);
    created.next -= rootRuns(base, base.clock) ? 1 : 0;
    stopLine(created.line, base.clock);
  }
  prover.classes.push(created);
  return created;
}

/**
 * Begins the class of `factor` anew where another one stands: what that one has proved is proved, all that it has begun
 * or not begun has to be submitted again, with `submitTo`.
 *
 * @returns the class; its first height to submit is the one after its `latest`, or `left.oldest` where nothing is proved
 */
export function takeOver(prover: Prover, left: ProverClass, factor: number, now: Micros): ProverClass {
  const first = left.latest - proofBacklog(left, now) + 1;
  const isBare = first <= left.oldest || left.latest < 0;
  const line = copyLine(left.line);
  stopLine(line, left.clock);
  const created: ProverClass = {
    ...left,
    factor,
    line,
    rows: left.rows.slice(),
    oldest: isBare ? -1 : left.oldest,
    latest: isBare ? -1 : first - 1,
    next: isBare ? 0 : first,
    rootDone: Math.min(left.rootDone, left.clock),
    stuck: 0,
  };
  const known = prover.classes.findIndex((candidate) => candidate.factor === factor);
  if (known < 0) prover.classes.push(created);
  else prover.classes[known] = created;
  return created;
}

/** Forgets the classes that no node belongs to any more. */
export function keepClasses(prover: Prover, factors: ReadonlySet<number>): void {
  const kept = prover.classes.filter((candidate) => candidate.factor === 1 || factors.has(candidate.factor));
  prover.classes.length = 0;
  prover.classes.push(...kept);
}

/**
 * Submits the jobs of one block to every class.
 *
 * @param height - the one after the last submitted
 * @param now - when the block is finalized; a time before the clock of a class counts as its clock
 */
export function submitBlock(prover: Prover, height: number, now: Micros, work: BlockWork): void {
  for (const provers of prover.classes) submitTo(provers, height, now, work);
}

/** Submits the jobs of one block to one class; `submitBlock` says how. */
export function submitTo(provers: ProverClass, height: number, now: Micros, work: BlockWork): void {
  const { factor, latest, line } = provers;
  if (latest >= 0 && height !== latest + 1) assert(false, `block ${height} is submitted right after block ${latest}`);
  advance(provers, now);
  markBusyTime(line, provers.clock);
  if (latest < 0) {
    provers.oldest = height;
    provers.next = height;
  }
  provers.latest = height;
  if (factor === Number.POSITIVE_INFINITY) {
    provers.stuck += work.jobs;
    return;
  }
  const { jobs, prove, pause } = work;
  for (let job = 0; job < jobs; job += 1) {
    joinLine(line, provers.clock, Math.round((prove[job] as number) * factor) + (pause[job] as number), height);
  }
  reserveRow(provers);
  const row = rowOf(provers.rows, height);
  provers.rows[row] = provers.clock;
  provers.rows[row + 1] = jobs;
  provers.rows[row + 2] = provers.aggregates ? Math.round(work.rootProve * factor) + work.rootPause : 0;
}

/** Moves a class to `now`: what can start by then does. */
export function advance(provers: ProverClass, now: Micros): void {
  if (now > provers.clock) provers.clock = now;
  if (provers.factor !== Number.POSITIVE_INFINITY) play(provers, provers.clock, provers.latest);
}

/** Starts jobs in order of time until `until`, or until the root of `last` has started. */
function play(provers: ProverClass, until: Micros, last: number): void {
  const { line, aggregates } = provers;
  while (provers.next <= last) {
    const ready = rootReadyAt(provers);
    if (!aggregates && ready <= until && Number.isFinite(ready)) {
      endRoot(provers, ready);
      continue;
    }
    const worker = firstFree(line);
    const free = line.free[worker] as number;
    const rootStart = aggregates ? Math.max(free, ready) : Number.POSITIVE_INFINITY;
    const jobStart = Math.max(free, firstReady(line));
    if (Math.min(rootStart, jobStart) > until) return;
    if (rootStart <= jobStart) {
      const time = provers.rows[rowOf(provers.rows, provers.next) + 2] as number;
      endRoot(provers, startJob(line, worker, ready, rootStart, time));
    } else startCircuit(provers, worker, jobStart);
  }
}

/** When the next root can start, as far as its inputs go; Infinity while some of them have not started. */
function rootReadyAt({ rows, next, rootDone }: ProverClass): Micros {
  const row = rowOf(rows, next);
  return (rows[row + 1] as number) > 0 ? Number.POSITIVE_INFINITY : Math.max(rows[row] as number, rootDone);
}

function endRoot(provers: ProverClass, done: Micros): void {
  provers.rows[rowOf(provers.rows, provers.next)] = done;
  provers.rootDone = done;
  provers.next += 1;
}

function startCircuit(provers: ProverClass, worker: number, start: Micros): void {
  const { rows, line } = provers;
  const row = rowOf(rows, firstHeight(line));
  const done = startFirst(line, worker, start);
  rows[row] = Math.max(rows[row] as number, done);
  rows[row + 1] = (rows[row + 1] as number) - 1;
}

/**
 * When the proof of a block is ready, exactly so if nothing more is submitted before its root starts; played on a copy
 * where it has not.
 *
 * @returns 0 for blocks that were not submitted, and for proved ones out of the window; Infinity where nothing is proved
 */
export function proofReadyAt(provers: ProverClass, height: number): Micros {
  const { rows, latest } = provers;
  if (height > latest || height < provers.oldest) return 0;
  if (height < provers.next) return height <= latest - WINDOW ? 0 : (rows[rowOf(rows, height)] as number);
  if (provers.factor === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  const copy = { ...provers, line: copyLine(provers.line), rows: rows.slice() };
  play(copy, Number.POSITIVE_INFINITY, height);
  return copy.rows[rowOf(copy.rows, height)] as number;
}

/** Blocks submitted whose proof is not ready at `now`. */
export function proofBacklog(provers: ProverClass, now: Micros): number {
  if (provers.latest < 0) return 0;
  advance(provers, now);
  return provers.latest - provers.next + 1 + (rootRuns(provers, provers.clock) ? 1 : 0);
}

/** Jobs that are ready at `now` but not started. */
export function queueDepth(provers: ProverClass, now: Micros): number {
  advance(provers, now);
  const { aggregates, latest, next, clock, line, stuck, factor } = provers;
  const rootWaits =
    aggregates && factor !== Number.POSITIVE_INFINITY && next <= latest && rootReadyAt(provers) <= clock;
  return stuck + jobsWaiting(line) + (rootWaits ? 1 : 0);
}

/** Share of the workers' time in use of late, `UTILISATION_SPAN` and up to as much again; pauses of jobs count as use. */
export function utilisation(provers: ProverClass, now: Micros): number {
  advance(provers, now);
  return utilisationOf(provers.line, provers.clock);
}

/** Whether the last root that has started is not done; there is one such at most, since each waits for the one before. */
function rootRuns(provers: ProverClass, now: Micros): boolean {
  return provers.factor !== Number.POSITIVE_INFINITY && provers.rootDone > now;
}

function rowOf(rows: Float64Array, height: number): number {
  return 3 * (height & (rows.length / 3 - 1));
}

/** Doubles the rows where the window and the blocks without proof do not fit. */
function reserveRow(provers: ProverClass): void {
  const { rows, latest } = provers;
  const first = Math.min(provers.next, latest - WINDOW + 1);
  if (latest - first < rows.length / 3) return;
  const wider = new Float64Array(2 * rows.length);
  for (let height = Math.max(0, first); height < latest; height += 1) {
    const row = rowOf(rows, height);
    wider.set(rows.subarray(row, row + 3), rowOf(wider, height));
  }
  provers.rows = wider;
}
