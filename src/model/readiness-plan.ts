/**
 * Preparation evidence, as the plan has it: what has to be there before a channel may start.
 *
 * Times are integer µs from the start of the replication, probabilities numbers in [0, 1].
 * Source: blueprint.md section 17 (preparation, preflight, backups, entry conditions) and section 13.3 (readiness review).
 */
import type { Micros } from '#base/time';
import type { Distribution } from '#kernel/distribution';

export type EvidenceKind =
  | 'freeze'
  | 'migration-rehearsal'
  | 'documents'
  | 'runbook'
  | 'tests'
  | 'coverage'
  | 'audit'
  | 'wallets'
  | 'appeals'
  | 'other';

export interface EvidencePlan {
  readonly name: string;
  readonly kind: EvidenceKind;
  readonly owner: string; // works on one item at a time
  readonly duration: Distribution; // µs of work until it is handed in
  readonly after: readonly number[]; // indices of items that must be delivered before the work begins
  readonly fails: number; // probability that what is handed in is not accepted, < 1
  readonly rework: Distribution; // µs until it is handed in again
  readonly missing: number; // probability that it is never delivered
  readonly gates: readonly number[]; // indices of channels that may not start without it; none: waived beforehand
  readonly waiveAfter: Distribution | null; // µs after which a channel that waits for a missing item goes without it
  readonly deadline: Micros | null;
  readonly changeEvery: Micros | null; // mean µs from a freeze to a change that is not compatible; null: none is to be feared
}
