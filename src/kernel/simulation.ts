/**
 * A clock and what is scheduled on it. Handlers are given at each advance and never stored, so a simulation is plain
 * data: a snapshot is one structured clone, and may be restored as often as one likes.
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';
import {
  cancelEvent,
  createEventQueue,
  type EventQueue,
  type EventQueueOptions,
  peekTime,
  popEvent,
  pushTimer,
} from './queue.js';

export interface Simulation {
  readonly queue: EventQueue;
  now: Micros; // never before the last event handled
  stopped: boolean; // by the handler, during the last advance
}

/**
 * What happens at an event; it may schedule and cancel.
 *
 * @param kind - 0 … 255
 * @param target - 0 … 2^23 − 1
 * @param data - int32
 */
export type Handler = (kind: number, target: number, data: number) => void;

/** An empty schedule at time 0. */
export function createSimulation(options: EventQueueOptions = {}): Simulation {
  return { queue: createEventQueue(options), now: 0, stopped: false };
}

/**
 * Schedules an event at a time; of two at one time the lower priority comes first, then the one scheduled first.
 *
 * @param time - integer µs, not before `now`
 * @param priority - 0 … 7
 * @returns a handle for `cancel`
 */
export function schedule(
  simulation: Simulation,
  time: Micros,
  priority: number,
  kind: number,
  target: number,
  data: number,
): number {
  assert(time >= simulation.now, 'an event is scheduled now or later');
  return pushTimer(simulation.queue, time, priority, kind, target, data);
}

/** Takes an event off the schedule; false if it has happened or was cancelled before. */
export function cancel(simulation: Simulation, handle: number): boolean {
  return cancelEvent(simulation.queue, handle);
}

/** Ends the advance after the event at hand; the clock stays at that event. */
export function stop(simulation: Simulation): void {
  simulation.stopped = true;
}

/**
 * Handles every event up to and including `until`, then sets the clock to `until` unless a handler stopped it.
 *
 * @returns the number of events handled
 */
export function advance(simulation: Simulation, until: Micros, handler: Handler): number {
  const { queue, now } = simulation;
  if (!(until >= now)) assert(false, `the clock at ${now} µs does not run back to ${until} µs`);
  let handled = 0;
  simulation.stopped = false;
  while (peekTime(queue) <= until && popEvent(queue)) {
    simulation.now = queue.time;
    handled += 1;
    handler(queue.kind, queue.target, queue.data);
    if (simulation.stopped) return handled;
  }
  if (Number.isFinite(until)) simulation.now = until;
  return handled;
}

/** A copy that shares nothing with the original. */
export function snapshot(simulation: Simulation): Simulation {
  return structuredClone(simulation);
}

/** A simulation that continues as the original did when the snapshot was taken; the snapshot stays as it is. */
export function restore(taken: Simulation): Simulation {
  return structuredClone(taken);
}
