/**
 * Why the books are off: the mistake that explains every account to the unit.
 *
 * The epoch is played anew under each mistake there may be. One that leaves the very books that were found is the
 * cause; failing that, two together; failing that, the epoch is unexplained. A wrong bonus is not guessed but inferred:
 * those leaders who are off, and the one rate that gives each of them its difference.
 * Sources: blueprint.md sections 8 and 21 (#13: paid before the quorum, fees counted twice, witness part drawn twice).
 */
import type { AccountDifference, Books, Cause, EpochRecord, Finding } from './audit.js';
import {
  bonusUnits,
  type Departure,
  feesOf,
  losesBonus,
  type Outcome,
  replayEpoch,
  SOUND,
  type Turn,
  turnsOf,
} from './replay.js';

const MOST_POINTS = 2_147_483_648; // no bonus rate beyond is looked for

interface Hypothesis {
  readonly cause: Cause;
  readonly departs: Partial<Departure>;
  readonly words: string;
}

const FIXED: readonly Hypothesis[] = [
  { cause: 'rounding', departs: { roundsWrong: true }, words: 'amounts were rounded to the wrong side' },
  { cause: 'missing-epoch', departs: { skips: true }, words: 'no block of the epoch was paid' },
  { cause: 'double-payment', departs: { twice: 'always' }, words: 'every block was paid twice' },
  {
    cause: 'fee-twice',
    departs: { feesTwice: true },
    words: 'the fees of every block were counted twice into what is shared',
  },
  { cause: 'witness-share-twice', departs: { witnessesTwice: true }, words: 'every witness was paid twice' },
  {
    cause: 'witness-fee-twice',
    departs: { witnessFeesTwice: true },
    words: "the fee pool's part of the witness payments was taken twice and paid once",
  },
  {
    cause: 'double-fee',
    departs: { feesLeft: true },
    words: 'fees were shared out of treasury-validator and stayed in the fee pool',
  },
  { cause: 'pay-slashed', departs: { paysFlagged: true }, words: 'validators were paid whose entry is to be withheld' },
];

const REPEATS: readonly Hypothesis[] = [
  { cause: 'double-payment', departs: { twice: 'repeats' }, words: 'heights that came again were paid again' },
  {
    cause: 'double-payment',
    departs: { twice: 'repeats-with-fees' },
    words: 'heights that came again were paid again and their fees credited again',
  },
];

const FAILED: readonly Hypothesis[] = [true, false].flatMap((fees) =>
  [false, true].flatMap((witnesses) =>
    [true, false].map((credited): Hypothesis => {
      const words = `rounds that decided nothing were paid, ${fees ? 'with' : 'without'} the block's fees and ${
        witnesses ? 'with' : 'without'
      } its witnesses`;
      return { cause: 'failed-rounds', departs: { failed: { fees, witnesses, credited } }, words };
    }),
  ),
);

/**
 * Finds the causes of differences.
 *
 * @param paid - what was paid, and the stocks after it
 * @param sound - what the rule pays
 * @param differences - `differencesOf` the two, at least one; and what else is off
 * @param conservation - money that appeared or vanished
 * @returns one finding, or two of different causes
 */
export function explain(
  record: EpochRecord,
  before: Books,
  paid: Outcome,
  sound: Outcome,
  differences: readonly AccountDifference[],
  conservation: bigint,
): Finding[] {
  const play = (departs: Partial<Departure>): Outcome => replayEpoch(record, before, { ...SOUND, ...departs });
  const told = (hypothesis: Hypothesis, others: readonly Hypothesis[] = []): Finding => {
    const off = differencesOf(play(hypothesis.departs), sound);
    const also = [...new Set(others.map(({ cause }) => cause))].filter((cause) => cause !== hypothesis.cause);
    const words =
      also.length === 0 ? hypothesis.words : `${hypothesis.words} (the books fit ${also.join(', ')} as well)`;
    return findingOf(record, hypothesis.cause, off, words);
  };
  const unexplained = (): Finding[] => {
    const money =
      conservation === 0n ? '' : `; ${conservation} units ${conservation > 0n ? 'appeared from' : 'went'} nowhere`;
    const words = `${differences.length} accounts are not what the rule makes them, by no known mistake${money}`;
    return [findingOf(record, 'unexplained', differences, words)];
  };
  if (differences.some(({ account }) => account === 'burned')) return unexplained();

  const tried = candidates(record)
    .map((hypothesis) => ({ hypothesis, outcome: play(hypothesis.departs) }))
    .filter(({ outcome }) => !isSame(outcome, sound)); // some mistakes change nothing in this epoch
  const fitting = tried.filter(({ outcome }) => isSame(outcome, paid)).map(({ hypothesis }) => hypothesis);
  const bonus = inferBonus(record, before, paid, sound, SOUND);
  if (bonus !== null) fitting.push(bonus);
  if (fitting.length > 0) return [told(fitting[0] as Hypothesis, fitting)];
  if (differences.every(({ account }) => account === 'shortfall')) {
    const words = 'everybody was paid what there was, and the shortfall is booked wrongly';
    return [findingOf(record, 'shortfall', differences, words)];
  }

  for (const { hypothesis, outcome } of tried) {
    const inferred = inferBonus(record, before, paid, outcome, { ...SOUND, ...hypothesis.departs });
    if (inferred !== null) return [told(hypothesis), told(inferred)];
  }
  for (const [i, { hypothesis: one }] of tried.entries()) {
    for (const { hypothesis: other } of tried.slice(i + 1)) {
      if (one.cause === other.cause) continue;
      if (isSame(play({ ...one.departs, ...other.departs }), paid)) return [told(one), told(other)];
    }
  }
  return unexplained();
}

/** Which accounts have something else than they should; in the order of the books. */
export function differencesOf(actual: Outcome, expected: Outcome): AccountDifference[] {
  const found: AccountDifference[] = [];
  const comparePayees = (name: string, units: readonly bigint[], owed: readonly bigint[]): void => {
    units.forEach((each, i) => {
      if (each !== owed[i]) found.push({ account: `${name} ${i}`, units: each - (owed[i] as bigint) });
    });
  };
  const compare = (account: string, units: bigint, owed: bigint): void => {
    if (units !== owed) found.push({ account, units: units - owed });
  };
  comparePayees('validator', actual.validators, expected.validators);
  comparePayees('witness', actual.witnesses, expected.witnesses);
  compare('treasury-validator', actual.treasuryValidator, expected.treasuryValidator);
  compare('treasury-witness', actual.treasuryWitness, expected.treasuryWitness);
  compare('fee-pool', actual.feePool, expected.feePool);
  compare('shortfall', actual.shortfall, expected.shortfall);
  compare('withheld', actual.withheld, expected.withheld);
  return found;
}

/** Σ |difference| over validators and witnesses. */
export function payeeError(differences: readonly AccountDifference[]): bigint {
  const ofPayees = differences.filter(({ account }) => /^(validator|witness) /.test(account));
  return ofPayees.reduce((sum, { units }) => sum + magnitude(units), 0n);
}

function candidates({ blocks }: EpochRecord): Hypothesis[] {
  const repeated = blocks.some(({ height }, i) => i > 0 && height <= (blocks[i - 1] as { height: number }).height);
  const failed = blocks.some(({ failedLeaders }) => failedLeaders.length > 0);
  return [...FIXED, ...(repeated ? REPEATS : []), ...(failed ? FAILED : [])];
}

function isSame(a: Outcome, b: Outcome): boolean {
  return (
    a.treasuryValidator === b.treasuryValidator &&
    a.treasuryWitness === b.treasuryWitness &&
    a.feePool === b.feePool &&
    a.shortfall === b.shortfall &&
    a.withheld === b.withheld &&
    a.validators.every((units, i) => units === b.validators[i]) &&
    a.witnesses.every((units, i) => units === b.witnesses[i])
  );
}

/** The bonuses of one leader: how often it was due, by the fees that count into it. */
type BonusesDue = Map<bigint, number>;

/**
 * The wrong bonus rate that makes `base` into `paid`, and whose; null if there is none.
 *
 * @param base - what is paid under `departure` with the right rate
 */
function inferBonus(
  record: EpochRecord,
  before: Books,
  paid: Outcome,
  base: Outcome,
  departure: Departure,
): Hypothesis | null {
  const turns = turnsOf(record, departure);
  const dueTo = bonusesDue(record, turns, departure);
  const gainOf = (due: BonusesDue, points: number): bigint => {
    let gain = 0n;
    for (const [fees, times] of due) {
      const made = bonusUnits(record, fees, points, departure.roundsWrong);
      gain += (made - bonusUnits(record, fees, record.terms.leaderBonus, departure.roundsWrong)) * BigInt(times);
    }
    return gain;
  };
  const attempt = (leaders: ReadonlySet<number>, basisPoints: number): Hypothesis | null => {
    const departs = { bonus: { basisPoints, leaders } };
    const outcome = replayEpoch(record, before, { ...departure, ...departs });
    if (!isSame(outcome, paid)) {
      const perBonus = gainOf(new Map([[0n, 1]]), basisPoints);
      const more = leadersDenied(record, turns, departure, dueTo, perBonus, paid.withheld - outcome.withheld);
      return more.length === 0 || more.some((leader) => leaders.has(leader))
        ? null
        : attempt(new Set([...leaders, ...more]), basisPoints);
    }
    const few = [...leaders].sort((a, b) => a - b).join(', ');
    const who = leaders.size === 1 ? `leader ${few}` : leaders.size <= 8 ? `leaders ${few}` : `${leaders.size} leaders`;
    const words = `a bonus of ${basisPoints} basis points instead of ${record.terms.leaderBonus} was paid to ${who}`;
    return { cause: 'wrong-bonus', departs, words };
  };

  const off = paid.validators.flatMap((units, i) => (units === base.validators[i] ? [] : [i]));
  if (off.length > 0 && off.every((validator) => dueTo.has(validator))) {
    let rate = 0; // several may give a leader its difference; the least that is enough for all of them is tried
    for (const leader of off) {
      const due = dueTo.get(leader) as BonusesDue;
      const gain = (paid.validators[leader] as bigint) - (base.validators[leader] as bigint);
      const enough = leastPoints((points) => gainOf(due, points) >= gain);
      rate = Math.max(rate, enough);
    }
    const found = attempt(new Set(off), rate);
    if (found !== null) return found;
  }
  if (paid.shortfall === before.shortfall && base.shortfall === before.shortfall) return null;
  // Where money ran out, differences hide the rate; what is owed in all still tells it, if every leader has it.
  const leaders = new Set(dueTo.keys());
  const all: BonusesDue = new Map();
  for (const due of dueTo.values()) for (const [fees, times] of due) all.set(fees, (all.get(fees) ?? 0) + times);
  const gain = owedIn(paid) - owedIn(base);
  const from = leastPoints((points) => gainOf(all, points) >= gain);
  return gain !== 0n && gainOf(all, from) === gain ? attempt(leaders, from) : null;
}

function bonusesDue(record: EpochRecord, turns: readonly Turn[], departure: Departure): Map<number, BonusesDue> {
  const dueTo = new Map<number, BonusesDue>();
  if (record.rule === 'D' || record.committee.length === 0) return dueTo;
  for (const turn of turns) {
    if (!turn.pays || losesBonus(record, turn, departure)) continue;
    const fees = record.rule === 'A' ? feesOf(turn, departure) : 0n;
    const due: BonusesDue = dueTo.get(turn.leader) ?? new Map();
    due.set(fees, (due.get(fees) ?? 0) + (departure.twice === 'always' ? 2 : 1));
    dueTo.set(turn.leader, due);
  }
  return dueTo;
}

/**
 * Leaders who never got a bonus, all of theirs being withheld: those whose wrong bonuses make up what was withheld too
 * much. Empty if none do.
 *
 * @param perBonus - how far one bonus is off
 */
function leadersDenied(
  record: EpochRecord,
  turns: readonly Turn[],
  departure: Departure,
  dueTo: ReadonlyMap<number, BonusesDue>,
  perBonus: bigint,
  withheldTooMuch: bigint,
): number[] {
  if (perBonus === 0n || withheldTooMuch === 0n || withheldTooMuch % perBonus !== 0n) return [];
  const times = new Map<number, number>();
  for (const turn of turns) {
    if (!turn.pays || !turn.decided || dueTo.has(turn.leader) || !losesBonus(record, turn, departure)) continue;
    times.set(turn.leader, (times.get(turn.leader) ?? 0) + 1);
  }
  const reached = new Map<number, readonly number[]>([[0, []]]); // a sum of times, and whose
  for (const [leader, count] of times) {
    for (const [sum, leaders] of [...reached]) {
      if (!reached.has(sum + count)) reached.set(sum + count, [...leaders, leader]);
    }
  }
  return [...(reached.get(Number(withheldTooMuch / perBonus)) ?? [])];
}

/** The least rate that is enough, by bisection: a claim that holds for a rate holds for all above. */
function leastPoints(isEnough: (points: number) => boolean): number {
  let [from, to] = [0, MOST_POINTS];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (isEnough(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** What was owed: paid, or booked as shortfall. */
function owedIn({ validators, shortfall }: Outcome): bigint {
  return validators.reduce((sum, units) => sum + units, shortfall);
}

function findingOf({ epoch }: EpochRecord, cause: Cause, off: readonly AccountDifference[], words: string): Finding {
  let units = payeeError(off);
  if (units === 0n) for (const { units: other } of off) if (magnitude(other) > units) units = magnitude(other);
  return { cause, epoch, accounts: off.map(({ account }) => account), units, words };
}

function magnitude(units: bigint): bigint {
  return units < 0n ? -units : units;
}
