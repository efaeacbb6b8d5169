/**
 * Where a rollout stands: its channel and the chain in use.
 */
import { assert } from '#base/assert';
import type { ChannelPlan } from '../plan.js';
import type { Run, World } from '../world.js';

/** The channel under way. */
export function channelOf(world: World): ChannelPlan {
  return world.plan.channels[world.rollout.channel] as ChannelPlan;
}

/** The chain of the channel under way. */
export function activeRun(world: World): Run {
  assert(world.run !== null, 'a channel has a chain in use');
  return world.run;
}
