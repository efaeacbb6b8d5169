/**
 * Voting power, quorums, and the smallest sets of validators that decide or block.
 *
 * Exact: powers are bigint, since a large stake times 2000 times 721 passes 2^53.
 * Source: blueprint.md section 4.1.
 */
import { assert } from '#base/assert';

export const LARGEST_U64 = 18_446_744_073_709_551_615n;

/**
 * Power in the node (blueprint 4.1): stake × max(1, round(score × 1000) + 1000) × (min(hours, 720) + 1).
 *
 * @param stake - ≥ 0
 * @param score - in [0, 1]
 * @param hours - timetoke, integer ≥ 0
 */
export function nodePower(stake: bigint, score: number, hours: number): bigint {
  return stake * atLeastOne(thousandths(score) + 1_000) * BigInt(Math.min(hours, 720) + 1);
}

/**
 * Power in the engine library (blueprint 4.1): max(tier, 1) × 100 × max(1, round(score × 1000)) × max(1, timetoke / 10^6)
 * × stake, stopped at the largest unsigned 64-bit integer.
 *
 * @param timetoke - balance in the library's own unit, integer ≥ 0; the division drops the rest
 */
export function enginePower(stake: bigint, tier: number, score: number, timetoke: bigint): bigint {
  const millions = timetoke / 1_000_000n;
  const factors = [100n, atLeastOne(thousandths(score)), millions > 1n ? millions : 1n, stake];
  return factors.reduce((product, factor) => saturate(product * factor), atLeastOne(tier));
}

/** How a quorum of the total power T is counted: the recommended floor(2T/3) + 1, the node's ceil(2T/3) + 1, the text's 2T/3. */
export type QuorumRule = 'floor' | 'ceil' | 'doc';

/**
 * The least power that decides (blueprint 4.1, divergence 8 of section 21).
 *
 * @param total - ≥ 0
 * @returns floor: floor(2T/3) + 1; ceil: ceil(2T/3) + 1, which unit powers may never reach, and 0 at T = 0; doc: ceil(2T/3)
 */
export function quorumOf(total: bigint, rule: QuorumRule): bigint {
  assert(total >= 0n, `the total power ${total} is not negative`);
  switch (rule) {
    case 'floor':
      return (2n * total) / 3n + 1n;
    case 'ceil':
      return total === 0n ? 0n : (2n * total + 2n) / 3n + 1n;
    case 'doc':
      return (2n * total + 2n) / 3n;
  }
}

/** The sum of powers. */
export function totalPower(powers: readonly bigint[]): bigint {
  return powers.reduce((sum, power) => sum + power, 0n);
}

/**
 * The fewest validators with at least the power `needed`: the strongest first, equals by index.
 *
 * @param powers - of validators 0 … n−1
 * @returns indices, strongest first; empty if nothing is needed, null if all together have too little
 */
export function minimumSet(powers: readonly bigint[], needed: bigint): number[] | null {
  const strongestFirst = powers
    .map((power, index) => ({ power, index }))
    .sort((a, b) => (a.power === b.power ? a.index - b.index : a.power > b.power ? -1 : 1));
  const chosen: number[] = [];
  let reached = 0n;
  for (const { power, index } of strongestFirst) {
    if (reached >= needed) break;
    chosen.push(index);
    reached += power;
  }
  return reached >= needed ? chosen : null;
}

/** The fewest validators that decide together; null where not even all of them can (blueprint 4.1, unit powers in the node). */
export function decidingSet(powers: readonly bigint[], rule: QuorumRule): number[] | null {
  return minimumSet(powers, quorumOf(totalPower(powers), rule));
}

/** The fewest validators without whom the others cannot decide; empty where nobody can decide anyway. */
export function blockingSet(powers: readonly bigint[], rule: QuorumRule): number[] {
  const total = totalPower(powers);
  const spare = total - quorumOf(total, rule); // power that may be missing
  return minimumSet(powers, spare + 1n) ?? [];
}

/** Half away from zero, as in the node. */
function thousandths(score: number): number {
  assert(score >= 0 && score <= 1, `the score ${score} lies in [0, 1]`);
  return Math.round(score * 1_000);
}

function atLeastOne(value: number): bigint {
  return BigInt(Math.max(1, value));
}

function saturate(value: bigint): bigint {
  return value > LARGEST_U64 ? LARGEST_U64 : value;
}
