/**
 * Replications through a queue on a Redis server of our own, taken by worker processes of which some are killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { createFolder, ROOT, runCli, startCli } from './cli.js';
import { CLAIMS, smallScenario, writeScenario } from './scenarios.js';

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
  return (await startServer()).url;
}

/** The same, and a way to stop it and start another one in its place, which knows nothing. */
async function startServer(): Promise<{ readonly url: string; readonly restart: () => Promise<void> }> {
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
  let server = spawn(SERVER as string, args, { stdio: 'ignore' });
  onTestFinished(() => {
    server.kill('SIGKILL');
  });
  const url = `redis://127.0.0.1:${port}`;
  const restart = async () => {
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
    server = spawn(SERVER as string, args, { stdio: 'ignore' });
    await answers(url);
  };
  await answers(url);
  return { url, restart };
}

async function answers(url: string): Promise<void> {
  const client = new Redis(url, { maxRetriesPerRequest: null });
  client.on('error', () => {});
  await client.ping();
  client.disconnect();
}

async function flush(url: string): Promise<void> {
  const client = new Redis(url);
  await client.flushall();
  client.disconnect();
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

/** A worker of a copy of this program that calls itself version 9.9.9; it ends with the test. */
function startStaleWorker(url: string): void {
  const stale = createFolder();
  cpSync(join(ROOT, '.dist'), join(stale, '.dist'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(stale, 'node_modules'));
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
  writeFileSync(join(stale, 'package.json'), text.replace(/"version": "[^"]+"/, '"version": "9.9.9"'));
  const worker = spawn(process.execPath, [join(stale, '.dist/cli/main.js'), 'worker', '--redis', url], {
    stdio: 'ignore',
  });
  onTestFinished(() => {
    worker.kill('SIGKILL');
  });
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

/** A run whose bytes have to be those of this machine alone, whatever happens to the queue. */
async function runQueued(redis: string, during: (count: () => number, child: ChildProcess) => Promise<void>) {
  const cwd = createFolder();
  writeScenario(cwd, smallScenario(CLAIMS.pass, '6h', 24));
  const words = ['run', 'small.yaml', '--out'];
  const queued = startCli([...words, 'queued', '--executor', 'bullmq', '--redis', redis], { cwd });
  const journal = join(cwd, 'queued/journal.jsonl');
  const count = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 2 : 0);
  await during(count, queued.child);
  const finished = await queued.finished;
  await runCli([...words, 'local'], { cwd });
  const read = (folder: string) => readFileSync(join(cwd, folder, 'summary.json'), 'utf8');
  return { ...finished, cwd, isSame: () => read('queued') === read('local') };
}

test.skipIf(SERVER === undefined)('a server that forgets everything is told again, and the run completes', async () => {
  const { url, restart } = await startServer();
  startWorker(url);
  const { code, isSame } = await runQueued(url, async (count, { exitCode }) => {
    while (count() < 3 && exitCode === null) await sleep(20);
    await flush(url);
    const done = count();
    while (count() < done + 3 && exitCode === null) await sleep(20);
    await restart();
    expect(count()).toBeLessThan(24); // in the middle
  });
  expect([code, isSame()]).toEqual([0, true]);
});

test.skipIf(SERVER === undefined)(
  'a worker of another version refuses, and another one does what it refused',
  async () => {
    const { url } = await startServer();
    startStaleWorker(url);
    let told = '';
    const { code, stderr, cwd, isSame } = await runQueued(url, async (count, child) => {
      child.stderr?.on('data', (some) => {
        told += some;
      });
      while (!told.includes('A worker refuses') && child.exitCode === null) await sleep(50);
      expect(count()).toBe(0);
      startWorker(url);
    });
    expect(stderr).toMatch(/A worker refuses: the worker is 9\.9\.9.*, the run asks for /);
    expect([code, isSame()]).toEqual([0, true]);
    const again = await runCli(['run', 'small.yaml', '--out', 'again', '--executor', 'bullmq', '--redis', url], {
      cwd,
    });
    expect(again.code).toBe(0);
  },
);

test.skipIf(SERVER === undefined)(
  'where every worker refuses the run says why, and goes on once one does not',
  async () => {
    const { url } = await startServer();
    startStaleWorker(url);
    const cwd = createFolder();
    writeScenario(cwd, smallScenario(CLAIMS.pass));
    const words = ['run', 'small.yaml', '--executor', 'bullmq', '--redis', url];
    const refused = await runCli(words, { cwd });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/workers do nothing but refuse: the worker is 9\.9\.9.*--resume/);
    startWorker(url);
    expect((await runCli([...words, '--resume'], { cwd })).code).toBe(0);
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
