/**
 * What one decided block pays, to whom and out of which account, under each of the rules the documents hold.
 *
 * `recommended`: V = base + fees is shared by the committee, a bonus goes to the leader and W to the witnesses that
 * attested. `A`: the ledger's rule, 5 + fees and a bonus of 20 % of both. `B`: the engine's, base to every validator.
 * `C`: the configured numbers, base shared, percentages of base, fees left alone. `D`: pools by timetoke hours.
 * Nothing here is changed, only computed: exact integers, money as bigint. Source: blueprint.md section 8.
 */
import { assert } from '#base/assert';
import { compareText } from '#base/order';

const BASIS = 10_000n;

export type RewardRule = 'recommended' | 'A' | 'B' | 'C' | 'D';

/** Which account stands in when the one that was asked cannot pay; what `nobody` covers becomes shortfall. */
export type GapCover = 'treasury' | 'fee-pool' | 'nobody';

export interface PayoutTerms {
  readonly rule: RewardRule;
  readonly base: bigint; // units per block; B: per validator; D: the total of both pools and the rest
  readonly leaderBonus: number; // basis points of base; A: of base + fees
  readonly witnessShare: number; // basis points of base, for all witnesses together
  readonly witnessReward: bigint; // B: units for each report
  readonly witnessTreasury: number; // basis points of the witness part asked of treasury-witness, the rest of the fee pool
  readonly leaderPool: number; // D: basis points of base
  readonly witnessPool: number; // D: basis points of base
  readonly minHours: number; // D: balances below get nothing
  readonly feesFrom: 'fee-pool' | 'treasury'; // who is asked for the fees inside the shares
  readonly withholds: boolean; // whether a flagged validator loses its whole entry
  readonly validatorGap: GapCover;
  readonly witnessGap: GapCover;
  readonly rounding: 'rule' | 'other-side'; // other side: a defect, whatever is rounded goes the wrong way
}

/** One validator of the block's committee. */
export interface Member {
  readonly validator: number;
  readonly address: string;
  readonly tier: number; // 0 … 5
  readonly hours: number; // timetoke, integer ≥ 0
  readonly randomness: bigint; // raw output of its draw, 256 bits
}

/** One witness that attested the block (B: that reported since the last one). */
export interface WitnessMember {
  readonly witness: number;
  readonly address: string;
  readonly hours: number; // D only
  readonly reports: number; // B only: witness-class reports since the last block
}

/** All a rule needs to know of a block. */
export interface BlockFacts {
  readonly epoch: number;
  readonly fees: bigint; // units ≥ 0
  readonly committee: readonly Member[]; // in payout order, see `payoutOrder`
  readonly leader: number; // validator, of the committee or not
  readonly witnesses: readonly WitnessMember[]; // by address, see `addressOrder`
  readonly flagged: readonly number[]; // validators whose entry is withheld: censorship, inactivity, slashed
}

/** One payment: shares and bonuses go to validators, `witness` to witnesses. */
export interface PayoutEntry {
  readonly account: number;
  readonly kind: 'share' | 'bonus' | 'witness';
  readonly units: bigint; // ≥ 0
}

/** What is asked of each account. */
export interface Debits {
  readonly treasuryValidator: bigint;
  readonly feePoolValidators: bigint; // of the fee pool, for validators
  readonly treasuryWitness: bigint;
  readonly feePoolWitnesses: bigint; // of the fee pool, for witnesses
}

export interface Payout {
  readonly terms: PayoutTerms; // a defect computes the same block under other terms
  readonly block: BlockFacts;
  readonly entries: readonly PayoutEntry[]; // in the order they are paid
  readonly withheld: readonly PayoutEntry[]; // stay where they are
  readonly debits: Debits; // sum to the entries
  readonly due: bigint; // by the rule's own formula; entries and withheld sum to it
  readonly unallocated: bigint; // D: what no pool gave away
}

const RECOMMENDED: PayoutTerms = {
  rule: 'recommended',
  base: 100_000_000n,
  leaderBonus: 1_500,
  witnessShare: 2_500,
  witnessReward: 0n,
  witnessTreasury: 7_000,
  leaderPool: 6_000,
  witnessPool: 3_000,
  minHours: 1,
  feesFrom: 'fee-pool',
  withholds: true,
  validatorGap: 'treasury',
  witnessGap: 'treasury',
  rounding: 'rule',
};

/** What the ledger does when the account that is asked runs dry: the fee pool stands in, then shortfall. */
const AS_BUILT = { feesFrom: 'treasury', validatorGap: 'fee-pool', witnessGap: 'fee-pool' } as const;

/**
 * The terms of each rule as its source states them. B, C and D follow the glossary where their source is silent:
 * shortfall is what neither treasury nor fee pool could cover.
 */
export const PAYOUT_TERMS: Readonly<Record<RewardRule, PayoutTerms>> = {
  recommended: RECOMMENDED,
  A: { ...RECOMMENDED, ...AS_BUILT, rule: 'A', base: 5n, leaderBonus: 2_000, witnessShare: 0, withholds: false },
  B: { ...RECOMMENDED, ...AS_BUILT, rule: 'B', witnessReward: 50_000_000n },
  C: { ...RECOMMENDED, ...AS_BUILT, rule: 'C', withholds: false },
  D: { ...RECOMMENDED, ...AS_BUILT, rule: 'D', withholds: false },
};

/** The payout order: tier, hours and randomness descending, address ascending (section 8, A). Leaders are ordered otherwise. */
export function payoutOrder(members: readonly Member[]): Member[] {
  return members.toSorted(
    (a, b) =>
      b.tier - a.tier ||
      b.hours - a.hours ||
      (a.randomness < b.randomness ? 1 : a.randomness > b.randomness ? -1 : 0) ||
      compareText(a.address, b.address) ||
      a.validator - b.validator,
  );
}

/** Witnesses by address ascending (section 8). */
export function addressOrder(witnesses: readonly WitnessMember[]): WitnessMember[] {
  return witnesses.toSorted((a, b) => compareText(a.address, b.address) || a.witness - b.witness);
}

/**
 * The payout of one decided block. An empty committee is paid nothing, nor are its witnesses (section 8, A); under D each
 * pool stands for itself.
 *
 * @throws AssertionError if fees or terms are negative
 */
export function blockPayout(terms: PayoutTerms, block: BlockFacts): Payout {
  assert(block.fees >= 0n && terms.base >= 0n, `base ${terms.base} and fees ${block.fees} are not negative`);
  const entries: PayoutEntry[] = [];
  const withheld: PayoutEntry[] = [];
  let validators = 0n;
  let witnesses = 0n;
  for (const entry of owedEntries(terms, block)) {
    if (entry.kind === 'witness') {
      witnesses += entry.units;
    } else if (terms.withholds && block.flagged.includes(entry.account)) {
      withheld.push(entry);
      continue;
    } else {
      validators += entry.units;
    }
    entries.push(entry);
  }
  const debits = askDebits(terms, feesInside(terms, block), validators, witnesses);
  const due = dueOf(terms, block);
  return { terms, block, entries, withheld, debits, due, unallocated: terms.rule === 'D' ? terms.base - due : 0n };
}

/**
 * Splits what is paid between the accounts that are asked: for validators the fees inside their shares, if the terms
 * say so, and the treasury for the rest; for witnesses by weight, the treasury's part rounded half up.
 *
 * @param fees - units of fees inside the shares
 */
export function askDebits(terms: PayoutTerms, fees: bigint, validators: bigint, witnesses: bigint): Debits {
  const feePoolValidators = terms.feesFrom === 'treasury' ? 0n : smaller(fees, validators);
  const treasuryWitness = shareOf(witnesses, terms.witnessTreasury, 'nearest');
  return {
    treasuryValidator: validators - feePoolValidators,
    feePoolValidators,
    treasuryWitness,
    feePoolWitnesses: witnesses - treasuryWitness,
  };
}

/** The fees a rule counts into the shares of validators: all of them under `recommended` and `A`, else none. */
export function feesInside(terms: PayoutTerms, block: BlockFacts): bigint {
  return terms.rule === 'recommended' || terms.rule === 'A' ? block.fees : 0n;
}

/** The leader's bonus under these terms; D knows none. */
export function leaderBonusOf(terms: PayoutTerms, block: BlockFacts): bigint {
  const wrong = terms.rounding === 'other-side';
  switch (terms.rule) {
    case 'recommended':
    case 'C':
      return shareOf(terms.base, terms.leaderBonus, wrong ? 'down' : 'up');
    case 'A':
      return shareOf(terms.base + block.fees, terms.leaderBonus, wrong ? 'down' : 'up');
    case 'B':
      return shareOf(terms.base, terms.leaderBonus, wrong ? 'down' : 'nearest');
    case 'D':
      return 0n;
  }
}

/** What all witnesses of a block are owed together; under D see `timetokePools`. */
function witnessTotal(terms: PayoutTerms, block: BlockFacts): bigint {
  if (terms.rule === 'B')
    return block.witnesses.reduce((sum, { reports }) => sum + terms.witnessReward * BigInt(reports), 0n);
  return block.witnesses.length === 0 ? 0n : shareOf(terms.base, terms.witnessShare, 'down');
}

/** What the rule owes in all, by its formula and not by adding up entries. */
function dueOf(terms: PayoutTerms, block: BlockFacts): bigint {
  if (terms.rule === 'D') {
    const { leader, witness } = poolBudgets(terms);
    const eligible = (holder: { readonly hours: number }): boolean => isEligible(terms, holder);
    return (block.committee.some(eligible) ? leader : 0n) + (block.witnesses.some(eligible) ? witness : 0n);
  }
  const members = BigInt(block.committee.length);
  if (members === 0n) return 0n;
  const shares = terms.rule === 'B' ? terms.base * members : terms.base + feesInside(terms, block);
  return shares + leaderBonusOf(terms, block) + witnessTotal(terms, block);
}

/** Every entry the rule names, withheld or not, in the order of payment. */
function owedEntries(terms: PayoutTerms, block: BlockFacts): PayoutEntry[] {
  if (terms.rule === 'D') return timetokePools(terms, block);
  const { committee, leader, witnesses } = block;
  if (committee.length === 0) return [];
  const bonus: PayoutEntry = { account: leader, kind: 'bonus', units: leaderBonusOf(terms, block) };
  const shares =
    terms.rule === 'B'
      ? committee.map(() => terms.base)
      : splitEqually(terms.base + feesInside(terms, block), committee.length, terms.rounding);
  const entries: PayoutEntry[] = [];
  committee.forEach(({ validator }, position) => {
    entries.push({ account: validator, kind: 'share', units: shares[position] as bigint });
    if (validator === leader) entries.push(bonus);
  });
  if (!committee.some(({ validator }) => validator === leader)) entries.push(bonus);
  const total = witnessTotal(terms, block);
  const parts = terms.rule === 'B' ? [] : splitEqually(total, witnesses.length, terms.rounding);
  witnesses.forEach(({ witness, reports }, position) => {
    const units = terms.rule === 'B' ? terms.witnessReward * BigInt(reports) : (parts[position] as bigint);
    if (units > 0n) entries.push({ account: witness, kind: 'witness', units });
  });
  return entries;
}

/** D's two budgets: 60 and 30 % of the total, rounded half up, the second capped by what the first leaves. */
function poolBudgets(terms: PayoutTerms): { leader: bigint; witness: bigint } {
  const leader = smaller(terms.base, shareOf(terms.base, terms.leaderPool, 'nearest'));
  return { leader, witness: smaller(terms.base - leader, shareOf(terms.base, terms.witnessPool, 'nearest')) };
}

/** D: the committee shares the leader pool and the witnesses theirs, in proportion to their hours. */
function timetokePools(terms: PayoutTerms, block: BlockFacts): PayoutEntry[] {
  const { leader, witness } = poolBudgets(terms);
  const members = block.committee.map((member) => ({ ...member, account: member.validator }));
  const witnesses = block.witnesses.map((member) => ({ ...member, account: member.witness }));
  return [...sharePool(terms, leader, members, 'share'), ...sharePool(terms, witness, witnesses, 'witness')];
}

function isEligible(terms: PayoutTerms, { hours }: { readonly hours: number }): boolean {
  return hours > 0 && hours >= terms.minHours;
}

/** By address: floor(budget × hours / Σ hours), the last takes the rest; without anybody eligible nothing is given. */
function sharePool(
  terms: PayoutTerms,
  budget: bigint,
  holders: readonly { readonly account: number; readonly address: string; readonly hours: number }[],
  kind: PayoutEntry['kind'],
): PayoutEntry[] {
  const eligible = holders
    .filter((holder) => isEligible(terms, holder))
    .toSorted((a, b) => compareText(a.address, b.address) || a.account - b.account);
  const total = eligible.reduce((sum, { hours }) => sum + BigInt(hours), 0n);
  let rest = budget;
  return eligible.map(({ account, hours }, position) => {
    const product = budget * BigInt(hours);
    const part = terms.rounding === 'rule' ? product / total : (product + total - 1n) / total;
    const units = position === eligible.length - 1 ? (rest > 0n ? rest : 0n) : part;
    rest -= units;
    return { account, kind, units };
  });
}

/** `total` in `count` equal parts; the first of them take a unit more until it is used up. Empty if `count` is 0. */
export function splitEqually(total: bigint, count: number, rounding: PayoutTerms['rounding'] = 'rule'): bigint[] {
  if (count === 0) return [];
  const part = total / BigInt(count);
  const extra = Number(total - part * BigInt(count));
  const raised = rounding === 'rule' ? extra : extra > 0 ? count : 0;
  return Array.from({ length: count }, (_, position) => (position < raised ? part + 1n : part));
}

/**
 * `basisPoints` of `total` in whole units.
 *
 * @param total - units ≥ 0
 * @param basisPoints - integer ≥ 0
 * @param rounding - `nearest`: halves go up
 */
export function shareOf(total: bigint, basisPoints: number, rounding: 'down' | 'up' | 'nearest'): bigint {
  const product = total * BigInt(basisPoints);
  if (rounding === 'down') return product / BASIS;
  if (rounding === 'up') return (product + BASIS - 1n) / BASIS;
  return (2n * product + BASIS) / (2n * BASIS);
}

export function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
