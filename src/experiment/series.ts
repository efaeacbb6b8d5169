/**
 * Replications by number, and what each measured: the samples that comparisons pair.
 */
import { assert } from '#base/assert';
import type { Outcome } from '#model/outcome';
import type { LoadedScenario } from '#scenario/load';
import { combineFingerprints, foldValues } from './fold.js';
import { openFor, type Rehearse } from './rehearser.js';
import { replicate, type Stopped } from './replicate.js';

/** What one variant measured: `values[key][i]` is of replication i, null without data. */
export interface Series {
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
  readonly replications: number;
  readonly fingerprint: string;
}

export interface RehearseOptions {
  readonly jobs: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Another model, in this thread whatever `jobs` says. */
  readonly rehearse?: Rehearse;
}

/**
 * Rehearses replications 0 … n − 1 of a scenario.
 *
 * @throws ReplicationError if one breaks
 */
export async function rehearseAll(
  { plan, seed, replications }: Pick<LoadedScenario, 'plan' | 'seed' | 'replications'>,
  options: RehearseOptions,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly stopped: Stopped }> {
  const lanes = Math.max(1, Math.min(options.jobs, replications));
  const rehearser = await openFor({ plan, seed }, lanes, options);
  try {
    return await replicate((number) => rehearser.rehearse(number, false), replications, {
      lanes,
      onProgress: options.onProgress,
      signal: options.signal,
    });
  } finally {
    await rehearser.close();
  }
}

/** Outcomes as a series. */
export function toSeries(outcomes: readonly Outcome[]): Series {
  assert(
    outcomes.every(({ replication }, i) => replication === i),
    'a series has no gaps',
  );
  return { ...foldValues(outcomes), replications: outcomes.length, fingerprint: combineFingerprints(outcomes) };
}
