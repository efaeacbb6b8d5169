/**
 * The proving of blocks, told step by step: at each moment jobs end, blocks are finalized, roots become ready, and idle
 * workers take them first and then the jobs that have been ready longest. Slow and obvious, for comparison.
 */
export interface Submission {
  readonly at: number;
  readonly jobs: readonly number[]; // µs each
  readonly root: number; // µs
}

export interface Told {
  readonly ready: readonly number[]; // [block] → when its root is done
  readonly waiting: (now: number) => number; // jobs ready but not started
  readonly busy: (from: number, to: number) => number; // µs of workers at work
  readonly waited: number; // µs, all jobs together
}

interface Job {
  readonly block: number;
  readonly isRoot: boolean;
  readonly ready: number;
  readonly time: number;
  start: number;
}

export function tellProving(workers: number, aggregates: boolean, blocks: readonly Submission[]): Told {
  const line: Job[] = [];
  const begun: Job[] = [];
  const open = blocks.map((block) => block.jobs.length); // jobs not done
  const submitted = blocks.map(() => false);
  const asked = blocks.map(() => false); // root is ready
  const ready = blocks.map(() => Number.POSITIVE_INFINITY);
  let running: Job[] = [];
  let now = 0;
  while (ready.some((at) => at === Number.POSITIVE_INFINITY)) {
    for (const job of running.filter((one) => one.start + one.time === now)) {
      if (job.isRoot) ready[job.block] = now;
      else open[job.block] = (open[job.block] as number) - 1;
    }
    running = running.filter((one) => one.start + one.time > now);
    for (const [i, block] of blocks.entries()) {
      askForRoots(now);
      if (block.at !== now || submitted[i] === true) continue;
      submitted[i] = true;
      for (const time of block.jobs) line.push({ block: i, isRoot: false, ready: now, time, start: -1 });
    }
    askForRoots(now);
    while (line.length > 0 && running.length < workers) {
      const first = Math.max(
        0,
        line.findIndex((one) => one.isRoot),
      ); // a root goes ahead
      const [job] = line.splice(first, 1) as [Job];
      job.start = now;
      begun.push(job);
      running.push(job);
    }
    const ends = running.map((job) => job.start + job.time);
    const arrivals = blocks.filter((_, i) => !submitted[i]).map((block) => block.at);
    now = Math.min(...ends, ...arrivals);
    if (now === Number.POSITIVE_INFINITY) break;
  }
  return {
    ready,
    waiting: (at) => begun.filter((job) => job.ready <= at && job.start > at).length,
    busy: (from, to) => {
      return begun.reduce(
        (sum, job) => sum + Math.max(0, Math.min(to, job.start + job.time) - Math.max(from, job.start)),
        0,
      );
    },
    waited: begun.reduce((sum, job) => sum + job.start - job.ready, 0),
  };

  function askForRoots(at: number): void {
    for (const [i, block] of blocks.entries()) {
      const before = i === 0 || (ready[i - 1] as number) <= at;
      if (!submitted[i] || asked[i] || open[i] !== 0 || !before) continue;
      asked[i] = true;
      if (aggregates) line.push({ block: i, isRoot: true, ready: at, time: block.root, start: -1 });
      else ready[i] = at;
    }
  }
}
