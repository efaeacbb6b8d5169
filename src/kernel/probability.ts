/**
 * A probability is a number in 0 … 1.
 */
import { assert } from '#base/assert';

/**
 * Stops unless `p` is one. The message is only made on the way out: printing a number costs more than any draw.
 *
 * @throws AssertionError naming `p`
 */
export function assertProbability(p: number): void {
  if (!(p >= 0 && p <= 1)) assert(false, `probability ${p} lies in 0 … 1`);
}
