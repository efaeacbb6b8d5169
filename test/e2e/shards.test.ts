/**
 * A run that dies goes on, and a run on several machines ends as one: the same bytes, through the built command line.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createFolder, linesOf, MAIN, runCli, startCli } from './cli.js';
import { CLAIMS, smallScenario, writeScenario } from './scenarios.js';

const RUN = ['run', 'small.yaml', '--jobs', '1'];

function createRun(replications: number): { cwd: string; read: (name: string) => string } {
  const cwd = createFolder();
  writeScenario(cwd, smallScenario(CLAIMS.pass, '10m', replications));
  return { cwd, read: (name) => readFileSync(join(cwd, name), 'utf8') };
}

const recordsIn = (file: string): number => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 2 : 0);

describe('a run', () => {
  test('that is killed goes on with --resume, and ends with the bytes of one that was not', async () => {
    const replications = 300;
    const { cwd, read } = createRun(replications);
    const journal = join(cwd, 'killed/journal.jsonl');
    const { child, finished } = startCli([...RUN, '--out', 'killed', '--jobs', '2'], { cwd });
    while (recordsIn(journal) < 3 && child.exitCode === null) await sleep(5);
    child.kill('SIGKILL');
    await finished;
    expect(recordsIn(journal)).toBeGreaterThanOrEqual(3);
    expect(recordsIn(journal)).toBeLessThan(replications);
    expect(existsSync(join(cwd, 'killed/summary.json'))).toBe(false);
    writeFileSync(journal, '0123456789abcdef {"repl', { flag: 'a' }); // half a record
    const resumed = await runCli([...RUN, '--out', 'killed', '--resume'], { cwd });
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toMatch(/^Resumed: \d+ of 300 replications done\.$/m);
    expect((await runCli([...RUN, '--out', 'whole'], { cwd })).code).toBe(0);
    for (const name of ['summary.json', 'details.json']) {
      expect(read(join('killed', name)), name).toBe(read(join('whole', name)));
    }
    const other = await runCli([...RUN, '--out', 'whole', '--resume', '--seed', '8'], { cwd });
    expect([other.code, other.stdout.includes('verdict')]).toEqual([2, false]);
    expect(other.stderr).toContain('the journal is of seed "7", not "8". Resume with what it was begun with');
  });

  test('that the disk refuses ends with 2 and goes on once there is room', async () => {
    const { cwd, read } = createRun(12);
    await runCli([...RUN, '--out', 'whole'], { cwd });
    const journal = read('whole/journal.jsonl');
    const header = journal.indexOf('\n') + 1;
    const blocks = Math.floor((header + (journal.length - header) / 2) / 512); // the header and half of the records
    const words = [MAIN, ...RUN, '--out', 'full'];
    const script = `ulimit -f ${blocks}; exec "$0" "$@"`;
    const refused = spawnSync('sh', ['-c', script, process.execPath, ...words], { cwd, encoding: 'utf8' });
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/full\/journal\.jsonl the journal cannot be written: .*Make room.*--resume goes on/);
    const resumed = await runCli([...RUN, '--out', 'full', '--resume'], { cwd });
    expect(resumed.stderr).toMatch(/Resumed: [1-9]\d* of 12/);
    expect(read('full/summary.json')).toBe(read('whole/summary.json'));
  });

  test('over its budget ends with 14, says how to go on, and goes on', async () => {
    const { cwd } = createRun(100_000);
    const { code, stderr } = await runCli([...RUN, '--max-wall', '3s'], { cwd });
    expect(code).toBe(14);
    expect(stderr).toContain('Continue: rollout-sim run small.yaml --jobs 1 --max-wall 3s --resume');
    const done = recordsIn(join(cwd, 'reports/small/journal.jsonl'));
    const again = await runCli([...RUN, '--max-wall', '100ms', '--resume'], { cwd });
    expect([again.code, again.stderr]).toEqual([14, expect.stringContaining(`Resumed: ${done} of 100000`)]);
  });
});

describe('shards', () => {
  test('merge to the bytes of one machine; what is missing, doubled or mixed is said', async () => {
    const { cwd, read } = createRun(7);
    for (const shard of ['1/3', '2/3', '3/3']) {
      const { code, stdout } = await runCli([...RUN, '--shard', shard, '--out', 'parts'], { cwd });
      const file = `parts/shard-${shard.replace('/', '-of-')}.jsonl`;
      expect([code, linesOf(stdout).at(-1)]).toEqual([0, expect.stringContaining(`Part: ${file} (shard ${shard}, `)]);
    }
    expect(existsSync(join(cwd, 'parts/summary.json'))).toBe(false);
    const [one, two] = ['parts/shard-1-of-3.jsonl', 'parts/shard-2-of-3.jsonl'];
    const missing = await runCli(['merge', one, two, '--out', 'merged'], { cwd });
    expect([missing.code, missing.stdout]).toEqual([14, '']);
    expect(missing.stderr).toContain('shard 3/3 is missing, 2 replications: 2, 5. Run it with --shard 3/3.');
    const doubled = await runCli(['merge', 'parts', one], { cwd });
    expect([doubled.code, doubled.stderr]).toEqual([2, expect.stringContaining('holds shard 1/3, and so does')]);
    const merged = await runCli(['merge', 'parts', '--out', 'merged'], { cwd });
    expect([merged.code, linesOf(merged.stdout).at(-1)]).toEqual([0, 'verdict: go']);
    await runCli([...RUN, '--out', 'whole'], { cwd });
    for (const name of ['summary.json', 'details.json']) {
      expect(read(join('merged', name)), name).toBe(read(join('whole', name)));
    }
    for (const name of ['report.html', 'report.md', 'junit.xml', 'manifest.json']) {
      expect(existsSync(join(cwd, 'merged', name)), name).toBe(true);
    }
    await runCli([...RUN, '--shard', '3/3', '--seed', '8', '--out', 'other'], { cwd });
    const mixed = await runCli(['merge', one, two, 'other'], { cwd });
    expect([mixed.code, mixed.stderr]).toEqual([2, expect.stringContaining('of seed "8", not "7"')]);
  });

  test('verify-determinism finds two processes equal', async () => {
    const { cwd, read } = createRun(10);
    const { code, stdout, stderr } = await runCli(['verify-determinism', 'small.yaml'], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    const [, first, second] =
      /^ {2}(\w{32}) {2}process 1: 1 thread, one shard, upwards, .*\n {2}(\w{32}) {2}process 2: \d+ threads, shards 3\/3 to 1\/3, downwards, /m.exec(
        stdout,
      ) ?? [];
    expect(first).toBe(second);
    await runCli([...RUN, '--out', 'whole'], { cwd });
    expect(JSON.parse(read('whole/summary.json')).fingerprint).toBe(first);
    expect(linesOf(stdout).at(-1)).toBe('verdict: deterministic');
  });
});
