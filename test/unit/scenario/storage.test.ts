import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import { linesOf, load, minimal } from './scenario-text.js';

const loaded = (storage: string, more = '') => load(minimal(`storage: ${storage}\n${more}`));
const storageOf = (storage: string) => loaded(storage).plan.storage;

test('the defaults are those of the blueprint, and only what a file writes differs', () => {
  const plain = storageOf('{}');
  expect(plain).toEqual({
    stateBytes: 2 ** 31,
    growth: 550_000,
    walCommits: 3,
    manifests: 3,
    snapshotEvery: 10 * MINUTE,
    replayRate: 200e6,
    restoreRate: 50e6,
    envelopes: 3,
    envelopeCheck: 2 * SECOND,
    damage: { tornTail: 0.01, corruptLog: 0, badSnapshot: 0, badPruningProof: 0 },
    repair: expect.objectContaining({ kind: 'lognormal', median: 20 * MINUTE }),
    backups: { beforePromotions: true, every: null, damaged: 0, tested: true },
    sync: {
      chunkBytes: 2 ** 23,
      parallel: 4,
      rate: 20 * 2 ** 20,
      chunkFailure: 0.001,
      retries: 3,
      backOff: SECOND / 5,
      breaker: 3,
      budget: 30 * MINUTE,
      metadata: SECOND,
      proofCheck: 2 * SECOND,
    },
    pruning: {
      interval: 30 * SECOND,
      depth: 128,
      chunk: 16,
      chunkTime: SECOND,
      pause: 10 * SECOND,
      busyAbove: 0.85,
      checkpointEvery: 1,
      pauseOn: ['rollback', 'gap'],
      gap: 64,
    },
  });
  expect(storageOf('{ backups: { every: 6h }, pruning: { depth: 64 }, restoreRate: 1Gbit/s }')).toEqual({
    ...plain,
    restoreRate: 125e6,
    backups: { ...plain.backups, every: 6 * HOUR },
    pruning: { ...plain.pruning, depth: 64 },
  });
});

test('a synchronization that cannot keep its budget is a warning, one that just can is not', () => {
  const warnings = (storage: string) => loaded(storage).warnings.map(({ path, what }) => `${path}: ${what}`);
  // 100 s of transfer at 20 MiB/s, 1 s and 2 s of checks.
  const sync = (budget: string) => `{ stateBytes: 2000MiB, sync: { budget: ${budget} } }`;
  expect(warnings(sync('103s'))).toEqual([]);
  expect(warnings(sync('102s'))).toEqual([
    'storage.sync.budget: a synchronization takes 1m 43s, longer than its budget',
  ]);
});

test('pruning that falls behind the chain for ever is a warning', () => {
  const warnings = (chunkTime: string) =>
    loaded(`{ pruning: { chunk: 2, chunkTime: ${chunkTime} } }`, 'chain: { blockTime: 6s }\n').warnings;
  expect(warnings('12s')).toEqual([]);
  expect(warnings('13s').map(({ path, what }) => [path, what])).toEqual([
    ['storage.pruning.chunkTime', 'pruning takes 13s for 2 blocks, longer than the chain for as many'],
  ]);
});

describe('a mistake', () => {
  test.each([
    ['{ walCommit: 3 }', 'Did you mean "walCommits"?'],
    ['{ walCommits: 0 }', '0 is not a number of commits'],
    ['{ stateBytes: 2 }', '2 is not a size'],
    ['{ restoreRate: 50MB }', '"50MB" is not a bandwidth. Write 1Gbit/s or 100MiB/s.'],
    ['{ snapshotEvery: 0s }', 'must be longer than 0s'],
    ['{ envelopes: some }', '"some" is not a number of envelopes'],
    ['{ damage: { tornTail: 120% } }', 'is more than the whole'],
    ['{ damage: { lost: 1% } }', '"lost" is not a key here. Known keys: tornTail, corruptLog, badSnapshot'],
    ['{ repair: later }', '"later" is not a duration'],
    ['{ backups: { every: never } }', '"never" is not a duration'],
    ['{ backups: { tested: maybe } }', '"maybe" is not true or false'],
    ['{ sync: { parallel: 0 } }', '0 is not a number of chunks'],
    ['{ sync: { chunkFailure: -1 } }', 'storage.sync.chunkFailure'],
    ['{ pruning: { busyAbove: 0% } }', 'must be more than 0'],
    ['{ pruning: { checkpointEvery: 0.5 } }', '0.5 is not a number of chunks'],
    ['{ sync: 5 }', '5 is not a map'],
  ])('in storage: %s is one problem', (storage, message) => {
    const lines = linesOf(minimal(`storage: ${storage}\n`));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
  });

  test.each([
    ['{ notify: 0.5 }', '0.5 is neither a duration nor a distribution'],
    ['{ forwardFix: {} }', 'names 0 laws'],
    ['{ quorumRestart: 0% }', 'must be more than 0'],
    ['{ restore: 20m }', '"restore" is gone'],
  ])('in operations: %s is one problem', (operations, message) => {
    const lines = linesOf(minimal(`operations: ${operations}\n`));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
  });
});

test('what people do about a restore has defaults and may be written', () => {
  const { operations } = load(minimal('operations: { notify: 1m, quorumRestart: 80% }\n')).plan;
  expect(operations).toMatchObject({ notify: { kind: 'constant', value: MINUTE }, quorumRestart: 0.8 });
  expect(operations.forwardFix).toMatchObject({ kind: 'lognormal', median: 4 * HOUR });
  expect(load(minimal()).plan.operations).toMatchObject({ quorumRestart: 0.67, notify: { median: 3 * MINUTE } });
});
