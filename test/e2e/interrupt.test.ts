import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createFolder, linesOf, MAIN, startCli } from './cli.js';
import { CLAIMS, smallScenario, writeScenario } from './scenarios.js';

/** A run that would take days, stopped by a signal once it simulates; and where its results are. */
async function interruptEndless(jobs: string, signals: readonly NodeJS.Signals[]) {
  const folder = createFolder();
  writeScenario(folder, smallScenario(CLAIMS.inconclusive, '8h', 100_000_000));
  const { child, finished } = startCli(['run', 'small.yaml', '--jobs', jobs], { cwd: folder });
  await once(child.stdout as Readable, 'data'); // the first line: now it simulates
  await sleep(5000);
  for (const signal of signals) {
    child.kill(signal);
    await sleep(20);
  }
  return { ...(await finished), folder };
}

describe('an interrupted run', () => {
  test.each([
    [130, '1', ['SIGINT']],
    [130, '2', ['SIGINT', 'SIGINT']], // a terminal and npm send one key press twice
    [143, '2', ['SIGTERM']],
  ] as const)('ends with %i on %s threads after %j, what is done kept and marked', async (expected, jobs, signals) => {
    const { code, stdout, stderr, folder } = await interruptEndless(jobs, signals);
    expect(code).toBe(expected);
    expect(stderr).toContain('Stopping');
    const read = (name: string) => JSON.parse(readFileSync(join(folder, 'reports/small', name), 'utf8'));
    expect(read('summary.json')).toMatchObject({ complete: false, requested: 100_000_000 });
    expect(read('summary.json').replications).toBeGreaterThan(0);
    expect(read('manifest.json').interrupted).toBe(true);
    expect(existsSync(join(folder, 'reports/small/report.html'))).toBe(true);
    expect(linesOf(stdout).at(-1)).toBe('verdict: inconclusive');
  });

  test.each([
    ['run', ['long.yaml', '--jobs', '1'], 'verdict: inconclusive'],
    ['compare', ['long.yaml', '--with', 'network.loss=1%', '--jobs', '1'], ''],
    ['minimise', ['long.yaml', '--replication', '0'], ''],
    ['why', ['long.yaml', '--replication', '0'], ''],
    ['run', ['long.yaml', '--rare', 'liveness.longestStall > 1h', '--jobs', '1'], ''],
  ])('%s %j hears the signal inside a long replication', async (command, words, last) => {
    const folder = createFolder();
    const text = smallScenario(CLAIMS.inconclusive, '90d', 1).replace('seed: 7', 'seed: 7\nfidelity: message');
    writeScenario(folder, text, 'long.yaml');
    const { child, finished } = startCli([command, ...words], { cwd: folder });
    await once(child.stdout as Readable, 'data');
    await sleep(4000); // well into its one replication
    const from = performance.now();
    child.kill('SIGTERM');
    const { code, stdout } = await finished;
    expect(code).toBe(143);
    expect(performance.now() - from).toBeLessThan(30_000);
    if (last !== '') expect(linesOf(stdout).at(-1)).toBe(last);
  });

  test('that is interrupted again ends at once', async () => {
    const module = new URL('interrupt.js', pathToFileURL(MAIN)).href;
    const program = `
      const { watchInterrupts } = await import(${JSON.stringify(module)});
      watchInterrupts(() => console.log('first'));
      console.log('ready');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 30_000,
      killSignal: 'SIGKILL',
    });
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const [first] = await once(child.stdout, 'data');
    expect(String(first)).toBe('first\n');
    await sleep(1000);
    expect(child.exitCode).toBeNull();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([143, null]);
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
    const lines = [...output.matchAll(/\[[#.]{24}\] \d\/8/g)].map(({ index }) => index);
    expect(lines.length).toBeGreaterThan(1);
    const cleared = output.lastIndexOf(clear);
    expect(cleared).toBeGreaterThan(lines.at(-1) ?? Infinity);
    expect(cleared).toBeLessThan(output.indexOf('Slots finalized'));
  });

  test('stays away in CI, where the log would keep every line', () => {
    const folder = createFolder();
    writeScenario(folder, smallScenario(CLAIMS.pass));
    expect(runOnTerminal('run small.yaml --jobs 1', folder, { CI: 'true' })).not.toContain('\u001b');
  });
});
