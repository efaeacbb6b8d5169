import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Accounts,
  auditAccounts,
  burnBalance,
  closeEpoch,
  createAccounts,
  creditFees,
  openingFor,
  type PayOptions,
  payBlock,
  payFailedRound,
  refundBalance,
  SOUND_PAY,
} from '#model/rewards/accounts';
import {
  type BlockFacts,
  blockPayout,
  PAYOUT_TERMS,
  type Payout,
  type PayoutTerms,
  type RewardRule,
} from '#model/rewards/payout';

const RICH = { treasuryValidator: 10n ** 15n, treasuryWitness: 10n ** 15n, feePool: 0n };

function facts(n: number, k: number, changes: Partial<BlockFacts> = {}): BlockFacts {
  const committee = Array.from({ length: n }, (_, i) => {
    return { validator: i, address: `v${i}`, tier: 4, hours: 100 + i, randomness: 0n };
  });
  const witnesses = Array.from({ length: k }, (_, i) => ({ witness: i, address: `w${i}`, hours: 24, reports: 1 }));
  return { epoch: 0, fees: 0n, committee, leader: 0, witnesses, flagged: [], ...changes };
}

function recommended(block: BlockFacts, terms: Partial<PayoutTerms> = {}): Payout {
  return blockPayout({ ...PAYOUT_TERMS.recommended, ...terms }, block);
}

/** Pays one block of 7 validators and 3 witnesses with fees of 700 under some departure from the rule. */
function payWith(options: Partial<PayOptions>, changes: Partial<BlockFacts> = {}) {
  const accounts = createAccounts(7, 3, RICH);
  creditFees(accounts, 700n);
  const payout = recommended(facts(7, 3, { fees: 700n, ...changes }));
  const receipt = payBlock(accounts, 1, payout, { ...SOUND_PAY, ...options });
  return { accounts, receipt, kinds: receipt.violations.map(({ kind }) => kind) };
}

describe('section 8, recommended', () => {
  test('a block takes its fees from the fee pool and the gap of the witness part from treasury-witness', () => {
    const { accounts, receipt } = payWith({});
    expect(accounts.feePool).toBe(0n);
    expect(accounts.treasuryValidator).toBe(RICH.treasuryValidator - 115_000_000n);
    expect(accounts.treasuryWitness).toBe(RICH.treasuryWitness - 25_000_000n);
    expect(receipt).toMatchObject({
      paid: 140_000_700n,
      withheld: 0n,
      shortfall: 0n,
      due: 140_000_700n,
      violations: [],
    });
    expect(auditAccounts(accounts)).toEqual([]);
  });

  test('a fee pool with enough pays its three tenths of the witness part', () => {
    const accounts = createAccounts(2, 2, { ...RICH, feePool: 10_000_000n });
    payBlock(accounts, 1, recommended(facts(2, 2)));
    expect([accounts.feePool, RICH.treasuryWitness - accounts.treasuryWitness]).toEqual([2_500_000n, 17_500_000n]);
  });

  test('a height pays once, whatever comes again', () => {
    const accounts = createAccounts(3, 0, RICH);
    expect(payBlock(accounts, 5, recommended(facts(3, 0))).booked).toBe(true);
    const after = structuredClone(accounts);
    for (const height of [5, 4, 0]) expect(payBlock(accounts, height, recommended(facts(3, 0))).booked).toBe(false);
    expect(accounts).toEqual(after);
  });

  test('empty treasuries pay in order until they are empty; the rest is shortfall', () => {
    const accounts = createAccounts(3, 1, {
      treasuryValidator: 60_000_000n,
      treasuryWitness: 20_000_000n,
      feePool: 0n,
    });
    const receipt = payBlock(accounts, 1, recommended(facts(3, 1)));
    expect(accounts.validators).toEqual([48_333_334n, 11_666_666n, 0n]);
    expect(accounts.witnesses).toEqual([20_000_000n]);
    expect(receipt).toMatchObject({ paid: 80_000_000n, shortfall: 60_000_000n, violations: [] });
    expect(accounts.payouts).toEqual([1, 1, 1]); // a payment of nothing counts as one
  });

  test('what is withheld stays in the treasury', () => {
    const { accounts, receipt } = payWith({}, { flagged: [0] });
    expect(accounts.validators[0]).toBe(0n);
    expect(receipt.withheld).toBe(15_000_000n + 14_285_815n);
    expect(accounts.treasuryValidator).toBe(RICH.treasuryValidator - (115_000_000n + 700n - receipt.withheld - 700n));
    expect(receipt.violations).toEqual([]);
    expect(accounts.payouts.slice(0, 2)).toEqual([0, 1]);
  });

  test('an account with the sample balance of 1e9 is empty in the ninth block; a full block asks 140 000 000', () => {
    const accounts = createAccounts(10, 0, { treasuryValidator: 10n ** 9n, treasuryWitness: 0n, feePool: 0n });
    const shortfalls = Array.from(
      { length: 9 },
      (_, i) => payBlock(accounts, i + 1, recommended(facts(10, 0))).shortfall,
    );
    expect(shortfalls.findIndex((units) => units > 0n)).toBe(8); // 1e9 / 115e6 without witnesses
    expect(10n ** 9n / recommended(facts(10, 1)).due).toBe(7n); // "after ~7 blocks" of both parts
  });
});

test('section 22: treasuries open with 90 days of emission, the fee pool with nothing; a day is 2.42e12 at 17 280 blocks', () => {
  const opening = openingFor(PAYOUT_TERMS.recommended, 17_280, 90);
  expect((opening.treasuryValidator + opening.treasuryWitness) / 90n).toBe(2_419_200_000_000n);
  expect(opening.feePool).toBe(0n);
});

describe('section 8, A as built', () => {
  test('the validator treasury pays first, then the fee pool, then shortfall grows', () => {
    const accounts = createAccounts(3, 0, { treasuryValidator: 60n, treasuryWitness: 0n, feePool: 0n });
    creditFees(accounts, 45n);
    const receipt = payBlock(accounts, 1, blockPayout(PAYOUT_TERMS.A, facts(3, 0, { fees: 95n })));
    expect(accounts.validators).toEqual([54n, 33n, 18n]);
    expect(receipt).toMatchObject({ paid: 105n, shortfall: 15n });
    expect([accounts.treasuryValidator, accounts.feePool]).toEqual([0n, 0n]);
  });

  test('the treasury drains by the fees while the fee pool grows, and that is told', () => {
    const accounts = createAccounts(3, 0, { treasuryValidator: 1_000n, treasuryWitness: 0n, feePool: 0n });
    creditFees(accounts, 95n);
    const { violations } = payBlock(accounts, 1, blockPayout(PAYOUT_TERMS.A, facts(3, 0, { fees: 95n })));
    expect([accounts.treasuryValidator, accounts.feePool]).toEqual([880n, 95n]);
    expect(violations).toEqual([{ kind: 'fees-twice', height: 1, units: 95n }]);
  });

  test('witnesses: an uncovered treasury part falls to the fee pool, then to shortfall', () => {
    const terms: PayoutTerms = { ...PAYOUT_TERMS.C, base: 400n };
    const accounts = createAccounts(1, 1, { treasuryValidator: 1_000n, treasuryWitness: 50n, feePool: 40n });
    const receipt = payBlock(accounts, 1, blockPayout(terms, facts(1, 1)));
    expect([accounts.witnesses[0], receipt.shortfall, receipt.violations]).toEqual([90n, 10n, []]);
  });

  test('x = 100 takes 70 and 60 and pays 100: 30 vanish', () => {
    const terms: PayoutTerms = { ...PAYOUT_TERMS.C, base: 400n };
    const accounts = createAccounts(1, 1, { treasuryValidator: 1_000n, treasuryWitness: 500n, feePool: 500n });
    const options = { ...SOUND_PAY, witnessFeeTwice: true };
    const { violations } = payBlock(accounts, 1, blockPayout(terms, facts(1, 1)), options);
    expect([accounts.treasuryWitness, accounts.feePool, accounts.witnesses[0]]).toEqual([430n, 440n, 100n]);
    expect(violations).toEqual([{ kind: 'stock', height: 1, units: 30n }]);
    expect(auditAccounts(accounts)).toEqual([{ kind: 'total', height: 1, units: 30n }]);
  });
});

describe('departures from the rule', () => {
  test('doubleFee (21 #13): the treasury pays the fees, which stay in the pool', () => {
    const { accounts, receipt } = payWith({ doubleFee: true });
    expect(RICH.treasuryValidator - accounts.treasuryValidator).toBe(115_000_700n);
    expect(receipt.violations).toEqual([{ kind: 'fees-twice', height: 1, units: 700n }]);
  });

  test('roundingWrongSide: every share is rounded up, the bonus down', () => {
    const { accounts, receipt } = payWith({ roundingWrongSide: true }, { fees: 699n });
    expect(accounts.validators.slice(1)).toEqual(Array.from({ length: 6 }, () => 14_285_815n));
    expect(receipt.violations[0]).toEqual({ kind: 'conservation', height: 1, units: 6n + 2n }); // shares, witnesses
  });

  test('skipEpoch: blocks of that epoch pay nothing, of another one all', () => {
    const { accounts, receipt } = payWith({ skipEpoch: 0 });
    expect(receipt).toMatchObject({ booked: true, paid: 0n });
    expect(receipt.violations).toEqual([{ kind: 'conservation', height: 1, units: -140_000_700n }]);
    expect(closeEpoch(accounts)).toEqual({ absoluteError: 115_000_700n, expected: 115_000_700n, off: 7 });
    expect(closeEpoch(accounts)).toEqual({ absoluteError: 0n, expected: 0n, off: 0 }); // the next epoch starts anew
    expect(payWith({ skipEpoch: 1 }).receipt.paid).toBe(140_000_700n);
  });

  test('payTwice: every entry twice', () => {
    const { receipt } = payWith({ payTwice: true });
    expect(receipt.paid).toBe(280_001_400n);
    expect(receipt.violations).toEqual([{ kind: 'conservation', height: 1, units: 140_000_700n }]);
  });

  test('wrongBonus: other basis points for some leaders', () => {
    const { accounts, receipt } = payWith({ wrongBonus: { basisPoints: 2_000, validators: [0, 3] } });
    expect(receipt.violations).toEqual([{ kind: 'conservation', height: 1, units: 5_000_000n }]);
    expect(closeEpoch(accounts)).toEqual({ absoluteError: 5_000_000n, expected: 115_000_700n, off: 1 });
    expect(closeEpoch(accounts)).toEqual({ absoluteError: 0n, expected: 0n, off: 0 });
    expect(payWith({ wrongBonus: { basisPoints: 2_000, validators: [3] } }).kinds).toEqual([]);
  });

  test('countFeeTwice: fees enter the shares twice', () => {
    const { receipt } = payWith({ countFeeTwice: true });
    expect(receipt.paid - receipt.due).toBe(700n);
    expect(receipt.violations).toEqual([{ kind: 'conservation', height: 1, units: 700n }]);
  });

  test('witnessShareTwice: every witness entry twice', () => {
    const { accounts, receipt } = payWith({ witnessShareTwice: true });
    expect(accounts.witnesses).toEqual([16_666_668n, 16_666_666n, 16_666_666n]);
    expect(receipt.violations).toEqual([{ kind: 'conservation', height: 1, units: 25_000_000n }]);
  });

  test('paySlashed: the flagged are paid all the same', () => {
    const { accounts, receipt, kinds } = payWith({ paySlashed: true }, { flagged: [4] });
    expect([accounts.validators[4], receipt.withheld, kinds]).toEqual([14_285_814n, 0n, ['flagged-paid']]);
    expect(closeEpoch(accounts).off).toBe(1);
  });

  test.each(['rewardBeforeQuorum', 'payFailedRounds'] as const)(
    '%s: a failed round pays, once; else never',
    (option) => {
      const accounts = createAccounts(7, 3, RICH);
      const attempt = recommended(facts(7, 3, { leader: 2 }));
      expect(payFailedRound(accounts, 1, 0, attempt).booked).toBe(false);
      const options = { ...SOUND_PAY, [option]: true };
      const receipt = payFailedRound(accounts, 1, 0, attempt, options);
      expect(receipt).toMatchObject({ booked: true, paid: 140_000_000n, due: 0n });
      expect(receipt.violations).toEqual([{ kind: 'failed-round', height: 1, units: 140_000_000n }]);
      expect(payFailedRound(accounts, 1, 0, attempt, options).booked).toBe(false);
      expect(payFailedRound(accounts, 1, 1, attempt, options).booked).toBe(true);
      expect(payBlock(accounts, 1, attempt, options)).toMatchObject({ booked: true, violations: [] });
      expect(payFailedRound(accounts, 1, 2, attempt, options).booked).toBe(false); // the height is decided
      expect(closeEpoch(accounts)).toMatchObject({ absoluteError: 230_000_000n, expected: 115_000_000n, off: 7 });
    },
  );
});

test('a penalty takes at most the balance, a refund gives at most what was taken', () => {
  const accounts = createAccounts(1, 0, RICH, [30n]);
  expect([burnBalance(accounts, 0, 50n), accounts.validators[0], accounts.burned]).toEqual([30n, 0n, 30n]);
  expect([refundBalance(accounts, 0, 50n), accounts.validators[0], accounts.burned]).toEqual([30n, 30n, 0n]);
  expect(auditAccounts(accounts)).toEqual([]);
});

test('an audit finds money from nowhere and a balance below zero', () => {
  const accounts = createAccounts(2, 0, RICH);
  accounts.validators[0] = 5n;
  expect(auditAccounts(accounts)).toEqual([{ kind: 'total', height: -1, units: -5n }]);
  accounts.validators[1] = -5n;
  expect(auditAccounts(accounts)).toEqual([{ kind: 'negative', height: -1, units: -5n }]);
});

describe('whatever the rule, the committee, the order, the fees and the funds', () => {
  const units = fc.bigInt({ min: 0n, max: 2n ** 70n });
  const block = fc.record({
    rule: fc.constantFrom<RewardRule>('recommended', 'A', 'B', 'C', 'D'),
    height: fc.integer({ min: 0, max: 12 }),
    base: units,
    fees: units,
    members: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    witnesses: fc.subarray([0, 1, 2, 3]),
    leader: fc.nat(9),
    flagged: fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    penalty: units,
  });
  const opening = fc.record({ treasuryValidator: units, treasuryWitness: units, feePool: units });

  function pay(accounts: Accounts, each: typeof block extends fc.Arbitrary<infer B> ? B : never, options?: PayOptions) {
    const everything = facts(10, 4, { fees: each.fees, leader: each.leader, flagged: each.flagged });
    const due = blockPayout(
      { ...PAYOUT_TERMS[each.rule], base: each.base, witnessReward: each.base },
      {
        ...everything,
        committee: each.members.map((i) => everything.committee[i] as BlockFacts['committee'][number]),
        witnesses: each.witnesses.map((i) => everything.witnesses[i] as BlockFacts['witnesses'][number]),
      },
    );
    creditFees(accounts, each.fees);
    return { due, receipt: payBlock(accounts, each.height, due, options) };
  }

  test('paid + withheld + shortfall = due, nothing is negative, nothing is lost, a height pays once', () => {
    fc.assert(
      fc.property(opening, fc.array(block, { minLength: 5, maxLength: 15 }), (start, blocks) => {
        const accounts = createAccounts(10, 4, start);
        const paidHeights: number[] = [];
        for (const each of blocks) {
          const { due, receipt } = pay(accounts, each);
          const higher = paidHeights.every((height) => each.height > height);
          expect(receipt.booked).toBe(higher);
          if (receipt.booked) {
            paidHeights.push(each.height);
            expect(receipt.paid + receipt.withheld + receipt.shortfall).toBe(due.due);
          }
          expect(receipt.violations.filter(({ kind }) => kind !== 'fees-twice')).toEqual([]);
          burnBalance(accounts, each.leader, each.penalty);
          expect(auditAccounts(accounts)).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('no defect makes an account negative or money out of nothing; only the witness fee taken twice loses some', () => {
    const flag = fc.boolean();
    const options = fc.record({
      doubleFee: flag,
      rewardBeforeQuorum: flag,
      roundingWrongSide: flag,
      skipEpoch: fc.constantFrom(null, 0),
      payTwice: flag,
      wrongBonus: fc.constantFrom(null, { basisPoints: 30_000, validators: [1, 2, 3] }),
      payFailedRounds: flag,
      countFeeTwice: flag,
      witnessShareTwice: flag,
      paySlashed: flag,
      witnessFeeTwice: flag,
    });
    fc.assert(
      fc.property(opening, fc.array(block, { minLength: 3, maxLength: 6 }), options, (start, blocks, departures) => {
        const accounts = createAccounts(10, 4, start);
        for (const each of blocks) {
          const { due } = pay(accounts, each, departures);
          payFailedRound(accounts, each.height + 1, 0, due, departures);
        }
        for (const { kind, units: missing } of auditAccounts(accounts)) {
          expect([kind, departures.witnessFeeTwice, missing > 0n]).toEqual(['total', true, true]);
        }
      }),
      { numRuns: 100 },
    );
  });
});
