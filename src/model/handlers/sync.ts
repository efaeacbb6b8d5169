/**
 * Value synchronization: a node that is behind asks a peer that is ahead for decisions (consensus.md section 11).
 */
import type { Micros } from '#base/time';
import { SECOND } from '#base/time';
import { pushEvent } from '#kernel/queue';
import { type Chain, decidedAt } from '../chain.js';
import { decideBySync } from '../consensus/driver.js';
import { addMessage, MESSAGE_SYNC_REQUEST, MESSAGE_SYNC_RESPONSE, releaseMessage } from '../network/message.js';
import { DECIDED, decide, driverOf, enterHeight, isValid } from './shell.js';
import { SYNC_APPLIED, SYNC_CHECK } from './signal.js';
import { send } from './transmission.js';

/** Heights per request. */
const SYNC_BATCH = 5;
const SYNC_TIMEOUT: Micros = 10 * SECOND;
export const STATUS_INTERVAL: Micros = 10 * SECOND;
/** Applying one block while catching up: 12.5 blocks/s, measured as 8–16 (measurements.md section 4). */
const SYNC_APPLY: Micros = 80_000;

/** A peer is at a later height: ask it, unless the decision arrives in the meantime. */
export function noticePeer(chain: Chain, node: number, peer: number): void {
  chain.aheadOf[node] = peer;
  if (chain.syncing[node] === 1) return;
  chain.syncing[node] = 1;
  const grace = Math.max(100_000, Math.round(STATUS_INTERVAL / chain.n));
  checkAt(chain, node, chain.now + grace);
}

/** The one time at which a node looks whether to ask again; what was planned before no longer counts. */
function checkAt(chain: Chain, node: number, time: Micros): void {
  const serial = (chain.syncChecks[node] as number) + 1;
  chain.syncChecks[node] = serial;
  pushEvent(chain.queue, time, 0, SYNC_CHECK, node, serial);
}

/**
 * Asks a peer that is ahead for the next decisions; asks again if nothing comes.
 *
 * @param check - number of the look that is due
 */
export function requestSync(chain: Chain, node: number, check: number): void {
  if (check !== chain.syncChecks[node]) return;
  chain.syncing[node] = 0;
  const peer = chain.aheadOf[node] as number;
  const height = chain.height[node] as number;
  if (peer < 0 || chain.waiting[node] === DECIDED || chain.stuck[node] === 1) return;
  if ((chain.height[peer] as number) <= height) return;
  chain.syncing[node] = 1;
  const row = addMessage(chain.messages, MESSAGE_SYNC_REQUEST, height, 0, 0, 0, node);
  send(chain, row, peer, chain.voteBytes);
  checkAt(chain, node, chain.now + SYNC_TIMEOUT);
}

/** Answers with decisions from the height on that was asked for. */
export function answerSync(chain: Chain, node: number, row: number): void {
  const height = chain.messages.height[row] as number;
  const behind = chain.messages.sender[row] as number;
  const have = (chain.height[node] as number) - height + (chain.waiting[node] === DECIDED ? 1 : 0);
  if (have <= 0) return;
  const count = Math.min(SYNC_BATCH, have);
  const answer = addMessage(chain.messages, MESSAGE_SYNC_RESPONSE, height, 0, 0, count, node);
  send(chain, answer, behind, chain.blockBytes * count);
}

/** The decisions of a response have been executed after some time. The event's hold on the row passes on. */
export function takeSync(chain: Chain, node: number, row: number): void {
  const count = chain.messages.detail[row] as number;
  pushEvent(chain.queue, chain.now + count * SYNC_APPLY, 0, SYNC_APPLIED, node, row);
}

/** Decides the heights of a response in turn; a certified value that is invalid here leaves the node stuck. */
export function applySync(chain: Chain, node: number, row: number): void {
  const from = chain.messages.height[row] as number;
  const count = chain.messages.detail[row] as number;
  releaseMessage(chain.messages, row);
  if (chain.up[node] === 0) return;
  for (let height = from; height < from + count; height += 1) {
    if (chain.height[node] !== height || chain.waiting[node] === DECIDED) continue;
    const value = decidedAt(chain, height);
    if (value < 0 || !isValid(chain, node, value)) {
      chain.stuck[node] = value < 0 ? 0 : 1;
      return;
    }
    decideBySync(driverOf(chain, node), 0, value, chain.outputs);
    chain.outputs.length = 0;
    decide(chain, node, 0, value, true);
    if (height + 1 < from + count) enterHeight(chain, node, height + 1);
  }
  chain.syncing[node] = 1;
  checkAt(chain, node, chain.now + 1);
}
