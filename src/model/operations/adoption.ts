/**
 * How operators take up a release that mends what stopped the chain: each at a pace of its own.
 *
 * An incident draws the time in which two thirds of the operators run the release; around it the operators' own times are lognormal.
 * Source: measurements.md sections 7 and 8, "fix available to two thirds running".
 */
import { type Micros, SECOND } from '#base/time';
import { type Distribution, sampleInteger } from '#kernel/distribution';
import { normalQuantile } from '#kernel/normal';
import type { Stream } from '#kernel/stream';

export interface AdoptionPlan {
  readonly twoThirds: Distribution; // µs from the release until two thirds run it
  readonly spread: number; // standard deviation of the logarithm of an operator's time, ≥ 0
}

/** Standard normal quantile of two thirds. */
const TWO_THIRDS = normalQuantile(2 / 3);

/**
 * µs from the release until each operator begins to install it, integer ≥ 1.
 *
 * @param n - operators; those of more come after those of fewer, so that another one moves no draw
 */
export function drawAdoption({ twoThirds, spread }: AdoptionPlan, n: number, stream: Stream): Micros[] {
  const common = Math.max(SECOND, sampleInteger(twoThirds, stream));
  const law = { kind: 'lognormal', median: common * Math.exp(-spread * TWO_THIRDS), sigma: spread } as const;
  return Array.from({ length: n }, () => Math.max(1, sampleInteger(law, stream)));
}
