/**
 * `worker`: takes replications from a queue until it is stopped.
 */
import { serveQueue } from '#experiment/queue';
import { watchInterrupts } from '../interrupt.js';
import type { Context } from '../program.js';
import { plural } from '../text.js';

export interface WorkerOptions {
  readonly redis: string;
  readonly queue: string;
  readonly jobs: number;
}

/** @returns 130 or 143, since only an interrupt ends it */
export async function work({ redis, queue, jobs }: WorkerOptions, { terminal, version }: Context): Promise<number> {
  const interrupt = watchInterrupts(() => {
    terminal.note('Stopping once what is under way is done. Interrupt again to quit at once.');
  });
  try {
    terminal.note(`rollout-sim ${version}  worker of queue ${queue}, ${plural(jobs, 'replication')} at once`);
    const done = await serveQueue(redis, queue, jobs, interrupt.signal, terminal.note);
    terminal.note(`${plural(done, 'replication')} done.`);
    return interrupt.exitCode() ?? 0;
  } finally {
    interrupt.release();
  }
}
