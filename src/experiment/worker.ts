/**
 * What runs in each worker thread: the plan arrives once, at the start; then one replication a task, of this plan or
 * of a variant that comes with the task.
 *
 * A broken replication is answered, not thrown: the class of an error does not survive the way between threads.
 */
import { workerData } from 'node:worker_threads';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { describeFailure } from './failure.js';
import type { WorkerAnswer, WorkerStart, WorkerTask } from './rehearser.js';

const { plan, seed } = workerData as WorkerStart;
let cache = createPilotCache();
let current: number | undefined; // variant that the cache belongs to

export function runTask({ replication, details, facts, variant }: WorkerTask): WorkerAnswer {
  if (variant?.id !== current) {
    cache = createPilotCache(); // pilots of one plan say nothing of another
    current = variant?.id;
  }
  try {
    return { outcome: rehearse(variant?.plan ?? plan, seed, replication, { details, cache, facts }) };
  } catch (error) {
    return { failure: describeFailure(error) };
  }
}
