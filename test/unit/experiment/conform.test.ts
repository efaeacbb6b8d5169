import { describe, expect, test } from 'vitest';
import { UserError } from '#base/error';
import { conformTrace, formatConformance } from '#experiment/conform';
import type { ConformReport, Mask } from '#experiment/conformance/report';
import { parseTrace } from '#experiment/itf';
import { int, type Json, optional, set, tuple, variant } from '../../conformance/reference.js';
import { networkTrace, referenceTraces, type Script, scriptOf } from '../../conformance/reference-traces.js';

const TRACES = referenceTraces();

/** A copy in which no two states share a part, as in a file. */
const unshare = (json: Json): Json => JSON.parse(JSON.stringify(json));
const copyOf = (file: string): Json => unshare(TRACES[file] as Json);
/** A network of the one node of `script`. */
const networkOf = (script: Script): Json => unshare(networkTrace([script], 'own::net'));
const conform = (trace: Json): ConformReport => conformTrace(parseTrace(JSON.stringify(trace), 'a.itf.json'));

type Path = readonly (string | number)[];

/** What stands at `path`, through arrays and objects alike. */
function get(json: Json, path: Path): Json {
  return path.reduce<Json>((inner, key) => (inner as Record<string | number, Json>)[key] as Json, json);
}

function put(json: Json, path: Path, value: Json): void {
  (get(json, path.slice(0, -1)) as Record<string | number, Json>)[path[path.length - 1] as string] = value;
}

const statesOf = (json: Json): Json[] => get(json, ['states']) as Json[];

const maskedOf = (report: ConformReport): Partial<Record<Mask, number>> =>
  Object.fromEntries(Object.entries(report.masked).filter(([, count]) => count > 0));

describe('what a trace is', () => {
  test.each([
    ['sm-locked.itf.json', 'sm'],
    ['vk-ties.itf.json', 'vk'],
    ['net-locked.itf.json', 'net'],
    ['sync-catch-up.itf.json', 'sync'],
  ])('%s is of kind %s by its variables', (file, kind) => {
    expect(conform(copyOf(file)).kind).toBe(kind);
  });
  test('a trace of another model is refused, and so is one that does not follow the model', () => {
    const other = { vars: ['clock'], states: [{ clock: true }] };
    expect(() => conform(other)).toThrow(UserError);
    expect(() => conform(other)).toThrow(/a\.itf\.json vars: are none of a consensus model/);
    const strange = copyOf('sm-locked.itf.json');
    put(strange, ['states', 1, 'input', 'tag'], 'TeaCInput');
    expect(() => conform(strange)).toThrow(/states\[1\]\.input: "TeaCInput" is no input of the round machine/);
  });
});

test.each([
  ['sm-locked.itf.json', ['states', 1, 'state', 'step', 'tag'], 'states[1].state.step: "Tea" is no step'],
  ['sm-locked.itf.json', ['states', 1, 'output', 'tag'], 'states[1].output: "Tea" is no output of the round machine'],
  ['sm-locked.itf.json', ['states', 1, 'output', 'value', '#tup', 1, 'tag'], 'value[1]: "Tea" is no timeout'],
  ['sm-locked.itf.json', ['states', 1, 'state', 'lockedValue', 'tag'], 'lockedValue: "Tea" is neither Nil nor Val'],
  ['sm-locked.itf.json', ['states', 2, 'output', 'value', 'voteType', 'tag'], 'value.voteType: "Tea" is no vote type'],
  [
    'vk-ties.itf.json',
    ['states', 1, 'own::vk::lastEmitted', 'tag'],
    'lastEmitted: "Tea" is no output of the vote keeper',
  ],
] as const)('%s with another word at %j is refused', (file, path, message) => {
  const trace = copyOf(file);
  put(trace, path, 'Tea');
  expect(() => conform(trace)).toThrow(message);
});

/** Another output than the one given, or null if nothing is compared with it. */
function flip(output: Json): Json | null {
  const { tag } = output as { tag: string };
  const flipped = structuredClone(output);
  switch (tag) {
    case 'VoteOutput': {
      const nil = get(output, ['value', 'valueId', 'tag']) === 'Nil';
      put(flipped, ['value', 'valueId'], optional(nil ? 'A' : null));
      return flipped;
    }
    case 'ProposalOutput':
      put(flipped, ['value', 'proposal'], 'Z');
      return flipped;
    case 'SkipRoundOutput':
      put(flipped, ['value'], int(9));
      return flipped;
    case 'DecidedOutput':
      put(flipped, ['value', '#tup', 1], 'Z');
      return flipped;
    case 'TimeoutOutput':
    case 'GetValueAndScheduleTimeoutOutput':
    case 'ErrorOutput':
      return variant('NoConsensusOutput');
    case 'NoVKOutput':
      return variant('PolkaNilVKOutput', int(0));
    case 'NoConsensusOutput':
      return null;
    default:
      return variant('NoVKOutput');
  }
}

test.each([
  ['sm-locked.itf.json', ['output']],
  ['sm-old-polka.itf.json', ['output']],
  ['vk-ties.itf.json', ['own::vk::lastEmitted']],
  ['net-old-polka.itf.json', ['own::net::_hist', 'output']],
  ['sync-catch-up.itf.json', ['own::net::_hist', 'output']],
] as const)('one flipped output of %s is found at its step', (file, path) => {
  const trace = copyOf(file);
  let flips = 0;
  for (let step = 1; step < statesOf(trace).length; step += 1) {
    const right = get(trace, ['states', step, ...path]);
    const wrong = flip(right);
    const repeated = JSON.stringify(get(trace, ['states', step - 1, ...path])) === JSON.stringify(right);
    if (wrong === null || (repeated && file.startsWith('sync'))) continue;
    put(trace, ['states', step, ...path], wrong);
    expect(conform(trace).divergence, `states[${step}]`).toMatchObject({ step });
    put(trace, ['states', step, ...path], right);
    flips += 1;
  }
  expect(flips).toBeGreaterThan(5);
  expect(conform(trace).divergence).toBeNull();
});

test('a skip out of nothing is found, whatever the vote', () => {
  for (const file of ['vk-ties.itf.json', 'vk-weighted.itf.json']) {
    const trace = copyOf(file);
    const skipped = new Set<string>();
    let found = 0;
    for (let step = 1; step < statesOf(trace).length; step += 1) {
      const path = ['states', step, 'own::vk::lastEmitted'];
      const right = get(trace, path);
      const [vote] = get(trace, ['states', step, 'own::vk::weightedVote', 'value', '#tup']) as Json[];
      const round = get(vote as Json, ['round']);
      if (get(right, ['tag']) === 'SkipVKOutput') skipped.add(JSON.stringify(round));
      const decides = get(right, ['tag']) === 'PrecommitValueVKOutput';
      if (decides || skipped.has(JSON.stringify(round)) || JSON.stringify(vote).includes('"a"')) continue;
      put(trace, path, variant('SkipVKOutput', round));
      const report = conform(trace);
      const contradicts = report.masked['equivocation-output'] > 0;
      if (!contradicts) expect(report.divergence, `${file} states[${step}]`).toMatchObject({ step });
      if (!contradicts) found += 1;
      put(trace, path, right);
    }
    expect(found).toBeGreaterThan(3);
  }
});

describe('the visible state is compared', () => {
  test.each([
    ['sm-locked.itf.json', ['state', 'lockedRound']],
    ['sm-locked.itf.json', ['state', 'validRound']],
    ['sm-locked.itf.json', ['state', 'round']],
  ] as const)('%s: %j', (file, path) => {
    const trace = copyOf(file);
    put(trace, ['states', 3, ...path], int(7));
    expect(conform(trace).divergence).toMatchObject({ step: 3, layer: 'machine', validator: null });
  });
  test('tallies, voters seen and double votes of the vote keeper', () => {
    const bookkeeper = ['states', 3, 'own::vk::bookkeeper'];
    for (const [path, value] of [
      [['rounds', '#map', 0, 1, 'prevotes', 'valuesWeights', '#map', 0, 1], int(1)],
      [['rounds', '#map', 0, 1, 'votesAddressesWeights', '#map', 0, 1], int(9)],
      [
        ['evidence'],
        set([
          set([get(TRACES['vk-ties.itf.json'] as Json, ['states', 1, 'own::vk::weightedVote', 'value', '#tup', 0])]),
        ]),
      ],
    ] as const) {
      const trace = copyOf('vk-ties.itf.json');
      put(trace, [...bookkeeper, ...path], value);
      expect(conform(trace).divergence).toMatchObject({ step: 3, layer: 'keeper' });
    }
  });
  test('a quiet node of a network: state, decision and what it has emitted', () => {
    const trace = copyOf('net-late-polka.itf.json');
    const last = statesOf(trace).length - 1;
    put(trace, ['states', last, 'own::net::system', '#map', 1, 1, 'es', 'chain'], []);
    const { divergence } = conform(trace);
    expect(divergence).toMatchObject({ step: last, layer: 'driver', validator: 'v4' });
    expect(divergence?.expected).toContain('undecided');
    expect(divergence?.got).toContain('decided A of 1');
  });
  test('after a divergence the replay goes on from the model', () => {
    const trace = copyOf('sm-locked.itf.json');
    const whole = conform(trace);
    put(trace, ['states', 2, 'output'], variant('NoConsensusOutput'));
    const report = conform(trace);
    expect([report.comparisons, report.divergences]).toEqual([whole.comparisons, 1]);
  });
});

test('a validator set means the same in whatever order it is written', () => {
  const trace = copyOf('net-locked.itf.json');
  for (const state of statesOf(trace)) {
    const driver = ['own::net::system', '#map', 0, 1, 'es'];
    for (const path of [['valset'], ['bk', 'validatorSet']])
      (get(state, [...driver, ...path, '#map']) as Json[]).reverse();
  }
  expect(conform(trace)).toEqual(conform(copyOf('net-locked.itf.json')));
});

test('a divergence of the vote keeper is told in words', () => {
  const trace = copyOf('vk-ties.itf.json');
  put(trace, ['states', 5, 'own::vk::lastEmitted'], variant('NoVKOutput'));
  expect(conform(trace).divergence).toEqual({
    step: 5,
    layer: 'keeper',
    validator: null,
    input: 'prevote B of e in round 0 while in round 0',
    expected: 'nothing; round 0 prevotes {A:4 B:1} precommits {} seen {a:1 b:1 c:1 d:1 e:1}; double votes {}',
    got: 'polka any 0; round 0 prevotes {A:4 B:1} precommits {} seen {a:1 b:1 c:1 d:1 e:1}; double votes {}',
    line: null,
  });
});

test('a divergence of a driver is told in words', () => {
  const trace = networkOf(scriptOf('v4', ['start', 'timeout Propose', 'prevotes 0 v1:nil v2:nil v3:nil']));
  const last = statesOf(trace).length - 1;
  const state = ['states', last, 'own::net::system', '#map', 0, 1, 'es', 'cs'];
  put(trace, [...state, 'validValue'], optional('A'));
  put(trace, [...state, 'validRound'], int(0));
  const report = conform(trace);
  expect(report.divergences).toBe(2); // of the round machine, and of the driver
  expect(report.divergence).toEqual({
    step: last,
    layer: 'machine',
    validator: 'v4',
    input: 'PolkaNilCInput {"kind":"polka-nil","round":0}',
    expected: 'precommit nil in 0; then precommit 0 locked none valid A@0',
    got: 'precommit nil in 0; then precommit 0 locked none valid none',
    line: 'L45',
  });
});

describe('steps', () => {
  test('that repeat the state before are skipped', () => {
    const trace = copyOf('sm-locked.itf.json');
    statesOf(trace).splice(3, 0, structuredClone(statesOf(trace)[2] as Json));
    expect(conform(trace)).toMatchObject({
      divergence: null,
      comparisons: conform(copyOf('sm-locked.itf.json')).comparisons,
    });
  });
  test('of a history written as tuples are the same', () => {
    const trace = copyOf('net-locked.itf.json');
    for (const state of statesOf(trace)) {
      const { validator, input, output } = get(state, ['own::net::_hist']) as Record<string, Json>;
      put(state, ['own::net::_hist'], tuple(validator as Json, input as Json, output as Json));
    }
    expect(conform(trace)).toEqual(conform(copyOf('net-locked.itf.json')));
  });
  test('in which only messages are delivered are no driver steps', () => {
    const trace = copyOf('net-locked.itf.json');
    const delivered = structuredClone(statesOf(trace)[2] as Json);
    put(delivered, ['own::net::system', '#map', 0, 1, 'incomingVotes'], set(['a vote']));
    statesOf(trace).splice(3, 0, delivered);
    put(trace, ['states', 4, 'own::net::system', '#map', 0, 1, 'incomingVotes'], set(['a vote']));
    const { comparisons } = conform(copyOf('net-locked.itf.json'));
    expect(conform(trace)).toMatchObject({ divergence: null, comparisons });
  });
  test('a timer of another height is rejected', () => {
    const trace = copyOf('sm-locked.itf.json');
    const stale = structuredClone(statesOf(trace)[1] as Json);
    put(stale, ['input'], variant('TimeoutProposeCInput', tuple(int(9), int(0))));
    put(stale, ['output'], variant('ErrorOutput', 'stale'));
    statesOf(trace).splice(2, 0, stale);
    expect(conform(trace)).toMatchObject({
      divergence: null,
      rejected: conform(copyOf('sm-locked.itf.json')).rejected + 1,
    });
  });
  test('in which a pending input starts the height are a start', () => {
    const trace = copyOf('net-locked.itf.json');
    put(
      trace,
      ['states', 1, 'own::net::_hist', 'input'],
      variant('PendingDInput', variant('NewRoundProposerCInput', int(0))),
    );
    expect(conform(trace)).toEqual(conform(copyOf('net-locked.itf.json')));
  });
  test('in which a vote of another height is dropped compare nothing', () => {
    const trace = copyOf('net-locked.itf.json');
    const dropped = structuredClone(statesOf(trace)[2] as Json);
    put(dropped, ['own::net::_hist', 'input', 'value', 'height'], int(7));
    put(dropped, ['own::net::_hist', 'input', 'value', 'srcAddress'], 'v4');
    put(dropped, ['own::net::_hist', 'output'], variant('NoConsensusOutput'));
    put(trace, ['states', 2, 'own::net::system', '#map', 0, 1, 'incomingVotes'], set(['a vote of height 7']));
    statesOf(trace).splice(3, 0, dropped);
    const { comparisons } = conform(copyOf('net-locked.itf.json'));
    expect(conform(trace)).toMatchObject({ divergence: null, comparisons: { keeper: comparisons.keeper } });
  });
  test('in which a proposal of another than the proposer, or of another height, is dropped are fed to no driver', () => {
    for (const [name, other] of [
      ['srcAddress', 'v3'],
      ['height', int(7)],
    ] as const) {
      const trace = networkOf(scriptOf('v4', ['start', 'prevotes 0 v1:nil']));
      const dropped = structuredClone(statesOf(trace).at(-1) as Json);
      const proposal = { srcAddress: 'v2', height: int(0), round: int(0), proposal: 'A', validRound: int(-1) };
      put(dropped, ['own::net::_hist', 'input'], variant('ProposalDInput', { ...proposal, [name]: other }));
      const node = ['own::net::system', '#map', 0, 1];
      put(statesOf(trace).at(-1) as Json, [...node, 'incomingProposals'], set(['a proposal']));
      statesOf(trace).push(dropped);
      const report = conform(trace);
      expect([report.divergence, report.comparisons.driver]).toEqual([null, 3]);
    }
  });
  test('while a value is asked for, drivers are not compared', () => {
    const request = (height: number, round: number) => {
      const trace = copyOf('net-invalid.itf.json');
      put(
        trace,
        ['states', 1, 'own::net::system', '#map', 0, 1, 'getValueRequests'],
        set([tuple(int(height), int(round))]),
      );
      return conform(trace).comparisons.driver;
    };
    const { driver } = conform(copyOf('net-invalid.itf.json')).comparisons;
    expect([request(0, 0), request(0, 5), request(5, 0)]).toEqual([driver - 1, driver, driver]);
  });
  test('of more than two machine inputs are not of the model', () => {
    const trace = copyOf('net-locked.itf.json');
    const inputs = get(trace, ['states', 1, 'own::net::system', '#map', 0, 1, 'es', 'executedInputs']) as Json[];
    inputs.push(inputs[0] as Json, inputs[0] as Json);
    expect(() => conform(trace)).toThrow('is one of 3 machine inputs of one step');
  });
  test('in which a start takes in votes go on with them', () => {
    const lines = ['start', 'prevotes 0 v1:A v2:A', 'prevotes 0 v3:B', 'prevotes 0 v4:A', 'proposal v2 0 A'];
    const trace = networkOf(scriptOf('v4', lines));
    const whole = conform(trace);
    const states = statesOf(trace);
    const votes = [1, 2].map((step) => get(states[step + 1] as Json, ['own::net::_hist', 'input', 'value']));
    put(states[0] as Json, ['own::net::system', '#map', 0, 1, 'incomingVotes'], set(votes));
    put(states[3] as Json, ['own::net::_hist'], get(states[1] as Json, ['own::net::_hist']));
    states.splice(1, 2);
    const report = conform(trace);
    expect([report.divergence, report.comparisons.keeper]).toEqual([null, whole.comparisons.keeper - 2]);
  });
  test('a start takes in the votes and certificates that lay there', () => {
    const script = scriptOf('v4', ['start', 'proposal v2 0 A']);
    const trace = networkOf(script);
    const vote = (voter: string) => ({
      voteType: variant('Prevote'),
      srcAddress: voter,
      height: int(0),
      round: int(0),
      valueId: optional('A'),
    });
    const node = ['own::net::system', '#map', 0, 1];
    put(trace, ['states', 0, ...node, 'incomingVotes'], set([vote('v1')]));
    put(trace, ['states', 0, ...node, 'incomingCertificates'], set([set(['v1', 'v2', 'v3'].map(vote))]));
    const { divergence } = conform(trace);
    // The model is said not to use them here; our driver does, and locks.
    expect(divergence?.got).toContain('precommit 0 locked A@0');
  });
});

/** The state before `step` with another input and output, and what else `changes` says: one more step of an sm trace. */
function appendMachine(trace: Json, input: Json, output: Json, changes: Record<string, Json> = {}): void {
  const states = statesOf(trace);
  const last = structuredClone(states[states.length - 1] as Json) as Record<string, Json>;
  states.push({ ...last, input, output, state: { ...(last.state as Record<string, Json>), ...changes } });
}

describe('masks', () => {
  test('commit-step: what the model does after its decision is no yardstick', () => {
    const trace = copyOf('sm-late-polka.itf.json');
    appendMachine(trace, variant('RoundSkipCInput', int(5)), variant('SkipRoundOutput', int(5)), {
      step: variant('UnstartedStep'),
    });
    const report = conform(trace);
    expect([report.divergence, maskedOf(report)]).toEqual([null, { 'commit-step': 1 }]);
  });
  test('commit-step: nor is a driver that goes on after it', () => {
    const trace = copyOf('net-late-polka.itf.json');
    const last = structuredClone(statesOf(trace).at(-1) as Json);
    const driver = ['own::net::system', '#map', 1, 1, 'es'];
    const inputs = get(last, [...driver, 'executedInputs']) as Json[];
    for (const input of [variant('RoundSkipCInput', int(4)), variant('NewRoundCInput', int(4))]) {
      inputs.push(tuple(input, int(0), int(4), variant('CommitStep')));
    }
    put(last, [...driver, 'cs', 'step'], variant('ProposeStep'));
    put(last, [...driver, 'cs', 'round'], int(4));
    put(last, ['own::net::_hist', 'input'], variant('PendingDInput', variant('RoundSkipCInput', int(4))));
    put(last, ['own::net::_hist', 'output'], variant('TimeoutOutput', tuple(int(4), variant('ProposeTimeout'))));
    statesOf(trace).push(last);
    const report = conform(trace);
    // The skip is of the commit step; the round it enters is compared again, by the round machine only.
    expect([report.divergence, maskedOf(report)]).toEqual([null, { 'commit-step': 2 }]);
  });
  test('unstarted-round: until a round starts, the model takes inputs for the one it has left', () => {
    const trace = copyOf('sm-locked.itf.json');
    const states = statesOf(trace);
    const at = states.findIndex((state) => get(state, ['state', 'step', 'tag']) === 'UnstartedStep');
    const any = structuredClone(states[at] as Json);
    put(any, ['input'], variant('PrecommitAnyCInput'));
    put(any, ['output'], variant('TimeoutOutput', tuple(int(0), variant('PrecommitTimeout'))));
    states.splice(at + 1, 0, any);
    const report = conform(trace);
    expect([report.divergence, maskedOf(report)]).toEqual([null, { 'unstarted-round': 1 }]);
    put(any, ['input'], variant('NewRoundCInput', int(2))); // an input that means the same to both is compared
    expect(conform(trace).divergence).toMatchObject({ step: at + 1 });
  });
  test('timeout-repeated: a timeout that ours has scheduled may come again, and only that', () => {
    const trace = copyOf('sm-late-polka.itf.json');
    const states = statesOf(trace);
    const at = states.findIndex((state) => get(state, ['input', 'tag']) === 'PolkaAnyCInput');
    const again = { ...(structuredClone(states[at] as Json) as Record<string, Json>), '#meta': {}, note: true };
    put(trace, ['vars'], [...(get(trace, ['vars']) as Json[]), 'note']); // else equal states would be one step
    for (const state of states) put(state, ['note'], false);
    states.splice(at + 1, 0, again);
    const report = conform(trace);
    expect([report.divergence, maskedOf(report)]).toEqual([null, { 'timeout-repeated': 1 }]);
    put(again, ['output', 'value', '#tup', 1], variant('PrecommitTimeout'));
    expect(conform(trace).divergence).toMatchObject({ step: at + 1 });
  });
  test('line32-unguarded: the model refuses an invalid value again outside step propose', () => {
    const trace = copyOf('sm-locked.itf.json');
    const at = statesOf(trace).findIndex((state) => get(state, ['state', 'step', 'tag']) === 'PrevoteStep');
    statesOf(trace).length = at + 1;
    const vote = {
      voteType: variant('Prevote'),
      srcAddress: 'v1',
      height: int(3),
      round: int(0),
      valueId: optional(null),
    };
    appendMachine(trace, variant('ProposalAndPolkaAndInvalidCInput', optional('invalid')), variant('VoteOutput', vote));
    const report = conform(trace);
    expect([report.divergence, maskedOf(report)]).toEqual([null, { 'line32-unguarded': 1 }]);
    for (const step of [at, at + 1]) put(trace, ['states', step, 'state', 'round'], int(2));
    put(trace, ['states', at, 'output', 'value', 'round'], int(2));
    expect(maskedOf(conform(trace))).toEqual({ 'line32-unguarded': 1 });
    put(trace, ['states', at, 'state', 'step'], variant('ProposeStep')); // in step propose it is compared
    put(trace, ['states', at + 1, 'output', 'value', 'valueId'], optional('A'));
    expect(conform(trace).divergences).toBe(2);
  });
  test('line32-unguarded: the driver that refuses it is not compared after that', () => {
    const trace = networkOf(scriptOf('v4', ['start', 'timeout Propose', 'timeout Prevote']));
    const states = statesOf(trace);
    const last = states.at(-1) as Json;
    const driver = ['own::net::system', '#map', 0, 1, 'es'];
    const refused = variant('ProposalAndPolkaAndInvalidCInput', optional('invalid'));
    const inputs = get(last, [...driver, 'executedInputs']) as Json[];
    put(inputs, [inputs.length - 1, '#tup', 0], refused);
    put(last, [...driver, 'cs', 'step'], variant('PrevoteStep'));
    put(last, ['own::net::_hist', 'output'], get(states.at(-2) as Json, ['own::net::_hist', 'output']));
    const report = conform(trace);
    expect([report.divergence, maskedOf(report)]).toEqual([null, { 'line32-unguarded': 2 }]);
  });
  test('equivocation-output: tallies are compared, the output of a contradicting vote is not', () => {
    const trace = copyOf('vk-weighted.itf.json');
    const states = statesOf(trace);
    const at = states.findIndex(
      (state) =>
        JSON.stringify(get(state, ['own::vk::weightedVote'])).includes('"#tup":[]') &&
        (get(state, ['own::vk::bookkeeper', 'evidence', '#set']) as Json[]).length === 2,
    );
    const emitted = variant('PolkaAnyVKOutput', int(0));
    put(trace, ['states', at, 'own::vk::lastEmitted'], emitted);
    for (let i = at; i < states.length; i += 1) {
      const path = ['states', i, 'own::vk::bookkeeper', 'rounds', '#map', 0, 1, 'emittedOutputs', '#set'];
      const all = (get(trace, path) as Json[]).filter((one) => JSON.stringify(one) !== JSON.stringify(emitted));
      put(trace, path, [...all, emitted]);
    }
    // The model, having emitted it, is silent when a later vote meets the threshold.
    const later = states.findIndex(
      (state, i) => i > at && JSON.stringify(get(state, ['own::vk::lastEmitted'])) === JSON.stringify(emitted),
    );
    put(trace, ['states', later, 'own::vk::lastEmitted'], variant('NoVKOutput'));
    const report = conform(trace);
    expect([report.divergence, maskedOf(report)]).toEqual([null, { 'equivocation-output': 1 }]);
    put(trace, ['states', at, 'own::vk::bookkeeper', 'evidence'], set([]));
    expect(conform(trace).divergence).toMatchObject({ step: at });
  });
  test('skip-repeated: the model emits a skip again', () => {
    const trace = copyOf('vk-weighted.itf.json');
    const states = statesOf(trace);
    const at = states.findIndex((state) => get(state, ['own::vk::lastEmitted', 'tag']) === 'SkipVKOutput');
    const round = get(states[at] as Json, ['own::vk::lastEmitted', 'value']);
    const next = states.findIndex(
      (state, i) =>
        i > at &&
        JSON.stringify(get(state, ['own::vk::weightedVote', 'value', '#tup', 0, 'round'])) === JSON.stringify(round) &&
        get(state, ['own::vk::lastEmitted', 'tag']) === 'NoVKOutput',
    );
    put(trace, ['states', next, 'own::vk::lastEmitted'], variant('SkipVKOutput', round));
    const report = conform(trace);
    expect([report.divergence, maskedOf(report)]).toEqual([null, { 'skip-repeated': 1 }]);
  });
  test('skip-outranks-precommit: the model skips where one vote makes a quorum of precommits', () => {
    const powers = { v1: 1, v2: 1, v3: 1, v4: 7 };
    const script = scriptOf('v1', ['start', 'proposal v4 2 A', 'precommits 2 v4:A'], powers);
    const trace = networkOf(script);
    const states = statesOf(trace);
    const driver = ['own::net::system', '#map', 0, 1, 'es'];
    const last = states[states.length - 1] as Json;
    const [before] = states.slice(-2);
    put(last, [...driver, 'voteKeeperOutput'], variant('SkipVKOutput', int(2)));
    put(last, [...driver, 'chain'], []);
    put(last, [...driver, 'cs'], {
      ...(get(before as Json, [...driver, 'cs']) as Record<string, Json>),
      round: int(2),
      step: variant('ProposeStep'),
    });
    const inputs = [variant('RoundSkipCInput', int(2)), variant('NewRoundCInput', int(2))];
    put(
      last,
      [...driver, 'executedInputs'],
      [
        ...(get(before as Json, [...driver, 'executedInputs']) as Json[]),
        ...inputs.map((input) => tuple(input, int(0), int(2), variant('ProposeStep'))),
      ],
    );
    put(last, ['own::net::_hist', 'output'], variant('TimeoutOutput', tuple(int(2), variant('ProposeTimeout'))));
    const report = conform(trace);
    // Both the vote keeper and the driver part here.
    expect([report.divergence, maskedOf(report)]).toEqual([null, { 'skip-outranks-precommit': 2 }]);
  });
  test('certificate-merged: votes of the round of a certificate are not compared one by one', () => {
    const lines = ['start', 'precommits 0 v4:A', 'commit 0 v1:A v2:A v3:A', 'precommits 0 v1:B', 'prevotes 1 v1:A'];
    const script = scriptOf('v4', lines);
    const report = conform(networkOf(script));
    expect([report.divergence, maskedOf(report), report.comparisons.keeper]).toEqual([
      null,
      { 'certificate-merged': 1 },
      2,
    ]);
  });
  test('skip-propose-to-propose: the model overlooks a stored proposal after such a skip', () => {
    const script = scriptOf('v1', ['start', 'proposal v4 2 A', 'prevotes 2 v3:A v4:A', 'prevotes 2 v2:A']);
    const trace = networkOf(script);
    const states = statesOf(trace);
    const driver = ['own::net::system', '#map', 0, 1, 'es'];
    const at = states.findIndex(
      (state) => JSON.stringify(get(state, [...driver, 'cs', 'round'])) === JSON.stringify(int(2)),
    );
    states.length = at + 1;
    put(states[at] as Json, [...driver, 'pendingInputs'], set([]));
    const report = conform(trace);
    expect([report.divergence, maskedOf(report)]).toEqual([null, { 'skip-propose-to-propose': 1 }]);
    put(states[at] as Json, [...driver, 'proposals'], set([])); // nothing to overlook: no mask
    expect(conform(trace).divergence).toMatchObject({ step: at, layer: 'driver' });
  });
  test('stepchange-ignores-polka-nil: the model forgets a nil polka that came before the proposal', () => {
    const script = scriptOf('v4', ['start', 'prevotes 0 v1:nil v2:nil v3:nil', 'proposal v2 0 A']);
    const trace = networkOf(script);
    const states = statesOf(trace);
    const driver = ['own::net::system', '#map', 0, 1, 'es'];
    const at = states.findIndex((state) => get(state, [...driver, 'cs', 'step', 'tag']) === 'PrevoteStep');
    states.length = at + 1;
    put(states[at] as Json, [...driver, 'pendingInputs'], set([]));
    put(states[at] as Json, [...driver, 'pendingStepChange'], variant('PrevoteStep'));
    const change = structuredClone(states[at] as Json);
    put(change, [...driver, 'pendingStepChange'], variant('NoStep'));
    put(change, ['own::net::_hist', 'input'], variant('StepChangeDInput'));
    put(change, ['own::net::_hist', 'output'], variant('NoConsensusOutput'));
    states.push(change);
    const report = conform(trace);
    expect([report.divergence, maskedOf(report)]).toEqual([null, { 'stepchange-ignores-polka-nil': 1 }]);
    const [round] = get(change, [...driver, 'bk', 'rounds', '#map']) as Json[];
    const tally = [1, 'prevotes', 'valuesWeights', '#map', 0];
    for (const [path, other] of [
      [[...tally, 0], optional('A')], // a polka for a value
      [[...tally, 1], int(2)], // too little power
      [[0], int(1)], // of another round
    ] as const) {
      const mine = get(round as Json, path);
      put(round as Json, path, other);
      const unmasked = conform(trace);
      expect([maskedOf(unmasked), unmasked.divergence]).toMatchObject([{}, { step: at + 1, layer: 'driver' }]);
      put(round as Json, path, mine);
    }
  });
  test('skip-proposer: the model asks the wrong proposer after a skip over several rounds', () => {
    const script = scriptOf('v4', ['start', 'prevotes 2 v1:nil v3:nil', 'prevotes 2 v2:A']);
    const trace = networkOf(script);
    const states = statesOf(trace);
    const driver = ['own::net::system', '#map', 0, 1, 'es'];
    const at = states.findIndex(
      (state) => JSON.stringify(get(state, [...driver, 'cs', 'round'])) === JSON.stringify(int(2)),
    );
    for (let i = at; i < states.length; i += 1) {
      const inputs = get(states[i] as Json, [...driver, 'executedInputs']) as Json[];
      const asked = inputs.findIndex((input) => get(input, ['#tup', 0, 'tag']) === 'NewRoundProposerCInput');
      put(inputs, [asked, '#tup', 0, 'tag'], 'NewRoundCInput');
    }
    put(
      states[at] as Json,
      ['own::net::_hist', 'output'],
      variant('TimeoutOutput', tuple(int(2), variant('ProposeTimeout'))),
    );
    const report = conform(trace);
    const whole = conform(networkOf(script));
    expect([report.divergence, maskedOf(report)]).toEqual([null, { 'skip-proposer': 1 }]);
    expect(report.comparisons.driver).toBe(whole.comparisons.driver - (states.length - at));
  });
});

test('the text lists files, lines taken, masks and where the core first differed', () => {
  const wrong = copyOf('sm-locked.itf.json');
  put(wrong, ['states', 2, 'output', 'value', 'valueId'], optional(null));
  const reports = [conform(copyOf('net-late-polka.itf.json')), { ...conform(wrong), file: 'wrong.itf.json' }];
  expect(formatConformance(reports)).toMatchInlineSnapshot(`
    "file            kind  steps  machine  keeper  driver  masked  result
    a.itf.json      net      37       21      26      39       0  agrees
    wrong.itf.json  sm       13       13       0       0       0  1 differ
    all                      50       34      26      39       0  1 differ

    Algorithm 1: 15 of 20 branches taken

    line         rule  taken
    L16          L14       2
    L18          L14       0
    L19          L14       0
    L21          L20       5
    L24          L22       1
    L26-locked   L22       1
    L26-invalid  L22       0
    L30          L28       3
    L32-locked   L28       0
    L32-invalid  L28       0
    L35          L34       1
    L40          L36       5
    L42          L36       1
    L45          L44       1
    L48          L47       3
    L51          L49       3
    L56          L55       1
    L59          L57       1
    L63          L61       1
    L67          L65       3
    rejected               1

    wrong.itf.json states[2], machine: ProposalCInput {"kind":"proposal","round":0,"value":0}
      expected: prevote nil in 0; then prevote 0 locked none valid none
      got:      prevote A in 0; then prevote 0 locked none valid none (L24)"
  `);
  const merged = networkOf(scriptOf('v4', ['start', 'commit 0 v1:A v2:A v3:A', 'precommits 0 v1:B']));
  expect(formatConformance([conform(merged)])).toContain(
    'Masks\n\ncertificate-merged  1  the model counts the votes of certificates one by one',
  );
});
