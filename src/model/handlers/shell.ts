/**
 * The shell of one node: it turns what the driver puts out into messages, timers and decisions (consensus.md sections 8
 * to 14).
 *
 * A node hears its own messages before anybody else does; it logs what its driver is given, and flushes the log before it
 * says anything.
 */
import type { Micros } from '#base/time';
import { SECOND } from '#base/time';
import { pushEvent } from '#kernel/queue';
import {
  accepts,
  addValue,
  type Chain,
  committeeAt,
  DIALECT_PROOFS,
  DIALECT_SELECTION,
  decidedAt,
  elect,
  electionAt,
  electionOf,
  extendsHead,
  FLAW_PROOF,
  RING,
  recordDecided,
  refreshDialect,
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
  proposeValue,
  receiveProposal,
  receiveVote,
  startHeight,
  startRound,
} from '../consensus/driver.js';
import { flushLog, type Log, logProposal, logVote, truncateLog } from '../consensus/log.js';
import { TIMEOUT_PROPOSE, timeoutDuration } from '../consensus/timeouts.js';
import { hasQuorumPower, PRECOMMIT, PREVOTE, type VoteType } from '../consensus/vote.js';
import {
  addMessage,
  MESSAGE_POLKA_CERTIFICATE,
  MESSAGE_PRECOMMIT,
  MESSAGE_PREVOTE,
  MESSAGE_PROPOSAL,
  MESSAGE_ROUND_CERTIFICATE,
} from '../network/message.js';
import {
  forgetLock,
  isFaulty,
  repeatsVotes,
  sendFaultyProposal,
  sendFaultyVote,
  sendNoise,
  spoilValue,
} from './byzantine.js';
import { valueReadyAt } from './proposal-time.js';
import { heightBits, REBROADCAST, START, stamp, TIMEOUT, VALUE_READY } from './signal.js';
import { beginTrace } from './trace.js';
import { broadcast } from './transmission.js';

/** From this round on a node that precommits a value also sends the value and its polka again (consensus.md section 7). */
const HIDDEN_LOCK_ROUND = 10;
/** Elections that stay known beside the newest. */
const ELECTIONS_KEPT = 3;
/** How a node takes part: it works on its height, has decided it, or replays its log. */
export const ACTIVE = 0;
export const DECIDED = 1;
export const RECOVERING = 2;

export function driverOf(chain: Chain, node: number): Driver {
  return chain.drivers[node] as Driver;
}

export function logOf(chain: Chain, node: number): Log {
  return chain.logs[node] as Log;
}

/**
 * Who proposes, as one node sees it: the leader order where it applies the blueprint's selection, else round-robin by
 * index (blueprint.md section 22, legacy consensus); −1 where nobody was elected.
 */
export function proposerOf(chain: Chain, node: number, height: number, round: number): number {
  if (((chain.dialect[node] as number) & DIALECT_SELECTION) !== 0) {
    const order = committeeAt(chain, height).order;
    if (order.length === 0) return -1;
    return order[chain.asBuilt.leaderIgnoresRound ? 0 : round % order.length] as number;
  }
  const base = chain.proposerBase === null ? height : (chain.proposerBase[height] as number);
  return (base + round) % chain.n;
}

/** Elects the committee of an epoch, unless it was elected before; the latest ones stay known for those behind. */
export function electAhead(chain: Chain, number: number): void {
  if ((chain.elections.at(-1)?.committee.epoch ?? -1) >= number) return;
  const { population, committeeTarget, committeeKey, leaderRule, asBuilt } = chain;
  chain.elections = [
    ...chain.elections.slice(-ELECTIONS_KEPT),
    elect(population, committeeTarget, committeeKey, number, leaderRule, asBuilt),
  ];
}

/** Enters a height: epoch work, a fresh driver and log, round 0. What was buffered for it is the caller's affair. */
export function enterHeight(chain: Chain, node: number, height: number): void {
  electAhead(chain, electionOf(chain, height));
  if (height >= (chain.dialectUntil[node] as number)) refreshDialect(chain, node, height);
  chain.height[node] = height;
  chain.startedAt[node] = chain.now;
  openRing(chain, height);
  truncateLog(logOf(chain, node));
  chain.cast[node]?.clear();
  beginHeight(chain, node);
  sendNoise(chain, node);
}

/** Starts round 0 of the node's height with a fresh driver. */
export function beginHeight(chain: Chain, node: number): void {
  const height = chain.height[node] as number;
  const selected = ((chain.dialect[node] as number) & DIALECT_SELECTION) !== 0;
  chain.waiting[node] = ACTIVE;
  startHeight(driverOf(chain, node), height, selected ? electionAt(chain, height).set : chain.legacySet);
  beginTrace(chain, node, height);
  enterRound(chain, node, 0);
  settle(chain, node);
}

function openRing(chain: Chain, height: number): void {
  const slot = height % RING;
  const { ring } = chain;
  if ((ring.height[slot] as number) >= height) return;
  ring.height[slot] = height;
  ring.start[slot] = chain.now;
  ring.decidedPower[slot] = 0;
  ring.value[slot] = decidedAt(chain, height);
  ring.forked[slot] = 0;
}

function enterRound(chain: Chain, node: number, round: number): void {
  const height = chain.height[node] as number;
  if (chain.misconducts > 0) forgetLock(chain, node, round);
  flushLog(logOf(chain, node));
  startRound(driverOf(chain, node), round, proposerOf(chain, node, height, round), chain.outputs);
  armRebroadcast(chain, node, round);
}

export function armRebroadcast(chain: Chain, node: number, round: number): void {
  const timeouts = chain.timeouts;
  const wait = timeouts.rebroadcast + round * timeouts.rebroadcastDelta;
  pushEvent(chain.queue, chain.now + wait, 0, REBROADCAST, node, stamp(chain.height[node] as number, round, 0));
}

/** Works off the driver's outputs. */
export function settle(chain: Chain, node: number): void {
  const outputs = chain.outputs;
  for (let i = 0; i < outputs.length; i += 1) emit(chain, node, outputs[i] as DriverOutput);
  outputs.length = 0;
}

function emit(chain: Chain, node: number, output: DriverOutput): void {
  const height = chain.height[node] as number;
  const { lookahead } = chain;
  switch (output.kind) {
    case 'new-round':
      enterRound(chain, node, output.round);
      publishRoundCertificate(chain, node, output.round, 0);
      return;
    case 'schedule-timeout': {
      if (chain.asBuilt.noViewTimer && output.timeout === TIMEOUT_PROPOSE) return;
      const wait = timeoutDuration(chain.timeouts, output.timeout, output.round);
      pushEvent(chain.queue, chain.now + wait, 0, TIMEOUT, node, stamp(height, output.round, output.timeout));
      return;
    }
    case 'get-value': {
      const ready = lookahead.undone ? lookahead.readyAt : valueReadyAt(chain, node, height, output.round, chain.now);
      if (ready === Number.POSITIVE_INFINITY) return; // it has no prover: its round is lost
      pushEvent(chain.queue, ready, 0, VALUE_READY, node, stamp(height, output.round, 0));
      return;
    }
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

/** The proposer's block is built. */
export function offerValue(chain: Chain, node: number, round: number): void {
  if (chain.waiting[node] !== ACTIVE) return;
  const dialect = chain.dialect[node] as number;
  const proved = (dialect & DIALECT_PROOFS) !== 0;
  const value = chain.lookahead.undone
    ? chain.lookahead.value
    : addValue(chain, node, chain.head[node] as number, dialect, proved, chain.startedAt[node] as number);
  spoilValue(chain, node, round, value);
  proposeValue(driverOf(chain, node), round, value, chain.outputs);
  settle(chain, node);
}

/** Whether a node calls a proposed value valid: it builds on the node's chain, and the node can accept it. */
export function isValid(chain: Chain, node: number, value: number): boolean {
  return extendsHead(chain, node, value) && accepts(chain, node, value);
}

/** Gives a driver a checked proposal and logs it. */
export function takeProposal(chain: Chain, node: number, round: number, value: number, validRound: number): void {
  const proposer = proposerOf(chain, node, chain.height[node] as number, round);
  const valid = isValid(chain, node, value);
  if (!valid && ((chain.values.flaws[value] as number) & FLAW_PROOF) !== 0) {
    chain.offences.push({ validator: proposer, kind: 'false-proof', height: chain.height[node] as number });
  }
  logProposal(logOf(chain, node), round, value, validRound, valid);
  receiveProposal(driverOf(chain, node), { round, value, validRound, proposer, valid }, chain.outputs);
}

function publishProposal(chain: Chain, node: number, round: number, value: number, validRound: number): void {
  const height = chain.height[node] as number;
  const faulty = isFaulty(chain, node);
  if (faulty) {
    logProposal(logOf(chain, node), round, value, validRound, true);
    receiveProposal(driverOf(chain, node), { round, value, validRound, proposer: node, valid: true }, chain.outputs);
  } else takeProposal(chain, node, round, value, validRound);
  flushLog(logOf(chain, node));
  if (validRound >= 0) publishPolka(chain, node, validRound, value);
  if (faulty) {
    sendFaultyProposal(chain, node, round, value, validRound);
    return;
  }
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
  if (!repeatsVotes(chain, node, certificate.round)) return;
  const row = addMessage(chain.messages, kind, chain.height[node] as number, certificate.round, 0, 0, node);
  chain.messages.certificates.set(row, certificate);
  broadcast(chain, row, chain.voteBytes * votes, repeat);
}

function publishVote(chain: Chain, node: number, type: VoteType, round: number, value: number): void {
  const height = chain.height[node] as number;
  const log = logOf(chain, node);
  guardVote(chain, node, type, round, value);
  logVote(log, type, round, value, node);
  flushLog(log);
  receiveVote(driverOf(chain, node), type, round, value, node, chain.outputs);
  if (isFaulty(chain, node)) {
    const said = sendFaultyVote(chain, node, type, round, value);
    if (said === undefined) return;
    chain.votedAt[2 * node + type] = height;
    countPrecommit(chain, node, type, height, said);
    return;
  }
  chain.votedAt[2 * node + type] = height;
  countPrecommit(chain, node, type, height, value);
  const kind = type === PREVOTE ? MESSAGE_PREVOTE : MESSAGE_PRECOMMIT;
  broadcast(chain, addMessage(chain.messages, kind, height, round, value, 0, node), chain.voteBytes, 0);
  if (type === PRECOMMIT && value >= 0 && round >= HIDDEN_LOCK_ROUND) restream(chain, node, round, value);
}

function countPrecommit(chain: Chain, node: number, type: VoteType, height: number, value: number): void {
  if (type !== PRECOMMIT || value < 0) return;
  const power = setAt(chain, height).powers[node] as number;
  const values = chain.values;
  values.precommitPower[value] = (values.precommitPower[value] as number) + power;
  if (chain.release[node] === 1) values.releasePower[value] = (values.releasePower[value] as number) + power;
}

/** Against hidden locks: the value, its signed proposal and its polka once more, from one that has them. */
function restream(chain: Chain, node: number, round: number, value: number): void {
  const height = chain.height[node] as number;
  publishPolka(chain, node, round, value);
  const proposal = driverOf(chain, node).proposals.find((one) => one.round === round && one.value === value);
  if (proposal === undefined || proposal.proposer === node) return;
  const row = addMessage(chain.messages, MESSAGE_PROPOSAL, height, round, value, proposal.validRound, node);
  chain.messages.signer[row] = proposal.proposer;
  broadcast(chain, row, chain.blockBytes, 0);
}

/** Invariant: an honest validator casts at most one vote per height, round and step; it may send it again. */
function guardVote(chain: Chain, node: number, type: number, round: number, value: number): void {
  const cast = chain.cast[node] as Map<number, number>;
  const before = cast.get(2 * round + type);
  if (before !== undefined && before !== value && chain.everFaulty[node] === 0) chain.violations += 1;
  cast.set(2 * round + type, value);
}

/** Repeats the node's last votes and the certificate that brought it into its round (consensus.md section 12). */
export function rebroadcast(chain: Chain, node: number, round: number): void {
  if (chain.waiting[node] !== ACTIVE) return;
  const driver = driverOf(chain, node);
  if (driver.state.round !== round) return;
  const height = chain.height[node] as number;
  const repeat = 1 + (Math.floor((chain.now - (chain.startedAt[node] as number)) / SECOND) & 0x1f_ffff);
  for (const type of repeatsVotes(chain, node, round) ? [PREVOTE, PRECOMMIT] : []) {
    const value = chain.cast[node]?.get(2 * round + type);
    if (value === undefined) continue;
    const kind = type === PREVOTE ? MESSAGE_PREVOTE : MESSAGE_PRECOMMIT;
    broadcast(chain, addMessage(chain.messages, kind, height, round, value, 0, node), chain.voteBytes, repeat);
  }
  if (round > 0) publishRoundCertificate(chain, node, round, repeat);
  armRebroadcast(chain, node, round);
}

/** One node decides its height; the chain finalizes it once nodes with more than two thirds of the power have. */
export function decide(chain: Chain, node: number, round: number, value: number, bySync: boolean): void {
  const height = chain.height[node] as number;
  const ring = chain.ring;
  const slot = height % RING;
  flushLog(logOf(chain, node));
  chain.waiting[node] = DECIDED;
  chain.head[node] = value;
  handOverEvidence(chain, node);
  if (ring.height[slot] === height) {
    const honest = chain.everFaulty[node] === 0;
    if (ring.value[slot] === -1 && honest) {
      ring.value[slot] = value;
      ring.round[slot] = round;
    } else if (ring.value[slot] !== value && honest) {
      chain.branched[node] = 1;
      if (ring.forked[slot] === 0) {
        ring.forked[slot] = 1;
        chain.forks += 1;
        chain.violations += 1;
      }
    }
    if (decidedAt(chain, height) === -1 && ring.value[slot] !== -1)
      recordDecided(chain, height, ring.value[slot] as number);
    const set = setAt(chain, height);
    ring.decidedPower[slot] = (ring.decidedPower[slot] as number) + (set.powers[node] as number);
    const isFinal = ring.value[slot] !== -1 && hasQuorumPower(set, ring.decidedPower[slot] as number);
    if (isFinal && height > chain.tip) {
      chain.tip = height;
      chain.tipStart = ring.start[slot] as number;
      chain.tipAt = chain.now;
      chain.tipRound = ring.round[slot] as number;
    }
  }
  scheduleStart(chain, node, bySync ? chain.now : nextStart(chain, value, chain.now));
}

/** When a node that decided at `at` begins the next height: after the commit wait, or with the next slot. */
export function nextStart(chain: Chain, value: number, at: Micros): Micros {
  return startAfter(chain, chain.values.slotStart[value] as number, at);
}

/** The same after a block of the slot that began at `slotStart`. */
export function startAfter(chain: Chain, slotStart: Micros, at: Micros): Micros {
  return chain.commitWait === null ? Math.max(at, slotStart + chain.blockTime) : at + chain.commitWait;
}

/** Lets a node that waits at its height enter the next one at `start`. */
export function scheduleStart(chain: Chain, node: number, start: Micros): void {
  const { startsAt, startsFrom } = chain.lookahead;
  const height = chain.height[node] as number;
  const isPending = startsFrom[node] === height && (startsAt[node] as number) >= chain.now;
  startsAt[node] = isPending ? Math.min(start, startsAt[node] as number) : start;
  startsFrom[node] = height;
  pushEvent(chain.queue, start, 0, START, node, heightBits(height));
}

/** At the end of a height every contradiction that its driver met is known to the host (consensus.md section 14). */
function handOverEvidence(chain: Chain, node: number): void {
  const driver = driverOf(chain, node);
  for (const { voter } of driver.keeper.evidence) accuse(chain, voter, driver.height);
  for (const { proposer } of driver.proposalEvidence) accuse(chain, proposer, driver.height);
}

/** Evidence against an honest validator would be a bug of the core. */
function accuse(chain: Chain, validator: number, height: number): void {
  chain.offences.push({ validator, kind: 'double-sign', height });
  if (chain.accused[validator] === 1) return;
  chain.accused[validator] = 1;
  chain.evidence += 1;
  if (chain.everFaulty[validator] === 0) chain.violations += 1;
}
