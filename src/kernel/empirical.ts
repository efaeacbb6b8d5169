/**
 * Laws of finitely many values, each with a weight: what was observed, drawn again as it was.
 */

export interface Empirical {
  readonly values: readonly number[];
  readonly weights?: readonly number[]; // one for each value; equal where left out
}

/** A value and its probability. */
export interface Atom {
  readonly value: number;
  readonly probability: number;
}

/** The values ascending, none of probability 0; O(values log values). */
export function atomsOfEmpirical({ values, weights }: Empirical): Atom[] {
  const total = weights === undefined ? values.length : sumOf(weights);
  return values
    .map((value, i) => ({ value, probability: (weights === undefined ? 1 : (weights[i] ?? 0)) / total }))
    .filter((atom) => atom.probability > 0)
    .sort((a, b) => a.value - b.value);
}

/** The smallest value whose cumulative probability reaches `p`. */
export function stepQuantile(atoms: readonly Atom[], p: number): number {
  let sum = 0;
  for (const atom of atoms) {
    sum += atom.probability;
    if (sum >= p) return atom.value;
  }
  return atoms[atoms.length - 1]?.value ?? 0; // p is 1 and the sum rounded below it
}

/** The value that a fraction in [0, 1) picks, in the order of the list; O(1) without weights. */
export function empiricalAt({ values, weights }: Empirical, unit: number): number {
  if (weights === undefined) return values[Math.floor(unit * values.length)] ?? 0;
  let rest = unit * sumOf(weights);
  let last = 0;
  for (const [i, weight] of weights.entries()) {
    if (weight === 0) continue;
    last = i;
    if (rest < weight) break;
    rest -= weight;
  }
  return values[last] ?? 0;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
