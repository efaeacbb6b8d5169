/**
 * One input of the formal model's round machine, given to ours: outputs and states must be the same.
 *
 * Every step starts from the model's own state, so one difference does not spread; only what the model does not hold is
 * carried on: the round entered while unstarted, and the timeouts already scheduled.
 */
import {
  apply,
  createRoundState,
  type RoundInput,
  type RoundOutput,
  type RoundState,
  STEP_COMMIT,
  STEP_PROPOSE,
  STEP_UNSTARTED,
} from '#model/consensus/round-machine';
import { TIMEOUT_PRECOMMIT, TIMEOUT_PREVOTE, TIMEOUT_PROPOSE } from '#model/consensus/timeouts';
import { PREVOTE, type VoteType } from '#model/consensus/vote';
import { integer, item, malformed, type Place, text, variant } from '../itf.js';
import {
  type FormalState,
  type Names,
  readProposal,
  readTimeout,
  readValue,
  readVote,
  STEP_NAMES,
  valueId,
  valueName,
} from './formal.js';
import { type ConformReport, compare } from './report.js';

/** What our machine remembers beyond the model's state. */
export interface MachineMemory {
  round: number; // entered or to be entered
  scheduled: number; // timeouts of that round, as in RoundState
}

export interface MachineStep {
  readonly step: number; // index of the state, for the report
  readonly validator: string | null;
  readonly before: FormalState;
  readonly input: Place; // variant …CInput
  readonly output: Place | null; // variant …Output; null: implied by what follows, a new round
  readonly next: number; // the round that follows where `output` is null
  readonly after: FormalState;
}

export function createMachineMemory(): MachineMemory {
  return { round: -1, scheduled: 0 };
}

/** Replays one step and counts it in `report`. */
export function replayMachine(report: ConformReport, memory: MachineMemory, step: MachineStep, names: Names): void {
  const { before, after, output } = step;
  const asked = output === null ? step.next : enteredRound(output);
  const round = after.step === STEP_UNSTARTED ? Math.max(asked ?? memory.round, after.round) : after.round;
  if (before.step === STEP_COMMIT) {
    report.masked['commit-step'] += 1;
    remember(memory, { round, scheduled: 0 });
    return;
  }
  const state = stateOf(before, memory);
  const input = inputOf(step.input, state, names);
  const result = input === null ? { state, output: null, accepted: false, line: null } : apply(state, input);
  const wanted = output === null ? `new round ${step.next}` : describeFormalOutput(output, names, before.node);
  const given = result.accepted ? describeOutput(result.output, names) : 'rejected';
  const [stateWanted, stateGiven] = [describeState({ ...after, round }, names), describeState(result.state, names)];
  const differs = wanted !== given || stateWanted !== stateGiven;
  const mask = differs && input !== null ? maskOf(before, state, input, wanted) : null;
  if (mask !== null) report.masked[mask] += 1;
  if (mask !== null && mask !== 'timeout-repeated') {
    remember(memory, { round, scheduled: 0 });
    return;
  }
  const agreed = compare(report, {
    step: step.step,
    layer: 'machine',
    validator: step.validator,
    input: describeInput(step.input, input),
    expected: `${wanted}; then ${stateWanted}`,
    got: `${mask === null ? given : wanted}; then ${stateGiven}`,
    line: result.line,
  });
  if (agreed && result.line !== null) report.lines[result.line] += 1;
  if (agreed && wanted === 'rejected') report.rejected += 1;
  remember(memory, agreed ? result.state : { round, scheduled: 0 });
}

/** Keeps what the model does not hold. */
function remember(memory: MachineMemory, { round, scheduled }: MachineMemory): void {
  memory.round = round;
  memory.scheduled = scheduled;
}

/** Why the model may do otherwise in this step, or null. */
function maskOf(
  before: FormalState,
  state: RoundState,
  input: RoundInput,
  wanted: string,
): 'unstarted-round' | 'line32-unguarded' | 'timeout-repeated' | null {
  if (before.step === STEP_UNSTARTED && !before.fresh && !ANY_ROUND.includes(input.kind)) return 'unstarted-round';
  if (input.kind === 'invalid-proposal-and-polka-previous') {
    return state.step !== STEP_PROPOSE || state.round === 0 ? 'line32-unguarded' : null;
  }
  if (input.kind !== 'polka-any' && input.kind !== 'precommit-any') return null;
  const timeout = input.kind === 'polka-any' ? TIMEOUT_PREVOTE : TIMEOUT_PRECOMMIT;
  const known = (state.scheduled & (1 << timeout)) !== 0;
  return known && wanted === describeTimeout(timeout, state.round) ? 'timeout-repeated' : null;
}

/** Inputs that mean the same to both while no round has started. */
const ANY_ROUND: readonly RoundInput['kind'][] = ['new-round', 'proposal-and-precommit-value'];

/** Our state for the model's, before a step. */
function stateOf(before: FormalState, memory: MachineMemory): RoundState {
  const round = before.step === STEP_UNSTARTED ? Math.max(memory.round, before.round) : before.round;
  return {
    ...createRoundState(before.height),
    round,
    step: before.step,
    lockedValue: before.lockedValue,
    lockedRound: before.lockedRound,
    validValue: before.validValue,
    validRound: before.validRound,
    scheduled: round === memory.round ? memory.scheduled : 0,
  };
}

/** The model's input as ours; null for a timer of another height, which no host would pass on. */
function inputOf(place: Place, state: RoundState, names: Names): RoundInput | null {
  const { tag, payload } = variant(place);
  const { round } = state;
  switch (tag) {
    case 'NewRoundCInput':
    case 'NewRoundProposerCInput':
      return { kind: 'new-round', round: integer(payload), proposing: tag === 'NewRoundProposerCInput' };
    case 'ProposeValueCInput':
      return { kind: 'propose-value', round, value: valueId(names, text(payload)) };
    case 'ProposalCInput':
      return { kind: 'proposal', round: integer(item(payload, 0)), value: readValue(item(payload, 1), names) };
    case 'ProposalInvalidCInput':
      return { kind: 'invalid-proposal', round };
    case 'ProposalAndPolkaPreviousAndValidCInput': {
      const value = readValue(item(payload, 0), names);
      return { kind: 'proposal-and-polka-previous', round, value, validRound: integer(item(payload, 1)) };
    }
    case 'ProposalAndPolkaAndInvalidCInput':
      return { kind: 'invalid-proposal-and-polka-previous', round, validRound: round - 1 }; // any round below
    case 'PolkaAnyCInput':
      return { kind: 'polka-any', round };
    case 'PolkaNilCInput':
      return { kind: 'polka-nil', round };
    case 'ProposalAndPolkaAndValidCInput':
      return { kind: 'proposal-and-polka-current', round, value: readValue(payload, names) };
    case 'PrecommitAnyCInput':
      return { kind: 'precommit-any', round };
    case 'ProposalAndCommitAndValidCInput': {
      const value = valueId(names, text(item(payload, 1)));
      return { kind: 'proposal-and-precommit-value', round: integer(item(payload, 0)), value };
    }
    case 'RoundSkipCInput':
      return { kind: 'skip-round', round: integer(payload) };
    case 'TimeoutProposeCInput':
      return timeoutOf(payload, state, TIMEOUT_PROPOSE);
    case 'TimeoutPrevoteCInput':
      return timeoutOf(payload, state, TIMEOUT_PREVOTE);
    case 'TimeoutPrecommitCInput':
      return timeoutOf(payload, state, TIMEOUT_PRECOMMIT);
    default:
      throw malformed(place.file, place.path, `"${tag}" is no input of the round machine`);
  }
}

function timeoutOf(payload: Place, state: RoundState, timeout: 0 | 1 | 2): RoundInput | null {
  if (integer(item(payload, 0)) !== state.height) return null;
  return { kind: 'timeout', timeout, round: integer(item(payload, 1)) };
}

/** The round that an output of the model asks for, or null. */
function enteredRound(output: Place): number | null {
  const { tag, payload } = variant(output);
  return tag === 'SkipRoundOutput' ? integer(payload) : null;
}

const TIMEOUT_NAMES = ['propose', 'prevote', 'precommit'] as const; // by TimeoutKind

function describeTimeout(timeout: number, round: number): string {
  return `schedule timeout ${TIMEOUT_NAMES[timeout]} ${round}`;
}

export function describeVote(type: VoteType, round: number, value: string): string {
  return `${type === PREVOTE ? 'prevote' : 'precommit'} ${value} in ${round}`;
}

export function describeProposal(round: number, value: string, validRound: number): string {
  return `propose ${value} in ${round} of ${validRound}`;
}

function describeOutput(output: RoundOutput | null, names: Names): string {
  if (output === null) return 'accepted';
  switch (output.kind) {
    case 'new-round':
      return `new round ${output.round}`;
    case 'get-value':
      return `get value ${output.round}`;
    case 'propose':
      return describeProposal(output.round, valueName(names, output.value), output.validRound);
    case 'vote':
      return describeVote(output.type, output.round, valueName(names, output.value));
    case 'schedule-timeout':
      return describeTimeout(output.timeout, output.round);
    default:
      return `decide ${valueName(names, output.value)} of ${output.round}`;
  }
}

/** The model's output in the same words. A message of another node than `node` differs from any of ours. */
function describeFormalOutput(place: Place, names: Names, node: string): string {
  const { tag, payload } = variant(place);
  switch (tag) {
    case 'NoConsensusOutput':
      return 'accepted';
    case 'ErrorOutput':
      return 'rejected';
    case 'ProposalOutput': {
      const { proposer, round, value, validRound } = readProposal(payload, names);
      return describeProposal(round, valueName(names, value), validRound) + foreign(proposer, node);
    }
    case 'VoteOutput': {
      const { voter, type, round, value } = readVote(payload, names);
      return describeVote(type, round, valueName(names, value)) + foreign(voter, node);
    }
    case 'TimeoutOutput':
      return describeTimeout(readTimeout(item(payload, 1)), integer(item(payload, 0)));
    case 'GetValueAndScheduleTimeoutOutput':
      return `get value ${integer(item(payload, 1))}`;
    case 'SkipRoundOutput':
      return `new round ${integer(payload)}`;
    case 'DecidedOutput':
      return `decide ${text(item(payload, 1))} of ${integer(item(payload, 0))}`;
    default:
      throw malformed(place.file, place.path, `"${tag}" is no output of the round machine`);
  }
}

function foreign(sender: string, node: string): string {
  return sender === node ? '' : ` by ${sender}`;
}

/** What both sides must share of a state. */
export function describeState(
  state: Pick<RoundState, 'step' | 'round' | 'lockedValue' | 'lockedRound' | 'validValue' | 'validRound'>,
  names: Names,
): string {
  const held = (value: number, round: number) => (round === -1 ? 'none' : `${valueName(names, value)}@${round}`);
  const locked = held(state.lockedValue, state.lockedRound);
  return `${STEP_NAMES[state.step]} ${state.round} locked ${locked} valid ${held(state.validValue, state.validRound)}`;
}

function describeInput(place: Place, input: RoundInput | null): string {
  return `${variant(place).tag} ${input === null ? 'of another height' : JSON.stringify(input)}`;
}
