/**
 * The votes of the formal model's vote keeper, given to ours: outputs, tallies and double voters must be the same.
 */
import { compareText } from '#base/order';
import { createValidatorSet, NIL, PRECOMMIT, PREVOTE, type VoteType } from '#model/consensus/vote';
import {
  addVote,
  createVoteKeeper,
  hasThreshold,
  powerOf,
  type RoundVotes,
  VK_NONE,
  VK_POLKA_ANY,
  VK_POLKA_NIL,
  VK_POLKA_VALUE,
  VK_PRECOMMIT_ANY,
  VK_PRECOMMIT_VALUE,
  VK_SKIP,
  type VoteKeeper,
  voteOf,
} from '#model/consensus/vote-keeper';
import { entries, field, integer, item, items, malformed, type Place, text, variant } from '../itf.js';
import { type FormalSet, type FormalVote, type Names, readSet, readValue, readVote, valueName } from './formal.js';
import { type ConformReport, compare } from './report.js';

/** Our keeper of one height beside the model's. */
export interface KeeperReplay {
  readonly set: FormalSet;
  readonly keeper: VoteKeeper;
  readonly merged: Set<number>; // rounds that hold votes of certificates in the model
  rewrite: boolean; // the model's emitted outputs are to be taken over before the next vote
}

export interface KeeperStep {
  readonly step: number;
  readonly validator: string | null;
  readonly vote: FormalVote;
  readonly currentRound: number;
  readonly before: Place; // bookkeeper
  readonly output: Place; // variant …VKOutput
  readonly after: Place; // bookkeeper
}

/** A keeper for the validator set of a bookkeeper. */
export function createKeeperReplay(bookkeeper: Place): KeeperReplay {
  const set = readSet(field(bookkeeper, 'validatorSet'));
  return { set, keeper: createVoteKeeper(createValidatorSet(set.powers)), merged: new Set(), rewrite: false };
}

/** Counts a vote that the model took in without an output to compare. */
export function absorbVote(replay: KeeperReplay, vote: FormalVote, currentRound: number): void {
  addVote(replay.keeper, vote.type, vote.round, vote.value, replay.set.members.indexOf(vote.voter), currentRound);
  replay.rewrite = true;
}

/** Replays one vote and counts it in `report`. */
export function replayVote(report: ConformReport, replay: KeeperReplay, step: KeeperStep, names: Names): void {
  const { keeper, set, merged } = replay;
  const { vote, currentRound } = step;
  const voter = set.members.indexOf(vote.voter);
  if (merged.has(vote.round)) {
    report.masked['certificate-merged'] += 1;
    return;
  }
  if (replay.rewrite) rewriteEmitted(keeper, step.before);
  const earlier = voteOf(keeper, vote.round, vote.type, voter);
  const code = addVote(keeper, vote.type, vote.round, vote.value, voter, currentRound);
  let expected = describeFormalOutput(step.output);
  const got = describeCode(code, vote, names);
  replay.rewrite = false;
  if (expected !== got && earlier !== undefined && earlier !== vote.value && code === VK_NONE) {
    report.masked['equivocation-output'] += 1;
    expected = got;
    replay.rewrite = true;
  } else if (expected !== got && expected === `skip ${vote.round}`) {
    const mask = skipMask(step, keeper, code);
    if (mask !== null) {
      report.masked[mask] += 1;
      expected = got;
      replay.rewrite = true;
    }
  }
  compare(report, {
    step: step.step,
    layer: 'keeper',
    validator: step.validator,
    input: `${describeFormalVote(vote, names)} while in round ${currentRound}`,
    expected: `${expected}; ${describeBookkeeper(step.after, merged, names)}`,
    got: `${got}; ${describeKeeper(replay, names)}`,
    line: null,
  });
}

/** Why the model emits a skip that ours does not, if we know. */
function skipMask(
  step: KeeperStep,
  keeper: VoteKeeper,
  code: number,
): 'skip-repeated' | 'skip-outranks-precommit' | null {
  const { vote, before } = step;
  if (vote.type === PRECOMMIT && vote.value !== NIL && hasThreshold(keeper, vote.round, PRECOMMIT, vote.value)) {
    return 'skip-outranks-precommit';
  }
  const emitted = roundsOf(before).get(vote.round);
  const repeated = emitted !== undefined && emittedTags(emitted).includes('SkipVKOutput');
  return repeated && code === VK_NONE ? 'skip-repeated' : null;
}

/** Takes over which outputs the model has emitted, after a step in which both may differ. */
function rewriteEmitted(keeper: VoteKeeper, bookkeeper: Place): void {
  const formal = roundsOf(bookkeeper);
  for (let i = 0; i < keeper.count; i += 1) {
    const votes = keeper.rounds[i] as RoundVotes;
    const round = formal.get(votes.round);
    votes.emitted = 0;
    if (round === undefined) continue;
    for (const output of items(field(round, 'emittedOutputs'))) votes.emitted |= 1 << codeOf(output);
  }
}

function roundsOf(bookkeeper: Place): Map<number, Place> {
  return new Map(entries(field(bookkeeper, 'rounds')).map(([round, votes]) => [integer(round), votes]));
}

function emittedTags(round: Place): string[] {
  return items(field(round, 'emittedOutputs')).map((output) => variant(output).tag);
}

const CODES: Readonly<Record<string, number>> = {
  NoVKOutput: VK_NONE,
  PolkaAnyVKOutput: VK_POLKA_ANY,
  PolkaNilVKOutput: VK_POLKA_NIL,
  PolkaValueVKOutput: VK_POLKA_VALUE,
  PrecommitAnyVKOutput: VK_PRECOMMIT_ANY,
  PrecommitValueVKOutput: VK_PRECOMMIT_VALUE,
  SkipVKOutput: VK_SKIP,
};

function codeOf(output: Place): number {
  const { tag } = variant(output);
  const code = CODES[tag];
  if (code === undefined) throw malformed(output.file, output.path, `"${tag}" is no output of the vote keeper`);
  return code;
}

function describeFormalOutput(output: Place): string {
  const code = codeOf(output);
  const { payload } = variant(output);
  if (code === VK_NONE) return 'nothing';
  if (code === VK_POLKA_VALUE || code === VK_PRECOMMIT_VALUE) {
    return describeThreshold(code, integer(item(payload, 0)), text(item(payload, 1)));
  }
  return describeThreshold(code, integer(payload), '');
}

function describeCode(code: number, vote: FormalVote, names: Names): string {
  return code === VK_NONE ? 'nothing' : describeThreshold(code, vote.round, valueName(names, vote.value));
}

function describeThreshold(code: number, round: number, value: string): string {
  switch (code) {
    case VK_POLKA_ANY:
      return `polka any ${round}`;
    case VK_POLKA_NIL:
      return `polka nil ${round}`;
    case VK_POLKA_VALUE:
      return `polka ${value} ${round}`;
    case VK_PRECOMMIT_ANY:
      return `precommit any ${round}`;
    case VK_PRECOMMIT_VALUE:
      return `precommit ${value} ${round}`;
    default:
      return `skip ${round}`;
  }
}

export function describeFormalVote(vote: FormalVote, names: Names): string {
  const type = vote.type === PREVOTE ? 'prevote' : 'precommit';
  return `${type} ${valueName(names, vote.value)} of ${vote.voter} in round ${vote.round}`;
}

/** Tallies, voters seen and double voters of the model's keeper, but for the rounds `merged`. */
function describeBookkeeper(bookkeeper: Place, merged: ReadonlySet<number>, names: Names): string {
  const rounds = [...roundsOf(bookkeeper)].filter(([round]) => !merged.has(round)).sort(([a], [b]) => a - b);
  const parts = rounds.map(([round, votes]) => {
    const tally = (type: 'prevotes' | 'precommits') =>
      entries(field(field(votes, type), 'valuesWeights')).map(
        ([value, power]) => [valueName(names, readValue(value, names)), integer(power)] as const,
      );
    const seen = entries(field(votes, 'votesAddressesWeights')).map(
      ([name, power]) => [text(name), integer(power)] as const,
    );
    return describeRound(round, tally('prevotes'), tally('precommits'), seen);
  });
  const double = items(field(bookkeeper, 'evidence')).map((pair) => {
    const [first] = items(pair);
    if (first === undefined) throw malformed(pair.file, pair.path, 'is an empty piece of evidence');
    return readVote(first, names);
  });
  return describeAll(parts, double, merged);
}

/** The same of ours. */
function describeKeeper(replay: KeeperReplay, names: Names): string {
  const { keeper, set, merged } = replay;
  const parts: string[] = [];
  for (let i = 0; i < keeper.count; i += 1) {
    const { round } = keeper.rounds[i] as RoundVotes;
    if (merged.has(round)) continue;
    const tally = (type: VoteType) =>
      [NIL, ...names.keys()].map((value) => [valueName(names, value), powerOf(keeper, round, type, value)] as const);
    const seen = set.members.map((name, voter) => {
      const cast = [PREVOTE, PRECOMMIT].some((type) => voteOf(keeper, round, type, voter) !== undefined);
      return [name, cast ? (set.powers[voter] as number) : 0] as const;
    });
    parts.push(describeRound(round, tally(PREVOTE), tally(PRECOMMIT), seen));
  }
  const double = keeper.evidence.map((pair) => ({ ...pair, voter: set.members[pair.voter] as string }));
  return describeAll(parts, double, merged);
}

type Tally = readonly (readonly [name: string, power: number])[];

function describeRound(round: number, prevotes: Tally, precommits: Tally, seen: Tally): string {
  const list = (tally: Tally) =>
    tally
      .filter(([, power]) => power !== 0)
      .map(([name, power]) => `${name}:${power}`)
      .sort(compareText)
      .join(' ');
  return `round ${round} prevotes {${list(prevotes)}} precommits {${list(precommits)}} seen {${list(seen)}}`;
}

function describeAll(
  rounds: readonly string[],
  double: readonly Pick<FormalVote, 'voter' | 'type' | 'round'>[],
  merged: ReadonlySet<number>,
): string {
  const voters = double
    .filter(({ round }) => !merged.has(round))
    .map(({ voter, type, round }) => `${voter}/${type === PREVOTE ? 'prevote' : 'precommit'}/${round}`);
  return `${rounds.join(', ')}; double votes {${[...new Set(voters)].sort(compareText).join(' ')}}`;
}
