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
import { nameJob, packPlan, type QueueAnswer, type QueueJob, queueAnswer, URL_VARIABLE } from './queue-job.js';
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
const REFUSED_MS = 30_000; // a run that is only refused for so long is given up
const AGAIN_MS = 500; // a job that was refused waits so long for another worker

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
  const refused = watchRefusals(note);
  return {
    rehearse: async (replication, details) => {
      const data: QueueJob = { engine, run, plan: key, seed, replication, details };
      const put = async (delay = 0): Promise<Job> => {
        const added = await queue.add('replication', data, { jobId: nameJob(data), attempts: ATTEMPTS, delay });
        open.add(added);
        return added;
      };
      let job = await put();
      try {
        while (true) {
          const value: unknown = await job.waitUntilFinished(events, LOOK_MS).catch((error: unknown) => {
            if (isTooSoon(error)) return undefined;
            throw error;
          });
          const answer = value === undefined ? undefined : queueAnswer.parse(value);
          if (answer !== undefined && !('refusal' in answer)) {
            refused.forget();
            return readAnswer(answer, { plan, seed }, replication);
          }
          if (answer === undefined && (await queue.getJob(nameJob(data))) !== undefined) continue;
          open.delete(job);
          if (answer === undefined || answer.lacksPlan)
            await keepPlan(); // the server has forgotten what it was told
          else refused.add(answer.refusal);
          if (answer !== undefined) await job.remove(); // its name is free again
          job = await put(answer === undefined ? 0 : AGAIN_MS);
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

/**
 * Workers that refuse, such as those of another version: each reason is told once, and what was refused waits for another
 * worker. Only where nobody has done anything for long is it the end of the run.
 */
function watchRefusals(note: (text: string) => void): { add: (reason: string) => void; forget: () => void } {
  const told = new Set<string>();
  let since: number | null = null;
  return {
    add: (reason) => {
      since ??= performance.now();
      if (!told.has(reason)) note(`A worker refuses: ${reason}. Its jobs wait for another one.`);
      told.add(reason);
      if (performance.now() - since < REFUSED_MS) return;
      const what = `workers do nothing but refuse: ${reason}`;
      const fix = 'Start workers of the same version, and run again with --resume.';
      throw new UserError([{ file: 'worker', what, fix }]);
    },
    forget: () => {
      since = null;
    },
  };
}

type Answer = Exclude<QueueAnswer, { readonly refusal: string }>;

function readAnswer(answer: Answer, { plan, seed }: WorkerStart, replication: number): Outcome {
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
