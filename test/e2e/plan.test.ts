import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFolder, ROOT, runCli } from './cli.js';

const PLAN = readdirSync(join(ROOT, 'scenarios/plan')).filter((name) => name.endsWith('.yaml'));

test.each(PLAN)('plan/%s claims what the run shows', async (name) => {
  const args = ['run', `scenarios/plan/${name}`, '--out', createFolder(), '--jobs', '2', '--quiet'];
  const { code, stdout, stderr } = await runCli(args);
  expect(stderr).toBe('');
  expect(stdout).toBe('verdict: go\n');
  expect(code).toBe(0);
});

test('all of the stake at once is another matter: the same defect stops the chain', async () => {
  const set = ['--set', 'channels[0].steps[0].upgrade.stake=100%'];
  const args = ['run', 'scenarios/plan/stepwise-upgrade.yaml', '--out', createFolder(), '--json', ...set];
  const { code, stdout } = await runCli(args);
  expect(code).toBe(10);
  expect(JSON.parse(stdout).expectations[1]).toMatchObject({ verdict: 'fail', estimate: 1 });
});
