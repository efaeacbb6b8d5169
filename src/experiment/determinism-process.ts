/**
 * A process that runs one side of a check of determinism, as the one that started it sees it.
 */
import { fork } from 'node:child_process';
import { UserError } from '#base/error';
import type { Outcome } from '#model/outcome';
import { findBuilt } from './built-file.js';
import type { SideAnswer, SideLimit, SideStart } from './determinism-message.js';
import { ReplicationError } from './failure.js';

/** A process ended before it had answered: by a signal, out of memory. */
export class LostProcessError extends Error {
  override readonly name = 'LostProcessError';
}

export interface SideProcess {
  /** The summary as the process would store it. */
  readonly summary: Promise<string>;
  readonly limit: (limit: number) => void;
  /** Ends it at once. */
  readonly close: () => void;
}

/**
 * Starts a process.
 *
 * @param surroundings - variables of its environment
 * @param onOutcome - told of each replication, with the hash of its facts in words
 * @throws UserError if it was not built
 */
export function startSide(
  start: SideStart,
  surroundings: Readonly<Record<string, string>>,
  onOutcome: (outcome: Outcome, facts: string) => void,
): SideProcess {
  const child = fork(findBuilt(new URL('./determinism-side.js', import.meta.url)), [], {
    serialization: 'advanced',
    env: { ...process.env, ...surroundings },
    execArgv: [], // the built files, whatever import conditions this process runs under
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const summary = new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      reject(new LostProcessError(`a process of the check ended before its answer: ${signal ?? `exit ${code}`}`));
    });
    child.on('message', (message) => {
      const answer = message as SideAnswer;
      try {
        if (answer.kind === 'outcome') onOutcome(answer.outcome, answer.facts);
        else if (answer.kind === 'done') resolve(answer.summary);
        else reject(asError(answer));
      } catch (error) {
        reject(error);
      }
    });
  });
  summary.catch(() => {}); // the other one may fail first
  const send = (message: SideStart | SideLimit): void => {
    if (child.connected) child.send(message, () => {}); // one that has ended is told by its exit
  };
  send(start);
  return { summary, limit: (limit) => send({ kind: 'limit', limit }), close: () => child.kill('SIGKILL') };
}

function asError(answer: Extract<SideAnswer, { readonly kind: 'broken' | 'refused' | 'failed' }>): Error {
  if (answer.kind === 'refused') return new UserError(answer.problems);
  if (answer.kind === 'failed') return new Error(answer.failure.message);
  const { how, seed, replication, failure } = answer;
  return new ReplicationError(how, seed, replication, failure);
}
