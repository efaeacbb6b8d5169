/**
 * Briefings: operators that hear of an upgrade late begin it late, and their batch waits for them.
 */
import { formatDuration, type Micros } from '#base/time';
import { sampleInteger } from '#kernel/distribution';
import { createStream, nextUnit } from '#kernel/stream';
import type { BriefingPlan } from '../communication-plan.js';
import type { World } from '../world.js';
import { channelOf } from './stage.js';
import { note } from './timeline.js';

/** A channel begins: whether and when its operators were briefed is told. */
export function tellBriefing(world: World): void {
  const { briefing } = world.plan;
  if (briefing === undefined || briefing.channel !== channelOf(world).name) return;
  const share = unpreparedShare(world, briefing);
  const sent = isSent(world, briefing) ? `sent ${formatDuration(briefing.ahead)} ahead` : 'never sent';
  note(world, 'briefing', briefing.channel, `${sent}; ${Math.round(100 * share)}% of the operators are unprepared`);
}

/** µs by which the operator of a node begins an upgrade of the channel under way late; 0 who is prepared. */
export function lateness(world: World, node: number): Micros {
  const { briefing } = world.plan;
  const { rollout } = world;
  const channel = channelOf(world);
  if (briefing === undefined || briefing.channel !== channel.name || rollout.state === 'undoing') return 0;
  if (channel.steps[rollout.step]?.kind !== 'upgrade') return 0;
  const stream = createStream(world.seed, world.replication, `briefing/${channel.name}/${node}`);
  if (nextUnit(stream) >= unpreparedShare(world, briefing)) return 0;
  return Math.max(1, sampleInteger(briefing.delay, stream));
}

function unpreparedShare(world: World, briefing: BriefingPlan): number {
  return isSent(world, briefing) ? Math.max(0, 1 - briefing.ahead / briefing.notice) : 1;
}

function isSent(world: World, briefing: BriefingPlan): boolean {
  const stream = createStream(world.seed, world.replication, `briefing/${briefing.channel}`);
  return nextUnit(stream) >= briefing.missing;
}
