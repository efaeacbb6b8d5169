/**
 * Preparation as a network of activities: each begins when what it follows is delivered and its owner is free.
 *
 * An owner works on one item at a time, without interruption, first come first served; equals go by their place in the list.
 * Work that is not accepted is done again at once by the same owner. A change that breaks a freeze asks for a new
 * candidate: the freeze and all that follows it is done again, and work under way on it is broken off. That can happen until
 * everything is prepared.
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';

export interface Activity {
  readonly owner: string;
  readonly after: readonly number[]; // indices of activities
}

/** What chance says; each answer depends on its arguments alone. */
export interface Luck {
  /** Whether an item is never delivered: nobody ever begins it. */
  readonly isMissing: (item: number) => boolean;
  /** µs of an attempt, integer ≥ 0; attempts of an item count from 0. */
  readonly work: (item: number, attempt: number) => Micros;
  readonly isAccepted: (item: number, attempt: number) => boolean;
  /** µs from the delivery of an item to the change that breaks it, > 0; Infinity if none comes. `time` counts from 0. */
  readonly change: (item: number, time: number) => Micros;
}

/** An item's time in the hands of its owner. */
export interface WorkRun {
  readonly item: number;
  readonly start: Micros;
  readonly attempts: readonly Micros[]; // when each begins
  end: Micros; // of the last attempt, or when it was broken off; Infinity if not before the limit
  isWhole: boolean; // false: broken off
  readonly cause: number; // index of the run whose end let it begin; −1: nothing held it up
}

export interface Preparation {
  readonly runs: readonly WorkRun[]; // in order of their start
  readonly lastRun: readonly number[]; // by item: index of its last run; −1 if it never began
  readonly delivered: readonly (Micros | null)[]; // by item; null: missing, or not before the limit
  readonly isMissing: readonly boolean[];
  readonly rework: readonly number[]; // by item: attempts after the first
}

/** An item that is refused so often is never accepted. */
const ATTEMPTS_MAX = 10_000;

type State = 'waiting' | 'queued' | 'working' | 'delivered' | 'missing';

interface Desk {
  readonly items: readonly Activity[];
  readonly luck: Luck;
  readonly limit: Micros;
  readonly state: State[];
  readonly queuedAt: Micros[];
  readonly queuedBy: number[]; // run whose end made the item ready
  readonly attempts: number[];
  readonly runs: WorkRun[];
  readonly lastRun: number[];
  readonly ownerFreedBy: Map<string, number>; // last run of an owner
  readonly busy: Set<string>;
  readonly changeAt: Micros[]; // by item
  readonly changes: number[];
}

/**
 * Simulates the preparation from time 0.
 *
 * @param limit - what happens later is not looked at
 * @throws AssertionError if an item follows itself
 */
export function prepare(items: readonly Activity[], luck: Luck, limit: Micros): Preparation {
  assertAcyclic(items);
  const desk: Desk = {
    items,
    luck,
    limit,
    state: items.map(() => 'waiting'),
    queuedAt: items.map(() => 0),
    queuedBy: items.map(() => -1),
    attempts: items.map(() => 0),
    runs: [],
    lastRun: items.map(() => -1),
    ownerFreedBy: new Map(),
    busy: new Set(),
    changeAt: items.map(() => Number.POSITIVE_INFINITY),
    changes: items.map(() => 0),
  };
  items.forEach((_, item) => {
    queueIfReady(desk, item, 0, -1);
  });
  assignOwners(desk, 0);
  for (;;) {
    const ended = earliest(desk.runs, ({ end, item }, i) =>
      isUnderWay(desk, item, i) ? end : Number.POSITIVE_INFINITY,
    );
    const broken = earliest(desk.changeAt, (at) => at);
    const now = Math.min(ended.at, broken.at);
    if (!(now <= limit) || !desk.state.some((state) => state === 'queued' || state === 'working')) break;
    if (ended.at <= broken.at) deliver(desk, ended.index, now);
    else breakFreeze(desk, broken.index, now);
    // whatever else ends now ends before anybody chooses the next item
    if (!desk.runs.some(({ end, item }, i) => end === now && isUnderWay(desk, item, i))) assignOwners(desk, now);
  }
  const delivered = items.map((_, item) => {
    return desk.state[item] === 'delivered' ? (desk.runs[desk.lastRun[item] as number] as WorkRun).end : null;
  });
  const isMissing = desk.state.map((state) => state === 'missing');
  return { runs: desk.runs, lastRun: desk.lastRun, delivered, isMissing, rework: countRework(desk) };
}

function isUnderWay(desk: Desk, item: number, run: number): boolean {
  return desk.state[item] === 'working' && desk.lastRun[item] === run;
}

/** The first of the smallest values; index −1 and Infinity for none. */
function earliest<T>(list: readonly T[], at: (one: T, index: number) => Micros): { index: number; at: Micros } {
  const found = { index: -1, at: Number.POSITIVE_INFINITY };
  list.forEach((one, index) => {
    const time = at(one, index);
    if (time < found.at) Object.assign(found, { index, at: time });
  });
  return found;
}

function queueIfReady(desk: Desk, item: number, now: Micros, by: number): void {
  const { items, state } = desk;
  if (state[item] !== 'waiting') return;
  if (!(items[item] as Activity).after.every((before) => state[before] === 'delivered')) return;
  state[item] = desk.luck.isMissing(item) ? 'missing' : 'queued';
  desk.queuedAt[item] = now;
  desk.queuedBy[item] = by;
}

/** Every owner who is free takes the item that has waited longest for it. */
function assignOwners(desk: Desk, now: Micros): void {
  const queue = desk.items.flatMap((_, item) => (desk.state[item] === 'queued' ? [item] : []));
  queue.sort((a, b) => (desk.queuedAt[a] as number) - (desk.queuedAt[b] as number) || a - b);
  for (const item of queue) {
    const { owner } = desk.items[item] as Activity;
    if (desk.busy.has(owner)) continue;
    desk.busy.add(owner);
    desk.state[item] = 'working';
    desk.lastRun[item] = desk.runs.length;
    desk.runs.push(beginWork(desk, item, owner, now));
  }
}

function beginWork(desk: Desk, item: number, owner: string, now: Micros): WorkRun {
  const { luck, limit } = desk;
  const waited = (desk.queuedAt[item] as number) < now;
  const cause = waited ? (desk.ownerFreedBy.get(owner) ?? -1) : (desk.queuedBy[item] as number);
  const attempts: Micros[] = [];
  let end = now;
  for (;;) {
    const attempt = desk.attempts[item] as number;
    desk.attempts[item] = attempt + 1;
    attempts.push(end);
    end += luck.work(item, attempt);
    if (luck.isAccepted(item, attempt)) break;
    if (end > limit || attempts.length >= ATTEMPTS_MAX)
      return { item, start: now, attempts, end: Number.POSITIVE_INFINITY, isWhole: true, cause };
  }
  return { item, start: now, attempts, end: end > limit ? Number.POSITIVE_INFINITY : end, isWhole: true, cause };
}

function release(desk: Desk, item: number): void {
  const { owner } = desk.items[item] as Activity;
  desk.busy.delete(owner);
  desk.ownerFreedBy.set(owner, desk.lastRun[item] as number);
}

function deliver(desk: Desk, run: number, now: Micros): void {
  const { item } = desk.runs[run] as WorkRun;
  desk.state[item] = 'delivered';
  release(desk, item);
  const time = desk.changes[item] as number;
  desk.changes[item] = time + 1;
  desk.changeAt[item] = now + desk.luck.change(item, time);
  desk.items.forEach((_, other) => {
    queueIfReady(desk, other, now, run);
  });
}

/** A change breaks a freeze: it and what follows it begins anew. */
function breakFreeze(desk: Desk, freeze: number, now: Micros): void {
  const { items, state, changeAt } = desk;
  for (const item of followers(items, freeze)) {
    changeAt[item] = Number.POSITIVE_INFINITY;
    if (state[item] === 'missing') continue;
    if (state[item] === 'working') {
      const run = desk.runs[desk.lastRun[item] as number] as WorkRun;
      run.end = now;
      run.isWhole = false;
      release(desk, item);
    }
    state[item] = 'waiting';
  }
  state[freeze] = 'queued';
  desk.queuedAt[freeze] = now;
  desk.queuedBy[freeze] = desk.lastRun[freeze] as number;
}

/** An item and all that follows it, directly or not, by index. */
function followers(items: readonly Activity[], first: number): number[] {
  const found = new Set([first]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    items.forEach(({ after }, item) => {
      if (after.some((before) => found.has(before))) found.add(item);
    });
  }
  return [...found].sort((a, b) => a - b);
}

function countRework({ items, runs }: Desk): number[] {
  const counts = items.map(() => -1);
  for (const { item, attempts, end, isWhole } of runs) {
    const begun = isWhole ? attempts.length : attempts.filter((at) => at < end).length;
    counts[item] = (counts[item] as number) + begun;
  }
  return counts.map((count) => Math.max(0, count));
}

function assertAcyclic(items: readonly Activity[]): void {
  items.forEach(({ after }, item) => {
    assert(!after.some((before) => followers(items, item).includes(before)), `activity ${item} does not follow itself`);
  });
}
