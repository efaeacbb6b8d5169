/**
 * Two levels held against each other distribution by distribution: how far apart the times of all blocks are, by
 * Kolmogorov and Smirnov's distance.
 *
 * Blocks of one rollout depend on each other, so the distance has no textbook p-value; its interval is a bootstrap over
 * replications, in pairs. A distance is never negative, so noise makes it larger: that counts against block level.
 */
import { createStream, nextUnit } from '#kernel/stream';
import type { Distributions } from '#model/outcome';
import { bootstrapIntervals } from '#stats/bootstrap';
import { type Counts, kolmogorovSmirnov, poolCounts } from '#stats/kolmogorov';
import type { FidelityVerdict } from './fidelity.js';
import type { Series } from './series.js';

/**
 * The stated tolerance: at no time may the shares of blocks that were faster differ by more. Chosen with measured distances in
 * view: 7.1 % for finality in `restore-drill` and 5.4 % in `quickstart`, at 16 replications each.
 */
export const KS_TOLERANCE = 0.1;

const RESAMPLES = 200;
const LABELS: Readonly<Record<keyof Distributions, string>> = {
  blockInterval: 'Block interval, all blocks',
  finality: 'Finality, all blocks',
};

export interface DistributionComparison {
  readonly key: string; // such as `liveness.finality`
  readonly label: string;
  readonly blocks: readonly [message: number, tested: number];
  readonly distance: number | null; // Kolmogorov and Smirnov's; null without blocks on one side
  readonly interval: readonly [low: number | null, high: number | null];
  readonly confidence: number;
  readonly method: string;
  readonly tolerance: number;
  readonly verdict: FidelityVerdict | null; // null: without blocks on both sides
}

/**
 * Compares the distributions of two levels on the same replications.
 *
 * @param tolerance - of the distance, in (0, 1)
 */
export function compareDistributions(
  message: Series,
  tested: Series,
  { seed, confidence, tolerance }: { readonly seed: string; readonly confidence: number; readonly tolerance: number },
): DistributionComparison[] {
  return (Object.keys(LABELS) as (keyof Distributions)[]).map((name) => {
    const sides = [message, tested].map(({ distributions = [] }) => distributions.map((one) => one[name]));
    const [a, b] = sides as [Counts[], Counts[]];
    const distance = distanceOf(a, b);
    const stream = createStream(seed, 0, `fidelity/bootstrap/${name}`);
    const statistics = (items: readonly number[]) => {
      const pick = (from: readonly Counts[]) => items.map((i) => from[i] as Counts);
      const found = distanceOf(pick(a), pick(b));
      return found === null ? null : [found];
    };
    const options = { resamples: RESAMPLES, confidence, draw: () => nextUnit(stream) };
    const [interval = [null, null] as const] =
      distance === null ? [] : bootstrapIntervals(Math.min(a.length, b.length), statistics, options);
    return {
      key: `liveness.${name}`,
      label: LABELS[name],
      blocks: [blocksOf(a), blocksOf(b)] as const,
      distance,
      interval,
      confidence,
      method: `Kolmogorov–Smirnov distance, bootstrap over replications, ${RESAMPLES} resamples`,
      tolerance,
      verdict: distance === null ? null : judge(distance, interval, tolerance),
    };
  });
}

function judge(distance: number, [low, high]: DistributionComparison['interval'], tolerance: number): FidelityVerdict {
  if (distance === 0) return 'within';
  if ((high ?? 1) <= tolerance) return 'within';
  return (low ?? 0) > tolerance ? 'outside' : 'undecided';
}

function distanceOf(a: readonly Counts[], b: readonly Counts[]): number | null {
  return kolmogorovSmirnov(poolCounts(a), poolCounts(b));
}

function blocksOf(samples: readonly Counts[]): number {
  return samples.reduce((sum, { counts }) => sum + counts.reduce((all, count) => all + count, 0), 0);
}
