/**
 * The vocabulary of Malachite's formal model (Quint, `specs/consensus/quint`), read from a trace and named as we name it.
 */
import { compareText } from '#base/order';
import type { Step } from '#model/consensus/round-machine';
import {
  STEP_COMMIT,
  STEP_PRECOMMIT,
  STEP_PREVOTE,
  STEP_PROPOSE,
  STEP_UNSTARTED,
} from '#model/consensus/round-machine';
import { TIMEOUT_PRECOMMIT, TIMEOUT_PREVOTE, TIMEOUT_PROPOSE, type TimeoutKind } from '#model/consensus/timeouts';
import { NIL, PRECOMMIT, PREVOTE, type ValueId, type VoteType } from '#model/consensus/vote';
import { entries, field, integer, malformed, type Place, text, variant } from '../itf.js';

/** The only value the model calls invalid. */
export const INVALID = 'invalid';

/** Names of values, numbered as they appear. */
export type Names = string[];

export function valueId(names: Names, name: string): ValueId {
  const known = names.indexOf(name);
  return known >= 0 ? known : names.push(name) - 1;
}

export function valueName(names: Names, value: ValueId): string {
  return value === NIL ? 'nil' : (names[value] ?? `value ${value}`);
}

/** `Nil` or `Val(name)`. */
export function readValue(place: Place, names: Names): ValueId {
  const { tag, payload } = variant(place);
  if (tag === 'Nil') return NIL;
  if (tag === 'Val') return valueId(names, text(payload));
  throw malformed(place.file, place.path, `"${tag}" is neither Nil nor Val`);
}

/** State of the model's round machine. While unstarted it holds the round it has left. */
export interface FormalState {
  readonly node: string;
  readonly height: number;
  readonly round: number;
  readonly step: Step;
  readonly fresh: boolean; // `NoStep`: before the first round
  readonly lockedRound: number;
  readonly lockedValue: ValueId;
  readonly validRound: number;
  readonly validValue: ValueId;
}

const STEPS: Readonly<Record<string, Step>> = {
  NoStep: STEP_UNSTARTED,
  UnstartedStep: STEP_UNSTARTED,
  ProposeStep: STEP_PROPOSE,
  PrevoteStep: STEP_PREVOTE,
  PrecommitStep: STEP_PRECOMMIT,
  CommitStep: STEP_COMMIT,
};
export const STEP_NAMES = ['unstarted', 'propose', 'prevote', 'precommit', 'commit'] as const; // by Step

export function readState(place: Place, names: Names): FormalState {
  const { tag } = variant(field(place, 'step'));
  const step = STEPS[tag];
  if (step === undefined) throw malformed(place.file, `${place.path}.step`, `"${tag}" is no step`);
  return {
    node: text(field(place, 'p')),
    height: integer(field(place, 'height')),
    round: integer(field(place, 'round')),
    step,
    fresh: tag === 'NoStep',
    lockedRound: integer(field(place, 'lockedRound')),
    lockedValue: readValue(field(place, 'lockedValue'), names),
    validRound: integer(field(place, 'validRound')),
    validValue: readValue(field(place, 'validValue'), names),
  };
}

export function readTimeout(place: Place): TimeoutKind {
  const { tag } = variant(place);
  if (tag === 'ProposeTimeout') return TIMEOUT_PROPOSE;
  if (tag === 'PrevoteTimeout') return TIMEOUT_PREVOTE;
  if (tag === 'PrecommitTimeout') return TIMEOUT_PRECOMMIT;
  throw malformed(place.file, place.path, `"${tag}" is no timeout`);
}

export interface FormalVote {
  readonly type: VoteType;
  readonly voter: string;
  readonly height: number;
  readonly round: number;
  readonly value: ValueId;
}

export function readVote(place: Place, names: Names): FormalVote {
  const { tag } = variant(field(place, 'voteType'));
  if (tag !== 'Prevote' && tag !== 'Precommit')
    throw malformed(place.file, `${place.path}.voteType`, `"${tag}" is no vote type`);
  return {
    type: tag === 'Prevote' ? PREVOTE : PRECOMMIT,
    voter: text(field(place, 'srcAddress')),
    height: integer(field(place, 'height')),
    round: integer(field(place, 'round')),
    value: readValue(field(place, 'valueId'), names),
  };
}

export interface FormalProposal {
  readonly proposer: string;
  readonly height: number;
  readonly round: number;
  readonly value: ValueId;
  readonly validRound: number;
}

export function readProposal(place: Place, names: Names): FormalProposal {
  return {
    proposer: text(field(place, 'srcAddress')),
    height: integer(field(place, 'height')),
    round: integer(field(place, 'round')),
    value: valueId(names, text(field(place, 'proposal'))),
    validRound: integer(field(place, 'validRound')),
  };
}

/** The validators of a set, sorted by name: their index is ours. */
export interface FormalSet {
  readonly members: readonly string[];
  readonly powers: readonly number[];
}

export function readSet(place: Place): FormalSet {
  const pairs = entries(place).map(([name, power]) => [text(name), integer(power)] as const);
  pairs.sort(([a], [b]) => compareText(a, b));
  return { members: pairs.map(([name]) => name), powers: pairs.map(([, power]) => power) };
}

/** The model's proposer of `round`, at every height. */
export function proposerOf(set: FormalSet, round: number): number {
  return (round + 1) % set.members.length;
}
