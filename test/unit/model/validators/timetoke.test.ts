import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR, SECOND } from '#base/time';
import {
  decayTimetoke,
  isSyncDue,
  markSynced,
  mergeRecord,
  mergeRecords,
  NO_TIMETOKE,
  nextProofRun,
  recordProof,
  refuseProof,
  snapshotAccounts,
  type Timetoke,
  type TimetokeRecord,
} from '#model/validators/timetoke';

test('section 3.2: (0, 7200) credits 2 h, then (3600, 10800) only the new hour', () => {
  const first = recordProof(NO_TIMETOKE, 0, 2 * HOUR);
  expect(first).toMatchObject({ credited: 2, rejection: null });
  const second = recordProof(first.timetoke, HOUR, 3 * HOUR);
  expect(second).toMatchObject({ credited: 1, rejection: null });
  expect(second.timetoke).toMatchObject({ hours: 3, lastProof: 3 * HOUR, lastDecay: 2 * HOUR });
});

test('section 3.2: a window is rejected if it ends before it starts, was proven, or brings less than an hour', () => {
  const { timetoke } = recordProof(NO_TIMETOKE, 0, 2 * HOUR);
  for (const [start, end, rejection] of [
    [5 * HOUR, 5 * HOUR, 'invalid'],
    [5 * HOUR, 4 * HOUR, 'invalid'],
    [HOUR, 2 * HOUR, 'overlap'],
    [0, HOUR, 'overlap'],
    [HOUR, 3 * HOUR - 1, 'too-small'],
    [4 * HOUR, 5 * HOUR - 1, 'too-small'],
  ] as const) {
    expect(recordProof(timetoke, start, end)).toEqual({ timetoke, credited: 0, rejection });
  }
  expect(recordProof(NO_TIMETOKE, 0, HOUR - 1).rejection).toBe('too-small');
});

test('section 3.2: the rest of an hour is lost', () => {
  const { timetoke, credited } = recordProof(NO_TIMETOKE, 0, 2.5 * HOUR);
  expect(credited).toBe(2);
  expect(recordProof(timetoke, 2 * HOUR, 3 * HOUR).rejection).toBe('too-small');
});

test('section 3.2: at the cap a proof is rejected, yet its window is spent', () => {
  const almost: Timetoke = { ...NO_TIMETOKE, hours: 719 };
  const full = recordProof(almost, 0, 5 * HOUR);
  expect(full).toMatchObject({ credited: 1, rejection: null });
  const rejected = recordProof(full.timetoke, 5 * HOUR, 9 * HOUR);
  expect(rejected).toMatchObject({ credited: 0, rejection: 'at-cap' });
  expect(rejected.timetoke).toMatchObject({ hours: 720, lastProof: 9 * HOUR });
});

test('section 3.2: decay takes an hour for every whole day and forgives the rest of one', () => {
  const started = decayTimetoke({ ...NO_TIMETOKE, hours: 10 }, 0);
  expect(started).toMatchObject({ hours: 10, lastDecay: 0 });
  expect(decayTimetoke(started, DAY - 1)).toEqual(started);
  expect(decayTimetoke(started, DAY)).toMatchObject({ hours: 9, lastDecay: DAY });
  const late = decayTimetoke(started, 3 * DAY - 1);
  expect(late).toMatchObject({ hours: 8, lastDecay: 3 * DAY - 1 });
  expect(decayTimetoke(late, 3 * DAY + 1)).toEqual(late);
  expect(decayTimetoke(started, 100 * DAY).hours).toBe(0);
});

test('section 3.2: records are exchanged every 600 s', () => {
  expect(isSyncDue(NO_TIMETOKE, 0)).toBe(true);
  const synced = markSynced(NO_TIMETOKE, 60 * SECOND);
  expect([isSyncDue(synced, 660 * SECOND - 1), isSyncDue(synced, 660 * SECOND)]).toEqual([false, true]);
});

test('section 3.2: the scheduler of proofs never runs within 600 s', () => {
  expect(nextProofRun(null, 5 * SECOND, 10 * SECOND)).toBe(5 * SECOND);
  expect(nextProofRun(0, 5 * SECOND, 10 * SECOND)).toBe(600 * SECOND);
  expect(nextProofRun(0, 5 * SECOND, HOUR)).toBe(HOUR);
  expect(nextProofRun(0, 2 * HOUR, HOUR)).toBe(2 * HOUR);
});

test('section 3.2: an uptime proof needs a validated identity, a valid proof and a window that is over', () => {
  const proof = { validated: true, verifies: true, end: HOUR };
  expect(refuseProof(proof, HOUR)).toBeNull();
  expect(refuseProof(proof, HOUR - 1)).toBe('window-in-future');
  expect(refuseProof({ ...proof, verifies: false }, HOUR)).toBe('invalid-proof');
  expect(refuseProof({ ...proof, validated: false }, HOUR)).toBe('identity-not-validated');
});

test('section 3.2: of two records the newer wins, of equally old ones that with more hours', () => {
  const record = (hours: number, lastUpdate: number): TimetokeRecord => ({ address: 1, hours, lastUpdate });
  expect(mergeRecord(record(9, 1), record(2, 5))).toEqual(record(2, 5));
  expect(mergeRecord(record(2, 5), record(9, 1))).toEqual(record(2, 5));
  expect(mergeRecord(record(2, 5), record(3, 5))).toEqual(record(3, 5));
  expect(mergeRecord(record(3, 5), record(2, 5))).toEqual(record(3, 5));
});

const records = fc.array(fc.record({ address: fc.nat(4), hours: fc.nat(720), lastUpdate: fc.nat(5) }), {
  maxLength: 12,
});

test('a merge does not care about order, grouping or repeats', () => {
  fc.assert(
    fc.property(records, records, records, (a, b, c) => {
      const merged = mergeRecords(a, b, c);
      expect(mergeRecords(c, a, b, a)).toEqual(merged);
      expect(mergeRecords(mergeRecords(a, b), c)).toEqual(merged);
      expect(new Set(merged.map(({ address }) => address)).size).toBe(merged.length);
    }),
  );
});

test('a snapshot is when accounts decay; its records bear the time of the last change', () => {
  const { timetoke } = recordProof(NO_TIMETOKE, 0, 5 * HOUR);
  const accounts = new Map([
    [8, timetoke],
    [3, recordProof(timetoke, 5 * HOUR, 28 * HOUR).timetoke],
  ]);
  const early = snapshotAccounts(accounts, 28 * HOUR);
  expect(early.records).toEqual([
    { address: 3, hours: 28, lastUpdate: 28 * HOUR },
    { address: 8, hours: 5, lastUpdate: 5 * HOUR },
  ]);
  const late = snapshotAccounts(early.accounts, 29 * HOUR);
  expect(late.records.map(({ hours }) => hours)).toEqual([27, 4]);
  expect(late.records.every(({ lastUpdate }) => lastUpdate === 29 * HOUR)).toBe(true);
});

test('hours stay whole and in 0 … 720, whatever is proven and whenever it decays', () => {
  const step = fc.record({ start: fc.nat(2_000), length: fc.nat(400), decays: fc.boolean(), now: fc.nat(4_000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.nat(720), (steps, hours) => {
      let timetoke: Timetoke = { ...NO_TIMETOKE, hours };
      for (const { start, length, decays, now } of steps) {
        if (decays) timetoke = decayTimetoke(timetoke, (now * HOUR) / 4);
        else timetoke = recordProof(timetoke, (start * HOUR) / 4, ((start + length) * HOUR) / 4).timetoke;
        expect(Number.isInteger(timetoke.hours)).toBe(true);
        expect(timetoke.hours).toBeGreaterThanOrEqual(0);
        expect(timetoke.hours).toBeLessThanOrEqual(720);
      }
    }),
  );
});

test('windows that overlap never earn more than the time they cover', () => {
  const window = fc.record({ start: fc.nat(300), length: fc.nat(100) });
  fc.assert(
    fc.property(fc.array(window, { maxLength: 20 }), (windows) => {
      let timetoke = NO_TIMETOKE;
      for (const { start, length } of windows)
        timetoke = recordProof(timetoke, start * HOUR, (start + length) * HOUR).timetoke;
      const covered = new Set(windows.flatMap(({ start, length }) => Array.from({ length }, (_, i) => start + i)));
      expect(timetoke.hours).toBeLessThanOrEqual(covered.size);
    }),
  );
});

test('section 3.2: a node that is always on gains 23 h a day and reaches 720 h in about 31 days', () => {
  let timetoke = NO_TIMETOKE;
  const atDay: number[] = [];
  let hour = 0;
  while (timetoke.hours < 720) {
    hour += 1;
    timetoke = recordProof(timetoke, (hour - 1) * HOUR, hour * HOUR).timetoke;
    timetoke = decayTimetoke(timetoke, hour * HOUR);
    if (hour % 24 === 2) atDay.push(timetoke.hours);
  }
  expect(hour / 24).toBeGreaterThan(31);
  expect(hour / 24).toBeLessThan(32);
  for (let day = 2; day < atDay.length; day += 1) expect((atDay[day] as number) - (atDay[day - 1] as number)).toBe(23);
});
