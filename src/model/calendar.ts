/**
 * Working time: the hours of people in simulated time, which begins at midnight before a Monday.
 */
import { assert } from '#base/assert';
import { DAY, type Micros } from '#base/time';
import type { WorkingHours } from './plan.js';

const WEEK: Micros = 7 * DAY;
const FRIDAY = 4; // days since Monday

/** Whether people work at a time. */
export function isWorking(hours: WorkingHours, time: Micros): boolean {
  const day = Math.floor((time % WEEK) / DAY);
  const of = time % DAY;
  return (hours.weekends || day <= FRIDAY) && of >= hours.from && of < hours.to;
}

/**
 * When `work` µs of working time have passed since `start`.
 *
 * @param hours - null: people always work
 */
export function workUntil(hours: WorkingHours | null, start: Micros, work: Micros): Micros {
  if (hours === null) return start + work;
  assert(hours.from < hours.to && hours.to <= DAY, 'a working day begins before it ends');
  let now = openingAfter(hours, start);
  let left = work;
  while (true) {
    const closes = now - (now % DAY) + hours.to;
    if (now + left <= closes) return now + left;
    left -= closes - now;
    now = openingAfter(hours, closes);
  }
}

/** The first time at or after `time` at which people work. */
function openingAfter(hours: WorkingHours, time: Micros): Micros {
  if (isWorking(hours, time)) return time;
  let opening = time - (time % DAY) + hours.from;
  if (opening < time) opening += DAY;
  while (!isWorking(hours, opening)) opening += DAY;
  return opening;
}
