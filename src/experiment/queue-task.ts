/**
 * What a worker of a queue does with one job, in a process of its own: the lock on a job is kept by the worker, so a
 * replication that takes long is not run twice.
 */
import { setImmediate, setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Plan } from '#model/plan';
import { createPilotCache, type PilotCache, rehearse } from '#model/rehearsal';
import { describeEngine, formatEngine } from './build.js';
import { describeFailure } from './failure.js';
import { type QueueAnswer, queueJob, URL_VARIABLE, unpackPlan } from './queue-job.js';

const REFUSE_MS = 1_000;

/** Without its worker the process has nobody to answer; the client's own handler would try to for ever. */
function endWithWorker(): void {
  if (!process.connected) process.exit();
}
process.on('disconnect', endWithWorker);
process.prependListener('uncaughtException', endWithWorker);
process.prependListener('unhandledRejection', endWithWorker);

let current: { readonly key: string; readonly plan: Plan; readonly cache: PilotCache } | null = null;

export default async function runJob({ data }: { readonly data: unknown }): Promise<QueueAnswer> {
  const checked = queueJob.safeParse(data);
  if (!checked.success) return refuse('the job is not one of this version');
  const { engine, plan: key, seed, replication, details } = checked.data;
  const own = formatEngine(describeEngine());
  if (engine !== own) return refuse(`the worker is ${own}, the run asks for ${engine}`);
  if (current?.key !== key) {
    const text = await readPlan(key);
    if (text === null) return { refusal: 'the plan of the job is no longer in the store', lacksPlan: true };
    current = { key, plan: unpackPlan(text), cache: createPilotCache() };
  }
  try {
    const outcome = rehearse(current.plan, seed, replication, { details, cache: current.cache });
    await setImmediate(); // hears that the worker has gone meanwhile
    return { outcome: { ...outcome } };
  } catch (error) {
    return { failure: describeFailure(error) };
  }
}

/** Not at once: whoever refuses in no time would have all the jobs that others could do. */
async function refuse(refusal: string): Promise<QueueAnswer> {
  await setTimeout(REFUSE_MS);
  return { refusal, lacksPlan: false };
}

async function readPlan(key: string): Promise<string | null> {
  const client = new Redis(process.env[URL_VARIABLE] ?? '', { lazyConnect: true });
  try {
    await client.connect();
    return await client.get(key);
  } finally {
    client.disconnect();
  }
}
