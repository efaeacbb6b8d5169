/**
 * What runs in each worker thread of a rare-event estimate: one repeat a task.
 */
import { workerData } from 'node:worker_threads';
import type { SplitRepeat } from '#stats/splitting';
import { openSplitter, type SplitStart, type SplitTask } from './rare-paths.js';

const split = openSplitter(workerData as SplitStart);

export function runRepeat(task: SplitTask): SplitRepeat {
  return split(task);
}
