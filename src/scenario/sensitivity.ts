/**
 * The points of a sensitivity analysis: where in the space of its inputs a scenario is rehearsed.
 *
 * The points are drawn from the seed alone. Walks of Morris go over a grid of four levels. Rows of Saltelli's design are
 * Sobol' points under a random digital shift, which keeps their evenness and moves the first one off the corner.
 */
import { createStream, nextUint32, nextUnit } from '#kernel/stream';
import { morrisTrajectories, type Trajectory } from '#stats/morris';
import { saltelliDesign } from '#stats/sobol-indices';
import { SOBOL_DIMENSIONS_MAX, sobolPoints } from '#stats/sobol-sequence';
import { inputAt, type SensitivityInput } from './sensitivity-input.js';
import type { Point } from './sweep-axis.js';

export type SensitivityMethod = 'morris' | 'sobol';

/** Numbers of points: by walk and step, or by row of A and B and by input and row of the mixed columns. */
export type Arrangement =
  | {
      readonly method: 'morris';
      readonly walks: readonly Trajectory[];
      readonly points: readonly (readonly number[])[];
    }
  | {
      readonly method: 'sobol';
      readonly a: readonly number[];
      readonly b: readonly number[];
      readonly mixed: readonly (readonly number[])[];
    };

export interface SensitivityDesign {
  readonly inputs: readonly SensitivityInput[];
  readonly samples: number;
  readonly arrangement: Arrangement;
}

export const INPUTS_MAX = Math.floor(SOBOL_DIMENSIONS_MAX / 2);
export const DEFAULT_SAMPLES: Readonly<Record<SensitivityMethod, number>> = { morris: 10, sobol: 64 };
const LEVELS = 4;

/** How many runs of the scenario an analysis takes, before equal points are run once. */
export function countRuns(method: SensitivityMethod, inputs: number, samples: number): number {
  return samples * (inputs + (method === 'morris' ? 1 : 2));
}

/**
 * Draws the points; equal ones are one point.
 *
 * @param inputs - at most `INPUTS_MAX`
 */
export function designSensitivity(
  method: SensitivityMethod,
  inputs: readonly SensitivityInput[],
  samples: number,
  seed: string,
): { readonly design: SensitivityDesign; readonly points: readonly Point[] } {
  const points: Point[] = [];
  const numbers = new Map<string, number>();
  const place = (coordinates: readonly number[]): number => {
    const values = new Map(inputs.map((input, i) => [input.path, inputAt(input, coordinates[i] as number)] as const));
    const key = JSON.stringify([...values.values()]);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, points.length);
    points.push({ at: [], values });
    return points.length - 1;
  };
  const stream = createStream(seed, 0, `sweep/${method}`);
  if (method === 'morris') {
    const walks = morrisTrajectories(inputs.length, samples, LEVELS, () => nextUnit(stream));
    const arrangement = { method, walks, points: walks.map((walk) => walk.points.map(place)) } as const;
    return { design: { inputs, samples, arrangement }, points };
  }
  const shift = Array.from({ length: 2 * inputs.length }, () => nextUint32(stream));
  const { a, b, mixed } = saltelliDesign(sobolPoints(samples, shift), inputs.length);
  const arrangement = {
    method,
    a: a.map(place),
    b: b.map(place),
    mixed: mixed.map((column) => column.map(place)),
  } as const;
  return { design: { inputs, samples, arrangement }, points };
}
