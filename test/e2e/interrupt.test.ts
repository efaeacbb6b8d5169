import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createFolder, linesOf, MAIN, runCli, startCli } from './cli.js';
import { CLAIMS, smallScenario, writeScenario } from './scenarios.js';

/** A run that would take days, started, and its folder. */
function startEndless(jobs: string) {
  const folder = createFolder();
  writeScenario(folder, smallScenario(CLAIMS.inconclusive, '8h', 100_000_000));
  return { folder, ...startCli(['run', 'small.yaml', '--jobs', jobs], { cwd: folder }) };
}

describe('an interrupted run', () => {
  test.each([
    ['SIGINT', 130, '1'],
    ['SIGINT', 130, '2'],
    ['SIGTERM', 143, '2'],
  ] as const)(
    'by %s ends with %i, on %s threads, its finished part kept and marked',
    async (signal, expected, jobs) => {
      const { child, finished, folder } = startEndless(jobs);
      await sleep(2500);
      child.kill(signal);
      const { code, stdout, stderr } = await finished;
      expect(code).toBe(expected);
      expect(stderr).toContain('Stopping');
      const read = (name: string) => JSON.parse(readFileSync(join(folder, 'reports/small', name), 'utf8'));
      expect(read('summary.json')).toMatchObject({ complete: false, requested: 100_000_000 });
      expect(read('summary.json').replications).toBeGreaterThan(0);
      expect(read('manifest.json').interrupted).toBe(true);
      expect(existsSync(join(folder, 'reports/small/report.html'))).toBe(true);
      expect(linesOf(stdout).at(-1)).toMatch(/^Verdict: Inconclusive/);
      expect((await runCli(['report', 'reports/small'], { cwd: folder })).code).toBe(0);
    },
  );

  test('is not cut short by the echo of the first signal that npm sends', async () => {
    const { child, finished, folder } = startEndless('2');
    await sleep(2500);
    child.kill('SIGINT');
    await sleep(5);
    child.kill('SIGINT');
    expect((await finished).code).toBe(130);
    expect(existsSync(join(folder, 'reports/small/summary.json'))).toBe(true);
  });
});

/** Runs a command line with a terminal on stdout and stderr, which `script` makes; both come back as one text. */
function runOnTerminal(words: string, cwd: string, env: Readonly<Record<string, string>> = {}): string {
  const command = `"${process.execPath}" "${MAIN}" ${words}`;
  const { CI: _ci, NO_COLOR: _no, ...rest } = process.env;
  return execFileSync('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd,
    encoding: 'utf8',
    env: { ...rest, TERM: 'xterm', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe.skipIf(!existsSync('/usr/bin/script'))('progress', () => {
  const clear = '\r\u001b[2K';

  test('is one line on a terminal, cleared before the result', () => {
    const folder = createFolder();
    writeScenario(folder, smallScenario(CLAIMS.pass));
    const output = runOnTerminal('run small.yaml --jobs 1', folder);
    expect(output).toMatch(/\[[#.]{24}\] \d+\/8/);
    expect(output.lastIndexOf(clear)).toBeGreaterThan(output.lastIndexOf('/8'));
    expect(output.lastIndexOf(clear)).toBeLessThan(output.indexOf('Slots finalized'));
  });

  test('stays away in CI, with --quiet and from pipes', async () => {
    const folder = createFolder();
    writeScenario(folder, smallScenario(CLAIMS.pass));
    expect(runOnTerminal('run small.yaml --jobs 1', folder, { CI: 'true' })).not.toContain('\u001b');
    expect(runOnTerminal('run small.yaml --jobs 1 --quiet', folder)).not.toContain(clear);
    expect((await runCli(['run', 'small.yaml', '--jobs', '1'], { cwd: folder })).stderr).toBe('');
  });
});
