/**
 * Shifts of a week: whether somebody is on one, and when the next begins.
 */
import { DAY, type Micros } from '#base/time';
import type { ShiftPlan } from '../people-plan.js';

const WEEK: Micros = 7 * DAY;

/** @param time - µs from a Monday 0:00, integer ≥ 0 */
export function isOnShift(shifts: readonly ShiftPlan[], time: Micros): boolean {
  const inWeek = time % WEEK;
  return shifts.some((shift) => {
    return shift.days.some((day) => {
      const into = (inWeek - day * DAY - shift.from + 2 * WEEK) % WEEK;
      return into < lengthOf(shift);
    });
  });
}

/**
 * µs from `time` to the next begin of a shift; 0 during one, Infinity without any.
 *
 * @param time - as `isOnShift`
 */
export function untilShift(shifts: readonly ShiftPlan[], time: Micros): Micros {
  if (isOnShift(shifts, time)) return 0;
  const waits = shifts.flatMap(({ days, from }) =>
    days.map((day) => (day * DAY + from - (time % WEEK) + 2 * WEEK) % WEEK),
  );
  return waits.reduce((least, wait) => Math.min(least, wait), Number.POSITIVE_INFINITY);
}

function lengthOf({ from, to }: ShiftPlan): Micros {
  return to > from ? to - from : to - from + DAY;
}
