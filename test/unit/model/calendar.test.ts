import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '#base/time';
import { isWorking, workUntil } from '#model/calendar';
import type { WorkingHours } from '#model/plan';

const OFFICE: WorkingHours = { from: 9 * HOUR, to: 17 * HOUR, weekends: false };

test('people work from Monday to Friday in their hours', () => {
  expect(isWorking(OFFICE, 9 * HOUR)).toBe(true);
  expect(isWorking(OFFICE, 9 * HOUR - 1)).toBe(false);
  expect(isWorking(OFFICE, 17 * HOUR)).toBe(false);
  expect(isWorking(OFFICE, 4 * DAY + 16 * HOUR)).toBe(true); // Friday
  expect(isWorking(OFFICE, 5 * DAY + 10 * HOUR)).toBe(false);
  expect(isWorking({ ...OFFICE, weekends: true }, 5 * DAY + 10 * HOUR)).toBe(true);
});

test.each<[string, number, number, number]>([
  ['in the middle of a day', 10 * HOUR, HOUR, 11 * HOUR],
  ['at night, from the opening on', 3 * HOUR, 30 * MINUTE, 9 * HOUR + 30 * MINUTE],
  ['over the night', 16 * HOUR, 2 * HOUR, DAY + 10 * HOUR],
  ['over the weekend', 4 * DAY + 16 * HOUR, 2 * HOUR, 7 * DAY + 10 * HOUR],
  ['to the very end of a day', 9 * HOUR, 8 * HOUR, 17 * HOUR],
])('work %s', (_, start, work, end) => {
  expect(workUntil(OFFICE, start, work)).toBe(end);
});

test('without hours time is work', () => {
  expect(workUntil(null, 3 * HOUR, 5)).toBe(3 * HOUR + 5);
});

test('exactly so much working time lies between start and end', () => {
  const hours = fc.record({ from: fc.nat(11), length: fc.integer({ min: 1, max: 12 }), weekends: fc.boolean() });
  fc.assert(
    fc.property(hours, fc.nat(400), fc.integer({ min: 1, max: 60 }), ({ from, length, weekends }, start, work) => {
      const day: WorkingHours = { from: from * HOUR, to: (from + length) * HOUR, weekends };
      const end = workUntil(day, start * HOUR, work * HOUR);
      let worked = 0;
      for (let at = start * HOUR; at < end; at += HOUR) if (isWorking(day, at)) worked += 1;
      expect(worked).toBe(work);
    }),
  );
});
