import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DAY, HOUR } from '#base/time';
import { loadScenario } from '#scenario/load';
import { linesOf, load, minimal, problemsOf } from './scenario-text.js';

test('a file without claims never loads mathjs, one with a claim does', () => {
  const cached = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('mathjs'));
  load(minimal());
  expect(cached()).toBe(false);
  load(minimal("expect: ['P(abort) <= 5%']\n"));
  expect(cached()).toBe(true);
});

describe('five mistakes in one file', () => {
  const text = `apiVersion: rollout-sim/v1
question: Are all five reported?
network: { los: 2% }
chain:
  blockTime: 24 hours
  epochBlocks: 60
  epochBlocks: 90
faults:
  - { kind: crash, at: 1h, targets: { count: -3 } }
`;

  test('are all reported, by line', () => {
    expect(linesOf(text)).toEqual([
      'test.yaml:1:1 channels: is missing. Add "channels:".',
      'test.yaml:3:12 network.los: "los" is not a key here. Did you mean "loss"? Known keys: regions, placement, delay, loss, retransmit, bandwidth, uplink, hop, gossip, topology, queues.',
      'test.yaml:5:14 chain.blockTime: "24 hours" is not a duration. Write 24h, 90m or 250ms.',
      'test.yaml:7:3 "epochBlocks" is written twice, first in line 6. Keep one.',
      'test.yaml:9:46 faults[0].targets.count: -3 is not a number of validators. Write a whole number of at least 1.',
    ]);
  });

  test('are shown in their lines, with carets under what is meant', () => {
    expect(problemsOf(text)[2]?.frame).toBe(
      ['  4 | chain:', '> 5 |   blockTime: 24 hours', '    |              ^^^^^^^^', '  6 |   epochBlocks: 60'].join(
        '\n',
      ),
    );
  });
});

test('mistakes in form and in meaning are reported in one reading', () => {
  const lines = linesOf(`apiVersion: rollout-sim/v1
question: q
horizon: soon
channels:
  - { name: mainnet, validators: 10, gates: [rewards] }
faults:
  - { kind: slow, on: prove, at: 1h, for: 1h, factor: 3, targets: { channel: mainet, count: 1 } }
expect:
  - P(abort in mainet) <= 5%
`);
  expect(lines.map((line) => line.split('. ')[0])).toEqual([
    'test.yaml:3:10 horizon: "soon" is not a duration',
    'test.yaml:5:46 channels[0].gates[0]: phase "rewards" comes before "selection", against gates.rewards.after: [selection]',
    'test.yaml:7:78 faults[0].targets.channel: there is no channel "mainet"',
    'test.yaml:9:16 expect[0]: there is no channel "mainet"',
  ]);
});

test('a broken syntax is reported with its place and nothing after it', () => {
  expect(linesOf('question: [1, 2\nchannels: a: b\n')).toEqual([
    expect.stringMatching(/^test\.yaml:2:1 YAML: Flow sequence .* end with a \]\. Correct the YAML/),
    expect.stringMatching(/^test\.yaml:2:11 YAML: Nested mappings are not allowed in compact mappings\. /),
  ]);
  expect(linesOf('')).toEqual([expect.stringContaining('test.yaml:1:1 holds nothing')]);
  expect(linesOf('# only a comment\n')).toHaveLength(1);
  expect(linesOf('just words')).toEqual([expect.stringContaining('"just words" is not a scenario')]);
  expect(linesOf('- a\n- b\n')).toEqual([expect.stringContaining('a list is not a scenario')]);
  expect(linesOf(`${minimal()}---\na: 1\n`)).toEqual([expect.stringContaining('YAML: ')]);
  expect(linesOf(`%YAML 1.1\n---\n${minimal()}`)).toEqual([expect.stringContaining('YAML 1.1 is not read')]);
  expect(linesOf('a: !secret 1\n')).toEqual([expect.stringContaining('Unresolved tag')]);
});

test('JSON is read as well, with tabs and all', () => {
  const scenario = {
    apiVersion: 'rollout-sim/v1',
    question: 'q',
    channels: [{ name: 'mainnet', validators: 4, dwell: '1h' }],
  };
  const { hash } = load(JSON.stringify(scenario, undefined, '\t'));
  expect(load(JSON.stringify(scenario)).hash).toBe(hash);
  expect(load(`${minimal().replace('validators: 10', 'validators: 4, dwell: 1h')}`).hash).toBe(hash);
});

test('keys that start with x- are the writer’s own at any level', () => {
  const { hash } = load(minimal());
  const noted = minimal('x-note: { anything: [1, 2] }\nchain: { x-why: measured }\n').replace(
    '10 }',
    '10, x-owner: me }',
  );
  expect(load(noted).hash).toBe(hash);
});

test('anchors and aliases are copies, and a bomb of them is refused', () => {
  const { plan } = load(minimal('operations: { restart: &law { exponential: { mean: 30s } }, decision: *law }\n'));
  expect(plan.operations.decision).toEqual({ kind: 'exponential', mean: 3e7 });
  const bomb = ['x-0: &x0 [a, b]', ...Array.from({ length: 30 }, (_, i) => `x-${i + 1}: &x${i + 1} [*x${i}, *x${i}]`)];
  expect(linesOf(minimal(`${bomb.join('\n')}\n`))).toEqual([expect.stringContaining('more than 20000 values')]);
  expect(linesOf(minimal('x-a: &a [*a]\n'))).toEqual([expect.stringContaining('nests too deep')]);
  expect(linesOf(minimal(`x-a: ${'['.repeat(5_000)}${']'.repeat(5_000)}\n`))).toHaveLength(1);
  expect(linesOf(minimal(`x-a: ${'- '.repeat(5_000)}a\n`))).not.toHaveLength(0);
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is an unknown key like any other', (key) => {
  expect(linesOf(minimal(`${key}: { polluted: 1 }\nnetwork: { ${key}: 1 }\n`))).toEqual([
    expect.stringContaining(`"${key}" is not a key here`),
    expect.stringContaining(`"${key}" is not a key here`),
  ]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('keys of later versions are called unsupported, not misspelt', () => {
  const lines = linesOf(minimal('warmUp: 1h\n'));
  expect(lines).toHaveLength(1);
  for (const line of lines) expect(line).toContain('is not supported by this version. Remove it, or keep it as a note');
});

test('keys of earlier versions are called gone, with what took their place', () => {
  expect(linesOf(minimal('proofs: { cacheHit: 70% }\noperations: { restore: 20m }\n'))).toEqual([
    'test.yaml:5:11 proofs.cacheHit: "cacheHit" is gone. Remove it: what a cache holds now follows from proofs.cache.entries, proofs.cache.ttl and proofs.gossip.',
    'test.yaml:6:15 operations.restore: "restore" is gone. Remove it: what a restore takes now follows from operations.notify, storage.stateBytes and storage.restoreRate.',
  ]);
});

test('money beyond what a number holds exactly is refused, not rounded', () => {
  expect(load(minimal('rewards: { base: 100_000_000 }\n')).plan.rewards.base).toBe(100_000_000);
  expect(load(minimal('rewards: { base: 9007199254740991 }\n')).plan.rewards.base).toBe(Number.MAX_SAFE_INTEGER);
  expect(linesOf(minimal('rewards: { base: 9007199254740993 }\n'))[0]).toContain(
    'rewards.base: 9007199254740993 is more money than one number here holds exactly. Write at most 9007199254740991.',
  );
  expect(linesOf(minimal('rewards: { base: 9_007_199_254_740_993 }\n'))[0]).toContain('is more money than one number');
  expect(linesOf(minimal('rewards: { base: 1e300 }\n'))[0]).toContain('is more money than one number');
  expect(linesOf(minimal('rewards: { base: 1.5 }\n'))[0]).toContain('1.5 is not an amount of money');
});

test('shares become basis points where the rule counts in them, and finer ones are refused', () => {
  expect(load(minimal('rewards: { leaderBonus: 12.25% }\n')).plan.rewards.leaderBonus).toBe(1_225);
  expect(linesOf(minimal('rewards: { leaderBonus: 0.001% }\n'))[0]).toContain('finer than a basis point');
  expect(linesOf(minimal('rewards: { leaderBonus: 120% }\n'))[0]).toContain('is more than the whole');
});

test('options go before the file, and name themselves when they are wrong', () => {
  const loaded = load(minimal('replications: 7\nseed: 3\n'), { seed: 'other', replications: 9, fidelity: 'block' });
  expect(loaded).toMatchObject({ seed: 'other', replications: 9, plan: { fidelity: 'block' } });
  expect(loaded.assumptions.map(({ path }) => path)).not.toContain('fidelity');
  expect(load(minimal('replications: 7\nseed: 3\n'))).toMatchObject({ seed: '3', replications: 7 });
  expect(linesOf(minimal(), { replications: 0 })).toEqual([
    '--replications 0 is not a number of replications. Write a whole number of at least 1.',
  ]);
  expect(linesOf(minimal(), { seed: '' })).toEqual(['--seed is empty. Write any text.']);
});

test('the hash is of what is simulated and asked, not of seed, replications or spelling', () => {
  const { hash } = load(minimal());
  expect(load(minimal('seed: 5\nreplications: 3\nchain: { blockTime: 5000ms }\n')).hash).toBe(hash);
  expect(load(minimal('chain: { blockTime: 6s }\n')).hash).not.toBe(hash);
  expect(load(minimal("expect: ['P(abort) <= 5%']\n")).hash).not.toBe(hash);
});

test('the name is the file’s unless it is written, and never leaves its folder', () => {
  expect(load(minimal()).name).toBe('test');
  expect(load(minimal('name: other.one\n')).name).toBe('other.one');
  expect(linesOf(minimal('name: ../../etc\n'))[0]).toContain('name: "../../etc" is not a name');
});

test('without a horizon it is one and a half times the plan, and a short one is a warning', () => {
  const day = minimal().replace('validators: 10', 'validators: 10, gates: [], dwell: 20h');
  const { plan, assumptions, warnings } = load(day);
  // 20 h of dwelling, 9 pauses of 30 min, 10 restarts of 31.8 s: 24 h 35 min 18 s, times 1.5, up to whole hours.
  expect(plan.horizon).toBe(37 * HOUR);
  expect(assumptions).toContainEqual(expect.objectContaining({ path: 'horizon', value: '1d 13h' }));
  expect(warnings).toEqual([]);
  const short = load(`${day}horizon: 1d\n`);
  expect(short.plan.horizon).toBe(DAY);
  expect(short.warnings.map((warning) => warning.what)).toEqual([
    'the horizon of 1d is shorter than the plan of 1d 1h',
  ]);
});

test('with phases the horizon is their end, a longer one is fine and a shorter one is refused', () => {
  const chaos = minimal('phases: { chaos: 60s, settle: 30s, judge: 1m }\n');
  const { plan, warnings, assumptions } = load(chaos);
  expect(plan).toMatchObject({ horizon: 150e6, phases: { chaos: 60e6, settle: 30e6, judge: 60e6 } });
  expect(assumptions).toContainEqual(expect.objectContaining({ path: 'horizon', value: '2m 30s' }));
  expect(warnings).toEqual([]);
  expect(load(`${chaos}horizon: 1h\n`).plan.horizon).toBe(HOUR);
  expect(linesOf(`${chaos}horizon: 2m\n`)).toEqual([
    'test.yaml:6:10 horizon: the horizon of 2m is shorter than the phases of 2m 30s. Lengthen it, or leave it out.',
  ]);
  expect(linesOf(minimal('phases: { chaos: 60s, settle: 30s }\n'))[0]).toContain('phases.judge: is missing');
  expect(load(minimal()).plan.phases).toBe(null);
});

test('a fault that begins after chaos is a warning, Byzantine behaviour is not', () => {
  const late = 'at: 60s, targets: { count: 1 }';
  const { warnings } = load(
    minimal(`phases: { chaos: 60s, settle: 30s, judge: 60s }
faults: [{ kind: crash, ${late} }, { kind: byzantine, behaviour: nil, ${late} }, { kind: crash, at: 59s, targets: { count: 1 } }]
`),
  );
  expect(warnings.map(({ path, what }) => [path, what])).toEqual([
    ['faults[0].at', 'the fault never happens: chaos ends at 1m'],
  ]);
});

test('a file that cannot be read is the user’s mistake', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-sim-load-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(() => loadScenario(join(folder, 'none.yaml'))).toThrow('there is no such file. Check the path.');
  expect(() => loadScenario(folder)).toThrow('is a directory. Name a file in it.');
  writeFileSync(join(folder, 'latin1.yaml'), new Uint8Array([0x61, 0x3a, 0x20, 0xe9]));
  expect(() => loadScenario(join(folder, 'latin1.yaml'))).toThrow('is not UTF-8 text. Save it as UTF-8.');
  writeFileSync(join(folder, 'large.yaml'), '#'.repeat(5 * 1_048_576));
  expect(() => loadScenario(join(folder, 'large.yaml'))).toThrow('is larger than 4 MiB');
});
