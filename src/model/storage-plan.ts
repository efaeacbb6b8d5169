/**
 * Stores, backups and recovery, as the plan has them.
 *
 * Times are integer µs, sizes bytes, rates bytes per second, shares and probabilities numbers in [0, 1].
 * Source: blueprint.md sections 7, 11, 12 and 22.
 */
import type { Micros } from '#base/time';
import type { Distribution } from '#kernel/distribution';

export interface StoragePlan {
  readonly stateBytes: number; // of a snapshot at the start: 2 GiB
  readonly growth: number; // bytes that a block adds to what a node stores until it is pruned
  readonly walCommits: number; // commits that the write-ahead log retains: 3
  readonly manifests: number; // snapshot manifests retained: 3
  readonly snapshotEvery: Micros; // between two snapshots of a node: 600 s
  readonly replayRate: number; // of the write-ahead log: 200 MB/s
  readonly restoreRate: number; // of a snapshot: 50 MB/s
  readonly envelopes: number; // pruning proofs that are verified before pruning resumes: 3
  readonly envelopeCheck: Micros; // each: 2 s
  readonly damage: DamagePlan;
  readonly repair: Distribution; // µs people need to mend what recovery gives up on (`root-mismatch→abort`, `pruning-proof-invalid→hold`)
  readonly backups: BackupsPlan;
  readonly sync: StateSyncPlan;
  readonly pruning: PruningPlan;
}

/** What a crash does to a store: probabilities, each on its own. */
export interface DamagePlan {
  readonly tornTail: number; // a commit was begun and not finished
  readonly corruptLog: number; // a record shorter than its length says
  readonly badSnapshot: number; // the newest snapshot does not replay to its root; asked only when it is needed
  readonly badPruningProof: number; // an envelope does not verify
}

/** Backups of ledger, timetoke records and proof cache. */
export interface BackupsPlan {
  readonly beforePromotions: boolean; // before every step that changes nodes
  readonly every: Micros | null; // and regularly
  readonly damaged: number; // probability that a backup cannot be restored
  readonly tested: boolean; // every backup is restored on a spare machine before it is relied on; a damaged one is taken anew
}

export interface StateSyncPlan {
  readonly chunkBytes: number; // 8 MiB
  readonly parallel: number; // chunks in flight: 4
  readonly rate: number; // 20 MiB/s over all of them
  readonly chunkFailure: number; // probability that one attempt at a chunk fails
  readonly retries: number; // of a chunk at one provider: 3
  readonly backOff: Micros; // before the first retry, doubling: 200 ms
  readonly breaker: number; // consecutive failures that open a provider's breaker: 3; only people close it
  readonly budget: Micros; // a sync that takes longer is aborted: 1 800 s
  readonly metadata: Micros; // validating the plan's metadata
  readonly proofCheck: Micros; // verifying the recursive proofs
}

/** The pruning worker. */
export interface PruningPlan {
  readonly interval: Micros; // between two cycles: 30 s
  readonly depth: number; // blocks that stay: 128
  readonly chunk: number; // blocks of one chunk: 16
  readonly chunkTime: Micros; // to prune one chunk
  readonly pause: Micros; // of the pacer, when something else needs the machine: 10 s
  readonly busyAbove: number; // share of the provers' time in use at which the pacer pauses: 85 %
  readonly checkpointEvery: number; // chunks between two checkpoints, from which an interrupted cycle resumes
  readonly pauseOn: readonly PauseReason[]; // for which people stop it at once, beside a pruning proof that does not verify
  readonly gap: number; // blocks behind its floor beyond which they step in: 64
}

/** A way back is decided; a promotion is held; the worker has fallen behind. */
export type PauseReason = 'rollback' | 'hold' | 'gap';

/** A change of the stored format, made when a node starts with a gate in its configuration. */
export interface MigrationPlan {
  readonly families: readonly ColumnFamily[];
  readonly records: number; // of each family in the copy that is hashed
  readonly reversible: boolean; // the previous release can read what it wrote
  readonly defect: 'none' | 'order' | 'clock'; // iterates over an unordered map; writes the time of day: not reproducible
  readonly defectFamily: ColumnFamily;
  readonly rehearsed: boolean; // on a copy, twice, with the checksums compared, before the gate is switched on
  readonly rate: number; // bytes per second
}
export type ColumnFamily = 'ledger' | 'timetoke' | 'consensus-metadata';
