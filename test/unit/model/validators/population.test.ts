import { expect, test } from 'vitest';
import { electCommittee } from '#model/validators/committee';
import { drawPopulation } from '#model/validators/population';
import { AS_DESIGNED, makePlan } from '../../../fixtures/plan.js';

const plan = makePlan();
const population = drawPopulation(
  { ...plan.validators, stakeExponent: 0.8 },
  plan.network,
  'seed',
  'mainnet',
  100,
  AS_DESIGNED,
);

test('stakes sum to the mean times n, up to rounding, and fall by Zipf with exponent 0.8', () => {
  const stakes = [...population.stake].sort((a, b) => b - a);
  const total = stakes.reduce((sum, stake) => sum + stake, 0);
  expect(Math.abs(total - 100_000)).toBeLessThanOrEqual(50);
  expect((stakes[0] as number) / (stakes[1] as number)).toBeCloseTo(2 ** 0.8, 3);
});

test('a tenth starts in TL3 and the rest above', () => {
  expect(population.tier.filter((tier) => tier === 3)).toHaveLength(10);
  expect(population.tier.every((tier) => tier >= 3 && tier <= 5)).toBe(true);
});

test('a committee holds the target number, and its leader order is by tier, then hours', () => {
  const { order, member } = electCommittee(population, 60, 7, 3, 'node', AS_DESIGNED);
  expect(order).toHaveLength(60);
  expect(member.reduce((sum, one) => sum + one, 0)).toBe(60);
  const rank = [...order].map((v) => (population.tier[v] as number) * 1_000 + (population.hours[v] as number));
  expect(rank).toEqual(rank.toSorted((a, b) => b - a));
});

test('the chance of election grows with tier and hours', () => {
  let elected = 0;
  const strong = [...population.hours].map((_, i) => i).sort((a, b) => weight(b) - weight(a));
  const top = new Set(strong.slice(0, 20));
  for (let epoch = 0; epoch < 200; epoch += 1) {
    const { member } = electCommittee(population, 50, 99, epoch, 'node', AS_DESIGNED);
    for (const validator of top) elected += member[validator] as number;
  }
  expect(elected / (200 * 20)).toBeGreaterThan(0.6); // half of all are elected
});

function weight(validator: number): number {
  return ((population.tier[validator] as number) + 1) * (population.hours[validator] as number);
}

test('the draw depends on the seed, and on nothing else', () => {
  const again = drawPopulation(
    { ...plan.validators, stakeExponent: 0.8 },
    plan.network,
    'seed',
    'mainnet',
    100,
    AS_DESIGNED,
  );
  const other = drawPopulation(
    { ...plan.validators, stakeExponent: 0.8 },
    plan.network,
    'other',
    'mainnet',
    100,
    AS_DESIGNED,
  );
  expect(again).toEqual(population);
  expect(other.hours).not.toEqual(population.hours);
});
