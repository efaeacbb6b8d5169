import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createFolder, runCli, startCli } from './cli.js';
import { CLAIMS, smallScenario, writeScenario } from './scenarios.js';

const DRILL = 'scenarios/restore-drill.yaml';

interface Point {
  readonly set: Readonly<Record<string, string>>;
  readonly fingerprint: string;
  readonly expectations: readonly { readonly estimate: number }[];
  readonly metrics: Readonly<Record<string, { readonly estimate: number }>>;
}

async function sweep(jobs: string, ...words: string[]) {
  const out = createFolder();
  const args = ['sweep', DRILL, '--replications', '2', '--jobs', jobs, '--out', out, '--json', ...words];
  const { stdout } = await runCli(args);
  const bytes = readFileSync(join(out, 'sweep.json'), 'utf8');
  return { out, bytes, points: JSON.parse(stdout).points as Point[] };
}

test('each point of a sweep is what run gives with the same --set, whatever the threads', async () => {
  const axis = ['--grid', 'storage.restoreRate=25MB/s,100MB/s'];
  const [one, two] = [await sweep('1', ...axis), await sweep('2', ...axis)];
  expect(two.bytes).toBe(one.bytes);
  expect(one.points.map(({ set }) => set)).toEqual([
    { 'storage.restoreRate': '25MB/s' },
    { 'storage.restoreRate': '100MB/s' },
  ]);
  for (const { set, fingerprint } of one.points) {
    const [[path, value]] = Object.entries(set) as [[string, string]];
    const args = ['run', DRILL, '--replications', '2', '--set', `${path}=${value}`, '--out', createFolder(), '--json'];
    const { stdout } = await runCli(args);
    expect(JSON.parse(stdout).fingerprint).toBe(fingerprint);
  }
});

test('a sweep that is killed goes on with --resume, to the same bytes, and takes points that are new', async () => {
  const cwd = createFolder();
  writeScenario(cwd, smallScenario(CLAIMS.pass, '10m', 60));
  const journal = join(cwd, 'killed/sweep-journal.jsonl');
  const records = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 2 : 0);
  const words = ['sweep', 'small.yaml', '--grid', 'network.loss=0%,1%,2%', '--jobs', '1', '--out'];
  const { child, finished } = startCli([...words, 'killed'], { cwd });
  while (records() < 70 && child.exitCode === null) await sleep(5);
  child.kill('SIGKILL');
  await finished;
  const done = records();
  expect(done).toBeGreaterThanOrEqual(70);
  expect(done).toBeLessThan(180);
  writeFileSync(journal, '0123456789abcdef {"po', { flag: 'a' }); // half a record
  const resumed = await runCli([...words, 'killed', '--resume'], { cwd });
  expect(resumed.stderr).toContain(`Resumed: ${done} of 180 replications done.`);
  await runCli([...words, 'whole'], { cwd });
  const read = (folder: string) => readFileSync(join(cwd, folder, 'sweep.json'), 'utf8');
  expect(read('killed')).toBe(read('whole'));
  const more = await runCli(
    ['sweep', 'small.yaml', '--grid', 'network.loss=1%,4%', '--out', 'killed', '--resume', '--quiet', '--json'],
    { cwd },
  );
  expect(JSON.parse(more.stdout).points[0].fingerprint).toBe(JSON.parse(read('whole')).points[1].fingerprint);
  expect(records()).toBe(240);
  const other = await runCli([...words, 'killed', '--resume', '--seed', '8'], { cwd });
  expect([other.code, other.stdout]).toEqual([2, expect.not.stringContaining('verdict')]);
  expect(other.stderr).toContain('it is of seed "7", not "8". Resume with what it was begun with');
});

test('a sweep over its budget says how it goes on', async () => {
  const cwd = createFolder();
  writeScenario(cwd, smallScenario(CLAIMS.pass, '10m', 100_000));
  const words = ['sweep', 'small.yaml', '--grid', 'network.loss=0%,1%', '--max-wall', '1s', '--jobs', '1'];
  const { code, stderr } = await runCli(words, { cwd });
  expect(code).toBe(14);
  expect(stderr).toContain(`Continue: rollout-sim ${words.join(' ')} --resume`);
});

test('a sweep leaves a page with curves, figures, and a Parquet file', async () => {
  const { out } = await sweep('2', '--grid', 'storage.walCommits=3,200');
  const page = readFileSync(join(out, 'report.html'), 'utf8');
  expect(page).toContain('P(recovery.stateSyncs &lt; 2)');
  expect(readFileSync(join(out, 'figures', 'curve-claim-2.svg'), 'utf8')).toContain('<svg');
  expect(readFileSync(join(out, 'sweep.parquet')).subarray(0, 4).toString()).toBe('PAR1');
});

test('all that is wrong with a sweep is told before anything runs', async () => {
  const args = ['sweep', DRILL, '--grid', 'storage.restoreRate=25MB/s,0', '--grid', 'storage.nothing=1'];
  const { code, stderr } = await runCli([...args, '--out', createFolder()]);
  expect(code).toBe(2);
  expect(stderr).toContain('storage.restoreRate');
  expect(stderr).toContain('storage.nothing');
});
