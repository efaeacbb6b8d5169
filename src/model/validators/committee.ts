/**
 * The committee of an epoch: who is elected, in which order they lead, and with which power they vote.
 *
 * Joins the parts of the blueprint's selection (sections 3.3, 3.4 and 4.1): outputs of the random function, the choice
 * among them, the leader order, the powers.
 */
import type { AsBuiltPlan } from '../plan.js';
import { type Contender, type LeaderRule, leaderOrder } from './leader-order.js';
import type { Population } from './population.js';
import { enginePower, nodePower } from './power.js';
import { type Selection, selectCommittee, thresholdNoise, vrfOutput } from './selection.js';

export interface Committee {
  readonly epoch: number; // or height, where every block has its own
  readonly order: Int32Array; // validators in leader order; empty if nobody was elected
  readonly member: Uint8Array; // by validator: 1 if elected
  readonly powers: Float64Array; // by validator: voting power, integers; 0 outside the committee
  readonly contenders: readonly Contender[]; // in leader order: what the payout order looks at
  readonly selection: Selection;
}

/**
 * Elects a committee.
 *
 * @param target - members wanted
 * @param key - of the chain's random function
 * @param epoch - its number, or the height where every block has its own
 */
export function electCommittee(
  population: Population,
  target: number,
  key: number,
  epoch: number,
  leaderRule: LeaderRule,
  asBuilt: AsBuiltPlan,
): Committee {
  const { n, tier, hours, validated } = population;
  const submissions = Array.from({ length: n }, (_, address) => ({
    address,
    tier: validated[address] === 1 ? (tier[address] as number) : 0,
    hours: hours[address] as number,
    output: vrfOutput(key, epoch, address),
    noise: asBuilt.vrfThreshold ? thresholdNoise(key, epoch, address) : 0n,
    defect: null,
  }));
  const rules = { target, bundleCap: asBuilt.vrfBundle, thresholdAsBuilt: asBuilt.vrfThreshold, leaderRule };
  const selection = selectCommittee(submissions, rules);
  const contenders = leaderOrder(selection.members, leaderRule);
  const member = new Uint8Array(n);
  const powers = new Float64Array(n);
  for (const { address } of contenders) {
    member[address] = 1;
    powers[address] = powerOf(population, address, asBuilt);
  }
  return { epoch, order: Int32Array.from(contenders, ({ address }) => address), member, powers, contenders, selection };
}

/** Voting power of every validator by its present standing, elected or not. */
export function powersOf(population: Population, asBuilt: AsBuiltPlan): Float64Array {
  return Float64Array.from({ length: population.n }, (_, validator) => powerOf(population, validator, asBuilt));
}

function powerOf(population: Population, validator: number, asBuilt: AsBuiltPlan): number {
  const stake = BigInt(population.stake[validator] as number);
  const score = population.score[validator] as number;
  const hours = population.hours[validator] as number;
  if (!asBuilt.libraryPower) return Number(nodePower(stake, score, hours));
  return Number(enginePower(stake, population.tier[validator] as number, score, BigInt(hours) * 1_000_000n));
}
