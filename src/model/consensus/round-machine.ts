/**
 * The round state machine of one validator at one height: a state and an input in, a state and at most one output out.
 *
 * It knows neither votes nor time: the driver counts votes and says which rule they enable. An input that no rule
 * accepts changes nothing. Locked and valid value survive round changes; `validRound ≥ lockedRound`; rounds never fall.
 * Rules and names: Buchman, Kwon & Milosevic 2018, Algorithm 1 (`L22` is its line 22), in the form of Malachite
 * `code/crates/core-state-machine/src/{input,state,state_machine}.rs`, where a proposer's value arrives later (L18, L19).
 */
import { unreachable } from '#base/assert';
import type { ConsensusRules } from '../plan.js';
import { TIMEOUT_PRECOMMIT, TIMEOUT_PREVOTE, TIMEOUT_PROPOSE, type TimeoutKind } from './timeouts.js';
import { NIL, PRECOMMIT, PREVOTE, type ValueId, type VoteType } from './vote.js';

export type Step = 0 | 1 | 2 | 3 | 4;
export const STEP_UNSTARTED: Step = 0;
export const STEP_PROPOSE: Step = 1;
export const STEP_PREVOTE: Step = 2;
export const STEP_PRECOMMIT: Step = 3;
export const STEP_COMMIT: Step = 4;

/** A value of NIL and a round of −1 mean none. */
export interface RoundState {
  readonly height: number;
  readonly round: number; // −1 before the first
  readonly step: Step;
  readonly lockedValue: ValueId;
  readonly lockedRound: number;
  readonly validValue: ValueId;
  readonly validRound: number;
  readonly decisionValue: ValueId;
  readonly decisionRound: number; // round of the decided proposal
  readonly scheduled: number; // bit k: timeout k was scheduled in this round
}

export type RoundInput =
  | { readonly kind: 'new-round'; readonly round: number; readonly proposing: boolean } // proposing: this node proposes
  | { readonly kind: 'propose-value'; readonly round: number; readonly value: ValueId }
  | { readonly kind: 'proposal'; readonly round: number; readonly value: ValueId } // valid, valid round −1
  | { readonly kind: 'invalid-proposal'; readonly round: number } // valid round −1
  | {
      readonly kind: 'proposal-and-polka-previous';
      readonly round: number;
      readonly value: ValueId;
      readonly validRound: number;
    }
  | { readonly kind: 'invalid-proposal-and-polka-previous'; readonly round: number; readonly validRound: number }
  | { readonly kind: 'proposal-and-polka-current'; readonly round: number; readonly value: ValueId }
  | { readonly kind: 'polka-any' | 'polka-nil' | 'precommit-any'; readonly round: number }
  /** A valid proposal of `round`, whatever the current round, and a quorum of precommits for it. */
  | { readonly kind: 'proposal-and-precommit-value'; readonly round: number; readonly value: ValueId }
  | { readonly kind: 'skip-round'; readonly round: number }
  | { readonly kind: 'timeout'; readonly timeout: TimeoutKind; readonly round: number };

export type RoundOutput =
  | { readonly kind: 'new-round'; readonly round: number } // answered with the input of the same name
  | { readonly kind: 'get-value'; readonly round: number } // and schedule the propose timeout
  | { readonly kind: 'propose'; readonly round: number; readonly value: ValueId; readonly validRound: number }
  | { readonly kind: 'vote'; readonly type: VoteType; readonly round: number; readonly value: ValueId }
  | { readonly kind: 'schedule-timeout'; readonly timeout: TimeoutKind; readonly round: number }
  | { readonly kind: 'decide'; readonly round: number; readonly value: ValueId }; // round of the decided proposal

/** The branches of the rules, by the line of their effect in Algorithm 1, and the line of the rule they belong to. */
export const RULES = {
  L16: 'L14', // propose the valid value again
  L18: 'L14', // ask for a value
  L19: 'L14', // propose that value
  L21: 'L20', // wait for another's proposal
  L24: 'L22', // prevote a new value
  'L26-locked': 'L22', // refuse it, locked on another
  'L26-invalid': 'L22', // refuse it, invalid
  L30: 'L28', // prevote a value proposed again
  'L32-locked': 'L28', // refuse it, locked on another since
  'L32-invalid': 'L28', // refuse it, invalid
  L35: 'L34', // mixed prevotes: schedule the prevote timeout
  L40: 'L36', // polka: lock and precommit
  L42: 'L36', // late polka: valid, not locked
  L45: 'L44', // nil polka: precommit nil
  L48: 'L47', // mixed precommits: schedule the precommit timeout
  L51: 'L49', // decide
  L56: 'L55', // skip to a later round
  L59: 'L57', // propose timeout: prevote nil
  L63: 'L61', // prevote timeout: precommit nil
  L67: 'L65', // precommit timeout: next round
} as const;

export type Line = keyof typeof RULES;
export const LINES = Object.keys(RULES) as readonly Line[];

export interface Transition {
  readonly state: RoundState;
  readonly output: RoundOutput | null;
  readonly accepted: boolean; // false: no rule applies, `state` is the one given
  readonly line: Line | null; // the branch taken; null if none
}

/** The state before the first round of `height`. */
export function createRoundState(height: number): RoundState {
  return {
    height,
    round: -1,
    step: STEP_UNSTARTED,
    lockedValue: NIL,
    lockedRound: -1,
    validValue: NIL,
    validRound: -1,
    decisionValue: NIL,
    decisionRound: -1,
    scheduled: 0,
  };
}

/**
 * Applies the rule that `input` enables in `state`, if any. Pure; never throws for a protocol event.
 *
 * @param locked - what a locked node prevotes for another value: nil as in Algorithm 1, or its locked value as CometBFT
 */
export function apply(state: RoundState, input: RoundInput, locked: ConsensusRules['locked'] = 'nil'): Transition {
  if (state.step === STEP_COMMIT) return reject(state);
  switch (input.kind) {
    case 'new-round':
      return newRound(state, input.round, input.proposing);
    case 'proposal-and-precommit-value': // L49: of any round; a decision ends in step commit
      return decide(state, input.round, input.value);
    case 'skip-round': // L55
      if (input.round <= state.round) return reject(state);
      return enterRound(state, input.round, 'L56');
    default:
      return input.round === state.round && input.round >= 0 ? applyCurrent(state, input, locked) : reject(state);
  }
}

type CurrentInput = Exclude<RoundInput, { readonly kind: 'new-round' | 'proposal-and-precommit-value' | 'skip-round' }>;

/** The rules for inputs of the current round. */
function applyCurrent(state: RoundState, input: CurrentInput, locked: ConsensusRules['locked']): Transition {
  const { step, round } = state;
  switch (input.kind) {
    case 'propose-value': // L14, later
      if (step !== STEP_PROPOSE) return reject(state);
      return accept(state, { kind: 'propose', round, value: input.value, validRound: -1 }, 'L19');
    case 'proposal': // L22
      if (step !== STEP_PROPOSE) return reject(state);
      if (state.lockedRound === -1 || state.lockedValue === input.value) return prevote(state, input.value, 'L24');
      return prevote(state, refusal(state, locked), 'L26-locked');
    case 'invalid-proposal': // L22
      if (step !== STEP_PROPOSE) return reject(state);
      return prevote(state, refusal(state, locked), 'L26-invalid');
    case 'proposal-and-polka-previous': // L28
      if (step !== STEP_PROPOSE || input.validRound < 0 || input.validRound >= round) return reject(state);
      if (state.lockedRound <= input.validRound || state.lockedValue === input.value) {
        return prevote(state, input.value, 'L30');
      }
      return prevote(state, refusal(state, locked), 'L32-locked');
    case 'invalid-proposal-and-polka-previous': // L28
      if (step !== STEP_PROPOSE || input.validRound < 0 || input.validRound >= round) return reject(state);
      return prevote(state, refusal(state, locked), 'L32-invalid');
    case 'polka-any': // L34
      if (step !== STEP_PREVOTE) return reject(state);
      return schedule(state, TIMEOUT_PREVOTE, 'L35');
    case 'proposal-and-polka-current': // L36
      return polkaCurrent(state, input.value);
    case 'polka-nil': // L44
      if (step !== STEP_PREVOTE) return reject(state);
      return precommit(state, NIL, 'L45');
    case 'precommit-any': // L47
      return schedule(state, TIMEOUT_PRECOMMIT, 'L48');
    case 'timeout':
      return timeoutElapsed(state, input.timeout, locked);
    default:
      return unreachable(input);
  }
}

/** L11–L21: the start of a round. */
function newRound(before: RoundState, round: number, proposing: boolean): Transition {
  if (before.step !== STEP_UNSTARTED || round < before.round || round < 0) return reject(before);
  const state = round === before.round ? before : { ...before, round, scheduled: 0 };
  if (proposing && state.validRound >= 0) {
    const { validValue: value, validRound } = state;
    return accept({ ...state, step: STEP_PROPOSE }, { kind: 'propose', round, value, validRound }, 'L16');
  }
  const started = { ...state, step: STEP_PROPOSE, scheduled: state.scheduled | (1 << TIMEOUT_PROPOSE) };
  if (proposing) return accept(started, { kind: 'get-value', round }, 'L18');
  return accept(started, { kind: 'schedule-timeout', timeout: TIMEOUT_PROPOSE, round }, 'L21');
}

/** L36–L43: in step prevote lock and precommit; in step precommit the polka came too late to lock. */
function polkaCurrent(state: RoundState, value: ValueId): Transition {
  const { round } = state;
  if (state.step === STEP_PREVOTE) {
    const locked = { ...state, lockedValue: value, lockedRound: round, validValue: value, validRound: round };
    return precommit(locked, value, 'L40');
  }
  if (state.step === STEP_PRECOMMIT) return accept({ ...state, validValue: value, validRound: round }, null, 'L42');
  return reject(state);
}

/** L57–L67. */
function timeoutElapsed(state: RoundState, timeout: TimeoutKind, locked: ConsensusRules['locked']): Transition {
  switch (timeout) {
    case TIMEOUT_PROPOSE: // L57
      return state.step === STEP_PROPOSE ? prevote(state, refusal(state, locked), 'L59') : reject(state);
    case TIMEOUT_PREVOTE: // L61
      return state.step === STEP_PREVOTE ? precommit(state, NIL, 'L63') : reject(state);
    default: // L65
      return enterRound(state, state.round + 1, 'L67');
  }
}

/** What a node prevotes that prevotes no proposal: nil, or what it is locked on. */
function refusal(state: RoundState, locked: ConsensusRules['locked']): ValueId {
  return locked === 'nil' ? NIL : state.lockedValue;
}

function prevote(state: RoundState, value: ValueId, line: Line): Transition {
  const output: RoundOutput = { kind: 'vote', type: PREVOTE, round: state.round, value };
  return accept({ ...state, step: STEP_PREVOTE }, output, line);
}

function precommit(state: RoundState, value: ValueId, line: Line): Transition {
  const output: RoundOutput = { kind: 'vote', type: PRECOMMIT, round: state.round, value };
  return accept({ ...state, step: STEP_PRECOMMIT }, output, line);
}

/** "For the first time": a timeout already scheduled in this round is not scheduled again. */
function schedule(state: RoundState, timeout: TimeoutKind, line: Line): Transition {
  const bit = 1 << timeout;
  if ((state.scheduled & bit) !== 0) return reject(state);
  const output: RoundOutput = { kind: 'schedule-timeout', timeout, round: state.round };
  return accept({ ...state, scheduled: state.scheduled | bit }, output, line);
}

function decide(state: RoundState, round: number, value: ValueId): Transition {
  const decided = { ...state, step: STEP_COMMIT, decisionValue: value, decisionRound: round };
  return accept(decided, { kind: 'decide', round, value }, 'L51');
}

/** The new round is stored at once; it starts when the caller answers with the input `new-round`. */
function enterRound(state: RoundState, round: number, line: Line): Transition {
  const entered = { ...state, round, step: STEP_UNSTARTED, scheduled: 0 };
  return accept(entered, { kind: 'new-round', round }, line);
}

function accept(state: RoundState, output: RoundOutput | null, line: Line): Transition {
  return { state, output, accepted: true, line };
}

function reject(state: RoundState): Transition {
  return { state, output: null, accepted: false, line: null };
}
