/**
 * The steps of undoing a rollout: each is entered when it is done, with the time it took.
 */
import { formatDuration } from '#base/time';
import type { World } from '../world.js';
import { note } from './timeline.js';

/** The step under way is done; the next one begins. */
export function closeStep(world: World, name: string): void {
  const { undo } = world.rollout;
  if (undo === null) return;
  const duration = world.now - undo.stepSince;
  undo.steps = [...undo.steps, { name, duration }];
  undo.stepSince = world.now;
  note(world, 'rollback-step', name, `it took ${formatDuration(duration)}`);
}
