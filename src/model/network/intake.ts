/**
 * What a node can take in: one server that handles messages one after another, bounded queues by topic served in order of
 * priority, a limit on what one peer may send, and a memory that refuses what was there before.
 *
 * Sources: blueprint.md sections 2.1 (`network.max_channel_buffer`) and 10 (topics and their priorities, 128 messages a
 * second for each peer, replay window of 1024 for each topic).
 */
import type { Micros } from '#base/time';
import { SECOND } from '#base/time';
import type { QueuesPlan } from '../plan.js';
import {
  MESSAGE_JUNK,
  MESSAGE_PART,
  MESSAGE_PROPOSAL,
  MESSAGE_SYNC_REQUEST,
  MESSAGE_SYNC_RESPONSE,
} from './message.js';

/** Topics in order of priority. */
export const TOPIC_VOTES = 0;
export const TOPIC_BLOCKS = 1;
export const TOPIC_SYNC = 2;
const TOPICS = 3;

export interface Intake {
  readonly plan: QueuesPlan;
  readonly n: number;
  readonly busy: Uint8Array; // by validator
  readonly waiting: number[][]; // [validator × topics + topic] → messages in order of arrival
  readonly windowStart: Float64Array; // by validator: second whose messages are counted
  readonly fromPeer: Int32Array; // [validator × n + peer] → messages in that second
  readonly memory: Set<number>[]; // [validator × topics + topic] → digests, oldest first
  dropped: number; // for want of room
  limited: number; // refused: the peer had sent enough
  replayed: number; // refused: was there before
}

export function createIntake(plan: QueuesPlan, n: number): Intake {
  return {
    plan,
    n,
    busy: new Uint8Array(n),
    waiting: Array.from({ length: n * TOPICS }, () => []),
    windowStart: new Float64Array(n).fill(-1),
    fromPeer: new Int32Array(plan.ratePerPeer === 0 ? 0 : n * n),
    memory: Array.from({ length: plan.replayWindow === 0 ? 0 : n * TOPICS }, () => new Set()),
    dropped: 0,
    limited: 0,
    replayed: 0,
  };
}

/** The topic of a kind of message. */
export function topicOf(kind: number): number {
  if (kind === MESSAGE_PROPOSAL || kind === MESSAGE_PART) return TOPIC_BLOCKS;
  return kind === MESSAGE_SYNC_REQUEST || kind === MESSAGE_SYNC_RESPONSE ? TOPIC_SYNC : TOPIC_VOTES;
}

/**
 * Whether a node lets a message of a peer in at all.
 *
 * @param digest - integer that equal messages share
 */
export function admits(intake: Intake, node: number, peer: number, kind: number, digest: number, now: Micros): boolean {
  const { ratePerPeer, replayWindow } = intake.plan;
  if (ratePerPeer > 0) {
    const second = Math.floor(now / SECOND);
    if (intake.windowStart[node] !== second) {
      intake.windowStart[node] = second;
      intake.fromPeer.fill(0, node * intake.n, (node + 1) * intake.n);
    }
    const at = node * intake.n + peer;
    const count = (intake.fromPeer[at] as number) + 1;
    intake.fromPeer[at] = count;
    if (count > ratePerPeer) {
      intake.limited += 1;
      return false;
    }
  }
  const topic = topicOf(kind);
  const guarded = replayWindow > 0 && topic !== TOPIC_SYNC && kind !== MESSAGE_JUNK; // requests are no gossip
  if (!guarded || remember(intake, node * TOPICS + topic, digest)) return true;
  intake.replayed += 1;
  return false;
}

/** First in, first out: the oldest digest makes room for the newest. */
function remember(intake: Intake, at: number, digest: number): boolean {
  const memory = intake.memory[at] as Set<number>;
  if (memory.has(digest)) return false;
  memory.add(digest);
  if (memory.size > intake.plan.replayWindow) {
    const [oldest] = memory.keys();
    memory.delete(oldest as number);
  }
  return true;
}

/** Lets a message wait for the server; false if its queue is full. */
export function enqueue(intake: Intake, node: number, kind: number, message: number): boolean {
  const topic = topicOf(kind);
  const queue = intake.waiting[node * TOPICS + topic] as number[];
  const room = [intake.plan.votes, intake.plan.blocks, intake.plan.sync][topic] as number;
  if (queue.length >= room) {
    intake.dropped += 1;
    return false;
  }
  queue.push(message);
  return true;
}

/** The next message to handle, of the first topic that has one, or undefined. */
export function dequeue(intake: Intake, node: number): number | undefined {
  for (let topic = 0; topic < TOPICS; topic += 1) {
    const message = (intake.waiting[node * TOPICS + topic] as number[]).shift();
    if (message !== undefined) return message;
  }
  return undefined;
}

/**
 * µs to handle one message.
 *
 * @param peers - neighbours of the node, each of which announces that it has the vote as well
 */
export function serviceTime(intake: Intake, kind: number, peers: number): Micros {
  const { processing, announcements } = intake.plan;
  const times = announcements && topicOf(kind) === TOPIC_VOTES ? 1 + peers : 1;
  return Math.max(1, Math.round(processing * times));
}

/** Messages that were not taken in, for whatever reason. */
export function refusals(intake: Intake): number {
  return intake.dropped + intake.limited + intake.replayed;
}

/** Forgets what waits and what was there at every node, for consensus that is paused, or at one that stops. */
export function clearIntake(intake: Intake, node: number | null): void {
  for (let i = 0; i < intake.n; i += 1) {
    if (node !== null && i !== node) continue;
    intake.busy[i] = 0;
    for (let topic = 0; topic < TOPICS; topic += 1) {
      (intake.waiting[i * TOPICS + topic] as number[]).length = 0;
      intake.memory[i * TOPICS + topic]?.clear();
    }
  }
}
