/**
 * How messages travel: straight to everybody in a full mesh, from neighbour to neighbour in an overlay, large proposals
 * in parts.
 *
 * In an overlay a node hands a message on when it has it for the first time: to `eager` neighbours at once, to the others
 * by telling them at its next heartbeat, whereupon those that lack it ask for it (gossipsub, libp2p specification 1.1).
 */
import { deriveKey, drawUint32 } from '#kernel/draw';
import { pushEvent } from '#kernel/queue';
import type { Chain } from '../chain.js';
import {
  addMessage,
  clearSeen,
  freeMessage,
  MESSAGE_PART,
  MESSAGE_PROPOSAL,
  noteSeen,
  openStream,
  releaseMessage,
} from '../network/message.js';
import { departure, LOST, messageKey, secondCopy, transit } from '../network/network.js';
import { ANNOUNCED, DELIVER, packHop, RELAYED } from './signal.js';

/** Who hears a message, by validator: 0 not at all, 1 from its sender, 2 only from others that pass it on. */
export type Audience = Uint8Array;

/** The largest message that the gossip layer takes as built: a block with its proof has to fit (blueprint.md section 10). */
const FRAME_BYTES = 262_144;
const DRAW_REQUEST = 0x72657175;
const DRAW_EAGER = 0x65616765;

/**
 * Sends one message to every other validator.
 *
 * @param row - nobody holds it yet
 * @param repeat - 0 for the first transmission; repeats draw other luck
 * @param audience - who hears it; null: everybody
 */
export function broadcast(
  chain: Chain,
  row: number,
  bytes: number,
  repeat: number,
  audience: Audience | null = null,
): void {
  const messages = chain.messages;
  const kind = messages.kind[row] as number;
  const from = messages.sender[row] as number;
  const round = (messages.round[row] as number) + (repeat << 10);
  const key = messageKey(chain.networkKey, messages.height[row] as number, round, kind, from);
  messages.bytes[row] = bytes;
  messages.key[row] = key;
  if (chain.asBuilt.gossipFrame && bytes > FRAME_BYTES) freeMessage(messages, row);
  else if (kind === MESSAGE_PROPOSAL && bytes > chain.partBytes) stream(chain, row, bytes, audience);
  else if (chain.topology === null && chain.network.plain && audience === null) flood(chain, row, from, key, bytes);
  else spread(chain, row, key, bytes, bytes, audience);
}

/** The usual case: an undisturbed full mesh. */
function flood(chain: Chain, row: number, from: number, key: number, bytes: number): void {
  const { network, queue, messages, now, n } = chain;
  let holders = 0;
  for (let to = 0; to < n; to += 1) {
    if (to === from) continue;
    const leaves = network.uplinkMicrosPerByte === 0 ? now : departure(network, from, bytes, now);
    const delay = transit(network, from, to, key, key, bytes, leaves);
    if (delay === LOST) continue;
    holders += 1;
    pushEvent(queue, leaves + delay, 0, DELIVER, to, row);
  }
  messages.holders[row] = holders;
  if (holders === 0) freeMessage(messages, row);
}

/** A proposal in parts: part by part, each to everybody, so that all streams advance together. */
function stream(chain: Chain, proposal: number, bytes: number, audience: Audience | null): void {
  const messages = chain.messages;
  const parts = Math.ceil(bytes / chain.partBytes);
  const key = messages.key[proposal] as number;
  const from = messages.sender[proposal] as number;
  openStream(messages, proposal, parts, chain.n);
  for (let part = 0; part < parts; part += 1) {
    const height = messages.height[proposal] as number;
    const row = addMessage(messages, MESSAGE_PART, height, messages.round[proposal] as number, proposal, part, from);
    const sent = Math.min(bytes, (part + 1) * chain.partBytes);
    messages.bytes[row] = sent - part * chain.partBytes;
    messages.key[row] = key;
    spread(chain, row, deriveKey(key, part), messages.bytes[row] as number, sent, audience);
  }
}

/**
 * @param lossKey - a part may be lost without the others
 * @param sent - bytes that have passed a link when this row is through: the parts before it go first
 */
function spread(
  chain: Chain,
  row: number,
  lossKey: number,
  bytes: number,
  sent: number,
  audience: Audience | null,
): void {
  const messages = chain.messages;
  const from = messages.sender[row] as number;
  messages.holders[row] = 1;
  if (chain.topology === null) {
    for (let to = 0; to < chain.n; to += 1) {
      const heard = audience === null ? 1 : (audience[to] as number);
      if (to !== from && heard !== 0) hand(chain, row, from, to, lossKey, bytes, sent, DELIVER, heard === 2);
    }
  } else {
    clearSeen(messages, row, chain.n);
    noteSeen(messages, row, from);
    relay(chain, row, from, from, lossKey, audience);
  }
  releaseMessage(messages, row);
}

/** Hands a message that a node has on to its neighbours, except the one it came from. */
export function relay(
  chain: Chain,
  row: number,
  node: number,
  source: number,
  lossKey: number,
  audience: Audience | null = null,
): void {
  const { topology, messages, eager } = chain;
  const peers = (topology as NonNullable<typeof topology>).peers[node] as Int32Array;
  const key = deriveKey(messages.key[row] as number, node);
  const first = eager >= peers.length ? 0 : drawUint32(key, DRAW_EAGER) % peers.length;
  const bytes = messages.bytes[row] as number;
  for (let i = 0; i < peers.length; i += 1) {
    const to = peers[i] as number;
    if (to === source || to === messages.sender[row]) continue;
    if (audience !== null && audience[to] !== 1) continue;
    const pushed = (i - first + peers.length) % peers.length < eager;
    hand(chain, row, node, to, deriveKey(lossKey, node), bytes, bytes, pushed ? RELAYED : ANNOUNCED, false);
  }
}

/** One transmission between two nodes, or the announcement of one. */
function hand(
  chain: Chain,
  row: number,
  from: number,
  to: number,
  lossKey: number,
  bytes: number,
  sent: number,
  signal: number,
  passedOn: boolean,
): void {
  const { network, messages, now } = chain;
  const key = signal === DELIVER ? (messages.key[row] as number) : deriveKey(messages.key[row] as number, from);
  const leaves = signal === ANNOUNCED ? nextHeartbeat(chain, from) : departure(network, from, bytes, now);
  // Earlier parts take the link first, unless the uplink held this one back for longer.
  const load = signal === ANNOUNCED ? 0 : Math.max(bytes, sent - (leaves - now) / network.microsPerByte);
  let delay = transit(network, from, to, key, lossKey, load, leaves);
  if (delay === LOST) return;
  if (passedOn) {
    const further = transit(
      network,
      from,
      to,
      deriveKey(key, DRAW_REQUEST),
      deriveKey(lossKey, DRAW_REQUEST),
      bytes,
      leaves,
    );
    if (further === LOST) return;
    delay += further;
  }
  const data = signal === DELIVER ? row : packHop(row, from);
  messages.holders[row] = (messages.holders[row] as number) + 1;
  pushEvent(chain.queue, leaves + Math.max(1, delay), 0, signal, to, data);
  const copy = secondCopy(network, from, to, key);
  if (copy === null) return;
  const again = transit(network, from, to, copy, copy, load, leaves);
  if (again === LOST) return;
  messages.holders[row] = (messages.holders[row] as number) + 1;
  pushEvent(chain.queue, leaves + again, 0, signal, to, data);
}

/** When a node announces next what it has; nodes differ in phase. */
function nextHeartbeat(chain: Chain, node: number): number {
  const phase = drawUint32(chain.nodeKey, node) % chain.heartbeat;
  const late = (chain.now - phase + chain.heartbeat) % chain.heartbeat;
  return chain.now + chain.heartbeat - late;
}

/** A node asks a neighbour for a message that it was told of: there and back again. The event's hold passes on. */
export function requestMessage(chain: Chain, node: number, peer: number, row: number): void {
  const { network, messages, now } = chain;
  const key = deriveKey(deriveKey(messages.key[row] as number, peer), DRAW_REQUEST + node);
  const asked = transit(network, node, peer, key, key, 0, now);
  const answered = asked === LOST ? LOST : transit(network, peer, node, key, key, messages.bytes[row] as number, now);
  if (asked === LOST || answered === LOST) releaseMessage(messages, row);
  else pushEvent(chain.queue, now + asked + answered, 0, RELAYED, node, packHop(row, peer));
}

/** Sends one message to one validator; a lost one is repaired by the caller's timeout. */
export function send(chain: Chain, row: number, to: number, bytes: number): void {
  const messages = chain.messages;
  const from = messages.sender[row] as number;
  const kind = messages.kind[row] as number;
  const key = deriveKey(messageKey(chain.networkKey, messages.height[row] as number, 0, kind, from), chain.now | 0);
  messages.bytes[row] = bytes;
  messages.key[row] = key;
  const leaves = departure(chain.network, from, bytes, chain.now);
  const delay = transit(chain.network, from, to, key, key, bytes, leaves);
  if (delay === LOST) {
    freeMessage(messages, row);
    return;
  }
  messages.holders[row] = 1;
  pushEvent(chain.queue, leaves + delay, 0, DELIVER, to, row);
}
