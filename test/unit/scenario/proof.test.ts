import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '#base/time';
import { CIRCUITS } from '#model/proof-plan';
import { linesOf, load, minimal } from './scenario-text.js';

const loaded = (proofs: string, more = '') => load(minimal(`proofs: ${proofs}\n${more}`));
const proofsOf = (proofs: string, more = '') => loaded(proofs, more).plan.proofs;
const NOTHING = { kind: 'constant', value: 0 };

test('by default each circuit has its own time and number of jobs, and the consensus circuit grows with the committee', () => {
  const { circuits, ...rest } = proofsOf('{}');
  expect(Object.keys(circuits)).toEqual([...CIRCUITS]);
  const medians = CIRCUITS.map((name) => {
    const { prove } = circuits[name];
    return prove.kind === 'lognormal' ? [name, prove.median / 1_000, circuits[name].perBlock] : name;
  });
  expect(medians).toEqual([
    ['transaction', 400, 0],
    ['identity', 600, 0],
    ['uptime', 300, 1 / 720],
    ['state', 900, 1],
    ['pruning', 500, 1],
    ['consensus', 3742, 1],
    ['recursive', 1500, 0],
  ]);
  expect(circuits.consensus.prove).toMatchObject({ max: 5_806_000 });
  expect(rest).toMatchObject({ workers: 2, batch: 64, lag: 2, failure: 0.005, attempts: 2, retryPause: 5 * SECOND });
  expect(rest).toMatchObject({ referenceCommittee: 96, submissions: { kind: 'normal', mean: 100 } });
  expect(rest).toMatchObject({ cache: { entries: 1024, ttl: 15 * MINUTE }, failover: null, newCircuits: false });
  expect(rest).toMatchObject({ warmUp: 35 * SECOND, gossip: { kind: 'lognormal', median: SECOND / 4 } });
});

test('a node proves its own uptime as often as it sends proofs of it', () => {
  const uptime = (more: string) => proofsOf('{}', more).circuits.uptime.perBlock;
  expect(uptime('chain: { blockTime: 6s }\nvalidators: { uptimeProofs: 2h }\n')).toBe(1 / 1200);
  expect(proofsOf('{ circuits: { uptime: { perBlock: 0.5 } } }').circuits.uptime.perBlock).toBe(0.5);
});

test('what is written of one circuit leaves the others as they are, and is no assumption', () => {
  const { plan, assumptions } = loaded(
    '{ circuits: { state: { prove: 2s }, recursive: { prove: 1s } }, submissions: 7 }',
  );
  expect(plan.proofs.circuits.state).toEqual({ prove: { kind: 'constant', value: 2 * SECOND }, perBlock: 1 });
  expect(plan.proofs.circuits.recursive.prove).toEqual({ kind: 'constant', value: SECOND });
  expect(plan.proofs.submissions).toEqual({ kind: 'constant', value: 7 });
  const used = assumptions.map(({ path }) => path).filter((path) => path.startsWith('proofs.'));
  expect(used).toEqual(expect.arrayContaining(['proofs.circuits.state.perBlock', 'proofs.circuits.pruning.prove']));
  for (const path of ['circuits.state.prove', 'circuits.recursive.prove', 'submissions']) {
    expect(used).not.toContain(`proofs.${path}`);
  }
});

test('one law stands for all circuits: one job a block, nothing to aggregate, whatever the committee', () => {
  const { plan, assumptions } = loaded('{ prove: { exponential: { mean: 4s } } }');
  const { circuits, referenceCommittee, submissions } = plan.proofs;
  expect(circuits.consensus).toEqual({ prove: { kind: 'exponential', mean: 4 * SECOND }, perBlock: 1 });
  for (const name of CIRCUITS) {
    if (name !== 'consensus') expect(circuits[name], name).toEqual({ prove: NOTHING, perBlock: 0 });
  }
  expect({ referenceCommittee, submissions }).toEqual({ referenceCommittee: 0, submissions: NOTHING });
  const used = assumptions.map(({ path }) => path);
  expect(used.filter((path) => /^proofs\.(?:circuits|referenceCommittee|submissions)/.test(path))).toEqual([]);
});

test('a failover is off, or a map whose keys have defaults', () => {
  expect(proofsOf('{ failover: false }').failover).toBe(null);
  expect(proofsOf('{ failover: { factor: 2.5 } }').failover).toEqual({ after: 5 * MINUTE, factor: 2.5 });
  expect(proofsOf('{ failover: { after: 1m } }').failover).toEqual({ after: MINUTE, factor: 1 });
  const paths = (proofs: string) => loaded(proofs).assumptions.map(({ path }) => path);
  expect(paths('{ failover: { after: 1m } }')).toContain('proofs.failover.factor');
  expect(paths('{ failover: { after: 1m } }')).not.toContain('proofs.failover');
  expect(paths('{}').filter((path) => path.startsWith('proofs.failover'))).toEqual(['proofs.failover']);
});

test('a failover is told to be none that a release can be built with', () => {
  const told = (proofs: string): string[] => loaded(proofs).warnings.map(({ what }) => what);
  for (const proofs of ['{ failover: {} }', '{ failover: { backend: plonky3 } }'])
    expect(told(proofs)).toEqual(['the backend that takes over, plonky3, is not releasable']);
  expect(told('{ failover: false }')).toEqual([]);
  const row = loaded('{ failover: {} }').assumptions.find(({ path }) => path === 'proofs.failover.backend');
  expect(row).toMatchObject({ value: 'plonky3', source: expect.stringContaining('not releasable') });
});

describe('a mistake', () => {
  test.each([
    ['{ failover: { backend: stwo } }', 'proofs.failover.backend: stwo is the one that fails. Write plonky3'],
    ['{ failover: { backend: mock } }', 'proofs.failover.backend: mock is forbidden in production. Write plonky3'],
    ['{ failover: { backend: rpp-stark } }', 'proofs.failover.backend: rpp-stark proves nothing. Write plonky3'],
    [
      '{ prove: 5s, circuits: { state: { prove: 1s } } }',
      'proofs.circuits: "circuits" does not go with "prove", which is the time of all circuits together. Remove one',
    ],
    ['{ prove: 5s, submissions: 3 }', 'proofs.submissions: "submissions" does not go with "prove"'],
    ['{ prove: 5s, referenceCommittee: 96 }', 'proofs.referenceCommittee: "referenceCommittee" does not go with'],
    ['{ cacheHit: 70% }', '"cacheHit" is gone. Remove it: what a cache holds now follows from proofs.cache.entries'],
    ['{ circuits: { stat: {} } }', 'Did you mean "state"?'],
    ['{ circuits: { recursive: { perBlock: 1 } } }', '"perBlock" is not a key here'],
    ['{ circuits: { state: { perBlock: -1 } } }', '-1 is not a number of jobs'],
    ['{ circuits: { state: { perBlock: 20_000.5 } } }', 'is not a number of jobs'],
    ['{ circuits: { state: { perBlock: 20000 } } }', 'perBlock: is too many jobs. Write at most 10000.'],
    ['{ circuits: { state: { prove: fast } } }', '"fast" is not a duration'],
    ['{ attempts: 0 }', '0 is not a number of attempts. Write a whole number of at least 1.'],
    ['{ retryPause: 0s }', 'must be longer than 0s'],
    ['{ batch: 1.5 }', '1.5 is not a number of proofs'],
    ['{ submissions: many }', '"many" is neither an amount nor a distribution'],
    ['{ cache: { entries: -1 } }', '-1 is not a number of entries'],
    ['{ cache: { size: 5 } }', '"size" is not a key here. Known keys: entries, ttl.'],
    ['{ failover: true }', 'true is neither false nor a map. Write false, or { after: 5m, factor: 1 }.'],
    ['{ failover: { factor: 0 } }', '0 is not a factor'],
    ['{ failover: { after: soon } }', 'proofs.failover.after: "soon" is not a duration'],
    ['{ newCircuits: 1 }', '1 is not true or false'],
    ['{ warmUp: 35 }', '35 is not a duration'],
  ])('in proofs: %s is one problem', (proofs, message) => {
    const lines = linesOf(minimal(`proofs: ${proofs}\n`));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
  });

  test('in the section that says how often uptime is proven does not hide one in the circuits', () => {
    const lines = linesOf(minimal('chain: { blockTime: 0s }\nproofs: { prove: 5s, submissions: 3 }\n'));
    expect(lines.map((line) => line.split(': ')[0])).toEqual([
      'test.yaml:5:21 chain.blockTime',
      'test.yaml:6:35 proofs.submissions',
    ]);
  });
});
