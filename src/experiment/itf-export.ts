/**
 * Steps of our own consensus as traces in the Informal Trace Format, in the vocabulary of Malachite's formal model: one
 * of kind `sm` (round machine) and one of kind `vk` (vote keeper) for each recorded height of a validator.
 *
 * Where the model speaks otherwise than we do, the trace follows the model: an unstarted machine shows the round it has
 * left, and the keeper keeps rounds that ours has pruned. What has no form in the model is left out: inputs after the
 * decision, inputs of another round that are rejected, votes for pruned rounds. Where the state was changed from outside
 * (amnesia of a Byzantine validator), a state without input shows it.
 */
import { compareText } from '#base/order';
import type { RoundInput, RoundOutput, RoundState } from '#model/consensus/round-machine';
import { createRoundState, STEP_COMMIT, STEP_UNSTARTED } from '#model/consensus/round-machine';
import type { TimeoutKind } from '#model/consensus/timeouts';
import type { TraceEntry, TraceSegment } from '#model/consensus/trace';
import { NIL, PRECOMMIT, PREVOTE, type ValueId, type VoteType } from '#model/consensus/vote';
import {
  VK_NONE,
  VK_POLKA_ANY,
  VK_POLKA_NIL,
  VK_POLKA_VALUE,
  VK_PRECOMMIT_ANY,
  VK_PRECOMMIT_VALUE,
  VK_SKIP,
} from '#model/consensus/vote-keeper';

/** JSON of a trace. */
export type ItfJson = string | number | boolean | readonly ItfJson[] | { readonly [key: string]: ItfJson };

type StepEntry = Extract<TraceEntry, { readonly kind: 'step' }>;
type VoteEntry = Extract<TraceEntry, { readonly kind: 'vote' }>;

/**
 * The traces of recorded heights, by file name: `<chain>-v<validator>-h<height>.sm.itf.json` and `….vk.itf.json`; a
 * second start of the same height adds `-2` to the height.
 */
export function exportTraces(segments: readonly TraceSegment[]): Map<string, ItfJson> {
  const files = new Map<string, ItfJson>();
  const starts = new Map<string, number>();
  for (const segment of segments) {
    const place = `${segment.chain.replace(/[^\w.-]/g, '_')}-v${segment.validator}-h${segment.height}`;
    const start = (starts.get(place) ?? 0) + 1;
    starts.set(place, start);
    const name = start === 1 ? place : `${place}-${start}`;
    files.set(`${name}.sm.itf.json`, exportMachine(segment));
    files.set(`${name}.vk.itf.json`, exportKeeper(segment));
  }
  return files;
}

/** The steps of the round machine: kind `sm`. */
export function exportMachine(segment: TraceSegment): ItfJson {
  const steps = segment.entries.filter((entry): entry is StepEntry => entry.kind === 'step');
  const none = { input: bare('NoConsensusInput'), output: bare('NoConsensusOutput') };
  let latest = createRoundState(segment.height);
  let left = -1; // round that an unstarted machine has left
  const states: { [key: string]: ItfJson }[] = [{ ...none, state: stateJson(segment, latest, left) }];
  for (const { before, input, after, output, accepted } of steps) {
    if (before.step === STEP_COMMIT) break;
    if (!isSame(before, latest)) states.push({ ...none, state: stateJson(segment, before, left) });
    latest = after;
    const inputGiven = inputJson(segment, before, input);
    if (inputGiven === null) continue;
    if (after.step === STEP_UNSTARTED && before.step !== STEP_UNSTARTED) left = before.round;
    const outputGiven = accepted ? outputJson(segment, output) : variant('ErrorOutput', 'rejected');
    states.push({ input: inputGiven, output: outputGiven, state: stateJson(segment, after, left) });
  }
  return trace(segment, ['state', 'input', 'output'], states);
}

/** The votes that the keeper was given: kind `vk`. */
export function exportKeeper(segment: TraceSegment): ItfJson {
  const book = createBookkeeper(segment);
  const start = { weightedVote: bare('NoWeightedVote'), lastEmitted: bare('NoVKOutput') };
  const states: { [key: string]: ItfJson }[] = [{ ...start, bookkeeper: bookJson(book) }];
  let pruned = 0; // our keeper has no votes of rounds below
  for (const entry of segment.entries) {
    if (entry.kind === 'step') {
      const { output } = entry;
      const locks = output?.kind === 'vote' && output.type === PRECOMMIT && output.value !== NIL;
      if (locks) pruned = Math.max(pruned, output.round);
    } else if (entry.round >= pruned) {
      enterVote(book, entry);
      const weighted = tuple([voteJson(segment, entry), int(entry.power), int(entry.currentRound)]);
      states.push({
        weightedVote: variant('WV', weighted),
        bookkeeper: bookJson(book),
        lastEmitted: emittedJson(entry.code, entry.round, entry.value),
      });
    }
  }
  return trace(segment, ['weightedVote', 'bookkeeper', 'lastEmitted'], states);
}

function trace(segment: TraceSegment, vars: readonly string[], states: readonly { [key: string]: ItfJson }[]): ItfJson {
  const { chain, height, validator } = segment;
  const origin = `rollout-sim: chain ${chain}, validator ${validator}, height ${height}`;
  return {
    '#meta': { format: 'ITF', 'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html', origin },
    vars,
    states: states.map((state, index) => ({ '#meta': { index }, ...state })),
  };
}

/** Whether nothing but the driver has touched the state. */
function isSame(a: RoundState, b: RoundState): boolean {
  return (Object.keys(a) as (keyof RoundState)[]).every((key) => a[key] === b[key]);
}

const STEP_TAGS = ['UnstartedStep', 'ProposeStep', 'PrevoteStep', 'PrecommitStep', 'CommitStep'] as const; // by Step

function stateJson(segment: TraceSegment, state: RoundState, left: number): ItfJson {
  const isFresh = state.step === STEP_UNSTARTED && state.round === -1;
  return {
    p: nameOf(segment.validator),
    height: int(state.height),
    round: int(state.step === STEP_UNSTARTED ? left : state.round),
    step: bare(isFresh ? 'NoStep' : STEP_TAGS[state.step]),
    lockedRound: int(state.lockedRound),
    lockedValue: valueJson(state.lockedValue),
    validRound: int(state.validRound),
    validValue: valueJson(state.validValue),
  };
}

/** An input as the model has it; null where it has none, as for another round than its own. */
function inputJson(segment: TraceSegment, before: RoundState, input: RoundInput): ItfJson | null {
  const { round } = input;
  switch (input.kind) {
    case 'new-round':
      return variant(input.proposing ? 'NewRoundProposerCInput' : 'NewRoundCInput', int(round));
    case 'proposal':
      return variant('ProposalCInput', tuple([int(round), valueJson(input.value)]));
    case 'proposal-and-precommit-value':
      return variant('ProposalAndCommitAndValidCInput', tuple([int(round), blockName(input.value)]));
    case 'skip-round':
      return variant('RoundSkipCInput', int(round));
    case 'timeout':
      return variant(`Timeout${TIMEOUTS[input.timeout]}CInput`, tuple([int(segment.height), int(round)]));
    default:
      return round === before.round ? currentInputJson(input) : null;
  }
}

type CurrentInput = Exclude<
  RoundInput,
  { readonly kind: 'new-round' | 'proposal' | 'proposal-and-precommit-value' | 'skip-round' | 'timeout' }
>;

function currentInputJson(input: CurrentInput): ItfJson | null {
  switch (input.kind) {
    case 'propose-value':
      return variant('ProposeValueCInput', blockName(input.value));
    case 'invalid-proposal':
      return bare('ProposalInvalidCInput');
    case 'proposal-and-polka-previous': {
      const payload = tuple([valueJson(input.value), int(input.validRound)]);
      return variant('ProposalAndPolkaPreviousAndValidCInput', payload);
    }
    case 'invalid-proposal-and-polka-previous':
      if (input.validRound >= input.round) return null;
      return variant('ProposalAndPolkaAndInvalidCInput', valueJson(NIL)); // the machine is not told which
    case 'proposal-and-polka-current':
      return variant('ProposalAndPolkaAndValidCInput', valueJson(input.value));
    case 'polka-any':
      return bare('PolkaAnyCInput');
    case 'polka-nil':
      return bare('PolkaNilCInput');
    default:
      return bare('PrecommitAnyCInput');
  }
}

function outputJson(segment: TraceSegment, output: RoundOutput | null): ItfJson {
  if (output === null) return bare('NoConsensusOutput');
  const round = int(output.round);
  switch (output.kind) {
    case 'new-round':
      return variant('SkipRoundOutput', round);
    case 'get-value':
      return variant('GetValueAndScheduleTimeoutOutput', tuple([int(segment.height), round, timeoutJson(0)]));
    case 'propose':
      return variant('ProposalOutput', {
        srcAddress: nameOf(segment.validator),
        height: int(segment.height),
        round,
        proposal: blockName(output.value),
        validRound: int(output.validRound),
      });
    case 'vote':
      return variant('VoteOutput', voteJson(segment, { ...output, voter: segment.validator }));
    case 'schedule-timeout':
      return variant('TimeoutOutput', tuple([round, timeoutJson(output.timeout)]));
    default:
      return variant('DecidedOutput', tuple([round, blockName(output.value)]));
  }
}

const TIMEOUTS = ['Propose', 'Prevote', 'Precommit'] as const; // by TimeoutKind

function timeoutJson(timeout: TimeoutKind): ItfJson {
  return bare(`${TIMEOUTS[timeout]}Timeout`);
}

/** The votes of one type and round, as the model keeps them. */
interface BookedVotes {
  readonly values: Map<ValueId, number>; // power counted
  readonly voters: Set<number>; // counted
  readonly received: Map<string, ItfJson>; // each distinct vote, also conflicting ones
}

interface BookedRound {
  readonly votes: readonly [prevotes: BookedVotes, precommits: BookedVotes]; // by VoteType
  readonly seen: Map<number, number>; // voter → power
  readonly emitted: Map<string, ItfJson>;
}

interface Bookkeeper {
  readonly segment: TraceSegment;
  readonly rounds: Map<number, BookedRound>;
  readonly evidence: Map<string, ItfJson>;
}

function createBookkeeper(segment: TraceSegment): Bookkeeper {
  return { segment, rounds: new Map(), evidence: new Map() };
}

function enterVote(book: Bookkeeper, entry: VoteEntry): void {
  const { segment, evidence } = book;
  const { type, round, value, voter, power, counted, code } = entry;
  const booked = book.rounds.get(round) ?? createBookedRound();
  book.rounds.set(round, booked);
  const votes = booked.votes[type];
  const vote = voteJson(segment, entry);
  votes.received.set(`${voter}/${value}`, vote);
  if (counted !== value) {
    const first = voteJson(segment, { ...entry, value: counted });
    evidence.set(`${voter}/${type}/${round}/${value}`, set([first, vote]));
  } else if (!votes.voters.has(voter)) {
    votes.voters.add(voter);
    votes.values.set(value, (votes.values.get(value) ?? 0) + power);
    booked.seen.set(voter, power);
  }
  if (code !== VK_NONE) booked.emitted.set(`${code}/${value}`, emittedJson(code, round, value));
}

function createBookedRound(): BookedRound {
  const votes = (): BookedVotes => ({ values: new Map(), voters: new Set(), received: new Map() });
  return { votes: [votes(), votes()], seen: new Map(), emitted: new Map() };
}

function bookJson({ segment, rounds, evidence }: Bookkeeper): ItfJson {
  const total = segment.powers.reduce((sum, power) => sum + power, 0);
  const votesJson = ({ values, voters, received }: BookedVotes): ItfJson => ({
    totalWeight: int(total),
    valuesWeights: map([...values].map(([value, power]) => [valueJson(value), int(power)])),
    votesAddresses: set([...voters].map(nameOf)),
    receivedVotes: set([...received.values()]),
  });
  const roundJson = (round: number, { votes, seen, emitted }: BookedRound): ItfJson => ({
    height: int(segment.height),
    round: int(round),
    prevotes: votesJson(votes[PREVOTE]),
    precommits: votesJson(votes[PRECOMMIT]),
    emittedOutputs: set([...emitted.values()]),
    votesAddressesWeights: map([...seen].map(([voter, power]) => [nameOf(voter), int(power)])),
  });
  const ordered = [...rounds].sort(([a], [b]) => a - b);
  const members = segment.powers.map((power, voter) => [nameOf(voter), int(power)] as const);
  return {
    height: int(segment.height),
    validatorSet: map(members.sort(([a], [b]) => compareText(a, b))),
    rounds: map(ordered.map(([round, booked]) => [int(round), roundJson(round, booked)])),
    evidence: set([...evidence.values()]),
  };
}

/** Outputs of the keeper, by code. */
const EMITTED: Readonly<Record<number, string>> = {
  [VK_POLKA_ANY]: 'PolkaAnyVKOutput',
  [VK_POLKA_NIL]: 'PolkaNilVKOutput',
  [VK_POLKA_VALUE]: 'PolkaValueVKOutput',
  [VK_PRECOMMIT_ANY]: 'PrecommitAnyVKOutput',
  [VK_PRECOMMIT_VALUE]: 'PrecommitValueVKOutput',
  [VK_SKIP]: 'SkipVKOutput',
};

function emittedJson(code: number, round: number, value: ValueId): ItfJson {
  const tag = EMITTED[code];
  if (tag === undefined) return bare('NoVKOutput');
  const hasValue = code === VK_POLKA_VALUE || code === VK_PRECOMMIT_VALUE;
  return variant(tag, hasValue ? tuple([int(round), blockName(value)]) : int(round));
}

interface CastVote {
  readonly type: VoteType;
  readonly round: number;
  readonly value: ValueId;
  readonly voter: number;
}

function voteJson(segment: TraceSegment, { type, round, value, voter }: CastVote): ItfJson {
  return {
    voteType: bare(type === PREVOTE ? 'Prevote' : 'Precommit'),
    srcAddress: nameOf(voter),
    height: int(segment.height),
    round: int(round),
    valueId: valueJson(value),
  };
}

function nameOf(validator: number): string {
  return `v${validator}`;
}

function blockName(value: ValueId): string {
  return `block${value}`;
}

function valueJson(value: ValueId): ItfJson {
  return value === NIL ? bare('Nil') : variant('Val', blockName(value));
}

function int(value: number): ItfJson {
  return { '#bigint': String(value) };
}

function tuple(items: readonly ItfJson[]): ItfJson {
  return { '#tup': items };
}

function set(items: readonly ItfJson[]): ItfJson {
  return { '#set': items };
}

function map(entries: readonly (readonly [ItfJson, ItfJson])[]): ItfJson {
  return { '#map': entries };
}

function variant(tag: string, value: ItfJson): ItfJson {
  return { tag, value };
}

/** A variant that carries nothing. */
function bare(tag: string): ItfJson {
  return variant(tag, tuple([]));
}
