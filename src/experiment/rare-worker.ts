/**
 * What runs in each worker thread of a rare-event estimate: the pilot, or one repeat a task.
 */
import { workerData } from 'node:worker_threads';
import type { SplitPilot, SplitRepeat } from '#stats/splitting';
import { openSplitter, type PilotTask, pilotOf, type SplitStart, type SplitTask } from './rare-paths.js';

const start = workerData as SplitStart;
const split = openSplitter(start);

export function runPilot(task: PilotTask): SplitPilot {
  return pilotOf(start, task);
}

export function runRepeat(task: SplitTask): SplitRepeat {
  return split(task);
}
