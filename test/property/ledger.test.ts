import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bookBlock, createLedger, settleEpoch, validatorsOff } from '#model/rewards/ledger';
import { blockReward, type RewardTerms, witnessTreasuryPart } from '#model/rewards/rule';

const terms = fc.record({
  base: fc.integer({ min: 1, max: 100_000_000 }),
  leaderBonus: fc.integer({ min: 0, max: 10_000 }),
  witnessShare: fc.integer({ min: 0, max: 10_000 }),
  witnessTreasury: fc.integer({ min: 0, max: 10_000 }),
});

interface Booking {
  readonly leader: number;
  readonly fees: number;
  readonly witnesses: number;
  readonly flagged: readonly number[];
}

const experiment = fc.integer({ min: 1, max: 9 }).chain((n) => {
  const booking = fc.record({
    leader: fc.nat(n - 1),
    fees: fc.nat(5_000_000),
    witnesses: fc.nat(3),
    flagged: fc.uniqueArray(fc.nat(n - 1)),
  });
  return fc.record({
    order: fc.shuffledSubarray(
      Array.from({ length: n }, (_, i) => i),
      { minLength: n },
    ),
    epochs: fc.array(fc.array(booking, { maxLength: 8 }), { maxLength: 4 }),
    days: fc.constantFrom(0, 0.0001, 90),
  });
});

/** What every validator is owed, block by block and member by member, with rational-free big integers. */
function owed(rule: RewardTerms, order: readonly number[], booking: Booking): bigint[] {
  const n = BigInt(order.length);
  const value = BigInt(rule.base) + BigInt(booking.fees);
  const bonus = (BigInt(rule.base) * BigInt(rule.leaderBonus) + 9_999n) / 10_000n;
  return order.map((validator, position) => {
    if (booking.flagged.includes(validator)) return 0n;
    const share = value / n + (BigInt(position) < value % n ? 1n : 0n);
    return share + (validator === booking.leader ? bonus : 0n);
  });
}

test('sums of an epoch pay to the unit what each of its blocks would, while the treasuries last', () => {
  fc.assert(
    fc.property(terms, experiment, (rule, { order, epochs }) => {
      const ledger = createLedger(order.length, rule, 17_280, 90);
      const due = order.map(() => 0n);
      let height = 0;
      for (const blocks of epochs) {
        for (const booking of blocks) {
          height += 1;
          const reward = blockReward(rule, booking.fees, order.length, booking.witnesses);
          const { leader, fees, flagged } = booking;
          bookBlock(ledger, height, leader, reward, fees, reward.bonus, Int32Array.from(order), flagged);
          owed(rule, order, booking).forEach((units, i) => {
            due[i] = (due[i] as bigint) + units;
          });
        }
        settleEpoch(ledger, Int32Array.from(order), rule);
      }
      expect(order.map((validator) => BigInt(ledger.paid[validator] as number))).toEqual(due);
      expect(validatorsOff(ledger)).toBe(0);
      expect(ledger.absoluteError).toBe(0);
    }),
  );
});

test('paid, withheld and shortfall are what the rule emits, whatever the treasuries hold', () => {
  fc.assert(
    fc.property(terms, experiment, (rule, { order, epochs, days }) => {
      const ledger = createLedger(order.length, rule, 17_280, days);
      const funds = ledger.treasuryValidator + ledger.treasuryWitness;
      let fees = 0;
      let height = 0;
      for (const blocks of epochs) {
        for (const booking of blocks) {
          height += 1;
          const reward = blockReward(rule, booking.fees, order.length, booking.witnesses);
          const flagged = booking.flagged;
          bookBlock(
            ledger,
            height,
            booking.leader,
            reward,
            booking.fees,
            reward.bonus,
            Int32Array.from(order),
            flagged,
          );
          fees += booking.fees;
        }
        settleEpoch(ledger, Int32Array.from(order), rule);
      }
      const paid = ledger.paid.reduce((sum, units) => sum + units, 0) + ledger.witnessPaid;
      expect(paid + ledger.withheld + ledger.shortfall).toBe(ledger.emitted);
      expect(ledger.violations).toBe(0);
      expect(paid + ledger.treasuryValidator + ledger.treasuryWitness + ledger.feePool).toBe(funds + fees);
      for (const balance of [ledger.treasuryValidator, ledger.treasuryWitness, ledger.feePool]) {
        expect(balance).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

test('a height pays once, and a wrong bonus is found to the unit', () => {
  const rule = { base: 100, leaderBonus: 2_000, witnessShare: 2_500, witnessTreasury: 7_000 };
  const ledger = createLedger(3, rule, 17_280, 90);
  const reward = blockReward(rule, 0, 3, 0);
  const order = Int32Array.from([1, 0, 2]);
  expect(bookBlock(ledger, 1, 1, reward, 0, reward.bonus + 7, order, [])).toBe(true);
  expect(bookBlock(ledger, 1, 1, reward, 0, reward.bonus + 7, order, [])).toBe(false);
  expect(settleEpoch(ledger, order, rule)).toBe(7);
  expect([...ledger.paid]).toEqual([33, 54 + 7, 33]);
  expect(validatorsOff(ledger)).toBe(1);
  expect(ledger.violations).toBe(1);
});

test('the vectors of blueprint section 8 hold', () => {
  const rule = { base: 100_000_000, leaderBonus: 1_500, witnessShare: 2_500, witnessTreasury: 7_000 };
  expect(blockReward(rule, 123, 97, 16)).toEqual({
    share: 1_030_929,
    remainder: 10,
    bonus: 15_000_000,
    witnessTotal: 25_000_000,
  });
  expect(witnessTreasuryPart({ ...rule }, 40)).toBe(28);
});
