/** A plan of stores with sizes that divide well, and generators for the laws of recovery. */
import fc from 'fast-check';
import { SECOND } from '#base/time';
import { NO_DAMAGE, type StoreDamage } from '#model/storage/damage';
import type { BackupsPlan, StoragePlan } from '#model/storage-plan';

export const GIB = 1_073_741_824;

export function storagePlan(changes: Partial<StoragePlan> = {}): StoragePlan {
  return {
    stateBytes: 2 * GIB,
    growth: 500_000,
    walCommits: 3,
    manifests: 3,
    snapshotEvery: 600 * SECOND,
    replayRate: 200_000_000,
    restoreRate: 50_000_000,
    envelopes: 3,
    envelopeCheck: 2 * SECOND,
    damage: { tornTail: 0, corruptLog: 0, badSnapshot: 0, badPruningProof: 0 },
    repair: { kind: 'constant', value: 1200 * SECOND },
    backups: backupsPlan(),
    sync: {
      chunkBytes: 8_388_608,
      parallel: 4,
      rate: 20_971_520,
      chunkFailure: 0,
      retries: 3,
      backOff: 200_000,
      breaker: 3,
      budget: 1800 * SECOND,
      metadata: 0,
      proofCheck: 0,
    },
    pruning: {
      interval: 30 * SECOND,
      depth: 128,
      chunk: 16,
      chunkTime: 0,
      pause: 10 * SECOND,
      busyAbove: 0.85,
      checkpointEvery: 1,
      pauseOn: [],
      gap: 64,
    },
    ...changes,
  };
}

export function backupsPlan(changes: Partial<BackupsPlan> = {}): BackupsPlan {
  return { beforePromotions: true, every: null, damaged: 0, tested: false, ...changes };
}

export function damaged(...kinds: readonly (keyof StoreDamage)[]): StoreDamage {
  return { ...NO_DAMAGE, ...Object.fromEntries(kinds.map((kind) => [kind, true])) };
}

export const anyDamage = fc.record({
  tornTail: fc.boolean(),
  corruptLog: fc.boolean(),
  badSnapshot: fc.boolean(),
  badPruningProof: fc.boolean(),
});

/** Any sizes and rates, also odd ones. */
export const anyPlan = fc
  .record({
    stateBytes: fc.nat(10_000_000_000),
    growth: fc.nat(2_000_000),
    walCommits: fc.nat(6),
    replayRate: fc.integer({ min: 1, max: 1_000_000_000 }),
    restoreRate: fc.integer({ min: 1, max: 1_000_000_000 }),
    envelopes: fc.nat(5),
  })
  .map(storagePlan);

export const anyMending = fc.record({ store: fc.nat(3_000_000_000), pruning: fc.nat(3_000_000_000) });
