/**
 * Whether the headroom that let proofs be enforced was really there: how the chain goes in the epoch after.
 */
import { type Chain, DIALECT_PROOFS, type Gate } from '../chain.js';
import type { Headroom, Run, World } from '../world.js';
import { channelOf } from './stage.js';

/** Slots with a block below which provers did not keep up: the line of the production alert (blueprint.md section 15.2). */
const KEEPS_UP = 0.9;
/** Fewer slots say nothing. */
const LEAST_SLOTS = 12;

/** A gate is active; if it enforces proofs and its checks stood for headroom, what they said is put to the test. */
export function watchHeadroom(world: World, gate: Gate): void {
  const step = channelOf(world).steps[world.rollout.step];
  if ((gate.bits & DIALECT_PROOFS) === 0 || !gate.enforce || step?.kind !== 'gate' || step.needs.length === 0) return;
  const run = world.run as Run;
  world.headroom = { run: run.id, since: world.now, tip: run.chain.tip };
}

/** Judges once the epoch's blocks, or the slots of twice as many, have passed. */
export function testHeadroom(world: World, run: Run): void {
  const { headroom } = world;
  if (headroom === null || headroom.run !== run.id) return;
  const { chain } = run;
  const blocks = chain.tip - headroom.tip;
  if (blocks < chain.epochBlocks && slotsSince(world, chain, headroom) < 2 * chain.epochBlocks) return;
  settleHeadroom(world, run);
}

/** Judges by what has passed; too little says nothing. */
export function settleHeadroom(world: World, run: Run): void {
  const { headroom } = world;
  if (headroom === null || headroom.run !== run.id) return;
  world.headroom = null;
  const slots = slotsSince(world, run.chain, headroom);
  if (slots < LEAST_SLOTS) return;
  if ((run.chain.tip - headroom.tip) / slots < KEEPS_UP) world.headroomMisjudged = true;
}

function slotsSince(world: World, chain: Chain, headroom: Headroom): number {
  return Math.floor((world.now - headroom.since) / chain.blockTime);
}
