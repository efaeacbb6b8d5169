/**
 * The witness channels: a bounded queue that drops its oldest, let out by a token bucket.
 *
 * The documents mean a bucket that is full again after each interval: 128 proofs and 64 meta messages per 250 ms, 512 and
 * 256 a second. As built it gets one token an interval: after the burst four messages a second, whatever its size.
 * Sources: blueprint.md sections 2.1 (buffers, rates, interval), 10 (witness channels) and 21 #17.
 */
import { assert } from '#base/assert';
import { MILLISECOND, type Micros } from '#base/time';

export interface BucketTerms {
  readonly capacity: number; // tokens, integer ≥ 1; a new bucket is full
  readonly refill: number; // tokens an interval, integer ≥ 1
  readonly interval: Micros; // ≥ 1
}

export interface TokenBucket {
  readonly terms: BucketTerms;
  tokens: number; // 0 … capacity
  filledAt: Micros; // end of the last interval that was credited
}

export interface WitnessChannelTerms {
  readonly queue: number; // messages that may wait
  readonly bucket: number; // tokens
  readonly interval: Micros;
}

export const WITNESS_PROOFS: WitnessChannelTerms = { queue: 256, bucket: 128, interval: 250 * MILLISECOND };
export const WITNESS_META: WitnessChannelTerms = { queue: 128, bucket: 64, interval: 250 * MILLISECOND };

export interface WitnessChannel {
  readonly capacity: number; // of the queue
  readonly waiting: number[]; // messages, oldest first
  readonly bucket: TokenBucket;
  dropped: number; // oldest messages that made room
  released: number;
}

/**
 * A full bucket.
 *
 * @throws AssertionError if capacity, refill or interval is no positive integer
 */
export function createBucket(terms: BucketTerms, now: Micros): TokenBucket {
  for (const part of [terms.capacity, terms.refill, terms.interval]) {
    assert(Number.isSafeInteger(part) && part >= 1, `${part} of a token bucket is a positive integer`);
  }
  return { terms, tokens: terms.capacity, filledAt: now };
}

/** Takes a token if there is one. Time must not go back; intervals count from the bucket's creation. */
export function takeToken(bucket: TokenBucket, now: Micros): boolean {
  refill(bucket, now);
  if (bucket.tokens === 0) return false;
  bucket.tokens -= 1;
  return true;
}

/** Takes so many tokens at once, or none. */
export function takeTokens(bucket: TokenBucket, count: number, now: Micros): boolean {
  refill(bucket, now);
  if (bucket.tokens < count) return false;
  bucket.tokens -= count;
  return true;
}

/** When a token can be had: now, or at the end of the running interval. */
export function tokenAt(bucket: TokenBucket, now: Micros): Micros {
  refill(bucket, now);
  return bucket.tokens > 0 ? now : bucket.filledAt + bucket.terms.interval;
}

function refill(bucket: TokenBucket, now: Micros): void {
  const { capacity, refill: perInterval, interval } = bucket.terms;
  const intervals = Math.floor((now - bucket.filledAt) / interval);
  if (intervals <= 0) return;
  bucket.tokens = Math.min(capacity, bucket.tokens + intervals * perInterval);
  bucket.filledAt += intervals * interval;
}

/**
 * An empty witness channel.
 *
 * @param witnessRefillBug - as built: one token an interval
 */
export function createWitnessChannel(
  terms: WitnessChannelTerms,
  witnessRefillBug: boolean,
  now: Micros,
): WitnessChannel {
  const { queue, bucket: capacity, interval } = terms;
  assert(Number.isSafeInteger(queue) && queue >= 1, `a queue of ${queue} messages holds at least one`);
  const bucket = createBucket({ capacity, refill: witnessRefillBug ? 1 : capacity, interval }, now);
  return { capacity: queue, waiting: [], bucket, dropped: 0, released: 0 };
}

/** Lets a message wait; returns the oldest one if it had to make room, else null. */
export function offerMessage(channel: WitnessChannel, message: number): number | null {
  channel.waiting.push(message);
  if (channel.waiting.length <= channel.capacity) return null;
  channel.dropped += 1;
  return channel.waiting.shift() as number;
}

/** Lets out what waits, oldest first, as far as tokens go. */
export function releaseMessages(channel: WitnessChannel, now: Micros): number[] {
  const out: number[] = [];
  while (channel.waiting.length > 0 && takeToken(channel.bucket, now)) out.push(channel.waiting.shift() as number);
  channel.released += out.length;
  return out;
}

/** When the oldest waiting message can leave, or null if none waits. */
export function nextReleaseAt(channel: WitnessChannel, now: Micros): Micros | null {
  return channel.waiting.length === 0 ? null : tokenAt(channel.bucket, now);
}
