import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createFolder, linesOf, ROOT, runCli } from './cli.js';

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
