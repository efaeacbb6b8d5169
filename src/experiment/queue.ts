/**
 * A queue of replications on a Redis server: whoever coordinates puts them in, worker processes on any machine take them.
 *
 * Results are keyed by what was asked, so a replication that two workers finish counts once; one whose worker is lost
 * is run again elsewhere. The fold is the coordinator's and sees outcomes by number, as from threads.
 */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Job, Queue, QueueEvents, Worker } from 'bullmq';
import { UserError } from '#base/error';
import { hideSecrets } from '#base/secret';
import type { Outcome } from '#model/outcome';
import { describeEngine, formatEngine } from './build.js';
import { describeFailure, ReplicationError } from './failure.js';
import { nameJob, packPlan, type QueueJob, queueAnswer, URL_VARIABLE } from './queue-job.js';
import { checkOutcome, type Rehearser, type WorkerStart } from './rehearser.js';

/** Replications that a coordinator has in the queue at once: more than workers take, so that none waits. */
export const QUEUE_LANES = 256;
const KEPT_S = 24 * 60 * 60; // a plan that nobody asks for is kept in the store so long
const LOOK_MS = 5_000; // how often a coordinator looks whether its jobs are still there
const ATTEMPTS = 3;
const LOCK_MS = 10_000; // a worker that does not renew its lock so long is lost
const STALLED_MS = 3_000; // how often workers look for those that are lost
const LOST_MAX = 10; // times that one job may lose its worker
const CONNECT_MS = 3_000;

/** Opens a queue as something that rehearses. @throws UserError if the packages or the server cannot be reached */
export async function openQueue(
  { plan, seed }: WorkerStart,
  url: string,
  name: string,
  note: (text: string) => void,
): Promise<Rehearser> {
  const { bullmq, redis } = await loadClients();
  await tryServer(redis, url);
  const connection = { url, maxRetriesPerRequest: null };
  const store = new redis.Redis(url, { maxRetriesPerRequest: null });
  const queue: Queue = new bullmq.Queue(name, { connection });
  const events: QueueEvents = new bullmq.QueueEvents(name, { connection });
  events.setMaxListeners(0);
  queue.setMaxListeners(0);
  await events.waitUntilReady();
  const { key, text } = packPlan(plan);
  const keepPlan = () => store.set(key, text, 'EX', KEPT_S);
  await keepPlan();
  const engine = formatEngine(describeEngine());
  const run = randomUUID();
  if ((await queue.getWorkersCount()) === 0) {
    note(
      `No worker is at queue ${name} yet. Start one with: rollout-sim worker --redis ${hideSecrets(url)} --queue ${name}`,
    );
  }
  const open = new Set<Job>();
  return {
    rehearse: async (replication, details) => {
      const data: QueueJob = { engine, run, plan: key, seed, replication, details };
      const put = () => queue.add('replication', data, { jobId: nameJob(data), attempts: ATTEMPTS });
      let job = await put();
      open.add(job);
      try {
        while (true) {
          const value: unknown = await job.waitUntilFinished(events, LOOK_MS).catch((error: unknown) => {
            if (isTooSoon(error)) return undefined;
            throw error;
          });
          if (value !== undefined) return readAnswer(value, { plan, seed }, replication);
          if ((await queue.getJob(nameJob(data))) !== undefined) continue;
          await keepPlan(); // the server has forgotten all
          open.delete(job);
          job = await put();
          open.add(job);
        }
      } catch (error) {
        if (error instanceof UserError || error instanceof ReplicationError) throw error;
        throw new ReplicationError('death', seed, replication, describeFailure(error));
      } finally {
        open.delete(job);
        job.remove().catch(() => {}); // its answer is taken
      }
    },
    close: async () => {
      const left = [...open];
      await Promise.allSettled(left.map((job) => job.remove())); // one under way cannot be removed; it ends by itself
      await Promise.allSettled([events.close(), queue.close()]);
      store.disconnect();
    },
  };
}

/** Whether a wait was only cut short to look. */
function isTooSoon(error: unknown): boolean {
  return error instanceof Error && error.message.includes('timed out before finishing');
}

function readAnswer(value: unknown, { plan, seed }: WorkerStart, replication: number): Outcome {
  const answer = queueAnswer.parse(value);
  if ('refusal' in answer) {
    const fix = 'Start workers of the same version.';
    throw new UserError([{ file: 'worker', what: answer.refusal, fix }]);
  }
  if ('failure' in answer) {
    const { message, stack } = answer.failure;
    throw new ReplicationError('bug', seed, replication, stack === undefined ? { message } : { message, stack });
  }
  try {
    return checkOutcome(answer.outcome as unknown as Outcome, replication, plan);
  } catch (error) {
    throw new ReplicationError('bug', seed, replication, describeFailure(error));
  }
}

/**
 * Takes jobs from a queue until it is told to stop.
 *
 * @param jobs - at once, each in a process of its own
 * @returns how many it has done
 */
export async function serveQueue(
  url: string,
  name: string,
  jobs: number,
  signal: AbortSignal,
  note: (text: string) => void,
): Promise<number> {
  const { bullmq, redis } = await loadClients();
  await tryServer(redis, url);
  process.env[URL_VARIABLE] = url; // for the processes that this one starts
  let done = 0;
  const file = fileURLToPath(new URL('./queue-task.js', import.meta.url));
  const worker: Worker = new bullmq.Worker(name, file, {
    connection: { url, maxRetriesPerRequest: null },
    concurrency: jobs,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_MS,
    maxStalledCount: LOST_MAX,
  });
  worker.on('completed', () => {
    done += 1;
  });
  let troubled = false;
  worker.on('error', (error) => {
    if (!troubled) note(`The queue is in trouble, trying again: ${hideSecrets(error.message)}`);
    troubled = true; // the client connects again by itself
  });
  worker.on('active', () => {
    troubled = false;
  });
  worker.on('failed', (_job, error) => note(`A replication was lost: ${error.message}`));
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
  await worker.close();
  return done;
}

interface Clients {
  readonly bullmq: typeof import('bullmq');
  readonly redis: Pick<typeof import('ioredis'), 'Redis'>;
}

async function loadClients(): Promise<Clients> {
  try {
    const [bullmq, redis] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq, redis };
  } catch {
    const what = 'the packages bullmq and ioredis are not installed';
    throw new UserError([{ file: '--redis', what, fix: 'Install them: npm install bullmq ioredis.' }]);
  }
}

/** A client would try for ever; a user wants to know at once. */
async function tryServer({ Redis }: Clients['redis'], url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, connectTimeout: CONNECT_MS, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    const what = `there is no Redis server that answers: ${describeFailure(error).message}`;
    throw new UserError([
      { file: hideSecrets(url), what, fix: 'Start one, or give its URL such as redis://127.0.0.1:6379.' },
    ]);
  } finally {
    client.disconnect();
  }
}
