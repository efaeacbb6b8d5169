/**
 * A histogram of non-negative integers with 128 buckets an octave: constant memory, merge in any order, quantiles
 * within 0.4 % above the exact ones (HDR histogram, Tene 2012). Mean, sum, minimum and maximum are exact.
 */
import { assert } from '#base/assert';

const SUB_BITS = 7;
const SUB = 1 << SUB_BITS; // buckets an octave; below SUB every integer has its own
const OCTAVES = 54 - SUB_BITS;

export interface LogHistogram {
  readonly counts: Float64Array;
  count: number;
  sum: number;
  min: number;
  max: number;
}

export function createLogHistogram(): LogHistogram {
  return { counts: new Float64Array(SUB * (OCTAVES + 1)), count: 0, sum: 0, min: Infinity, max: -Infinity };
}

/** Counts one value. */
export function addToHistogram(histogram: LogHistogram, value: number): void {
  assert(Number.isSafeInteger(value) && value >= 0, `histogram value ${value} is a natural number`);
  const bucket = bucketOf(value);
  histogram.counts[bucket] = (histogram.counts[bucket] as number) + 1;
  histogram.count += 1;
  histogram.sum += value;
  if (value < histogram.min) histogram.min = value;
  if (value > histogram.max) histogram.max = value;
}

/** The exact mean; null without data. */
export function meanOfHistogram(histogram: LogHistogram): number | null {
  return histogram.count === 0 ? null : histogram.sum / histogram.count;
}

/**
 * The q-quantile by nearest rank, rounded up to the end of its bucket, at most the maximum; null without data.
 *
 * @param q - in [0, 1]
 */
export function quantileOfHistogram(histogram: LogHistogram, q: number): number | null {
  if (histogram.count === 0) return null;
  const rank = Math.max(1, Math.ceil(q * histogram.count));
  let below = 0;
  for (let bucket = 0; bucket < histogram.counts.length; bucket += 1) {
    below += histogram.counts[bucket] as number;
    if (below >= rank) return Math.max(histogram.min, Math.min(histogram.max, endOf(bucket)));
  }
  return histogram.max;
}

/** The buckets that hold anything: their largest integers, ascending, and their counts. */
export function listBuckets({ counts }: LogHistogram): { readonly values: number[]; readonly counts: number[] } {
  const found = { values: [] as number[], counts: [] as number[] };
  for (const [bucket, count] of counts.entries()) {
    if (count === 0) continue;
    found.values.push(endOf(bucket));
    found.counts.push(count);
  }
  return found;
}

function bucketOf(value: number): number {
  if (value < SUB) return value;
  const high = Math.floor(value / 4_294_967_296);
  const exponent = high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(value >>> 0);
  const octave = exponent - SUB_BITS + 1;
  return octave * SUB + (Math.floor(value / powerOfTwo(octave - 1)) - SUB);
}

/** The largest integer of a bucket. */
function endOf(bucket: number): number {
  const octave = Math.floor(bucket / SUB);
  if (octave === 0) return bucket;
  const width = powerOfTwo(octave - 1);
  return (SUB + (bucket % SUB) + 1) * width - 1;
}

function powerOfTwo(exponent: number): number {
  return exponent < 31 ? 1 << exponent : 2_147_483_648 * (1 << (exponent - 31));
}
