import { expect, test } from 'vitest';
import { HOUR } from '#base/time';
import { CHANNEL_DEFAULTS } from '#scenario/channel-defaults';
import { type Default, formatValue } from '#scenario/default-row';
import { CONDITIONAL_DEFAULTS, DEFAULTS, FAULT_DEFAULTS } from '#scenario/defaults';
import { PRESET_DEFAULTS } from '#scenario/preset-defaults';
import { scenarioJsonSchema } from '#scenario/schema-json';
import { load, minimal } from './scenario-text.js';

interface Node {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

/** Every default that the schema holds, by path. */
function defaultsOf(node: Node, path = '', found = new Map<string, unknown>()): Map<string, unknown> {
  for (const branch of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) defaultsOf(branch, path, found);
  if (node.items !== undefined) defaultsOf(node.items, `${path}[]`, found);
  for (const [key, inner] of Object.entries(node.properties ?? {})) {
    const here = path === '' ? key : `${path}.${key}`;
    if (inner.default !== undefined) found.set(here, inner.default);
    defaultsOf(inner, here, found);
  }
  return found;
}

/** Sections that may be left out, and an offset from a start that is stated: no facts about the world. */
const NEUTRAL = ['faults', 'readiness', 'expect', 'faults[].when.after'];

test('every default of the schema is in the table, and every row of the table in the schema', () => {
  const found = defaultsOf(scenarioJsonSchema() as Node);
  for (const path of NEUTRAL) found.delete(path);
  for (const [path, value] of found) if (formatValue(value) === '{}') found.delete(path);
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(Object.entries(DEFAULTS).map(([path, { value }]) => [path, value])),
  );
});

test('every default has a source: a section of what was measured or published, or an assumption that says so', () => {
  const rows: Default[] = [DEFAULTS, CONDITIONAL_DEFAULTS, FAULT_DEFAULTS]
    .flatMap((table): Default[] => Object.values(table))
    .concat(
      Object.values(CHANNEL_DEFAULTS).flatMap(Object.values),
      Object.values(PRESET_DEFAULTS).flatMap(Object.values),
    );
  const sourced = /^(?:blueprint §\d|(?:consensus|measurements)\.md section \d|assumption: .)/;
  expect(rows.filter(({ source }) => !sourced.test(source))).toEqual([]);
});

test('a scenario lists the defaults it used and only those', () => {
  const paths = (more: string) => load(minimal(more)).assumptions.map(({ path }) => path);
  const bare = paths('');
  expect(bare).toEqual([...new Set(bare)]);
  for (const path of Object.keys(DEFAULTS)) expect(bare.includes(path), path).toBe(!path.includes('[]'));
  const written = paths(
    'chain: { blockTime: 5s, timeouts: { propose: 5s } }\ngates: [{ name: a, enables: [pruning, recursive_proofs] }]\n',
  );
  const missing = ['chain.blockTime', 'chain.timeouts.propose', 'gates'];
  expect(written).toEqual(bare.filter((path) => !missing.includes(path)));
});

test('items of lists are named by their names', () => {
  const { assumptions } = load(
    minimal('faults: [{ kind: crash, at: 1h, targets: { count: 1 } }]\nexpect: [P(abort) <= 5%]\n').replace(
      '10 }',
      "10, checks: [{ metric: nodes.crashes, success: '< 1' }] }",
    ),
  );
  const paths = assumptions.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'faults.crash-1.probability',
      'channels.mainnet.checks[0].window',
      'channels.mainnet.checks[0].statistic',
      'expect[0].confidence',
    ]),
  );
});

test('the defaults are those of the blueprint', () => {
  const { plan } = load(minimal());
  expect(plan.chain).toMatchObject({ blockTime: 5e6, epochBlocks: 1440, committeeTarget: 100, voteBytes: 300 });
  expect(plan.rewards).toMatchObject({ base: 1e8, leaderBonus: 1500, witnessShare: 2500, witnessTreasury: 7000 });
  expect(plan.rewards).toMatchObject({ rule: 'recommended', bug: null, auditEpochs: 10 });
  expect(plan.slashing).toMatchObject({ profile: 'hybrid-v1', dryRun: false, appeals: 0.5, overturned: 0.9 });
  expect(plan.slashing).toMatchObject({ appealWindow: 72 * HOUR, vote: { kind: 'lognormal', median: 24 * HOUR } });
  const { replay, ...validators } = plan.validators;
  expect(replay).toMatchObject({ kind: 'lognormal', median: 5_000_000 });
  expect(validators).toEqual({
    stakeMean: 1000,
    stakeExponent: 0.8,
    hours: [200, 720],
    successes: [100, 1000],
    newcomers: 0.1,
    uptimeProofs: HOUR,
    peerFeedback: false,
    scoreDecay: false,
    replaySuccess: 0.994,
  });
  expect(plan.gates.map(({ name, after }) => [name, after])).toEqual([
    ['selection', []],
    ['rewards', ['selection']],
    ['proofs', ['selection']],
    ['slashing', ['proofs', 'rewards']],
  ]);
});

test('a value is shown as a file would write it', () => {
  expect(formatValue({ lognormal: { median: '3m', p95: '5m' } })).toBe('{ lognormal: { median: 3m, p95: 5m } }');
  expect(formatValue([{ name: 'a' }, 2])).toBe('[{ name: a }, 2]');
});
