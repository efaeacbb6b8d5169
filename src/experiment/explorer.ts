/**
 * Who explores one mix after another: this thread, or a pool of workers.
 */
import { setImmediate } from 'node:timers/promises';
import { findBuilt } from './built-file.js';
import { type Exploration, exploreMix, foldMixes, type MixReport } from './explore.js';
import type { MixBounds } from './mix.js';

/**
 * Explores mixes 0 … count − 1 on as many threads as `jobs`; what comes out depends on the bounds and the count alone.
 *
 * @param onProgress - after each mix
 * @throws UserError if the worker was not built
 */
export async function exploreMixes(
  bounds: MixBounds,
  count: number,
  jobs: number,
  onProgress: (done: number) => void,
): Promise<Exploration> {
  const reports: MixReport[] = [];
  const take = (report: MixReport): void => {
    reports.push(report);
    onProgress(reports.length);
  };
  if (jobs > 1) await exploreInPool(bounds, count, jobs, take);
  else {
    for (let number = 0; number < count; number += 1) {
      take(exploreMix(bounds, number));
      await setImmediate(); // signals are heard in between
    }
  }
  return foldMixes(
    bounds,
    reports.sort((a, b) => a.number - b.number),
  );
}

async function exploreInPool(
  bounds: MixBounds,
  count: number,
  jobs: number,
  take: (report: MixReport) => void,
): Promise<void> {
  const file = findBuilt(new URL('./explore-worker.js', import.meta.url));
  const { Piscina } = await import('piscina');
  const pool = new Piscina<number, MixReport>({
    filename: file,
    name: 'runMix',
    workerData: bounds,
    minThreads: jobs,
    maxThreads: jobs,
    recordTiming: false,
    execArgv: [], // the built files, whatever import conditions this process runs under
  });
  try {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < count) {
        next += 1;
        take(await pool.run(next - 1));
      }
    };
    await Promise.all(Array.from({ length: Math.min(count, 2 * jobs) }, lane));
  } finally {
    await pool.destroy();
  }
}
