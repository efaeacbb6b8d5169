/**
 * Who leads: three orders of the committee, rotation by round, and how concentrated leadership becomes.
 *
 * All orders start with tier and hours, so without ties the same validator leads every block; stake plays no part.
 * Source: blueprint.md section 3.4, divergence 7 of section 21.
 */
import { assert } from '#base/assert';
import type { LeaderOrder } from '../plan.js';

/** The node's code, the engine library, or the design text; `node` is the recommended one. */
export type LeaderRule = 'node' | 'lib' | 'doc';

/**
 * The rule by which a chain orders its leaders.
 *
 * @param highestVrf - as built (divergence 7): the library's order, whatever the plan says
 */
export function leaderRuleOf(order: LeaderOrder, highestVrf: boolean): LeaderRule {
  if (highestVrf || order === 'highest-vrf') return 'lib';
  return order === 'doc' ? 'doc' : 'node';
}

/** What the orders look at. */
export interface Contender {
  readonly address: number;
  readonly tier: number;
  readonly hours: number; // timetoke
  readonly output: bigint; // of the verifiable random function, 256 bits
  readonly weight: bigint; // w(tier) × max(hours, 1)
  readonly weighted: bigint; // floor(output / weight)
}

/**
 * Negative if `a` leads before `b` (blueprint 3.4); ends on the address, so 0 only for one and the same.
 *
 * Tier and hours descend everywhere. Then node: weight descending, weighted output ascending, address ascending;
 * lib: output descending, address descending; doc: output ascending, and where it is silent address ascending.
 */
export function compareLeaders(a: Contender, b: Contender, rule: LeaderRule): number {
  if (a.tier !== b.tier) return b.tier - a.tier;
  if (a.hours !== b.hours) return b.hours - a.hours;
  switch (rule) {
    case 'node':
      return compareBig(b.weight, a.weight) || compareBig(a.weighted, b.weighted) || a.address - b.address;
    case 'lib':
      return compareBig(b.output, a.output) || b.address - a.address;
    case 'doc':
      return compareBig(a.output, b.output) || a.address - b.address;
  }
}

/** The committee from its first leader to its last. */
export function leaderOrder<T extends Contender>(members: readonly T[], rule: LeaderRule): T[] {
  return members.toSorted((a, b) => compareLeaders(a, b, rule));
}

/**
 * The leader of a round (blueprint 3.4): the r-th of the order, modulo its length.
 *
 * @param order - not empty
 * @param round - integer ≥ 0
 * @param ignoresRound - as built (`leaderIgnoresRound`): a leader that timed out is elected again
 */
export function leaderOfRound<T>(order: readonly T[], round: number, ignoresRound: boolean): T {
  assert(order.length > 0, 'a committee has a leader');
  assert(Number.isSafeInteger(round) && round >= 0, `the round ${round} is an integer from 0`);
  return order[ignoresRound ? 0 : round % order.length] as T;
}

/** How unevenly blocks are led; the first-class risk of section 3.4. */
export interface LeaderConcentration {
  readonly blocks: number;
  readonly distinct: number; // validators that led at all
  readonly topShare: number; // of the blocks, by the busiest; 0 without blocks
  readonly herfindahl: number; // Σ share²: 1 / n where n take equal turns, 1 where one leads all; 0 without blocks
  readonly effective: number; // 1 / herfindahl: as concentrated as so many equal leaders
  readonly longestRun: number; // blocks in a row by one leader
}

/**
 * Measures the leaders of a run of blocks.
 *
 * @param leaders - address of each block's leader, in order of height
 */
export function leaderConcentration(leaders: Iterable<number>): LeaderConcentration {
  const counts = new Map<number, number>();
  let blocks = 0;
  let run = 0;
  let longestRun = 0;
  let previous: number | null = null;
  for (const leader of leaders) {
    run = leader === previous ? run + 1 : 1;
    longestRun = Math.max(longestRun, run);
    previous = leader;
    blocks += 1;
    counts.set(leader, (counts.get(leader) ?? 0) + 1);
  }
  let most = 0;
  let squares = 0;
  for (const count of counts.values()) {
    most = Math.max(most, count);
    squares += count * count;
  }
  const herfindahl = blocks === 0 ? 0 : squares / (blocks * blocks);
  return {
    blocks,
    distinct: counts.size,
    topShare: blocks === 0 ? 0 : most / blocks,
    herfindahl,
    effective: blocks === 0 ? 0 : (blocks * blocks) / squares,
    longestRun,
  };
}

function compareBig(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
