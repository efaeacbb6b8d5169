/**
 * The near future in buckets of equal width: a ring of buckets, each a chain of chunks of one cache line.
 *
 * What holds: a bucket keeps its events in the order they came, unsorted until it is opened; then a stable sort by
 * (time, priority) makes it the drain, which is read from `cursor` to `end`. Only times from `start` to
 * `start + span` fit; the queue keeps the rest in heaps. Widths and numbers of buckets are powers of two.
 *
 * Source: Brown 1988, "Calendar queues", CACM 31(10), with a fixed year and sorting put off (Tang, Goh & Thng 2005,
 * "Ladder queue", ACM TOMACS 15(3)).
 */
import type { Micros } from '#base/time';

export interface BucketWheel {
  records: Int32Array; // chunks: next chunk of the ring, then records of key, info, data
  tails: Int32Array; // by bucket: where its next record goes, 0 for an empty bucket
  occupied: Int32Array; // one bit per bucket
  freeChunk: number; // first free chunk, 0 for none
  freshChunk: number; // first chunk never used
  shift: number; // log2 of the width in µs
  start: Micros; // of the current bucket, a multiple of the width; may lie after the clock
  span: Micros; // width × buckets
  openSpan: Micros; // the width once the current bucket has been opened, 0 before
  current: number; // the current bucket
  held: number; // events in unopened buckets
  drain: Int32Array; // records of the open bucket, in the order they came
  order: Int32Array; // the drain by (time, priority): its record numbers, below `orderMask`
  orderMask: number;
  cursor: number; // first of `order` that has not been taken
  end: number;
}

/** Words of a chunk: a link and five records. */
export const CHUNK = 16;
const CHUNK_MASK = CHUNK - 1;
/** Words of a record in the drain: time in bucket × 8 + priority, info, data. */
export const RECORD = 3;
const CHUNK_RECORDS = 5;
const SMALL_BITS = 6;
/** Records a bucket may hold to be sorted as packed integers. */
export const SMALL = 64;
const LARGE_SPAN = 134_217_728; // 2^27

/** The widest bucket, 2^22 µs, so that a key and a small record number fit in 31 bits. */
export const SHIFT_MAX = 22;
/** The widest wheel, 2^30 µs, so that a time in it is an int32. */
export const SPAN_SHIFT_MAX = 30;

/** Empties the wheel and turns it so that the current bucket, unopened, holds `time`. */
export function resetWheel(wheel: BucketWheel, shift: number, buckets: number, time: Micros): void {
  if (buckets === wheel.tails.length) {
    wheel.tails.fill(0);
    wheel.occupied.fill(0);
  } else {
    wheel.tails = new Int32Array(buckets);
    wheel.occupied = new Int32Array(buckets >> 5);
  }
  const width = 1 << shift;
  const first = Math.floor(time / width);
  wheel.freeChunk = 0;
  wheel.freshChunk = CHUNK;
  wheel.shift = shift;
  wheel.start = first * width;
  wheel.span = buckets * width;
  wheel.openSpan = 0;
  wheel.current = first % buckets;
  wheel.held = 0;
  wheel.cursor = 0;
  wheel.end = 0;
}

/**
 * Appends an event to the bucket of its time.
 *
 * @param offset - time − `start`, in `openSpan` … `span`
 */
export function placeEvent(wheel: BucketWheel, offset: Micros, priority: number, info: number, data: number): void {
  const micros = offset | 0;
  const tails = wheel.tails;
  const bucket = (wheel.current + (micros >>> wheel.shift)) & (tails.length - 1);
  let at = tails[bucket] as number;
  if ((at & CHUNK_MASK) === 0) at = appendChunk(wheel, bucket, at);
  const records = wheel.records;
  records[at] = ((micros & ((1 << wheel.shift) - 1)) << 3) | priority;
  records[at + 1] = info;
  records[at + 2] = data;
  tails[bucket] = at + RECORD;
  wheel.held += 1;
}

/** Turns an empty wheel so that the current bucket holds `time`. */
export function turnTo(wheel: BucketWheel, time: Micros): void {
  const width = 1 << wheel.shift;
  const first = Math.floor(time / width);
  wheel.start = first * width;
  wheel.current = first % wheel.tails.length;
  wheel.openSpan = 0;
}

/** Turns a wheel that holds events to its next bucket that holds some. */
export function turnToNext(wheel: BucketWheel): void {
  const { occupied, current } = wheel;
  let word = current >> 5;
  let bits = (occupied[word] as number) & (-1 << (current & 31));
  while (bits === 0) {
    word = (word + 1) & (occupied.length - 1);
    bits = occupied[word] as number;
  }
  const bucket = (word << 5) + 31 - Math.clz32(bits & (0 - bits));
  const step = (bucket - current) & (wheel.tails.length - 1);
  if (step === 0) return;
  wheel.current = bucket;
  wheel.start += step * (1 << wheel.shift);
  wheel.openSpan = 0;
}

/** Makes the events of the current bucket, which holds some, the drain. */
export function openBucket(wheel: BucketWheel): void {
  const { records, tails, current, occupied } = wheel;
  const tail = tails[current] as number;
  tails[current] = 0;
  occupied[current >> 5] = (occupied[current >> 5] as number) & ~(1 << (current & 31));
  const last = (tail - 1) & ~CHUNK_MASK;
  const first = records[last] as number;
  let { drain, order } = wheel;
  let count = 0;
  let chunk = first;
  while (true) {
    const stop = chunk === last ? tail : chunk + CHUNK;
    if (count + CHUNK_RECORDS > order.length) {
      growDrain(wheel);
      drain = wheel.drain;
      order = wheel.order;
    }
    for (let at = chunk + 1; at < stop; at += RECORD) {
      const key = records[at] as number;
      const to = count * RECORD;
      drain[to] = key;
      drain[to + 1] = records[at + 1] as number;
      drain[to + 2] = records[at + 2] as number;
      if (count < SMALL) {
        const packed = (key << SMALL_BITS) | count;
        let i = count - 1;
        while (i >= 0) {
          const other = order[i] as number;
          if (other < packed) break;
          order[i + 1] = other;
          i -= 1;
        }
        order[i + 1] = packed;
      }
      count += 1;
    }
    if (chunk === last) break;
    chunk = records[chunk] as number;
  }
  records[last] = wheel.freeChunk;
  wheel.freeChunk = first;
  if (count > SMALL) sortLarge(wheel, count);
  else wheel.orderMask = SMALL - 1;
  wheel.held -= count;
  wheel.openSpan = 1 << wheel.shift;
  wheel.cursor = 0;
  wheel.end = count;
}

/** How many different (time, priority) the drain holds. */
export function countDistinct(wheel: BucketWheel): number {
  const { drain, order, orderMask, end } = wheel;
  let before = -1;
  let distinct = 0;
  for (let i = 0; i < end; i += 1) {
    const key = drain[((order[i] as number) & orderMask) * RECORD] as number;
    if (key !== before) distinct += 1;
    before = key;
  }
  return distinct;
}

/** Calls `visit` with every event of the drain that has not been taken, in order. */
export function visitDrain(
  wheel: BucketWheel,
  visit: (time: Micros, priority: number, info: number, data: number) => void,
): void {
  const { drain, order, orderMask, start } = wheel;
  for (let i = wheel.cursor; i < wheel.end; i += 1) {
    const at = ((order[i] as number) & orderMask) * RECORD;
    const key = drain[at] as number;
    visit(start + (key >>> 3), key & 7, drain[at + 1] as number, drain[at + 2] as number);
  }
}

/** Calls `visit` with every event in unopened buckets, bucket by bucket, each in the order it came. */
export function visitHeld(
  wheel: BucketWheel,
  visit: (time: Micros, priority: number, info: number, data: number) => void,
): void {
  const { records, tails, current } = wheel;
  for (let step = 0; step < tails.length; step += 1) {
    const tail = tails[(current + step) & (tails.length - 1)] as number;
    if (tail === 0) continue;
    const start = wheel.start + step * (1 << wheel.shift);
    const last = (tail - 1) & ~CHUNK_MASK;
    let chunk = records[last] as number;
    while (true) {
      const stop = chunk === last ? tail : chunk + CHUNK;
      for (let at = chunk + 1; at < stop; at += RECORD) {
        const key = records[at] as number;
        visit(start + (key >>> 3), key & 7, records[at + 1] as number, records[at + 2] as number);
      }
      if (chunk === last) break;
      chunk = records[chunk] as number;
    }
  }
}

/** Adds a chunk to a bucket whose last one is full, or that has none; returns where the next record goes. */
function appendChunk(wheel: BucketWheel, bucket: number, tail: number): number {
  let chunk = wheel.freeChunk;
  if (chunk !== 0) {
    wheel.freeChunk = wheel.records[chunk] as number;
  } else {
    chunk = wheel.freshChunk;
    if (chunk === wheel.records.length) growRecords(wheel);
    wheel.freshChunk = chunk + CHUNK;
  }
  const records = wheel.records;
  if (tail === 0) {
    records[chunk] = chunk; // the chunks of a bucket form a ring: the last one links to the first
    wheel.occupied[bucket >> 5] = (wheel.occupied[bucket >> 5] as number) | (1 << (bucket & 31));
  } else {
    const last = tail - CHUNK;
    records[chunk] = records[last] as number;
    records[last] = chunk;
  }
  return chunk + 1;
}

/** Sorts a drain too long to pack: key and record number share a double. */
function sortLarge(wheel: BucketWheel, count: number): void {
  const { drain, order } = wheel;
  const packed = new Float64Array(count);
  for (let i = 0; i < count; i += 1) packed[i] = (drain[i * RECORD] as number) * LARGE_SPAN + i;
  packed.sort();
  for (let i = 0; i < count; i += 1) order[i] = (packed[i] as number) % LARGE_SPAN;
  wheel.orderMask = -1;
}

function growRecords(wheel: BucketWheel): void {
  const { records } = wheel;
  wheel.records = new Int32Array(2 * records.length);
  wheel.records.set(records);
}

function growDrain(wheel: BucketWheel): void {
  const { drain, order } = wheel;
  wheel.drain = new Int32Array(2 * drain.length);
  wheel.drain.set(drain);
  wheel.order = new Int32Array(2 * order.length);
  wheel.order.set(order);
}
