/**
 * Who splits one repeat after another: this thread, or a pool of workers. A repeat is a function of its number alone.
 *
 * Where a signal may come even one lane has a thread of its own, for this one has to hear it.
 */
import { setImmediate } from 'node:timers/promises';
import type { SplitPilot, SplitRepeat } from '#stats/splitting';
import { findBuilt } from './built-file.js';
import { openSplitter, type PilotTask, pilotOf, type SplitStart, type SplitTask } from './rare-paths.js';

/**
 * Finds where the levels lie.
 *
 * @returns null if the signal stopped it
 * @throws UserError if the worker was not built
 */
export async function findPilot(start: SplitStart, task: PilotTask, signal?: AbortSignal): Promise<SplitPilot | null> {
  if (signal === undefined) return pilotOf(start, task);
  const { pilot, close } = await openPool(start, 1);
  try {
    return await Promise.race([pilot(task), stopOf(signal).then(() => null)]);
  } finally {
    await close();
  }
}

/** Comes when the signal does. */
function stopOf(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    signal?.addEventListener('abort', () => resolve());
  });
}

/**
 * Splits several repeats on as many threads as `jobs`.
 *
 * @param onProgress - after each repeat
 * @param signal - stops between repeats
 * @returns by task; null if it was stopped
 * @throws UserError if the worker was not built
 */
export async function splitAll(
  start: SplitStart,
  tasks: readonly SplitTask[],
  jobs: number,
  onProgress: (done: number) => void,
  signal?: AbortSignal,
): Promise<SplitRepeat[] | null> {
  const lanes = Math.min(jobs, tasks.length);
  const { split, close } = lanes > 1 || signal !== undefined ? await openPool(start, lanes) : openHere(start);
  const found: SplitRepeat[] = [];
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < tasks.length && signal?.aborted !== true) {
      const i = next;
      next += 1;
      found[i] = await split(tasks[i] as SplitTask);
      done += 1;
      onProgress(done);
    }
  };
  try {
    const all = Promise.all(Array.from({ length: lanes }, lane));
    all.catch(() => {}); // one given up fails when its thread ends
    await Promise.race([all, stopOf(signal)]);
    return done === tasks.length ? found : null;
  } finally {
    await close();
  }
}

interface Splitter {
  readonly split: (task: SplitTask) => Promise<SplitRepeat>;
  readonly close: () => Promise<void>;
}

function openHere(start: SplitStart): Splitter {
  const split = openSplitter(start);
  return {
    split: async (task) => {
      await setImmediate(); // signals are heard in between
      return split(task);
    },
    close: async () => {},
  };
}

async function openPool(
  start: SplitStart,
  jobs: number,
): Promise<Splitter & { readonly pilot: (task: PilotTask) => Promise<SplitPilot> }> {
  const file = findBuilt(new URL('./rare-worker.js', import.meta.url));
  const { Piscina } = await import('piscina');
  const pool = new Piscina({
    filename: file,
    workerData: start,
    minThreads: jobs,
    maxThreads: jobs,
    recordTiming: false,
    execArgv: [], // the built files, whatever import conditions this process runs under
  });
  const run = async (name: string, task: SplitTask | PilotTask) => {
    const running = pool.run(task, { name });
    running.catch(() => {}); // one given up fails when its thread ends
    return running;
  };
  return {
    split: (task) => run('runRepeat', task),
    pilot: (task) => run('runPilot', task),
    close: () => pool.destroy(),
  };
}
