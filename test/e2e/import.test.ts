/**
 * `import` as a user has it: a file of the chain becomes a scenario that runs, or is refused and nothing is written.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createFolder, linesOf, ROOT, runCli } from './cli.js';

const fixture = (file: string) => join(ROOT, 'test/fixtures/import', file);
const FEW = ['--jobs', '1', '--quiet'];

describe('what is imported runs', () => {
  test.each([
    ['simulation.toml', 'simulation'],
    ['simulation.ron', 'simulation'],
    ['simnet.ron', 'prover-load'],
  ])('%s', async (file, name) => {
    const cwd = createFolder();
    const imported = await runCli(['import', fixture(file), '--out', 'scenario.yaml'], { cwd });
    expect(imported.code).toBe(0);
    const lines = linesOf(imported.stdout);
    expect(lines[0]).toMatch(/^rollout-sim \S+ {2}import /);
    expect(lines.slice(-2)).toEqual(['Wrote scenario.yaml. Next:', '  rollout-sim run scenario.yaml']);
    expect(readdirSync(cwd)).toEqual(['scenario.yaml']);
    const { code, stdout } = await runCli(['run', 'scenario.yaml', ...FEW], { cwd });
    expect([code, linesOf(stdout).at(-1)]).toEqual([0, 'verdict: go']);
    const summary = JSON.parse(readFileSync(join(cwd, 'reports', name, 'summary.json'), 'utf8'));
    expect(summary.metrics['rollout.completed'].estimate).toBe(1);
    expect(summary.metrics['safety.forks'].estimate).toBe(0);
  });

  test('four stages and seven gates, over waits made short', async () => {
    const cwd = createFolder();
    expect((await runCli(['import', fixture('bundle.toml'), '--quiet'], { cwd })).code).toBe(0);
    const short = `extends: bundle.yaml
question: The same bundle with smaller chains, short epochs and short waits.
replications: 2
chain: { epochBlocks: 24 }
operations: { restart: 10s }
channels:
${['development: 4', 'testnet: 4', 'canary: 2', 'mainnet: 10'].map((entry, i) => channel(entry, i)).join('\n')}
expect: []
`;
    writeFileSync(join(cwd, 'short.yaml'), short);
    const { code, stdout, stderr } = await runCli(['run', 'short.yaml', '--json', '--jobs', '1'], { cwd });
    expect([0, 10, 11], stderr).toContain(code);
    const { metrics } = JSON.parse(stdout);
    expect(metrics['rollout.completed'].estimate).toBe(1);
    const told = await runCli(['plan', 'short.yaml'], { cwd });
    for (const gate of ['pruning', 'witness_network', 'timetoke_rewards']) expect(told.stdout).toContain(gate);
  });
});

/** A channel of the bundle with as many phases of gates as its stage has, and short waits. */
function channel(entry: string, stage: number): string {
  const [name, validators] = entry.split(': ');
  const phases = ['development-gates', 'testnet-gates', 'canary-gates', 'mainnet-gates'].slice(0, stage + 1);
  return `  - { name: ${name}, validators: ${validators}, dwell: 10m, gateDwell: 1 epoch, checks: [], gates: [${phases.join(', ')}] }`;
}

test('a file that is malformed is refused with line, frame and fix, and nothing is written', async () => {
  const cwd = createFolder();
  writeFileSync(join(cwd, 'drift.toml'), 'duration_ms = 600\n\n[topology]\ntype = "ring"\nn = 3\n');
  const { code, stdout, stderr } = await runCli(['import', 'drift.toml', '--out', 'new/scenario.yaml'], { cwd });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(
    'drift.toml:1:1 duration_ms: "duration_ms" belongs into table [sim], whose header is missing.',
  );
  expect(stderr).toContain('Add a line "[sim]" above it.');
  expect(stderr).toContain('> 1 | duration_ms = 600');
  expect(readdirSync(cwd)).toEqual(['drift.toml']);
});

test('a bundle against the rules is refused with the rule that it breaks', async () => {
  const cwd = createFolder();
  const { code, stdout, stderr } = await runCli(['import', fixture('bundle-disordered.toml')], { cwd });
  expect([code, stdout]).toEqual([2, '']);
  for (const rule of ['rewards need consensus (§13.2)', 'pruning needs recursive proofs (§13.2)']) {
    expect(stderr).toContain(rule);
  }
  expect(readdirSync(cwd)).toEqual([]);
});

test('what is there already stays, unless --force is given', async () => {
  const cwd = createFolder();
  writeFileSync(join(cwd, 'node.yaml'), 'mine\n');
  const refused = await runCli(['import', fixture('node.toml')], { cwd });
  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('node.yaml there is such a file already');
  expect(readFileSync(join(cwd, 'node.yaml'), 'utf8')).toBe('mine\n');
  const forced = await runCli(['import', fixture('node.toml'), '--force', '--quiet'], { cwd });
  expect(forced.code).toBe(0);
  expect(readFileSync(join(cwd, 'node.yaml'), 'utf8')).toContain('blockTime: 2500ms');
  expect(readdirSync(cwd)).toEqual(['node.yaml']);
});

test('--json is one document with every key, and warnings keep to stderr or to it', async () => {
  const cwd = createFolder();
  const { code, stdout, stderr } = await runCli(['import', fixture('blueprint.toml'), '--json'], { cwd });
  expect([code, stderr]).toEqual([0, '']);
  const { kind, source, out, keys, warnings } = JSON.parse(stdout);
  expect([kind, source, out]).toEqual(['import', 'blueprint', 'blueprint.yaml']);
  expect(keys.find(({ path }: { path: string }) => path === 'rewards.base_block_reward')).toMatchObject({
    line: 27,
    state: 'used',
    to: ['rewards.base'],
  });
  expect(warnings.length).toBeGreaterThan(3);
  expect((await runCli(['validate', 'blueprint.yaml'], { cwd })).code).toBe(0);
});
