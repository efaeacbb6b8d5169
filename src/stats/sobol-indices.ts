/**
 * Sobol' indices: which share of an output's variance each input explains, alone (first order) and together with all
 * others (total). Every input is uniform on the unit interval and independent of the others.
 *
 * Sources: Saltelli et al. 2010, "Variance based sensitivity analysis of model output", table 2: first order (b), total
 * (f, Jansen 1999). Outputs are centred first, which leaves the estimators as they are and their error smaller.
 */
import { assert } from '#base/assert';

/** Outputs of a Saltelli design: rows of A, rows of B, and for each input the rows of A with that input from B. */
export interface SaltelliOutputs {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly mixed: readonly (readonly number[])[]; // by input, then by row
}

export interface SobolIndices {
  readonly first: readonly number[]; // by input; about 0 … 1, and off by the error of the sample
  readonly total: readonly number[];
}

/**
 * A Saltelli design of `inputs` inputs.
 *
 * @param points - rows of 2 · inputs coordinates: a row of A and then one of B
 * @returns the rows of A, of B, and of A with one input from B, by input
 */
export function saltelliDesign(
  points: readonly (readonly number[])[],
  inputs: number,
): { readonly a: number[][]; readonly b: number[][]; readonly mixed: number[][][] } {
  const a = points.map((row) => row.slice(0, inputs));
  const b = points.map((row) => row.slice(inputs, 2 * inputs));
  const mixed = Array.from({ length: inputs }, (_, input) =>
    a.map((row, j) => row.map((value, i) => (i === input ? (b[j]?.[i] as number) : value))),
  );
  return { a, b, mixed };
}

/**
 * The indices of all inputs.
 *
 * @param rows - of the design to use, with repetitions; all of them unless given
 * @returns null where the output does not vary
 */
export function sobolIndices(outputs: SaltelliOutputs, rows?: readonly number[]): SobolIndices | null {
  const { a, b, mixed } = outputs;
  assert(a.length === b.length && mixed.every((column) => column.length === a.length), 'all columns are equally long');
  const used = rows ?? a.map((_, j) => j);
  const both = used.flatMap((j) => [a[j] as number, b[j] as number]);
  const mean = sum(both) / both.length;
  const variance = sum(both.map((value) => (value - mean) * (value - mean))) / both.length;
  if (!(variance > 0)) return null;
  const over = (column: readonly number[], term: (a: number, b: number, ab: number) => number): number =>
    sum(used.map((j) => term((a[j] as number) - mean, (b[j] as number) - mean, (column[j] as number) - mean))) /
    used.length /
    variance;
  return {
    first: mixed.map((column) => over(column, (fa, fb, fab) => fb * (fab - fa))),
    total: mixed.map((column) => over(column, (fa, _, fab) => ((fa - fab) * (fa - fab)) / 2)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
