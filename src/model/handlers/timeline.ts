/**
 * Transitions: everything that people would write in a log, each with its cause. They enter the fingerprint; their
 * texts are kept only when details are asked for.
 */
import { addInteger, addText } from '#base/fingerprint';
import { formatDuration, type Micros } from '#base/time';
import { logFact } from '../fact-log.js';
import type { Transition } from '../outcome.js';
import type { World } from '../world.js';

/** Records a transition of the active channel, now. */
export function note(world: World, kind: Transition['kind'], subject: string, cause: string): void {
  addInteger(world.facts, world.now);
  addText(world.facts, kind);
  addText(world.facts, subject);
  if (world.factLog !== null) logFact(world, `${kind} ${subject}`);
  if (!world.details) return;
  const channel = world.plan.channels[world.rollout.channel]?.name ?? '';
  world.timeline.push({ at: world.now, kind, channel, subject, cause });
}

/**
 * Records that the chain finalized nothing for a long time: known when the next block comes, so the start is entered
 * where it belongs in time.
 */
export function noteStall(world: World, from: Micros, interval: Micros): void {
  const words = `no block for ${formatDuration(interval)}`;
  if (world.details) {
    const channel = world.plan.channels[world.rollout.channel]?.name ?? '';
    const place = world.timeline.findLastIndex((transition) => transition.at <= from) + 1;
    world.timeline.splice(place, 0, { at: from, kind: 'stall-start', channel, subject: 'chain', cause: words });
  }
  note(world, 'stall-end', 'chain', words);
}
