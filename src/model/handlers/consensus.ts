/**
 * Consensus at message level: every proposal, vote, timer and synchronization step of a chain's validators is an event.
 *
 * `advanceChain` is the hot loop: it takes the chain's events in order until a time, or until a height is finalized, so
 * that the caller can account for the block. This is the shell of each node (consensus.md sections 8 to 13): it turns
 * the driver's outputs into events, delivers a node's own messages to itself first, buffers what comes from future
 * heights, repeats votes that may have been lost, and catches up by synchronization.
 */
import { assert } from '#base/assert';
import { type Micros, SECOND } from '#base/time';
import { deriveKey, drawUint32 } from '#kernel/draw';
import { drawFromTable } from '#kernel/quantile-table';
import { peekTime, popEvent, pushEvent } from '#kernel/queue';
import {
  accepts,
  addValue,
  type Chain,
  committeeAt,
  DIALECT_PROOFS,
  DIALECT_SELECTION,
  decidedAt,
  epochOf,
  RING,
  recordDecided,
  refreshDialect,
  selectedPowers,
  setAt,
} from '../chain.js';
import {
  type Certificate,
  certificateFor,
  type RoundCertificate,
  roundCertificateFor,
} from '../consensus/certificate.js';
import {
  type Driver,
  type DriverOutput,
  decideBySync,
  proposeValue,
  receivePolkaCertificate,
  receiveProposal,
  receiveRoundCertificate,
  receiveVote,
  startHeight,
  startRound,
  timeoutElapsed,
} from '../consensus/driver.js';
import {
  TIMEOUT_PRECOMMIT,
  TIMEOUT_PREVOTE,
  TIMEOUT_PROPOSE,
  type TimeoutKind,
  timeoutDuration,
} from '../consensus/timeouts.js';
import { hasQuorumPower, PRECOMMIT, PREVOTE, type VoteType } from '../consensus/vote.js';
import {
  addMessage,
  freeMessage,
  MESSAGE_POLKA_CERTIFICATE,
  MESSAGE_PRECOMMIT,
  MESSAGE_PREVOTE,
  MESSAGE_PROPOSAL,
  MESSAGE_ROUND_CERTIFICATE,
  MESSAGE_SYNC_REQUEST,
  MESSAGE_SYNC_RESPONSE,
  releaseMessage,
} from '../network/message.js';
import { LOST, messageKey, transit } from '../network/network.js';
import { classOf, proofReadyAt } from '../proofs/prover.js';
import { electCommittee } from '../validators/committee.js';

const DELIVER = 0; // target: receiver, data: message row
const TIMEOUT = 1; // data: kind, round, height, packed by `stamp`
const VALUE_READY = 2; // data: round and height
const CHECKED = 3; // a proposal is executed and verified; data: message row
const REBROADCAST = 4; // data: round and height
const START = 5; // the next height begins; data: its low bits
const SYNC_CHECK = 6;
const SYNC_APPLIED = 7; // data: message row of the response

/** Heights per synchronization request (consensus.md section 11). */
const SYNC_BATCH = 5;
const SYNC_TIMEOUT: Micros = 10 * SECOND;
const STATUS_INTERVAL: Micros = 10 * SECOND;
/** Applying one block while catching up: 12.5 blocks/s, measured as 8–16 (measurements.md section 4). */
const SYNC_APPLY: Micros = 80_000;
/** Heights ahead that a node buffers votes of (consensus.md section 10). */
const BUFFER_HEIGHTS = 10;
const BUFFER_MESSAGES = 5_000;
const HEIGHT_MASK = 0xffff;

function stamp(height: number, round: number, kind: number): number {
  return ((height & HEIGHT_MASK) << 14) | ((round & 0xfff) << 2) | kind;
}

/**
 * Takes events earlier than `until`.
 *
 * @returns true as soon as a height is finalized (`chain.tip` is it), false when nothing is left before `until`
 */
export function advanceChain(chain: Chain, until: Micros): boolean {
  const queue = chain.queue;
  const tip = chain.tip;
  while (peekTime(queue) < until) {
    popEvent(queue);
    chain.now = queue.time;
    chain.events += 1;
    handleEvent(chain, queue.kind, queue.target, queue.data);
    if (chain.tip !== tip) return true;
  }
  return false;
}

function handleEvent(chain: Chain, kind: number, node: number, data: number): void {
  switch (kind) {
    case DELIVER:
      deliver(chain, node, data);
      return;
    case TIMEOUT:
      if (isCurrent(chain, node, data) && chain.waiting[node] === 0) {
        timeoutElapsed(driverOf(chain, node), (data & 3) as TimeoutKind, (data >>> 2) & 0xfff, chain.outputs);
        settle(chain, node);
      }
      return;
    case VALUE_READY:
      if (isCurrent(chain, node, data)) offerValue(chain, node, (data >>> 2) & 0xfff);
      return;
    case CHECKED:
      propose(chain, node, data);
      return;
    case REBROADCAST:
      if (isCurrent(chain, node, data)) rebroadcast(chain, node, (data >>> 2) & 0xfff);
      return;
    case START:
      if (
        chain.up[node] === 1 &&
        chain.waiting[node] === 1 &&
        ((chain.height[node] as number) & HEIGHT_MASK) === data
      ) {
        enterHeight(chain, node, (chain.height[node] as number) + 1);
      }
      return;
    case SYNC_CHECK:
      if (chain.up[node] === 1) requestSync(chain, node);
      return;
    default:
      assert(kind === SYNC_APPLIED, `chain event ${kind} is known`);
      applySync(chain, node, data);
  }
}

function driverOf(chain: Chain, node: number): Driver {
  return chain.drivers[node] as Driver;
}

/** Whether a timer's height is the node's, and the node is up. */
function isCurrent(chain: Chain, node: number, data: number): boolean {
  return chain.up[node] === 1 && ((chain.height[node] as number) & HEIGHT_MASK) === ((data >>> 14) & HEIGHT_MASK);
}

/** One message reaches one receiver. The first branch is nearly every event of a run. */
function deliver(chain: Chain, node: number, row: number): void {
  const messages = chain.messages;
  const kind = messages.kind[row] as number;
  const height = messages.height[row] as number;
  const own = chain.height[node] as number;
  if (chain.up[node] === 0) {
    chain.lost += 1;
  } else if (kind === MESSAGE_PREVOTE || kind === MESSAGE_PRECOMMIT) {
    if (height === own) {
      if (chain.waiting[node] === 0) {
        receiveVote(
          driverOf(chain, node),
          kind === MESSAGE_PREVOTE ? PREVOTE : PRECOMMIT,
          messages.round[row] as number,
          messages.value[row] as number,
          messages.sender[row] as number,
          chain.outputs,
        );
        if (chain.outputs.length > 0) settle(chain, node);
      }
    } else if (height > own && keepForLater(chain, node, row, height)) return;
  } else if (deliverOther(chain, node, row, kind, height)) return;
  releaseMessage(messages, row);
}

/** @returns whether the row is still held */
function deliverOther(chain: Chain, node: number, row: number, kind: number, height: number): boolean {
  const own = chain.height[node] as number;
  if (kind === MESSAGE_SYNC_REQUEST) {
    answerSync(chain, node, row);
    return false;
  }
  if (kind === MESSAGE_SYNC_RESPONSE) {
    const count = chain.messages.detail[row] as number;
    pushEvent(chain.queue, chain.now + count * SYNC_APPLY, 0, SYNC_APPLIED, node, row);
    return true;
  }
  if (height > own) return kind === MESSAGE_PROPOSAL && keepForLater(chain, node, row, height);
  if (height < own || chain.waiting[node] === 1) return false;
  if (kind === MESSAGE_PROPOSAL) {
    pushEvent(chain.queue, chain.now + checkTime(chain, node, row), 0, CHECKED, node, row);
    return true;
  }
  const certificate = chain.messages.certificates.get(row);
  assert(certificate !== undefined, `message ${row} of kind ${kind} carries a certificate`);
  if ('kind' in certificate) receiveRoundCertificate(driverOf(chain, node), certificate, chain.outputs);
  else receivePolkaCertificate(driverOf(chain, node), certificate, chain.outputs);
  settle(chain, node);
  return false;
}

/** Buffers a message of a height to come and learns that its sender is ahead. */
function keepForLater(chain: Chain, node: number, row: number, height: number): boolean {
  const own = chain.height[node] as number;
  if (chain.waiting[node] === 0) noticePeer(chain, node, chain.messages.sender[row] as number);
  const buffer = chain.buffered[node] as number[];
  if (height - own > BUFFER_HEIGHTS || buffer.length >= BUFFER_MESSAGES) return false;
  buffer.push(row);
  return true;
}

/** A peer is at a later height: ask it, unless the decision arrives in the meantime. */
function noticePeer(chain: Chain, node: number, peer: number): void {
  chain.aheadOf[node] = peer;
  if (chain.syncing[node] === 1) return;
  chain.syncing[node] = 1;
  const grace = Math.max(100_000, Math.round(STATUS_INTERVAL / chain.n));
  pushEvent(chain.queue, chain.now + grace, 0, SYNC_CHECK, node, 0);
}

/** µs to execute a proposed block and, where proofs are enforced and not cached, to verify them. */
function checkTime(chain: Chain, node: number, row: number): Micros {
  const key = deriveKey(deriveKey(chain.nodeKey, chain.messages.height[row] as number), node);
  const round = chain.messages.round[row] as number;
  const execute = drawFromTable(chain.execute, drawUint32(key, 4 * round));
  if (((chain.dialect[node] as number) & DIALECT_PROOFS) === 0) return execute;
  if (drawUint32(key, 4 * round + 1) < chain.cacheHitBelow) return execute;
  return execute + drawFromTable(chain.verify, drawUint32(key, 4 * round + 2));
}

/** A checked proposal goes to the driver; it is judged by what the node runs now. */
function propose(chain: Chain, node: number, row: number): void {
  const messages = chain.messages;
  if (chain.up[node] === 1 && messages.height[row] === chain.height[node] && chain.waiting[node] === 0) {
    const round = messages.round[row] as number;
    const proposer = messages.sender[row] as number;
    if (proposer === proposerOf(chain, node, messages.height[row] as number, round)) {
      const value = messages.value[row] as number;
      const valid = accepts(chain, node, value);
      const validRound = messages.detail[row] as number;
      receiveProposal(driverOf(chain, node), { round, value, validRound, proposer, valid }, chain.outputs);
      settle(chain, node);
    }
  }
  releaseMessage(messages, row);
}

/**
 * Who proposes, as one node sees it: the leader order where it applies the blueprint's selection, else round-robin by
 * index (blueprint.md section 22, legacy consensus).
 */
export function proposerOf(chain: Chain, node: number, height: number, round: number): number {
  if (((chain.dialect[node] as number) & DIALECT_SELECTION) !== 0) {
    const order = committeeAt(chain, height).order;
    return order[round % order.length] as number;
  }
  const base = chain.proposerBase === null ? height : (chain.proposerBase[height] as number);
  return (base + round) % chain.n;
}

/** Enters a height: epoch work, a fresh driver, round 0, then what was buffered for it. */
export function enterHeight(chain: Chain, node: number, height: number): void {
  const epoch = epochOf(chain, height);
  if ((chain.committees.at(-1)?.epoch ?? 0) < epoch) beginEpoch(chain, epoch);
  if (height >= (chain.dialectUntil[node] as number)) refreshDialect(chain, node, height);
  chain.height[node] = height;
  chain.startedAt[node] = chain.now;
  chain.waiting[node] = 0;
  const slot = height % RING;
  if ((chain.ring.height[slot] as number) < height) {
    chain.ring.height[slot] = height;
    chain.ring.start[slot] = chain.now;
    chain.ring.decidedPower[slot] = 0;
    chain.ring.value[slot] = decidedAt(chain, height);
    chain.ring.forked[slot] = 0;
  }
  const selected = ((chain.dialect[node] as number) & DIALECT_SELECTION) !== 0;
  startHeight(driverOf(chain, node), height, selected ? chain.selectedSet : chain.legacySet);
  enterRound(chain, node, 0);
  settle(chain, node);
  replayBuffer(chain, node, height);
}

/** Elects the committee of an epoch; the one before stays known for those behind. */
export function beginEpoch(chain: Chain, epoch: number): void {
  if (chain.committees.at(-1)?.epoch === epoch) return;
  const committee = electCommittee(chain.population, chain.committeeTarget, chain.committeeKey, epoch);
  chain.committees = [...chain.committees.slice(-1), committee];
  if (chain.committeeTarget < chain.n) chain.selectedSet = selectedPowers(chain.population, committee);
}

function replayBuffer(chain: Chain, node: number, height: number): void {
  const buffer = chain.buffered[node] as number[];
  if (buffer.length === 0) return;
  const rows = buffer.splice(0);
  for (const row of rows) {
    const of = chain.messages.height[row] as number;
    if (of > (chain.height[node] as number)) buffer.push(row);
    else if (of === height && chain.height[node] === height) deliver(chain, node, row);
    else releaseMessage(chain.messages, row);
  }
}

function enterRound(chain: Chain, node: number, round: number): void {
  const height = chain.height[node] as number;
  startRound(driverOf(chain, node), round, proposerOf(chain, node, height, round), chain.outputs);
  armRebroadcast(chain, node, round);
}

function armRebroadcast(chain: Chain, node: number, round: number): void {
  const timeouts = chain.timeouts;
  const wait = timeouts.rebroadcast + round * timeouts.rebroadcastDelta;
  pushEvent(chain.queue, chain.now + wait, 0, REBROADCAST, node, stamp(chain.height[node] as number, round, 0));
}

/** Works off the driver's outputs; a node hears its own messages before anybody else does. */
function settle(chain: Chain, node: number): void {
  const outputs = chain.outputs;
  for (let i = 0; i < outputs.length; i += 1) emit(chain, node, outputs[i] as DriverOutput);
  outputs.length = 0;
}

function emit(chain: Chain, node: number, output: DriverOutput): void {
  const height = chain.height[node] as number;
  switch (output.kind) {
    case 'new-round':
      enterRound(chain, node, output.round);
      return;
    case 'schedule-timeout': {
      const wait = timeoutDuration(chain.timeouts, output.timeout, output.round);
      pushEvent(chain.queue, chain.now + wait, 0, TIMEOUT, node, stamp(height, output.round, output.timeout));
      return;
    }
    case 'get-value':
      pushEvent(
        chain.queue,
        valueReadyAt(chain, node, output.round),
        0,
        VALUE_READY,
        node,
        stamp(height, output.round, 0),
      );
      return;
    case 'propose':
      publishProposal(chain, node, output.round, output.value, output.validRound);
      return;
    case 'vote':
      publishVote(chain, node, output.type, output.round, output.value);
      return;
    default:
      decide(chain, node, output.round, output.value, false);
  }
}

/** When a proposer has built its block and, where proofs are enforced, holds the proof that the block must carry. */
function valueReadyAt(chain: Chain, node: number, round: number): Micros {
  const height = chain.height[node] as number;
  const key = deriveKey(deriveKey(chain.nodeKey, height), node);
  const built = chain.now + drawFromTable(chain.build, drawUint32(key, 4 * round + 3));
  if (((chain.dialect[node] as number) & DIALECT_PROOFS) === 0) return built;
  const provers = classOf(chain.prover, chain.proveFactor[node] as number);
  return Math.max(built, proofReadyAt(provers, height - chain.proofLag));
}

function offerValue(chain: Chain, node: number, round: number): void {
  if (chain.waiting[node] === 1) return;
  const dialect = chain.dialect[node] as number;
  const value = addValue(chain, node, dialect, (dialect & DIALECT_PROOFS) !== 0, chain.startedAt[node] as number);
  proposeValue(driverOf(chain, node), round, value, chain.outputs);
  settle(chain, node);
}

function publishProposal(chain: Chain, node: number, round: number, value: number, validRound: number): void {
  const height = chain.height[node] as number;
  const valid = accepts(chain, node, value);
  receiveProposal(driverOf(chain, node), { round, value, validRound, proposer: node, valid }, chain.outputs);
  if (validRound >= 0) publishPolka(chain, node, validRound, value);
  const row = addMessage(chain.messages, MESSAGE_PROPOSAL, height, round, value, validRound, node);
  broadcast(chain, row, chain.blockBytes, 0);
}

/** A re-proposal travels with the polka that justifies it (consensus.md section 7). */
function publishPolka(chain: Chain, node: number, round: number, value: number): void {
  const certificate = certificateFor(driverOf(chain, node).keeper, round, PREVOTE, value);
  if (certificate === null) return;
  publishCertificate(chain, node, MESSAGE_POLKA_CERTIFICATE, certificate, certificate.voters.length, 0);
}

/** What justified this node's round, for those that missed it. */
function publishRoundCertificate(chain: Chain, node: number, round: number, repeat: number): void {
  const certificate = roundCertificateFor(driverOf(chain, node).keeper, round);
  if (certificate === null) return;
  publishCertificate(chain, node, MESSAGE_ROUND_CERTIFICATE, certificate, certificate.votes.length, repeat);
}

function publishCertificate(
  chain: Chain,
  node: number,
  kind: number,
  certificate: Certificate | RoundCertificate,
  votes: number,
  repeat: number,
): void {
  const row = addMessage(chain.messages, kind, chain.height[node] as number, certificate.round, 0, 0, node);
  chain.messages.certificates.set(row, certificate);
  broadcast(chain, row, chain.voteBytes * votes, repeat);
}

function publishVote(chain: Chain, node: number, type: VoteType, round: number, value: number): void {
  const height = chain.height[node] as number;
  guardVote(chain, node, type, height, round, value);
  receiveVote(driverOf(chain, node), type, round, value, node, chain.outputs);
  const kind = type === PREVOTE ? MESSAGE_PREVOTE : MESSAGE_PRECOMMIT;
  if (type === PRECOMMIT && value >= 0) {
    const power = setAt(chain, height).powers[node] as number;
    const values = chain.values;
    values.precommitPower[value] = (values.precommitPower[value] as number) + power;
    if (chain.release[node] === 1) values.releasePower[value] = (values.releasePower[value] as number) + power;
  }
  broadcast(chain, addMessage(chain.messages, kind, height, round, value, 0, node), chain.voteBytes, 0);
}

/** Invariant: an honest validator casts at most one vote per height, round and step. */
function guardVote(chain: Chain, node: number, type: number, height: number, round: number, value: number): void {
  const place = 2 * node + type;
  const at = height * 65_536 + round;
  const last = chain.lastVote[place] as number;
  if (at < last || (at === last && chain.lastVoteValue[place] !== value)) chain.violations += 1;
  chain.lastVote[place] = at;
  chain.lastVoteValue[place] = value;
}

/**
 * Sends one message to every other validator.
 *
 * @param repeat - 0 for the first transmission; repeats draw other luck
 */
function broadcast(chain: Chain, row: number, bytes: number, repeat: number): void {
  const messages = chain.messages;
  const network = chain.network;
  const queue = chain.queue;
  const from = messages.sender[row] as number;
  const round = (messages.round[row] as number) + (repeat << 10);
  const key = messageKey(chain.networkKey, messages.height[row] as number, round, messages.kind[row] as number, from);
  let holders = 0;
  for (let to = 0; to < chain.n; to += 1) {
    if (to === from) continue;
    const delay = transit(network, from, to, key, bytes);
    if (delay === LOST) continue;
    holders += 1;
    pushEvent(queue, chain.now + delay, 0, DELIVER, to, row);
  }
  messages.holders[row] = holders;
  if (holders === 0) freeMessage(messages, row);
}

/** Sends one message to one validator; lost ones are repaired by the caller's timeout. */
function send(chain: Chain, row: number, to: number, bytes: number): void {
  const messages = chain.messages;
  const from = messages.sender[row] as number;
  const key = deriveKey(
    messageKey(chain.networkKey, messages.height[row] as number, 0, messages.kind[row] as number, from),
    chain.now | 0,
  );
  const delay = transit(chain.network, from, to, key, bytes);
  if (delay === LOST) {
    freeMessage(messages, row);
    return;
  }
  messages.holders[row] = 1;
  pushEvent(chain.queue, chain.now + delay, 0, DELIVER, to, row);
}

/** Repeats the node's last votes and the certificate that brought it into its round (consensus.md section 12). */
function rebroadcast(chain: Chain, node: number, round: number): void {
  if (chain.waiting[node] === 1) return;
  const driver = driverOf(chain, node);
  if (driver.state.round !== round) return;
  const height = chain.height[node] as number;
  const repeat = 1 + (Math.floor((chain.now - (chain.startedAt[node] as number)) / SECOND) & 0x1f_ffff);
  for (const type of [PREVOTE, PRECOMMIT]) {
    const place = 2 * node + type;
    if (chain.lastVote[place] !== height * 65_536 + round) continue;
    const kind = type === PREVOTE ? MESSAGE_PREVOTE : MESSAGE_PRECOMMIT;
    const value = chain.lastVoteValue[place] as number;
    broadcast(chain, addMessage(chain.messages, kind, height, round, value, 0, node), chain.voteBytes, repeat);
  }
  if (round > 0) publishRoundCertificate(chain, node, round, repeat);
  armRebroadcast(chain, node, round);
}

/** One node decides its height; the chain finalizes it once nodes with more than two thirds of the power have. */
function decide(chain: Chain, node: number, round: number, value: number, bySync: boolean): void {
  const height = chain.height[node] as number;
  const ring = chain.ring;
  const slot = height % RING;
  chain.waiting[node] = 1;
  if (ring.height[slot] === height) {
    if (ring.value[slot] === -1) {
      ring.value[slot] = value;
      ring.round[slot] = round;
    } else if (ring.value[slot] !== value && ring.forked[slot] === 0) {
      ring.forked[slot] = 1;
      chain.forks += 1;
      chain.violations += 1;
    }
    if (decidedAt(chain, height) === -1) recordDecided(chain, height, ring.value[slot] as number);
    const set = setAt(chain, height);
    const before = ring.decidedPower[slot] as number;
    ring.decidedPower[slot] = before + (set.powers[node] as number);
    if (!hasQuorumPower(set, before) && hasQuorumPower(set, ring.decidedPower[slot] as number) && height > chain.tip) {
      chain.tip = height;
      chain.tipStart = ring.start[slot] as number;
      chain.tipAt = chain.now;
      chain.tipRound = ring.round[slot] as number;
    }
  }
  const nextSlot = (chain.values.slotStart[value] as number) + chain.blockTime;
  const start = bySync ? chain.now : Math.max(chain.now, nextSlot);
  pushEvent(chain.queue, start, 0, START, node, height & HEIGHT_MASK);
}

/** Asks a peer that is ahead for the next decisions; asks again if nothing comes. */
function requestSync(chain: Chain, node: number): void {
  chain.syncing[node] = 0;
  const peer = chain.aheadOf[node] as number;
  const height = chain.height[node] as number;
  if (peer < 0 || chain.waiting[node] === 1 || chain.stuck[node] === 1) return;
  if ((chain.height[peer] as number) <= height) return;
  chain.syncing[node] = 1;
  const row = addMessage(chain.messages, MESSAGE_SYNC_REQUEST, height, 0, 0, 0, node);
  send(chain, row, peer, chain.voteBytes);
  pushEvent(chain.queue, chain.now + SYNC_TIMEOUT, 0, SYNC_CHECK, node, 0);
}

function answerSync(chain: Chain, node: number, row: number): void {
  const height = chain.messages.height[row] as number;
  const behind = chain.messages.sender[row] as number;
  const have = (chain.height[node] as number) - height + (chain.waiting[node] as number);
  if (have <= 0) return;
  const count = Math.min(SYNC_BATCH, have);
  const answer = addMessage(chain.messages, MESSAGE_SYNC_RESPONSE, height, 0, 0, count, node);
  send(chain, answer, behind, chain.blockBytes * count);
}

/** Decides the heights of a response in turn; a certified value that is invalid here leaves the node stuck. */
function applySync(chain: Chain, node: number, row: number): void {
  const from = chain.messages.height[row] as number;
  const count = chain.messages.detail[row] as number;
  releaseMessage(chain.messages, row);
  if (chain.up[node] === 0) return;
  for (let height = from; height < from + count; height += 1) {
    if (chain.height[node] !== height || chain.waiting[node] === 1) continue;
    const value = decidedAt(chain, height);
    if (value < 0 || !accepts(chain, node, value)) {
      chain.stuck[node] = value < 0 ? 0 : 1;
      return;
    }
    decideBySync(driverOf(chain, node), 0, value, chain.outputs);
    chain.outputs.length = 0;
    decide(chain, node, 0, value, true);
    if (height + 1 < from + count) enterHeight(chain, node, height + 1);
  }
  chain.syncing[node] = 1;
  pushEvent(chain.queue, chain.now + 1, 0, SYNC_CHECK, node, 0);
}

/** Lets a node that waits at its height enter the next one at `start`. */
export function scheduleStart(chain: Chain, node: number, start: Micros): void {
  pushEvent(chain.queue, start, 0, START, node, (chain.height[node] as number) & HEIGHT_MASK);
}

/**
 * A node comes back with what its log holds: it waits for its next height, or re-arms the timeouts of its round and
 * repeats its votes. New connections tell it at once who is ahead (consensus.md sections 11 and 13).
 */
export function resumeNode(chain: Chain, node: number, now: Micros): void {
  chain.now = Math.max(chain.now, now);
  chain.syncing[node] = 0;
  const height = chain.height[node] as number;
  let peer = -1;
  for (let other = 0; other < chain.n; other += 1) {
    if (chain.up[other] === 0 || chain.network.side[other] !== chain.network.side[node]) continue;
    const best = peer < 0 ? height : (chain.height[peer] as number);
    if ((chain.height[other] as number) > best) peer = other;
  }
  if (chain.waiting[node] === 1) {
    scheduleStart(chain, node, chain.now + 1);
  } else {
    const state = driverOf(chain, node).state;
    const round = Math.max(0, state.round);
    for (const kind of [TIMEOUT_PROPOSE, TIMEOUT_PREVOTE, TIMEOUT_PRECOMMIT]) {
      if ((state.scheduled & (1 << kind)) === 0) continue;
      const wait = timeoutDuration(chain.timeouts, kind, round);
      pushEvent(chain.queue, chain.now + wait, 0, TIMEOUT, node, stamp(height, round, kind));
    }
    pushEvent(chain.queue, chain.now + 1, 0, REBROADCAST, node, stamp(height, round, 0));
  }
  if (peer >= 0) noticePeer(chain, node, peer);
}
