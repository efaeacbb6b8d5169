/**
 * Jobs before parallel workers: first come, first served, but for those that go ahead; no worker idles while a job waits,
 * and none gives up what it has begun.
 *
 * The caller says when which job starts (`prover.ts`); this keeps what waits, who is free when, and for how long workers
 * have been busy.
 */
import { assert } from '#base/assert';
import { MINUTE, type Micros } from '#base/time';

/** Utilisation looks back at least so far, and at most twice as far while jobs keep coming. */
export const UTILISATION_SPAN: Micros = 5 * MINUTE;

export interface JobLine {
  readonly free: Float64Array; // when each worker has done what it was given
  /** [3 × (place mod length / 3)] → when a waiting job became ready; µs it keeps a worker; height of its block. */
  waiting: Float64Array; // length / 3 is a power of two
  head: number; // place of the first, counted from the beginning of time
  tail: number; // place after the last
  given: number; // µs of work begun so far
  waited: number; // µs that jobs have waited before their starts, together
  markAt: Micros; // two times, and the work done until then
  markBusy: number;
  earlierAt: Micros;
  earlierBusy: number;
}

const ROOM = 64; // waiting jobs a new ring has room for

/** @throws AssertionError unless there is a worker */
export function createLine(workers: number): JobLine {
  assert(Number.isSafeInteger(workers) && workers >= 1, `a prover has ${workers} ≥ 1 workers`);
  return {
    free: new Float64Array(workers),
    waiting: new Float64Array(3 * ROOM),
    head: 0,
    tail: 0,
    given: 0,
    waited: 0,
    markAt: 0,
    markBusy: 0,
    earlierAt: 0,
    earlierBusy: 0,
  };
}

/** A line like this one, with nothing shared. */
export function copyLine(line: JobLine): JobLine {
  return { ...line, free: line.free.slice(), waiting: line.waiting.slice() };
}

/**
 * A job joins the line.
 *
 * @param ready - not before the one that joined last
 * @param time - µs it keeps a worker, ≥ 0
 */
export function joinLine(line: JobLine, ready: Micros, time: Micros, height: number): void {
  const room = line.waiting.length / 3;
  if (line.tail - line.head === room) {
    const wider = new Float64Array(6 * room);
    for (let place = line.head; place < line.tail; place += 1) {
      const from = 3 * (place & (room - 1));
      wider.set(line.waiting.subarray(from, from + 3), 3 * (place & (2 * room - 1)));
    }
    line.waiting = wider;
  }
  const at = rowOf(line, line.tail);
  line.waiting[at] = ready;
  line.waiting[at + 1] = time;
  line.waiting[at + 2] = height;
  line.tail += 1;
}

/** When the first job of the line became ready; Infinity if none waits. */
export function firstReady(line: JobLine): Micros {
  return line.head === line.tail ? Number.POSITIVE_INFINITY : (line.waiting[rowOf(line, line.head)] as number);
}

/** Height of the block of the first job of the line. */
export function firstHeight(line: JobLine): number {
  return line.waiting[rowOf(line, line.head) + 2] as number;
}

/** The first job of the line starts on a worker. @returns when it is done */
export function startFirst(line: JobLine, worker: number, start: Micros): Micros {
  const at = rowOf(line, line.head);
  line.head += 1;
  return startJob(line, worker, line.waiting[at] as number, start, line.waiting[at + 1] as number);
}

/** A job starts on a worker that is free by then. @returns when it is done */
export function startJob(line: JobLine, worker: number, ready: Micros, start: Micros, time: Micros): Micros {
  line.waited += start - ready;
  line.given += time;
  line.free[worker] = start + time;
  return start + time;
}

/** The worker that is free first. */
export function firstFree(line: JobLine): number {
  const { free } = line;
  let worker = 0;
  for (let i = 1; i < free.length; i += 1) if ((free[i] as number) < (free[worker] as number)) worker = i;
  return worker;
}

/** Jobs that have joined and not started. */
export function jobsWaiting(line: JobLine): number {
  return line.tail - line.head;
}

/** All that waits is dropped, and the workers stop. */
export function stopLine(line: JobLine, now: Micros): void {
  for (const [worker, at] of line.free.entries()) {
    if (at <= now) continue;
    line.given -= at - now;
    line.free[worker] = now;
  }
  line.head = line.tail;
}

/** Workers busy at `now`; `now` is not before any job started. */
export function workersBusy(line: JobLine, now: Micros): number {
  let busy = 0;
  for (const at of line.free) if (at > now) busy += 1;
  return busy;
}

/** Sets a new mark where the last is old enough; `now` is not before any job started. */
export function markBusyTime(line: JobLine, now: Micros): void {
  if (now - line.markAt < UTILISATION_SPAN) return;
  line.earlierAt = line.markAt;
  line.earlierBusy = line.markBusy;
  line.markAt = now;
  line.markBusy = busyTime(line, now);
}

/** Share of the workers' time in use since the mark before the last: one to two spans, more after a standstill. */
export function utilisationOf(line: JobLine, now: Micros): number {
  const time = now - line.earlierAt;
  return time <= 0 ? 0 : (busyTime(line, now) - line.earlierBusy) / (line.free.length * time);
}

/** µs that workers have been busy until `now`: what they were given but for what is still ahead. */
function busyTime(line: JobLine, now: Micros): number {
  let ahead = 0;
  for (const at of line.free) if (at > now) ahead += at - now;
  return line.given - ahead;
}

function rowOf(line: JobLine, place: number): number {
  return 3 * (place & (line.waiting.length / 3 - 1));
}
