/**
 * One replication again and again under other plans: what `minimise` and `why` try out, each trial after the last.
 */
import { UserError } from '#base/error';
import type { Outcome } from '#model/outcome';
import type { Plan } from '#model/plan';
import { type OpenOptions, openFor, type WorkerStart } from './rehearser.js';

export interface Trials {
  /**
   * @throws UserError once the signal has come
   * @throws ReplicationError if it breaks
   */
  readonly rehearse: (plan: Plan, replication: number, details: boolean) => Promise<Outcome>;
  /** Ends at once; a trial under way is given up. */
  readonly close: () => Promise<void>;
}

/**
 * Opens trials under one seed.
 *
 * @param command - that is named where the signal cuts it short
 */
export async function openTrials(start: WorkerStart, command: string, options: OpenOptions): Promise<Trials> {
  const { signal } = options;
  const rehearser = await openFor(start, 1, options);
  const interrupted = () => new UserError([{ file: command, what: 'was interrupted', fix: 'Run it again.' }]);
  let giveUp: (reason: UserError) => void = () => {};
  const over = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  over.catch(() => {}); // may come between two trials
  const listen = () => giveUp(interrupted());
  signal?.addEventListener('abort', listen);
  let id = 0;
  return {
    rehearse: async (plan, replication, details) => {
      if (signal?.aborted === true) throw interrupted();
      id += 1;
      const trial = rehearser.rehearse(replication, details, { variant: { id, plan } });
      trial.catch(() => {}); // one given up may still fail
      return Promise.race([trial, over]);
    },
    close: async () => {
      signal?.removeEventListener('abort', listen);
      await rehearser.close();
    },
  };
}
