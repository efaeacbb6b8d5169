/**
 * Where the formal model's driver parts from a sound one: recognised from one driver step of one node.
 *
 * From such a step on the two do different things until the height ends, so there is nothing left to compare.
 */
import { STEP_COMMIT, STEP_PREVOTE, STEP_PROPOSE } from '#model/consensus/round-machine';
import { NIL, PRECOMMIT } from '#model/consensus/vote';
import { canonicalText, entries, field, integer, item, items, type Place, variant } from '../itf.js';
import {
  type FormalSet,
  type FormalState,
  type Names,
  proposerOf,
  readProposal,
  readValue,
  readVote,
} from './formal.js';
import type { Mask } from './report.js';

/** The latest driver step of the model. */
export interface History {
  readonly validator: string;
  readonly input: Place;
  readonly output: Place;
}

/** One driver step of one node: the node before and after it. */
export interface NodeStep {
  readonly index: number; // of the state
  readonly history: History;
  readonly before: Place;
  readonly after: Place;
  readonly stateBefore: FormalState;
  readonly stateAfter: FormalState;
}

/** Inputs that the model's round machine took in this step. */
export function executed(step: NodeStep): Place[] {
  const before = items(field(field(step.before, 'es'), 'executedInputs')).length;
  const inputs = items(field(field(step.after, 'es'), 'executedInputs'));
  return inputs.slice(before).map((entry) => item(entry, 0));
}

/** The mask by which the model's driver parts from ours in this step for the rest of the height, or null. */
export function partingMask(name: string, set: FormalSet, step: NodeStep, names: Names): Mask | null {
  const { stateBefore, stateAfter, history } = step;
  const driver = field(step.after, 'es');
  const inputs = executed(step).map((input) => variant(input));
  if (stateBefore.step === STEP_COMMIT && hasMoved(step)) return 'commit-step';
  for (const { tag, payload } of inputs) {
    const proposing = tag === 'NewRoundProposerCInput';
    if (!proposing && tag !== 'NewRoundCInput') continue;
    if (proposing !== (set.members[proposerOf(set, integer(payload))] === name)) return 'skip-proposer';
  }
  const refused = inputs.some(({ tag }) => tag === 'ProposalAndPolkaAndInvalidCInput');
  if (refused && stateBefore.step !== STEP_PROPOSE && variant(history.output).tag === 'VoteOutput')
    return 'line32-unguarded';
  if (outranks(set, step, names)) return 'skip-outranks-precommit';
  const proposed = items(field(driver, 'proposals'))
    .map((proposal) => readProposal(proposal, names))
    .some(({ round }) => round === stateAfter.round);
  const overlooked = variant(field(driver, 'pendingStepChange')).tag === 'NoStep';
  const jumped =
    stateBefore.step === STEP_PROPOSE && stateAfter.step === STEP_PROPOSE && stateBefore.round !== stateAfter.round;
  if (jumped && overlooked && proposed) return 'skip-propose-to-propose';
  if (variant(history.input).tag === 'StepChangeDInput' && proposed && stateAfter.step === STEP_PREVOTE) {
    const nilPolka = hasQuorum(set, field(driver, 'bk'), stateAfter.round, 'prevotes', NIL, names);
    const pending = items(field(driver, 'pendingInputs')).map((input) => canonicalText(input.value));
    if (nilPolka && !pending.some((input) => input.includes('PolkaNilCInput'))) return 'stepchange-ignores-polka-nil';
  }
  return null;
}

function hasMoved(step: NodeStep): boolean {
  const [before, after] = [step.before, step.after].map((node) => canonicalText(field(field(node, 'es'), 'cs').value));
  return before !== after;
}

/** Whether the model skips to a round although it could decide on a proposal of it. */
function outranks(set: FormalSet, step: NodeStep, names: Names): boolean {
  const { tag, payload } = variant(step.history.input);
  if (tag !== 'VoteDInput') return false;
  const driver = field(step.after, 'es');
  const { type, round, value } = readVote(payload, names);
  if (type !== PRECOMMIT || value === NIL || variant(field(driver, 'voteKeeperOutput')).tag !== 'SkipVKOutput')
    return false;
  return hasQuorum(set, field(driver, 'bk'), round, 'precommits', value, names);
}

/** Whether the model counts a quorum of votes of `round` for `value`. */
function hasQuorum(
  set: FormalSet,
  bookkeeper: Place,
  round: number,
  type: 'prevotes' | 'precommits',
  value: number,
  names: Names,
): boolean {
  const total = set.powers.reduce((sum, power) => sum + power, 0);
  for (const [number, votes] of entries(field(bookkeeper, 'rounds'))) {
    if (integer(number) !== round) continue;
    for (const [key, power] of entries(field(field(votes, type), 'valuesWeights'))) {
      if (readValue(key, names) === value && 3 * integer(power) > 2 * total) return true;
    }
  }
  return false;
}
