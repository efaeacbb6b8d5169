/**
 * Stores: the plan, and what its numbers do not allow together.
 */
import { formatDuration, type Micros, SECOND } from '#base/time';
import type { StoragePlan } from '#model/storage-plan';
import { addWarning, type Findings } from './findings.js';
import type { Sections } from './schema.js';

/** @param blockTime - of the chain; undefined where its section is broken */
export function resolveStorage(
  input: Sections['storage'],
  blockTime: Micros | undefined,
  findings: Findings,
): StoragePlan {
  const { stateBytes, sync, pruning, backups } = input;
  const transfer = Math.round((stateBytes / sync.rate) * SECOND) + sync.metadata + sync.proofCheck;
  if (transfer > sync.budget) {
    const what = `a synchronization takes ${formatDuration(transfer)}, longer than its budget`;
    addWarning(
      findings,
      ['storage', 'sync', 'budget'],
      what,
      'None can succeed; raise the budget or storage.sync.rate.',
    );
  }
  if (blockTime !== undefined && pruning.chunkTime > blockTime * pruning.chunk) {
    const what = `pruning takes ${formatDuration(pruning.chunkTime)} for ${pruning.chunk} blocks, longer than the chain for as many`;
    addWarning(findings, ['storage', 'pruning', 'chunkTime'], what, 'It never catches up; shorten chunkTime.');
  }
  return { ...input, backups: { ...backups, every: backups.every ?? null } };
}
