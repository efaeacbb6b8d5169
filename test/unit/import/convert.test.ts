/**
 * Files of the chain into scenarios. The fixtures are ours, in the shapes of upstream's files.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { UserError } from '../../../src/base/error.js';
import { IMPORT_KINDS } from '../../../src/cli/program.js';
import { type Imported, importText } from '../../../src/import/convert.js';
import { KIND_NAMES } from '../../../src/import/kind.js';
import { loadScenarioText } from '../../../src/scenario/load.js';

const FOLDER = fileURLToPath(new URL('../../fixtures/import', import.meta.url));
const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8');
const convert = (text: string, file = 'a.toml', kind?: string): Imported =>
  importText(text, file, 'a', { kind, version: '1.2.3' });
const convertFile = (file: string) => convert(read(file), file);

/** Everything that is wrong with a text, as `line:column path: what`. */
function refused(text: string, file = 'a.toml'): string[] {
  try {
    convert(text, file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(({ line, column, path, what }) => {
      const place = line === undefined ? '' : `${line}:${column} `;
      return `${place}${path === undefined ? '' : `${path}: `}${what}`;
    });
  }
  throw new Error('was imported');
}

const stateOf = ({ keys }: Imported, path: string) => {
  const key = keys.find((one) => one.path === path);
  return key === undefined ? undefined : [key.state, ...key.to];
};

test('the command line offers the kinds that there are', () => {
  expect(IMPORT_KINDS).toEqual(KIND_NAMES);
});

test.each<[file: string, kind: string, syntax: string]>([
  ['blueprint.toml', 'blueprint', 'TOML'],
  ['node.toml', 'node', 'TOML'],
  ['bundle.toml', 'bundle', 'TOML'],
  ['simulation.toml', 'simulation', 'TOML'],
  ['simulation.ron', 'simulation', 'RON'],
  ['simnet.ron', 'simnet', 'RON'],
])('%s is recognised by its content and becomes a valid scenario that accounts for every key', (file, kind, syntax) => {
  const imported = convertFile(file);
  expect([imported.kind, imported.syntax]).toEqual([kind, syntax]);
  expect(convert(read(file), 'unnamed').kind).toBe(kind); // whatever the file is called
  expect(loadScenarioText(imported.text, 'imported.yaml').warnings).toEqual([]);
  const written = imported.text.replaceAll('\n', ' ');
  for (const { path, state, to, text } of imported.keys) {
    expect(written).toContain(`${path} = `);
    expect(state === 'used' ? to.length : text.length, path).toBeGreaterThan(0);
  }
  expect(convert(read(file), file).text).toBe(imported.text);
});

test('a blueprint sets what it says, warns of what the simulation has otherwise, and knows its misspellings', () => {
  const imported = convertFile('blueprint.toml');
  const { chain, rewards, witnesses, proofs, storage, channels } = parse(imported.text);
  expect(chain).toEqual({
    epochBlocks: 60,
    timeouts: { propose: '2500ms', precommit: '500ms' },
    blockSize: '300000B',
    committeeTarget: 7,
  });
  expect(rewards).toEqual({ witnessTreasury: '60%', base: 5000, leaderBonus: '7%', witnessShare: '20%' });
  expect([witnesses, proofs, storage]).toEqual([
    { count: 6 },
    { batch: 16, cache: { ttl: '90s' } },
    { snapshotEvery: '2m' },
  ]);
  expect(channels.at(-1)).toEqual({ name: 'mainnet', validators: 7 });
  expect(stateOf(imported, 'network.gosip_fanout')).toEqual(['unknown']);
  const warned = imported.warnings.map(({ line, path, fix }) => `${line} ${path} ${fix}`);
  expect(warned).toContain('44 network.gosip_fanout Did you mean network.gossip_fanout? Else remove it.');
  expect(warned.some((text) => text.startsWith('21 reputation.weights.uptime'))).toBe(true);
});

test('keys of a node that stand in the wrong table are taken as meant, with a warning', () => {
  const imported = convertFile('node.toml');
  const { chain, validators, rewards, gates, channels, telemetry } = parse(imported.text);
  expect(chain).toEqual({ blockTime: '2500ms', epochBlocks: 40 });
  expect(validators).toEqual({ stakeMean: 500 });
  expect(rewards).toEqual({ rule: 'D', pools: { leaders: '50%', witnesses: '25%', minHours: 3 } });
  expect(gates[0].enables).toEqual(['malachite_consensus', 'timetoke_rewards', 'recursive_proofs', 'pruning']);
  expect(channels).toEqual([{ name: 'testnet', validators: 24, gates: ['configured'] }]);
  expect(telemetry).toEqual({ interval: '10s' });
  expect(imported.keys.filter(({ state }) => state === 'unknown')).toEqual([]);
  const place = imported.warnings.find(({ path }) => path === 'block_time_ms');
  expect([place?.line, place?.what]).toEqual([9, 'stands in table [proof_cache] at line 9, and is taken as meant']);
});

test('each stage of a bundle becomes a channel, and what it adds a phase of gates', () => {
  const { name, gates, channels } = parse(convertFile('bundle.toml').text);
  expect(name).toBe('spring-release');
  expect(gates.map((phase: { enables: string[] }) => phase.enables)).toEqual([
    ['recursive_proofs', 'pruning', 'reconstruction', 'consensus_enforcement'],
    ['malachite_consensus'],
    ['timetoke_rewards'],
    ['witness_network'],
  ]);
  expect(channels.map((channel: { name: string; gates: string[] }) => [channel.name, channel.gates.length])).toEqual([
    ['development', 1],
    ['testnet', 2],
    ['canary', 3],
    ['mainnet', 4],
  ]);
});

test('a bundle that breaks rules of order is refused with every rule and its line', () => {
  expect(refused(read('bundle-disordered.toml'))).toEqual([
    '7:1 stages[0].feature_gates.pruning: pruning is on without recursive_proofs: pruning needs recursive proofs (§13.2)',
    '8:1 stages[0].feature_gates.timetoke_rewards: timetoke_rewards is on without malachite_consensus: rewards need consensus (§13.2)',
    '11:8 stages[1].name: development comes after testnet: channels are promoted development → testnet → canary → mainnet (§13.1, §14)',
    '13:2 stages[1].feature_gates: timetoke_rewards is on in testnet and off in development: demotion is allowed only by rollback (§13.2)',
    '15:1 stages[1].feature_gates.malachite_consensu: "malachite_consensu" is not a gate of the chain',
    '16:1 stages[1].feature_gates.pruning: pruning is on in testnet and off in development: demotion is allowed only by rollback (§13.2)',
    '18:3 stages[2].feature_gates: recursive_proofs is on in development and off in canary: demotion is allowed only by rollback (§13.2)',
    '20:19 stages[2].release_channel: stage "mainnet" releases to channel "canary": both must be equal (§13.1)',
  ]);
});

test('a simulation keeps who is where, how slow links are, and what goes wrong when', () => {
  const { seed, network, channels, faults } = parse(convertFile('simulation.toml').text);
  expect(seed).toBe('99');
  expect(network.topology).toEqual({ kind: 'random-regular', degree: 4 });
  expect(network.placement).toEqual('NORTH NORTH NORTH NORTH SOUTH SOUTH SOUTH WEST WEST'.split(' '));
  expect(network.delay.pairs).toEqual([
    { from: 'NORTH', to: 'SOUTH', delay: { uniform: { min: '70ms', max: '110ms' } } },
  ]);
  // 12 of 36 pairs lose 2 %, the others 1 %.
  expect(network.loss).toBe('1.33%');
  expect(channels.map(({ steps }: { steps: unknown[] }) => steps)).toEqual([[{ dwell: '20s' }], [{ dwell: '20s' }]]);
  expect(faults).toEqual([
    { name: 'partition', kind: 'partition', at: '10s', for: '8s', targets: { validators: [7, 8] } },
    { name: 'spam', kind: 'byzantine', behaviour: 'spam', at: '5s', perHeight: 5, targets: { validators: [1, 8] } },
    { name: 'churn', kind: 'crash', every: '5s', channel: 'churn', for: '2s', targets: { count: 1 } },
  ]);
});

test('RON says the same as TOML, by the names of its variants', () => {
  const { network, faults } = parse(convertFile('simulation.ron').text);
  expect(network.topology).toEqual({ kind: 'small-world', degree: 4, rewire: '25%' });
  expect(faults).toEqual([{ name: 'churn', kind: 'crash', every: '10s', for: '1500ms', targets: { count: 1 } }]);
});

test('simnet proves as many blocks as it has runs, and tampers with every n-th', () => {
  const { name, seed, witnesses, channels, faults } = parse(convertFile('simnet.ron').text);
  expect([name, seed, witnesses]).toEqual(['prover-load', '77', { count: 12 }]);
  expect(channels[0].validators).toBe(7);
  expect(channels[0].steps.at(-1)).toEqual({ dwell: '100s' });
  expect(faults[0]).toMatchObject({ behaviour: 'invalid-proof', acts: '50%', targets: { faulty: 'f' } });
});

describe('what cannot be imported is refused with its place', () => {
  const SIM = '[sim]\nseed = 1\nduration_ms = 1000\n[topology]\ntype = "ring"\nn = 4\n';
  test.each<[name: string, text: string, told: string[]]>([
    [
      'no header',
      'duration_ms = 5\n[topology]\nn = 4\n',
      ['1:1 duration_ms: "duration_ms" belongs into table [sim], whose header is missing'],
    ],
    ['no value', '[sim]\nseed =\n', ['3:1 TOML: unspecified values are invalid']],
    ['a key twice', '[sim]\nseed = 1\nseed = 2\n', ['3:1 TOML: defining a key multiple times is invalid']],
    ['an open text', '[sim]\nmode = "fast\n', ['2:13 TOML: unterminated string constant']],
    ['a table twice', '[sim]\nseed = 1\n[sim]\n', ['3:2 TOML: defining a key multiple times is invalid']],
    ['a word for a number', SIM.replace('n = 4', 'n = "four"'), ['6:5 topology.n: "four" is not a number']],
    ['half a node', SIM.replace('n = 4', 'n = 2.5'), ['6:5 topology.n: 2.5 is not a whole number']],
    ['no nodes', SIM.replace('n = 4', 'n = 0'), ['6:5 topology.n: 0 is out of range']],
    ['an unknown topology', SIM.replace('ring', 'star'), ['5:8 topology.type: "star" is not a topology']],
    [
      'a region of nobody',
      `${SIM}[faults.partition]\nduration_ms = 5\ngroup_a = "A"\ngroup_b = "B"\n`,
      [
        '9:11 faults.partition.group_a: no node stands in region "A"',
        '10:11 faults.partition.group_b: no node stands in region "B"',
      ],
    ],
    [
      'a fault too late',
      `${SIM}[faults.churn]\nstart_ms = 1000\nrate_per_min = 1\nrestart_after_ms = 5\n`,
      ['8:12 faults.churn.start_ms: the fault begins after 1s, when the simulation has ended'],
    ],
    [
      'a validator too many',
      `${SIM}[faults.byzantine]\npublishers = [1, 4]\n`,
      ['8:18 faults.byzantine.publishers[1]: 4 is out of range'],
    ],
    [
      'weights beyond 1',
      '[validator]\nwitness_count = 1\n[reputation.weights]\nvalidation = 0.5\nuptime = 0.2\nconsensus = 0.2\npeer_feedback = 0.15\ndecay = 0.05\n',
      ['3:2 reputation.weights: the weights sum to 1.1, and the chain takes only 1'],
    ],
    [
      'more money than a number holds',
      '[rewards]\nbase_block_reward = 9007199254740993\n',
      [
        '2:1 rewards.base_block_reward: as rewards.base: 9007199254740993 is more money than one number here holds exactly',
      ],
    ],
    [
      'a channel of no name',
      '[rollout]\nrelease_channel = "prod"\n',
      ['2:19 rollout.release_channel: "prod" is not a channel'],
    ],
    ['a scenario', 'apiVersion: rollout-sim/v1\n', ['is a scenario already']],
    ['another file', 'title = "a book"\n', ['is none of the files that can be imported, by its keys']],
    ['nothing', '# only a comment\n', ['holds no keys']],
    ['an empty stage list', 'bundle = "a"\nstages = []\n', ['2:1 stages: no stage is there']],
    ['broken RON', '(\n  name: "a",\n  consensus: (runs: ),\n)', ['3:21 RON: ")" is no value']],
    ['a RON list', '// a list\n(1, 2)', ['2:1 is no map of keys']],
  ])('%s', (_name, text, told) => {
    expect(refused(text)).toEqual(told);
  });

  test('a kind that is no kind, and one that does not fit', () => {
    expect(() => convert('title = "a book"\n', 'a.toml', 'book')).toThrow('"book" is not a kind of file');
    expect(() => convert('title = "a book"\n', 'a.toml', 'node')).toThrow(/no key of it has a meaning here/);
  });
});

test('whatever numbers and texts a file holds, it is imported or refused, and never breaks the importer', () => {
  const files = ['blueprint.toml', 'node.toml', 'bundle.toml', 'simulation.toml', 'simulation.ron', 'simnet.ron'];
  const other = fc.oneof(
    fc.integer().map(String),
    fc.double().map((value) => String(value).replace('Infinity', 'inf').replace('NaN', 'nan')),
    fc.constantFrom('0', '-1', '1e999', '99999999999999999999', '"x"', '""', 'true', '[]', '[1, "a"]', '"\\u0007"'),
  );
  fc.assert(
    fc.property(fc.constantFrom(...files), fc.nat(), other, (file, at, value) => {
      const text = read(file);
      const values = [...text.matchAll(/(?<=[=:] ?)(?:-?[\d_.]+|"[^"\n]*"|true|false)(?=[,\s})])/g)];
      const chosen = values[at % values.length];
      if (chosen === undefined) return;
      const changed = text.slice(0, chosen.index) + value + text.slice(chosen.index + chosen[0].length);
      try {
        loadScenarioText(convert(changed, file).text, 'imported.yaml');
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        for (const problem of error.problems) expect(problem.fix).not.toBe('');
      }
    }),
    { numRuns: 150 },
  );
});
