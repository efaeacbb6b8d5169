/**
 * Who holds how much, and the blocks paid into it.
 *
 * A height pays once; no balance is ever negative; what the rule owes is paid, withheld or shortfall, and what leaves
 * the treasuries and the fee pool reaches somebody. Each of these is checked and told as a violation, because the
 * defects a release may bring are to be found, not to stop the run. Money is bigint, exact beyond 2^53.
 * Sources: blueprint.md sections 8 (rule, conservation, idempotence), 21 (defects as built) and 22 (treasuries).
 */
import { assert } from '#base/assert';
import {
  askDebits,
  blockPayout,
  feesInside,
  type GapCover,
  type Payout,
  type PayoutEntry,
  type PayoutTerms,
  shareOf,
  smaller,
} from './payout.js';

export interface Accounts {
  readonly validators: bigint[]; // balances by validator, ≥ 0
  readonly witnesses: bigint[]; // balances by witness, ≥ 0
  treasuryValidator: bigint;
  treasuryWitness: bigint;
  feePool: bigint; // treasury-fees
  shortfall: bigint; // owed and covered by nobody
  withheld: bigint; // owed to flagged validators and kept
  burned: bigint; // penalties taken and not given back
  inflow: bigint; // all that ever came in: opening balances and credited fees
  lastHeight: number; // blocks up to here are paid
  lastFailed: readonly [height: number, round: number]; // last failed round that was paid
  readonly payouts: number[]; // by validator: payments, also of nothing; what raises its success counter
  readonly epoch: EpochTally;
}

/** What was paid and what the rule says, by validator, since the epoch opened. */
export interface EpochTally {
  readonly paid: bigint[];
  readonly expected: bigint[];
}

/** How a build departs from the rule. Those of section 21 are how the chain was built, the others are injected. */
export interface PayOptions {
  readonly doubleFee: boolean; // fees enter the shares, yet stay in the fee pool (21 #13)
  readonly witnessFeeTwice: boolean; // the fee pool's part of a witness payment is taken twice (21 #13)
  readonly rewardBeforeQuorum: boolean; // paid before the quorum is known: failed rounds pay too (21 #13)
  readonly roundingWrongSide: boolean; // all that is rounded goes the other way
  readonly skipEpoch: number | null; // blocks of this epoch pay nothing
  readonly payTwice: boolean; // every entry of a block is paid twice
  readonly wrongBonus: { readonly basisPoints: number; readonly validators: readonly number[] } | null; // for these leaders
  readonly payFailedRounds: boolean; // injected twin of `rewardBeforeQuorum`
  readonly countFeeTwice: boolean; // fees enter the shares twice
  readonly witnessShareTwice: boolean; // every witness entry is paid twice
  readonly paySlashed: boolean; // flagged validators are paid all the same
}

/** The rule and nothing else. */
export const SOUND_PAY: PayOptions = {
  doubleFee: false,
  witnessFeeTwice: false,
  rewardBeforeQuorum: false,
  roundingWrongSide: false,
  skipEpoch: null,
  payTwice: false,
  wrongBonus: null,
  payFailedRounds: false,
  countFeeTwice: false,
  witnessShareTwice: false,
  paySlashed: false,
};

export type PayViolationKind =
  | 'conservation' // paid + withheld + shortfall is not what is due
  | 'stock' // more or less left the accounts than arrived
  | 'fees-twice' // fees inside the shares were not taken from the fee pool
  | 'failed-round' // a round without a decision was paid
  | 'flagged-paid' // somebody was paid whose entry is to be withheld
  | 'negative' // an account is below zero
  | 'total'; // all accounts together are not what came in

export interface PayViolation {
  readonly kind: PayViolationKind;
  readonly height: number;
  readonly units: bigint; // by how much; positive: too much was paid or went missing
}

/** What became of one block's payment. */
export interface Receipt {
  readonly booked: boolean; // false: the height was paid before, nothing changed
  readonly paid: bigint;
  readonly withheld: bigint;
  readonly shortfall: bigint;
  readonly due: bigint;
  readonly violations: readonly PayViolation[];
}

/** Opening balances; an account without a name holds nothing. */
export interface Opening {
  readonly treasuryValidator: bigint;
  readonly treasuryWitness: bigint;
  readonly feePool: bigint;
}

/** Opens the accounts of a chain; balances may be given for validators, witnesses start with nothing. */
export function createAccounts(
  validators: number,
  witnesses: number,
  opening: Opening,
  balances: readonly bigint[] = [],
): Accounts {
  const held = Array.from({ length: validators }, (_, i) => balances[i] ?? 0n);
  const all = [...held, opening.treasuryValidator, opening.treasuryWitness, opening.feePool];
  assert(
    all.every((units) => units >= 0n),
    'no account opens below zero',
  );
  return {
    validators: held,
    witnesses: Array.from({ length: witnesses }, () => 0n),
    ...opening,
    shortfall: 0n,
    withheld: 0n,
    burned: 0n,
    inflow: all.reduce((sum, units) => sum + units, 0n),
    lastHeight: -1,
    lastFailed: [-1, -1],
    payouts: Array.from({ length: validators }, () => 0),
    epoch: { paid: held.map(() => 0n), expected: held.map(() => 0n) },
  };
}

/** Treasuries that hold `days` of emission each, and an empty fee pool (section 22). */
export function openingFor(terms: PayoutTerms, blocksPerDay: number, days: number): Opening {
  const blocks = BigInt(blocksPerDay) * BigInt(days);
  return {
    treasuryValidator: (terms.base + shareOf(terms.base, terms.leaderBonus, 'up')) * blocks,
    treasuryWitness: shareOf(terms.base, terms.witnessShare, 'down') * blocks,
    feePool: 0n,
  };
}

/** Fees of applied transactions enter the fee pool; so they do before the block that shares them is paid. */
export function creditFees(accounts: Accounts, units: bigint): void {
  assert(units >= 0n, `fees ${units} are not negative`);
  accounts.feePool += units;
  accounts.inflow += units;
}

/**
 * Pays a decided block; a height that was paid before changes nothing.
 *
 * @param due - what the rule says
 * @param options - how the build departs from it
 * @returns the receipt, with whatever conservation was broken
 */
export function payBlock(accounts: Accounts, height: number, due: Payout, options: PayOptions = SOUND_PAY): Receipt {
  if (height <= accounts.lastHeight) return nothingPaid(0n, []);
  accounts.lastHeight = height;
  for (const { account, kind, units } of due.entries)
    if (kind !== 'witness') addTo(accounts.epoch.expected, account, units);
  if (options.skipEpoch === due.block.epoch) {
    const violations = due.due === 0n ? [] : [{ kind: 'conservation', height, units: -due.due } as const];
    return { ...nothingPaid(due.due, violations), booked: true };
  }
  const made = departFrom(due, options);
  const { paid, shortfall, taken } = payEntries(accounts, made, options);
  const withheld = sumOf(made.withheld);
  accounts.withheld += withheld;
  const violations: PayViolation[] = [];
  const blame = (kind: PayViolationKind, units: bigint): void => {
    if (units !== 0n) violations.push({ kind, height, units });
  };
  blame('conservation', paid + withheld + shortfall - due.due);
  blame('stock', taken - paid);
  blame('fees-twice', feesLeftBehind(made));
  if (options.paySlashed) blame('flagged-paid', sumOf(due.withheld));
  return { booked: true, paid, withheld, shortfall, due: due.due, violations };
}

/** What a build with these defects makes of a block, where the accounts have the money. */
export function emittedBy(due: Payout, options: PayOptions): bigint {
  return options.skipEpoch === due.block.epoch ? 0n : sumOf(departFrom(due, options).entries);
}

/**
 * What a round without a decision pays: nothing, unless the build pays before the quorum is known. The rule expects
 * nothing of it. A round pays once, and none of a height that is decided.
 *
 * @param round - which attempt at the height it was; rising, also where the chain counts its rounds anew
 */
export function payFailedRound(
  accounts: Accounts,
  height: number,
  round: number,
  attempt: Payout,
  options: PayOptions = SOUND_PAY,
): Receipt {
  const [lastHeight, lastRound] = accounts.lastFailed;
  const before = height < lastHeight || (height === lastHeight && round <= lastRound) || height <= accounts.lastHeight;
  if (before || !(options.rewardBeforeQuorum || options.payFailedRounds)) return nothingPaid(0n, []);
  accounts.lastFailed = [height, round];
  const { paid, shortfall, taken } = payEntries(accounts, departFrom(attempt, options), options);
  const violations: PayViolation[] = [];
  if (paid + shortfall !== 0n) violations.push({ kind: 'failed-round', height, units: paid + shortfall });
  if (taken !== paid) violations.push({ kind: 'stock', height, units: taken - paid });
  return { booked: true, paid, withheld: 0n, shortfall, due: 0n, violations };
}

/** Takes a penalty from a balance, at most what is there; returns what was taken. */
export function burnBalance(accounts: Accounts, validator: number, units: bigint): bigint {
  assert(units >= 0n, `penalty ${units} is not negative`);
  const held = accounts.validators[validator];
  assert(held !== undefined, `validator ${validator} has an account`);
  const taken = smaller(units, held);
  accounts.validators[validator] = held - taken;
  accounts.burned += taken;
  return taken;
}

/** Gives a penalty back, at most what was ever taken; returns what was given. */
export function refundBalance(accounts: Accounts, validator: number, units: bigint): bigint {
  assert(units >= 0n, `refund ${units} is not negative`);
  const given = smaller(units, accounts.burned);
  accounts.burned -= given;
  addTo(accounts.validators, validator, given);
  return given;
}

export interface EpochAccuracy {
  readonly absoluteError: bigint; // Σ |paid − expected|
  readonly expected: bigint;
  readonly off: number; // validators paid at least a unit too much or too little
}

/** Closes the epoch: how far what validators were paid is from the rule (section 8, "Reward accuracy"). */
export function closeEpoch(accounts: Accounts): EpochAccuracy {
  const { paid, expected } = accounts.epoch;
  let absoluteError = 0n;
  let total = 0n;
  let off = 0;
  paid.forEach((units, validator) => {
    const owed = expected[validator] as bigint;
    absoluteError += units > owed ? units - owed : owed - units;
    total += owed;
    if (units !== owed) off += 1;
  });
  paid.fill(0n);
  expected.fill(0n);
  return { absoluteError, expected: total, off };
}

/** What is wrong with the accounts as a whole: somebody below zero, or money that came from or went nowhere. */
export function auditAccounts(accounts: Accounts): PayViolation[] {
  const { validators, witnesses, treasuryValidator, treasuryWitness, feePool, burned, shortfall, withheld } = accounts;
  const height = accounts.lastHeight;
  const violations: PayViolation[] = [];
  const held = [...validators, ...witnesses, treasuryValidator, treasuryWitness, feePool, burned];
  for (const units of [...held, shortfall, withheld])
    if (units < 0n) violations.push({ kind: 'negative', height, units });
  const missing = accounts.inflow - held.reduce((sum, units) => sum + units, 0n);
  if (missing !== 0n) violations.push({ kind: 'total', height, units: missing });
  return violations;
}

/** The same block as a build with these defects computes it; `due` itself without any. */
function departFrom(due: Payout, options: PayOptions): Payout {
  const { wrongBonus } = options;
  const misjudged = wrongBonus?.validators.includes(due.block.leader) === true;
  const { roundingWrongSide, doubleFee, countFeeTwice, paySlashed, payTwice, witnessShareTwice } = options;
  let made = due;
  if (roundingWrongSide || doubleFee || misjudged || countFeeTwice || paySlashed) {
    const terms: PayoutTerms = {
      ...due.terms,
      ...(roundingWrongSide ? { rounding: 'other-side' } : {}),
      ...(doubleFee ? { feesFrom: 'treasury' } : {}),
      ...(misjudged ? { leaderBonus: wrongBonus.basisPoints } : {}),
    };
    const fees = countFeeTwice ? 2n * due.block.fees : due.block.fees;
    made = blockPayout(terms, { ...due.block, fees, flagged: paySlashed ? [] : due.block.flagged });
  }
  if (!payTwice && !witnessShareTwice) return made;
  const isWitness = ({ kind }: PayoutEntry): boolean => kind === 'witness';
  const again = made.entries.filter((entry) => payTwice || isWitness(entry));
  const more = payTwice && witnessShareTwice ? made.entries.filter(isWitness) : [];
  const entries = [...made.entries, ...again, ...more];
  const witnesses = sumOf(entries.filter(isWitness));
  const fees = feesInside(made.terms, made.block);
  return { ...made, entries, debits: askDebits(made.terms, fees, sumOf(entries) - witnesses, witnesses) };
}

interface Payment {
  readonly paid: bigint;
  readonly shortfall: bigint;
  readonly taken: bigint; // left treasuries and fee pool
}

/** Draws what is asked, validators before witnesses, and hands it out in order until it is used up. */
function payEntries(accounts: Accounts, payout: Payout, options: PayOptions): Payment {
  const { debits, terms, entries } = payout;
  const { feePoolValidators, feePoolWitnesses } = debits;
  const forValidators = draw(
    accounts,
    'treasuryValidator',
    debits.treasuryValidator,
    feePoolValidators,
    terms.validatorGap,
  );
  const forWitnesses = draw(accounts, 'treasuryWitness', debits.treasuryWitness, feePoolWitnesses, terms.witnessGap);
  let lost = 0n;
  if (options.witnessFeeTwice) {
    lost = smaller(feePoolWitnesses, accounts.feePool);
    accounts.feePool -= lost;
  }
  let validatorFunds = forValidators;
  let witnessFunds = forWitnesses;
  let owed = 0n;
  let lastPayee = -1;
  for (const { account, kind, units } of entries) {
    owed += units;
    if (kind === 'witness') {
      const paid = smaller(units, witnessFunds);
      witnessFunds -= paid;
      addTo(accounts.witnesses, account, paid);
      continue;
    }
    const paid = smaller(units, validatorFunds);
    validatorFunds -= paid;
    addTo(accounts.validators, account, paid);
    addTo(accounts.epoch.paid, account, paid);
    if (kind === 'share' || account !== lastPayee)
      accounts.payouts[account] = (accounts.payouts[account] as number) + 1;
    lastPayee = account;
  }
  const paid = forValidators + forWitnesses - validatorFunds - witnessFunds;
  accounts.shortfall += owed - paid;
  return { paid, shortfall: owed - paid, taken: forValidators + forWitnesses + lost };
}

/** Takes what is asked of a treasury and of the fee pool, and lets one of them cover the gap; returns the sum. */
function draw(
  accounts: Accounts,
  treasury: 'treasuryValidator' | 'treasuryWitness',
  askTreasury: bigint,
  askFees: bigint,
  cover: GapCover,
): bigint {
  let stock = smaller(askTreasury, accounts[treasury]);
  let fees = smaller(askFees, accounts.feePool);
  const gap = askTreasury + askFees - stock - fees;
  if (cover === 'treasury') stock += smaller(gap, accounts[treasury] - stock);
  if (cover === 'fee-pool') fees += smaller(gap, accounts.feePool - fees);
  accounts[treasury] -= stock;
  accounts.feePool -= fees;
  return stock + fees;
}

/** Fees that were shared out and not asked of the fee pool, so that they can be spent again. */
function feesLeftBehind({ terms, block, debits }: Payout): bigint {
  const validators = debits.treasuryValidator + debits.feePoolValidators;
  return smaller(feesInside(terms, block), validators) - debits.feePoolValidators;
}

function nothingPaid(due: bigint, violations: readonly PayViolation[]): Receipt {
  return { booked: false, paid: 0n, withheld: 0n, shortfall: 0n, due, violations };
}

function sumOf(entries: readonly PayoutEntry[]): bigint {
  return entries.reduce((sum, { units }) => sum + units, 0n);
}

function addTo(balances: bigint[], account: number, units: bigint): void {
  const held = balances[account];
  assert(held !== undefined, `account ${account} exists`);
  balances[account] = held + units;
}
