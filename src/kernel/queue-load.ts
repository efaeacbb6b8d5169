/**
 * What a queue has seen of its load, and the wheel that would fit it: about eight different (time, priority) in a
 * bucket, sixteen to thirty-two where the queue is large and memory is what costs, and few events after the wheel's
 * span. Counts only, never wall time, so that a run repeats.
 */
import { type BucketWheel, countDistinct, SHIFT_MAX, SPAN_SHIFT_MAX } from './bucket-wheel.js';

export interface QueueLoad {
  due: number; // events until the next look
  opened: number; // buckets
  crowd: number; // over sampled buckets: Σ events × different keys
  sampled: number; // over sampled buckets: Σ events
  overflowed: number; // events that came after the wheel's span
  passed: number; // events since the last look
}

/** The shape of a wheel. */
export interface WheelShape {
  readonly shift: number; // log2 of the width in µs
  readonly buckets: number; // a power of two
}

const LOOK_AFTER = 2048; // events at least
const SAMPLED = 15; // mask: every 16th bucket
const SLACK = 3; // a crowd this many times off the target is worth a rebuild
const BUCKETS_MIN = 256;
const BUCKETS_MAX = 262_144;

export function createLoad(): QueueLoad {
  return { due: LOOK_AFTER, opened: 0, crowd: 0, sampled: 0, overflowed: 0, passed: 0 };
}

/** Takes note of a bucket that has just been opened. */
export function noteBucket(load: QueueLoad, wheel: BucketWheel): void {
  load.due -= wheel.end + 1;
  load.passed += wheel.end;
  load.opened = (load.opened + 1) & SAMPLED;
  if (load.opened !== 0) return;
  load.crowd += wheel.end * countDistinct(wheel);
  load.sampled += wheel.end;
}

/**
 * The shape that fits what was seen since the last look; starts the next one.
 *
 * @param size - events pending
 */
export function fittingShape(load: QueueLoad, wheel: BucketWheel, size: number): WheelShape {
  const target = size < 30_000 ? 8 : size < 300_000 ? 16 : 32;
  const crowd = load.sampled === 0 ? target : load.crowd / load.sampled; // as the events of a bucket see it
  const few = load.overflowed * 16 <= load.passed;
  let shift = wheel.shift;
  if (crowd > SLACK * target) shift -= Math.floor(Math.log2(crowd / target));
  else if (SLACK * crowd < target) shift += Math.floor(Math.log2(target / crowd));
  shift = Math.max(0, Math.min(SHIFT_MAX, shift));
  let spanShift = Math.log2(wheel.tails.length) + wheel.shift;
  if (!few) spanShift += 2;
  load.due = Math.max(LOOK_AFTER, size >> 1);
  load.opened = 0;
  load.crowd = 0;
  load.sampled = 0;
  load.overflowed = 0;
  load.passed = 0;
  return shapeOf(shift, spanShift, size);
}

/** The shape nearest to a width and a span that spends at most a few buckets on an event. */
export function shapeOf(shift: number, spanShift: number, size: number): WheelShape {
  const room = Math.min(BUCKETS_MAX, Math.max(4 * BUCKETS_MIN, 2 * size));
  const most = Math.min(Math.floor(Math.log2(room)), SPAN_SHIFT_MAX - shift);
  const least = Math.min(Math.log2(BUCKETS_MIN), most);
  return { shift, buckets: 1 << Math.max(least, Math.min(most, spanShift - shift)) };
}
