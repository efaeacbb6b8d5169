/**
 * The driver of one node at one height: messages in, the inputs of the round machine made of them, its outputs out.
 *
 * It holds the votes, the proposals and the certificates of the height, and fixes the order in which enabled rules are
 * taken, so that the same messages always bring the same outputs; after a step change it looks again at what it holds.
 * Source: Malachite `code/crates/core-driver/src/driver.rs`.
 *
 * What the host owes it:
 * - only proposals of the proposer of their round, whose value is known and checked; votes and certificates with good
 *   signatures; everything of this height;
 * - the answer to `new-round`: `startRound` with the proposer of that round, before any other input;
 * - this node's own votes and proposals, fed back (`receiveVote` with `voter` = `self`) before they are published.
 * Every call may append to `outputs` and never takes from it. A node outside the set (`self` −1) decides and never votes.
 */
import type { ConsensusRules } from '../plan.js';
import { type Certificate, isCertificate, isRoundCertificate, type RoundCertificate } from './certificate.js';
import {
  hasCommit,
  hasCurrentProposal,
  inputOfCommit,
  inputOfPolka,
  inputOfProposal,
  inputOfThreshold,
  isStored,
  pushFollowUps,
} from './mux.js';
import {
  apply,
  createRoundState,
  LINES,
  type Line,
  type RoundInput,
  type RoundOutput,
  type RoundState,
  STEP_COMMIT,
  STEP_UNSTARTED,
} from './round-machine.js';
import { TIMEOUT_PROPOSE, type TimeoutKind } from './timeouts.js';
import type { TraceEntry } from './trace.js';
import { NIL, PRECOMMIT, PREVOTE, type ValidatorSet, type ValueId, type VoteType } from './vote.js';
import { addVote, createVoteKeeper, prune, resetVoteKeeper, VK_NONE, type VoteKeeper, voteOf } from './vote-keeper.js';

export interface StoredProposal {
  readonly round: number;
  readonly value: ValueId;
  readonly validRound: number; // −1: a new value
  readonly proposer: number;
  valid: boolean; // may turn true, never false
}

/** Two proposals of one proposer for one round. */
export interface ProposalEvidence {
  readonly proposer: number;
  readonly round: number;
  readonly first: ValueId;
  readonly second: ValueId;
}

export interface Driver {
  readonly self: number; // −1: not a validator
  readonly rules: ConsensusRules;
  set: ValidatorSet;
  height: number;
  state: RoundState;
  keeper: VoteKeeper; // its `evidence` holds the double votes
  proposals: StoredProposal[]; // in order of arrival
  proposalEvidence: ProposalEvidence[];
  polkaCertificates: Certificate[]; // one for each round and value
  commitCertificates: Certificate[]; // one for each round and value
  prevoteRound: number; // of the last prevote that left; −1: none yet
  prevoteValue: ValueId;
  precommitRound: number; // of the last precommit that left; −1: none yet
  precommitValue: ValueId;
  pending: RoundInput[]; // a stack, empty between calls
  readonly lineCounts: Float64Array; // times each of LINES was taken, over all heights
  trace: TraceEntry[] | null; // steps and votes are recorded here; null: they are not
}

export type DriverOutput =
  | { readonly kind: 'new-round'; readonly round: number }
  | { readonly kind: 'get-value'; readonly round: number }
  | { readonly kind: 'propose'; readonly round: number; readonly value: ValueId; readonly validRound: number }
  | { readonly kind: 'vote'; readonly type: VoteType; readonly round: number; readonly value: ValueId }
  | { readonly kind: 'schedule-timeout'; readonly timeout: TimeoutKind; readonly round: number }
  /** `round`: of the decided proposal and its precommits, maybe below the current round. */
  | { readonly kind: 'decide'; readonly round: number; readonly value: ValueId };

/** As Algorithm 1 and Malachite have it. */
export const MALACHITE_RULES: ConsensusRules = { skip: 'one-honest', locked: 'nil' };

const LINE_NUMBER = Object.fromEntries(LINES.map((line, number) => [line, number])) as Record<Line, number>;

/**
 * A driver before its first height.
 *
 * @param self - index of this validator in `set`, −1 if it is none
 */
export function createDriver(self: number, set: ValidatorSet, rules: ConsensusRules = MALACHITE_RULES): Driver {
  return {
    self,
    rules,
    set,
    height: 0,
    state: createRoundState(0),
    keeper: createVoteKeeper(set, rules.skip),
    proposals: [],
    proposalEvidence: [],
    polkaCertificates: [],
    commitCertificates: [],
    prevoteRound: -1,
    prevoteValue: NIL,
    precommitRound: -1,
    precommitValue: NIL,
    pending: [],
    lineCounts: new Float64Array(LINES.length),
    trace: null,
  };
}

/** Forgets the last height and waits for `startRound` of round 0. */
export function startHeight(driver: Driver, height: number, set: ValidatorSet = driver.set): void {
  driver.set = set;
  driver.height = height;
  driver.state = createRoundState(height);
  resetVoteKeeper(driver.keeper, set);
  driver.proposals.length = 0;
  driver.polkaCertificates.length = 0;
  driver.commitCertificates.length = 0;
  if (driver.proposalEvidence.length > 0) driver.proposalEvidence = []; // the host may hold on to the old list
  driver.prevoteRound = -1;
  driver.prevoteValue = NIL;
  driver.precommitRound = -1;
  driver.precommitValue = NIL;
}

/** Starts round 0, or the round that the output `new-round` asked for. Rejected in any step but *unstarted*. */
export function startRound(driver: Driver, round: number, proposer: number, outputs: DriverOutput[]): void {
  const first = driver.state.round === -1;
  const proposing = driver.self >= 0 && proposer === driver.self;
  feed(driver, { kind: 'new-round', round, proposing }, outputs);
  if (first) decideFromStore(driver, outputs);
}

/** One vote. In the common case nothing comes of it, and this returns at once. */
export function receiveVote(
  driver: Driver,
  type: VoteType,
  round: number,
  value: ValueId,
  voter: number,
  outputs: DriverOutput[],
): void {
  const code = addVote(driver.keeper, type, round, value, voter, driver.state.round);
  if (driver.trace !== null) recordVote(driver, driver.trace, type, round, value, voter, code);
  if (code !== VK_NONE) feed(driver, inputOfThreshold(driver, code, round, value), outputs);
}

/**
 * One proposal of the proposer of its round, with the application's verdict on its value. A verdict may change from
 * invalid to valid, by a second call; the other way is ignored.
 */
export function receiveProposal(driver: Driver, proposal: StoredProposal, outputs: DriverOutput[]): void {
  const input = inputOfProposal(driver, storeProposal(driver, proposal));
  if (input !== null) feed(driver, input, outputs);
}

/** The application's answer to `get-value`; dropped if the step has moved on. */
export function proposeValue(driver: Driver, round: number, value: ValueId, outputs: DriverOutput[]): void {
  feed(driver, { kind: 'propose-value', round, value }, outputs);
}

/** A quorum of prevotes, counted as a whole; ignored if it does not stand or is known. */
export function receivePolkaCertificate(driver: Driver, certificate: Certificate, outputs: DriverOutput[]): void {
  const { round, value } = certificate;
  if (!isCertificate(driver.set, certificate) || isStored(driver.polkaCertificates, round, value)) return;
  driver.polkaCertificates.push(certificate);
  const input = inputOfPolka(driver, round, value);
  if (input !== null) feed(driver, input, outputs);
  else if (!hasCurrentProposal(driver, value)) feed(driver, { kind: 'polka-any', round }, outputs);
}

/** A quorum of precommits, counted as a whole; ignored if it does not stand. */
export function receiveCommitCertificate(driver: Driver, certificate: Certificate, outputs: DriverOutput[]): void {
  const { round, value } = certificate;
  if (!isCertificate(driver.set, certificate)) return;
  if (!isStored(driver.commitCertificates, round, value)) driver.commitCertificates.push(certificate);
  feed(driver, inputOfCommit(driver, round, value), outputs);
}

/** What brought another node into a round: its votes are counted one by one. Ignored if it does not stand or is of no use. */
export function receiveRoundCertificate(driver: Driver, certificate: RoundCertificate, outputs: DriverOutput[]): void {
  const { round, kind, votes } = certificate;
  if (kind === 'precommit' ? round < driver.state.round : round <= driver.state.round) return;
  if (!isRoundCertificate(driver.set, certificate)) return;
  for (const { type, value, voter } of votes) receiveVote(driver, type, round, value, voter, outputs);
}

/** The end of a timeout that `schedule-timeout` asked for; ignored if the round or the step has moved on. */
export function timeoutElapsed(driver: Driver, timeout: TimeoutKind, round: number, outputs: DriverOutput[]): void {
  feed(driver, { kind: 'timeout', timeout, round }, outputs);
}

/** A value from value synchronization: its commit certificate was verified and the application calls it valid. */
export function decideBySync(driver: Driver, round: number, value: ValueId, outputs: DriverOutput[]): void {
  feed(driver, { kind: 'proposal-and-precommit-value', round, value }, outputs);
}

/** Applies `input` and all that follows from it, the consequences of an input before its successors. */
function feed(driver: Driver, input: RoundInput, outputs: DriverOutput[]): void {
  const { pending } = driver;
  let next: RoundInput | undefined = input;
  while (next !== undefined) {
    step(driver, next, outputs);
    next = pending.pop();
  }
}

function step(driver: Driver, input: RoundInput, outputs: DriverOutput[]): void {
  const before = driver.state.step;
  const { state, output, accepted, line } = apply(driver.state, input, driver.rules.locked);
  if (driver.trace !== null)
    driver.trace.push({ kind: 'step', before: driver.state, input, after: state, output, accepted });
  if (line === null) return;
  driver.state = state;
  driver.lineCounts[LINE_NUMBER[line]] = (driver.lineCounts[LINE_NUMBER[line]] as number) + 1;
  if (output !== null) lift(driver, output, outputs);
  if (state.step !== before && state.step !== STEP_UNSTARTED && state.step !== STEP_COMMIT)
    pushFollowUps(driver, driver.pending);
}

/** A vote that the keeper has refused, of an unknown voter or beyond the bound on future rounds, leaves no trace. */
function recordVote(
  driver: Driver,
  trace: TraceEntry[],
  type: VoteType,
  round: number,
  value: ValueId,
  voter: number,
  code: number,
): void {
  const power = driver.set.powers[voter];
  const counted = power === undefined ? undefined : voteOf(driver.keeper, round, type, voter);
  if (power === undefined || counted === undefined) return;
  const currentRound = driver.state.round;
  trace.push({ kind: 'vote', type, round, value, voter, power, currentRound, counted, code });
}

/** Turns an output of the round machine into outputs of the driver. */
function lift(driver: Driver, output: RoundOutput, outputs: DriverOutput[]): void {
  if (output.kind === 'get-value') {
    outputs.push({ kind: 'schedule-timeout', timeout: TIMEOUT_PROPOSE, round: output.round }, output);
  } else if (output.kind === 'vote') {
    if (output.type === PRECOMMIT && output.value !== NIL) pruneBelow(driver, output.round);
    if (mayVote(driver, output.type, output.round, output.value)) outputs.push(output);
  } else {
    outputs.push(output);
  }
}

/**
 * The output guard, the last line against self-equivocation: a vote leaves if it is the first of its type, of a later
 * round than the last, or equal to the last; a precommit of a value must match the valid value.
 */
function mayVote(driver: Driver, type: VoteType, round: number, value: ValueId): boolean {
  if (driver.self < 0) return false;
  if (type === PREVOTE) {
    if (round < driver.prevoteRound || (round === driver.prevoteRound && value !== driver.prevoteValue)) return false;
    driver.prevoteRound = round;
    driver.prevoteValue = value;
    return true;
  }
  if (round < driver.precommitRound || (round === driver.precommitRound && value !== driver.precommitValue))
    return false;
  if (value !== NIL && value !== driver.state.validValue) return false;
  driver.precommitRound = round;
  driver.precommitValue = value;
  return true;
}

/** After a lock the prevotes of earlier rounds serve nothing; commit certificates stay. */
function pruneBelow(driver: Driver, round: number): void {
  prune(driver.keeper, round);
  const stale = driver.polkaCertificates.some((certificate) => certificate.round < round);
  if (stale) driver.polkaCertificates = driver.polkaCertificates.filter((certificate) => certificate.round >= round);
}

/** Decides on a proposal and precommits of any round that arrived before the height began. */
function decideFromStore(driver: Driver, outputs: DriverOutput[]): void {
  for (const { round, value, valid } of driver.proposals) {
    if (driver.state.step === STEP_COMMIT) return;
    if (valid && hasCommit(driver, round, value))
      feed(driver, { kind: 'proposal-and-precommit-value', round, value }, outputs);
  }
}

function storeProposal(driver: Driver, proposal: StoredProposal): StoredProposal {
  let other: StoredProposal | undefined;
  for (const stored of driver.proposals) {
    if (stored.round !== proposal.round) continue;
    if (stored.value === proposal.value && stored.validRound === proposal.validRound) {
      if (proposal.valid) stored.valid = true;
      return stored;
    }
    if (stored.value !== proposal.value) other ??= stored;
  }
  if (other !== undefined) {
    const { proposer, round, value } = proposal;
    driver.proposalEvidence.push({ proposer, round, first: other.value, second: value });
  }
  const copy = { ...proposal };
  driver.proposals.push(copy);
  return copy;
}
