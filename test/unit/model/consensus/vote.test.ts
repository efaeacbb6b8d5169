import { expect, test } from 'vitest';
import {
  createValidatorSet,
  hasOneHonestPower,
  hasQuorumPower,
  oneHonestPower,
  quorumPower,
} from '#model/consensus/vote';

test.each([
  [3, 3, 2],
  [4, 3, 2],
  [6, 5, 3],
  [10, 7, 4],
  [100, 67, 34],
])('of a total power of %i, %i is the least quorum and %i the least with one honest validator', (n, quorum, honest) => {
  const set = createValidatorSet(new Array(n).fill(1));
  expect(hasQuorumPower(set, quorum)).toBe(true);
  expect(hasQuorumPower(set, quorum - 1)).toBe(false);
  expect(hasOneHonestPower(set, honest)).toBe(true);
  expect(hasOneHonestPower(set, honest - 1)).toBe(false);
  expect([quorumPower(set), oneHonestPower(set)]).toEqual([quorum, honest]);
});

test('the least quorum is exact up to the greatest total power', () => {
  const greatest = Math.floor(Number.MAX_SAFE_INTEGER / 3);
  for (let total = greatest; total > greatest - 10; total -= 1) {
    const set = createValidatorSet([total]);
    const exact = (2n * BigInt(total)) / 3n + 1n;
    expect(BigInt(quorumPower(set))).toBe(exact);
    expect(hasQuorumPower(set, quorumPower(set))).toBe(true);
    expect(hasQuorumPower(set, quorumPower(set) - 1)).toBe(false);
    expect(BigInt(oneHonestPower(set))).toBe(BigInt(total) / 3n + 1n);
  }
});

test.each([[[]], [[0, 0]], [[1, -1]], [[1.5]], [[2 ** 52]], [[Number.NaN]]])(
  'a set of powers %j is refused',
  (powers) => {
    expect(() => createValidatorSet(powers)).toThrow('broken claim');
  },
);

test('a validator of power 0 is one of the set and adds nothing', () => {
  const set = createValidatorSet([1, 0, 2]);
  expect([...set.powers]).toEqual([1, 0, 2]);
  expect([set.total, quorumPower(set)]).toEqual([3, 3]);
});
