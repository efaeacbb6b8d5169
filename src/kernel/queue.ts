/**
 * Pending events ordered by (time, priority, sequence).
 *
 * What holds: events leave by time, then by priority, then in the order they were pushed. Time never runs back. The
 * queue is plain data, so a structured clone continues exactly as the original.
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';

export interface EventQueue {
  times: Float64Array; // by slot
  sequences: Float64Array; // by slot; also what makes a handle unique
  priorities: Uint8Array;
  infos: Int32Array; // kind << 23 | target
  datas: Int32Array;
  heap: Int32Array; // slots
  free: Int32Array;
  freeCount: number;
  alive: Uint8Array;
  generations: Int32Array;
  heapSize: number;
  sequence: number;
  size: number;
  time: number;
  priority: number;
  kind: number;
  target: number;
  data: number;
}

export interface EventQueueOptions {
  readonly bucketWidth?: Micros;
  readonly buckets?: number;
  readonly capacity?: number;
}

const SLOT_SPAN = 67_108_864; // slots a handle can name

export function createEventQueue(options: EventQueueOptions = {}): EventQueue {
  const capacity = options.capacity ?? 256;
  const queue: EventQueue = {
    times: new Float64Array(capacity),
    sequences: new Float64Array(capacity),
    priorities: new Uint8Array(capacity),
    infos: new Int32Array(capacity),
    datas: new Int32Array(capacity),
    heap: new Int32Array(capacity),
    free: new Int32Array(capacity),
    freeCount: capacity,
    alive: new Uint8Array(capacity),
    generations: new Int32Array(capacity),
    heapSize: 0,
    sequence: 0,
    size: 0,
    time: 0,
    priority: 0,
    kind: 0,
    target: 0,
    data: 0,
  };
  for (let i = 0; i < capacity; i += 1) queue.free[i] = capacity - 1 - i;
  return queue;
}

function grown<T extends Float64Array | Int32Array | Uint8Array>(old: T, size: number): T {
  const Constructor = old.constructor as new (size: number) => T;
  const next = new Constructor(size);
  next.set(old as never);
  return next;
}

function grow(queue: EventQueue): void {
  const before = queue.times.length;
  const after = Math.max(16, before * 2);
  queue.times = grown(queue.times, after);
  queue.sequences = grown(queue.sequences, after);
  queue.priorities = grown(queue.priorities, after);
  queue.infos = grown(queue.infos, after);
  queue.datas = grown(queue.datas, after);
  queue.heap = grown(queue.heap, after);
  queue.free = grown(queue.free, after);
  queue.alive = grown(queue.alive, after);
  queue.generations = grown(queue.generations, after);
  for (let slot = after - 1; slot >= before; slot -= 1) queue.free[queue.freeCount++] = slot;
}

function before(queue: EventQueue, a: number, b: number): boolean {
  const ta = queue.times[a] as number;
  const tb = queue.times[b] as number;
  if (ta !== tb) return ta < tb;
  const pa = queue.priorities[a] as number;
  const pb = queue.priorities[b] as number;
  if (pa !== pb) return pa < pb;
  return (queue.sequences[a] as number) < (queue.sequences[b] as number);
}

export function pushEvent(
  queue: EventQueue,
  time: Micros,
  priority: number,
  kind: number,
  target: number,
  data: number,
): number {
  assert(time >= queue.time, `an event at ${time} µs is not before the clock at ${queue.time} µs`);
  if (queue.freeCount === 0) grow(queue);
  queue.freeCount -= 1;
  const slot = queue.free[queue.freeCount] as number;
  queue.times[slot] = time;
  queue.sequences[slot] = queue.sequence++;
  queue.priorities[slot] = priority;
  queue.infos[slot] = (kind << 23) | target;
  queue.datas[slot] = data;
  queue.alive[slot] = 1;
  queue.size += 1;
  let i = queue.heapSize++;
  while (i > 0) {
    const parent = (i - 1) >> 2;
    const above = queue.heap[parent] as number;
    if (!before(queue, slot, above)) break;
    queue.heap[i] = above;
    i = parent;
  }
  queue.heap[i] = slot;
  return (queue.generations[slot] as number) * SLOT_SPAN + slot;
}

function removeRoot(queue: EventQueue): void {
  queue.heapSize -= 1;
  const last = queue.heap[queue.heapSize] as number;
  const n = queue.heapSize;
  let i = 0;
  while (true) {
    const first = 4 * i + 1;
    if (first >= n) break;
    let best = first;
    const end = Math.min(first + 4, n);
    for (let child = first + 1; child < end; child += 1) {
      if (before(queue, queue.heap[child] as number, queue.heap[best] as number)) best = child;
    }
    if (!before(queue, queue.heap[best] as number, last)) break;
    queue.heap[i] = queue.heap[best] as number;
    i = best;
  }
  if (n > 0) queue.heap[i] = last;
}

function release(queue: EventQueue, slot: number): void {
  queue.alive[slot] = 0;
  queue.generations[slot] = (queue.generations[slot] as number) + 1;
  queue.free[queue.freeCount++] = slot;
}

function dropCancelled(queue: EventQueue): void {
  while (queue.heapSize > 0 && queue.alive[queue.heap[0] as number] === 0) {
    const slot = queue.heap[0] as number;
    removeRoot(queue);
    release(queue, slot);
  }
}

export function popEvent(queue: EventQueue): boolean {
  dropCancelled(queue);
  if (queue.heapSize === 0) return false;
  const slot = queue.heap[0] as number;
  const info = queue.infos[slot] as number;
  queue.time = queue.times[slot] as number;
  queue.priority = queue.priorities[slot] as number;
  queue.kind = info >>> 23;
  queue.target = info & 0x7fffff;
  queue.data = queue.datas[slot] as number;
  queue.size -= 1;
  removeRoot(queue);
  release(queue, slot);
  return true;
}

export function peekTime(queue: EventQueue): Micros {
  dropCancelled(queue);
  return queue.heapSize === 0 ? Number.POSITIVE_INFINITY : (queue.times[queue.heap[0] as number] as number);
}

export function cancelEvent(queue: EventQueue, handle: number): boolean {
  const slot = handle % SLOT_SPAN;
  const generation = (handle - slot) / SLOT_SPAN;
  if (queue.alive[slot] !== 1 || queue.generations[slot] !== generation) return false;
  queue.alive[slot] = 0;
  queue.size -= 1;
  return true;
}

export function clearQueue(queue: EventQueue): void {
  for (let i = 0; i < queue.heapSize; i += 1) release(queue, queue.heap[i] as number);
  queue.heapSize = 0;
  queue.size = 0;
}
