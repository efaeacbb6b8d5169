/**
 * Changes of a chain's conditions: nodes stop and start, gates are armed, state diverges, consensus starts and pauses.
 */
import type { Micros } from '#base/time';
import { clearQueue } from '#kernel/queue';
import { accepts, type Chain, decidedAt, RING, refreshDialect, setAt } from '../chain.js';
import { hasQuorumPower } from '../consensus/vote.js';
import { clearIntake } from '../network/intake.js';
import { clearMessages } from '../network/message.js';
import { repeatHeight } from './consensus.js';
import { crashNode, rejoin, restartNode, resumeNode } from './recovery.js';
import { DECIDED, scheduleStart } from './shell.js';

/** Stops a node at once: what reaches it from now on is lost; what it voted is in its log. */
export function stopNode(chain: Chain, node: number): void {
  repeatHeight(chain);
  chain.up[node] = 0;
  crashNode(chain, node);
}

/**
 * Starts a stopped node: it replays its log and goes on where it was, or synchronizes if others are ahead.
 *
 * @param atMessageLevel - whether the chain's consensus runs as events now
 */
export function startNode(chain: Chain, node: number, now: Micros, atMessageLevel: boolean): void {
  repeatHeight(chain);
  chain.up[node] = 1;
  chain.startedUpAt[node] = now;
  chain.stuck[node] = 0;
  refreshDialect(chain, node, chain.height[node] as number);
  if (atMessageLevel) restartNode(chain, node, now);
}

/** A node that was cut off hears the others again. */
export function reconnect(chain: Chain, node: number, now: Micros, atMessageLevel: boolean): void {
  repeatHeight(chain);
  if (atMessageLevel && chain.up[node] === 1 && chain.stuck[node] === 0) resumeNode(chain, node, now);
}

/** What a node computes has changed: it is back on the chain's history, and judges anew what it refused before. */
export function reconsider(chain: Chain, node: number, now: Micros, atMessageLevel: boolean): void {
  repeatHeight(chain);
  rejoin(chain, node);
  refreshDialect(chain, node, chain.height[node] as number);
  chain.stuck[node] = 0;
  if (atMessageLevel && chain.up[node] === 1) resumeNode(chain, node, now);
}

/** Whether a node takes part at a height: it is up, and it accepted the chain's last block. */
export function takesPart(chain: Chain, node: number): boolean {
  if (chain.up[node] === 0 || chain.stuck[node] === 1 || chain.branched[node] === 1) return false;
  const value = decidedAt(chain, chain.tip);
  return value < 0 || accepts(chain, node, value);
}

/**
 * Starts consensus by events: every node that takes part enters the height after the tip at `start`; the others stay
 * where they are and synchronize. Nothing that was said about that height before is remembered by anyone.
 */
export function startConsensus(chain: Chain, start: Micros): void {
  repeatHeight(chain);
  chain.now = start;
  chain.ring.height[(chain.tip + 1) % RING] = -1;
  for (const cast of chain.cast) cast.clear();
  for (let node = 0; node < chain.n; node += 1) {
    if (chain.up[node] === 0) continue;
    if (takesPart(chain, node)) {
      chain.height[node] = chain.tip;
      chain.head[node] = decidedAt(chain, chain.tip);
      chain.waiting[node] = DECIDED;
      chain.votedAt.fill(chain.tip, 2 * node, 2 * node + 2);
      scheduleStart(chain, node, start);
    } else if (chain.stuck[node] === 0) resumeNode(chain, node, start);
  }
}

/** Goes on where consensus was paused, with what each node's log holds; what was in flight is lost. */
export function resumeConsensus(chain: Chain, now: Micros): void {
  repeatHeight(chain);
  for (let node = 0; node < chain.n; node += 1) {
    if (chain.up[node] === 1 && chain.stuck[node] === 0) resumeNode(chain, node, now);
  }
}

/** Drops all consensus events; the tip and what each node knows stand. */
export function pauseConsensus(chain: Chain): void {
  repeatHeight(chain);
  clearQueue(chain.queue);
  chain.lookahead.startsAt.fill(Number.POSITIVE_INFINITY);
  clearMessages(chain.messages);
  chain.heldBack.clear();
  if (chain.intake !== null) clearIntake(chain.intake, null);
  for (const buffer of chain.buffered) buffer.length = 0;
  chain.syncing.fill(0);
}

/**
 * Whether the nodes that are up and not stuck make a quorum on some side of the partitions. If not, no round can end
 * and the chain stands still (consensus.md section 15); if so, it may still fail to agree on what is valid.
 */
export function canDecide(chain: Chain): boolean {
  const set = setAt(chain, chain.tip + 1);
  const powerOfSide = new Map<number, number>();
  for (let node = 0; node < chain.n; node += 1) {
    if (chain.up[node] === 0 || chain.stuck[node] === 1) continue;
    if (chain.network.deaf[node] === 1 || chain.network.mute[node] === 1) continue;
    const side = chain.network.side[node] as number;
    powerOfSide.set(side, (powerOfSide.get(side) ?? 0) + (set.powers[node] as number));
  }
  return [...powerOfSide.values()].some((power) => hasQuorumPower(set, power));
}
