import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Identity } from '#model/validators/identity';
import type { Tier } from '#model/validators/reputation';
import { dutyOf, isDutyDone, mayPublish, selectWitnesses } from '#model/validators/witness';

function identity(address: number, score: number, hours: number, tier: Tier = 2, validated = true): Identity {
  return { address, score, hours, tier, validated, successes: 0, feedback: 0, decayReference: 0 };
}

function addresses(identities: readonly Identity[]): number[] {
  return identities.map(({ address }) => address);
}

test('section 3.5: by score, then hours, then the lowest address', () => {
  const all = [identity(4, 0.5, 30), identity(3, 0.5, 30), identity(8, 0.5, 40), identity(1, 0.6, 24)];
  expect(addresses(selectWitnesses(all, new Set()))).toEqual([1, 8, 3, 4]);
});

test('section 3.5: nobody of the committee, nobody without validation, nobody in TL0, but TL3 and above if not elected', () => {
  const all = [
    identity(1, 0.9, 700, 5),
    identity(2, 0.8, 700, 5),
    identity(3, 0.7, 50, 2, false),
    identity(4, 0.6, 0, 0),
    identity(5, 0.4, 0, 1),
  ];
  expect(addresses(selectWitnesses(all, new Set([1])))).toEqual([2, 5]);
});

test('section 2.1: sixteen are taken', () => {
  const all = Array.from({ length: 40 }, (_, i) => identity(i, i / 100, 24));
  expect(addresses(selectWitnesses(all, new Set([39])))).toEqual(Array.from({ length: 16 }, (_, i) => 38 - i));
  expect(selectWitnesses(all, new Set(), 3)).toHaveLength(3);
});

test('the selection does not depend on the order of identities, and none is taken twice', () => {
  const someone = fc.record({
    address: fc.nat(50),
    score: fc.constantFrom(0.4, 0.5, 0.6),
    hours: fc.nat(3),
    tier: fc.constantFrom<Tier>(0, 1, 2, 3),
    validated: fc.boolean(),
  });
  const people = fc.uniqueArray(someone, { selector: ({ address }) => address, maxLength: 40 });
  fc.assert(
    fc.property(people, fc.array(fc.nat(50)), (rows, elected) => {
      const all = rows.map(({ address, score, hours, tier, validated }) =>
        identity(address, score, hours, tier, validated),
      );
      const committee = new Set(elected);
      const chosen = selectWitnesses(all, committee);
      expect(selectWitnesses(all.toReversed(), committee)).toEqual(chosen);
      expect(chosen.length).toBeLessThanOrEqual(16);
      expect(new Set(addresses(chosen)).size).toBe(chosen.length);
      expect(chosen.some(({ address }) => committee.has(address))).toBe(false);
    }),
  );
});

test('section 3.5: a witness that is online attests what verifies and reports what does not; a liar the contrary', () => {
  expect([dutyOf(true, true, true), dutyOf(true, true, false)]).toEqual(['attest', 'report']);
  expect([dutyOf(true, false, true), dutyOf(true, false, false)]).toEqual(['report', 'attest']);
  expect([dutyOf(false, true, true), dutyOf(false, false, false)]).toEqual(['silent', 'silent']);
  expect((['attest', 'report', 'silent'] as const).map(isDutyDone)).toEqual([true, true, false]);
});

test('section 3.5: publishing proofs needs peer tier 2, meta 1', () => {
  expect(([0, 1, 2] as const).map((tier) => mayPublish('witness-proofs', tier))).toEqual([false, false, true]);
  expect(([0, 1, 2] as const).map((tier) => mayPublish('witness-meta', tier))).toEqual([false, true, true]);
});
