import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SECOND } from '#base/time';
import {
  ageOf,
  type Backup,
  chooseBackup,
  regularBackupAfter,
  reliedOn,
  spoilNewest,
  TAKES_MAX,
  takeBackup,
} from '#model/storage/backup';
import { backupsPlan, GIB, storagePlan } from './storage-plan.js';

const RESTORE = 42_949_673; // 2 GiB at 50 MB/s
const STATE = { height: 70, time: 100 * SECOND, bytes: 2 * GIB };
const planWith = (share: number, tested: boolean) => storagePlan({ backups: backupsPlan({ damaged: share, tested }) });

function backup(height: number, changes: Partial<Backup> = {}): Backup {
  return { height, time: height, bytes: 2 * GIB, takes: 1, damaged: false, ready: height, ...changes };
}

describe('taking one', () => {
  test('untested it is relied on at once, whole or not', () => {
    expect(takeBackup(planWith(0, false), STATE, 1, 0)).toEqual({
      ...{ ...STATE, takes: 1, damaged: false, ready: 100 * SECOND },
    });
    expect(takeBackup(planWith(1, false), STATE, 1, 0)).toMatchObject({ damaged: true, ready: 100 * SECOND });
  });

  test('tested it is relied on after the restore of the test', () => {
    expect(takeBackup(planWith(0, true), STATE, 1, 0).ready).toBe(100 * SECOND + RESTORE);
  });

  test('tested, each damaged take costs a test, and none that is damaged is ever relied on', () => {
    let retaken = 0;
    for (let index = 0; index < 200; index += 1) {
      const tested = takeBackup(planWith(0.4, true), STATE, 9, index);
      const untested = takeBackup(planWith(0.4, false), STATE, 9, index);
      expect(untested.damaged).toBe(tested.takes > 1); // the same luck
      if (tested.ready === null) continue;
      expect(tested).toMatchObject({ damaged: false, ready: 100 * SECOND + tested.takes * RESTORE });
      if (tested.takes > 1) retaken += 1;
    }
    expect(retaken).toBeGreaterThan(50);
    expect(retaken).toBeLessThan(110);
  });

  test('where every take is damaged people give up after eight', () => {
    expect(takeBackup(planWith(1, true), STATE, 1, 0)).toMatchObject({ takes: TAKES_MAX, damaged: true, ready: null });
  });

  test('regular ones come at multiples of the interval', () => {
    const plan = backupsPlan({ every: 10 });
    expect([0, 9, 10, 25].map((time) => regularBackupAfter(plan, time))).toEqual([10, 10, 20, 30]);
    expect(regularBackupAfter(backupsPlan(), 5)).toBeNull();
  });
});

describe('choosing one', () => {
  const PLAN = storagePlan();

  test('the newest that is relied on, at most as high as wanted', () => {
    const backups = [backup(10), backup(20), backup(30, { ready: 99 }), backup(40, { ready: null })];
    expect(chooseBackup(PLAN, backups, 50)).toEqual({ backup: backups[1], damaged: [], lost: 0 });
    expect(chooseBackup(PLAN, backups, 99).backup).toBe(backups[2]);
    expect(chooseBackup(PLAN, backups, 99, 19).backup).toBe(backups[0]);
    expect(chooseBackup(PLAN, backups, 99, 9).backup).toBeNull();
    expect(ageOf(backups[1] as Backup, 50)).toBe(30);
  });

  test('each damaged one costs its restore, then the next older is tried', () => {
    const backups = [backup(10), backup(20, { damaged: true, bytes: 50_000_000 }), backup(30, { damaged: true })];
    expect(chooseBackup(PLAN, backups, 50)).toEqual({
      backup: backups[0],
      damaged: [backups[2], backups[1]],
      lost: RESTORE + 1 * SECOND,
    });
    expect(chooseBackup(PLAN, backups.slice(1), 50)).toMatchObject({ backup: null, lost: RESTORE + 1 * SECOND });
  });

  test('a spoiled newest one is found only by restoring it; the others stay as they are', () => {
    const backups = [backup(10), backup(20), backup(30, { ready: 99 })];
    const spoiled = spoilNewest(backups, 50);
    expect(spoiled).toEqual([backups[0], { ...backups[1], damaged: true }, backups[2]]);
    expect(chooseBackup(PLAN, spoiled, 50)).toMatchObject({ backup: backups[0], lost: RESTORE });
    expect(spoilNewest([], 5)).toEqual([]);
  });

  test('of two of the same time the one taken later comes first', () => {
    expect(reliedOn([backup(5, { takes: 1 }), backup(5, { takes: 2 })], 9).map(({ takes }) => takes)).toEqual([2, 1]);
  });

  test('more damage never makes the choice newer or cheaper', () => {
    const shelf = fc.array(fc.tuple(fc.nat(50), fc.boolean(), fc.boolean()), { maxLength: 8 });
    fc.assert(
      fc.property(shelf, (drawn) => {
        const some = drawn.map(([height, broken]) => backup(height, { damaged: broken }));
        const more = drawn.map(([height, broken, worse]) => backup(height, { damaged: broken || worse }));
        const [one, other] = [chooseBackup(PLAN, some, 40), chooseBackup(PLAN, more, 40)];
        expect(other.lost).toBeGreaterThanOrEqual(one.lost);
        expect(other.backup?.time ?? -1).toBeLessThanOrEqual(one.backup?.time ?? -1);
        expect(one.backup?.damaged ?? false).toBe(false);
      }),
    );
  });
});
