/**
 * How long people take on a way back.
 */
import type { Micros } from '#base/time';
import { type Distribution, sampleInteger } from '#kernel/distribution';
import type { World } from '../world.js';
import { lacksEvidence } from './evidence.js';

/** The next draw of a law, ≥ 1 µs; longer while a runbook is missing or a draft (blueprint.md section 17: no draft runbooks). */
export function drawOnWayBack(world: World, law: Distribution): Micros {
  const factor = lacksEvidence(world, 'runbook') ? world.plan.operations.withoutRunbook : 1;
  return Math.max(1, Math.round(sampleInteger(law, world.operations) * factor));
}
