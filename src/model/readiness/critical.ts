/**
 * What held a preparation up: the critical path, found by walking back from the end, and the slack of the rest.
 *
 * Each run of work began when one other run ended: one that it follows, or the one before it in the hands of its owner. The
 * chain of these back from the end is the critical path. The slack of an item is how much later it could have been delivered
 * with the end where it was, the order of each owner's work kept (Kelley & Walker 1959, "Critical-path planning and scheduling").
 */
import type { Micros } from '#base/time';
import type { Activity, Preparation, WorkRun } from './activity.js';

/**
 * Marks the items on the critical path to the end: the delivery of the last required item. Where one is never delivered, the
 * end is waiting for it.
 *
 * @param isRequired - by item: the preparation is not over without it
 */
export function criticalPath(
  items: readonly Activity[],
  preparation: Preparation,
  isRequired: readonly boolean[],
): boolean[] {
  const { runs, lastRun } = preparation;
  const path = items.map(() => false);
  const end = endOf(items, preparation, isRequired);
  if (end < 0) return path;
  path[end] = true;
  let run = lastRun[end] as number;
  if (preparation.delivered[end] === null && (runs[run]?.isWhole ?? false) === false) {
    run = latestOf(preparation, (items[end] as Activity).after); // it never began, or was broken off
  }
  while (run >= 0) {
    const { item, cause } = runs[run] as WorkRun;
    path[item] = true;
    run = cause;
  }
  return path;
}

/** The required item that the end waits for: one that is missing, one under way, or the one delivered last. */
function endOf(items: readonly Activity[], preparation: Preparation, isRequired: readonly boolean[]): number {
  const { delivered, isMissing, lastRun, runs } = preparation;
  if (isRequired.some((required, item) => required && delivered[item] === null)) {
    const open = items.flatMap(({ after }, item) => {
      return delivered[item] === null && after.every((before) => delivered[before] !== null) ? [item] : [];
    });
    const awaited = open.filter((item) => leadsToRequired(items, item, isRequired));
    const missing = awaited.find((item) => isMissing[item] === true);
    return (
      missing ??
      awaited.find((item) => runs[lastRun[item] as number]?.end === Number.POSITIVE_INFINITY) ??
      awaited[0] ??
      -1
    );
  }
  let end = -1;
  isRequired.forEach((required, item) => {
    if (required && (end < 0 || (delivered[item] as number) > (delivered[end] as number))) end = item;
  });
  return end;
}

function leadsToRequired(items: readonly Activity[], item: number, isRequired: readonly boolean[]): boolean {
  if (isRequired[item] === true) return true;
  return items.some(({ after }, other) => after.includes(item) && leadsToRequired(items, other, isRequired));
}

/** The run among those of some items that ended last, the first of equals; −1 for none. */
function latestOf({ runs, lastRun }: Preparation, items: readonly number[]): number {
  let latest = -1;
  for (const item of items) {
    const run = lastRun[item] as number;
    if (run >= 0 && (latest < 0 || (runs[run] as WorkRun).end > (runs[latest] as WorkRun).end)) latest = run;
  }
  return latest;
}

/**
 * Slack of every item in µs; null where nothing required waits for it, and for all where something required is never delivered.
 *
 * @param isRequired - as `criticalPath`
 */
export function slackOf(
  items: readonly Activity[],
  preparation: Preparation,
  isRequired: readonly boolean[],
): (Micros | null)[] {
  const { runs, lastRun, delivered } = preparation;
  if (isRequired.some((required, item) => required && delivered[item] === null)) return items.map(() => null);
  const end = Math.max(0, ...items.map((_, item) => (isRequired[item] === true ? (delivered[item] as number) : 0)));
  const latest = items.map((_, item) => (isRequired[item] === true ? end : Number.POSITIVE_INFINITY));
  const ownerNext = new Map<string, number>(); // latest start of the owner's next item
  const inOrder = items.flatMap((_, item) => (delivered[item] === null ? [] : [item]));
  inOrder.sort((a, b) => (lastRun[b] as number) - (lastRun[a] as number)); // runs are in order of their start
  for (const item of inOrder) {
    const { owner, after } = items[item] as Activity;
    const { start, end: done } = runs[lastRun[item] as number] as WorkRun;
    const finish = Math.min(latest[item] as number, ownerNext.get(owner) ?? Number.POSITIVE_INFINITY);
    latest[item] = finish;
    const begin = finish - (done - start);
    ownerNext.set(owner, begin);
    for (const before of after) latest[before] = Math.min(latest[before] as number, begin);
  }
  return items.map((_, item) => {
    const at = delivered[item];
    const slack = (latest[item] as number) - (at ?? Number.POSITIVE_INFINITY);
    return at === null || at === undefined || !Number.isFinite(slack) ? null : slack;
  });
}
