/**
 * The cache of verified proofs of a node, first in first out, as a rule instead of a container.
 *
 * All nodes receive the same proofs in the same order, so how many entered is counted once for all: a running count by
 * block. What one node holds follows from that count, from when a proof reached it and from when it last started. A
 * block's proofs go in together, when its root is ready, and count as held while all of them are. Entries move up by
 * the time they were ready, not by the time they reached this node: the two differ by the gossip of one proof.
 * Sources: blueprint.md sections 6.4 (1 024 entries, first in first out, 900 s), 15.2 (occupancy, evictions per minute).
 */
import { assert } from '#base/assert';
import { MINUTE, type Micros } from '#base/time';
import type { ProofCachePlan } from '../proof-plan.js';

/** Proofs that entered caches, of the last blocks; older ones are forgotten. */
export interface ProofFlow {
  readonly entered: Float64Array; // [height mod length] → entries up to and with this block
  readonly at: Float64Array; // [height mod length] → when they entered; does not fall with the height
  oldest: number; // first block noted, −1 before
  latest: number; // −1 before
}

/** How a node meets the proofs of one block. */
export interface ProofVisit {
  readonly height: number;
  readonly arrived: Micros; // ready at the prover, and then the gossip's time; Infinity: never
  readonly verify: Micros; // it takes the node to verify them
  readonly started: Micros; // the node, last; what it held before is lost
}

export type ProofState = 'verified' | 'under way' | 'absent';

const MINUTE_BLOCKS = 128; // room for those of one minute
const BLOCKS_MAX = 4096; // remembered at most: more than five hours of them

/** No proof yet. Every block brings an entry, so a cache holds no more blocks than entries, as seen a minute ago too. */
export function createProofFlow(plan: ProofCachePlan): ProofFlow {
  assert(plan.entries >= 0 && plan.ttl >= 0, `a cache has ${plan.entries} ≥ 0 entries for ${plan.ttl} ≥ 0 µs`);
  let length = 2;
  while (length < Math.min(plan.entries + MINUTE_BLOCKS, BLOCKS_MAX)) length *= 2;
  return { entered: new Float64Array(length), at: new Float64Array(length), oldest: -1, latest: -1 };
}

/**
 * Notes that the proofs of one block enter the caches.
 *
 * @param height - the one after the last noted
 * @param at - when; a time before the last one noted counts as that
 * @param proofs - entries, integer ≥ 1
 */
export function noteProofs(flow: ProofFlow, height: number, at: Micros, proofs: number): void {
  const { latest } = flow;
  if (latest >= 0 && height !== latest + 1) assert(false, `block ${height} is noted right after block ${latest}`);
  if (!(Number.isSafeInteger(proofs) && proofs >= 1)) assert(false, `block ${height} brings ${proofs} ≥ 1 proofs`);
  const mask = flow.at.length - 1;
  const before = latest < 0 ? 0 : (flow.entered[latest & mask] as number);
  flow.at[height & mask] = latest < 0 ? at : Math.max(at, flow.at[latest & mask] as number);
  flow.entered[height & mask] = before + proofs;
  if (latest < 0) flow.oldest = height;
  flow.latest = height;
}

/** Whether a node needs to verify the proofs of a block that reaches it at `now`. */
export function proofState(flow: ProofFlow, plan: ProofCachePlan, visit: ProofVisit, now: Micros): ProofState {
  const { height, arrived, verify, started } = visit;
  if (arrived > now || started > arrived || now >= arrived + plan.ttl) return 'absent';
  if (height <= flow.latest && isPushedOut(flow, plan, height, now)) return 'absent';
  return now >= arrived + verify ? 'verified' : 'under way';
}

/** µs from `now` until a node has verified the proofs of a block: 0, the rest of it, or all of it. */
export function proofWait(flow: ProofFlow, plan: ProofCachePlan, visit: ProofVisit, now: Micros): Micros {
  const state = proofState(flow, plan, visit, now);
  if (state === 'verified') return 0;
  return state === 'absent' ? visit.verify : visit.arrived + visit.verify - now;
}

/** Entries of a node's cache in use at `now`, integer in 0 … `plan.entries`. */
export function cacheOccupancy(flow: ProofFlow, plan: ProofCachePlan, started: Micros, now: Micros): number {
  return heldAt(flow, plan, started, now, enteredBy(flow, now));
}

/** Entries that later ones pushed out of a node's cache in the minute up to `now`; expired ones are not among them. */
export function cacheEvictions(flow: ProofFlow, plan: ProofCachePlan, started: Micros, now: Micros): number {
  const since = Math.max(now - MINUTE, started - 1);
  let evicted = 0;
  for (let height = lastBy(flow, now); height >= firstKept(flow); height -= 1) {
    const at = flow.at[height & (flow.at.length - 1)] as number;
    if (at <= since) break;
    const before = enteredBefore(flow, height);
    const after = enteredBy(flow, at, height);
    evicted += Math.max(0, heldAt(flow, plan, started, at, before) + after - before - plan.entries);
  }
  return evicted;
}

/** Whether later entries have taken the place of some proof of a block; of a forgotten block they have. */
function isPushedOut(flow: ProofFlow, plan: ProofCachePlan, height: number, now: Micros): boolean {
  return height < firstKept(flow) || enteredBy(flow, now) - enteredBefore(flow, height) > plan.entries;
}

/** Entries in use at `now` when `entered` have entered so far. */
function heldAt(flow: ProofFlow, plan: ProofCachePlan, started: Micros, now: Micros, entered: number): number {
  const gone = enteredBy(flow, Math.max(started - 1, now - plan.ttl));
  return Math.max(0, Math.min(plan.entries, entered - gone));
}

/** Entries that entered by `time`, of the blocks up to `last`; those of forgotten blocks always have. */
function enteredBy(flow: ProofFlow, time: Micros, last = flow.latest): number {
  const height = Math.min(last, lastBy(flow, time));
  if (height < firstKept(flow)) return enteredBefore(flow, height + 1);
  return flow.entered[height & (flow.at.length - 1)] as number;
}

/** Entries before those of a block; 0 for blocks before the first noted. */
function enteredBefore(flow: ProofFlow, height: number): number {
  const before = Math.max(height - 1, firstKept(flow) - 1);
  return before < flow.oldest ? 0 : (flow.entered[before & (flow.at.length - 1)] as number);
}

/** The last block whose proofs entered by `time`; the one before the first kept if none did. */
function lastBy(flow: ProofFlow, time: Micros): number {
  const { at, latest } = flow;
  const mask = at.length - 1;
  let low = firstKept(flow) - 1;
  let high = latest;
  while (low < high) {
    const middle = high - ((high - low) >> 1);
    if ((at[middle & mask] as number) <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The first block whose time is kept. The count of the one before it is kept as well, where there is one. */
function firstKept(flow: ProofFlow): number {
  return Math.max(flow.oldest, flow.latest - flow.at.length + 2);
}
