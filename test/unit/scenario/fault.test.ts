import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import { linesOf, load } from './scenario-text.js';

function withFaults(faults: string): string {
  return `apiVersion: rollout-sim/v1
question: q
channels:
  - { name: canary, validators: 5 }
  - { name: mainnet, validators: 40 }
faults: [${faults}]
`;
}

const faultsOf = (faults: string) => load(withFaults(faults)).plan.faults;
const CRASH = 'kind: crash, targets: { count: 1 }';

test('each kind of fault is read whole', () => {
  const constant = (value: number) => ({ kind: 'constant', value });
  expect(
    faultsOf(`
  { kind: crash, at: 8h, for: 5m, targets: { count: 3 } },
  { kind: partition, at: 8h, for: { exponential: { mean: 1m } }, targets: { power: 34% }, probability: 20% },
  { kind: slow, on: prove, factor: 3, at: 8h, for: 12h, targets: { of: channel, share: 50% } },
  { kind: drift, gate: rewards, at: 8h, for: 1h, targets: { validators: [0, 39] } },
  { kind: slow, on: link, factor: 1.5, at: 8h, for: 1h, targets: { leader: true } },
  { kind: bad-release, defect: diverge, perHeight: 0.1%, share: 60%, gate: proofs, minUpgraded: 3, probability: 0.3 },`),
  ).toEqual([
    {
      kind: 'crash',
      name: 'crash-1',
      trigger: { kind: 'at', time: 8 * HOUR },
      probability: 1,
      duration: constant(5 * MINUTE),
      target: { kind: 'count', count: 3, of: 'chain' },
    },
    {
      kind: 'partition',
      name: 'partition-1',
      trigger: { kind: 'at', time: 8 * HOUR },
      probability: 0.2,
      direction: 'both',
      moves: null,
      duration: { kind: 'exponential', mean: MINUTE },
      target: { kind: 'power', power: 0.34, of: 'chain' },
    },
    {
      kind: 'slow',
      name: 'slow-1',
      trigger: { kind: 'at', time: 8 * HOUR },
      probability: 1,
      on: 'prove',
      factor: 3,
      duration: constant(12 * HOUR),
      target: { kind: 'share', share: 0.5, of: 'channel' },
    },
    {
      kind: 'drift',
      name: 'drift-1',
      trigger: { kind: 'at', time: 8 * HOUR },
      probability: 1,
      gate: 'rewards',
      duration: constant(HOUR),
      target: { kind: 'validators', validators: [0, 39] },
    },
    {
      kind: 'slow',
      name: 'slow-2',
      trigger: { kind: 'at', time: 8 * HOUR },
      probability: 1,
      on: 'link',
      factor: 1.5,
      duration: constant(HOUR),
      target: { kind: 'leader' },
    },
    {
      kind: 'bad-release',
      name: 'bad-release-1',
      trigger: { kind: 'at', time: 0 },
      probability: 0.3,
      defect: 'diverge',
      perHeight: 0.001,
      share: 0.6,
      gate: 'proofs',
      minUpgraded: 3,
    },
  ]);
});

test('faults of links are read whole; a reordering is a delay of any length up to its spread', () => {
  const constant = { kind: 'constant', value: 20 * SECOND };
  const shared = {
    trigger: { kind: 'at', time: 10 * SECOND },
    probability: 1,
    duration: constant,
    target: { kind: 'count', count: 2, of: 'chain' },
  };
  const LINK = 'at: 10s, for: 20s, targets: { count: 2 }';
  expect(
    faultsOf(`
  { kind: partition, ${LINK}, direction: in, moves: 5s },
  { kind: clog, ${LINK} },
  { kind: loss, ${LINK}, loss: 30% },
  { kind: duplicate, ${LINK}, share: 50% },
  { kind: delay, ${LINK}, delay: 2s, share: 10% },
  { kind: reorder, ${LINK}, spread: 200ms },`),
  ).toEqual([
    { ...shared, kind: 'partition', name: 'partition-1', direction: 'in', moves: 5 * SECOND },
    { ...shared, kind: 'clog', name: 'clog-1' },
    { ...shared, kind: 'loss', name: 'loss-1', loss: 0.3 },
    { ...shared, kind: 'duplicate', name: 'duplicate-1', share: 0.5 },
    { ...shared, kind: 'delay', name: 'delay-1', share: 0.1, delay: { kind: 'constant', value: 2 * SECOND } },
    { ...shared, kind: 'delay', name: 'reorder-1', share: 1, delay: { kind: 'uniform', min: 0, max: 200_000 } },
  ]);
});

test('faults of stores and of provers are read whole', () => {
  const shared = {
    trigger: { kind: 'at', time: HOUR },
    probability: 1,
    target: { kind: 'count', count: 1, of: 'chain' },
  };
  const { plan, assumptions } = load(
    `${withFaults(`
  { kind: storage, what: torn-tail, at: 1h, for: 2m, targets: { count: 1 } },
  { kind: storage, what: bad-snapshot, at: 1h, targets: { count: 1 } },
  { kind: storage, what: backup, at: 1h, targets: { count: 1 } },
  { kind: backend, at: 1h, for: 20m, targets: { count: 1 } },`)}operations: { crashRestart: 4m }\n`,
  );
  const constant = (value: number) => ({ kind: 'constant', value });
  expect(plan.faults).toEqual([
    { ...shared, kind: 'storage', name: 'storage-1', what: 'torn-tail', duration: constant(2 * MINUTE) },
    { ...shared, kind: 'storage', name: 'storage-2', what: 'bad-snapshot', duration: constant(4 * MINUTE) },
    { ...shared, kind: 'storage', name: 'storage-3', what: 'backup', duration: constant(0) },
    { ...shared, kind: 'backend', name: 'backend-1', duration: constant(20 * MINUTE) },
  ]);
  // A damaged backup stops no node, so nobody has to start one.
  const used = assumptions.filter(({ path }) => /^faults\..*\.for$/.test(path));
  expect(used).toEqual([
    { path: 'faults.storage-2.for', value: 'operations.crashRestart', source: expect.stringMatching(/^assumption: /) },
  ]);
});

test('faulty targets are as many as the chain withstands, and so many more', () => {
  const targets = faultsOf(`{ kind: crash, at: 1h, targets: { faulty: f } },
  { kind: crash, at: 1h, targets: { faulty: f+12 } }, { kind: crash, at: 1h, targets: { channel: canary, faulty: f+1 } }`);
  expect(targets.map((fault) => fault.kind !== 'bad-release' && fault.target)).toEqual([
    { kind: 'faulty', beyond: 0, of: 'chain' },
    { kind: 'faulty', beyond: 12, of: 'chain' },
    { kind: 'faulty', beyond: 1, of: 'channel' },
  ]);
});

test('a fault happens at a time, after a start, at a rate, or regularly', () => {
  const triggers = faultsOf(`{ ${CRASH}, at: 1h }, { ${CRASH}, when: { channel: mainnet, after: 2h } },
  { ${CRASH}, when: { channel: mainnet, gate: rewards } }, { ${CRASH}, rate: 3/d }, { ${CRASH}, rate: 2/h, channel: canary },
  { ${CRASH}, every: 90s, channel: canary }`);
  expect(triggers.map(({ trigger }) => trigger)).toEqual([
    { kind: 'at', time: HOUR },
    { kind: 'after', channel: 'mainnet', step: null, delay: 2 * HOUR },
    { kind: 'after', channel: 'mainnet', step: 'rewards', delay: 0 },
    { kind: 'rate', every: 8 * HOUR, regular: false, channel: null },
    { kind: 'rate', every: 30 * MINUTE, regular: false, channel: 'canary' },
    { kind: 'rate', every: 90 * SECOND, regular: true, channel: 'canary' },
  ]);
});

test('targets in a channel bind the fault to that channel and to those that run the release', () => {
  const targets = 'targets: { channel: canary, share: 50% }';
  const [at, rate] = faultsOf(`{ kind: crash, at: 8h, ${targets} }, { kind: crash, rate: 1/d, ${targets} }`);
  expect(at).toMatchObject({
    trigger: { kind: 'after', channel: 'canary', step: null, delay: 8 * HOUR },
    target: { kind: 'share', share: 0.5, of: 'channel' },
  });
  expect(rate).toMatchObject({ trigger: { kind: 'rate', channel: 'canary' }, target: { of: 'channel' } });
});

test('a crash without a duration lasts as long as operations say, and that is an assumption', () => {
  const { plan, assumptions } = load(`${withFaults(`{ ${CRASH}, at: 1h }`)}operations: { crashRestart: 4m }\n`);
  expect(plan.faults[0]).toMatchObject({ duration: { kind: 'constant', value: 4 * MINUTE } });
  expect(assumptions).toContainEqual(
    expect.objectContaining({ path: 'faults.crash-1.for', value: 'operations.crashRestart' }),
  );
});

test('names number each kind by itself, and a name of one’s own does not count', () => {
  const names = faultsOf(`{ ${CRASH}, at: 1h }, { ${CRASH}, at: 1h, name: mine }, { ${CRASH}, at: 1h },
  { kind: partition, at: 1h, for: 1m, targets: { count: 1 } }`).map(({ name }) => name);
  expect(names).toEqual(['crash-1', 'mine', 'crash-2', 'partition-1']);
});

describe('a mistake', () => {
  test.each([
    [`{ ${CRASH} }`, 'the fault happens in 0 ways. Write exactly one of at, when, rate and every.'],
    [`{ ${CRASH}, at: 1h, rate: 1/d }`, 'the fault happens in 2 ways'],
    [
      `{ ${CRASH}, at: 1h, channel: canary }`,
      '"channel" goes with "rate" and "every" only. Write "when: { channel: canary, after: … }".',
    ],
    [`{ ${CRASH}, rate: 1/d, channel: canari }`, 'there is no channel "canari". Did you mean "canary"?'],
    [`{ ${CRASH}, when: { channel: mainet } }`, 'Did you mean "mainnet"?'],
    [`{ ${CRASH}, when: { channel: canary, gate: slashing } }`, 'channel "canary" has no gate step "slashing"'],
    ['{ kind: crash, at: 1h, targets: {} }', 'targets are chosen in 0 ways'],
    ['{ kind: crash, at: 1h, targets: { count: 1, share: 5% } }', 'targets are chosen in 2 ways'],
    ['{ kind: crash, at: 1h, targets: { count: 41 } }', 'there are at most 40'],
    ['{ kind: crash, at: 1h, targets: { channel: canary, count: 6 } }', 'there are at most 5'],
    ['{ kind: crash, at: 1h, targets: { channel: canary, of: chain, count: 1 } }', 'are not those of the whole chain'],
    [
      '{ kind: crash, when: { channel: mainnet }, targets: { channel: canary, count: 1 } }',
      'happens in channel "mainnet" and hits channel "canary"',
    ],
    [
      '{ kind: crash, at: 1h, targets: { validators: [3, 40] } }',
      'there is no validator 40 in any chain. Write numbers from 0 to 39.',
    ],
    ['{ kind: crash, at: 1h }', 'targets: is missing. Add "targets:" to faults[0].'],
    ['{ kind: partition, at: 1h, targets: { count: 1 } }', 'faults[0].for: is missing'],
    [
      '{ kind: slow, on: disk, factor: 2, at: 1h, for: 1h, targets: { count: 1 } }',
      '"disk" is not known here. Write one of: link, prove.',
    ],
    [
      '{ kind: slow, on: link, factor: 0.5, at: 1h, for: 1h, targets: { count: 1 } }',
      '0.5 is not a factor. Write a number of at least 1.',
    ],
    [
      '{ kind: drift, gate: reward, at: 1h, for: 1h, targets: { count: 1 } }',
      'there is no gate phase "reward". Did you mean "rewards"?',
    ],
    ['{ kind: bad-release, defect: crash, perHeight: 1%, targets: { count: 1 } }', '"targets" is not a key here'],
    [`{ ${CRASH.replace('count: 1', 'faulty: g')}, at: 1h }`, '"g" is not a number of faulty validators. Write f, f+1'],
    [`{ ${CRASH.replace('count: 1', 'faulty: f, leader: true')}, at: 1h }`, 'targets are chosen in 2 ways'],
    ['{ kind: loss, at: 1h, for: 1h, targets: { count: 1 } }', 'faults[0].loss: is missing'],
    ['{ kind: loss, at: 1h, for: 1h, targets: { count: 1 }, loss: 0% }', 'must be more than 0'],
    ['{ kind: duplicate, at: 1h, for: 1h, targets: { count: 1 } }', 'faults[0].share: is missing'],
    ['{ kind: reorder, at: 1h, for: 1h, targets: { count: 1 }, spread: 1s, delay: 1s }', '"delay" is not a key here'],
    ['{ kind: partition, at: 1h, for: 1h, targets: { count: 1 }, direction: up }', 'Write one of: both, in, out.'],
    ['{ kind: storage, at: 1h, targets: { count: 1 } }', 'faults[0].what: is missing'],
    ['{ kind: storage, what: torn, at: 1h, targets: { count: 1 } }', 'Did you mean "torn-tail"?'],
    ['{ kind: storage, what: stop, targets: { count: 1 } }', 'the fault happens in 0 ways'],
    [
      '{ kind: storage, what: backup, at: 1h, for: 1m, targets: { count: 1 } }',
      'faults[0].for: "for" does not go with "what: backup", which stops no node. Remove it.',
    ],
    ['{ kind: backend, at: 1h, targets: { count: 1 } }', 'faults[0].for: is missing'],
    ['{ kind: krash }', '"krash" is not known here. Did you mean "crash"?'],
    ['{ at: 1h }', 'faults[0].kind: is missing'],
    ['crash', 'faults[0]: '],
    [`{ ${CRASH}, at: 1h, name: unexplained }`, '"unexplained" means no fault at all'],
    [
      `{ ${CRASH}, at: 1h, name: crash-2 }, { ${CRASH}, at: 1h }, { ${CRASH}, at: 1h }`,
      'a fault "crash-2" stands above already',
    ],
    [`{ ${CRASH}, rate: 0/d }`, 'is out of range. Write 3/h or 0.5/d.'],
    [`{ ${CRASH}, at: 1h, probability: 1.5 }`, '1.5 is not a share. Write a share from 0% to 100%'],
  ])('%s is one problem', (fault, message) => {
    const lines = linesOf(withFaults(fault));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
  });
});
