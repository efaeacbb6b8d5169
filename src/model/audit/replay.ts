/**
 * What an epoch should have paid, computed anew: the second opinion an audit needs.
 *
 * Nothing is shared with the code that pays. Every block moves sums, never members: shares add up once for all, the
 * units that do not divide are counted by how many members got one, bonuses by leader. Only a block that runs out of
 * money is walked member by member. A departure computes the same epoch as a build with that defect would.
 * Sources: blueprint.md sections 8 (rules, order of payment, conservation) and 21 (defects as built).
 */
import { AssertionError, assert } from '#base/assert';
import { compareText } from '#base/order';
import type { AuditTerms, Books, EpochRecord } from './audit.js';

/** How a failed round is paid, where it is; builds differ in what they know by then. */
export interface FailedRoundPay {
  readonly fees: boolean; // shares the block's fees
  readonly witnesses: boolean; // pays the block's witnesses
  readonly credited: boolean; // the block's fees are in the fee pool by then
}

/** One way to pay something else than the rule; `SOUND` departs in nothing. */
export interface Departure {
  readonly roundsWrong: boolean; // whatever is rounded goes to the other side
  readonly skips: boolean; // the epoch pays nothing
  readonly twice: 'never' | 'always' | 'repeats' | 'repeats-with-fees'; // repeats: heights that come again are paid again
  readonly bonus: { readonly basisPoints: number; readonly leaders: ReadonlySet<number> } | null;
  readonly failed: FailedRoundPay | null;
  readonly feesTwice: boolean; // fees enter the shares twice
  readonly witnessesTwice: boolean; // every witness entry is paid twice
  readonly witnessFeesTwice: boolean; // the fee pool's part of the witness payment is taken twice
  readonly feesLeft: boolean; // fees are shared and yet stay in the fee pool
  readonly paysFlagged: boolean;
}

export const SOUND: Departure = {
  roundsWrong: false,
  skips: false,
  twice: 'never',
  bonus: null,
  failed: null,
  feesTwice: false,
  witnessesTwice: false,
  witnessFeesTwice: false,
  feesLeft: false,
  paysFlagged: false,
};

/** One payment to be made: a decided block or, under a departure, a failed round. */
export interface Turn {
  readonly leader: number;
  readonly fees: bigint; // shared
  readonly credit: bigint; // enters the fee pool before
  readonly witnesses: readonly number[];
  readonly flagged: readonly number[];
  readonly pays: boolean;
  readonly decided: boolean; // what a failed round withholds is booked nowhere
}

/** What an epoch pays, and the accounts it leaves. */
export interface Outcome {
  readonly validators: bigint[]; // paid, by validator
  readonly witnesses: bigint[]; // paid, by witness
  treasuryValidator: bigint;
  treasuryWitness: bigint;
  feePool: bigint;
  shortfall: bigint;
  withheld: bigint;
}

export interface Replay extends Outcome {
  readonly shortValidators: ReadonlySet<number>; // that got less than they are owed
  readonly shortWitnesses: ReadonlySet<number>;
}

/** A number that need not be whole; `under` is positive. */
type Fraction = readonly [over: bigint, under: bigint];

const floorOf = ([over, under]: Fraction): bigint => over / under;
const ceilingOf = ([over, under]: Fraction): bigint => (over + under - 1n) / under;
const nearestOf = ([over, under]: Fraction): bigint => (over * 2n + under) / (under * 2n); // halves go up
const pointsOf = (units: bigint, basisPoints: number): Fraction => [units * BigInt(basisPoints), 10_000n];
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

interface Payee {
  readonly payee: number;
  readonly units: bigint;
}

/** The witnesses of one block and their parts; blocks with as many witnesses share one. */
interface WitnessSplit {
  readonly total: bigint;
  readonly parts: readonly bigint[]; // by position
  readonly low: bigint; // of the members not raised; unused where parts differ by hours
  readonly raised: number; // members, first in the order, that get a unit more
  readonly times: number[]; // by witness: how often it had a part
  readonly raisedTimes: number[]; // by witness: how often it was raised
}

/** All that is carried from block to block. */
interface Run extends Replay {
  readonly record: EpochRecord;
  readonly departure: Departure;
  readonly order: readonly number[]; // the committee in order of payment
  readonly placeOf: ReadonlyMap<number, number>;
  readonly pool: readonly Payee[]; // D: by address, what each block pays the committee
  readonly poolTotal: bigint; // their sum
  readonly splits: Map<string | number, WitnessSplit>;
  readonly raisedTimes: number[]; // [r]: payments in which the first r of the order got a unit more
  readonly shortValidators: Set<number>;
  readonly shortWitnesses: Set<number>;
  shareSum: bigint; // paid to every member of the committee
  poolTimes: number; // D: how often the committee's pool was paid in full
}

/** The payments of an epoch in order. A height that comes again is none, unless the departure pays it again. */
export function turnsOf({ blocks }: EpochRecord, { failed, skips, twice }: Departure): Turn[] {
  const turns: Turn[] = [];
  let last = -1;
  for (const { height, leader, fees, witnesses, flagged, failedLeaders } of blocks) {
    const again = height <= last;
    if (again && twice !== 'repeats' && twice !== 'repeats-with-fees') continue;
    if (!again) last = height;
    let credit = again && twice === 'repeats' ? 0n : fees;
    if (failed !== null && !again) {
      for (const other of failedLeaders) {
        const early = failed.credited ? credit : 0n;
        credit -= early;
        turns.push({
          leader: other,
          fees: failed.fees ? fees : 0n,
          credit: early,
          witnesses: failed.witnesses ? witnesses : [],
          flagged,
          pays: true,
          decided: false,
        });
      }
    }
    turns.push({ leader, fees, credit, witnesses, flagged, pays: !skips, decided: true });
  }
  return turns;
}

/**
 * Plays an epoch on the books before it.
 *
 * @param turns - `turnsOf` the same record and departure
 * @throws AssertionError if a payee has no account or an amount is negative
 */
export function replayEpoch(
  record: EpochRecord,
  before: Books,
  departure: Departure,
  turns: readonly Turn[] = turnsOf(record, departure),
): Replay {
  const run = openRun(record, before, departure);
  for (const turn of turns) {
    assert(turn.credit >= 0n && turn.fees >= 0n, `fees ${turn.fees} are not negative`);
    run.feePool += turn.credit;
    if (turn.pays) payTurn(run, turn);
  }
  return closeRun(run);
}

/**
 * The leader's bonus, which D does not know.
 *
 * @param fees - of the block; only A counts them
 * @param roundsWrong - to the other side
 */
export function bonusUnits(record: EpochRecord, fees: bigint, basisPoints: number, roundsWrong: boolean): bigint {
  const { rule, terms } = record;
  if (rule === 'D') return 0n;
  const bonus = pointsOf(rule === 'A' ? terms.base + fees : terms.base, basisPoints);
  if (roundsWrong) return floorOf(bonus);
  return rule === 'B' ? nearestOf(bonus) : ceilingOf(bonus);
}

/** The fees that count into a turn's shares and bonus. */
export function feesOf(turn: Turn, { feesTwice }: Departure): bigint {
  return feesTwice ? turn.fees * 2n : turn.fees;
}

/** Whether the turn's leader is denied its bonus. */
export function losesBonus({ rule }: EpochRecord, turn: Turn, { paysFlagged }: Departure): boolean {
  return withholds(rule) && !paysFlagged && turn.flagged.includes(turn.leader);
}

function withholds(rule: EpochRecord['rule']): boolean {
  return rule === 'recommended' || rule === 'B';
}

function sharesFees(rule: EpochRecord['rule']): boolean {
  return rule === 'recommended' || rule === 'A';
}

function openRun(record: EpochRecord, before: Books, departure: Departure): Run {
  const { rule, committee } = record;
  const members = committee.toSorted(
    (a, b) =>
      b.tier - a.tier ||
      b.hours - a.hours ||
      (a.randomness === b.randomness ? 0 : a.randomness < b.randomness ? 1 : -1) ||
      compareText(a.address, b.address) ||
      a.validator - b.validator,
  );
  const order = members.map(({ validator }) => validator);
  const pool = rule === 'D' ? committeePool(record, departure.roundsWrong) : [];
  return {
    record,
    departure,
    order,
    placeOf: new Map(order.map((validator, place) => [validator, place])),
    pool,
    poolTotal: pool.reduce((sum, { units }) => sum + units, 0n),
    splits: new Map(),
    raisedTimes: new Array<number>(order.length + 1).fill(0),
    shortValidators: new Set(),
    shortWitnesses: new Set(),
    shareSum: 0n,
    poolTimes: 0,
    validators: before.validators.map(() => 0n),
    witnesses: before.witnesses.map(() => 0n),
    treasuryValidator: before.treasuryValidator,
    treasuryWitness: before.treasuryWitness,
    feePool: before.feePool,
    shortfall: before.shortfall,
    withheld: before.withheld,
  };
}

/** Hands out what was only counted so far. */
function closeRun(run: Run): Replay {
  let raised = 0;
  for (let place = run.order.length - 1; place >= 0; place -= 1) {
    raised += run.raisedTimes[place + 1] as number; // who gets a unit more when the first `place + 1` do, or more
    give(run.validators, run.order[place] as number, run.shareSum + BigInt(raised));
  }
  for (const { payee, units } of run.pool) give(run.validators, payee, units * BigInt(run.poolTimes));
  for (const { low, times, raisedTimes } of run.splits.values()) {
    times.forEach((count, witness) => {
      if (count > 0) give(run.witnesses, witness, low * BigInt(count) + BigInt(raisedTimes[witness] as number));
    });
  }
  return run;
}

function payTurn(run: Run, turn: Turn): void {
  const { record, departure, order } = run;
  const times = departure.twice === 'always' ? 2 : 1;
  if (record.rule === 'D') payPools(run, times);
  else if (order.length === 0) return;
  else payShares(run, turn, times);
  payWitnesses(run, turn, departure.witnessesTwice ? times + 1 : times);
}

/** Shares and bonus of all rules but D. */
function payShares(run: Run, turn: Turn, times: number): void {
  const { record, departure, order } = run;
  const { rule, terms } = record;
  const fees = feesOf(turn, departure);
  const inside = sharesFees(rule) ? fees : 0n;
  const count = BigInt(order.length);
  const value = terms.base + inside;
  const share = rule === 'B' ? value : value / count;
  const rest = rule === 'B' ? 0 : Number(value - share * count);
  const raised = departure.roundsWrong && rest > 0 ? order.length : rest;
  const points = departure.bonus?.leaders.has(turn.leader) === true ? departure.bonus.basisPoints : terms.leaderBonus;
  const bonus = bonusUnits(record, fees, points, departure.roundsWrong);
  const denied = withholds(rule) && !departure.paysFlagged && turn.flagged.length > 0 ? new Set(turn.flagged) : null;
  let withheld = 0n;
  if (denied !== null) {
    for (const validator of denied) {
      const place = run.placeOf.get(validator);
      if (place !== undefined) withheld += place < raised ? share + 1n : share;
      if (validator === turn.leader) withheld += bonus;
    }
    if (turn.decided) run.withheld += withheld;
  }
  const once = share * count + BigInt(raised) + bonus - withheld;
  const owed = times === 1 ? once : once * BigInt(times);
  const asksPool = rule === 'recommended' && !departure.feesLeft;
  const funds = drawValidators(run, owed, asksPool ? least(inside, owed) : 0n);
  if (funds === owed) {
    run.shareSum += times === 1 ? share : share * BigInt(times);
    run.raisedTimes[raised] = (run.raisedTimes[raised] as number) + times;
    const toLeader = denied?.has(turn.leader) === true ? 0n : bonus;
    give(run.validators, turn.leader, times === 1 ? toLeader : toLeader * BigInt(times));
    if (denied === null) return;
    for (const validator of denied) {
      const place = run.placeOf.get(validator);
      if (place === undefined) continue;
      give(run.validators, validator, -(place < raised ? share + 1n : share) * BigInt(times));
    }
    return;
  }
  const payees = order
    .map((validator, place) => {
      const part = place < raised ? share + 1n : share;
      return { payee: validator, units: validator === turn.leader ? part + bonus : part };
    })
    .concat(run.placeOf.has(turn.leader) ? [] : [{ payee: turn.leader, units: bonus }])
    .filter(({ payee }) => denied?.has(payee) !== true);
  payUntilEmpty(run, 'validator', payees, times, funds);
}

/** D's pool of the committee; nobody eligible, nothing paid. */
function payPools(run: Run, times: number): void {
  const owed = run.poolTotal * BigInt(times);
  const funds = drawValidators(run, owed, 0n);
  if (funds === owed) run.poolTimes += times;
  else payUntilEmpty(run, 'validator', run.pool, times, funds);
}

function payWitnesses(run: Run, turn: Turn, times: number): void {
  if (turn.witnesses.length === 0) return;
  const { record, departure } = run;
  const inOrder = turn.witnesses.every((witness, i) => i === 0 || (turn.witnesses[i - 1] as number) < witness);
  const unknown = turn.witnesses.find((witness) => witness >= run.witnesses.length);
  assert(unknown === undefined, `witness ${unknown} is in the books`);
  const witnesses = inOrder ? turn.witnesses : turn.witnesses.toSorted((a, b) => a - b);
  const split = splitOf(run, witnesses);
  const owed = times === 1 ? split.total : split.total * BigInt(times);
  const asked = nearestOf(pointsOf(owed, record.terms.witnessTreasury));
  const askedOfPool = owed - asked;
  const stock = least(asked, run.treasuryWitness);
  const pool = least(askedOfPool, run.feePool);
  run.treasuryWitness -= stock;
  run.feePool -= pool;
  let funds = stock + pool;
  if (funds < owed && record.rule === 'recommended') {
    const more = least(owed - funds, run.treasuryWitness);
    run.treasuryWitness -= more;
    funds += more;
  } else if (funds < owed) {
    const more = least(owed - funds, run.feePool);
    run.feePool -= more;
    funds += more;
  }
  if (departure.witnessFeesTwice) run.feePool -= least(askedOfPool, run.feePool);
  if (funds < owed) {
    const payees = witnesses.map((payee, position) => ({ payee, units: split.parts[position] as bigint }));
    payUntilEmpty(run, 'witness', payees, times, funds);
  } else if (record.rule === 'D') {
    witnesses.forEach((witness, position) => {
      give(run.witnesses, witness, (split.parts[position] as bigint) * BigInt(times));
    });
  } else {
    witnesses.forEach((witness, position) => {
      split.times[witness] = (split.times[witness] as number) + times;
      if (position < split.raised) split.raisedTimes[witness] = (split.raisedTimes[witness] as number) + times;
    });
  }
}

/** Takes what validators are owed: the pool's part, the treasury's, and one of them for the other's gap. */
function drawValidators(run: Run, owed: bigint, askedOfPool: bigint): bigint {
  const pool = least(askedOfPool, run.feePool);
  const stock = least(owed - askedOfPool, run.treasuryValidator);
  run.feePool -= pool;
  run.treasuryValidator -= stock;
  const gap = owed - pool - stock;
  if (gap === 0n) return owed;
  if (run.record.rule === 'recommended') {
    const more = least(gap, run.treasuryValidator);
    run.treasuryValidator -= more;
    return pool + stock + more;
  }
  const more = least(gap, run.feePool);
  run.feePool -= more;
  return pool + stock + more;
}

/** Pays in order until the money is gone; the rest of it is shortfall. */
function payUntilEmpty(
  run: Run,
  kind: 'validator' | 'witness',
  payees: readonly Payee[],
  times: number,
  funds: bigint,
): void {
  const accounts = kind === 'validator' ? run.validators : run.witnesses;
  const short = kind === 'validator' ? run.shortValidators : run.shortWitnesses;
  let left = funds;
  let unpaid = 0n;
  for (let time = 0; time < times; time += 1) {
    for (const { payee, units } of payees) {
      const paid = least(units, left);
      if (paid > 0n) give(accounts, payee, paid);
      left -= paid;
      if (paid === units) continue;
      unpaid += units - paid;
      short.add(payee);
    }
  }
  run.shortfall += unpaid;
}

/** The parts of these witnesses, who are in order of address. */
function splitOf(run: Run, witnesses: readonly number[]): WitnessSplit {
  const { rule, terms } = run.record;
  const key = rule === 'D' ? witnesses.join() : witnesses.length;
  const known = run.splits.get(key);
  if (known !== undefined) return known;
  const count = BigInt(witnesses.length);
  let parts: bigint[];
  let raised = 0;
  if (rule === 'D') {
    parts = witnessPool(run.record, witnesses, run.departure.roundsWrong);
  } else if (rule === 'B') {
    parts = witnesses.map(() => terms.witnessReward ?? 0n);
  } else {
    const total = floorOf(pointsOf(terms.base, terms.witnessShare));
    const rest = Number(total % count);
    raised = run.departure.roundsWrong && rest > 0 ? witnesses.length : rest;
    parts = witnesses.map((_, position) => total / count + (position < raised ? 1n : 0n));
  }
  const split: WitnessSplit = {
    total: parts.reduce((sum, units) => sum + units, 0n),
    parts,
    low: (parts.at(-1) as bigint) - (raised === witnesses.length ? 1n : 0n),
    raised,
    times: run.witnesses.map(() => 0),
    raisedTimes: run.witnesses.map(() => 0),
  };
  run.splits.set(key, split);
  return split;
}

/** D's budgets: both to the nearest unit, the second at most what the first leaves. */
function poolsOf({ base, leaderPool, witnessPool: witnessPoints }: AuditTerms): readonly [bigint, bigint] {
  const leaders = least(base, nearestOf(pointsOf(base, leaderPool ?? 6_000)));
  return [leaders, least(base - leaders, nearestOf(pointsOf(base, witnessPoints ?? 3_000)))];
}

/** What the committee's pool gives, by address. */
function committeePool({ committee, terms }: EpochRecord, roundsWrong: boolean): Payee[] {
  const members = committee.toSorted((a, b) => compareText(a.address, b.address) || a.validator - b.validator);
  const hours = members.map((member) => member.hours);
  const parts = partsByHours(terms, poolsOf(terms)[0], hours, roundsWrong);
  return members.map(({ validator }, i) => ({ payee: validator, units: parts[i] as bigint }));
}

function witnessPool(record: EpochRecord, witnesses: readonly number[], roundsWrong: boolean): bigint[] {
  const hours = witnesses.map((witness) => record.witnessHours?.[witness] ?? Math.max(1, record.terms.minHours ?? 1));
  return partsByHours(record.terms, poolsOf(record.terms)[1], hours, roundsWrong);
}

/** A budget in proportion to hours: all but the last eligible take the floor, the last what is left. */
function partsByHours(terms: AuditTerms, budget: bigint, hours: readonly number[], roundsWrong: boolean): bigint[] {
  const { minHours = 1 } = terms;
  const eligible = hours.map((held) => held > 0 && held >= minHours);
  const last = eligible.lastIndexOf(true);
  const total = hours.reduce((sum, held, i) => (eligible[i] === true ? sum + BigInt(held) : sum), 0n);
  let left = budget;
  return hours.map((held, i) => {
    if (eligible[i] !== true) return 0n;
    const exact: Fraction = [budget * BigInt(held), total];
    const units = i === last ? (left > 0n ? left : 0n) : roundsWrong ? ceilingOf(exact) : floorOf(exact);
    left -= units;
    return units;
  });
}

function give(accounts: bigint[], account: number, units: bigint): void {
  const held = accounts[account];
  if (held === undefined) throw new AssertionError(`broken claim: account ${account} is in the books`);
  accounts[account] = held + units;
}
