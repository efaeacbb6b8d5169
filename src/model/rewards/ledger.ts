/**
 * The accounts of one chain and what its blocks pay into them.
 *
 * Blocks of one epoch share a committee and its order, so a block costs O(1): sums of shares, a count per remainder,
 * bonuses per leader. `settleEpoch` turns them into balances, exactly as block by block would. Money is integer units below 2^53.
 * Conservation, checked at every settlement: paid + withheld + shortfall = emitted (blueprint.md section 8).
 */
import { assert } from '#base/assert';
import { type BlockReward, type RewardTerms, witnessTreasuryPart } from './rule.js';

export interface Ledger {
  readonly n: number;
  readonly paid: Float64Array; // by validator, since the start
  readonly expected: Float64Array; // by validator, what the rule says, whatever was paid
  witnessPaid: number;
  treasuryValidator: number;
  treasuryWitness: number;
  feePool: number;
  withheld: number; // owed to flagged validators and kept
  shortfall: number; // owed and not covered
  emitted: number; // what the rule emits, in all
  absoluteError: number; // Σ over epochs and validators |paid − expected|
  expectedTotal: number; // Σ expected over settled epochs
  violations: number; // settlements that broke conservation
  lastHeight: number; // blocks up to here are paid: a height pays once
  readonly open: OpenEpoch;
}

/** Sums over the blocks since the last settlement. */
export interface OpenEpoch {
  blocks: number;
  shares: number; // Σ share
  readonly remainders: Float64Array; // [k] blocks whose first k members get one unit more, k = 0 … n − 1
  readonly bonuses: Float64Array; // by leader
  readonly wrongBonuses: Float64Array; // by leader, what was paid beyond or below the rule
  readonly withheld: Float64Array; // by validator, whole entries of the blocks it was flagged at
  fees: number;
  witnesses: number; // Σ witnessTotal
}

/** Accounts with treasuries filled for `treasuryDays` days of emission. */
export function createLedger(n: number, terms: RewardTerms, blocksPerDay: number, treasuryDays: number): Ledger {
  const perDay = terms.base * blocksPerDay;
  return {
    n,
    paid: new Float64Array(n),
    expected: new Float64Array(n),
    witnessPaid: 0,
    treasuryValidator: Math.floor(((perDay * (10_000 + terms.leaderBonus)) / 10_000) * treasuryDays),
    treasuryWitness: Math.floor(((perDay * terms.witnessShare) / 10_000) * treasuryDays),
    feePool: 0,
    withheld: 0,
    shortfall: 0,
    emitted: 0,
    absoluteError: 0,
    expectedTotal: 0,
    violations: 0,
    lastHeight: -1,
    open: {
      blocks: 0,
      shares: 0,
      remainders: new Float64Array(n),
      bonuses: new Float64Array(n),
      wrongBonuses: new Float64Array(n),
      withheld: new Float64Array(n),
      fees: 0,
      witnesses: 0,
    },
  };
}

/**
 * Books the payment of one decided block; a height that was booked before changes nothing.
 *
 * @param paidBonus - the bonus that the chain really paid: differs from the rule's under a defect
 * @param order - committee members in leader order, constant over the open epoch
 * @param flagged - members whose whole entry is withheld (blueprint section 8, variant B)
 * @returns whether the block was booked
 */
export function bookBlock(
  ledger: Ledger,
  height: number,
  leader: number,
  reward: BlockReward,
  fees: number,
  paidBonus: number,
  order: Int32Array,
  flagged: readonly number[],
): boolean {
  if (height <= ledger.lastHeight) return false;
  ledger.lastHeight = height;
  const open = ledger.open;
  open.blocks += 1;
  open.shares += reward.share;
  open.remainders[reward.remainder] = (open.remainders[reward.remainder] as number) + 1;
  open.bonuses[leader] = (open.bonuses[leader] as number) + reward.bonus;
  open.wrongBonuses[leader] = (open.wrongBonuses[leader] as number) + (paidBonus - reward.bonus);
  open.fees += fees;
  open.witnesses += reward.witnessTotal;
  for (const validator of flagged) {
    const position = order.indexOf(validator);
    if (position < 0) continue;
    const entry = reward.share + (position < reward.remainder ? 1 : 0) + (validator === leader ? reward.bonus : 0);
    open.withheld[validator] = (open.withheld[validator] as number) + entry;
  }
  return true;
}

/**
 * Settles the open epoch in the order of its committee.
 *
 * @returns Σ |paid − expected| of this epoch
 */
export function settleEpoch(ledger: Ledger, order: Int32Array, terms: RewardTerms): number {
  const open = ledger.open;
  if (open.blocks === 0) return 0;
  ledger.feePool += open.fees;
  let owedTotal = 0;
  let paidTotal = 0;
  let withheld = 0;
  let error = 0;
  let extra = open.blocks; // blocks whose remainder exceeds the position
  const shortfallBefore = ledger.shortfall;
  order.forEach((validator, position) => {
    extra -= open.remainders[position] as number;
    const kept = open.withheld[validator] as number;
    const owed = open.shares + extra + (open.bonuses[validator] as number) - kept;
    owedTotal += owed + kept;
    withheld += kept;
    const paid = drawFunds(ledger, owed + (open.wrongBonuses[validator] as number));
    ledger.paid[validator] = (ledger.paid[validator] as number) + paid;
    ledger.expected[validator] = (ledger.expected[validator] as number) + owed;
    paidTotal += paid;
    error += Math.abs(paid - owed);
  });
  const witnessPaid = payWitnesses(ledger, open.witnesses, terms);
  ledger.withheld += withheld;
  const emitted = owedTotal + open.witnesses;
  ledger.emitted += emitted;
  const shortfall = ledger.shortfall - shortfallBefore;
  if (paidTotal + witnessPaid + withheld + shortfall !== emitted) ledger.violations += 1;
  ledger.absoluteError += error;
  ledger.expectedTotal += owedTotal - withheld;
  assert(Number.isSafeInteger(ledger.emitted) && Number.isSafeInteger(ledger.expectedTotal), 'money stays below 2^53');
  resetEpoch(open);
  return error;
}

/** Pays from the fee pool first, then the validator treasury; the rest is shortfall. */
function drawFunds(ledger: Ledger, amount: number): number {
  const fees = Math.min(amount, ledger.feePool);
  const treasury = Math.min(amount - fees, ledger.treasuryValidator);
  ledger.feePool -= fees;
  ledger.treasuryValidator -= treasury;
  ledger.shortfall += amount - fees - treasury;
  return fees + treasury;
}

/** Pays the witnesses from their treasury and the fee pool; a gap of the fee pool falls to treasury-witness. */
function payWitnesses(ledger: Ledger, total: number, terms: RewardTerms): number {
  const fees = Math.min(total - witnessTreasuryPart(terms, total), ledger.feePool);
  const treasury = Math.min(total - fees, ledger.treasuryWitness);
  ledger.feePool -= fees;
  ledger.treasuryWitness -= treasury;
  ledger.shortfall += total - fees - treasury;
  ledger.witnessPaid += fees + treasury;
  return fees + treasury;
}

function resetEpoch(open: OpenEpoch): void {
  open.blocks = 0;
  open.shares = 0;
  open.remainders.fill(0);
  open.bonuses.fill(0);
  open.wrongBonuses.fill(0);
  open.withheld.fill(0);
  open.fees = 0;
  open.witnesses = 0;
}

/** Validators whose payouts differ from the rule's by at least one unit. */
export function validatorsOff(ledger: Ledger): number {
  let off = 0;
  for (let i = 0; i < ledger.n; i += 1) if (ledger.paid[i] !== ledger.expected[i]) off += 1;
  return off;
}
