/**
 * The validators of one chain and their standing: region, stake, timetoke, successes, score, tier.
 *
 * What they start with is drawn from the seed alone, by the profiles of blueprint.md section 22: a rehearsal asks what can
 * happen to these validators, not to others. Standing changes with every epoch.
 */
import { compareNumbers } from '#base/order';
import { createStream, nextBelow, nextUnit, type Stream } from '#kernel/stream';
import type { AsBuiltPlan, NetworkPlan, ValidatorsPlan } from '../plan.js';
import { engineScore, engineTier, reputationScore, tierOf } from './reputation.js';

export interface Population {
  readonly n: number;
  readonly region: Int32Array; // index into the plan's regions
  readonly stake: Float64Array; // integer units ≥ 0
  readonly validated: Uint8Array; // 1: its identity is validated
  readonly hours: Int32Array; // timetoke, 0 … 720
  readonly lastProof: Float64Array; // µs: end of the last uptime window taken in; NaN for none
  readonly lastDecay: Float64Array; // µs; NaN before the first
  readonly successes: Int32Array; // consensus successes
  readonly feedback: Int32Array; // of peers; a negative one counts as none
  readonly score: Float64Array; // in [0, 1]
  readonly tier: Int32Array; // 0 … 5
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
  asBuilt: AsBuiltPlan,
): Population {
  const profile = createStream(seed, 0, `validators/${chain}/profile`);
  const stake = zipfStakes(plan, n, createStream(seed, 0, `validators/${chain}/stake`));
  const newcomers = Math.floor(plan.newcomers * n);
  const population: Population = {
    n,
    region: assignRegions(network, n),
    stake,
    validated: new Uint8Array(n).fill(asBuilt.bootstrap ? 0 : 1),
    hours: new Int32Array(n),
    lastProof: new Float64Array(n).fill(Number.NaN),
    lastDecay: new Float64Array(n).fill(Number.NaN),
    successes: new Int32Array(n),
    feedback: new Int32Array(n),
    score: new Float64Array(n),
    tier: new Int32Array(n),
  };
  for (let i = 0; i < n; i += 1) {
    const hours = plan.hours[0] + nextBelow(profile, plan.hours[1] - plan.hours[0] + 1);
    const drawn = plan.successes[0] + nextBelow(profile, plan.successes[1] - plan.successes[0] + 1);
    const successes = i >= n - newcomers ? Math.min(drawn, 10 + nextBelow(profile, 90)) : drawn;
    population.hours[i] = asBuilt.bootstrap ? 0 : hours;
    population.successes[i] = asBuilt.bootstrap ? 0 : successes;
    rate(population, i, asBuilt);
  }
  return population;
}

/** Works out the score and the tier of one validator from its history (blueprint.md section 3.1). */
export function rate(population: Population, validator: number, asBuilt: AsBuiltPlan): void {
  const hours = population.hours[validator] as number;
  const merits = {
    validated: population.validated[validator] === 1,
    hours,
    successes: population.successes[validator] as number,
    feedback: population.feedback[validator] as number,
  };
  const score = asBuilt.libraryTiers ? engineScore(hours) : reputationScore(merits);
  const tier = asBuilt.libraryTiers ? engineTier(hours) : tierOf(merits, score);
  population.score[validator] = score;
  population.tier[validator] = merits.validated ? tier : 0;
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
