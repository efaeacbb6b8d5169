/**
 * What may still be cancelled: a slot per pending timer, and handles that name a slot at one time of its life.
 *
 * What holds: a handle cancels its own timer or nothing. Each use of a slot has its own generation, and a slot whose
 * generations are used up is left alone. A cancelled timer keeps its slot until the queue meets its event.
 */
import { assert } from '#base/assert';

export interface TimerTable {
  generations: Int32Array; // by slot; −1 − generation while cancelled but not met
  datas: Int32Array; // by slot: the data of a timer, or the next free slot
  free: number; // first free slot, −1 for none
  fresh: number; // first slot not used since the table was empty
}

const SLOTS_MAX = 67_108_864; // 2^26, so that handles are exact doubles
const GENERATIONS_MAX = 67_108_864;

/** A table without timers; it grows as needed. */
export function createTimerTable(): TimerTable {
  return { generations: new Int32Array(16), datas: new Int32Array(16), free: -1, fresh: 0 };
}

/** Takes a slot for a timer and returns it. */
export function openTimer(table: TimerTable, data: number): number {
  let slot = table.free;
  if (slot >= 0) {
    table.free = table.datas[slot] as number;
  } else {
    slot = table.fresh;
    if (slot === table.datas.length) growTable(table);
    table.fresh = slot + 1;
  }
  table.datas[slot] = data;
  return slot;
}

/** The handle of the timer in a slot: an integer below 2^53. */
export function handleOf(table: TimerTable, slot: number): number {
  return (table.generations[slot] as number) * SLOTS_MAX + slot;
}

/** Marks a timer as cancelled; false if it was cancelled before or its event has been met. */
export function cancelTimer(table: TimerTable, handle: number): boolean {
  const slot = handle % SLOTS_MAX;
  const generation = Math.floor(handle / SLOTS_MAX);
  if (slot >= table.fresh || table.generations[slot] !== generation) return false;
  table.generations[slot] = -1 - generation;
  return true;
}

/** Whether the timer in a slot was cancelled. */
export function isCancelled(table: TimerTable, slot: number): boolean {
  return (table.generations[slot] as number) < 0;
}

/** Gives a slot back once its event has been met. */
export function closeTimer(table: TimerTable, slot: number): void {
  const generation = table.generations[slot] as number;
  const next = (generation < 0 ? -1 - generation : generation) + 1;
  table.generations[slot] = next;
  if (next >= GENERATIONS_MAX) return; // used up
  table.datas[slot] = table.free;
  table.free = slot;
}

/** Gives every slot back; earlier handles stay void. */
export function clearTimers(table: TimerTable): void {
  table.free = -1;
  for (let slot = table.fresh - 1; slot >= 0; slot -= 1) {
    if ((table.generations[slot] as number) < GENERATIONS_MAX) closeTimer(table, slot);
  }
}

function growTable(table: TimerTable): void {
  const { generations, datas } = table;
  assert(datas.length < SLOTS_MAX, `fewer than ${SLOTS_MAX} timers are pending`);
  table.generations = new Int32Array(2 * datas.length);
  table.generations.set(generations);
  table.datas = new Int32Array(2 * datas.length);
  table.datas.set(datas);
}
