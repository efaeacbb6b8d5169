import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFolder, linesOf, runCli } from './cli.js';
import { smallScenario, writeScenario } from './scenarios.js';

const CLAIM = 'P(rollout.completed) >= 70%';

test('--decide stops after the round that settles the claims, the same whatever the threads', async () => {
  const cwd = createFolder();
  writeScenario(cwd, smallScenario(CLAIM));
  const words = ['run', 'small.yaml', '--decide', '--round', '7', '--json', '--quiet'];
  const one = await runCli([...words, '--jobs', '1', '--out', 'one'], { cwd });
  const two = await runCli([...words, '--jobs', '2', '--out', 'two'], { cwd });
  expect([one.code, one.stderr]).toEqual([0, '']);
  expect(two.stdout).toBe(one.stdout);
  const summary = JSON.parse(one.stdout);
  expect(summary).toMatchObject({ verdict: 'go', complete: true, replications: 21, requested: 21 });
  expect(summary.expectations[0].method).toBe('confidence sequence (mixture)');
  expect(summary.metrics['rollback.any'].method).toContain('confidence sequence');
  expect(summary.metrics['liveness.slotShare'].method).toContain('confidence sequence');
});

test('the ratio test needs fewer, and says how near it looks', async () => {
  const cwd = createFolder();
  writeScenario(cwd, smallScenario(CLAIM));
  const words = ['run', 'small.yaml', '--decide', 'sprt', '--indifference', '20%', '--round', '1', '--json', '--quiet'];
  const { code, stdout } = await runCli(words, { cwd });
  const { expectations, replications } = JSON.parse(stdout);
  expect([code, replications]).toEqual([0, 6]); // (9/5)^6 > 1/0.05 > (9/5)^5
  expect(expectations[0].method).toBe('SPRT, indifferent within ±20%');
});

test('inconclusive at the most replications says how many more it would take', async () => {
  const cwd = createFolder();
  writeScenario(cwd, smallScenario(CLAIM));
  const { code, stdout } = await runCli(['run', 'small.yaml', '--decide', '--max-replications', '12'], { cwd });
  expect(code).toBe(11);
  expect(stdout).toMatch(
    /^Open: the expectations not settled after 12 replications; about [1-9] more would settle it/m,
  );
  expect(linesOf(stdout).at(-1)).toBe('verdict: inconclusive');
});

test('--precision stops once the interval is as narrow as asked', async () => {
  const cwd = createFolder();
  writeScenario(cwd, smallScenario(CLAIM));
  const goals = ['--precision', 'rollback.any=8%', '--precision', 'p50(liveness.finality)=relative:10%'];
  const { stdout } = await runCli(['run', 'small.yaml', ...goals, '--quiet', '--out', 'out'], { cwd });
  expect(linesOf(stdout)).toEqual(['verdict: go']);
  const { metrics, replications } = JSON.parse(readFileSync(join(cwd, 'out/summary.json'), 'utf8'));
  const [low, high] = metrics['rollback.any'].interval;
  expect((high - low) / 2).toBeLessThanOrEqual(0.08);
  expect(replications % 20).toBe(0);
});

test.each([
  [['--decide', 'sprt'], '--indifference'],
  [['--round', '5'], 'Add --decide or --precision'],
  [['--decide', '--replications', '5'], '--max-replications'],
  [['--decide', '--alpha', '1%'], '--decide sprt'],
  [['--precision', 'safety.forks=1'], 'p50(safety.forks)'],
  [['--precision', 'rollback.all=1%'], 'rollback.any'],
])('%j is bad usage', async (words, hint) => {
  const cwd = createFolder();
  writeScenario(cwd, smallScenario(CLAIM));
  const { code, stdout, stderr } = await runCli(['run', 'small.yaml', ...words], { cwd });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(hint);
});
