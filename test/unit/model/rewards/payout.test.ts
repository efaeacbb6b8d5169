import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressOrder,
  type BlockFacts,
  blockPayout,
  type Member,
  PAYOUT_TERMS,
  type PayoutEntry,
  type PayoutTerms,
  payoutOrder,
  type RewardRule,
  shareOf,
  splitEqually,
  type WitnessMember,
} from '#model/rewards/payout';

const RULES: readonly RewardRule[] = ['recommended', 'A', 'B', 'C', 'D'];

function member(validator: number, hours = 100, tier = 4): Member {
  return { validator, address: `v${String(validator).padStart(4, '0')}`, tier, hours, randomness: 0n };
}

function witness(index: number, hours = 24, reports = 1): WitnessMember {
  return { witness: index, address: `w${String(index).padStart(4, '0')}`, hours, reports };
}

function facts(n: number, changes: Partial<BlockFacts> = {}): BlockFacts {
  const committee = Array.from({ length: n }, (_, i) => member(i));
  return { epoch: 0, fees: 0n, committee, leader: 0, witnesses: [], flagged: [], ...changes };
}

function sum(entries: readonly PayoutEntry[]): bigint {
  return entries.reduce((total, { units }) => total + units, 0n);
}

function byAccount(entries: readonly PayoutEntry[]): bigint[] {
  const totals = new Map<number, bigint>();
  for (const { account, units } of entries) totals.set(account, (totals.get(account) ?? 0n) + units);
  return [...totals.values()];
}

describe('section 8, A', () => {
  test('R = 100 for three with the leader first pays 54, 33 and 33', () => {
    const payout = blockPayout(PAYOUT_TERMS.A, facts(3, { fees: 95n }));
    expect(byAccount(payout.entries)).toEqual([54n, 33n, 33n]);
    expect(payout.due).toBe(120n);
    expect(payout.debits).toEqual({
      treasuryValidator: 120n,
      feePoolValidators: 0n,
      treasuryWitness: 0n,
      feePoolWitnesses: 0n,
    });
  });

  test('R = 5 for four gives shares of 2, 1, 1, 1 and a bonus of 1', () => {
    const { entries } = blockPayout(PAYOUT_TERMS.A, facts(4, { leader: 2 }));
    expect(entries.map(({ account, kind, units }) => [account, kind, units])).toEqual([
      [0, 'share', 2n],
      [1, 'share', 1n],
      [2, 'share', 1n],
      [2, 'bonus', 1n],
      [3, 'share', 1n],
    ]);
  });

  test('the bonus is floor((20 R + 99) / 100)', () => {
    for (let fees = 0n; fees < 300n; fees += 1n) {
      const { entries } = blockPayout(PAYOUT_TERMS.A, facts(1, { fees }));
      expect(entries[1]?.units).toBe(((5n + fees) * 20n + 99n) / 100n);
    }
  });

  test('a leader outside the committee gets the bonus alone, and an empty committee nothing at all', () => {
    expect(blockPayout(PAYOUT_TERMS.A, facts(2, { leader: 9 })).entries.at(-1)).toEqual({
      account: 9,
      kind: 'bonus',
      units: 1n,
    });
    const empty = blockPayout(PAYOUT_TERMS.A, facts(0, { fees: 100n, witnesses: [witness(0)] }));
    expect([empty.entries, empty.due]).toEqual([[], 0n]);
  });

  test('the order is tier, hours and randomness descending, address ascending', () => {
    const first = { ...member(4, 720, 5), randomness: 3n };
    const second = { ...member(3, 720, 5), randomness: 2n };
    const third = { ...member(9, 720, 5), address: 'a', randomness: 1n };
    const fourth = { ...member(1, 720, 5), address: 'b', randomness: 1n };
    const fifth = member(0, 700, 5);
    const sixth = member(7, 720, 4);
    const order = [first, second, third, fourth, fifth, sixth];
    const shuffled = fc.shuffledSubarray(order, { minLength: order.length });
    fc.assert(
      fc.property(shuffled, (members) => {
        expect(payoutOrder(members)).toEqual(order);
      }),
    );
    expect(addressOrder([witness(3), witness(1), witness(2)]).map((each) => each.witness)).toEqual([1, 2, 3]);
  });

  test('x = 100 at weights 0.7 and 0.3 asks 70 of the treasury and 30 of the fee pool', () => {
    const terms: PayoutTerms = { ...PAYOUT_TERMS.C, base: 400n };
    const { debits } = blockPayout(terms, facts(1, { witnesses: [witness(0)] }));
    expect([debits.treasuryWitness, debits.feePoolWitnesses]).toEqual([70n, 30n]);
  });
});

describe('section 8, B', () => {
  test('every validator gets the base, the leader round(base × bonus) more, halves up', () => {
    const terms: PayoutTerms = { ...PAYOUT_TERMS.B, base: 10n };
    const payout = blockPayout(terms, facts(3, { fees: 1_000n, leader: 1 }));
    expect(byAccount(payout.entries)).toEqual([10n, 12n, 10n]); // 1.5 → 2; fees do not enter
    expect(payout.debits.treasuryValidator).toBe(32n);
    expect(blockPayout({ ...terms, leaderBonus: 1_400 }, facts(1)).due).toBe(11n); // 1.4 → 1
  });

  test('a flagged validator loses its entire payout, and total and debit shrink by it', () => {
    const terms: PayoutTerms = { ...PAYOUT_TERMS.B, base: 10n };
    const payout = blockPayout(terms, facts(3, { leader: 1, flagged: [1] }));
    expect(byAccount(payout.withheld)).toEqual([12n]);
    expect([sum(payout.entries), payout.debits.treasuryValidator, payout.due]).toEqual([20n, 20n, 32n]);
  });

  test('a reward of 40 for a report splits into 28 of the treasury and 12 of the fees; two reports earn 80', () => {
    const terms: PayoutTerms = { ...PAYOUT_TERMS.B, base: 80n, witnessReward: 40n };
    const once = blockPayout(terms, facts(2, { witnesses: [witness(0)] }));
    expect([once.debits.treasuryWitness, once.debits.feePoolWitnesses]).toEqual([28n, 12n]);
    const twice = blockPayout(terms, facts(2, { witnesses: [witness(0, 24, 2)] }));
    expect(twice.entries.at(-1)).toEqual({ account: 0, kind: 'witness', units: 80n });
  });

  test('the default for a report is half the base', () => {
    expect(PAYOUT_TERMS.B.witnessReward * 2n).toBe(PAYOUT_TERMS.B.base);
  });
});

describe('section 8, C', () => {
  test('the base is shared, bonus and witness part are percentages of it, fees stay out, nothing is withheld', () => {
    const block = facts(97, { fees: 123n, witnesses: [witness(0), witness(1)], flagged: [0] });
    const payout = blockPayout(PAYOUT_TERMS.C, block);
    expect(payout.due).toBe(140_000_000n);
    expect(payout.withheld).toEqual([]);
    expect(payout.debits).toEqual({
      treasuryValidator: 115_000_000n,
      feePoolValidators: 0n,
      treasuryWitness: 17_500_000n,
      feePoolWitnesses: 7_500_000n,
    });
  });
});

describe('section 8, D', () => {
  const terms: PayoutTerms = { ...PAYOUT_TERMS.D, base: 1_000n };

  test('T = 1000: leaders of 100 and 200 h get 200 and 400, witnesses of 100, 200 and 0 h 100 and 200, 100 remain', () => {
    const payout = blockPayout(terms, {
      ...facts(0),
      committee: [member(0, 100), member(1, 200)],
      witnesses: [witness(0, 100), witness(1, 200), witness(2, 0)],
    });
    expect(payout.entries.map(({ kind, units }) => [kind, units])).toEqual([
      ['share', 200n],
      ['share', 400n],
      ['witness', 100n],
      ['witness', 200n],
    ]);
    expect(payout.unallocated).toBe(100n);
  });

  test('the last by identity takes the rest; a pool with nobody eligible stays unallocated', () => {
    const committee = [member(2, 1), member(1, 1), member(0, 1)];
    const payout = blockPayout({ ...terms, base: 1_001n, leaderPool: 10_000 }, { ...facts(0), committee });
    expect(payout.entries.map(({ account, units }) => [account, units])).toEqual([
      [0, 333n],
      [1, 333n],
      [2, 335n],
    ]);
    expect(payout.unallocated).toBe(0n);
    expect(blockPayout(terms, { ...facts(0), committee: [member(0, 0)] }).unallocated).toBe(1_000n);
  });

  test('the witness pool is capped by what the leader pool leaves', () => {
    const greedy: PayoutTerms = { ...terms, leaderPool: 9_000 };
    const payout = blockPayout(greedy, { ...facts(0), committee: [member(0)], witnesses: [witness(0)] });
    expect(payout.entries.map(({ units }) => units)).toEqual([900n, 100n]);
  });
});

describe('section 8, recommended', () => {
  test('F = 123 for 97 gives shares of 1 030 929, ten of a unit more, and a bonus of 15 000 000', () => {
    const payout = blockPayout(PAYOUT_TERMS.recommended, facts(97, { fees: 123n }));
    const shares = payout.entries.filter(({ kind }) => kind === 'share').map(({ units }) => units);
    expect([shares[9], shares[10], shares[96]]).toEqual([1_030_930n, 1_030_929n, 1_030_929n]);
    expect(payout.entries[1]).toEqual({ account: 0, kind: 'bonus', units: 15_000_000n });
    expect(payout.due).toBe(115_000_123n);
    expect(payout.debits).toMatchObject({ feePoolValidators: 123n, treasuryValidator: 115_000_000n });
  });

  test('16 witnesses share 25 000 000 as 17 500 000 of the treasury and 7 500 000 of the fees; without any it is not paid', () => {
    const witnesses = Array.from({ length: 16 }, (_, i) => witness(i));
    const payout = blockPayout(PAYOUT_TERMS.recommended, facts(100, { witnesses }));
    expect(payout.entries.slice(-16).map(({ units }) => units)).toEqual(Array.from({ length: 16 }, () => 1_562_500n));
    expect(payout.debits).toMatchObject({ treasuryWitness: 17_500_000n, feePoolWitnesses: 7_500_000n });
    expect(payout.due).toBe(140_000_000n); // the emission of a block
    expect(blockPayout(PAYOUT_TERMS.recommended, facts(100)).due).toBe(115_000_000n);
  });

  test('the remainder of the witness part goes to the lowest addresses', () => {
    const witnesses = [0, 1, 2].map((index) => witness(index));
    const { entries } = blockPayout(PAYOUT_TERMS.recommended, facts(1, { witnesses }));
    expect(entries.slice(-3).map(({ units }) => units)).toEqual([8_333_334n, 8_333_333n, 8_333_333n]);
  });

  test('a flagged leader loses share and bonus; what the fee pool is asked never passes what is paid', () => {
    const payout = blockPayout(PAYOUT_TERMS.recommended, facts(2, { fees: 300_000_000n, flagged: [0] }));
    expect(payout.withheld.map(({ kind }) => kind)).toEqual(['share', 'bonus']);
    expect(sum(payout.withheld)).toBe(215_000_000n);
    expect(payout.debits).toMatchObject({ feePoolValidators: 200_000_000n, treasuryValidator: 0n });
  });
});

test('money beyond 2^53 is exact', () => {
  const terms: PayoutTerms = { ...PAYOUT_TERMS.recommended, base: 10n ** 30n + 1n };
  const { entries, due } = blockPayout(terms, facts(3, { leader: 9 }));
  expect(entries.map(({ units }) => units)).toEqual([
    333333333333333333333333333334n,
    333333333333333333333333333334n,
    333333333333333333333333333333n,
    150000000000000000000000000001n, // rounded up
  ]);
  expect(due).toBe(1150000000000000000000000000002n);
});

test('shares of basis points round down, up, and at halves up', () => {
  expect([shareOf(25n, 5_000, 'down'), shareOf(25n, 5_000, 'up'), shareOf(25n, 5_000, 'nearest')]).toEqual([
    12n,
    13n,
    13n,
  ]);
  expect(shareOf(24n, 5_200, 'nearest')).toBe(12n); // 12.48
});

test('rounding on the other side raises every share of an uneven split, and no share of an even one', () => {
  expect(splitEqually(10n, 4, 'other-side')).toEqual([3n, 3n, 3n, 3n]);
  expect(splitEqually(8n, 4, 'other-side')).toEqual([2n, 2n, 2n, 2n]);
});

test('entries and withheld entries sum to what the formula says is due, and debits to the entries, under every rule', () => {
  const block = fc.record({
    rule: fc.constantFrom(...RULES),
    base: fc.bigInt({ min: 0n, max: 10n ** 40n }),
    fees: fc.bigInt({ min: 0n, max: 10n ** 40n }),
    hours: fc.array(fc.nat(720), { maxLength: 20 }),
    witnessHours: fc.array(fc.nat(2), { maxLength: 6 }),
    leader: fc.nat(22),
    flagged: fc.array(fc.nat(22), { maxLength: 8 }),
    leaderBonus: fc.nat(20_000),
    witnessShare: fc.nat(10_000),
    witnessTreasury: fc.nat(10_000),
  });
  fc.assert(
    fc.property(block, ({ rule, base, fees, hours, witnessHours, leader, flagged, ...shares }) => {
      const payout = blockPayout(
        { ...PAYOUT_TERMS[rule], ...shares, base },
        {
          epoch: 0,
          fees,
          committee: payoutOrder(hours.map((each, i) => member(i, each, each % 6))),
          leader,
          witnesses: witnessHours.map((each, i) => witness(i, each, each)),
          flagged,
        },
      );
      const { debits, entries, withheld, due, unallocated } = payout;
      expect(sum(entries) + sum(withheld)).toBe(due);
      const asked =
        debits.treasuryValidator + debits.feePoolValidators + debits.treasuryWitness + debits.feePoolWitnesses;
      expect(asked).toBe(sum(entries));
      const amounts = [...entries, ...withheld].map(({ units }) => units);
      expect([...amounts, ...Object.values(debits), unallocated].every((units: bigint) => units >= 0n)).toBe(true);
      if (rule === 'D') expect(due + unallocated).toBe(base);
    }),
  );
});
