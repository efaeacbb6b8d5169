/**
 * Defaults of `storage` and of migrations.
 *
 * Damage: a crash may fall into the write of a commit, and that is all that a store which flushes every commit (§2.2)
 * suffers from a crash. Worse damage comes from disks and people; a fault of kind `storage` brings it on purpose, so
 * that its share of the risk has a name.
 */
import { type Default, lognormal, of } from './default-row.js';

const ON_PURPOSE = 'assumption: every commit is flushed (§2.2), so a crash alone does no such damage; a fault can';

export const STORAGE_DEFAULTS: Readonly<Record<string, Default>> = {
  'storage.stateBytes': of('2GiB', '§22: size of a snapshot'),
  'storage.growth': of('550kB', '§22: block 200 kB and proof 350 kB'),
  'storage.walCommits': of(3, '§7: commits that the log retains'),
  'storage.manifests': of(3, '§7: snapshot manifests and proofs that are kept'),
  'storage.snapshotEvery': of('10m', '§2.1, §7: 600 s'),
  'storage.replayRate': of('200MB/s', '§22: replay of the log'),
  'storage.restoreRate': of('50MB/s', '§22: restoring a snapshot'),
  'storage.envelopes': of(3, '§22: envelopes checked before pruning resumes (§12 step 5)'),
  'storage.envelopeCheck': of('2s', '§22: each envelope'),
  'storage.damage.tornTail': of('1%', 'assumption: a commit is written for 50ms of a slot of 5s'),
  'storage.damage.corruptLog': of('0%', ON_PURPOSE),
  'storage.damage.badSnapshot': of('0%', ON_PURPOSE),
  'storage.damage.badPruningProof': of('0%', ON_PURPOSE),
  'storage.repair': of(lognormal('20m', '30m'), '§22: mitigation; §18: stable within 30 min'),
  'storage.backups.beforePromotions': of(true, '§17: backups before each promotion'),
  'storage.backups.damaged': of('0%', 'assumption: backups are copies of stores that are well; a fault can damage one'),
  'storage.backups.tested': of(true, '§17: restore tested'),
  'storage.sync.chunkBytes': of('8MiB', '§22'),
  'storage.sync.parallel': of(4, '§11: parallel chunks of a client; §22'),
  'storage.sync.rate': of('20MiB/s', '§22'),
  'storage.sync.chunkFailure': of('0.1%', 'assumption: as transmissions are lost (§22)'),
  'storage.sync.retries': of(3, '§11'),
  'storage.sync.backOff': of('200ms', '§11: doubling'),
  'storage.sync.breaker': of(3, '§11: consecutive failures; people close it'),
  'storage.sync.budget': of('30m', '§11: 1 800 s'),
  'storage.sync.metadata': of('1s', 'assumption: a plan is small; fetched and checked within a second'),
  'storage.sync.proofCheck': of(
    '2s',
    'assumption: as one pruning proof (§22), since a recursive proof covers all blocks',
  ),
  'storage.pruning.interval': of('30s', '§7: a cycle every 30 s'),
  'storage.pruning.depth': of(128, '§7: retention floor'),
  'storage.pruning.chunk': of(16, '§7: block requests of a chunk'),
  'storage.pruning.chunkTime': of('1s', 'assumption: 16 blocks in a thirtieth of a cycle'),
  'storage.pruning.pause': of('10s', '§7: the pacer pauses 10 s'),
  'storage.pruning.busyAbove': of('85%', '§7: the pacer looks at the CPU'),
  'storage.pruning.checkpointEvery': of(1, '§7: progress is checkpointed; after each chunk is an assumption'),
  'storage.pruning.pauseOn': of(
    ['rollback', 'gap'],
    '§18, §19: what has to be restored must not be pruned meanwhile; a gap is an incident. A hold alone is none',
  ),
  'storage.pruning.gap': of(64, '§7, §18: slots between pruning and snapshots that need intervention'),
};

/** Where a phase of gates has a migration. */
export const STORAGE_CONDITIONAL_DEFAULTS: Readonly<Record<string, Default>> = {
  'gates[].migration.families': of(['ledger', 'timetoke', 'consensus-metadata'], '§17: what is compared by checksums'),
  'gates[].migration.records': of(128, '§12: records of the chaos test'),
  'gates[].migration.reversible': of(true, '§17: later changes are compatible or gated'),
  'gates[].migration.defect': of('none', 'assumption: what is written twice is the same'),
  'gates[].migration.defectFamily': of('the first of families', 'assumption: one is as good as another'),
  'gates[].migration.rehearsed': of(true, '§17: rehearsed on a copy, with checksums before and after'),
  'gates[].migration.rate': of('50MB/s', '§22: as restoring a snapshot'),
};
