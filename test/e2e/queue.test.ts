/**
 * Replications through a queue on a Redis server of our own, taken by worker processes of which some are killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createFolder, runCli, startCli } from './cli.js';

const SERVER = ['/usr/bin/redis-server', '/usr/local/bin/redis-server'].find((file) => existsSync(file));
const DRILL = 'scenarios/restore-drill.yaml';

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** A server that keeps nothing on disk and ends with the test. */
async function startRedis(): Promise<string> {
  const port = await freePort();
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    createFolder(),
  ];
  const server = spawn(SERVER as string, args, { stdio: 'ignore' });
  onTestFinished(() => {
    server.kill('SIGKILL');
  });
  return `redis://127.0.0.1:${port}`;
}

/** Processes that a process has started; none where the system does not tell. */
function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number) : [];
}

function startWorker(redis: string): ChildProcess {
  const { child } = startCli(['worker', '--redis', redis]);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

test.skipIf(SERVER === undefined)(
  'four workers, two of them killed in the middle: the same bytes as this machine alone',
  async ({ skip }) => {
    if (SERVER === undefined) skip('redis-server is missing');
    const redis = await startRedis();
    await sleep(500);
    const workers = [1, 2, 3, 4].map(() => startWorker(redis));
    const [local, queued] = [createFolder(), createFolder()];
    const run = startCli(['run', DRILL, '--executor', 'bullmq', '--redis', redis, '--out', queued]);
    const journal = join(queued, 'journal.jsonl');
    const count = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 2 : 0);
    while (count() < 3 && run.child.exitCode === null) await sleep(50);
    const [first, second] = workers.map(({ pid }) => childrenOf(pid as number));
    for (const worker of workers.slice(0, 2)) worker.kill('SIGKILL');
    expect(count()).toBeLessThan(20); // in the middle
    const { code } = await run.finished;
    expect(code).toBe(0);
    await runCli(['run', DRILL, '--out', local]);
    for (const pid of [...(first ?? []), ...(second ?? [])])
      expect(existsSync(`/proc/${pid}`), 'it ended with its worker').toBe(false);
    for (const file of ['summary.json', 'details.json']) {
      expect(readFileSync(join(queued, file), 'utf8')).toBe(readFileSync(join(local, file), 'utf8'));
    }
  },
);

test('without a server the run says so at once', async () => {
  const redis = `redis://user:hush@127.0.0.1:${await freePort()}`;
  const args = ['run', DRILL, '--executor', 'bullmq', '--redis', redis, '--out', createFolder()];
  const { code, stderr } = await runCli(args);
  expect(code).toBe(2);
  expect(stderr).not.toContain('hush');
  expect(stderr).toContain('there is no Redis server that answers');
});

test('a queue and its server belong together', async () => {
  for (const args of [
    ['--executor', 'bullmq'],
    ['--redis', 'redis://127.0.0.1:1'],
  ]) {
    const { code, stderr } = await runCli(['run', DRILL, ...args, '--out', createFolder()]);
    expect([code, stderr.includes('Add --')]).toEqual([2, true]);
  }
});
