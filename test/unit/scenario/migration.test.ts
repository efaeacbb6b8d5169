import { describe, expect, test } from 'vitest';
import { linesOf, load } from './scenario-text.js';

const withMigration = (migration: string) => `apiVersion: rollout-sim/v1
question: q
channels: [{ name: mainnet, validators: 4 }]
gates:
  - { name: a, enables: [malachite_consensus] }
  - { name: b, enables: [timetoke_rewards], after: [a]${migration} }
`;
const migrationOf = (migration: string) => load(withMigration(`, migration: ${migration}`)).plan.gates[1]?.migration;

test('a phase has no migration unless it is written, and the default phases have none', () => {
  expect(load(withMigration('')).plan.gates.map((phase) => phase.migration)).toEqual([null, null]);
  const text = 'apiVersion: rollout-sim/v1\nquestion: q\nchannels: [{ name: mainnet, validators: 4 }]\n';
  expect(load(text).plan.gates.map((phase) => phase.migration)).toEqual([null, null, null, null]);
});

test('an empty one takes every default and names its phase; a written one is kept', () => {
  const { plan, assumptions } = load(withMigration(', migration: {}'));
  expect(plan.gates[1]?.migration).toEqual({
    families: ['ledger', 'timetoke', 'consensus-metadata'],
    records: 128,
    reversible: true,
    defect: 'none',
    defectFamily: 'ledger',
    rehearsed: true,
    rate: 50e6,
  });
  const used = assumptions.map(({ path }) => path).filter((path) => path.startsWith('gates.'));
  expect(used).toEqual(
    ['families', 'defect', 'records', 'reversible', 'rehearsed', 'rate'].map((key) => `gates.b.migration.${key}`),
  );
  expect(
    migrationOf(
      '{ families: [timetoke, ledger], records: 9, reversible: false, defect: order, defectFamily: ledger, rehearsed: false, rate: 1MB/s }',
    ),
  ).toEqual({
    families: ['timetoke', 'ledger'],
    records: 9,
    reversible: false,
    defect: 'order',
    defectFamily: 'ledger',
    rehearsed: false,
    rate: 1e6,
  });
});

test('a defect without a family is in the first, and that is an assumption', () => {
  const paths = load(withMigration(', migration: { defect: clock }')).assumptions.map(({ path }) => path);
  expect(paths).toContain('gates.b.migration.defectFamily');
  expect(migrationOf('{ families: [timetoke, ledger], defect: clock }')).toMatchObject({ defectFamily: 'timetoke' });
});

describe('a mistake', () => {
  test.each([
    ['{ families: [] }', 'holds nothing'],
    ['{ families: [ledgr] }', 'Did you mean "ledger"?'],
    ['{ families: [ledger, timetoke, ledger] }', 'migration.families[2]: "ledger" stands in the list already'],
    ['{ records: 0 }', '0 is not a number of records'],
    ['{ reversible: no-way }', '"no-way" is not true or false'],
    ['{ defect: random }', '"random" is not known here. Write one of: none, order, clock.'],
    [
      '{ defectFamily: ledger }',
      'migration.defectFamily: there is no defect. Write defect: order or clock, or remove it.',
    ],
    [
      '{ families: [ledger], defect: order, defectFamily: timetoke }',
      'the migration does not rewrite "timetoke". Write one of: ledger.',
    ],
    ['{ rate: 0MB/s }', 'is out of range'],
    ['{ speed: 1MB/s }', '"speed" is not a key here'],
    ['yes', '"yes" is not a map'],
  ])('in a migration: %s is one problem', (migration, message) => {
    const lines = linesOf(withMigration(`, migration: ${migration}`));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
  });
});
