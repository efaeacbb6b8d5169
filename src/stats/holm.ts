/**
 * Several claims, one promise: the probability that any true hypothesis is rejected stays below `alpha`, however the
 * p-values depend on each other.
 *
 * Source: Holm 1979, "A simple sequentially rejective multiple test procedure".
 */
import { assert } from '#base/assert';

export interface HolmDecision {
  readonly rejected: boolean;
  /** The level this p-value was last compared with: alpha / (hypotheses still open). */
  readonly level: number;
}

/**
 * Steps down from the smallest p-value; the first that fails keeps all the larger ones.
 *
 * Claims with levels of their own are tested by dividing each p-value by its level and asking with `alpha` 1: claim i
 * then errs with probability at most its level, the family with at most the largest level.
 *
 * @param pValues - not negative; may exceed 1 after such a division
 * @returns one decision per p-value, in their order
 */
export function holm(pValues: readonly number[], alpha: number): HolmDecision[] {
  assert(
    pValues.every((p) => p >= 0),
    'no p-value is negative',
  );
  const order = pValues.map((_, i) => i).sort((i, j) => (pValues[i] as number) - (pValues[j] as number) || i - j);
  const decisions = new Array<HolmDecision>(pValues.length);
  let open = pValues.length;
  for (const i of order) {
    const level = alpha / open;
    const rejected = (pValues[i] as number) <= level; // after the first failure the level stays, so larger ones fail too
    decisions[i] = { rejected, level };
    if (rejected) open -= 1;
  }
  return decisions;
}
