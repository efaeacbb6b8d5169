import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createFolder, linesOf, ROOT, runCli } from './cli.js';
import { CLAIMS, smallScenario, writeScenario } from './scenarios.js';

const COMMANDS = [
  'init',
  'validate',
  'schema',
  'explain',
  'plan',
  'run',
  'merge',
  'report',
  'compare',
  'check',
  'sweep',
  'replay',
  'why',
  'minimise',
  'conform',
  'verify-determinism',
  'verify-fidelity',
  'worker',
  'explore',
  'doctor',
  'completion',
  'import',
];
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

describe('help', () => {
  test('lists the commands of this version, the first steps and the exit codes, on stdout', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^ +${name}\\b`, 'm'));
    for (const text of ['rollout-sim init', '130', '14']) expect(stdout).toContain(text);
  });

  test('names every flag of run', async () => {
    const { code, stdout } = await runCli(['run', '--help']);
    expect(code).toBe(0);
    const flags =
      '--seed --replications --fidelity --jobs --out --set --json --quiet --max-wall --shard --resume'.split(' ');
    for (const flag of flags) expect(stdout).toContain(`${flag} `);
  });

  test('is what bad usage without any word gets, on stderr, with exit 2', async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: rollout-sim');
  });
});

test('--version prints the version alone', async () => {
  expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test('bad usage is exit 2, silent on stdout, with what was meant', async () => {
  const typo = await runCli(['rnu', 'a.yaml']);
  expect([typo.code, typo.stdout]).toEqual([2, '']);
  expect(typo.stderr).toContain('Did you mean run?');
});

describe('init', () => {
  test('writes a valid scenario and names the next command', async () => {
    const cwd = createFolder();
    const { code, stdout, stderr } = await runCli(['init'], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('rollout-sim run rollout.yaml');
    expect(await runCli(['validate', 'rollout.yaml'], { cwd })).toMatchObject({ code: 0, stderr: '' });
  });

  test('never overwrites a file unless forced', async () => {
    const cwd = createFolder();
    writeFileSync(join(cwd, 'mine.yaml'), 'mine');
    const { code, stderr } = await runCli(['init', 'mine.yaml'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('--force');
    expect(readFileSync(join(cwd, 'mine.yaml'), 'utf8')).toBe('mine');
    expect((await runCli(['init', 'mine.yaml', '--force'], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, 'mine.yaml'), 'utf8')).toContain('apiVersion');
  });

  test('into a folder that is not there is the user’s mistake', async () => {
    const { code, stderr } = await runCli(['init', 'no/such/a.yaml'], { cwd: createFolder() });
    expect(code).toBe(2);
    expect(stderr).not.toContain('internal error');
  });
});

describe('explain', () => {
  test('lists topics and explains each of them', async () => {
    const { code, stdout } = await runCli(['explain', '--json']);
    expect(code).toBe(0);
    const topics: string[] = JSON.parse(stdout).topics;
    expect(topics).toContain('liveness.finality');
    const list = await runCli(['explain']);
    for (const topic of topics) expect(list.stdout).toContain(topic);
    const one = await runCli(['explain', 'liveness.finality']);
    expect(one.code).toBe(0);
    expect(one.stdout).toContain('two thirds');
  });

  test('suggests what a misspelt topic was meant to be, exit 2', async () => {
    const { code, stdout, stderr } = await runCli(['explain', 'livenes.finality']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('liveness.finality');
  });
});

test('colours come only where they are asked for, over the same words', async () => {
  const plain = await runCli(['explain']);
  const colored = await runCli(['explain'], { env: { FORCE_COLOR: '1' } });
  const forbidden = await runCli(['explain'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
  expect(plain.stdout).not.toContain('\u001b');
  expect(colored.stdout).toContain('\u001b[');
  expect(stripVTControlCharacters(colored.stdout)).toBe(plain.stdout);
  expect(forbidden.stdout).toBe(plain.stdout);
});

test('schema prints a JSON Schema, the one the build wrote', async () => {
  const { code, stdout } = await runCli(['schema']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ $schema: expect.stringContaining('json-schema.org'), type: 'object' });
  expect(stdout).toBe(readFileSync(join(ROOT, '.dist/scenario.schema.json'), 'utf8'));
});

describe('plan', () => {
  test('prints the plan with its defaults and their sources', async () => {
    const file = writeScenario(createFolder(), smallScenario(CLAIMS.pass));
    const { code, stdout, stderr } = await runCli(['plan', file, '--set', 'network.loss=3%']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('testnet');
    expect(stdout).toContain('chain.blockTime');
  });

  test('is data with --json', async () => {
    const file = writeScenario(createFolder(), smallScenario(CLAIMS.pass));
    const { stdout } = await runCli(['plan', file, '--json', '--set', 'network.loss=3%', '--seed', 'x']);
    const { seed, plan, assumptions } = JSON.parse(stdout);
    expect(seed).toBe('x');
    expect(plan.network.loss).toBe(0.03);
    expect(assumptions.length).toBeGreaterThan(10);
  });
});

describe('doctor', () => {
  test('finds this installation fit, one line each', async () => {
    const { code, stdout } = await runCli(['doctor']);
    expect(code).toBe(0);
    for (const line of linesOf(stdout)) expect(line).toMatch(/^(ok {3}|warn) {1,2}\S/);
    expect(stdout).toContain('Node.js');
  });

  test('is data with --json', async () => {
    const { works, findings } = JSON.parse((await runCli(['doctor', '--json'])).stdout);
    expect(works).toBe(true);
    for (const { state, fix } of findings) expect(fix === null).toBe(state === 'ok');
  });
});

describe('completion', () => {
  test.each(['bash', 'zsh', 'fish'])('knows every command and flag: %s', async (shell) => {
    const { code, stdout } = await runCli(['completion', shell]);
    expect(code).toBe(0);
    for (const name of COMMANDS) expect(stdout).toContain(name);
    for (const flag of ['max-wall', 'replication', 'force']) expect(stdout).toContain(flag);
  });

  const complete = async (words: string): Promise<string[]> => {
    const { stdout: script } = await runCli(['completion', 'bash']);
    const probe = `${script}\nCOMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _rollout_sim; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', probe], { encoding: 'utf8' }).split('\n').filter(Boolean);
  };

  test('works in bash', async () => {
    expect(await complete('rollout-sim re')).toEqual(['report', 'replay']);
    expect(await complete('rollout-sim run a.yaml --re')).toEqual(
      expect.arrayContaining(['--replications', '--resume', '--redis', '--repeats']),
    );
    expect(await complete('rollout-sim completion z')).toEqual(['zsh']);
    expect(await complete("rollout-sim run ''")).toEqual([]); // files: left to the shell
  });
});

test('the built command can be started by its own name', () => {
  const main = join(ROOT, '.dist/cli/main.js');
  expect(existsSync(main)).toBe(true);
  expect(execFileSync(main, ['--version'], { encoding: 'utf8' })).toBe(`${version}\n`);
});
