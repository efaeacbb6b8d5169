import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAccounts, type Opening, type PayOptions, SOUND_PAY } from '#model/rewards/accounts';
import { blockEmission, type EpochPayment, payEpoch } from '#model/rewards/epoch-payment';
import { addEntry, createJournal, type Journal } from '#model/rewards/journal';
import { PAYOUT_TERMS, payoutOrder } from '#model/rewards/payout';

const MEMBERS = 7;
const WITNESSES = 5;
const AMPLE: Opening = { treasuryValidator: 10n ** 15n, treasuryWitness: 10n ** 15n, feePool: 0n };

const block = fc.record({
  leader: fc.nat(MEMBERS + 1), // maybe outside the committee
  rounds: fc.integer({ min: 1, max: 3 }),
  fees: fc.nat(1_000_000),
  witnesses: fc.integer({ min: 0, max: WITNESSES }),
});

const epoch = fc.record({
  blocks: fc.array(block, { minLength: 1, maxLength: 40 }),
  tiers: fc.array(fc.integer({ min: 3, max: 5 }), { minLength: MEMBERS, maxLength: MEMBERS }),
  base: fc.integer({ min: 1, max: 100_000_000 }),
  online: fc.nat(2 ** WITNESSES - 1),
});

function journalOf(blocks: readonly { leader: number; rounds: number; fees: number; witnesses: number }[]): Journal {
  const journal = createJournal(2);
  for (const [i, one] of blocks.entries()) {
    addEntry(journal, { ...one, height: i + 1, at: i, misjudged: false, flagged: [] });
    journal.witnesses[i] = one.witnesses;
  }
  return journal;
}

function paymentOf(tiers: readonly number[], base: number, online: number, options: PayOptions): EpochPayment {
  const members = tiers.map((tier, validator) => ({
    validator,
    address: String(validator),
    tier,
    hours: 100 * validator,
    randomness: BigInt(validator * 7919),
  }));
  const witnesses = Array.from({ length: WITNESSES }, (_, i) => i).filter((i) => ((online >> i) & 1) === 1);
  return {
    epoch: 1,
    terms: { ...PAYOUT_TERMS.recommended, base: BigInt(base) },
    options,
    misjudgedBonus: 3_000,
    committee: payoutOrder(members),
    leadersOf: (_height, rounds) => Array.from({ length: rounds - 1 }, (_, round) => round % MEMBERS),
    witnessesOf: (_height, count) =>
      witnesses.slice(0, count).map((witness) => ({ witness, address: String(witness), hours: 1, reports: 1 })),
  };
}

test('an epoch paid at once and one paid block by block leave the same books', () => {
  fc.assert(
    fc.property(epoch, fc.boolean(), ({ blocks, tiers, base, online }, rich) => {
      const opening = rich ? AMPLE : { ...AMPLE, treasuryValidator: 3n * BigInt(base), treasuryWitness: BigInt(base) };
      const payment = paymentOf(tiers, base, online, SOUND_PAY);
      const atOnce = createAccounts(MEMBERS + 2, WITNESSES, opening);
      const whole = payEpoch(atOnce, journalOf(blocks), payment);
      const single = createAccounts(MEMBERS + 2, WITNESSES, opening);
      // An epoch that nothing can skip is paid block by block.
      const slowly = payEpoch(single, journalOf(blocks), { ...payment, options: { ...SOUND_PAY, skipEpoch: 99 } });
      expect({ ...atOnce, lastFailed: 0 }).toEqual({ ...single, lastFailed: 0 });
      expect({ ...whole, byBlock: null }).toEqual({ ...slowly, byBlock: null });
      const journal = journalOf(blocks);
      const emitted = blocks.map((_, i) => blockEmission(journal, payment, i, false));
      expect(slowly.byBlock?.reduce((sum, units) => sum + units, 0n)).toBe(slowly.paid);
      if (rich) expect(slowly.byBlock).toEqual(emitted);
      expect(whole.violations).toBe(0);
    }),
    { seed: 11, numRuns: 300 },
  );
});
