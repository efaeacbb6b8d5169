/**
 * The votes of one height and the thresholds they reach.
 *
 * A validator's first vote of a type in a round counts; a second one for another value is evidence and counts nothing.
 * Each output leaves once per round. Votes of future rounds are kept, but one validator opens at most
 * `FUTURE_ROUNDS_PER_VOTER` of them, so that a Byzantine one cannot fill the memory; its votes for rounds that others
 * opened still count. Source: Malachite `code/crates/core-votekeeper/src/keeper.rs`, which has no such bound.
 *
 * A vote costs O(1) and allocates nothing, unless it opens a round or names a new value; the records of past heights
 * and pruned rounds are reused.
 */
import { assert } from '#base/assert';
import type { ConsensusRules } from '../plan.js';
import { NIL, oneHonestPower, PREVOTE, quorumPower, type ValidatorSet, type ValueId, type VoteType } from './vote.js';

/** What a vote brought about; the round and the value are the vote's own. */
export const VK_NONE = 0;
export const VK_POLKA_ANY = 1; // quorum of prevotes, mixed
export const VK_POLKA_NIL = 2; // quorum of prevotes for nil
export const VK_POLKA_VALUE = 3; // quorum of prevotes for the value
export const VK_PRECOMMIT_ANY = 4; // quorum of precommits, mixed or for nil
export const VK_PRECOMMIT_VALUE = 5; // quorum of precommits for the value
export const VK_SKIP = 6; // enough votes of a future round, by the rule of `SkipRule`

export const FUTURE_ROUNDS_PER_VOTER = 16;

/** Two votes of one validator that contradict each other: proof of misbehaviour. */
export interface VoteEvidence {
  readonly voter: number;
  readonly type: VoteType;
  readonly round: number;
  readonly first: ValueId; // the one that counts
  readonly second: ValueId;
}

/** What makes a node skip: one-honest power of any votes of a later round, or a quorum of its prevotes or precommits. */
export type SkipRule = ConsensusRules['skip'];

/** Votes of one round. */
export interface RoundVotes {
  round: number;
  opener: number; // the validator whose vote opened the record
  rows: number; // rows of `tally` in use
  recentRow: number; // row of the latest new vote: the next is likely for the same value
  emitted: number; // bit c: output c has left
  readonly rowOf: Uint16Array; // [type × n + voter] → row of its first vote in `tally`; 0: none yet
  /** Rows of [value, power of prevotes, power of precommits]; row 0: [power seen with either type, all prevotes, all precommits], row 1: nil. */
  tally: Float64Array;
}

export interface VoteKeeper {
  set: ValidatorSet;
  readonly skip: SkipRule;
  quorum: number; // least power that is a quorum
  oneHonest: number; // least power with one honest validator
  rounds: RoundVotes[]; // the first `count` are in use, by round ascending; the others wait for reuse
  count: number;
  recent: number; // index in `rounds` of the round of the latest vote
  evidence: VoteEvidence[]; // each distinct pair once, in order of arrival
  dropped: number; // votes refused by the bound on future rounds
}

const ROW = 3;
const ROW_NIL = 1;
const ROWS_MIN = 8;

export function createVoteKeeper(set: ValidatorSet, skip: SkipRule = 'one-honest'): VoteKeeper {
  return {
    set,
    skip,
    quorum: quorumPower(set),
    oneHonest: oneHonestPower(set),
    rounds: [],
    count: 0,
    recent: 0,
    evidence: [],
    dropped: 0,
  };
}

/** Forgets everything for a new height, optionally of another validator set; the arrays stay. */
export function resetVoteKeeper(keeper: VoteKeeper, set: ValidatorSet = keeper.set): void {
  if (set !== keeper.set) {
    if (set.powers.length !== keeper.set.powers.length) keeper.rounds.length = 0;
    keeper.set = set;
    keeper.quorum = quorumPower(set);
    keeper.oneHonest = oneHonestPower(set);
  }
  keeper.count = 0;
  keeper.recent = 0;
  keeper.dropped = 0;
  if (keeper.evidence.length > 0) keeper.evidence = []; // the host may hold on to the old list
}

/**
 * Takes in one vote.
 *
 * @param value - id ≥ 0 or NIL
 * @param voter - validator index; an unknown one is ignored
 * @param currentRound - the round this node is in, −1 before the first
 * @returns the output code `VK_…`; `VK_NONE` for most votes
 */
export function addVote(
  keeper: VoteKeeper,
  type: VoteType,
  round: number,
  value: ValueId,
  voter: number,
  currentRound: number,
): number {
  const powers = keeper.set.powers;
  const n = powers.length;
  if (voter < 0 || voter >= n) return VK_NONE;
  let votes = keeper.rounds[keeper.recent];
  if (votes === undefined || votes.round !== round || keeper.count === 0) {
    votes = openRound(keeper, round, voter, currentRound);
    if (votes === undefined) return VK_NONE;
  }
  const rowOf = votes.rowOf;
  const at = type * n + voter;
  let row = rowOf[at] as number;
  if (row === 0) {
    row = votes.recentRow;
    if (votes.tally[row * ROW] !== value) row = rowFor(votes, value);
    rowOf[at] = row;
    const power = powers[voter] as number;
    const tally = votes.tally;
    tally[row * ROW + 1 + type] = (tally[row * ROW + 1 + type] as number) + power;
    tally[1 + type] = (tally[1 + type] as number) + power;
    if (rowOf[(1 - type) * n + voter] === 0) tally[0] = (tally[0] as number) + power;
  } else if (votes.tally[row * ROW] !== value) {
    recordEvidence(keeper, { voter, type, round, first: votes.tally[row * ROW] as number, second: value });
    return VK_NONE;
  }
  return emit(keeper, votes, type, row, currentRound);
}

/** Whether the prevotes or precommits of `round` for `value` (NIL: for nil; `'any'`: all together) are a quorum. */
export function hasThreshold(keeper: VoteKeeper, round: number, type: VoteType, value: ValueId | 'any'): boolean {
  return powerOf(keeper, round, type, value) >= keeper.quorum;
}

/** Power of the counted votes of `round` and `type` for `value` (NIL: for nil; `'any'`: all together). */
export function powerOf(keeper: VoteKeeper, round: number, type: VoteType, value: ValueId | 'any'): number {
  const votes = findRound(keeper, round);
  if (votes === undefined) return 0;
  const row = value === 'any' ? 0 : findRow(votes, value);
  return row < 0 ? 0 : (votes.tally[row * ROW + 1 + type] as number);
}

/** Power of the validators seen in `round` with a vote of either type, each once. */
export function seenPower(keeper: VoteKeeper, round: number): number {
  return findRound(keeper, round)?.tally[0] ?? 0;
}

/** The voters counted for `value` in `round`, ascending: the signers of a certificate. */
export function votesFor(keeper: VoteKeeper, round: number, type: VoteType, value: ValueId): number[] {
  const voters: number[] = [];
  const votes = findRound(keeper, round);
  const row = votes === undefined ? -1 : findRow(votes, value);
  if (votes === undefined || row < 0) return voters;
  const n = keeper.set.powers.length;
  for (let voter = 0; voter < n; voter += 1) {
    if (votes.rowOf[type * n + voter] === row) voters.push(voter);
  }
  return voters;
}

/** The counted vote of `voter`: an id, NIL, or undefined if there is none. */
export function voteOf(keeper: VoteKeeper, round: number, type: VoteType, voter: number): ValueId | undefined {
  const votes = findRound(keeper, round);
  const row = votes?.rowOf[type * keeper.set.powers.length + voter] ?? 0;
  return row === 0 ? undefined : votes?.tally[row * ROW];
}

/** Drops the votes of all rounds below `belowRound`; their records wait for reuse. */
export function prune(keeper: VoteKeeper, belowRound: number): void {
  const { rounds, count } = keeper;
  let stale = 0;
  while (stale < count && (rounds[stale] as RoundVotes).round < belowRound) stale += 1;
  if (stale === 0) return;
  rounds.push(...rounds.splice(0, stale)); // behind those in use; free records have no order
  keeper.count = count - stale;
  keeper.recent = 0;
}

function emit(keeper: VoteKeeper, votes: RoundVotes, type: VoteType, row: number, currentRound: number): number {
  const tally = votes.tally;
  let code = VK_NONE;
  if ((tally[row * ROW + 1 + type] as number) >= keeper.quorum) {
    if (type === PREVOTE) code = row === ROW_NIL ? VK_POLKA_NIL : VK_POLKA_VALUE;
    else code = row === ROW_NIL ? VK_PRECOMMIT_ANY : VK_PRECOMMIT_VALUE; // no rule asks for a nil precommit quorum
  } else if ((tally[1 + type] as number) >= keeper.quorum) {
    code = type === PREVOTE ? VK_POLKA_ANY : VK_PRECOMMIT_ANY;
  }
  if (votes.round > currentRound && code !== VK_PRECOMMIT_VALUE) {
    const skips = keeper.skip === 'quorum' ? code !== VK_NONE : (tally[0] as number) >= keeper.oneHonest;
    if (skips) code = VK_SKIP;
  }
  if (code === VK_NONE || (votes.emitted & (1 << code)) !== 0) return VK_NONE;
  votes.emitted |= 1 << code;
  return code;
}

function findRound(keeper: VoteKeeper, round: number): RoundVotes | undefined {
  for (let i = keeper.count - 1; i >= 0; i -= 1) {
    const votes = keeper.rounds[i] as RoundVotes;
    if (votes.round === round) return votes;
  }
  return undefined;
}

/** The record of `round`, opened if there is none; undefined if `voter` may open no more. */
function openRound(keeper: VoteKeeper, round: number, voter: number, currentRound: number): RoundVotes | undefined {
  assert(Number.isSafeInteger(round) && round >= 0, `round ${round} of a vote is a natural number`);
  const { rounds, count } = keeper;
  let place = count; // of the first round above
  let opened = 0;
  for (let i = count - 1; i >= 0; i -= 1) {
    const votes = rounds[i] as RoundVotes;
    if (votes.round === round) {
      keeper.recent = i;
      return votes;
    }
    if (votes.round > round) place = i;
    if (votes.opener === voter && votes.round > currentRound) opened += 1;
  }
  if (round > currentRound && opened >= FUTURE_ROUNDS_PER_VOTER) {
    keeper.dropped += 1;
    return undefined;
  }
  const votes = rounds[count] ?? createRoundVotes(keeper.set.powers.length);
  clearRoundVotes(votes, round, voter);
  for (let i = count; i > place; i -= 1) rounds[i] = rounds[i - 1] as RoundVotes;
  rounds[place] = votes;
  keeper.count = count + 1;
  keeper.recent = place;
  return votes;
}

function createRoundVotes(n: number): RoundVotes {
  return {
    round: -1,
    opener: -1,
    rows: 2,
    recentRow: ROW_NIL,
    emitted: 0,
    rowOf: new Uint16Array(2 * n),
    tally: new Float64Array(ROW * ROWS_MIN),
  };
}

function clearRoundVotes(votes: RoundVotes, round: number, opener: number): void {
  votes.rowOf.fill(0);
  votes.tally.fill(0, 0, votes.rows * ROW);
  votes.tally[ROW_NIL * ROW] = NIL;
  votes.round = round;
  votes.opener = opener;
  votes.rows = 2;
  votes.recentRow = ROW_NIL;
  votes.emitted = 0;
}

function findRow(votes: RoundVotes, value: ValueId): number {
  for (let row = ROW_NIL; row < votes.rows; row += 1) {
    if (votes.tally[row * ROW] === value) return row;
  }
  return -1;
}

/** The row of `value`, added if it is new. */
function rowFor(votes: RoundVotes, value: ValueId): number {
  let row = findRow(votes, value);
  if (row < 0) {
    row = votes.rows;
    if (votes.tally.length < (row + 1) * ROW) {
      const wider = new Float64Array(2 * votes.tally.length);
      wider.set(votes.tally);
      votes.tally = wider;
    }
    votes.tally[row * ROW] = value;
    votes.rows = row + 1;
  }
  votes.recentRow = row;
  return row;
}

function recordEvidence(keeper: VoteKeeper, pair: VoteEvidence): void {
  for (const known of keeper.evidence) {
    if (
      known.voter === pair.voter &&
      known.type === pair.type &&
      known.round === pair.round &&
      known.second === pair.second
    ) {
      return;
    }
  }
  keeper.evidence.push(pair);
}
