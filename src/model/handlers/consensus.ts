/**
 * Consensus at message level: every proposal, part, vote, timer and synchronization step of a chain's validators is an
 * event.
 *
 * `advanceChain` is the hot loop: it takes the chain's events in order until a time, or until a height is finalized, so
 * that the caller can account for the block. `shell` does what a node does, `transmission` carries its messages,
 * `sync` and `recovery` bring it back.
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';
import { deriveKey } from '#kernel/draw';
import { peekTime, popEvent, pushEvent } from '#kernel/queue';
import type { Chain } from '../chain.js';
import { receiveVote, timeoutElapsed } from '../consensus/driver.js';
import { logCertificate, logTimeout, logVote, takeCertificate } from '../consensus/log.js';
import type { TimeoutKind } from '../consensus/timeouts.js';
import { PRECOMMIT, PREVOTE } from '../consensus/vote.js';
import { voteOf } from '../consensus/vote-keeper.js';
import { admits, dequeue, enqueue, type Intake, serviceTime, TOPIC_SYNC, topicOf } from '../network/intake.js';
import {
  MESSAGE_JUNK,
  MESSAGE_PART,
  MESSAGE_PRECOMMIT,
  MESSAGE_PREVOTE,
  MESSAGE_PROPOSAL,
  MESSAGE_SYNC_REQUEST,
  MESSAGE_SYNC_RESPONSE,
  noteSeen,
  releaseMessage,
  takePart,
} from '../network/message.js';
import { LOST, transit } from '../network/network.js';
import { misdeed, sendLate } from './byzantine.js';
import { lookAhead } from './lookahead.js';
import { closeHeight, undoHeight } from './open-height.js';
import { checkTime } from './proposal-time.js';
import { replayLog } from './recovery.js';
import {
  ACTIVE,
  DECIDED,
  driverOf,
  enterHeight,
  logOf,
  offerValue,
  proposerOf,
  RECOVERING,
  rebroadcast,
  settle,
  takeProposal,
} from './shell.js';
import {
  ANNOUNCED,
  CHECKED,
  DELIVER,
  HANDLED,
  heightBits,
  packHop,
  peerOfHop,
  REBROADCAST,
  RELAYED,
  REPLAY,
  rowOfHop,
  SEND_LATE,
  START,
  SYNC_APPLIED,
  SYNC_CHECK,
  stampedHeight,
  stampedKind,
  stampedRound,
  TIMEOUT,
  VALUE_READY,
} from './signal.js';
import { answerSync, applySync, noticePeer, requestSync, takeSync } from './sync.js';
import { relay, requestMessage } from './transmission.js';

/** Heights ahead that a node buffers votes of (consensus.md section 10). */
const BUFFER_HEIGHTS = 10;
const BUFFER_MESSAGES = 5_000;

/**
 * Takes events earlier than `until`.
 *
 * @returns true as soon as a height is finalized (`chain.tip` is it), false when nothing is left before `until`
 */
export function advanceChain(chain: Chain, until: Micros): boolean {
  const { queue, tip, lookahead } = chain;
  if (lookahead.open) {
    if (lookahead.end < until) closeHeight(chain);
    else repeatHeight(chain);
  }
  while (peekTime(queue) < until) {
    popEvent(queue);
    chain.now = queue.time;
    chain.events += 1;
    if (queue.kind === START && isAt(chain, queue.target, queue.data) && lookAhead(chain, queue.target, until))
      return true;
    handleEvent(chain, queue.kind, queue.target, queue.data);
    if (chain.tip !== tip) return true;
  }
  return false;
}

/**
 * Brings the chain to the very state that events would have left when its tip became final, if that height was computed
 * ahead and is open. Whoever changes a condition of the chain, or drops its events, calls this first.
 *
 * @throws AssertionError if events decide something else than was computed
 */
export function repeatHeight(chain: Chain): void {
  const { queue, tip, tipAt, lookahead } = chain;
  if (!lookahead.open) return;
  undoHeight(chain);
  while (chain.tip !== tip) {
    if (!popEvent(queue)) break;
    chain.now = queue.time;
    handleEvent(chain, queue.kind, queue.target, queue.data);
  }
  lookahead.undone = false;
  if (chain.tip !== tip || chain.tipAt !== tipAt) {
    assert(false, `height ${tip} is final at ${chain.tipAt} by events and at ${tipAt} as computed`);
  }
}

function handleEvent(chain: Chain, kind: number, node: number, data: number): void {
  switch (kind) {
    case DELIVER:
      if (chain.byPeerState || chain.intake !== null) receiveDirect(chain, node, data);
      else deliver(chain, node, data);
      return;
    case RELAYED:
      receiveRelayed(chain, node, rowOfHop(data), peerOfHop(data));
      return;
    case TIMEOUT:
      if (isCurrent(chain, node, data)) elapse(chain, node, stampedKind(data) as TimeoutKind, stampedRound(data));
      return;
    case VALUE_READY:
      if (isCurrent(chain, node, data)) offerValue(chain, node, stampedRound(data));
      return;
    case CHECKED:
      propose(chain, node, data);
      return;
    case REBROADCAST:
      if (isCurrent(chain, node, data)) rebroadcast(chain, node, stampedRound(data));
      return;
    case START:
      if (chain.up[node] === 1 && chain.waiting[node] === DECIDED && isAt(chain, node, data)) startNext(chain, node);
      return;
    default:
      handleRare(chain, kind, node, data);
  }
}

function handleRare(chain: Chain, kind: number, node: number, data: number): void {
  switch (kind) {
    case SYNC_CHECK:
      if (chain.up[node] === 1) requestSync(chain, node, data);
      return;
    case SYNC_APPLIED:
      applySync(chain, node, data);
      replayBuffer(chain, node);
      return;
    case ANNOUNCED:
      hearOf(chain, node, rowOfHop(data), peerOfHop(data));
      return;
    case HANDLED:
      finishHandling(chain, chain.intake as Intake, node, rowOfHop(data), peerOfHop(data));
      return;
    case SEND_LATE:
      if (chain.up[node] === 1) sendLate(chain, data);
      return;
    default:
      assert(kind === REPLAY, 'a chain event is of a known kind');
      if (chain.up[node] === 0 || chain.waiting[node] !== RECOVERING || !isAt(chain, node, data)) return;
      replayLog(chain, node);
      replayBuffer(chain, node);
  }
}

/** Whether a timer's height is the node's, and the node is up. */
function isCurrent(chain: Chain, node: number, data: number): boolean {
  return chain.up[node] === 1 && heightBits(chain.height[node] as number) === stampedHeight(data);
}

function isAt(chain: Chain, node: number, bits: number): boolean {
  return heightBits(chain.height[node] as number) === bits;
}

/** Enters the next height; where a halt was agreed, only with the new release. */
function startNext(chain: Chain, node: number): void {
  const height = chain.height[node] as number;
  if (height >= chain.haltAt && chain.release[node] === 0) return;
  enterHeight(chain, node, height + 1);
  replayBuffer(chain, node);
}

function elapse(chain: Chain, node: number, kind: TimeoutKind, round: number): void {
  if (chain.waiting[node] !== ACTIVE) return;
  logTimeout(logOf(chain, node), kind, round);
  timeoutElapsed(driverOf(chain, node), kind, round, chain.outputs);
  settle(chain, node);
}

/** Where more than the usual case has to be seen to. */
function receiveDirect(chain: Chain, node: number, row: number): void {
  const peer = chain.messages.sender[row] as number;
  const sent = chain.byPeerState ? earliestAt(chain, node, row, peer) : 0;
  if (sent > chain.now) pushEvent(chain.queue, sent, 0, DELIVER, node, row);
  else if (chain.intake === null) deliver(chain, node, row);
  else arrive(chain, chain.intake, node, row, peer);
}

/**
 * When a message can be here at the earliest where a peer sends it only to those that it knows to be at its height: the
 * node tells so when it enters the height, and the message comes back (CometBFT `internal/consensus/reactor.go`).
 */
function earliestAt(chain: Chain, node: number, row: number, peer: number): Micros {
  const { messages } = chain;
  if (messages.height[row] !== chain.height[node] || topicOf(messages.kind[row] as number) === TOPIC_SYNC) return 0;
  const entered = chain.startedAt[node] as number;
  const key = messages.key[row] as number;
  const told = transit(chain.network, node, peer, deriveKey(key, node), deriveKey(key, node), 0, entered);
  const back = transit(chain.network, peer, node, key, key, messages.bytes[row] as number, entered);
  return told === LOST || back === LOST ? 0 : entered + told + back;
}

/** A neighbour hands a message on: the first copy counts, and goes further. */
function receiveRelayed(chain: Chain, node: number, row: number, peer: number): void {
  const sent = chain.byPeerState && chain.up[node] === 1 ? earliestAt(chain, node, row, peer) : 0;
  if (sent > chain.now) {
    pushEvent(chain.queue, sent, 0, RELAYED, node, packHop(row, peer));
    return;
  }
  if (chain.up[node] === 0) {
    chain.lost += 1;
    releaseMessage(chain.messages, row);
  } else if (noteSeen(chain.messages, row, node)) {
    if (chain.intake !== null) arrive(chain, chain.intake, node, row, peer);
    else handOn(chain, node, row, peer);
  } else {
    chain.duplicates += 1;
    releaseMessage(chain.messages, row);
  }
}

function handOn(chain: Chain, node: number, row: number, peer: number): void {
  if (misdeed(chain, node, 0, 'censor') === undefined) relay(chain, row, node, peer, chain.messages.key[row] as number);
  deliver(chain, node, row);
}

/** A neighbour tells of a message: a node that lacks it asks for it. */
function hearOf(chain: Chain, node: number, row: number, peer: number): void {
  const has = chain.messages.seen[row]?.[node] === 1;
  if (has || chain.up[node] === 0 || chain.up[peer] === 0) releaseMessage(chain.messages, row);
  else requestMessage(chain, node, peer, row);
}

/** A message arrives at a node that handles one after another. */
function arrive(chain: Chain, intake: Intake, node: number, row: number, peer: number): void {
  const messages = chain.messages;
  const kind = messages.kind[row] as number;
  const digest = contentOf(chain, row);
  if (chain.up[node] === 0 || !admits(intake, node, peer, kind, digest, chain.now)) {
    releaseMessage(messages, row);
  } else if (intake.plan.processing === 0) {
    handleArrived(chain, node, row, peer);
  } else if (intake.busy[node] === 1) {
    if (!enqueue(intake, node, kind, packHop(row, peer))) releaseMessage(messages, row);
  } else serve(chain, intake, node, packHop(row, peer));
}

/** What tells one message from another, however often and by whom it is sent. */
function contentOf({ messages }: Chain, row: number): number {
  const step = ((messages.round[row] as number) << 4) | (messages.kind[row] as number);
  const said = deriveKey(deriveKey(messages.height[row] as number, step), messages.value[row] as number);
  return deriveKey(deriveKey(said, messages.detail[row] as number), messages.signer[row] as number);
}

function serve(chain: Chain, intake: Intake, node: number, message: number): void {
  const kind = chain.messages.kind[rowOfHop(message)] as number;
  const peers = chain.topology === null ? chain.n - 1 : (chain.topology.peers[node] as Int32Array).length;
  intake.busy[node] = 1;
  pushEvent(chain.queue, chain.now + serviceTime(intake, kind, peers), 0, HANDLED, node, message);
}

function finishHandling(chain: Chain, intake: Intake, node: number, row: number, peer: number): void {
  if (chain.up[node] === 0 || intake.busy[node] === 0) {
    releaseMessage(chain.messages, row);
    return;
  }
  intake.busy[node] = 0;
  handleArrived(chain, node, row, peer);
  const next = dequeue(intake, node);
  if (next !== undefined) serve(chain, intake, node, next);
}

function handleArrived(chain: Chain, node: number, row: number, peer: number): void {
  const isGossip = topicOf(chain.messages.kind[row] as number) !== TOPIC_SYNC;
  if (chain.topology === null || !isGossip) deliver(chain, node, row);
  else handOn(chain, node, row, peer);
}

/** One message is taken in by one receiver. The first branch is nearly every event of a run. */
function deliver(chain: Chain, node: number, row: number): void {
  const messages = chain.messages;
  const kind = messages.kind[row] as number;
  const height = messages.height[row] as number;
  const own = chain.height[node] as number;
  if (chain.up[node] === 0) {
    chain.lost += 1;
  } else if (kind === MESSAGE_PREVOTE || kind === MESSAGE_PRECOMMIT) {
    if (height === own) {
      const waiting = chain.waiting[node] as number;
      if (waiting === ACTIVE) takeVote(chain, node, kind === MESSAGE_PREVOTE ? PREVOTE : PRECOMMIT, row);
      else if (waiting === RECOVERING && keepForLater(chain, node, row, height)) return;
    } else if (height > own && keepForLater(chain, node, row, height)) return;
  } else if (deliverOther(chain, node, row, kind, height)) return;
  releaseMessage(messages, row);
}

function takeVote(chain: Chain, node: number, type: 0 | 1, row: number): void {
  const messages = chain.messages;
  const round = messages.round[row] as number;
  const value = messages.value[row] as number;
  const voter = messages.sender[row] as number;
  if (chain.asBuilt.slashOnReorder && type === PRECOMMIT && !hasPrevoted(chain, node, round, voter)) {
    chain.offences.push({ validator: voter, kind: 'refused-vote', height: messages.height[row] as number });
  }
  logVote(logOf(chain, node), type, round, value, voter);
  receiveVote(driverOf(chain, node), type, round, value, voter, chain.outputs);
  if (chain.outputs.length > 0) settle(chain, node);
}

function hasPrevoted(chain: Chain, node: number, round: number, voter: number): boolean {
  return voteOf(driverOf(chain, node).keeper, round, PREVOTE, voter) !== undefined;
}

/** @returns whether the row is still held */
function deliverOther(chain: Chain, node: number, row: number, kind: number, height: number): boolean {
  const own = chain.height[node] as number;
  switch (kind) {
    case MESSAGE_SYNC_REQUEST:
      answerSync(chain, node, row);
      return false;
    case MESSAGE_SYNC_RESPONSE:
      takeSync(chain, node, row);
      return true;
    case MESSAGE_JUNK:
      chain.forgeries += 1;
      if (chain.asBuilt.framing) {
        chain.offences.push({ validator: chain.messages.signer[row] as number, kind: 'forged', height });
      }
      return false;
    default:
  }
  const isProposal = kind === MESSAGE_PROPOSAL || kind === MESSAGE_PART;
  if (height > own || (height === own && chain.waiting[node] === RECOVERING)) {
    return isProposal && keepForLater(chain, node, row, height);
  }
  if (height < own || chain.waiting[node] !== ACTIVE) return false;
  if (kind === MESSAGE_PART) {
    if (takePart(chain.messages, row, node)) completeProposal(chain, node, chain.messages.value[row] as number);
    return false;
  }
  if (kind === MESSAGE_PROPOSAL) {
    pushEvent(chain.queue, chain.now + proposalTime(chain, node, row), 0, CHECKED, node, row);
    return true;
  }
  const certificate = chain.messages.certificates.get(row);
  assert(certificate !== undefined, 'a message of this kind carries a certificate');
  logCertificate(logOf(chain, node), certificate);
  takeCertificate(driverOf(chain, node), certificate, chain.outputs);
  settle(chain, node);
  return false;
}

/** All parts of a proposal are there. */
function completeProposal(chain: Chain, node: number, row: number): void {
  const { holders } = chain.messages;
  holders[row] = (holders[row] as number) + 1;
  pushEvent(chain.queue, chain.now + proposalTime(chain, node, row), 0, CHECKED, node, row);
}

/** Buffers a message of a height to come and learns that its sender is ahead. */
function keepForLater(chain: Chain, node: number, row: number, height: number): boolean {
  const own = chain.height[node] as number;
  if (height > own && chain.waiting[node] !== DECIDED) noticePeer(chain, node, chain.messages.sender[row] as number);
  const buffer = chain.buffered[node] as number[];
  if (height - own > BUFFER_HEIGHTS || buffer.length >= BUFFER_MESSAGES) return false;
  buffer.push(row);
  return true;
}

/** A node has entered a height: what was buffered for it is taken in. */
function replayBuffer(chain: Chain, node: number): void {
  const buffer = chain.buffered[node] as number[];
  if (buffer.length === 0) return;
  const height = chain.height[node] as number;
  const rows = buffer.splice(0);
  for (const row of rows) {
    const of = chain.messages.height[row] as number;
    if (of > (chain.height[node] as number)) buffer.push(row);
    else if (of !== height || chain.height[node] !== height) releaseMessage(chain.messages, row);
    else if (chain.byPeerState && chain.topology === null) receiveDirect(chain, node, row);
    else deliver(chain, node, row);
  }
}

/** µs that a node needs to check a proposal. */
function proposalTime(chain: Chain, node: number, row: number): Micros {
  if (chain.lookahead.undone) return chain.lookahead.checked[node] as number;
  const { height, round, value } = chain.messages;
  const proposer = chain.values.proposer[value[row] as number] as number;
  return checkTime(chain, node, height[row] as number, round[row] as number, proposer, chain.now);
}

/** A checked proposal goes to the driver; it is judged by what the node runs now. */
function propose(chain: Chain, node: number, row: number): void {
  const messages = chain.messages;
  const height = messages.height[row] as number;
  if (chain.up[node] === 1 && height === chain.height[node] && chain.waiting[node] === ACTIVE) {
    const round = messages.round[row] as number;
    if (messages.signer[row] === proposerOf(chain, node, height, round)) {
      takeProposal(chain, node, round, messages.value[row] as number, messages.detail[row] as number);
      settle(chain, node);
    }
  }
  releaseMessage(messages, row);
}
