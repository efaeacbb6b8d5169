/**
 * A node goes on: after a restart from its log, after a pause from where it stood (consensus.md sections 11 and 13).
 */
import type { Micros } from '#base/time';
import { pushEvent } from '#kernel/queue';
import { type Chain, decidedAt } from '../chain.js';
import { replayEntry, tearLog } from '../consensus/log.js';
import { TIMEOUT_PRECOMMIT, TIMEOUT_PREVOTE, TIMEOUT_PROPOSE, timeoutDuration } from '../consensus/timeouts.js';
import { clearIntake } from '../network/intake.js';
import { beginHeight, DECIDED, driverOf, logOf, proposerOf, RECOVERING, scheduleStart, settle } from './shell.js';
import { heightBits, REBROADCAST, REPLAY, stamp, TIMEOUT } from './signal.js';
import { noticePeer } from './sync.js';

/** What a crash takes: all that was not flushed or waited to be handled. */
export function crashNode(chain: Chain, node: number): void {
  tearLog(logOf(chain, node));
  if (chain.intake !== null) clearIntake(chain.intake, node);
}

/**
 * A restarted node: one that has decided waits for its next height; one in the middle of a height waits a while for
 * synchronization, then replays its log. New connections tell it at once who is ahead.
 */
export function restartNode(chain: Chain, node: number, now: Micros): void {
  chain.now = Math.max(chain.now, now);
  chain.syncing[node] = 0;
  if (chain.waiting[node] === DECIDED) scheduleStart(chain, node, chain.now + 1);
  else {
    chain.waiting[node] = RECOVERING;
    const data = heightBits(chain.height[node] as number);
    pushEvent(chain.queue, chain.now + Math.max(1, chain.replayDelay), 0, REPLAY, node, data);
  }
  meetPeers(chain, node);
}

/** Replays the log into a fresh driver; what comes out is sent again, and nothing is logged twice. */
export function replayLog(chain: Chain, node: number): void {
  const height = chain.height[node] as number;
  const log = logOf(chain, node);
  const rows = log.length;
  beginHeight(chain, node);
  for (let row = 0; row < rows && chain.waiting[node] !== DECIDED; row += 1) {
    const proposer = (round: number): number => proposerOf(chain, node, height, round);
    replayEntry(log, row, driverOf(chain, node), proposer, chain.outputs);
    settle(chain, node);
  }
  log.length = rows;
  log.flushed = rows;
}

/** A node that never stopped goes on after a pause: it re-arms the timeouts of its round and repeats its votes. */
export function resumeNode(chain: Chain, node: number, now: Micros): void {
  chain.now = Math.max(chain.now, now);
  chain.syncing[node] = 0;
  const height = chain.height[node] as number;
  if (chain.waiting[node] === DECIDED) scheduleStart(chain, node, chain.now + 1);
  else if (chain.waiting[node] === RECOVERING) {
    pushEvent(chain.queue, chain.now + 1, 0, REPLAY, node, heightBits(height));
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
  meetPeers(chain, node);
}

/** The first of the reachable peers that are furthest ahead, if any is. */
function meetPeers(chain: Chain, node: number): void {
  const { side, mute, deaf } = chain.network;
  if (mute[node] === 1 || deaf[node] === 1) return;
  let peer = -1;
  for (let other = 0; other < chain.n; other += 1) {
    if (chain.up[other] === 0 || side[other] !== side[node]) continue;
    const best = peer < 0 ? (chain.height[node] as number) : (chain.height[peer] as number);
    if ((chain.height[other] as number) > best) peer = other;
  }
  if (peer >= 0) noticePeer(chain, node, peer);
}

/** A node that fetched the chain's state stands at its tip; it remembers no votes of that height. */
export function placeAtTip(chain: Chain, node: number): void {
  chain.branched[node] = 0;
  chain.height[node] = chain.tip;
  chain.head[node] = decidedAt(chain, chain.tip);
  chain.waiting[node] = DECIDED;
  chain.cast[node]?.clear();
  chain.votedAt.fill(chain.tip, 2 * node, 2 * node + 2);
}

/** A node that left the chain's history is set up anew on it, where it stands. */
export function rejoin(chain: Chain, node: number): void {
  if (chain.branched[node] === 0) return;
  chain.branched[node] = 0;
  const height = chain.height[node] as number;
  const last = chain.waiting[node] === DECIDED ? height : height - 1;
  chain.head[node] = decidedAt(chain, last);
}
