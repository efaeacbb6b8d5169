/**
 * What runs in each worker thread: the plan arrives once, at the start; then one replication a task.
 *
 * A broken replication is answered, not thrown: the class of an error does not survive the way between threads.
 */
import { workerData } from 'node:worker_threads';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { describeFailure } from './failure.js';
import type { WorkerAnswer, WorkerStart, WorkerTask } from './rehearser.js';

const { plan, seed } = workerData as WorkerStart;
const cache = createPilotCache();

export function runTask({ replication, details, facts }: WorkerTask): WorkerAnswer {
  try {
    return { outcome: rehearse(plan, seed, replication, { details, cache, facts }) };
  } catch (error) {
    return { failure: describeFailure(error) };
  }
}
