/**
 * Replications by number, and what each measured: the samples that comparisons pair.
 */
import { assert } from '#base/assert';
import type { Distributions, Outcome } from '#model/outcome';
import type { LoadedScenario } from '#scenario/load';
import { combineFingerprints, foldValues } from './fold.js';
import { openFor, type Rehearse } from './rehearser.js';
import { replicate, type Stopped } from './replicate.js';

/** What one variant measured: `values[key][i]` is of replication i, null without data. */
export interface Series {
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
  readonly replications: number;
  readonly fingerprint: string;
  /** By replication, where they were asked for. */
  readonly distributions?: readonly Distributions[];
}

export interface RehearseOptions {
  readonly jobs: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Keeps how often each time came. */
  readonly distributions?: boolean | undefined;
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
    const rehearse = async (number: number): Promise<Outcome> => {
      const outcome = await rehearser.rehearse(number, options.distributions === true);
      const { timeline: _timeline, hours: _hours, struck: _struck, ...rest } = outcome; // much, and not wanted
      return rest;
    };
    return await replicate(rehearse, replications, {
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
  const distributions = outcomes.flatMap((outcome) => outcome.distributions ?? []);
  return {
    ...foldValues(outcomes),
    replications: outcomes.length,
    fingerprint: combineFingerprints(outcomes),
    ...(distributions.length === 0 ? {} : { distributions }),
  };
}
