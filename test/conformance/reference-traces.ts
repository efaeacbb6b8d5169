/**
 * Runs of the reference, written as traces of the kinds `sm`, `vk`, `net` and `sync` in the shape of Malachite's formal
 * model. The schedules are ours; together they take every branch of Algorithm 1.
 */
import {
  bookkeeperJson,
  createProcess,
  type Emitted,
  type Fired,
  fireRule,
  int,
  type Json,
  map,
  optional,
  type Process,
  type Proposal,
  proposalJson,
  proposeValue,
  receiveVote,
  set,
  startRound,
  stateJson,
  timeoutElapsed,
  tuple,
  type Vote,
  variant,
  voteJson,
} from './reference.js';

/** What happens to a node: a message, a value of its application, a timeout of its round, a certificate or a new height. */
type Event =
  | { kind: 'start' }
  | { kind: 'value'; value: string }
  | { kind: 'proposal'; proposal: Proposal }
  | { kind: 'vote'; vote: Vote }
  | { kind: 'commit'; votes: readonly Vote[] }
  | { kind: 'timeout'; timeout: 'Propose' | 'Prevote' | 'Precommit' }
  | { kind: 'height' };

const start: Event = { kind: 'start' };
const newHeight: Event = { kind: 'height' };
const value = (name: string): Event => ({ kind: 'value', value: name });
const timeout = (name: 'Propose' | 'Prevote' | 'Precommit'): Event => ({ kind: 'timeout', timeout: name });
const proposal = (proposer: string, round: number, name: string, validRound = -1): Event => ({
  kind: 'proposal',
  proposal: { proposer, round, value: name, validRound },
});
/** Votes such as `v1:A v2:nil`, in order. */
const votesOf = (type: Vote['type'], round: number, list: string): Vote[] =>
  list.split(' ').map((one) => {
    const [voter, name] = one.split(':') as [string, string];
    return { type, voter, round, value: name === 'nil' ? null : name };
  });
const prevotes = (round: number, list: string): Event[] =>
  votesOf('Prevote', round, list).map((vote) => ({ kind: 'vote', vote }));
const precommits = (round: number, list: string): Event[] =>
  votesOf('Precommit', round, list).map((vote) => ({ kind: 'vote', vote }));

export const EQUAL: Readonly<Record<string, number>> = { v1: 1, v2: 1, v3: 1, v4: 1 }; // proposers of rounds 0, 1, 2, 3: v2, v3, v4, v1

/** One node's part of a run. */
export interface Script {
  readonly node: string;
  readonly events: readonly Event[];
  readonly powers?: Readonly<Record<string, number>>; // else EQUAL
}

/**
 * A script from lines: `start`, `proposal v2 0 A [validRound]`, `prevotes 0 v1:A v2:nil`, `precommits …`,
 * `commit 0 v1:A v2:A v3:A`, `timeout Propose`.
 */
export function scriptOf(node: string, lines: readonly string[], powers = EQUAL): Script {
  const events = lines.flatMap((line): Event[] => {
    const [verb, ...words] = line.split(' ') as [string, ...string[]];
    const round = Number(words[verb === 'proposal' ? 1 : 0]);
    const votes = words.slice(1).join(' ');
    switch (verb) {
      case 'start':
        return [start];
      case 'proposal':
        return [proposal(words[0] as string, round, words[2] as string, Number(words[3] ?? -1))];
      case 'prevotes':
        return prevotes(round, votes);
      case 'precommits':
        return precommits(round, votes);
      case 'commit':
        return [{ kind: 'commit', votes: votesOf('Precommit', round, votes) }];
      default:
        return [timeout(words[0] as 'Propose' | 'Prevote' | 'Precommit')];
    }
  });
  return { node, events, powers };
}

/** A polka seen in time by v3 and too late by v4; v3 proposes its value again in round 1 and both decide. */
const LATE_POLKA: readonly Script[] = [
  {
    node: 'v3',
    events: [
      start,
      proposal('v2', 0, 'A'),
      ...prevotes(0, 'v1:A v2:A v3:A v4:nil'),
      ...precommits(0, 'v3:A v4:nil v1:nil'),
      timeout('Precommit'),
      proposal('v3', 1, 'A', 0),
      ...prevotes(1, 'v3:A v4:A v1:A'),
      ...precommits(1, 'v4:A v3:A v1:A'),
    ],
  },
  {
    node: 'v4',
    events: [
      start,
      timeout('Propose'),
      ...prevotes(0, 'v4:nil v1:A v2:A'),
      timeout('Prevote'),
      timeout('Prevote'), // once more: rejected
      ...prevotes(0, 'v3:A'),
      proposal('v2', 0, 'A'),
      ...precommits(0, 'v4:nil v3:A v1:nil'),
      timeout('Precommit'),
      proposal('v3', 1, 'A', 0),
      ...prevotes(1, 'v4:A v3:A v1:A'),
      ...precommits(1, 'v3:A v1:A v4:A'),
    ],
  },
];

/** v1 locks, skips two rounds, refuses another value, proposes its own again and decides in round 3. */
const LOCKED: readonly Script[] = [
  {
    node: 'v1',
    events: [
      start,
      ...prevotes(0, 'v2:A v3:A'), // votes before the proposal
      proposal('v2', 0, 'A'),
      ...prevotes(0, 'v1:A'),
      proposal('v4', 2, 'B'), // a proposal before its round
      ...prevotes(2, 'v4:nil v3:nil'),
      ...prevotes(2, 'v1:nil'),
      ...precommits(2, 'v3:nil v4:nil v1:nil'),
      timeout('Precommit'),
      proposal('v1', 3, 'A', 0),
      ...prevotes(3, 'v1:A v2:A v3:A'),
      ...precommits(3, 'v2:A v3:A v1:A'),
    ],
  },
];

/** v4 locks in round 1 and refuses a value whose polka is of round 0; a decision of round 1 reaches it in round 2. */
const OLD_POLKA: readonly Script[] = [
  {
    node: 'v1',
    events: [
      start,
      timeout('Propose'),
      ...precommits(0, 'v2:nil v3:nil v4:nil'),
      timeout('Precommit'),
      proposal('v3', 1, 'A'),
      ...prevotes(1, 'v1:A v3:A v4:A'),
      ...precommits(1, 'v1:A v3:nil v2:nil'),
      timeout('Precommit'),
      proposal('v4', 2, 'B', 0),
      ...prevotes(0, 'v2:B v3:B v4:B'),
      ...precommits(1, 'v4:A v3:A'), // v3 contradicts itself: its nil counts
      ...prevotes(2, 'v1:nil v2:B v3:B'),
      timeout('Prevote'),
    ],
  },
];

/** v2 asks for a value and proposes it, but the prevotes are for nil; later values are invalid. */
const INVALID: readonly Script[] = [
  {
    node: 'v2',
    events: [
      start,
      value('A'),
      proposal('v2', 0, 'A'),
      ...prevotes(0, 'v1:nil v3:nil v4:nil'),
      ...precommits(0, 'v1:nil v3:nil v2:nil'),
      timeout('Precommit'),
      proposal('v3', 1, 'invalid'),
      ...prevotes(1, 'v1:invalid v3:invalid v4:invalid'),
      timeout('Prevote'),
      ...precommits(1, 'v1:nil v3:nil v4:nil'),
      timeout('Precommit'),
      proposal('v4', 2, 'invalid', 1),
      ...precommits(2, 'v1:nil v3:nil'),
      ...precommits(2, 'v4:nil'),
      timeout('Precommit'),
    ],
  },
];

/** Quorums of votes before the proposal, before the propose timeout and before the round: found again when their time comes. */
const EARLY_VOTES: readonly Script[] = [
  {
    node: 'v4',
    events: [
      start,
      ...prevotes(0, 'v1:nil v2:nil v3:nil'),
      timeout('Propose'), // and at once the precommit for nil
      ...prevotes(1, 'v1:A'),
      proposal('v3', 1, 'A'),
      ...prevotes(1, 'v2:A'), // skip, and at once the prevote
      ...prevotes(1, 'v3:A'),
      ...precommits(2, 'v1:nil v2:nil v3:nil'),
      proposal('v4', 2, 'A', 1),
      ...precommits(1, 'v1:A v2:A v3:A'), // of an earlier round
    ],
  },
  {
    node: 'v1',
    events: [
      start,
      ...prevotes(0, 'v2:A v3:A v4:A'),
      ...precommits(0, 'v2:nil v3:nil v4:A'),
      proposal('v2', 0, 'A'), // and at once the lock
      timeout('Precommit'),
      ...precommits(0, 'v1:A'),
    ],
  },
];

/** v4 catches up: certificates of two heights, each before its value. */
const CATCH_UP: readonly Script[] = [
  {
    node: 'v4',
    events: [
      start,
      { kind: 'commit', votes: votesOf('Precommit', 0, 'v1:A v2:A v3:A') },
      proposal('v2', 0, 'A'),
      newHeight,
      start,
      { kind: 'commit', votes: votesOf('Precommit', 0, 'v1:B v3:B v4:B') },
      proposal('v2', 0, 'B'),
    ],
  },
];

/** Every trace by its file name. */
export function referenceTraces(): Record<string, Json> {
  return {
    'sm-late-polka.itf.json': machineTrace(LATE_POLKA[1] as Script),
    'sm-locked.itf.json': machineTrace(LOCKED[0] as Script),
    'sm-old-polka.itf.json': machineTrace(OLD_POLKA[0] as Script),
    'sm-invalid.itf.json': machineTrace(INVALID[0] as Script),
    'vk-weighted.itf.json': keeperTrace(WEIGHTED, WEIGHTED_BALLOTS),
    'vk-ties.itf.json': keeperTrace(SIX, TIED_BALLOTS),
    'net-late-polka.itf.json': networkTrace(LATE_POLKA, 'own::net'),
    'net-locked.itf.json': networkTrace(LOCKED, 'own::net'),
    'net-old-polka.itf.json': networkTrace(OLD_POLKA, 'own::net'),
    'net-invalid.itf.json': networkTrace(INVALID, 'own::net'),
    'net-early-votes.itf.json': networkTrace(EARLY_VOTES, 'own::net'),
    'sync-catch-up.itf.json': networkTrace(CATCH_UP, 'own::net', ['vsyncClients']),
  };
}

function trace(variables: readonly string[], states: readonly Record<string, Json>[]): Json {
  return {
    '#meta': { format: 'ITF', generator: 'test/conformance/reference-traces.ts' },
    vars: [...variables],
    states: states.map((state, i) => ({ '#meta': { index: String(i) }, ...state })),
  };
}

/** Takes in an event: the rule that it is itself, or null for a message, and what the vote keeper emits for a vote. */
function take(process: Process, event: Event, emitted: Emitted): { fired: Fired | null; keeper: Json } {
  const keeper =
    event.kind === 'vote' ? receiveVote(process, event.vote, process.round, emitted) : variant('NoVKOutput');
  switch (event.kind) {
    case 'start':
      return { fired: startRound(process), keeper };
    case 'value':
      return { fired: proposeValue(process, event.value), keeper };
    case 'timeout':
      return { fired: timeoutElapsed(process, event.timeout, process.round), keeper };
    case 'proposal':
      process.proposals.push(event.proposal);
      return { fired: null, keeper };
    case 'commit':
      process.votes.push(...event.votes);
      return { fired: null, keeper };
    default:
      return { fired: null, keeper };
  }
}

function machineTrace(script: Script): Json {
  const process = createProcess(script.node, EQUAL, 3);
  const emitted: Emitted = new Map();
  const states = [
    { state: stateJson(process), input: variant('NoConsensusInput'), output: variant('NoConsensusOutput') },
  ];
  const push = (fired: Fired) => states.push({ state: stateJson(process), ...fired });
  for (const event of script.events) {
    for (let fired = take(process, event, emitted).fired ?? fireRule(process); fired !== null; ) {
      push(fired);
      fired = process.step === 'UnstartedStep' ? startRound(process) : fireRule(process);
    }
  }
  return trace(['state', 'input', 'output'], states);
}

/** Ballots are [round of the node, type, round, votes]. */
type Ballots = readonly (readonly [number, Vote['type'], number, string])[];

/** Six validators of equal power: a third and two thirds are met exactly, and are not enough. */
const SIX = { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 };
const TIED_BALLOTS: Ballots = [
  [0, 'Prevote', 0, 'a:A b:A c:A d:A'],
  [0, 'Prevote', 0, 'e:B'],
  [0, 'Prevote', 0, 'f:A'],
  [0, 'Prevote', 1, 'a:A b:B'],
  [0, 'Precommit', 1, 'a:A c:nil'],
];

/** Five validators of unequal power, with double votes and repeats. */
const WEIGHTED = { a: 5, b: 10, c: 15, d: 20, e: 50 };
const WEIGHTED_BALLOTS: Ballots = [
  [0, 'Prevote', 0, 'a:A b:A d:A'],
  [0, 'Precommit', 2, 'd:A c:nil'], // 35 of 100 seen in round 2
  [0, 'Prevote', 2, 'a:B'],
  [0, 'Prevote', 0, 'd:B d:nil'], // d contradicts itself twice
  [0, 'Prevote', 0, 'e:B'], // 85 mixed
  [0, 'Prevote', 0, 'c:A'], // 50 for A
  [2, 'Precommit', 2, 'e:A'], // 70 for A
  [2, 'Precommit', 2, 'a:nil b:A'], // and 100 mixed
  [2, 'Prevote', 2, 'e:nil d:nil a:B b:nil'], // 80 for nil
  [2, 'Precommit', 1, 'e:nil c:nil a:nil'], // 70 for nil: any
  [2, 'Prevote', 3, 'b:B c:B'],
  [2, 'Precommit', 3, 'b:B c:B'],
  [2, 'Prevote', 3, 'a:B'],
  [3, 'Prevote', 3, 'e:B'], // 80 for B
  [3, 'Precommit', 3, 'd:B a:B'],
  [3, 'Precommit', 5, 'e:C'], // half of the power at once
];

function keeperTrace(powers: Readonly<Record<string, number>>, ballots: Ballots): Json {
  const process = createProcess('a', powers, 1);
  const emitted: Emitted = new Map();
  const at = (weightedVote: Json, lastEmitted: Json) => ({
    'own::vk::weightedVote': weightedVote,
    'own::vk::bookkeeper': bookkeeperJson(process, emitted),
    'own::vk::lastEmitted': lastEmitted,
  });
  const states = [at(variant('NoWeightedVote'), variant('NoVKOutput'))];
  for (const [currentRound, type, round, list] of ballots) {
    for (const vote of votesOf(type, round, list)) {
      const output = receiveVote(process, vote, currentRound, emitted);
      const weight = int(process.powers[vote.voter] as number);
      states.push(at(variant('WV', tuple(voteJson(process, vote), weight, int(currentRound))), output));
    }
  }
  return trace(['own::vk::weightedVote', 'own::vk::bookkeeper', 'own::vk::lastEmitted'], states);
}

/** A node of a network trace. */
interface Node {
  process: Process;
  emitted: Emitted;
  executed: Json[];
  keeper: Json;
  pending: boolean; // more rules follow
  chain: Json[];
}

const createNode = (
  name: string,
  powers: Readonly<Record<string, number>>,
  height: number,
  chain: Json[] = [],
): Node => ({
  process: createProcess(name, powers, height),
  emitted: new Map(),
  executed: [],
  keeper: variant('NoVKOutput'),
  pending: false,
  chain,
});

/** The nodes take turns, one event each; every rule is a state of its own. */
export function networkTrace(scripts: readonly Script[], module: string, more: readonly string[] = []): Json {
  const nodes = new Map(scripts.map(({ node, powers = EQUAL }) => [node, createNode(node, powers, 0)]));
  const states: Record<string, Json>[] = [];
  let history: Json = { validator: 'INIT', input: variant('NoDInput'), output: variant('NoConsensusOutput') };
  const write = () =>
    states.push({
      [`${module}::system`]: map([...nodes].map(([name, node]) => [name, nodeJson(node)])),
      [`${module}::_hist`]: history,
      ...Object.fromEntries(more.map((name) => [name, map([])])),
    });
  write();
  const longest = Math.max(...scripts.map(({ events }) => events.length));
  for (let turn = 0; turn < longest; turn += 1) {
    for (const { node: name, events } of scripts) {
      const event = events[turn];
      if (event === undefined) continue;
      for (const [node, step] of play(nodes.get(name) as Node, event)) {
        nodes.set(name, node);
        if (step !== null) history = { validator: name, ...step };
        write();
      }
    }
  }
  return trace([`${module}::system`, `${module}::_hist`, ...more], states);
}

/** The states of a node after an event: one for the event and one for each rule that follows. */
function* play(node: Node, event: Event): Generator<[Node, { input: Json; output: Json } | null]> {
  if (event.kind === 'height') {
    yield [createNode(node.process.p, node.process.powers, node.process.h + 1, node.chain), null];
    return;
  }
  const process = structuredClone(node.process);
  const emitted = structuredClone(node.emitted);
  let input = inputJson(process, event);
  const { fired: own, keeper } = take(process, event, emitted);
  let { executed, chain } = node;
  for (let fired = own ?? fireRule(process), first = true; fired !== null || first; first = false) {
    const taken = fired === null ? [] : [fired];
    if (process.step === 'UnstartedStep') taken.push(startRound(process));
    executed = [...executed, ...taken.map((one) => executedJson(process, one))];
    if (process.decision !== null && chain.length === process.h) {
      chain = [...chain, { decision: proposalJson(process, process.decision), commit: set([]) }];
    }
    const output = taken[taken.length - 1]?.output ?? variant('NoConsensusOutput');
    const now = structuredClone(process); // the next rule changes `process`
    fired = fireRule(process);
    yield [
      { process: now, emitted, executed, keeper, pending: fired !== null, chain },
      { input, output },
    ];
    if (fired !== null) input = variant('PendingDInput', fired.input);
  }
}

function inputJson(process: Process, event: Event): Json {
  switch (event.kind) {
    case 'start':
      return variant('StartDInput');
    case 'value':
      return variant('ProposeValueDInput', event.value);
    case 'proposal':
      return variant('ProposalDInput', proposalJson(process, event.proposal));
    case 'vote':
      return variant('VoteDInput', voteJson(process, event.vote));
    case 'commit':
      return variant('CertificateDInput', set(event.votes.map((vote) => voteJson(process, vote))));
    case 'timeout':
      return variant('TimeoutDInput', variant(`${event.timeout}Timeout`));
    default:
      return variant('NoDInput');
  }
}

const executedJson = (process: Process, fired: Fired): Json =>
  tuple(fired.input, int(process.h), int(process.round), variant(process.step));

function nodeJson(node: Node): Json {
  const { process } = node;
  return {
    es: {
      cs: stateJson(process),
      bk: bookkeeperJson(process, node.emitted),
      proposals: set(process.proposals.map((one) => proposalJson(process, one))),
      valset: map(Object.entries(process.powers).map(([name, power]) => [name, int(power)])),
      executedInputs: [...node.executed],
      pendingInputs: set(node.pending ? [tuple(variant('PolkaAnyCInput'))] : []),
      pendingStepChange: variant('NoStep'),
      started: process.step !== 'NoStep',
      voteKeeperOutput: node.keeper,
      chain: [...node.chain],
    },
    timeouts: set([]),
    incomingVotes: set([]),
    incomingProposals: set([]),
    incomingCertificates: set([]),
    incomingSyncProposals: set([]),
    incomingSyncCertificates: set([]),
    getValueRequests: set([]),
    nextValueToPropose: optional(null),
  };
}
