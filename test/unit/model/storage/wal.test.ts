import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_DAMAGE, type StoreDamage } from '#model/storage/damage';
import { exceedsLog, type LogRecord, leftLog, openLog, replayFrom, retainedCommits } from '#model/storage/wal';
import { anyDamage, anyPlan, damaged, storagePlan } from './storage-plan.js';

const PLAN = storagePlan();
const opened = (height: number, ...kinds: readonly (keyof StoreDamage)[]): ReturnType<typeof openLog> =>
  openLog(leftLog(PLAN, height, damaged(...kinds)));

describe('what opening finds', () => {
  test('a whole log has the last three commits; the first heights fewer', () => {
    expect(opened(100)).toEqual({ condition: 'whole', first: 98, last: 100, bytes: 1_500_000 });
    expect(opened(2)).toEqual({ condition: 'whole', first: 1, last: 2, bytes: 1_000_000 });
    expect(opened(0)).toEqual({ condition: 'whole', first: 1, last: 0, bytes: 0 });
  });

  test('a begin without commit is rolled back: three commits below it are still there', () => {
    expect(leftLog(PLAN, 100, damaged('tornTail')).map(({ kind }) => kind)).toEqual([
      ...['begin', 'write', 'commit', 'begin', 'write', 'commit', 'begin', 'write', 'commit', 'begin', 'write'],
    ]);
    expect(opened(100, 'tornTail')).toEqual({ condition: 'rolled-back', first: 97, last: 99, bytes: 2_000_000 });
    expect(opened(1, 'tornTail')).toEqual({ condition: 'rolled-back', first: 1, last: 0, bytes: 500_000 });
  });

  test('a payload shorter than its prefix is corrupt, whatever else is wrong; nothing of it can be replayed', () => {
    for (const kinds of [['corruptLog'], ['tornTail', 'corruptLog']] as const) {
      expect(opened(100, ...kinds)).toEqual({ condition: 'corrupt', first: 1, last: 0, bytes: 2_000_001 });
    }
  });

  test('nothing was written at height 0, so nothing is torn or cut', () => {
    expect(opened(0, 'tornTail', 'corruptLog').condition).toBe('whole');
  });

  test('any record of any log, cut by a byte, makes it corrupt', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(99), (height, at) => {
        const records = leftLog(PLAN, height, NO_DAMAGE);
        const cut = at % records.length;
        const broken = records.map((record, i): LogRecord => (i === cut ? { ...record, payload: -1 } : record));
        expect(openLog(broken).condition).toBe('corrupt');
      }),
    );
  });

  test('a commit without its begin, and commits with a gap, are bugs of ours', () => {
    const begin: LogRecord = { kind: 'begin', height: 5, length: 0, payload: 0 };
    const commit: LogRecord = { ...begin, kind: 'commit' };
    expect(() => openLog([commit])).toThrow('commit of height 5 after the begin of height 0');
    expect(() => openLog([begin, commit, { ...begin, height: 7 }, { ...commit, height: 7 }])).toThrow(
      'after that of 5',
    );
  });
});

describe('what a log bridges', () => {
  test('from three heights below, not from four: the rule of three commits', () => {
    const log = opened(100);
    expect(replayFrom(PLAN, log, 97, 100)).toEqual({ height: 100, heights: 3, bytes: 1_500_000, time: 7_500 });
    expect(replayFrom(PLAN, log, 99, 100)).toEqual({ height: 100, heights: 1, bytes: 500_000, time: 2_500 });
    expect(replayFrom(PLAN, log, 96, 100)).toEqual({ height: 96, heights: 0, bytes: 0, time: 0 });
    expect([exceedsLog(PLAN, 3), exceedsLog(PLAN, 4)]).toEqual([false, true]);
  });

  test('it stops where it is told and never goes back', () => {
    expect(replayFrom(PLAN, opened(100), 97, 98).height).toBe(98);
    expect(replayFrom(PLAN, opened(100), 105, 110).height).toBe(105);
  });

  test('a log of any node bridges what it retains and no more, and damage never helps', () => {
    fc.assert(
      fc.property(anyPlan, fc.nat(50), fc.nat(60), anyDamage, (plan, height, from, damage) => {
        const whole = replayFrom(plan, openLog(leftLog(plan, height, NO_DAMAGE)), from, 60);
        const within = from < height && height - from <= plan.walCommits;
        expect(whole.height).toBe(within ? height : from);
        expect(replayFrom(plan, retainedCommits(plan, height), from, 60)).toEqual(whole);
        const log = openLog(leftLog(plan, height, damage));
        expect(replayFrom(plan, log, from, 60).height).toBeLessThanOrEqual(Math.max(from, height));
        if (from >= height - plan.walCommits) {
          expect(replayFrom(plan, log, from, 60).height).toBeLessThanOrEqual(whole.height);
        }
      }),
    );
  });
});
