/**
 * Wald's sequential probability ratio test of a probability against a threshold: a zone of indifference around the
 * threshold, in which either answer will do, buys the shortest experiments on average.
 *
 * The claim `p <= t` is passed against p = t + δ and failed against p = t − δ. The ratio is compared with 1/α and 1/β
 * themselves (Ville), not with Wald's approximations, so both promises hold at every stopping time, in rounds as well.
 * Source: Wald 1945, "Sequential tests of statistical hypotheses".
 */
import { assert } from '#base/assert';
import type { Statement } from './p-value.js';

export interface Indifference {
  readonly threshold: number; // in (0, 1)
  readonly halfWidth: number; // δ > 0, with threshold ± δ inside (0, 1)
}

/** Whether a threshold leaves room for the zone on both sides. */
export function hasRoom({ threshold, halfWidth }: Indifference): boolean {
  return halfWidth > 0 && threshold - halfWidth > 0 && threshold + halfWidth < 1;
}

/**
 * How strongly trials speak for the far end of the zone on the statement's side, against the other end: 1 over the
 * likelihood ratio, as a level.
 *
 * @param k - trials that came true; whole or not
 * @param statement - its threshold is that of the zone
 * @returns in (0, 1]; at most α: the statement is passed at level α
 */
export function sprtLevel(k: number, n: number, statement: Statement, halfWidth: number): number {
  const { threshold, side } = statement;
  assert(hasRoom({ threshold, halfWidth }), `a zone of ${threshold} ± ${halfWidth} lies inside (0, 1)`);
  assert(k >= 0 && k <= n, `the count ${k} lies in 0 … ${n}`);
  const far = side === 'below' ? threshold - halfWidth : threshold + halfWidth;
  const near = side === 'below' ? threshold + halfWidth : threshold - halfWidth;
  const log = k * Math.log(far / near) + (n - k) * Math.log((1 - far) / (1 - near));
  return Math.min(1, Math.exp(-log));
}
