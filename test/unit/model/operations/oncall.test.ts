import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '#base/time';
import { createStream } from '#kernel/stream';
import { drawDiagnosis } from '#model/operations/incident';
import { createRoster, occupy, page } from '#model/operations/oncall';
import { isOnShift, untilShift } from '#model/operations/shift';
import { ONCALL } from '../../../fixtures/plan.js';

const OFFICE = ONCALL.shifts;
const NIGHT = [{ days: [6], from: 22 * HOUR, to: 6 * HOUR }];
const TIMES = [3 * MINUTE, 4 * MINUTE];

test('a shift holds from its first moment to before its last, and may pass midnight and the end of the week', () => {
  expect(isOnShift(OFFICE, 9 * HOUR)).toBe(true);
  expect(isOnShift(OFFICE, 17 * HOUR - 1)).toBe(true);
  expect(isOnShift(OFFICE, 17 * HOUR)).toBe(false);
  expect(isOnShift(OFFICE, 5 * DAY + 10 * HOUR)).toBe(false);
  expect(isOnShift(NIGHT, 6 * DAY + 23 * HOUR)).toBe(true);
  expect(isOnShift(NIGHT, 7 * DAY + 5 * HOUR)).toBe(true); // Monday morning
  expect(isOnShift(NIGHT, 5 * HOUR)).toBe(true);
  expect(isOnShift(NIGHT, 6 * HOUR)).toBe(false);
});

test('the next shift after Friday evening begins on Monday', () => {
  expect(untilShift(OFFICE, 4 * DAY + 18 * HOUR)).toBe(2 * DAY + 15 * HOUR);
  expect(untilShift(OFFICE, 10 * HOUR)).toBe(0);
});

test('somebody is on shift right after every wait for a shift, and nobody before it ends', () => {
  fc.assert(
    fc.property(fc.nat(3 * 7 * 24), fc.constantFrom(OFFICE, NIGHT), (hour, shifts) => {
      const wait = untilShift(shifts, hour * HOUR);
      expect(isOnShift(shifts, hour * HOUR + wait)).toBe(true);
      if (wait > 0) expect(isOnShift(shifts, hour * HOUR + wait - 1)).toBe(false);
    }),
  );
});

test('on shift a page takes the response, off shift the factor, and never longer than waiting for the shift', () => {
  const at = (now: number, isCovered = false) =>
    page(ONCALL, createRoster(ONCALL), now, isCovered, TIMES).acknowledged - now;
  // the replication begins on Monday at 9
  expect(at(HOUR)).toBe(3 * MINUTE);
  expect(at(9 * HOUR)).toBe(9 * MINUTE);
  expect(at(9 * HOUR, true)).toBe(3 * MINUTE);
  expect(at(DAY - 2 * MINUTE)).toBe(5 * MINUTE); // two minutes to the shift, three to answer
});

test('a page that is not acknowledged goes to the next level, and who is first answers', () => {
  const roster = createRoster(ONCALL);
  const late = page(ONCALL, roster, HOUR, true, [40 * MINUTE, 4 * MINUTE]);
  expect(late).toEqual({ acknowledged: HOUR + 19 * MINUTE, level: 1, person: 0, pages: 2 });
  const both = page(ONCALL, createRoster(ONCALL), HOUR, true, [16 * MINUTE, 4 * MINUTE]);
  expect(both).toEqual({ acknowledged: HOUR + 16 * MINUTE, level: 0, person: 0, pages: 2 });
  const soon = page(ONCALL, createRoster(ONCALL), HOUR, true, [15 * MINUTE, 0]);
  expect(soon).toEqual({ acknowledged: HOUR + 15 * MINUTE, level: 0, person: 0, pages: 1 });
});

test('each page of the last day makes the next answer slower, and is forgotten after it', () => {
  const tired = { ...ONCALL, fatigue: 2 };
  const roster = createRoster(tired);
  const wait = (now: number) => page(tired, roster, now, true, TIMES).acknowledged - now;
  expect([wait(0), wait(HOUR), wait(2 * HOUR)]).toEqual([3 * MINUTE, 6 * MINUTE, 12 * MINUTE]);
  expect(wait(DAY)).toBe(12 * MINUTE); // the first is a day old
});

test('who is busy answers afterwards; with two people the other one answers, and pages are shared', () => {
  const busy = (people: number) => {
    const plan = { ...ONCALL, people, fatigue: 2 };
    const roster = createRoster(plan);
    occupy(roster, page(plan, roster, 0, true, TIMES), 10 * MINUTE);
    return page(plan, roster, MINUTE, true, TIMES);
  };
  expect(busy(1).acknowledged).toBe(16 * MINUTE); // 10, and twice 3 for the page before
  expect(busy(2)).toEqual({ acknowledged: 4 * MINUTE, level: 0, person: 1, pages: 1 });
});

test('a wrong diagnosis takes another one, as often as the plan says', () => {
  const constant = (value: number) => ({ kind: 'constant', value }) as const;
  const stream = createStream('1', 0, 'diagnosis');
  const plan = { notice: null, diagnose: constant(5), misdiagnosed: 0.25, decide: constant(2) };
  const drawn = Array.from({ length: 4_000 }, () => drawDiagnosis(plan, stream));
  const rounds = drawn.reduce((sum, one) => sum + one.rounds.length, 0) / drawn.length;
  expect(Math.abs(rounds - 4 / 3)).toBeLessThan(0.05); // five standard errors
  expect(drawn.every(({ decide, rounds: times }) => decide === 2 && times.every((time) => time === 5))).toBe(true);
  expect(drawDiagnosis({ ...plan, misdiagnosed: 0 }, stream).rounds).toEqual([5]);
});
