/**
 * Claims the program makes about itself. A broken one is our bug, never the user's: the command line ends with exit
 * code 1 and the seed and replication that replay it.
 */

export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/**
 * Stops unless `holds`.
 *
 * @param claim - the claim as a sentence, e.g. `power 3 of validator 7 is a positive integer`
 * @throws AssertionError naming the claim
 */
export function assert(holds: boolean, claim: string): asserts holds {
  if (!holds) throw new AssertionError(`broken claim: ${claim}`);
}

/** Marks a branch that the types exclude, such as the end of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new AssertionError(`broken claim: no such case: ${JSON.stringify(value)}`);
}
