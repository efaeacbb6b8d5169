import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFolder, runCli } from './cli.js';

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
