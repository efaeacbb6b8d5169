/**
 * Stores: what is kept, what a crash damages, how a node recovers, and how old blocks are pruned.
 */
import type { PauseReason } from '#model/storage-plan';
import { defaulted } from './chain-schema.js';
import { durationDistribution } from './distribution.js';
import {
  bandwidth,
  duration,
  flag,
  list,
  oneOf,
  positiveDuration,
  positiveShare,
  section,
  share,
  size,
  whole,
} from './value.js';

/** For what people pause pruning in an emergency. */
export const PAUSE_REASONS: Readonly<Record<PauseReason, string>> = {
  rollback: 'A way back is decided: pruning stops until the chain is well again.',
  hold: 'A check holds the promotion: pruning stops as long.',
  gap: 'Pruning has fallen behind: it stops until a snapshot is rebuilt.',
};

const damage = section({
  tornTail: defaulted(
    share,
    'storage.damage.tornTail',
    'Probability that a crash leaves a commit begun and not finished.',
  ),
  corruptLog: defaulted(
    share,
    'storage.damage.corruptLog',
    'Probability that a crash leaves a record of the log shorter than its length says.',
  ),
  badSnapshot: defaulted(
    share,
    'storage.damage.badSnapshot',
    'Probability that the newest snapshot does not replay to its root, where it is needed.',
  ),
  badPruningProof: defaulted(
    share,
    'storage.damage.badPruningProof',
    'Probability that a pruning proof does not verify after a crash.',
  ),
});

const backups = section({
  beforePromotions: defaulted(
    flag,
    'storage.backups.beforePromotions',
    'A backup is taken before every step that changes nodes.',
  ),
  every: positiveDuration.optional().describe('Time between backups beside those; without it there are no others.'),
  damaged: defaulted(share, 'storage.backups.damaged', 'Probability that a backup cannot be restored.'),
  tested: defaulted(
    flag,
    'storage.backups.tested',
    'Every backup is restored on a spare machine before it is relied on; a damaged one is taken anew.',
  ),
});

const sync = section({
  chunkBytes: defaulted(size, 'storage.sync.chunkBytes', 'Size of a chunk of a snapshot.'),
  parallel: defaulted(whole(1, 'a number of chunks'), 'storage.sync.parallel', 'Chunks on their way side by side.'),
  rate: defaulted(bandwidth, 'storage.sync.rate', 'Rate of all of them together.'),
  chunkFailure: defaulted(share, 'storage.sync.chunkFailure', 'Probability that one attempt at a chunk fails.'),
  retries: defaulted(
    whole(0, 'a number of retries'),
    'storage.sync.retries',
    'Further attempts at a chunk at one provider.',
  ),
  backOff: defaulted(duration, 'storage.sync.backOff', 'Wait before the first of them, doubling.'),
  breaker: defaulted(
    whole(1, 'a number of failures'),
    'storage.sync.breaker',
    'Failures in a row after which a provider is asked no more, until people say so.',
  ),
  budget: defaulted(positiveDuration, 'storage.sync.budget', 'A synchronization that takes longer is given up.'),
  metadata: defaulted(duration, 'storage.sync.metadata', 'Time of checking the plan of a synchronization.'),
  proofCheck: defaulted(duration, 'storage.sync.proofCheck', 'Time of verifying the recursive proofs.'),
});

const pruning = section({
  interval: defaulted(positiveDuration, 'storage.pruning.interval', 'Time between two cycles of the worker.'),
  depth: defaulted(whole(1, 'a number of blocks'), 'storage.pruning.depth', 'Newest blocks that stay.'),
  chunk: defaulted(whole(1, 'a number of blocks'), 'storage.pruning.chunk', 'Blocks pruned in one go.'),
  chunkTime: defaulted(positiveDuration, 'storage.pruning.chunkTime', 'Time of pruning so many.'),
  pause: defaulted(positiveDuration, 'storage.pruning.pause', 'Wait where something else needs the machine.'),
  busyAbove: defaulted(
    positiveShare,
    'storage.pruning.busyAbove',
    "Share of the provers' time in use from which on the machine is needed.",
  ),
  checkpointEvery: defaulted(
    whole(1, 'a number of chunks'),
    'storage.pruning.checkpointEvery',
    'Chunks between two checkpoints, from which an interrupted cycle goes on.',
  ),
  pauseOn: defaulted(
    list(oneOf(Object.keys(PAUSE_REASONS) as PauseReason[])),
    'storage.pruning.pauseOn',
    'For what people pause pruning in an emergency, beside a pruning proof that does not verify.',
  ),
  gap: defaulted(
    whole(1, 'a number of blocks'),
    'storage.pruning.gap',
    'Blocks that pruning may fall behind, once it had caught up, before people pause it and rebuild a snapshot.',
  ),
});

export const storageSchema = section({
  stateBytes: defaulted(size, 'storage.stateBytes', 'Size of a snapshot at the start.'),
  growth: defaulted(size, 'storage.growth', 'What a block adds to what a node stores, until it is pruned.'),
  walCommits: defaulted(
    whole(1, 'a number of commits'),
    'storage.walCommits',
    'Commits that the write-ahead log retains.',
  ),
  manifests: defaulted(whole(1, 'a number of manifests'), 'storage.manifests', 'Snapshot manifests that are kept.'),
  snapshotEvery: defaulted(positiveDuration, 'storage.snapshotEvery', 'Time between two snapshots of a node.'),
  replayRate: defaulted(bandwidth, 'storage.replayRate', 'Rate of replaying the write-ahead log.'),
  restoreRate: defaulted(bandwidth, 'storage.restoreRate', 'Rate of restoring a snapshot.'),
  envelopes: defaulted(
    whole(0, 'a number of envelopes'),
    'storage.envelopes',
    'Pruning proofs that are verified before pruning resumes.',
  ),
  envelopeCheck: defaulted(duration, 'storage.envelopeCheck', 'Time of verifying each.'),
  damage: damage.prefault({}).describe('What a crash does to a store.'),
  repair: defaulted(
    durationDistribution,
    'storage.repair',
    'Time in which people mend what recovery gives up on: a wrong root, or a pruning proof that does not verify.',
  ),
  backups: backups.prefault({}).describe('Backups of ledger, timetoke records and proof cache.'),
  sync: sync.prefault({}).describe('How a node gets the state from others.'),
  pruning: pruning.prefault({}).describe('The worker that removes old blocks.'),
});
