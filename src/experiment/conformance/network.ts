/**
 * A trace of several validators over an asynchronous network, replayed three ways: the inputs of each round machine, the
 * votes of each vote keeper, and the messages to a whole driver of ours beside each node.
 *
 * The trace names no actions; what happened is read off the difference of two states. The model takes several steps for
 * what our driver does in one call, so drivers are compared when the model's node is quiet.
 */
import type { Certificate } from '#model/consensus/certificate';
import {
  createDriver,
  type Driver,
  type DriverOutput,
  proposeValue,
  receiveCommitCertificate,
  receivePolkaCertificate,
  receiveProposal,
  receiveVote,
  startHeight,
  startRound,
  timeoutElapsed,
} from '#model/consensus/driver';
import { STEP_UNSTARTED } from '#model/consensus/round-machine';
import { createValidatorSet, PREVOTE } from '#model/consensus/vote';
import {
  canonicalText,
  entries,
  field,
  type ItfTrace,
  integer,
  item,
  items,
  malformed,
  type Place,
  placeOfState,
  text,
  truth,
  variant,
} from '../itf.js';
import {
  type FormalSet,
  type FormalVote,
  INVALID,
  type Names,
  proposerOf,
  readProposal,
  readSet,
  readState,
  readTimeout,
  readVote,
  valueId,
  valueName,
} from './formal.js';
import { absorbVote, createKeeperReplay, type KeeperReplay, replayVote } from './keeper.js';
import {
  createMachineMemory,
  describeProposal,
  describeState,
  describeVote,
  type MachineMemory,
  replayMachine,
} from './machine.js';
import { executed, type History, type NodeStep, partingMask } from './parting.js';
import { type ConformReport, compare } from './report.js';

/** One validator of the model and what of ours runs beside it, for one height. */
interface NodeReplay {
  readonly name: string;
  readonly set: FormalSet;
  readonly driver: Driver;
  readonly keeper: KeeperReplay;
  readonly memory: MachineMemory;
  readonly expected: Set<string>; // votes and proposals the model has emitted
  readonly got: Set<string>; // those of ours
  compared: boolean; // false once a mask has parted the drivers
}

/** Replays a trace of kind `net` or `sync` and counts what it compares in `report`. */
export function replayNetwork(report: ConformReport, trace: ItfTrace): void {
  const names: Names = [];
  const replays = new Map<string, NodeReplay>();
  let before = nodesOf(placeOfState(trace, 0));
  for (const [name, node] of before) replays.set(name, createNodeReplay(name, node, names));
  for (let index = 1; index < trace.states.length; index += 1) {
    const state = placeOfState(trace, index);
    const after = nodesOf(state);
    const history = readHistory(field(state, '_hist'));
    for (const [name, node] of after) {
      const earlier = before.get(name);
      const replay = replays.get(name);
      if (earlier === undefined || replay === undefined) throw malformed(trace.file, node.path, 'is a new validator');
      if (isNewHeight(earlier, node, names)) replays.set(name, createNodeReplay(name, node, names));
      else if (name === history.validator && isDriverStep(earlier, node)) {
        const stateBefore = readState(field(field(earlier, 'es'), 'cs'), names);
        const stateAfter = readState(field(field(node, 'es'), 'cs'), names);
        replayNode(report, replay, { index, history, before: earlier, after: node, stateBefore, stateAfter }, names);
      }
    }
    before = after;
  }
}

function nodesOf(state: Place): Map<string, Place> {
  return new Map(entries(field(state, 'system')).map(([name, node]) => [text(name), node]));
}

/** A record, or in the model's synchronous variant a tuple in that order. */
function readHistory(place: Place): History {
  if (typeof place.value === 'object' && place.value.kind === 'tuple') {
    return { validator: text(item(place, 0)), input: item(place, 1), output: item(place, 2) };
  }
  return { validator: text(field(place, 'validator')), input: field(place, 'input'), output: field(place, 'output') };
}

function createNodeReplay(name: string, node: Place, names: Names): NodeReplay {
  const state = field(node, 'es');
  const set = readSet(field(state, 'valset'));
  const driver = createDriver(set.members.indexOf(name), createValidatorSet(set.powers));
  startHeight(driver, readState(field(state, 'cs'), names).height);
  return {
    name,
    set,
    driver,
    keeper: createKeeperReplay(field(state, 'bk')),
    memory: createMachineMemory(),
    expected: new Set(),
    got: new Set(),
    compared: true,
  };
}

function isNewHeight(before: Place, after: Place, names: Names): boolean {
  const [old, now] = [field(before, 'es'), field(after, 'es')];
  const rose = readState(field(now, 'cs'), names).height > readState(field(old, 'cs'), names).height;
  return rose && !truth(field(now, 'started'));
}

const CONSUMED = [
  'incomingVotes',
  'incomingProposals',
  'incomingCertificates',
  'timeouts',
  'getValueRequests',
] as const;
const CONSUMED_BY_SYNC = ['incomingSyncProposals', 'incomingSyncCertificates'] as const;

/** A delivery only adds to an incoming set; a driver step changes the driver or takes something away. */
function isDriverStep(before: Place, after: Place): boolean {
  if (!same(field(before, 'es'), field(after, 'es'))) return true;
  return [...CONSUMED, ...CONSUMED_BY_SYNC].some((name) => taken(field(before, name), field(after, name)).length > 0);
}

function same(a: Place, b: Place): boolean {
  return canonicalText(a.value) === canonicalText(b.value);
}

/** The elements of a set that are gone. */
function taken(before: Place, after: Place): Place[] {
  const left = new Set(items(after).map((inner) => canonicalText(inner.value)));
  return items(before).filter((inner) => !left.has(canonicalText(inner.value)));
}

function replayNode(report: ConformReport, replay: NodeReplay, step: NodeStep, names: Names): void {
  replayInputs(report, replay, step, names);
  replayVotes(report, replay, step, names);
  feedDriver(replay, step, names);
  const mask = partingMask(replay.name, replay.set, step, names);
  if (mask !== null && replay.compared) {
    report.masked[mask] += 1;
    replay.compared = false;
  }
  expectOutput(report, replay, step, names);
  if (replay.compared && isQuiet(step)) compareDriver(report, replay, step, names);
}

/** The first way: what the model's driver gave to its round machine. */
function replayInputs(report: ConformReport, replay: NodeReplay, step: NodeStep, names: Names): void {
  const { index, history, stateBefore, stateAfter } = step;
  const inputs = executed(step);
  const [first, second] = inputs;
  if (first === undefined) return;
  if (inputs.length > 2)
    throw malformed(first.file, first.path, `is one of ${inputs.length} machine inputs of one step`);
  const common = { step: index, validator: replay.name };
  const last = { output: history.output, next: -1, after: stateAfter };
  if (second === undefined) {
    replayMachine(report, replay.memory, { ...common, before: stateBefore, input: first, ...last }, names);
    return;
  }
  // A skip or a timeout followed at once by the round it enters; the state between them is not in the trace.
  const between = { ...stateBefore, step: STEP_UNSTARTED, fresh: false };
  const next = integer(variant(second).payload);
  const entering = { ...common, before: stateBefore, input: first, output: null, next, after: between };
  replayMachine(report, replay.memory, entering, names);
  replayMachine(report, replay.memory, { ...common, before: between, input: second, ...last }, names);
}

/** The second way: votes against bookkeepers. */
function replayVotes(report: ConformReport, replay: NodeReplay, step: NodeStep, names: Names): void {
  const { index, history, stateBefore } = step;
  const [before, after] = [field(step.before, 'es'), field(step.after, 'es')];
  const { tag, payload } = variant(history.input);
  if (tag === 'VoteDInput') {
    const vote = readVote(payload, names);
    if (vote.height !== stateBefore.height) return;
    replayVote(
      report,
      replay.keeper,
      {
        step: index,
        validator: replay.name,
        vote,
        currentRound: stateBefore.round,
        before: field(before, 'bk'),
        output: field(after, 'voteKeeperOutput'),
        after: field(after, 'bk'),
      },
      names,
    );
  } else if (tag === 'CertificateDInput') {
    for (const vote of items(payload)) replay.keeper.merged.add(readVote(vote, names).round);
  } else if (isStart(step)) {
    for (const vote of consumedVotes(step, names)) absorbVote(replay.keeper, vote, stateBefore.round);
    for (const certificate of consumedCertificates(step)) {
      for (const vote of items(certificate)) replay.keeper.merged.add(readVote(vote, names).round);
    }
  }
}

/** Whether this step starts the height. */
function isStart(step: NodeStep): boolean {
  const { tag } = variant(step.history.input);
  if (tag === 'StartDInput') return true;
  const [before, after] = [field(step.before, 'es'), field(step.after, 'es')];
  return tag === 'PendingDInput' && !truth(field(before, 'started')) && truth(field(after, 'started'));
}

function consumedVotes(step: NodeStep, names: Names): FormalVote[] {
  return taken(field(step.before, 'incomingVotes'), field(step.after, 'incomingVotes'))
    .map((vote) => readVote(vote, names))
    .filter(({ height }) => height === step.stateAfter.height);
}

function consumedCertificates(step: NodeStep): Place[] {
  return taken(field(step.before, 'incomingCertificates'), field(step.after, 'incomingCertificates'));
}

/** The third way: the messages and timeouts of this step to our driver. */
function feedDriver(replay: NodeReplay, step: NodeStep, names: Names): void {
  const { driver, set } = replay;
  const { stateBefore } = step;
  const { tag, payload } = variant(step.history.input);
  const outputs: DriverOutput[] = [];
  if (isStart(step)) {
    startRound(driver, 0, proposerOf(set, 0), outputs);
    settle(replay, outputs, names);
    for (const vote of consumedVotes(step, names)) feedVote(replay, vote, outputs);
    for (const certificate of consumedCertificates(step)) feedCertificate(replay, certificate, outputs, names);
  } else if (tag === 'ProposeValueDInput') {
    proposeValue(driver, driver.state.round, valueId(names, text(payload)), outputs);
  } else if (tag === 'ProposalDInput') {
    const { proposer, height, round, value, validRound } = readProposal(payload, names);
    const sender = set.members.indexOf(proposer);
    if (height === stateBefore.height && sender === proposerOf(set, round)) {
      const valid = valueName(names, value) !== INVALID;
      receiveProposal(driver, { round, value, validRound, proposer: sender, valid }, outputs);
    }
  } else if (tag === 'VoteDInput') {
    const vote = readVote(payload, names);
    if (vote.height === stateBefore.height) feedVote(replay, vote, outputs);
  } else if (tag === 'CertificateDInput') {
    feedCertificate(replay, payload, outputs, names);
  } else if (tag === 'TimeoutDInput') {
    timeoutElapsed(driver, readTimeout(payload), stateBefore.round, outputs);
  }
  settle(replay, outputs, names);
}

function feedVote(replay: NodeReplay, vote: FormalVote, outputs: DriverOutput[]): void {
  receiveVote(replay.driver, vote.type, vote.round, vote.value, replay.set.members.indexOf(vote.voter), outputs);
}

function feedCertificate(replay: NodeReplay, place: Place, outputs: DriverOutput[], names: Names): void {
  const votes = items(place).map((vote) => readVote(vote, names));
  const [first] = votes;
  if (first === undefined || first.height !== replay.driver.height) return;
  const voters = votes.map((vote) => replay.set.members.indexOf(vote.voter));
  const certificate: Certificate = { round: first.round, value: first.value, voters };
  if (first.type === PREVOTE) receivePolkaCertificate(replay.driver, certificate, outputs);
  else receiveCommitCertificate(replay.driver, certificate, outputs);
}

/** Answers every new round at once and keeps the votes and proposals. */
function settle(replay: NodeReplay, outputs: DriverOutput[], names: Names): void {
  for (let i = 0; i < outputs.length; i += 1) {
    const output = outputs[i] as DriverOutput;
    if (output.kind === 'new-round') {
      startRound(replay.driver, output.round, proposerOf(replay.set, output.round), outputs);
    } else if (output.kind === 'vote') {
      replay.got.add(describeVote(output.type, output.round, valueName(names, output.value)));
    } else if (output.kind === 'propose') {
      replay.got.add(describeProposal(output.round, valueName(names, output.value), output.validRound));
    }
  }
  outputs.length = 0;
}

/** Keeps what the model emits; a decision is compared at once. */
function expectOutput(report: ConformReport, replay: NodeReplay, step: NodeStep, names: Names): void {
  const { output, input } = step.history;
  const { tag, payload } = variant(output);
  if (tag === 'VoteOutput') {
    const { type, round, value } = readVote(payload, names);
    replay.expected.add(describeVote(type, round, valueName(names, value)));
  } else if (tag === 'ProposalOutput') {
    const { round, value, validRound } = readProposal(payload, names);
    replay.expected.add(describeProposal(round, valueName(names, value), validRound));
  } else if (tag === 'DecidedOutput' && replay.compared) {
    compare(report, {
      step: step.index,
      layer: 'driver',
      validator: replay.name,
      input: canonicalText(input.value),
      expected: `decided ${text(item(payload, 1))} of ${integer(item(payload, 0))}`,
      got: describeDecision(replay, names),
      line: null,
    });
  }
}

/** Whether the model's node has worked off everything that follows from its inputs. */
function isQuiet(step: NodeStep): boolean {
  const { after, stateAfter } = step;
  const driver = field(after, 'es');
  if (stateAfter.step === STEP_UNSTARTED || !truth(field(driver, 'started'))) return false;
  if (variant(field(driver, 'pendingStepChange')).tag !== 'NoStep') return false;
  if (items(field(driver, 'pendingInputs')).length > 0) return false;
  return !items(field(after, 'getValueRequests')).some(
    (request) => integer(item(request, 0)) === stateAfter.height && integer(item(request, 1)) === stateAfter.round,
  );
}

function compareDriver(report: ConformReport, replay: NodeReplay, step: NodeStep, names: Names): void {
  const { stateAfter, history } = step;
  const chain = items(field(field(step.after, 'es'), 'chain'));
  const block = chain[stateAfter.height];
  const decided = block === undefined ? null : readProposal(field(block, 'decision'), names);
  const expected = decided === null ? 'undecided' : `decided ${valueName(names, decided.value)} of ${decided.round}`;
  compare(report, {
    step: step.index,
    layer: 'driver',
    validator: replay.name,
    input: canonicalText(history.input.value),
    expected: `${describeState(stateAfter, names)}; ${expected}; emitted {${[...replay.expected].sort().join(', ')}}`,
    got: `${describeState(replay.driver.state, names)}; ${describeDecision(replay, names)}; emitted {${[...replay.got].sort().join(', ')}}`,
    line: null,
  });
}

function describeDecision(replay: NodeReplay, names: Names): string {
  const { decisionRound, decisionValue } = replay.driver.state;
  return decisionRound === -1 ? 'undecided' : `decided ${valueName(names, decisionValue)} of ${decisionRound}`;
}
