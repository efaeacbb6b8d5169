import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { statusRecord } from '#experiment/status';
import { TWO_CRASHES } from '../fixtures/why.js';
import { createFolder, linesOf, runCli } from './cli.js';
import { writeScenario } from './scenarios.js';

test('over a run both crashes are owed every abort, the same bytes on one thread and on two', async () => {
  const cwd = createFolder();
  writeScenario(cwd, TWO_CRASHES);
  const one = await runCli(['why', 'small.yaml', '--jobs', '1', '--quiet'], { cwd });
  expect([one.code, one.stderr]).toEqual([0, '']);
  expect(one.stdout).toBe('verdict: 100% of the rollbacks attributed (3 of 3), none is unexplained\n');
  const text = readFileSync(join(cwd, 'reports/two-crashes/why.json'), 'utf8');
  const two = await runCli(['why', 'small.yaml', '--jobs', '2', '--json', '--quiet', '--out', 'other'], { cwd });
  expect([two.code, two.stdout]).toEqual([0, text]);
  const why = JSON.parse(text);
  const any = why.risks.find(({ key }: { key: string }) => key === 'rollback.any');
  const owed = any.causes.map(({ cause, owed }: { cause: string; owed: { count: number } }) => [cause, owed.count]);
  expect(owed).toEqual([
    ['first', 3],
    ['second', 3],
    ['never', 0],
    ['planned restarts', 0],
    ['all faults', 3],
  ]);
  expect(why.spared).toBe(3);
  expect(readFileSync(join(cwd, 'other/why.md'), 'utf8')).toContain('| first | 3 of 3 |');
});

test('one replication is told as a chain, and what happens without each cause', async () => {
  const cwd = createFolder();
  writeScenario(cwd, TWO_CRASHES);
  const { code, stdout } = await runCli(['why', 'small.yaml', '--replication', '1'], { cwd });
  expect(code).toBe(0);
  for (const text of ['validator 4, ', 'wanted <= 1m', 'without second', 'never acted']) {
    expect(stdout).toContain(text);
  }
  expect(linesOf(stdout).at(-1)).toBe('verdict: owed to first and to second');
  const document = JSON.parse(readFileSync(join(cwd, 'reports/two-crashes/why-1.json'), 'utf8'));
  expect(document).toMatchObject({ kind: 'why-replication', replication: 1, result: 'aborted' });
});

test('one replication and a whole run at once are bad usage', async () => {
  const cwd = createFolder();
  writeScenario(cwd, TWO_CRASHES);
  for (const flags of [['--all'], ['--replications', '3']]) {
    const { code, stderr } = await runCli(['why', 'small.yaml', '--replication', '1', ...flags], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(flags[0]);
  }
});

test('run writes the status feed of the typical replication, as its published schema says', async () => {
  const cwd = createFolder();
  writeScenario(cwd, TWO_CRASHES);
  const { code } = await runCli(['run', 'small.yaml', '--quiet', '--out', 'here'], { cwd });
  expect([0, 10, 11]).toContain(code);
  const lines = linesOf(readFileSync(join(cwd, 'here/status.jsonl'), 'utf8'));
  const records = lines.map((line) => statusRecord.parse(JSON.parse(line)));
  const { typicalReplication } = JSON.parse(readFileSync(join(cwd, 'here/summary.json'), 'utf8'));
  expect(records.every(({ replication }) => replication === typicalReplication)).toBe(true);
  expect(records[0]).toMatchObject({ start: 0, channel: 'testnet', state: 'outage' });
  const schema = await runCli(['schema', '--status'], { cwd });
  expect([schema.code, JSON.parse(schema.stdout).title]).toEqual([0, 'rollout-sim status record']);
});
