import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createFolder, type Finished, linesOf, MAIN, ROOT, runCli, startCli } from './cli.js';
import { CLAIMS, smallScenario, writeScenario } from './scenarios.js';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** Runs a small scenario in a folder of its own. */
async function runSmall(
  claim: string,
  words: readonly string[] = [],
  dwell?: string,
): Promise<Finished & { folder: string }> {
  const folder = createFolder();
  writeScenario(folder, smallScenario(claim, dwell));
  return { ...(await runCli(['run', 'small.yaml', '--jobs', '1', ...words], { cwd: folder })), folder };
}

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

describe('the exit code', () => {
  test.each([
    ['pass', 0, 'Go'],
    ['fail', 10, 'No-go'],
    ['inconclusive', 11, 'Inconclusive'],
  ] as const)('of a claim that is to %s is %i', async (kind, expected, word) => {
    const { code, stdout } = await runSmall(CLAIMS[kind]);
    expect(linesOf(stdout).at(-1)).toMatch(new RegExp(`^Verdict: ${word}: `));
    expect(code).toBe(expected);
  });

  test('is 14 when the budget ends first, and what is done is kept and marked', async () => {
    const words = ['--replications', '100000', '--max-wall', '1s'];
    const { code, stdout, folder } = await runSmall(CLAIMS.inconclusive, words, '8h');
    expect(code).toBe(14);
    const summary = JSON.parse(readFileSync(join(folder, 'reports/small/summary.json'), 'utf8'));
    expect(summary.complete).toBe(false);
    expect(summary.requested).toBe(100_000);
    expect(summary.replications).toBeGreaterThan(0);
    expect(summary.replications).toBeLessThan(100_000);
    expect(stdout).toContain('Incomplete');
  });
});

describe('stdout', () => {
  test('begins with version, scenario, seed and replications and ends with report and verdict', async () => {
    const { stdout, stderr, folder } = await runSmall(CLAIMS.pass, ['--seed', 'ten of ten']);
    const lines = linesOf(stdout);
    expect(lines[0]).toBe(`rollout-sim ${version} · small · seed ten of ten · 8 replications`);
    expect(lines.at(-2)).toBe('Report: reports/small/report.html');
    expect(lines.at(-1)).toMatch(/^Verdict: Go: /);
    expect(stdout).toContain('Slots finalized');
    expect(stderr).toBe('');
    for (const name of ['summary.json', 'details.json', 'manifest.json', 'report.html', 'report.md', 'junit.xml']) {
      expect(existsSync(join(folder, 'reports/small', name)), name).toBe(true);
    }
  });

  test('is one JSON document with --json, and nothing else', async () => {
    const { stdout, stderr, folder } = await runSmall(CLAIMS.fail, ['--json']);
    expect(stdout).toBe(readFileSync(join(folder, 'reports/small/summary.json'), 'utf8'));
    expect(JSON.parse(stdout).verdict).toBe('no-go');
    expect(stderr).toContain('Reproduce: ');
  });

  test('is the verdict alone with --quiet', async () => {
    const { stdout, stderr } = await runSmall(CLAIMS.pass, ['--quiet']);
    expect(linesOf(stdout)).toEqual([expect.stringMatching(/^Verdict: Go: /)]);
    expect(stderr).toBe('');
  });

  test('has colours only where they are asked for, and the same words without', async () => {
    const folder = createFolder();
    writeScenario(folder, smallScenario(CLAIMS.pass));
    const words = ['run', 'small.yaml', '--jobs', '1'];
    const plain = await runCli(words, { cwd: folder });
    const colored = await runCli(words, { cwd: folder, env: { FORCE_COLOR: '1' } });
    const forbidden = await runCli(words, { cwd: folder, env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
    expect(plain.stdout).not.toContain('\u001b');
    expect(colored.stdout).toContain('\u001b[');
    expect(stripVTControlCharacters(colored.stdout)).toBe(plain.stdout);
    expect(forbidden.stdout).toBe(plain.stdout);
  });

  test('may be closed early: the run ends quietly and still writes its files', async () => {
    const folder = createFolder();
    writeScenario(folder, smallScenario(CLAIMS.pass));
    const { child, finished } = startCli(['run', 'small.yaml', '--jobs', '1'], { cwd: folder });
    child.stdout?.once('data', () => child.stdout?.destroy());
    const { stderr } = await finished;
    expect(stderr).toBe('');
    expect(existsSync(join(folder, 'reports/small/report.html'))).toBe(true);
  });
});

describe('a failed expectation', () => {
  test('is named with value, worst replication and the command that shows it, which works in a shell as it is', async () => {
    const folder = createFolder();
    writeScenario(folder, smallScenario(CLAIMS.fail), "it's small.yaml");
    const words = ["it's small.yaml", '--seed', 'a "b" $c', '--set', 'network.delay=50ms', '--set', 'network.loss=1%'];
    const { code, stderr } = await runCli(['run', ...words, '--fidelity', 'message', '--jobs', '1'], { cwd: folder });
    expect(code).toBe(10);
    const [claim, value, reproduce] = linesOf(stderr).slice(-3) as [string, string, string];
    expect(claim).toBe(`Failed: ${CLAIMS.fail}`);
    expect(value).toMatch(/^Value: 100% \[.+\], .+, n = 8; worst replication: \d+$/);
    expect(reproduce).toMatch(/^Reproduce: rollout-sim replay /);
    const command = reproduce.replace('Reproduce: rollout-sim', `"${process.execPath}" "${MAIN}"`);
    const story = execFileSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
    expect(story).toContain('seed a "b" $c · replication ');
    const stored = JSON.parse(readFileSync(join(folder, 'reports/small/details.json'), 'utf8'));
    const worst = stored.replications.find(({ role }: { role: string }) => role === 'worst');
    expect(story).toContain(worst.fingerprint);
  });
});

describe('replay', () => {
  test('tells what happened when, where and why, and what was measured', async () => {
    const folder = createFolder();
    writeScenario(folder, smallScenario(CLAIMS.pass));
    const { code, stdout, stderr } = await runCli(['replay', 'small.yaml', '--replication', '3'], { cwd: folder });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('· seed 7 · replication 3\n');
    expect(stdout).toMatch(/^ *0µs {2}testnet {2}Channel testnet starts/m);
    expect(stdout).toContain('rollback.falseAbort');
    expect(linesOf(stdout).at(-1)).toMatch(/^Completed after .* \(fingerprint [0-9a-f]{32}\)$/);
  });

  test('is data with --json, the same each time', async () => {
    const folder = createFolder();
    writeScenario(folder, smallScenario(CLAIMS.pass));
    const words = ['replay', 'small.yaml', '--replication', '0', '--json'];
    const [first, second] = [await runCli(words, { cwd: folder }), await runCli(words, { cwd: folder })];
    expect(second.stdout).toBe(first.stdout);
    expect(JSON.parse(first.stdout)).toMatchObject({ replication: 0, role: 'asked', result: 'completed' });
  });
});

describe('report', () => {
  test('prints a stored result again, as run did, and rewrites its files', async () => {
    const { stdout, folder } = await runSmall(CLAIMS.fail);
    writeFileSync(join(folder, 'reports/small/report.html'), 'lost');
    const again = await runCli(['report', 'reports/small'], { cwd: folder });
    expect(again).toEqual({ code: 0, stdout, stderr: '' });
    expect(readFileSync(join(folder, 'reports/small/report.html'), 'utf8')).toContain('</html>');
    const json = await runCli(['report', 'reports/small', '--json'], { cwd: folder });
    expect(json.stdout).toBe(readFileSync(join(folder, 'reports/small/summary.json'), 'utf8'));
  });

  test('refuses a result that was changed by hand into nonsense', async () => {
    const { folder } = await runSmall(CLAIMS.pass);
    const file = join(folder, 'reports/small/summary.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"verdict": "go"', '"verdict": "perhaps"'));
    const { code, stdout, stderr } = await runCli(['report', 'reports/small'], { cwd: folder });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('summary.json verdict');
  });
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
  expect(linesOf(stdout).at(-1)).toMatch(/^Verdict: /);
});
