/**
 * Backups of a chain: taken before promotions and regularly, the latest few kept.
 */
import { formatDuration } from '#base/time';
import { regularBackupAfter, spoilNewest, takeBackup as takeCopy } from '../storage/backup.js';
import { storeBytes } from '../storage/snapshot.js';
import type { ChainBackup, Run, World } from '../world.js';
import { BACKUP, watch } from './agenda.js';
import { formatOf } from './migrations.js';
import { note } from './timeline.js';

/** Takes a backup of the chain as it stands; as many are kept as snapshots. */
export function takeBackup(world: World, run: Run): void {
  const { store, chain, economy } = run;
  const { storage } = world.plan;
  const bytes = storeBytes(storage, chain.tip, store.pruning.pruned);
  const backup = takeCopy(storage, { height: chain.tip, time: world.now, bytes }, store.key, store.taken);
  store.taken += 1;
  const kept = store.backups.slice(-(storage.manifests - 1));
  store.backups = [
    ...(storage.manifests > 1 ? kept : []),
    { backup, accounts: structuredClone(economy.accounts), format: formatOf(run) },
  ];
  note(world, 'backup', 'ledger, timetoke and proof cache', `height ${chain.tip}`);
}

/** The next regular backup is put on the watch. */
export function scheduleBackup(world: World, run: Run): void {
  const next = regularBackupAfter(world.plan.storage.backups, world.now);
  if (next !== null) watch(world, next, BACKUP, 0, run.id);
}

/** A regular backup is due. */
export function backUp(world: World, id: number): void {
  const { run } = world;
  if (run === null || run.id !== id) return;
  if (run.mode !== 'frozen') takeBackup(world, run);
  scheduleBackup(world, run);
}

/** The backup that would be restored first becomes unusable; nobody notices. */
export function spoilBackup(world: World, run: Run): void {
  const { store } = run;
  const spoiled = spoilNewest(
    store.backups.map(({ backup }) => backup),
    world.now,
  );
  store.backups = store.backups.map((one, i) => ({ ...one, backup: spoiled[i] as ChainBackup['backup'] }));
}

/** The backups from which a chain may be restored: from before anything went wrong, and readable by the previous release. */
export function soundBackups(run: Run): ChainBackup[] {
  const { backups, firstWrong } = run.store;
  return backups.filter(({ backup, format }) => backup.height < firstWrong && format === 0);
}

/** Why no backup will do, in words; null where there is one to try. */
export function whyNoBackup(world: World, run: Run): string | null {
  const { backups, firstWrong, migrations } = run.store;
  if (backups.length === 0) return 'no backup was taken';
  if (soundBackups(run).length > 0) return null;
  if (backups.every(({ format }) => format > 0)) {
    const phase = migrations.find(({ plan }) => !plan.reversible)?.phase ?? '';
    return `the previous release cannot read what the migration of ${phase} wrote, and no backup is older`;
  }
  const every = world.plan.storage.backups.every;
  const often = every === null ? '' : `, one every ${formatDuration(every)}`;
  return `every backup kept is from after height ${firstWrong}, where it went wrong${often}`;
}
