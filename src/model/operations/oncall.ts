/**
 * On-call: who answers a page, and when.
 *
 * A page goes to the person of a level who is free first, of equals to the one with the fewest pages of the last 24 hours. Each
 * of those makes the answer slower. Outside of shifts it takes a factor longer, but never longer than if the page had waited for
 * the next shift. A page that nobody acknowledges goes to the next level as well; who is first acknowledges it.
 */
import { assert } from '#base/assert';
import { DAY, type Micros } from '#base/time';
import type { OncallPlan } from '../people-plan.js';
import { isOnShift, untilShift } from './shift.js';

/** Who was paged when, and who is busy until when, by level and person. */
export interface Roster {
  readonly pagedAt: Micros[][][]; // of the last 24 hours
  readonly busyUntil: Micros[][];
}

/** What became of a page. */
export interface Answer {
  readonly acknowledged: Micros; // when, ≥ the page
  readonly level: number; // of who acknowledged it; 0: the first
  readonly person: number;
  readonly pages: number; // sent, one for each level
}

export function createRoster({ levels, people }: OncallPlan): Roster {
  const each = <T>(make: () => T): T[][] => {
    return Array.from({ length: levels }, () => Array.from({ length: people }, make));
  };
  return { pagedAt: each<Micros[]>(() => []), busyUntil: each<Micros>(() => 0) };
}

/**
 * Pages whoever is on call and says when that is acknowledged. Whoever does is free again when `occupy` says so.
 *
 * @param isCovered - somebody is on shift at this hour, whatever the shifts say
 * @param responses - by level: µs that the answer takes somebody rested and on shift, integer ≥ 0
 */
export function page(
  plan: OncallPlan,
  roster: Roster,
  now: Micros,
  isCovered: boolean,
  responses: readonly Micros[],
): Answer {
  assert(responses.length === plan.levels, `${responses.length} responses fit ${plan.levels} levels`);
  let best: Answer = { acknowledged: Number.POSITIVE_INFINITY, level: 0, person: 0, pages: 0 };
  for (const [level, response] of responses.entries()) {
    const at = now + level * plan.escalateAfter;
    if (level > 0 && best.acknowledged <= at) break;
    const person = choose(roster, level, at);
    const pagedAt = roster.pagedAt[level]?.[person] as Micros[];
    forgetOld(pagedAt, at);
    const slower = tiredness(plan.fatigue, pagedAt.length);
    pagedAt.push(at);
    const start = Math.max(at, roster.busyUntil[level]?.[person] as Micros);
    const acknowledged = start + answerTime(plan, start, isCovered, response * slower);
    const pages = level + 1;
    best = acknowledged < best.acknowledged ? { acknowledged, level, person, pages } : { ...best, pages };
  }
  return best;
}

/** Who acknowledged a page is busy with it until then. */
export function occupy(roster: Roster, { level, person }: Answer, until: Micros): void {
  const row = roster.busyUntil[level] as Micros[];
  row[person] = Math.max(row[person] as Micros, until);
}

function choose(roster: Roster, level: number, at: Micros): number {
  const free = (roster.busyUntil[level] as Micros[]).map((until) => Math.max(until, at));
  const recent = (roster.pagedAt[level] as Micros[][]).map((pages) => pages.filter((page) => page > at - DAY).length);
  let chosen = 0;
  free.forEach((until, person) => {
    const sooner = until - (free[chosen] as Micros);
    if (sooner < 0 || (sooner === 0 && (recent[person] as number) < (recent[chosen] as number))) chosen = person;
  });
  return chosen;
}

function forgetOld(pagedAt: Micros[], at: Micros): void {
  const kept = pagedAt.filter((page) => page > at - DAY);
  pagedAt.splice(0, pagedAt.length, ...kept);
}

function tiredness(fatigue: number, pages: number): number {
  let factor = 1;
  for (let i = 0; i < pages; i += 1) factor *= fatigue;
  return factor;
}

function answerTime(plan: OncallPlan, start: Micros, isCovered: boolean, response: number): Micros {
  const week = start + plan.begin;
  if (isCovered || isOnShift(plan.shifts, week)) return Math.round(response);
  return Math.round(Math.min(response * plan.offShift, untilShift(plan.shifts, week) + response));
}
