/**
 * The average over time of a quantity that holds its value between changes, such as a queue's length.
 *
 * Source: Law 2015, "Simulation Modeling and Analysis", section 1.4 (time-average number in queue).
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';

export interface TimeAverage {
  readonly start: Micros;
  since: Micros; // time of the last change
  value: number; // held since then
  area: number; // value × µs up to `since`
  max: number; // highest value held
}

export function createTimeAverage(start: Micros, value: number): TimeAverage {
  return { start, since: start, value, area: 0, max: value };
}

/**
 * The quantity takes another value.
 *
 * @param at - not before the last change
 */
export function changeValue(average: TimeAverage, at: Micros, value: number): void {
  assert(at >= average.since, `the change at ${at} does not come before that at ${average.since}`);
  average.area += average.value * (at - average.since);
  average.since = at;
  average.value = value;
  if (value > average.max) average.max = value;
}

/** The average from the start to `now`; the value itself when no time has passed. */
export function averageUntil(average: TimeAverage, now: Micros): number {
  assert(now >= average.since, `the average until ${now} covers the change at ${average.since}`);
  if (now === average.start) return average.value;
  return (average.area + average.value * (now - average.since)) / (now - average.start);
}
