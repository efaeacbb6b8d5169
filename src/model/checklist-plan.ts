/**
 * The checklist before each promotion, resolved (blueprint.md section 17: preflight for every stage).
 */
import type { Distribution } from '#kernel/distribution';

export interface ChecklistPlan {
  readonly parity: ParityPlan | null; // null: nobody compares configurations
  readonly alerts: boolean; // every alert is fired as a test, so one that cannot see is found
  readonly runbook: boolean; // the recovery runbook is linked
  readonly search: Distribution; // µs that a rollback takes longer without it
  readonly repair: Distribution; // µs until what was found is mended
}

/** Hashes of the configuration bundles of all validators are compared. */
export interface ParityPlan {
  readonly covers: number; // probability that the bundle holds the parameter that has drifted
}

/** What the rollout does with it, in one replication. */
export interface ChecklistRecord {
  found: number; // validators whose drift was found and repaired
  missed: number; // validators whose drift was there and was not found
  readonly looked: Set<number>; // drifts that were looked at, by fault × 4096 + validator
  armed: boolean; // exporters that were missing are there
}

export function createChecklistRecord(): ChecklistRecord {
  return { found: 0, missed: 0, looked: new Set(), armed: false };
}
