/**
 * The write-ahead log of the storage engine: a begin, a write and a commit for each height, of the last few heights.
 *
 * It is not the log of the consensus. An old commit is dropped once a newer one is finished, so a stop while height h
 * is written leaves the commits before h and what there is of h. Opening reads the log in order: a begin without commit
 * is rolled back silently; a payload shorter than its length prefix makes the log corrupt, and then it is deleted.
 * Source: blueprint.md sections 7 (commits retained) and 12 (steps 2 and 3, the rule of three commits).
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';
import type { StoragePlan } from '../storage-plan.js';
import type { StoreDamage } from './damage.js';
import { transferTime } from './step.js';

export interface LogRecord {
  readonly kind: 'begin' | 'write' | 'commit';
  readonly height: number;
  readonly length: number; // bytes of payload that the prefix announces
  readonly payload: number; // bytes of payload that are there
}

/** What opening a log finds. Its commits are of consecutive heights. */
export interface OpenedLog {
  readonly condition: 'whole' | 'rolled-back' | 'corrupt';
  readonly first: number; // first height it can replay
  readonly last: number; // and the last; first − 1 where there is none
  readonly bytes: number; // read, as the prefixes announce them
}

export interface Replay {
  readonly height: number; // where the store stands afterwards
  readonly heights: number; // replayed
  readonly bytes: number;
  readonly time: Micros;
}

/** The commits that a log of a node at `height` retains; heights count from 1. */
export function retainedCommits(plan: StoragePlan, height: number): { readonly first: number; readonly last: number } {
  return { first: Math.max(1, height - plan.walCommits + 1), last: height };
}

/**
 * The log that a stop leaves.
 *
 * @param height - last height that the node decided, ≥ 0; damage is in the commit of this height
 */
export function leftLog(plan: StoragePlan, height: number, damage: StoreDamage): LogRecord[] {
  const damaged = height > 0 && (damage.tornTail || damage.corruptLog);
  const { first, last } = retainedCommits(plan, damaged ? height - 1 : height);
  const records: LogRecord[] = [];
  for (let at = first; at <= last; at += 1) records.push(...begun(plan, at), mark('commit', at));
  if (!damaged) return records;
  if (!damage.corruptLog) return [...records, ...begun(plan, height)];
  return [...records, mark('begin', height), { kind: 'write', height, length: plan.growth + 1, payload: plan.growth }];
}

/** Opens a log: reads it to its end or to the first record that is too short. */
export function openLog(records: readonly LogRecord[]): OpenedLog {
  let first = 0;
  let last = 0;
  let open = 0; // the height that was begun, 0: none
  let bytes = 0;
  for (const { kind, height, length, payload } of records) {
    bytes += length;
    if (payload < length) return { condition: 'corrupt', first: 1, last: 0, bytes };
    if (kind === 'begin') open = height;
    assert(open === height, `the log has a ${kind} of height ${height} after the begin of height ${open}`);
    if (kind !== 'commit') continue;
    assert(last === 0 || height === last + 1, `the log has the commit of height ${height} after that of ${last}`);
    if (first === 0) first = height;
    last = height;
    open = 0;
  }
  const condition = open === 0 ? 'whole' : 'rolled-back';
  return last === 0 ? { condition, first: 1, last: 0, bytes } : { condition, first, last, bytes };
}

/**
 * Replays a log onto a store that stands at `from`: from any height on, but without a gap.
 *
 * @param from - height of a snapshot or backup
 * @param to - height to stop at
 */
export function replayFrom(
  plan: StoragePlan,
  log: Pick<OpenedLog, 'first' | 'last'>,
  from: number,
  to: number,
): Replay {
  const bridges = log.first <= from + 1;
  const height = bridges ? Math.max(from, Math.min(to, log.last)) : from;
  const bytes = (height - from) * plan.growth;
  return { height, heights: height - from, bytes, time: transferTime(bytes, plan.replayRate) };
}

/** Whether a log alone cannot bring a store that is `gap` heights behind to the tip. */
export function exceedsLog(plan: StoragePlan, gap: number): boolean {
  return gap > plan.walCommits;
}

function begun(plan: StoragePlan, height: number): LogRecord[] {
  return [mark('begin', height), { kind: 'write', height, length: plan.growth, payload: plan.growth }];
}

function mark(kind: 'begin' | 'commit', height: number): LogRecord {
  return { kind, height, length: 0, payload: 0 };
}
