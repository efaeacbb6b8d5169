/**
 * Transitions: everything that people would write in a log, each with its cause. They enter the fingerprint; their
 * texts are kept only when details are asked for.
 */
import { addInteger, addText } from '#base/fingerprint';
import type { Transition } from '../outcome.js';
import type { World } from '../world.js';

/** Records a transition of the active channel, now. */
export function note(world: World, kind: Transition['kind'], subject: string, cause: string): void {
  addInteger(world.facts, world.now);
  addText(world.facts, kind);
  addText(world.facts, subject);
  if (!world.details) return;
  const channel = world.plan.channels[world.rollout.channel]?.name ?? '';
  world.timeline.push({ at: world.now, kind, channel, subject, cause });
}
