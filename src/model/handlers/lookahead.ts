/**
 * The exact shortcut: a height in which nothing interferes is computed from the very draws of its messages, by order
 * statistics instead of events.
 *
 * A node prevotes when it has checked the proposal, precommits when prevotes of a quorum are there as well, decides when
 * precommits of a quorum are: each of these times is a quantile of arrivals, and arrivals are pure functions of when and
 * by whom a message was sent (`transit`). So the height is known at once, the same to the microsecond as by events. Where
 * it is not that simple (a fault, a timer that could matter, two events at the one time where their order would decide)
 * `lookAhead` declines, and the height goes by events. `open-height` keeps what is computed apart from what has happened.
 */
import type { Micros } from '#base/time';
import { deriveKey } from '#kernel/draw';
import {
  type Chain,
  DIALECT_PROOFS,
  DIALECT_SELECTION,
  decidedAt,
  electionAt,
  electionOf,
  isAcceptable,
  refreshDialect,
  setAt,
} from '../chain.js';
import { quorumTime } from '../consensus/quorum-time.js';
import type { ValidatorSet } from '../consensus/vote.js';
import { MESSAGE_PRECOMMIT, MESSAGE_PREVOTE, MESSAGE_PROPOSAL } from '../network/message.js';
import { isErratic, LOST, messageKey, transit } from '../network/network.js';
import { openHeight } from './open-height.js';
import { checkTime, valueReadyAt } from './proposal-time.js';
import { DECIDED, electAhead, proposerOf, startAfter } from './shell.js';

const NEVER = Number.POSITIVE_INFINITY;
/** Corrections for votes that were never cast after which a height is left to events. */
const CORRECTIONS = 4;
/** Votes that a node casts. */
const NONE = 0;
const PREVOTE_ONLY = 1;
const BOTH = 2;
/** What a look at the times found says of them. */
const RIGHT = 0;
const AGAIN = 1;
const UNCLEAR = 2;

/**
 * Computes the height that a node is about to enter, up to where it is final, if nothing interferes before `until`.
 *
 * @param node - the first of all to enter it; its event has been taken off the queue
 * @returns whether it did; `chain.tip` is the height then, and the height is open
 */
export function lookAhead(chain: Chain, node: number, until: Micros): boolean {
  const { lookahead } = chain;
  const height = chain.tip + 1;
  if (!chain.shortcut || lookahead.tried === height) return false;
  if (chain.up[node] === 0 || chain.height[node] !== chain.tip || chain.waiting[node] !== DECIDED) return false;
  lookahead.tried = height;
  if (!isSimple(chain) || !areTogether(chain) || !enterTogether(chain, height)) return false;
  const selected = ((chain.dialect[node] as number) & DIALECT_SELECTION) !== 0;
  const set = selected ? electionAt(chain, height).set : chain.legacySet;
  lookahead.end = 0;
  if (!propose(chain, node, height) || !vote(chain, height, set)) return false;
  if (!isInTime(chain) || !areApart(chain) || !finalize(chain, height) || lookahead.end >= until) return false;
  openHeight(chain, height);
  return true;
}

/** Whether the chain has none of the ways in which a height may be more than a proposal, prevotes and precommits. */
function isSimple(chain: Chain): boolean {
  const { asBuilt, network } = chain;
  if (chain.topology !== null || chain.intake !== null || chain.byPeerState || chain.recording !== null) return false;
  if (chain.misconducts > 0 || chain.heldBack.size > 0 || chain.messages.syncRows > 0) return false;
  if (asBuilt.slashOnReorder || asBuilt.committeePerBlock || asBuilt.gossipFrame) return false;
  if (chain.tip >= chain.haltAt || network.uplinkMicrosPerByte > 0) return false;
  return network.plain || !isErratic(network);
}

/** Whether all nodes that are up have decided the tip and wait for the next height, with nothing else in mind. */
function areTogether(chain: Chain): boolean {
  const head = decidedAt(chain, chain.tip);
  for (let node = 0; node < chain.n; node += 1) {
    if ((chain.buffered[node] as number[]).length > 0) return false;
    if (chain.up[node] === 0) continue;
    if (chain.height[node] !== chain.tip || chain.waiting[node] !== DECIDED || chain.head[node] !== head) return false;
    if (chain.stuck[node] === 1 || chain.branched[node] === 1 || chain.syncing[node] === 1) return false;
  }
  return true;
}

/** Epoch work, as every node does it when it enters the height; false if some of it is not due yet. */
function enterTogether(chain: Chain, height: number): boolean {
  const { began, startsAt } = chain.lookahead;
  electAhead(chain, electionOf(chain, height));
  for (let node = 0; node < chain.n; node += 1) {
    const start = chain.up[node] === 1 ? (startsAt[node] as number) : NEVER;
    began[node] = start;
    if (chain.up[node] === 0) continue;
    if (start === NEVER) return false;
    if (height < (chain.dialectUntil[node] as number)) continue;
    if (start !== chain.now) return false;
    refreshDialect(chain, node, height);
  }
  return true;
}

/** When each node has checked the proposal of round 0; false where somebody would not accept it. */
function propose(chain: Chain, node: number, height: number): boolean {
  const { lookahead } = chain;
  const { began, checked, prevotes } = lookahead;
  const proposer = proposerOf(chain, node, height, 0);
  if (proposer < 0 || chain.up[proposer] === 0) return false;
  const start = began[proposer] as number;
  const readyAt = valueReadyAt(chain, proposer, height, 0, start);
  if (readyAt === NEVER) return false;
  lookahead.proposer = proposer;
  lookahead.readyAt = readyAt;
  const dialect = chain.dialect[proposer] as number;
  const proved = (dialect & DIALECT_PROOFS) !== 0;
  const key = messageKey(chain.networkKey, height, 0, MESSAGE_PROPOSAL, proposer);
  for (let to = 0; to < chain.n; to += 1) {
    prevotes[to] = NEVER;
    const arrived = to === proposer ? readyAt : proposalAt(chain, proposer, to, key, readyAt);
    if (arrived !== NEVER) lookahead.end = Math.max(lookahead.end, arrived);
    if (chain.up[to] === 0) continue;
    if (arrived === NEVER || !isAcceptable(chain.dialect[to] as number, dialect, proved, 0)) return false;
    if (((dialect ^ (chain.dialect[to] as number)) & DIALECT_SELECTION) !== 0) return false;
    const seen = Math.max(arrived, began[to] as number);
    checked[to] = to === proposer ? 0 : checkTime(chain, to, height, 0, proposer, seen);
    prevotes[to] = seen + (checked[to] as number);
  }
  return true;
}

/** When a proposal, in parts where it is large, has arrived at one node. */
function proposalAt(chain: Chain, from: number, to: number, key: number, sent: Micros): Micros {
  const { network, blockBytes, partBytes } = chain;
  if (blockBytes <= partBytes) {
    const delay = transit(network, from, to, key, key, blockBytes, sent);
    return delay === LOST ? NEVER : sent + delay;
  }
  let last = 0;
  for (let part = 0; part * partBytes < blockBytes; part += 1) {
    const through = Math.min(blockBytes, (part + 1) * partBytes);
    const delay = transit(network, from, to, key, deriveKey(key, part), through, sent);
    if (delay === LOST) return NEVER;
    last = Math.max(last, sent + delay);
  }
  return last;
}

/**
 * When each node prevotes, precommits and decides. A node that decides before it would have voted never votes, and its
 * votes are missing elsewhere; so the times are computed anew until nobody's votes are one too many or one too few.
 */
function vote(chain: Chain, height: number, set: ValidatorSet): boolean {
  const { prevotes, checkedAt, casts } = chain.lookahead;
  checkedAt.set(prevotes);
  for (let node = 0; node < chain.n; node += 1) casts[node] = chain.up[node] === 1 ? BOTH : NONE;
  for (let correction = 0; correction <= CORRECTIONS; correction += 1) {
    for (let node = 0; node < chain.n; node += 1) {
      prevotes[node] = casts[node] === NONE ? NEVER : (checkedAt[node] as number);
    }
    countPrevotes(chain, height, set);
    countPrecommits(chain, height, set);
    const verdict = correct(chain, set);
    if (verdict !== AGAIN) return verdict === RIGHT;
  }
  return false;
}

/** When each node would precommit: with the proposal checked and prevotes of a quorum there. */
function countPrevotes(chain: Chain, height: number, set: ValidatorSet): void {
  const { prevotes, precommits, checkedAt, polkas, casts } = chain.lookahead;
  nameMessages(chain, height, MESSAGE_PREVOTE);
  for (let node = 0; node < chain.n; node += 1) {
    polkas[node] = Math.max(checkedAt[node] as number, quorumAt(chain, node, prevotes, set, true));
    precommits[node] = casts[node] === BOTH ? (polkas[node] as number) : NEVER;
  }
}

/** When each node has precommits of a quorum. */
function countPrecommits(chain: Chain, height: number, set: ValidatorSet): void {
  const { precommits, commits } = chain.lookahead;
  nameMessages(chain, height, MESSAGE_PRECOMMIT);
  for (let node = 0; node < chain.n; node += 1) commits[node] = quorumAt(chain, node, precommits, set, true);
}

function nameMessages(chain: Chain, height: number, kind: number): void {
  const { keys } = chain.lookahead;
  for (let from = 0; from < chain.n; from += 1) keys[from] = messageKey(chain.networkKey, height, 0, kind, from);
}

/**
 * When votes of a quorum have reached a node; Infinity at one that is down.
 *
 * @param casts - when each voter casts its vote
 * @param own - whether the node's own vote counts
 */
function quorumAt(chain: Chain, node: number, casts: Float64Array, set: ValidatorSet, own: boolean): Micros {
  const { lookahead, network, n, voteBytes } = chain;
  const { keys, times, powers, began } = lookahead;
  const start = began[node] as number;
  let { end } = lookahead;
  let count = 0;
  for (let from = 0; from < n; from += 1) {
    const cast = casts[from] as number;
    if (cast === NEVER) continue;
    let arrived = cast;
    if (from !== node) {
      const key = keys[from] as number;
      const delay = transit(network, from, node, key, key, voteBytes, cast);
      if (delay === LOST) continue;
      arrived = cast + delay;
      if (arrived > end) end = arrived;
    } else if (!own) continue;
    times[count] = Math.max(arrived, start);
    powers[count] = set.powers[from] as number;
    count += 1;
  }
  lookahead.end = end;
  return chain.up[node] === 1 ? quorumTime(times, powers, count, set.quorum) : NEVER;
}

/** Which votes the times found leave room for: none after a decision. */
function correct(chain: Chain, set: ValidatorSet): typeof RIGHT | typeof AGAIN | typeof UNCLEAR {
  const { checkedAt, polkas, precommits, commits, decides, casts } = chain.lookahead;
  let verdict: typeof RIGHT | typeof AGAIN = RIGHT;
  for (let node = 0; node < chain.n; node += 1) {
    decides[node] = NEVER;
    if (chain.up[node] === 0) continue;
    const checked = checkedAt[node] as number;
    const polka = polkas[node] as number;
    const commit = commits[node] as number;
    if (commit === NEVER || commit === checked) return UNCLEAR;
    if (commit === polka && (casts[node] !== BOTH || quorumAt(chain, node, precommits, set, false) <= polka)) {
      return UNCLEAR;
    }
    const cast = commit < checked ? NONE : commit < polka ? PREVOTE_ONLY : BOTH;
    if (cast !== casts[node]) verdict = AGAIN;
    casts[node] = cast;
    decides[node] = Math.max(checked, commit);
  }
  return verdict;
}

/** Whether no timer of a node runs out while it could matter. */
function isInTime(chain: Chain): boolean {
  const { timeouts } = chain;
  const { began, checkedAt, commits, decides } = chain.lookahead;
  for (let node = 0; node < chain.n; node += 1) {
    if (chain.up[node] === 0) continue;
    const start = began[node] as number;
    if ((checkedAt[node] as number) >= start + timeouts.propose) return false;
    if ((checkedAt[node] as number) >= (commits[node] as number) + timeouts.precommit) return false;
    if ((decides[node] as number) >= start + timeouts.rebroadcast) return false;
  }
  return true;
}

/** Whether nobody enters the next height before all have decided this one: else they would hear of it too early. */
function areApart(chain: Chain): boolean {
  const { began, decides, proposer } = chain.lookahead;
  let next = NEVER;
  let last = 0;
  for (let node = 0; node < chain.n; node += 1) {
    if (chain.up[node] === 0) continue;
    const decided = decides[node] as number;
    next = Math.min(next, startAfter(chain, began[proposer] as number, decided));
    last = Math.max(last, decided);
  }
  return next > last;
}

/** When the height is final; false where the order of events at that very time would say who had voted by then. */
function finalize(chain: Chain, height: number): boolean {
  const { lookahead, up, n } = chain;
  const { began, checkedAt, checked, prevotes, precommits, decides, times, powers } = lookahead;
  const set = setAt(chain, height);
  times.set(decides);
  powers.set(set.powers);
  const at = quorumTime(times, powers, n, set.quorum);
  if (at === NEVER) return false;
  lookahead.tipAt = at;
  let deciding = 0;
  for (let node = 0; node < n; node += 1) {
    if (up[node] === 0) continue;
    const decided = decides[node] as number;
    lookahead.end = Math.max(lookahead.end, decided);
    if (decided === at) deciding += 1;
    else if (prevotes[node] === at || precommits[node] === at) return false;
    if ((began[node] as number) >= at) return false;
    // A proof's state changes when a block is final: all have to have asked for it before.
    const asked = (checkedAt[node] as number) - (checked[node] as number);
    if (((chain.dialect[node] as number) & DIALECT_PROOFS) !== 0 && asked >= at) return false;
  }
  return deciding === 1;
}
