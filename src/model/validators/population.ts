/**
 * The validators of one chain: region, stake, reputation and voting power, drawn once from the seed.
 *
 * Sources: blueprint.md section 3.1 (score, tier), 4.1 (voting power), 22 (seeded profiles). The draw does not depend on
 * the replication: a rehearsal asks what can happen to these validators, not to others.
 */
import { compareNumbers } from '#base/order';
import { createStream, nextBelow, nextUnit, type Stream } from '#kernel/stream';
import type { NetworkPlan, ValidatorsPlan } from '../plan.js';

export interface Population {
  readonly n: number;
  readonly region: Int32Array; // index into the plan's regions
  readonly stake: Float64Array; // integer units ≥ 1
  readonly hours: Int32Array; // timetoke, 0 … 720
  readonly successes: Int32Array; // consensus successes
  readonly tier: Int32Array; // 3 … 5: TL3, TL4, TL5
  readonly power: Float64Array; // voting power under the blueprint's selection, integers
}

/** Reputation score without feedback and with a fresh decay reference (blueprint 3.1): 0.4 + uptime + consensus. */
export function reputationScore(hours: number, successes: number): number {
  const score = 0.4 + 0.2 * (1 - Math.exp(-hours / 24)) + 0.2 * (1 - Math.exp(-successes / 128));
  return Math.min(1, Math.max(0, score));
}

/** Tier of a validated identity (blueprint 3.1), in the order of its rules. */
export function tierOf(hours: number, successes: number, score: number): number {
  if (hours < 24) return 1;
  if (successes < 10) return 2;
  if (successes < 100) return 3;
  return score < 0.75 ? 4 : 5;
}

/**
 * Voting power (blueprint 4.1, node engine): stake × (round(score × 1000) + 1000) × (min(hours, 720) + 1).
 *
 * @returns an integer; exact while below 2^53
 */
export function votingPower(stake: number, score: number, hours: number): number {
  return stake * Math.max(1, Math.round(score * 1000) + 1000) * (Math.min(hours, 720) + 1);
}

/**
 * Draws the validators of a chain.
 *
 * @param chain - its name, part of the streams' names
 */
export function drawPopulation(
  plan: ValidatorsPlan,
  network: NetworkPlan,
  seed: string,
  chain: string,
  n: number,
): Population {
  const profile = createStream(seed, 0, `validators/${chain}/profile`);
  const stake = zipfStakes(plan, n, createStream(seed, 0, `validators/${chain}/stake`));
  const newcomers = Math.floor(plan.newcomers * n);
  const hours = new Int32Array(n);
  const successes = new Int32Array(n);
  const tier = new Int32Array(n);
  const power = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    hours[i] = plan.hours[0] + nextBelow(profile, plan.hours[1] - plan.hours[0] + 1);
    const drawn = plan.successes[0] + nextBelow(profile, plan.successes[1] - plan.successes[0] + 1);
    successes[i] = i >= n - newcomers ? Math.min(drawn, 10 + nextBelow(profile, 90)) : drawn;
    const score = reputationScore(hours[i] as number, successes[i] as number);
    tier[i] = tierOf(hours[i] as number, successes[i] as number, score);
    power[i] = votingPower(stake[i] as number, score, hours[i] as number);
  }
  return { n, region: assignRegions(network, n), stake, hours, successes, tier, power };
}

/** Stakes by Zipf's law over ranks, total `stakeMean` × n up to rounding; which validator holds which rank is drawn. */
function zipfStakes(plan: ValidatorsPlan, n: number, stream: Stream): Float64Array {
  const weights = Array.from({ length: n }, (_, rank) => Math.exp(-plan.stakeExponent * Math.log(rank + 1)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const draws = Array.from({ length: n }, () => nextUnit(stream));
  const order = draws.map((_, i) => i).sort((a, b) => compareNumbers(draws[a] as number, draws[b] as number) || a - b);
  const stakes = new Float64Array(n);
  order.forEach((validator, rank) => {
    stakes[validator] = Math.max(1, Math.round((plan.stakeMean * n * (weights[rank] as number)) / total));
  });
  return stakes;
}

/** Places validators as the plan says, or deals them to regions so that every prefix holds the regions' shares as closely as possible. */
function assignRegions(network: NetworkPlan, n: number): Int32Array {
  const { placement } = network;
  if (placement !== null) return Int32Array.from({ length: n }, (_, i) => placement[i % placement.length] as number);
  const counts = network.regions.map(() => 0);
  return Int32Array.from({ length: n }, (_, i) => {
    let best = 0;
    let bestGap = Number.NEGATIVE_INFINITY;
    network.regions.forEach((region, r) => {
      const gap = region.share * (i + 1) - (counts[r] as number);
      if (gap > bestGap + 1e-12) {
        best = r;
        bestGap = gap;
      }
    });
    counts[best] = (counts[best] as number) + 1;
    return best;
  });
}
