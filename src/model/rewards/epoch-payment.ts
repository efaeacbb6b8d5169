/**
 * The payment of a whole epoch.
 *
 * Block by block it is what `accounts` and `payout` do. Where nothing is odd (the recommended rule, nothing withheld, no
 * defect, treasuries that cover the epoch, an empty fee pool) the sums are taken over all blocks at once, to the same unit.
 */
import { type Accounts, creditFees, emittedBy, type PayOptions, payBlock, payFailedRound } from './accounts.js';
import type { Journal } from './journal.js';
import { type BlockFacts, blockPayout, type Member, type PayoutTerms, type WitnessMember } from './payout.js';

export interface EpochPayment {
  readonly epoch: number; // since rewards began, from 1
  readonly terms: PayoutTerms;
  readonly options: PayOptions; // what the chain does, beside the rule
  readonly misjudgedBonus: number; // basis points that a misjudged block's leader gets
  readonly committee: readonly Member[]; // in payout order
  readonly leadersOf: (height: number, rounds: number) => readonly number[]; // of the rounds that failed
  readonly witnessesOf: (height: number, count: number) => readonly WitnessMember[]; // the first so many that attested, by address
}

/** What an epoch's payment broke. */
export interface EpochReceipt {
  readonly paid: bigint;
  readonly violations: number; // of conservation
  readonly byBlock: readonly bigint[] | null; // paid, by position in the journal; null: paid at once, every block in full
}

/** Pays all blocks of the journal. */
export function payEpoch(accounts: Accounts, journal: Journal, payment: EpochPayment): EpochReceipt {
  if (isPlain(journal, payment) && accounts.feePool === 0n) {
    const sums = sumEpoch(journal, payment);
    const { treasuryValidator, treasuryWitness } = accounts;
    const covered = sums.owed - sums.fees <= treasuryValidator && sums.witnessed <= treasuryWitness;
    if (covered) return payAtOnce(accounts, journal, payment, sums);
  }
  return payBlockByBlock(accounts, journal, payment);
}

function isPlain(journal: Journal, { terms, options, committee }: EpochPayment): boolean {
  const { wrongBonus, skipEpoch, ...switches } = options;
  if (wrongBonus !== null || skipEpoch !== null || Object.values(switches).some(Boolean)) return false;
  if (terms.rule !== 'recommended' || terms.rounding !== 'rule' || terms.base > 1_000_000_000_000n) return false;
  if (committee.length === 0 || journal.flagged.size > 0) return false;
  return !journal.misjudged.subarray(0, journal.count).includes(1);
}

interface EpochSums {
  readonly owed: bigint; // to validators
  readonly fees: bigint;
  readonly witnessed: bigint; // to witnesses
  readonly share: bigint; // of each member, without remainders
  readonly extras: Float64Array; // by position: units from remainders
  readonly bonuses: Map<number, number>; // by leader: blocks led
  readonly bonus: bigint;
  readonly witnesses: Map<number, bigint>;
}

function sumEpoch(journal: Journal, { terms, committee, witnessesOf }: EpochPayment): EpochSums {
  const n = committee.length;
  const base = Number(terms.base);
  const remainders = new Float64Array(n + 1);
  const bonuses = new Map<number, number>();
  const witnesses = new Map<number, bigint>();
  const forWitnesses = (terms.base * BigInt(terms.witnessShare)) / 10_000n;
  let shares = 0;
  let fees = 0;
  let witnessed = 0n;
  for (let i = 0; i < journal.count; i += 1) {
    const value = base + (journal.fees[i] as number);
    const share = Math.floor(value / n);
    const rest = value - share * n;
    shares += share;
    remainders[rest] = (remainders[rest] as number) + 1;
    fees += journal.fees[i] as number;
    const leader = journal.leaders[i] as number;
    bonuses.set(leader, (bonuses.get(leader) ?? 0) + 1);
    const attesting = witnessesOf(journal.heights[i] as number, journal.witnesses[i] as number);
    if (attesting.length === 0) continue;
    witnessed += forWitnesses;
    const each = forWitnesses / BigInt(attesting.length);
    const more = Number(forWitnesses - each * BigInt(attesting.length));
    attesting.forEach(({ witness }, position) => {
      witnesses.set(witness, (witnesses.get(witness) ?? 0n) + each + (position < more ? 1n : 0n));
    });
  }
  const extras = new Float64Array(n);
  let left = 0; // blocks whose remainder reaches beyond a position
  for (let position = n - 1; position >= 0; position -= 1) {
    left += remainders[position + 1] as number;
    extras[position] = left;
  }
  const bonus = (terms.base * BigInt(terms.leaderBonus) + 9_999n) / 10_000n;
  const share = BigInt(shares);
  const units = extras.reduce((sum, extra) => sum + extra, 0);
  const owed = share * BigInt(n) + BigInt(units) + bonus * BigInt(journal.count);
  return { owed, fees: BigInt(fees), witnessed, share, extras, bonuses, bonus, witnesses };
}

function payAtOnce(accounts: Accounts, journal: Journal, { committee }: EpochPayment, sums: EpochSums): EpochReceipt {
  const { paid, expected } = accounts.epoch;
  const pay = (validator: number, units: bigint): void => {
    accounts.validators[validator] = (accounts.validators[validator] as bigint) + units;
    paid[validator] = (paid[validator] as bigint) + units;
    expected[validator] = (expected[validator] as bigint) + units;
  };
  creditFees(accounts, sums.fees);
  const members = new Set(committee.map(({ validator }) => validator));
  committee.forEach(({ validator }, position) => {
    const led = sums.bonuses.get(validator) ?? 0;
    pay(validator, sums.share + BigInt(sums.extras[position] as number) + sums.bonus * BigInt(led));
    accounts.payouts[validator] = (accounts.payouts[validator] as number) + journal.count;
  });
  for (const [leader, led] of sums.bonuses) {
    if (members.has(leader)) continue;
    pay(leader, sums.bonus * BigInt(led));
    accounts.payouts[leader] = (accounts.payouts[leader] as number) + led;
  }
  for (const [witness, units] of sums.witnesses) {
    accounts.witnesses[witness] = (accounts.witnesses[witness] as bigint) + units;
  }
  accounts.feePool -= sums.fees;
  accounts.treasuryValidator -= sums.owed - sums.fees;
  accounts.treasuryWitness -= sums.witnessed; // the fee pool is empty when witnesses are paid, so its part falls here
  accounts.lastHeight = journal.heights[journal.count - 1] as number;
  return { paid: sums.owed + sums.witnessed, violations: 0, byBlock: null };
}

function payBlockByBlock(accounts: Accounts, journal: Journal, payment: EpochPayment): EpochReceipt {
  const { terms, options, leadersOf } = payment;
  let paid = 0n;
  let violations = 0;
  const byBlock: bigint[] = [];
  for (let i = 0; i < journal.count; i += 1) {
    const height = journal.heights[i] as number;
    const facts = factsOf(journal, payment, i);
    const before = paid;
    creditFees(accounts, facts.fees);
    leadersOf(height, journal.rounds[i] as number).forEach((failed, round) => {
      const attempt = blockPayout(terms, { ...facts, leader: failed, witnesses: [] });
      const receipt = payFailedRound(accounts, height, round, attempt, options);
      paid += receipt.paid;
      violations += receipt.violations.length;
    });
    const here = optionsFor(payment, facts.leader, journal.misjudged[i] === 1);
    const receipt = payBlock(accounts, height, blockPayout(terms, facts), here);
    paid += receipt.paid;
    violations += receipt.violations.length;
    byBlock.push(paid - before);
  }
  return { paid, violations, byBlock };
}

function factsOf(journal: Journal, payment: EpochPayment, i: number): BlockFacts {
  const height = journal.heights[i] as number;
  return {
    epoch: payment.epoch,
    fees: BigInt(journal.fees[i] as number),
    committee: payment.committee,
    leader: journal.leaders[i] as number,
    witnesses: payment.witnessesOf(height, journal.witnesses[i] as number),
    flagged: journal.flagged.get(height) ?? [],
  };
}

function optionsFor({ options, misjudgedBonus }: EpochPayment, leader: number, misjudged: boolean): PayOptions {
  return misjudged ? { ...options, wrongBonus: { basisPoints: misjudgedBonus, validators: [leader] } } : options;
}

/**
 * What a node makes of a block of the journal that has the money for it.
 *
 * @param misjudged - whether it pays the leader by the wrong rule
 */
export function blockEmission(journal: Journal, payment: EpochPayment, i: number, misjudged: boolean): bigint {
  const facts = factsOf(journal, payment, i);
  return emittedBy(blockPayout(payment.terms, facts), optionsFor(payment, facts.leader, misjudged));
}
