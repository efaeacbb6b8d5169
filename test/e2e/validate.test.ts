import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createFolder, linesOf, ROOT, runCli } from './cli.js';
import { CLAIMS, smallScenario, writeScenario } from './scenarios.js';

const BROKEN = `apiVersion: rollout-sim/v1
question: What does validate say of five mistakes?
replicatons: 8
chain:
  blockTime: 5 parsecs
network: { loss: 1% }
network: { loss: 2% }
faults:
  - kind: crash
    at: 1h
    for: 5m
    targets: { count: -1 }
`; // and no channels at all

const MISTAKES = [
  { place: ':3:1', path: 'replicatons', fix: /[Dd]id you mean "?replications/ },
  { place: ':5:14', path: 'chain.blockTime', fix: /250ms/ },
  { place: ':7:1', path: 'network', fix: /Keep one/ },
  { place: ':12:23', path: 'faults[0].targets.count', fix: /at least 1/ },
  { place: ':1:1', path: 'channels', fix: /Add "channels:"/ },
];

describe('five mistakes in one file', () => {
  test('are all reported at once, each with line, column, code frame and fix, and exit 2', async () => {
    const file = writeScenario(createFolder(), BROKEN);
    const { code, stdout, stderr } = await runCli(['validate', file]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    const blocks = stderr.split(/^(?=error )/m);
    expect(blocks).toHaveLength(MISTAKES.length);
    for (const { place, path, fix } of MISTAKES) {
      const block = blocks.find((one) => one.startsWith(`error ${file}${place} `)) ?? `no block at ${place}`;
      expect(block).toContain(path);
      expect(block).toMatch(fix);
      const line = Number(place.split(':')[1]);
      expect(block).toContain(
        `> ${String(line).padStart(block.includes(`${line + 1} |`) ? `${line + 1}`.length : 0)} | `,
      );
      expect(block).toMatch(/\n +\| +\^|\n +\| \^/); // the caret under the place
    }
    expect(linesOf(stderr).at(-1)).toBe('5 problems');
  });

  test('are one JSON document on stdout with --json, and nothing else', async () => {
    const file = writeScenario(createFolder(), BROKEN);
    const { code, stdout, stderr } = await runCli(['validate', file, '--json']);
    expect(code).toBe(2);
    expect(stderr).toBe('');
    const { valid, files } = JSON.parse(stdout);
    expect(valid).toBe(false);
    expect(files).toHaveLength(1);
    expect(files[0].problems).toHaveLength(5);
    for (const problem of files[0].problems) {
      expect(problem).toMatchObject({
        file,
        line: expect.any(Number),
        column: expect.any(Number),
        what: expect.any(String),
        fix: expect.any(String),
        frame: expect.stringContaining('^'),
      });
    }
  });
});

test('a good file is ok beside a bad one, which still makes exit 2', async () => {
  const folder = createFolder();
  const good = writeScenario(folder, smallScenario(CLAIMS.pass), 'good.yaml');
  const bad = writeScenario(folder, 'apiVersion: rollout-sim/v2\n', 'bad.yaml');
  const { code, stdout, stderr } = await runCli(['validate', good, bad]);
  expect(code).toBe(2);
  expect(stdout).toBe(`ok ${good} (small, 8 replications)\n`);
  expect(stderr).toContain(`error ${bad}:1:`);
  expect(stderr).not.toContain(good);
});

test('a file that is not there is the user’s mistake, not ours', async () => {
  const { code, stdout, stderr } = await runCli(['validate', 'no/such/file.yaml']);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('no/such/file.yaml');
  expect(stderr).not.toContain('internal error');
});

test('--set is checked like the file', async () => {
  const file = writeScenario(createFolder(), smallScenario(CLAIMS.pass));
  expect((await runCli(['validate', file, '--set', 'network.loss=2%'])).code).toBe(0);
  const { code, stderr } = await runCli(['validate', file, '--set', 'network.lost=2%', '--set', 'seed=8']);
  expect(code).toBe(2);
  expect(stderr).toContain('network.lost=2%');
  expect(stderr).toMatch(/[Dd]id you mean "?loss/);
});

test('no escape of a file reaches the terminal, nor does one of its name', async () => {
  const folder = createFolder();
  const text = `apiVersion: "rollout-sim/\\e[2Jv1"\nquestion: "\u009b31m a \u202e b"\n"\\e]0;title\\a": 1\n`;
  const file = writeScenario(folder, text, 'a\u001b[31m.yaml');
  for (const words of [
    ['validate', file],
    ['run', file],
    ['plan', file],
  ]) {
    const { code, stdout, stderr } = await runCli(words, { env: { NO_COLOR: '1' } });
    expect(code).toBe(2);
    expect(`${stdout}${stderr}`.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  }
});

describe('scenarios/', () => {
  const all = readdirSync(join(ROOT, 'scenarios'), { recursive: true }).map(String);
  const files = all.filter((name) => /\.ya?ml$/.test(name));

  test('holds valid files only', async () => {
    expect(files.length).toBeGreaterThanOrEqual(5);
    const { code, stdout, stderr } = await runCli(['validate', ...files.map((name) => `scenarios/${name}`)]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(linesOf(stdout)).toHaveLength(files.length);
  });

  test('names the JSON Schema in the first line of each', () => {
    for (const name of files) {
      const [first] = readFileSync(join(ROOT, 'scenarios', name), 'utf8').split('\n');
      const up = '../'.repeat(name.split(sep).length);
      expect(first, name).toBe(`# yaml-language-server: $schema=${up}.dist/scenario.schema.json`);
    }
  });
});
