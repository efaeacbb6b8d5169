/**
 * Chunks of one snapshot on their way from a provider to a node.
 *
 * Up to `parallel` chunks share the rate evenly; one that waits to be retried takes none of it. The Merkle proof of a
 * chunk is checked when all of it is there, so an attempt that fails costs as much as one that succeeds. What becomes of
 * an attempt is a pure draw of (provider, chunk, number of the attempt).
 * Source: blueprint.md sections 11 (parallel chunks, retries, back-off, breaker) and 22 (rate, chunk size).
 */
import { assert } from '#base/assert';
import { type Micros, SECOND } from '#base/time';
import { deriveKey, drawUint32 } from '#kernel/draw';
import { assertProbability } from '#kernel/probability';
import type { StateSyncPlan } from '../storage-plan.js';

/** What a node has of a snapshot; it outlasts the sessions with its providers. */
export interface Transfer {
  readonly bytes: number;
  readonly chunkBytes: number; // of every chunk but the last
  readonly verified: Uint8Array; // [chunk] → 1 once its proof has passed
  readonly attempts: Uint32Array; // [chunk] → attempts so far, at any provider
  verifiedCount: number;
}

/** What a node knows of a provider it asks. */
export interface Link {
  readonly key: number; // of the provider's draws
  readonly chunkFailure: number; // probability that one attempt fails
  failures: number; // in a row, over all chunks and sessions
}

/** Why a session ended: all is there, a chunk used up its retries, the breaker opened, the time was up. */
export type SessionEnd = 'complete' | 'retries' | 'breaker' | 'time';

export interface Session {
  readonly end: SessionEnd;
  readonly time: Micros; // µs it took, at most its limit
  readonly verified: number; // chunks
  readonly retries: number; // attempts begun that were not a chunk's first of this session
}

/** One of the chunks in flight. */
interface Lane {
  chunk: number; // −1: none is left for it
  end: number; // bytes every attempt in flight has been served when this one is done; Infinity while it waits
  wake: number; // µs at which it tries again; Infinity while it loads
  wait: number; // µs before the next retry
  failed: number; // attempts of this chunk in this session
}

const RANGE_32 = 4_294_967_296;

/**
 * A transfer of which nothing is there yet.
 *
 * @param bytes - of the snapshot, integer ≥ 1
 */
export function createTransfer(bytes: number, chunkBytes: number): Transfer {
  assert(Number.isSafeInteger(bytes) && bytes >= 1, `a snapshot of ${bytes} bytes has at least one`);
  assert(Number.isSafeInteger(chunkBytes) && chunkBytes >= 1, `a chunk of ${chunkBytes} bytes has at least one`);
  const chunks = Math.ceil(bytes / chunkBytes);
  return {
    bytes,
    chunkBytes,
    verified: new Uint8Array(chunks),
    attempts: new Uint32Array(chunks),
    verifiedCount: 0,
  };
}

/** Forgets every chunk; attempts go on counting, so that the next ones draw anew. */
export function discardChunks(transfer: Transfer): void {
  transfer.verified.fill(0);
  transfer.verifiedCount = 0;
}

/** Bytes of one chunk; the last one holds the rest. */
export function sizeOfChunk(transfer: Transfer, chunk: number): number {
  return Math.min(transfer.chunkBytes, transfer.bytes - chunk * transfer.chunkBytes);
}

/**
 * One session: loads what is not verified, in order of chunks, until all is there or the session breaks. Chunks in flight
 * at its end are lost. O(attempts × parallel). One more failure may shorten it by a little, where it lets a chunk with long
 * waits begin earlier.
 *
 * @param limit - µs the session may take
 */
export function loadChunks(transfer: Transfer, plan: StateSyncPlan, link: Link, limit: Micros): Session {
  assert(plan.parallel >= 1 && plan.rate > 0, `${plan.parallel} chunks in flight at ${plan.rate} bytes a second load`);
  assertProbability(link.chunkFailure);
  const before = transfer.verifiedCount;
  const lanes: Lane[] = [];
  let now = 0;
  let served = 0; // bytes each attempt in flight would have had, had it begun with the session
  let loading = 0; // attempts in flight
  let cursor = 0; // chunks below are verified or in a lane
  let retries = 0;
  const close = (end: SessionEnd): Session => {
    return { end, time: Math.round(now), verified: transfer.verifiedCount - before, retries };
  };
  const fill = (lane: Lane): void => {
    while (cursor < transfer.verified.length && transfer.verified[cursor] === 1) cursor += 1;
    lane.chunk = cursor < transfer.verified.length ? cursor++ : -1;
    lane.end = lane.chunk < 0 ? Infinity : served + sizeOfChunk(transfer, lane.chunk);
    lane.wake = Infinity;
    lane.wait = plan.backOff;
    lane.failed = 0;
    if (lane.chunk >= 0) loading += 1;
  };
  while (lanes.length < Math.min(plan.parallel, transfer.verified.length)) {
    const lane = { chunk: -1, end: Infinity, wake: Infinity, wait: 0, failed: 0 };
    fill(lane);
    lanes.push(lane);
  }
  while (transfer.verifiedCount < transfer.verified.length) {
    const first = leastBy(lanes, 'end');
    const woken = leastBy(lanes, 'wake');
    const done = loading === 0 ? Infinity : now + ((first.end - served) * loading * SECOND) / plan.rate;
    if (Math.min(done, woken.wake) > limit) {
      now = limit;
      return close('time');
    }
    if (woken.wake < done) {
      if (loading > 0) served += ((woken.wake - now) * plan.rate) / (loading * SECOND);
      now = woken.wake;
      woken.wake = Infinity;
      woken.end = served + sizeOfChunk(transfer, woken.chunk);
      loading += 1;
      retries += 1;
      continue;
    }
    now = done;
    served = first.end;
    loading -= 1;
    if (!attemptFails(transfer, link, first.chunk)) {
      link.failures = 0;
      transfer.verified[first.chunk] = 1;
      transfer.verifiedCount += 1;
      fill(first);
      continue;
    }
    link.failures += 1;
    first.failed += 1;
    if (link.failures >= plan.breaker) return close('breaker');
    if (first.failed > plan.retries) return close('retries');
    first.end = Infinity;
    first.wake = now + first.wait;
    first.wait *= 2;
  }
  return close('complete');
}

function attemptFails(transfer: Transfer, link: Link, chunk: number): boolean {
  const attempt = transfer.attempts[chunk] as number;
  transfer.attempts[chunk] = attempt + 1;
  return drawUint32(deriveKey(link.key, chunk), attempt) < link.chunkFailure * RANGE_32;
}

/** The lane whose `end` or `wake` comes first; of equals the first lane. */
function leastBy(lanes: readonly Lane[], what: 'end' | 'wake'): Lane {
  let least = lanes[0] as Lane;
  for (const lane of lanes) if (lane[what] < least[what]) least = lane;
  return least;
}
