import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SECOND } from '#base/time';
import { advanceSnapshots, createHistory, manifestsAt, newestAt, storeBytes } from '#model/storage/snapshot';
import { GIB, storagePlan } from './storage-plan.js';

const PLAN = storagePlan();

test('a store is its state and its blocks that are not pruned', () => {
  expect(storeBytes(PLAN, 128, 0)).toBe(2 * GIB + 64_000_000);
  expect(storeBytes(PLAN, 1_000, 872)).toBe(2 * GIB + 64_000_000);
  expect(storeBytes(PLAN, 5, 9)).toBe(2 * GIB);
});

test('one snapshot every 600 s, three retained, newest first', () => {
  const history = createHistory(PLAN, 0, 0);
  for (let height = 1; height <= 500; height += 1) {
    const taken = advanceSnapshots(history, PLAN, height * 5 * SECOND, height, 0);
    expect(taken !== null).toBe(height % 120 === 0);
  }
  const now = 2_500 * SECOND;
  expect(manifestsAt(history, now).map(({ height }) => height)).toEqual([480, 360, 240]);
  expect(manifestsAt(history, 2_399 * SECOND).map(({ height }) => height)).toEqual([360, 240]);
  expect(newestAt(history, now)).toEqual({ height: 480, time: 2_400 * SECOND, bytes: 2 * GIB + 240_000_000 });
  expect(newestAt(history, 2_400 * SECOND - 1)?.height).toBe(360);
  expect(newestAt(history, 0)).toBeNull(); // dropped long ago
});

test('there is a snapshot of the start, of the state alone', () => {
  expect(newestAt(createHistory(PLAN, 7, 3), 7)).toEqual({ height: 3, time: 7, bytes: 2 * GIB });
});

test('snapshots missed are not made up for, and the rhythm stays', () => {
  const history = createHistory(PLAN, 0, 0);
  expect(advanceSnapshots(history, PLAN, 1_900 * SECOND, 380, 0)?.height).toBe(380);
  expect(advanceSnapshots(history, PLAN, 1_901 * SECOND, 381, 0)).toBeNull();
  expect(history.due).toBe(2_400 * SECOND);
});

test('whatever the times, few are retained, all in order, and a clone goes on alike', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2_000), { maxLength: 30 }), fc.integer({ min: 1, max: 4 }), (waits, manifests) => {
      const plan = storagePlan({ manifests });
      const history = createHistory(plan, 0, 0);
      const copy = structuredClone(history);
      let now = 0;
      for (const [i, wait] of waits.entries()) {
        now += wait * SECOND;
        const taken = advanceSnapshots(history, plan, now, i + 1, 0);
        advanceSnapshots(copy, plan, now, i + 1, 0);
        expect(newestAt(history, now)).toEqual(taken ?? manifestsAt(history, now)[0]);
        expect(history.due > now && history.due - now <= plan.snapshotEvery).toBe(true);
        expect(history.due % plan.snapshotEvery).toBe(0);
      }
      expect(history).toEqual(copy);
      expect(history.manifests.length).toBeLessThanOrEqual(manifests);
      const times = manifestsAt(history, now).map(({ time }) => time);
      expect(times).toEqual([...times].sort((a, b) => b - a));
    }),
    { numRuns: 50 },
  );
});
