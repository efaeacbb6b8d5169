/**
 * Many replications, in number order as far as lanes allow; whatever order they finish in, they leave in number order.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { assert } from '#base/assert';
import type { Outcome } from '#model/outcome';

export type Stopped = 'complete' | 'interrupted' | 'budget';

export interface ReplicateOptions<Result = Outcome> {
  readonly lanes: number; // replications under way at once
  /** Which replications, in the order they start; 0 … total − 1 unless given. `total` of them. */
  readonly numbers?: Iterable<number> | undefined;
  /** Those of them that were finished before; they are not rehearsed again. */
  readonly known?: Iterable<readonly [number: number, outcome: Result]> | undefined;
  readonly onProgress?: ((done: number, total: number, outcome: Result) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly maxWallMs?: number | undefined;
  /** How long replications under way may go on after a stop; then they are given up. */
  readonly graceMs?: number | undefined;
}

const GRACE_MS = 2000;
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Rehearses `total` replications.
 *
 * @returns the finished ones by number, all of them exactly when `stopped` is `complete`; and how many under way were
 *   given up
 * @throws what `rehearse` throws first; then no other replication starts
 */
export async function replicate<Result = Outcome>(
  rehearse: (replication: number) => Promise<Result>,
  total: number,
  options: ReplicateOptions<Result>,
): Promise<{ readonly outcomes: Result[]; readonly stopped: Stopped; readonly givenUp: number }> {
  assert(Number.isSafeInteger(options.lanes) && options.lanes > 0, `the lanes ${options.lanes} are a positive integer`);
  const { signal, onProgress } = options;
  const finished = new Map<number, Result>();
  for (const [number, outcome] of options.known ?? []) finished.set(number, outcome);
  const known = new Set(finished.keys());
  const numbers = (options.numbers ?? countTo(total))[Symbol.iterator]();
  let started = known.size;
  let why: 'interrupted' | 'budget' | 'failure' | null = null;
  let tellStop = () => {};
  const stop = new Promise<void>((resolve) => {
    tellStop = resolve;
  });
  const stopFor = (reason: 'interrupted' | 'budget' | 'failure') => {
    why ??= reason;
    tellStop();
  };
  const lane = async () => {
    while (why === null) {
      const { value: number, done } = numbers.next();
      if (done === true) return;
      if (known.has(number)) continue;
      started += 1;
      const outcome = await rehearse(number);
      finished.set(number, outcome);
      onProgress?.(finished.size, total, outcome);
    }
  };
  const interrupt = () => stopFor('interrupted');
  if (signal?.aborted === true) interrupt();
  signal?.addEventListener('abort', interrupt);
  const timer =
    options.maxWallMs === undefined
      ? undefined
      : setTimeout(() => stopFor('budget'), Math.min(options.maxWallMs, LONGEST_TIMER_MS));
  const over = new AbortController();
  const grace = stop.then(() => sleep(options.graceMs ?? GRACE_MS, undefined, { signal: over.signal }));
  const lanes = Promise.all(Array.from({ length: options.lanes }, lane));
  grace.catch(() => {}); // cut short when the lanes end first
  lanes.catch(() => {}); // one given up may still fail
  try {
    await Promise.race([lanes, grace]);
  } catch (error) {
    stopFor('failure');
    throw error;
  } finally {
    over.abort();
    clearTimeout(timer);
    signal?.removeEventListener('abort', interrupt);
  }
  const outcomes = [...finished].sort(([a], [b]) => a - b).map(([, outcome]) => outcome);
  const stopped = outcomes.length === total ? 'complete' : why === 'budget' ? 'budget' : 'interrupted';
  return { outcomes, stopped, givenUp: started - outcomes.length };
}

/** 0 … total − 1. */
function* countTo(total: number): Generator<number> {
  for (let number = 0; number < total; number += 1) yield number;
}
