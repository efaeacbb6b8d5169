import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Contender,
  compareLeaders,
  type LeaderRule,
  leaderConcentration,
  leaderOfRound,
  leaderOrder,
  leaderRuleOf,
} from '#model/validators/leader-order';
import { selectionWeight, vrfOutput } from '#model/validators/selection';

const RULES: LeaderRule[] = ['node', 'lib', 'doc'];

function contender(address: number, tier: number, hours: number, output: bigint): Contender {
  const weight = selectionWeight(tier, hours);
  return { address, tier, hours, output, weight, weighted: output / weight };
}

function addresses(members: readonly Contender[], rule: LeaderRule): number[] {
  return leaderOrder(members, rule).map(({ address }) => address);
}

test('section 3.4: tier goes before hours, hours before randomness, in all three sources', () => {
  const members = [
    contender(0, 4, 720, 1n << 200n),
    contender(1, 5, 300, 1n << 250n),
    contender(2, 5, 301, 1n << 225n),
    contender(3, 3, 720, 0n),
  ];
  for (const rule of RULES) expect(addresses(members, rule)).toEqual([2, 1, 0, 3]);
});

test('section 3.4: with tier and hours equal node and doc take the lowest output, lib the highest', () => {
  const tied = [contender(0, 5, 720, 5_000_000n), contender(1, 5, 720, 9_000_000n), contender(2, 5, 720, 1_000_000n)];
  expect(addresses(tied, 'node')).toEqual([2, 0, 1]);
  expect(addresses(tied, 'doc')).toEqual([2, 0, 1]);
  expect(addresses(tied, 'lib')).toEqual([1, 0, 2]);
});

test('section 3.4: the last tie goes to the lowest address, in lib to the highest', () => {
  const equal = [contender(4, 5, 720, 77n), contender(2, 5, 720, 77n), contender(9, 5, 720, 77n)];
  expect(addresses(equal, 'node')).toEqual([2, 4, 9]);
  expect(addresses(equal, 'doc')).toEqual([2, 4, 9]);
  expect(addresses(equal, 'lib')).toEqual([9, 4, 2]);
});

test('section 3.4: node compares quotients, doc compares outputs', () => {
  const low = contender(8, 5, 720, 4_321n); // both outputs have the quotient 1
  const high = contender(3, 5, 720, 4_322n);
  expect(addresses([low, high], 'node')).toEqual([3, 8]);
  expect(addresses([low, high], 'doc')).toEqual([8, 3]);
});

test('section 3.4: node puts the heavier first before it looks at randomness', () => {
  const heavy = { ...contender(8, 5, 720, 4_321n), weight: 9_000n };
  expect(addresses([contender(3, 5, 720, 0n), heavy], 'node')).toEqual([8, 3]);
});

test('section 3.4: round r is led by the r-th, modulo the committee; as built by the first every time', () => {
  const order = ['a', 'b', 'c'];
  expect([0, 1, 2, 3, 7].map((round) => leaderOfRound(order, round, false))).toEqual(['a', 'b', 'c', 'a', 'b']);
  expect([0, 1, 2, 3, 7].map((round) => leaderOfRound(order, round, true))).toEqual(['a', 'a', 'a', 'a', 'a']);
  expect(() => leaderOfRound([], 0, false)).toThrow(/leader/);
});

const committee = fc
  .uniqueArray(fc.nat(60), { minLength: 1, maxLength: 20 })
  .chain((ids) =>
    fc.tuple(...ids.map((id) => fc.tuple(fc.constant(id), fc.integer({ min: 3, max: 5 }), fc.nat(3), fc.nat(9)))),
  )
  .map((rows) => rows.map(([id, tier, hours, output]) => contender(id, tier, hours, BigInt(output))));

test('every order is total: the same for every permutation, and no two members tie', () => {
  fc.assert(
    fc.property(committee, fc.constantFrom(...RULES), (members, rule) => {
      const order = leaderOrder(members, rule);
      expect(leaderOrder(members.toReversed(), rule)).toEqual(order);
      expect(leaderOrder([...members.slice(1), members[0] as Contender], rule)).toEqual(order);
      for (let i = 1; i < order.length; i += 1) {
        expect(compareLeaders(order[i - 1] as Contender, order[i] as Contender, rule)).toBeLessThan(0);
      }
    }),
  );
});

test('section 3.4: without ties one validator leads every epoch; full ties share the lead', () => {
  const leaders = (hours: (address: number) => number): number[] => {
    return Array.from({ length: 400 }, (_, epoch) => {
      const members = Array.from({ length: 8 }, (_, i) => contender(i, 5, hours(i), vrfOutput(1, epoch, i)));
      return (leaderOrder(members, 'node')[0] as Contender).address;
    });
  };
  const fixed = leaderConcentration(leaders((address) => 700 + address));
  expect(fixed).toMatchObject({ blocks: 400, distinct: 1, topShare: 1, herfindahl: 1, effective: 1, longestRun: 400 });
  const shared = leaderConcentration(leaders(() => 720));
  expect(shared.distinct).toBe(8);
  expect(shared.effective).toBeGreaterThan(7);
  expect(shared.topShare).toBeLessThan(0.2);
});

test('concentration counts blocks, shares and runs', () => {
  expect(leaderConcentration([1, 1, 2, 1])).toEqual({
    blocks: 4,
    distinct: 2,
    topShare: 0.75,
    herfindahl: 0.625,
    effective: 1.6,
    longestRun: 2,
  });
  expect(leaderConcentration([])).toMatchObject({ blocks: 0, topShare: 0, herfindahl: 0, effective: 0, longestRun: 0 });
});

test('a plan names the rule, and the switch of the chain as built goes before it', () => {
  const orders = ['lowest-vrf', 'highest-vrf', 'doc'] as const;
  expect(orders.map((order) => leaderRuleOf(order, false))).toEqual(['node', 'lib', 'doc']);
  expect(orders.map((order) => leaderRuleOf(order, true))).toEqual(['lib', 'lib', 'lib']);
});
