import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readMarkup } from '../fixtures/markup.js';
import { createFolder, linesOf, ROOT, runCli } from './cli.js';
import { CLAIMS, smallScenario, writeScenario } from './scenarios.js';

const QUICKSTART = join(ROOT, 'scenarios/quickstart.yaml');
const SLOW =
  'network.delay={within: {normal: {mean: 40ms, deviation: 10ms}}, between: {normal: {mean: 160ms, deviation: 40ms}}}';

describe('compare', () => {
  test('finds a slower network on the same luck, and writes the same bytes whatever the threads', async () => {
    const cwd = createFolder();
    const words = ['compare', QUICKSTART, '--with', SLOW, '--replications', '8', '--json', '--quiet'];
    const one = await runCli([...words, '--jobs', '1', '--out', 'one'], { cwd });
    const two = await runCli([...words, '--jobs', '2', '--out', 'two'], { cwd });
    expect([one.code, one.stderr]).toEqual([0, '']);
    expect(two.stdout).toBe(one.stdout);
    expect(readFileSync(join(cwd, 'one/compare.json'), 'utf8')).toBe(one.stdout);
    const { metrics, identical } = JSON.parse(one.stdout);
    const of = (wanted: string) => metrics.find(({ key }: { key: string }) => key === wanted);
    const finality = of('liveness.finality');
    expect(identical).toBe(false);
    expect(finality).toMatchObject({ n: 8, changed: 8, method: 'paired t' });
    expect(finality.interval[0]).toBeGreaterThan(100_000);
    expect(of('liveness.longestStall').varianceReduction).toBeGreaterThan(10);
  });

  test('of a file with itself is exactly no change', async () => {
    const cwd = createFolder();
    writeScenario(cwd, smallScenario(CLAIMS.pass));
    const { code, stdout } = await runCli(['compare', 'small.yaml', 'small.yaml', '--margin', 'rollback.any=1%'], {
      cwd,
    });
    expect(code).toBe(0);
    expect(linesOf(stdout).at(-1)).toBe('verdict: no change, exactly: all 8 replications are the same, fact by fact');
  });

  test('judges margins: 10 where one is broken, 11 where one stays open', async () => {
    const cwd = createFolder();
    writeScenario(cwd, smallScenario(CLAIMS.pass));
    const words = ['compare', 'small.yaml', '--with', 'network.delay=500ms', '--quiet', '--margin'];
    const broken = await runCli([...words, 'liveness.finality=1ms'], { cwd });
    expect([broken.code, broken.stdout]).toEqual([10, 'verdict: different\n']);
    const open = await runCli([...words, 'rollback.any=1%'], { cwd });
    expect([open.code, open.stdout]).toEqual([11, 'verdict: inconclusive\n']);
  });

  test.each([
    [['small.yaml'], '--with path=value'],
    [['small.yaml', '--with', 'network.lss=1%'], 'Did you mean "loss"'],
    [['small.yaml', 'small.yaml', '--margin', 'liveness.finalty=1s'], 'liveness.finality'],
    [['small.yaml', 'small.yaml', '--margin', 'liveness.finality=1%'], 'relative:5%'],
  ])('%j is bad usage', async (words, hint) => {
    const cwd = createFolder();
    writeScenario(cwd, smallScenario(CLAIMS.pass));
    const { code, stdout, stderr } = await runCli(['compare', ...words], { cwd });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(hint);
  });
});

test('check: no baseline is equal to nothing, the same tree passes, twice the delay is a regression', async () => {
  const cwd = createFolder();
  const words = ['check', QUICKSTART, '--baseline', 'base'];
  const missing = await runCli(words, { cwd });
  expect([missing.code, linesOf(missing.stdout).length]).toEqual([2, 1]);
  expect(missing.stderr).toMatch(/Make one with: rollout-sim check \S+quickstart.yaml --baseline base --save-baseline/);
  expect((await runCli([...words, '--save-baseline'], { cwd })).code).toBe(0);

  const same = await runCli(words, { cwd });
  expect([same.code, same.stderr]).toEqual([0, '']);
  expect(same.stdout).toContain('every fact of every replication is as it was');

  const slow = await runCli([...words, '--set', SLOW], { cwd });
  expect(slow.code).toBe(12);
  expect(linesOf(slow.stdout).at(-1)).toBe('verdict: regression');
  expect(slow.stderr).toMatch(
    /^Regression: quickstart liveness.finality: \S+ → \S+ .*paired t.* n = 40, allowed 10%$/m,
  );
  expect(slow.stderr).toMatch(/^Reproduce: rollout-sim replay \S+quickstart.yaml --seed 1 --replication \d+ --set /m);
  const allowed = ['--margin', 'liveness.finality=1s', '--margin', 'liveness.finality.p99=1s'];
  expect((await runCli([...words, '--set', SLOW, ...allowed, '--json'], { cwd })).code).not.toBe(12);
});

describe('check holds a difference against what changed', () => {
  test('--junit writes a suite for each scenario and a case for each metric that is judged', async () => {
    const cwd = createFolder();
    writeScenario(cwd, smallScenario(CLAIMS.pass));
    const words = ['check', 'small.yaml', '--baseline', 'base'];
    await runCli([...words, '--save-baseline'], { cwd });
    const worse = [...words, '--set', 'network.delay=900ms', '--junit', 'deep/check.xml', '--json'];
    const { code, stdout } = await runCli(worse, { cwd });
    expect(code).toBe(12);
    const [{ result, wallMs }] = JSON.parse(stdout).checked;
    expect(wallMs).toBeUndefined();
    const elements = readMarkup(readFileSync(join(cwd, 'deep/check.xml'), 'utf8'));
    const named = (name: string) => elements.filter((element) => element.name === name);
    const judged = result.metrics.filter(({ standing }: { standing: string }) => standing !== 'not-judged');
    const failed = judged.filter(({ standing }: { standing: string }) => standing === 'worse');
    expect(named('testcase').map(({ attributes }) => attributes.get('name'))).toEqual([
      'baseline',
      ...judged.map(({ key }: { key: string }) => key),
    ]);
    expect(named('failure')).toHaveLength(failed.length);
    expect(named('testsuite')[0]?.attributes.get('failures')).toBe(String(failed.length));
    expect(named('failure')[0]?.text).toMatch(
      /→.*\n?.*Reproduce: rollout-sim replay small.yaml .*--set network.delay=900ms/s,
    );
  });

  test('another version or another default is said, and is no regression', async () => {
    const cwd = createFolder();
    writeScenario(cwd, smallScenario(CLAIMS.pass));
    const words = ['check', 'small.yaml', '--baseline', 'base'];
    await runCli([...words, '--save-baseline'], { cwd });
    const file = join(cwd, 'base/small/summary.json');
    const stored = readFileSync(file, 'utf8');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(file, stored.replace(/"version": "[^"]+"/, '"version": "0.0.9"'));
    const slow = [...words, '--set', 'network.delay=500ms', '--junit', 'check.xml'];
    const other = await runCli(slow, { cwd });
    const junit = readMarkup(readFileSync(join(cwd, 'check.xml'), 'utf8'));
    expect(junit.filter(({ name }) => name === 'error')[0]?.attributes.get('type')).toBe('baseline.changed');
    expect(junit.filter(({ name }) => name === 'failure')).toEqual([]);
    expect([other.code, linesOf(other.stdout).at(-1)]).toEqual([
      11,
      'verdict: not comparable: the simulator has changed since the baseline',
    ]);
    expect(other.stdout).toContain('The baseline was made by version 0.0.9');
    expect(other.stderr).toContain('--save-baseline');
    const same = await runCli(words, { cwd });
    expect(same.code).toBe(0); // nothing differs, so nothing has to be explained

    const summary = JSON.parse(stored);
    summary.scenario.hash = 'of another plan';
    summary.assumptions.find(({ path }: { path: string }) => path === 'network.loss').value = '3%';
    writeFileSync(file, JSON.stringify(summary));
    const defaults = await runCli(slow, { cwd });
    expect(defaults.code).toBe(11);
    expect(defaults.stdout).toMatch(/The default of network.loss is \S+, it was 3%/);

    writeFileSync(file, stored.replace(/"schemaVersion": 1/, '"schemaVersion": 0'));
    const schema = await runCli(words, { cwd });
    expect(schema.code).toBe(2);
    expect(schema.stderr).toContain('another version of rollout-sim');
    expect(schema.stderr).toContain('--save-baseline');
  });
});
