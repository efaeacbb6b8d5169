/**
 * What validators send that do not follow the protocol.
 *
 * A Byzantine validator's core runs on as everybody's; what leaves it is changed here. All of them act as one adversary:
 * they know the two values of an equivocating proposer and play the same two halves of the others against each other.
 * Nobody can sign in another's name, so forged votes are refused wherever they arrive.
 */
import { deriveKey, drawUint32 } from '#kernel/draw';
import { drawFromTable } from '#kernel/quantile-table';
import { pushEvent } from '#kernel/queue';
import { addValue, type Chain, FLAW_CENSORED, FLAW_PAYLOAD, FLAW_PROOF, type Misconduct } from '../chain.js';
import type { Driver } from '../consensus/driver.js';
import { NIL, PRECOMMIT, PREVOTE, type VoteType } from '../consensus/vote.js';
import { addMessage, MESSAGE_JUNK, MESSAGE_PRECOMMIT, MESSAGE_PREVOTE, MESSAGE_PROPOSAL } from '../network/message.js';
import type { Behaviour } from '../plan.js';
import { SEND_LATE } from './signal.js';
import { type Audience, broadcast } from './transmission.js';

const DRAW_ACT = 0x616374;
const DRAW_DROP = 0x64726f70;
const DRAW_HOLD = 0x686f6c64;
/** Rounds ahead of its own that a spammer votes in. */
const SPAM_ROUNDS = 64;
/** Heights for which the pairs of values of equivocating proposers are remembered. */
const TWINS_KEPT = 64;

/** How a validator misbehaves in one way at a height and round, if it does. */
export function misdeed(chain: Chain, node: number, round: number, behaviour: Behaviour): Misconduct | undefined {
  if (chain.misconducts === 0) return undefined;
  const height = chain.height[node] as number;
  for (const one of chain.misconduct[node] as readonly Misconduct[]) {
    const { fault } = one;
    if (fault.behaviour !== behaviour) continue;
    if (height < fault.heights[0] || height > fault.heights[1]) continue;
    if (round < fault.rounds[0] || round > fault.rounds[1]) continue;
    const key = deriveKey(deriveKey(deriveKey(chain.nodeKey, height), node), DRAW_ACT + one.occurrence);
    if (drawUint32(key, round) < one.actsBelow) return one;
  }
  return undefined;
}

/** Whether a validator misbehaves in any way now. */
export function isFaulty(chain: Chain, node: number): boolean {
  return chain.misconducts > 0 && (chain.misconduct[node] as readonly Misconduct[]).length > 0;
}

/** Whether a validator repeats its votes as an honest one does. */
export function repeatsVotes(chain: Chain, node: number, round: number): boolean {
  if (!isFaulty(chain, node)) return true;
  const changing: readonly Behaviour[] = ['withhold', 'nil', 'equivocate-vote', 'drop'];
  return changing.every((behaviour) => misdeed(chain, node, round, behaviour) === undefined);
}

/**
 * Sends a vote in its stead.
 *
 * @returns the value that most hear it vote for, or undefined if it sends nothing
 */
export function sendFaultyVote(
  chain: Chain,
  node: number,
  type: VoteType,
  round: number,
  value: number,
): number | undefined {
  if (misdeed(chain, node, round, 'withhold') !== undefined) return undefined;
  if (misdeed(chain, node, round, 'equivocate-vote') !== undefined) return equivocate(chain, node, type, round, value);
  const said = misdeed(chain, node, round, 'nil') === undefined ? value : NIL;
  sendVote(chain, node, type, round, said, null);
  return said;
}

/** Votes for what each half wants to hear; where two values are about, at once in both steps. */
function equivocate(chain: Chain, node: number, type: VoteType, round: number, value: number): number | undefined {
  const twins = chain.twins.get(roundKey(chain, node, round));
  if (twins === undefined) {
    sendVote(chain, node, type, round, value, value === NIL ? null : audienceOf(chain, 0));
    if (value !== NIL) sendVote(chain, node, type, round, NIL, audienceOf(chain, 1));
    return value;
  }
  if (type === PRECOMMIT) return value; // sent with the prevotes
  for (const step of [PREVOTE, PRECOMMIT]) {
    sendVote(chain, node, step, round, twins[0], audienceOf(chain, 0));
    sendVote(chain, node, step, round, twins[1], audienceOf(chain, 1));
  }
  return twins[0];
}

function roundKey(chain: Chain, node: number, round: number): number {
  return (chain.height[node] as number) * 4096 + round;
}

/** One half hears it first, the other later from those that pass it on. */
function audienceOf(chain: Chain, half: number): Audience {
  return chain.half.map((of) => (of === half ? 1 : 2));
}

function sendVote(
  chain: Chain,
  node: number,
  type: VoteType,
  round: number,
  value: number,
  audience: Audience | null,
): void {
  const kind = type === PREVOTE ? MESSAGE_PREVOTE : MESSAGE_PRECOMMIT;
  const row = addMessage(chain.messages, kind, chain.height[node] as number, round, value, 0, node);
  sendOrHold(chain, node, row, round, chain.voteBytes, audience);
}

/** Sends a proposal in its stead; an equivocating proposer has a second value for one half of the others. */
export function sendFaultyProposal(chain: Chain, node: number, round: number, value: number, validRound: number): void {
  if (misdeed(chain, node, round, 'withhold') !== undefined) return;
  const height = chain.height[node] as number;
  const row = addMessage(chain.messages, MESSAGE_PROPOSAL, height, round, value, validRound, node);
  if (misdeed(chain, node, round, 'equivocate-proposal') === undefined) {
    sendOrHold(chain, node, row, round, chain.blockBytes, null);
    return;
  }
  const { parent, dialect, proved, slotStart } = chain.values;
  const twin = addValue(
    chain,
    node,
    parent[value] as number,
    dialect[value] as number,
    proved[value] === 1,
    slotStart[value] as number,
  );
  rememberTwins(chain, roundKey(chain, node, round), value, twin);
  sendOrHold(chain, node, row, round, chain.blockBytes, audienceOf(chain, 0));
  const other = addMessage(chain.messages, MESSAGE_PROPOSAL, height, round, twin, -1, node);
  sendOrHold(chain, node, other, round, chain.blockBytes, audienceOf(chain, 1), 1);
}

function rememberTwins(chain: Chain, key: number, value: number, twin: number): void {
  chain.twins.set(key, [value, twin]);
  for (const old of chain.twins.keys()) {
    if (old >= key - TWINS_KEPT * 4096) break;
    chain.twins.delete(old);
  }
}

/**
 * @param copy - tells messages apart that have the same height, round, kind and sender, so that each draws its own luck
 */
function sendOrHold(
  chain: Chain,
  node: number,
  row: number,
  round: number,
  bytes: number,
  audience: Audience | null,
  copy = 0,
): void {
  const drop = misdeed(chain, node, round, 'drop');
  const key = deriveKey(deriveKey(chain.nodeKey, row), chain.now | 0);
  let heard = audience;
  if (drop !== undefined) {
    const own = deriveKey(key, DRAW_DROP);
    heard = Uint8Array.from({ length: chain.n }, (_, to) => {
      return drawUint32(own, to) < drop.dropsBelow ? 0 : (audience?.[to] ?? 1);
    });
  }
  const late = misdeed(chain, node, round, 'delay');
  if (late === undefined || late.lateness === null) {
    broadcast(chain, row, bytes, copy, heard);
    return;
  }
  chain.heldBack.set(row, { bytes, audience: heard });
  chain.messages.holders[row] = 1;
  const wait = Math.max(1, drawFromTable(late.lateness, drawUint32(deriveKey(key, DRAW_HOLD), 0)));
  pushEvent(chain.queue, chain.now + wait, 0, SEND_LATE, node, row);
}

/** The time of a message that was held back has come. */
export function sendLate(chain: Chain, row: number): void {
  const held = chain.heldBack.get(row);
  if (held === undefined) return;
  chain.heldBack.delete(row);
  broadcast(chain, row, held.bytes, 0, held.audience);
}

/** What a Byzantine validator adds when it enters a height: votes nobody needs. */
export function sendNoise(chain: Chain, node: number): void {
  if (!isFaulty(chain, node)) return;
  const height = chain.height[node] as number;
  const spam = misdeed(chain, node, 0, 'spam');
  for (let i = 0; i < (spam?.fault.perHeight ?? 0); i += 1) {
    const round = 1 + (i % SPAM_ROUNDS);
    sendNoiseMessage(chain, MESSAGE_PREVOTE, height, round, node, node, i);
  }
  const forge = misdeed(chain, node, 0, 'forge');
  for (let i = 0; i < (forge?.fault.perHeight ?? 0); i += 1) {
    const victim = (node + 1 + (i % Math.max(1, chain.n - 1))) % chain.n;
    sendNoiseMessage(chain, MESSAGE_JUNK, height, 0, node, victim, i);
  }
  const replay = misdeed(chain, node, 0, 'replay');
  for (let i = 0; i < (replay?.fault.perHeight ?? 0) && height > 1; i += 1) {
    sendNoiseMessage(chain, i % 2 === 0 ? MESSAGE_PREVOTE : MESSAGE_PRECOMMIT, height - 1, 0, node, node, i);
  }
}

function sendNoiseMessage(
  chain: Chain,
  kind: number,
  height: number,
  round: number,
  node: number,
  signer: number,
  copy: number,
): void {
  const row = addMessage(chain.messages, kind, height, round, NIL, 0, node);
  chain.messages.signer[row] = signer;
  broadcast(chain, row, chain.voteBytes, 1 + copy);
}

/** Forgets what it is locked on before it enters a round. */
export function forgetLock(chain: Chain, node: number, round: number): void {
  if (misdeed(chain, node, round, 'amnesia') === undefined) return;
  const driver = chain.drivers[node] as Driver;
  driver.state = { ...driver.state, lockedRound: -1, lockedValue: NIL, validRound: -1, validValue: NIL };
}

/** Spoils a value that it proposes. */
export function spoilValue(chain: Chain, node: number, round: number, value: number): void {
  if (!isFaulty(chain, node)) return;
  let flaws = 0;
  if (misdeed(chain, node, round, 'invalid-payload') !== undefined) flaws |= FLAW_PAYLOAD;
  if (misdeed(chain, node, round, 'invalid-proof') !== undefined) flaws |= FLAW_PROOF;
  if (misdeed(chain, node, round, 'censor') !== undefined) flaws |= FLAW_CENSORED;
  chain.values.flaws[value] = flaws;
}

/**
 * Divides the honest validators into two halves of about equal power, heaviest first.
 *
 * @param powers - by validator
 */
export function divide(chain: Chain, powers: ArrayLike<number>): void {
  const honest = Array.from({ length: chain.n }, (_, i) => i).filter((node) => !isFaulty(chain, node));
  honest.sort((a, b) => (powers[b] as number) - (powers[a] as number) || a - b);
  const weight = [0, 0];
  chain.half.fill(0);
  for (const node of honest) {
    const half = (weight[0] as number) <= (weight[1] as number) ? 0 : 1;
    chain.half[node] = half;
    weight[half] = (weight[half] as number) + (powers[node] as number);
  }
}
