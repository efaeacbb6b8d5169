import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFolder, type Finished, linesOf, MAIN, ROOT, runCli, startCli } from './cli.js';
import { CLAIMS, smallScenario, writeScenario } from './scenarios.js';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

describe('quickstart.yaml', () => {
  const runQuickstart = async (folder: string, ...words: string[]): Promise<string> => {
    const file = join(ROOT, 'scenarios/quickstart.yaml');
    const flags = ['--replications', '8', '--out', folder, '--json', ...words];
    const { code, stdout } = await runCli(['run', file, ...flags]);
    expect([0, 10, 11]).toContain(code);
    return stdout;
  };

  test('has one fingerprint and one summary.json, byte for byte, whatever the threads; another seed has another', async () => {
    const folder = createFolder();
    const [one, two, other] = [join(folder, 'one'), join(folder, 'two'), join(folder, 'other')];
    const first = await runQuickstart(one, '--seed', '7', '--jobs', '1');
    const second = await runQuickstart(two, '--seed', '7', '--jobs', '2');
    const third = await runQuickstart(other, '--seed', '8', '--jobs', '2');
    expect(second).toBe(first);
    expect(readFileSync(join(one, 'summary.json'), 'utf8')).toBe(first);
    expect(readFileSync(join(two, 'summary.json'), 'utf8')).toBe(first);
    expect(readFileSync(join(one, 'details.json'), 'utf8')).toBe(readFileSync(join(two, 'details.json'), 'utf8'));
    expect(JSON.parse(first).fingerprint).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.parse(third).fingerprint).not.toBe(JSON.parse(first).fingerprint);
  });
});

/** Three runs of a small scenario, one for each verdict, that the tests below look at. */
describe('a run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-sim-run-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const inFolder = (...words: string[]): Promise<Finished> => runCli(words, { cwd: folder });
  const stored = (place: string, file = 'summary.json') => readFileSync(join(folder, place, file), 'utf8');

  let passed: Finished;
  let failed: Finished;
  let undecided: Finished;
  beforeAll(async () => {
    writeScenario(folder, smallScenario(CLAIMS.pass), 'pass.yaml');
    writeScenario(folder, smallScenario(CLAIMS.fail), "it's failing.yaml");
    writeScenario(folder, smallScenario(CLAIMS.inconclusive), 'undecided.yaml');
    passed = await inFolder('run', 'pass.yaml', '--jobs', '1', '--seed', 'ten of ten');
    const settings = ['--set', 'network.delay=50ms', '--set', 'network.loss=1%', '--fidelity', 'message'];
    failed = await inFolder(
      'run',
      "it's failing.yaml",
      '--seed',
      'a "b" $c',
      ...settings,
      '--jobs',
      '1',
      '--out',
      'failed',
    );
    undecided = await inFolder('run', 'undecided.yaml', '--jobs', '2', '--out', 'undecided', '--json');
  });

  test('ends with 0 for go, 10 for no-go and 11 for inconclusive', () => {
    expect([passed.code, failed.code, undecided.code]).toEqual([0, 10, 11]);
    expect(linesOf(passed.stdout).at(-1)).toBe('verdict: go');
    expect(linesOf(failed.stdout).at(-1)).toBe('verdict: no-go');
    expect(JSON.parse(undecided.stdout).verdict).toBe('inconclusive');
  });

  test('begins with version, scenario, seed and replications and ends with report and verdict', () => {
    const lines = linesOf(passed.stdout);
    expect(lines[0]).toBe(`rollout-sim ${version}  small  seed ten of ten  8 replications`);
    expect(lines.slice(-2)).toEqual(['Report: reports/small/report.html', 'verdict: go']);
    expect(passed.stdout).toContain('Slots finalized');
    expect(passed.stdout).not.toContain('\u001b');
    expect(passed.stderr).toBe('');
  });

  test('writes its results and its report', () => {
    const names = ['summary.json', 'details.json', 'manifest.json', 'report.html', 'report.md', 'junit.xml'];
    for (const name of names) expect(existsSync(join(folder, 'reports/small', name)), name).toBe(true);
    expect(JSON.parse(stored('failed', 'manifest.json'))).toMatchObject({
      command: expect.stringMatching(
        /^rollout-sim run 'it'\\''s failing.yaml' --seed 'a "b" \$c' --set network.delay=50ms/,
      ),
      jobs: 1,
      interrupted: false,
    });
  });

  test('prints with --json the one document of summary.json, and nothing else', () => {
    expect(undecided.stdout).toBe(stored('undecided'));
  });

  test('names a failed claim, its value, the worst replication and the command that shows it, which a shell takes as it is', () => {
    const [claim, value, reproduce] = linesOf(failed.stderr).slice(-3) as [string, string, string];
    expect(claim).toBe(`Failed: ${CLAIMS.fail}`);
    expect(value).toMatch(/^Value: 100% \(.+, .+, n = 8\); worst replication: \d+$/);
    expect(reproduce).toMatch(/^Reproduce: rollout-sim replay /);
    const command = reproduce.replace('Reproduce: rollout-sim', `"${process.execPath}" "${MAIN}"`);
    const replayed = JSON.parse(execFileSync('sh', ['-c', `${command} --json`], { cwd: folder, encoding: 'utf8' }));
    expect(value).toContain(`worst replication: ${replayed.replication}`);
    const { values } = JSON.parse(stored('failed', 'details.json'));
    for (const [key, column] of Object.entries<number[]>(values)) {
      expect(replayed.metrics[key], key).toBe(column[replayed.replication]);
    }
  });

  test('is printed again by report, which rewrites its files', async () => {
    writeFileSync(join(folder, 'failed/report.html'), 'lost');
    const again = await inFolder('report', 'failed');
    expect(again).toEqual({ code: 0, stdout: failed.stdout, stderr: '' });
    expect(stored('failed', 'report.html')).toContain('</html>');
    expect((await inFolder('report', 'failed', '--json')).stdout).toBe(stored('failed'));
    expect((await inFolder('report', 'failed', '--quiet')).stdout).toBe('verdict: no-go\n');
  });

  test('that was changed by hand into nonsense is refused', async () => {
    const file = join(folder, 'undecided/summary.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"verdict": "inconclusive"', '"verdict": "perhaps"'));
    const { code, stdout, stderr } = await inFolder('report', 'undecided');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('summary.json');
  });

  test('is told replication by replication: what happened when, where and why, and what was measured', async () => {
    const { code, stdout, stderr } = await inFolder('replay', 'pass.yaml', '--replication', '3');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('  seed 7  replication 3\n');
    expect(stdout).toMatch(/^ *0s {2}testnet {2}Channel testnet starts/m);
    expect(stdout).toContain('rollback.falseAbort');
    expect(linesOf(stdout).at(-1)).toMatch(/^Completed after .* \(fingerprint [0-9a-f]{32}\)$/);
  });
});

test('a run whose budget ends first is 14, and what is done is kept and marked', async () => {
  const folder = createFolder();
  writeScenario(folder, smallScenario(CLAIMS.inconclusive, '8h', 1_000_000));
  const { code, stdout } = await runCli(['run', 'small.yaml', '--max-wall', '4s', '--jobs', '1'], { cwd: folder });
  expect(code).toBe(14);
  const summary = JSON.parse(readFileSync(join(folder, 'reports/small/summary.json'), 'utf8'));
  expect(summary).toMatchObject({ complete: false, requested: 1_000_000 });
  expect(summary.replications).toBeGreaterThan(0);
  expect(summary.replications).toBeLessThan(1_000_000);
  expect(stdout).toContain('Incomplete');
});

test('a run whose output is closed early ends quietly and still writes its files', async () => {
  const folder = createFolder();
  writeScenario(folder, smallScenario(CLAIMS.pass));
  const { child, finished } = startCli(['run', 'small.yaml', '--jobs', '1'], { cwd: folder });
  child.stdout?.once('data', () => child.stdout?.destroy());
  const { code, stderr } = await finished;
  expect([code, stderr]).toEqual([0, '']);
  expect(existsSync(join(folder, 'reports/small/report.html'))).toBe(true);
});

test('a folder that cannot be written is said before anything is simulated', async () => {
  const folder = createFolder();
  writeScenario(folder, smallScenario(CLAIMS.pass, '10m', 1_000_000_000));
  const { code, stdout, stderr } = await runCli(['run', 'small.yaml', '--out', 'small.yaml/out'], { cwd: folder });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('--out DIR');
});

test('from nothing to a verdict: init, validate, run', async () => {
  const cwd = createFolder();
  expect((await runCli(['init', 'first.yaml'], { cwd })).code).toBe(0);
  expect((await runCli(['validate', 'first.yaml'], { cwd })).code).toBe(0);
  const { code, stdout } = await runCli(['run', 'first.yaml', '--replications', '4', '--jobs', '2'], { cwd });
  expect([0, 10, 11]).toContain(code);
  expect(linesOf(stdout).at(-1)).toMatch(/^verdict: /);
});
