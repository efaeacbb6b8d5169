import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  blockingSet,
  decidingSet,
  enginePower,
  LARGEST_U64,
  minimumSet,
  nodePower,
  type QuorumRule,
  quorumOf,
  totalPower,
} from '#model/validators/power';

const RULES: QuorumRule[] = ['floor', 'ceil', 'doc'];
const score = fc.double({ min: 0, max: 1, noNaN: true });
const powers = fc.array(fc.oneof(fc.bigInt({ min: 0n, max: 3n }), fc.bigInt({ min: 0n, max: 1n << 70n })), {
  minLength: 1,
  maxLength: 9,
});

test.each([
  // blueprint section 4.1
  [0.8, 100, 181_800_000n],
  [0.8, 720, 1_297_800_000n],
  [0.54146, 24, 38_525_000n],
])('section 4.1: stake 1000 with score %f and %i hours has power %s in the node', (value, hours, power) => {
  expect(nodePower(1_000n, value, hours)).toBe(power);
});

test('section 4.1: hours alone spread power by 721 to 25, hours beyond 720 add nothing', () => {
  expect(nodePower(1n, 0.5, 720) * 25n).toBe(nodePower(1n, 0.5, 24) * 721n);
  expect(nodePower(1n, 0.5, 900)).toBe(nodePower(1n, 0.5, 720));
});

test('power stays exact where doubles do not', () => {
  expect(nodePower(1_000_000_000_000_001n, 0.8, 720)).toBe(1_297_800_000_000_001_297_800n);
});

test('section 4.1: the library multiplies tier, score, timetoke and stake, and saturates', () => {
  expect(enginePower(1_000n, 5, 0.8, 3_000_000n)).toBe(1_200_000_000n);
  expect(enginePower(1_000n, 0, 0, 0n)).toBe(100_000n); // every factor but the stake is at least 1
  expect(enginePower(7n, 3, 0.5, 1_999_999n)).toBe(1_050_000n);
  expect(enginePower(LARGEST_U64, 1, 1, 0n)).toBe(LARGEST_U64);
  expect(enginePower(0n, 5, 1, LARGEST_U64)).toBe(0n);
});

test('power grows with stake, score, hours, tier and timetoke, or stays', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: LARGEST_U64 }),
      score,
      score,
      fc.nat(800),
      fc.nat(5),
      (stake, a, b, hours, tier) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(nodePower(stake, high, hours)).toBeGreaterThanOrEqual(nodePower(stake, low, hours));
        expect(nodePower(stake, low, hours + 1)).toBeGreaterThanOrEqual(nodePower(stake, low, hours));
        expect(nodePower(stake + 1n, low, hours)).toBeGreaterThan(nodePower(stake, low, hours));
        const timetoke = BigInt(hours) * 1_000_000n;
        const engine = enginePower(stake, tier, low, timetoke);
        expect(engine).toBeLessThanOrEqual(LARGEST_U64);
        expect(enginePower(stake, tier + 1, low, timetoke)).toBeGreaterThanOrEqual(engine);
        expect(enginePower(stake, tier, high, timetoke)).toBeGreaterThanOrEqual(engine);
        expect(enginePower(stake, tier, low, timetoke + 1_000_000n)).toBeGreaterThanOrEqual(engine);
      },
    ),
  );
});

test('section 4.1: with unit powers the node needs 2 of 1, 4 of 4 and 6 of 7', () => {
  expect([1n, 4n, 7n].map((total) => quorumOf(total, 'ceil'))).toEqual([2n, 4n, 6n]);
  expect([1n, 4n, 7n].map((total) => quorumOf(total, 'floor'))).toEqual([1n, 3n, 5n]);
  expect([3n, 6n, 7n].map((total) => quorumOf(total, 'doc'))).toEqual([2n, 4n, 5n]);
  expect(RULES.map((rule) => quorumOf(0n, rule))).toEqual([1n, 0n, 0n]);
});

test('section 4.1: two quorums share more than any third that may be faulty', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 1n << 80n }), fc.constantFrom(...RULES), (total, rule) => {
      const shared = 2n * quorumOf(total, rule) - total;
      const faulty = (total - 1n) / 3n; // the most that is below a third
      expect(shared).toBeGreaterThan(faulty);
      expect(quorumOf(total, 'floor')).toBeGreaterThan((2n * total) / 3n);
      expect(quorumOf(total, 'ceil') - quorumOf(total, 'floor')).toBe(total % 3n === 0n ? 0n : 1n);
    }),
  );
});

test('the smallest sets: the strongest decide, and without a few nobody can', () => {
  expect(decidingSet([10n, 40n, 20n, 30n], 'floor')).toEqual([1, 3]);
  expect(blockingSet([10n, 40n, 20n, 30n], 'floor')).toEqual([1]);
  expect(decidingSet([25n, 25n, 25n, 25n], 'floor')).toEqual([0, 1, 2]);
  expect(blockingSet([25n, 25n, 25n, 25n], 'floor')).toEqual([0, 1]);
  expect(blockingSet([1n, 1n, 1n, 1n], 'floor')).toEqual([0, 1]); // one of four may be missing
  expect(decidingSet([1n], 'ceil')).toBeNull();
  expect(blockingSet([1n], 'ceil')).toEqual([]);
  expect(minimumSet([5n], 0n)).toEqual([]);
});

test('no smaller set decides or blocks than the one found', () => {
  fc.assert(
    fc.property(powers, fc.constantFrom(...RULES), (all, rule) => {
      const total = totalPower(all);
      fc.pre(total > 0n); // without power nobody decides, whatever the formula gives
      const quorum = quorumOf(total, rule);
      const sums = Array.from({ length: 1 << all.length }, (_, set) => {
        const chosen = all.filter((_, i) => (set >> i) % 2 === 1);
        return { size: chosen.length, power: totalPower(chosen) };
      });
      const least = (holds: (power: bigint) => boolean) =>
        Math.min(...sums.filter(({ power }) => holds(power)).map(({ size }) => size));
      const deciding = decidingSet(all, rule);
      expect(deciding === null ? Infinity : deciding.length).toBe(least((power) => power >= quorum));
      expect(blockingSet(all, rule)).toHaveLength(least((power) => total - power < quorum));
    }),
    { numRuns: 60 },
  );
});
