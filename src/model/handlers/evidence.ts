/**
 * What preparation evidence is there, and what is not.
 */
import type { EvidenceKind } from '../readiness-plan.js';
import type { World } from '../world.js';

export function isDelivered({ readiness, now }: World, item: number): boolean {
  const at = readiness.records[item]?.delivered ?? null;
  return at !== null && at <= now;
}

/** Whether some item of a kind is missing, or still a draft; false where the plan has none of the kind. */
export function lacksEvidence(world: World, kind: EvidenceKind): boolean {
  return world.plan.readiness.some((evidence, item) => evidence.kind === kind && !isDelivered(world, item));
}
