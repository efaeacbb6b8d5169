/**
 * Backups of a chain: ledger, timetoke records and proof cache, in one set that restores as a whole or not at all.
 *
 * Whether a set can be restored is settled when it is taken. Without tests a damaged one is found only by restoring it,
 * which costs that time, and the next older one is tried. With tests each set is restored on a spare machine before it
 * is relied on, and a damaged one is taken anew from the same state, at most `TAKES_MAX` times. Source: blueprint.md
 * sections 12 (root against the backup's checkpoint) and 19; the rest is assumed, see section 22.
 */
import { assert } from '#base/assert';
import { compareNumbers } from '#base/order';
import type { Micros } from '#base/time';
import { deriveKey, drawUint32 } from '#kernel/draw';
import type { BackupsPlan, StoragePlan } from '../storage-plan.js';
import { transferTime } from './step.js';

/** Takes of one backup before people look for the reason instead. */
export const TAKES_MAX = 8;

export interface Backup {
  readonly height: number; // of the state in it
  readonly time: Micros; // of that state
  readonly bytes: number;
  readonly takes: number; // 1 … TAKES_MAX
  readonly damaged: boolean; // unknown until it is restored, be it in a test
  readonly ready: Micros | null; // from when on it is relied on; null: every take failed its test
}

/** What a search for a backup ends with. */
export interface BackupChoice {
  readonly backup: Backup | null; // null: none restores
  readonly damaged: readonly Backup[]; // tried before it, in that order
  readonly lost: Micros; // on them
}

const RANGE_32 = 4_294_967_296;

/** The next regular backup after `time`: a multiple of the interval, or null where there are none. */
export function regularBackupAfter(plan: BackupsPlan, time: Micros): Micros | null {
  if (plan.every === null) return null;
  assert(plan.every > 0, `time ${plan.every} between backups is above 0`);
  return (Math.floor(time / plan.every) + 1) * plan.every;
}

/**
 * Takes a backup, beside the running node.
 *
 * @param state - what is backed up: height, time and bytes
 * @param key - int32, of the chain's backups
 * @param index - number of the backup; two plans share their luck by it, tested or not
 */
export function takeBackup(
  plan: StoragePlan,
  state: Pick<Backup, 'height' | 'time' | 'bytes'>,
  key: number,
  index: number,
): Backup {
  const { height, time, bytes } = state;
  const own = deriveKey(key, index);
  const isDamaged = (take: number): boolean => drawUint32(own, take) < plan.backups.damaged * RANGE_32;
  if (!plan.backups.tested) return { height, time, bytes, takes: 1, damaged: isDamaged(0), ready: time };
  const test = transferTime(bytes, plan.restoreRate);
  let takes = 1;
  while (takes < TAKES_MAX && isDamaged(takes - 1)) takes += 1;
  const damaged = isDamaged(takes - 1);
  return { height, time, bytes, takes, damaged, ready: damaged ? null : time + takes * test };
}

/** How old the state in a backup is at `now`. */
export function ageOf(backup: Backup, now: Micros): Micros {
  return now - backup.time;
}

/**
 * The backups that are relied on at `now`, newest first; equally new ones, the later in the list first.
 *
 * @param highest - height that the state must not be above
 */
export function reliedOn(backups: readonly Backup[], now: Micros, highest = Number.POSITIVE_INFINITY): Backup[] {
  return backups
    .filter(({ ready, height }) => ready !== null && ready <= now && height <= highest)
    .reverse()
    .sort((a, b) => compareNumbers(b.time, a.time));
}

/** Restores backups from the newest on until one is whole; what is damaged costs its restore. */
export function chooseBackup(
  plan: StoragePlan,
  backups: readonly Backup[],
  now: Micros,
  highest = Number.POSITIVE_INFINITY,
): BackupChoice {
  const damaged: Backup[] = [];
  let lost = 0;
  for (const backup of reliedOn(backups, now, highest)) {
    if (!backup.damaged) return { backup, damaged, lost };
    damaged.push(backup);
    lost += transferTime(backup.bytes, plan.restoreRate);
  }
  return { backup: null, damaged, lost };
}

/** The backups after the one that would be restored first at `now` has become unusable; no test is made again. */
export function spoilNewest(backups: readonly Backup[], now: Micros): Backup[] {
  const newest = reliedOn(backups, now)[0];
  return backups.map((backup) => (backup === newest ? { ...backup, damaged: true } : backup));
}
