import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createFolder, linesOf, ROOT, runCli } from './cli.js';
import { CLAIMS, smallScenario, writeScenario } from './scenarios.js';

const trace = readFileSync(join(ROOT, 'test/conformance/itf/sm-locked.itf.json'), 'utf8');

test('traces that agree are 0, plain and gzip alike, with the lines of the algorithm they cover', async () => {
  const cwd = createFolder();
  writeFileSync(join(cwd, 'plain.itf.json'), trace);
  writeFileSync(join(cwd, 'packed.itf.json.gz'), gzipSync(trace));
  const { code, stdout, stderr } = await runCli(['conform', 'plain.itf.json', 'packed.itf.json.gz'], { cwd });
  expect([code, stderr]).toEqual([0, '']);
  const rows = linesOf(stdout).filter((line) => /^(plain|packed)/.test(line));
  const [plain, packed] = rows.map((line) => line.replace(/^\S+ +/, ''));
  expect(packed).toBe(plain);
  expect(stdout).toMatch(/^L24 +L22 +[1-9]/m);
  expect(linesOf(stdout).at(-1)).toBe('verdict: 2 traces agree with the model');
});

test('a trace that differs is 13 and says where', async () => {
  const cwd = createFolder();
  const broken = JSON.parse(trace);
  broken.states[2].output.value.valueId = { tag: 'Nil', value: { '#tup': [] } }; // a prevote for nil, not for the proposal
  writeFileSync(join(cwd, 'broken.itf.json'), JSON.stringify(broken));
  const { code, stdout } = await runCli(['conform', 'broken.itf.json'], { cwd });
  expect(code).toBe(13);
  expect(stdout).toContain('broken.itf.json states[2]');
  expect(linesOf(stdout).at(-1)).toBe('verdict: 1 of 1 trace differs from the model');
  const json = await runCli(['conform', 'broken.itf.json', '--json'], { cwd });
  expect(json.code).toBe(13);
  expect(JSON.parse(json.stdout)).toMatchObject({ conforms: false, reports: [{ divergence: { step: 2 } }] });
});

test('what is no trace is the user’s mistake', async () => {
  const cwd = createFolder();
  writeFileSync(join(cwd, 'no.itf.json'), '{"vars": []');
  const { code, stdout, stderr } = await runCli(['conform', 'no.itf.json'], { cwd });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('no.itf.json');
});

test('the steps of a simulated validator are traces that agree; one with another output does not', async () => {
  const cwd = createFolder();
  const file = writeScenario(cwd, smallScenario(CLAIMS.pass));
  const words = ['replay', file, '--replication', '0', '--fidelity', 'message', '--itf', 'traces'];
  const { code, stderr } = await runCli([...words, '--validator', '2', '--heights', '2..4'], { cwd });
  expect([code, linesOf(stderr)]).toEqual([0, ['6 traces of validator 2 in traces']]);
  const files = readdirSync(join(cwd, 'traces')).sort();
  expect(files[0]).toBe('testnet-v2-h2.sm.itf.json');
  const paths = files.map((name) => join('traces', name));
  const agreeing = await runCli(['conform', ...paths], { cwd });
  expect([agreeing.code, linesOf(agreeing.stdout).at(-1)]).toEqual([0, 'verdict: 6 traces agree with the model']);
  const first = join(cwd, paths[0] as string);
  writeFileSync(first, readFileSync(first, 'utf8').replace('"tag":"DecidedOutput"', '"tag":"NoConsensusOutput"'));
  expect((await runCli(['conform', ...paths], { cwd })).code).toBe(13);
  const late = await runCli([...words, '--heights', '90000'], { cwd });
  expect([late.code, late.stdout]).toEqual([2, '']);
  expect(late.stderr).toContain('no chain of validator 0 reaches height 90000');
});
