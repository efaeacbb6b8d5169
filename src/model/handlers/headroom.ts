/**
 * Whether the headroom that let proofs be enforced was really there: what waiting for proofs cost the epoch after.
 *
 * Nodes that are down, links that are slow and restarts cost slots too, and say nothing about provers. So each block is
 * asked how long it waited for the proof it had to carry; where the proposer of a round that failed did not hold one
 * within the round's time, all that the height took beyond its slot is put down to proofs.
 */
import type { Micros } from '#base/time';
import { type Chain, committeeAt, DIALECT_PROOFS, type Gate, selectionAt } from '../chain.js';
import type { Headroom, Run, World } from '../world.js';
import { activeBits } from './gates.js';
import { proofHeldAt, typicalWait } from './proving.js';
import { channelOf } from './stage.js';

/** Share of the slots that waiting for proofs may cost: beyond it the production alert fires (blueprint.md section 15.2). */
const MAY_COST = 0.1;
/** Fewer slots say nothing. */
const LEAST_SLOTS = 12;

/** A gate is active; if it enforces proofs and its checks stood for headroom, what they said is put to the test. */
export function watchHeadroom(world: World, gate: Gate): void {
  const step = channelOf(world).steps[world.rollout.step];
  if ((gate.bits & DIALECT_PROOFS) === 0 || !gate.enforce || step?.kind !== 'gate' || step.needs.length === 0) return;
  const run = world.run as Run;
  world.headroom = { run: run.id, since: world.now, tip: run.chain.tip, waited: 0 };
}

/**
 * Books what a block waited for proofs, and judges once the epoch's blocks, or the slots of twice as many, have passed.
 *
 * @param start - of the height
 * @param interval - µs since the block before
 * @param rounds - that the height took
 */
export function testHeadroom(world: World, run: Run, start: Micros, interval: Micros, rounds: number): void {
  const { headroom } = world;
  if (headroom === null || headroom.run !== run.id) return;
  const { chain } = run;
  const blocks = chain.tip - headroom.tip;
  if (blocks > 0) headroom.waited += Math.min(lateness(chain, interval), waitedFor(run, chain.tip, rounds, start));
  if (blocks < chain.epochBlocks && slotsSince(world, chain, headroom) < 2 * chain.epochBlocks) return;
  settleHeadroom(world, run);
}

/** Judges by what has passed, a height that waits for its proof still included; too little says nothing. */
export function settleHeadroom(world: World, run: Run): void {
  const { headroom } = world;
  if (headroom === null || headroom.run !== run.id) return;
  world.headroom = null;
  const { chain } = run;
  const slots = slotsSince(world, chain, headroom);
  if (slots < LEAST_SLOTS) return;
  const open = lateness(chain, world.now - run.lastBlockAt);
  const start = run.lastBlockAt + chain.blockTime;
  const waits = open > 0 ? Math.min(open, waitedFor(run, chain.tip + 1, 1, start)) : 0;
  if ((headroom.waited + waits) / chain.blockTime > MAY_COST * slots) world.headroomMisjudged = true;
}

/** µs that a height took beyond its slot. */
function lateness(chain: Chain, interval: Micros): Micros {
  return Math.max(0, interval - chain.blockTime);
}

/** µs that a height waited for the proof its block carries; Infinity where a round failed for want of it. */
function waitedFor(run: Run, height: number, rounds: number, start: Micros): Micros {
  const { chain } = run;
  if ((activeBits(chain, height) & DIALECT_PROOFS) === 0) return 0;
  const members = selectionAt(chain, height) ? committeeAt(chain, height).order : null;
  const size = members === null ? chain.n : members.length;
  let wait = 0;
  for (let round = 0; round < Math.min(rounds, size); round += 1) {
    const proposer = members === null ? (height + round) % chain.n : (members[round] as number);
    if (chain.up[proposer] === 0) continue; // its round fails for another reason
    const held = Math.max(0, proofHeldAt(chain, proposer, height, start) - start);
    if (held > chain.timeouts.propose) return Number.POSITIVE_INFINITY;
    if (round === rounds - 1) wait = held + typicalWait(run, proposer, height, start + held);
  }
  return wait;
}

function slotsSince(world: World, chain: Chain, headroom: Headroom): number {
  return Math.floor((world.now - headroom.since) / chain.blockTime);
}
