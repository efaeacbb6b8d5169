/**
 * A literal, slow transcription of Algorithm 1 and of the vote counting around it, independent of `src`: message logs are
 * searched again for every rule. It answers in the words of Malachite's formal model, so that its runs can be written as
 * traces. Comments quote the paper: Buchman, Kwon & Milosevic 2018 (arXiv 1807.04938v3).
 *
 * Where Malachite differs it is followed: getValue() is answered later, skips count votes only, a validator's first vote
 * of a type in a round counts, and a decision ends the height.
 */

export type Json = string | boolean | Json[] | { [key: string]: Json };

export interface Vote {
  readonly type: 'Prevote' | 'Precommit';
  readonly voter: string;
  readonly round: number;
  readonly value: string | null; // null: nil
}

export interface Proposal {
  readonly proposer: string;
  readonly round: number;
  readonly value: string;
  readonly validRound: number;
}

/** Variables of process p, as in lines 1 to 9, and its message log. */
export interface Process {
  readonly p: string;
  readonly powers: Readonly<Record<string, number>>;
  h: number;
  round: number; // the model sets it when the round starts
  entering: number; // round to start next
  step: 'NoStep' | 'UnstartedStep' | 'ProposeStep' | 'PrevoteStep' | 'PrecommitStep' | 'CommitStep';
  lockedValue: string | null;
  lockedRound: number;
  validValue: string | null;
  validRound: number;
  decision: Proposal | null;
  proposals: Proposal[];
  votes: Vote[]; // all received, in order
  done: Set<string>; // rules that fire "for the first time"
}

/** One rule taken: the machine input it stands for and its output, as variants. */
export interface Fired {
  readonly input: Json;
  readonly output: Json;
}

export function createProcess(p: string, powers: Readonly<Record<string, number>>, h: number): Process {
  return {
    p,
    powers,
    h,
    round: -1,
    entering: 0,
    step: 'NoStep',
    lockedValue: null,
    lockedRound: -1,
    validValue: null,
    validRound: -1,
    decision: null,
    proposals: [],
    votes: [],
    done: new Set(),
  };
}

export const int = (n: number): Json => ({ '#bigint': String(n) });
export const tuple = (...items: Json[]): Json => ({ '#tup': items });
export const set = (items: readonly Json[]): Json => ({ '#set': [...items] });
export const map = (pairs: readonly (readonly [Json, Json])[]): Json => ({ '#map': pairs.map(([k, v]) => [k, v]) });
export const variant = (tag: string, value: Json = tuple()): Json => ({ tag, value });
export const optional = (value: string | null): Json => (value === null ? variant('Nil') : variant('Val', value));

/** valid(v) */
const valid = (value: string) => value !== 'invalid';
const members = (process: Process) => Object.keys(process.powers).sort();
export const proposerOf = (process: Process, round: number) =>
  members(process)[(round + 1) % members(process).length] as string;
const power = (process: Process, voters: Iterable<string>) =>
  [...new Set(voters)].reduce((sum, voter) => sum + (process.powers[voter] ?? 0), 0);
const total = (process: Process) => power(process, members(process));
/** "2f + 1" */
const quorum = (process: Process, voters: Iterable<string>) => 3 * power(process, voters) > 2 * total(process);
/** "f + 1" */
const oneHonest = (process: Process, voters: Iterable<string>) => 3 * power(process, voters) > total(process);

/** The votes that count: the first of each validator for a type and round. */
export const counted = (process: Process): Vote[] =>
  process.votes.filter(
    (vote, i) =>
      process.votes.findIndex((v) => v.voter === vote.voter && v.type === vote.type && v.round === vote.round) === i,
  );

const votersFor = (process: Process, type: Vote['type'], round: number, value?: string | null) =>
  counted(process)
    .filter((v) => v.type === type && v.round === round && (value === undefined || v.value === value))
    .map((v) => v.voter);

export const voteJson = (process: Process, vote: Vote): Json => ({
  voteType: variant(vote.type),
  srcAddress: vote.voter,
  height: int(process.h),
  round: int(vote.round),
  valueId: optional(vote.value),
});

export const proposalJson = (process: Process, proposal: Proposal): Json => ({
  srcAddress: proposal.proposer,
  height: int(process.h),
  round: int(proposal.round),
  proposal: proposal.value,
  validRound: int(proposal.validRound),
});

const ownVote = (process: Process, type: Vote['type'], value: string | null): Json =>
  variant('VoteOutput', voteJson(process, { type, voter: process.p, round: process.round, value }));

const scheduleTimeout = (process: Process, timeout: string): Json =>
  variant('TimeoutOutput', tuple(int(process.round), variant(timeout)));

/** L11 to L21: Function StartRound(round), for the round that was entered. */
export function startRound(process: Process): Fired {
  process.round = process.entering; // L12: round_p ← round
  process.step = 'ProposeStep'; // L13: step_p ← propose
  const round = int(process.round);
  // L14: if proposer(h_p, round_p) = p then
  if (proposerOf(process, process.round) !== process.p) {
    // L21: schedule OnTimeoutPropose(h_p, round_p)
    return { input: variant('NewRoundCInput', round), output: scheduleTimeout(process, 'ProposeTimeout') };
  }
  const input = variant('NewRoundProposerCInput', round);
  // L15: if validValue_p ≠ nil then L16: proposal ← validValue_p
  if (process.validValue !== null) {
    const again = {
      proposer: process.p,
      round: process.round,
      value: process.validValue,
      validRound: process.validRound,
    };
    return { input, output: variant('ProposalOutput', proposalJson(process, again)) };
  }
  // L18: proposal ← getValue()
  const ask = tuple(int(process.h), round, variant('ProposeTimeout'));
  return { input, output: variant('GetValueAndScheduleTimeoutOutput', ask) };
}

/** L19: broadcast ⟨PROPOSAL, h_p, round_p, proposal, −1⟩ */
export function proposeValue(process: Process, value: string): Fired {
  const proposal = { proposer: process.p, round: process.round, value, validRound: -1 };
  return {
    input: variant('ProposeValueCInput', value),
    output: variant('ProposalOutput', proposalJson(process, proposal)),
  };
}

/** L57 to L67: Function OnTimeout…(height, round); a late one changes nothing. */
export function timeoutElapsed(process: Process, timeout: 'Propose' | 'Prevote' | 'Precommit', round: number): Fired {
  const input = variant(`Timeout${timeout}CInput`, tuple(int(process.h), int(round)));
  if (round !== process.round) return { input, output: variant('ErrorOutput', 'late timeout') };
  if (timeout === 'Propose' && process.step === 'ProposeStep') {
    process.step = 'PrevoteStep'; // L60
    return { input, output: ownVote(process, 'Prevote', null) }; // L59
  }
  if (timeout === 'Prevote' && process.step === 'PrevoteStep') {
    process.step = 'PrecommitStep'; // L64
    return { input, output: ownVote(process, 'Precommit', null) }; // L63
  }
  if (timeout === 'Precommit' && process.step !== 'CommitStep' && process.step !== 'UnstartedStep') {
    process.step = 'UnstartedStep';
    process.entering = process.round + 1; // L67: StartRound(round_p + 1)
    return { input, output: variant('SkipRoundOutput', int(process.entering)) };
  }
  return { input, output: variant('ErrorOutput', 'late timeout') };
}

/** Takes the first rule that the message log enables, in this order; null if none is. */
export function fireRule(process: Process): Fired | null {
  if (process.step === 'CommitStep' || process.step === 'NoStep' || process.step === 'UnstartedStep') return null;
  return decide(process) ?? prevoteAgain(process) ?? prevoteNew(process) ?? lock(process) ?? others(process);
}

/** L49: upon ⟨PROPOSAL, h_p, r, v, *⟩ from proposer(h_p, r) AND 2f+1 ⟨PRECOMMIT, h_p, r, id(v)⟩ while decision_p[h_p] = nil */
function decide(process: Process): Fired | null {
  const decided = process.proposals.find(
    ({ round, value }) => valid(value) && quorum(process, votersFor(process, 'Precommit', round, value)),
  );
  if (decided === undefined) return null;
  process.decision = decided; // L51: decision_p[h_p] = v
  process.step = 'CommitStep';
  const payload = tuple(int(decided.round), decided.value);
  return { input: variant('ProposalAndCommitAndValidCInput', payload), output: variant('DecidedOutput', payload) };
}

/** L28: upon ⟨PROPOSAL, h_p, round_p, v, vr⟩ AND 2f+1 ⟨PREVOTE, h_p, vr, id(v)⟩ while step_p = propose ∧ vr ≥ 0 ∧ vr < round_p */
function prevoteAgain(process: Process): Fired | null {
  if (process.step !== 'ProposeStep') return null;
  const proposal = process.proposals.find(
    ({ round, value, validRound }) =>
      round === process.round &&
      validRound >= 0 &&
      validRound < process.round &&
      quorum(process, votersFor(process, 'Prevote', validRound, value)),
  );
  if (proposal === undefined) return null;
  const { value, validRound } = proposal;
  process.step = 'PrevoteStep'; // L33
  if (!valid(value)) {
    const input = variant('ProposalAndPolkaAndInvalidCInput', optional(value));
    return { input, output: ownVote(process, 'Prevote', null) }; // L32
  }
  const input = variant('ProposalAndPolkaPreviousAndValidCInput', tuple(optional(value), int(validRound)));
  // L29: if valid(v) ∧ (lockedRound_p ≤ vr ∨ lockedValue_p = v) then L30 else L32
  const free = process.lockedRound <= validRound || process.lockedValue === value;
  return { input, output: ownVote(process, 'Prevote', free ? value : null) };
}

/** L22: upon ⟨PROPOSAL, h_p, round_p, v, −1⟩ from proposer(h_p, round_p) while step_p = propose */
function prevoteNew(process: Process): Fired | null {
  if (process.step !== 'ProposeStep') return null;
  const proposal = process.proposals.find(({ round, validRound }) => round === process.round && validRound === -1);
  if (proposal === undefined) return null;
  process.step = 'PrevoteStep'; // L27
  if (!valid(proposal.value)) {
    return { input: variant('ProposalInvalidCInput'), output: ownVote(process, 'Prevote', null) }; // L26
  }
  const input = variant('ProposalCInput', tuple(int(proposal.round), optional(proposal.value)));
  // L23: if valid(v) ∧ (lockedRound_p = −1 ∨ lockedValue_p = v) then L24 else L26
  const free = process.lockedRound === -1 || process.lockedValue === proposal.value;
  return { input, output: ownVote(process, 'Prevote', free ? proposal.value : null) };
}

/** L36: upon ⟨PROPOSAL, h_p, round_p, v, *⟩ AND 2f+1 ⟨PREVOTE, h_p, round_p, id(v)⟩ while valid(v) ∧ step_p ≥ prevote for the first time */
function lock(process: Process): Fired | null {
  if (process.step !== 'PrevoteStep' && process.step !== 'PrecommitStep') return null;
  const proposal = process.proposals.find(
    ({ round, value }) =>
      round === process.round && valid(value) && quorum(process, votersFor(process, 'Prevote', round, value)),
  );
  if (proposal === undefined || !first(process, 'L36')) return null;
  const input = variant('ProposalAndPolkaAndValidCInput', optional(proposal.value));
  process.validValue = proposal.value; // L42
  process.validRound = process.round; // L43
  if (process.step === 'PrecommitStep') return { input, output: variant('NoConsensusOutput') };
  process.lockedValue = proposal.value; // L38
  process.lockedRound = process.round; // L39
  process.step = 'PrecommitStep'; // L41
  return { input, output: ownVote(process, 'Precommit', proposal.value) }; // L40
}

function others(process: Process): Fired | null {
  const { round, step } = process;
  // L44: upon 2f+1 ⟨PREVOTE, h_p, round_p, nil⟩ while step_p = prevote
  if (step === 'PrevoteStep' && quorum(process, votersFor(process, 'Prevote', round, null))) {
    process.step = 'PrecommitStep'; // L46
    return { input: variant('PolkaNilCInput'), output: ownVote(process, 'Precommit', null) }; // L45
  }
  // L34: upon 2f+1 ⟨PREVOTE, h_p, round_p, *⟩ while step_p = prevote for the first time
  if (step === 'PrevoteStep' && quorum(process, votersFor(process, 'Prevote', round)) && first(process, 'L34')) {
    return { input: variant('PolkaAnyCInput'), output: scheduleTimeout(process, 'PrevoteTimeout') }; // L35
  }
  // L47: upon 2f+1 ⟨PRECOMMIT, h_p, round_p, *⟩ for the first time
  if (quorum(process, votersFor(process, 'Precommit', round)) && first(process, 'L47')) {
    return { input: variant('PrecommitAnyCInput'), output: scheduleTimeout(process, 'PrecommitTimeout') }; // L48
  }
  // L55: upon f+1 ⟨*, h_p, round, *, *⟩ with round > round_p
  const later = counted(process).map((vote) => vote.round);
  const skip = later.find((r) => r > round && oneHonest(process, votersOf(process, r)));
  if (skip === undefined) return null;
  process.step = 'UnstartedStep';
  process.entering = skip; // L56: StartRound(round)
  return { input: variant('RoundSkipCInput', int(skip)), output: variant('SkipRoundOutput', int(skip)) };
}

const votersOf = (process: Process, round: number) =>
  counted(process)
    .filter((vote) => vote.round === round)
    .map((vote) => vote.voter);

/** "for the first time", in this round */
function first(process: Process, rule: string): boolean {
  const key = `${rule}/${process.round}`;
  if (process.done.has(key)) return false;
  process.done.add(key);
  return true;
}

/** What the vote keeper holds of a process, and the outputs it has emitted, by round. */
export type Emitted = Map<number, Json[]>;

/** Receives a vote and says what the vote keeper emits for it: consensus.md section 6, from the log alone. */
export function receiveVote(process: Process, vote: Vote, currentRound: number, emitted: Emitted): Json {
  const { type, round, voter, value } = vote;
  const earlier = process.votes.find((v) => v.voter === voter && v.type === type && v.round === round);
  process.votes.push(vote);
  if (earlier !== undefined && earlier.value !== value) return variant('NoVKOutput');
  let output: Json | null = null;
  if (quorum(process, votersFor(process, type, round, value))) {
    if (type === 'Prevote' && value === null) output = variant('PolkaNilVKOutput', int(round));
    else if (type === 'Prevote') output = variant('PolkaValueVKOutput', tuple(int(round), value as string));
    else if (value !== null) output = variant('PrecommitValueVKOutput', tuple(int(round), value));
    else output = variant('PrecommitAnyVKOutput', int(round));
  } else if (quorum(process, votersFor(process, type, round))) {
    output = variant(type === 'Prevote' ? 'PolkaAnyVKOutput' : 'PrecommitAnyVKOutput', int(round));
  }
  const decides = type === 'Precommit' && value !== null && quorum(process, votersFor(process, type, round, value));
  if (round > currentRound && !decides && oneHonest(process, votersOf(process, round))) {
    output = variant('SkipVKOutput', int(round));
  }
  const known = emitted.get(round) ?? [];
  if (output === null || known.some((one) => JSON.stringify(one) === JSON.stringify(output)))
    return variant('NoVKOutput');
  emitted.set(round, [...known, output]);
  return output;
}

export function bookkeeperJson(process: Process, emitted: Emitted): Json {
  const votes = counted(process);
  const rounds = [...new Set(votes.map(({ round }) => round))].sort((a, b) => a - b);
  const tally = (type: Vote['type'], round: number): Json => {
    const of = votes.filter((vote) => vote.type === type && vote.round === round);
    const values = [...new Set(of.map(({ value }) => value))];
    return {
      totalWeight: int(total(process)),
      valuesWeights: map(values.map((v) => [optional(v), int(power(process, votersFor(process, type, round, v)))])),
    };
  };
  const pairs = process.votes.flatMap((vote) => {
    const first = votes.find((v) => v.voter === vote.voter && v.type === vote.type && v.round === vote.round) as Vote;
    return first.value === vote.value ? [] : [set([voteJson(process, first), voteJson(process, vote)])];
  });
  return {
    height: int(process.h),
    validatorSet: map(members(process).map((name) => [name, int(process.powers[name] as number)])),
    rounds: map(
      rounds.map((round) => [
        int(round),
        {
          height: int(process.h),
          round: int(round),
          prevotes: tally('Prevote', round),
          precommits: tally('Precommit', round),
          emittedOutputs: set(emitted.get(round) ?? []),
          votesAddressesWeights: map(
            [...new Set(votersOf(process, round))].map((name) => [name, int(process.powers[name] as number)]),
          ),
        },
      ]),
    ),
    evidence: set(pairs),
  };
}

export const stateJson = (process: Process): Json => ({
  p: process.p,
  height: int(process.h),
  round: int(process.round),
  step: variant(process.step),
  lockedRound: int(process.lockedRound),
  lockedValue: optional(process.lockedValue),
  validRound: int(process.validRound),
  validValue: optional(process.validValue),
});
