/**
 * Elementary effects: what one step of one input does to an output, at many places of the unit cube. Few runs tell
 * inputs that matter from those that do not.
 *
 * Sources: Morris 1991, "Factorial sampling plans for preliminary computational experiments"; Campolongo, Cariboni &
 * Saltelli 2007 for the mean of the absolute effects, which effects of both signs cannot cancel.
 */
import { assert } from '#base/assert';

/** A walk through the cube that moves each input once. */
export interface Trajectory {
  readonly points: readonly (readonly number[])[]; // one more than inputs
  readonly moved: readonly number[]; // input moved between points i and i + 1
}

export interface EffectSummary {
  readonly mean: number; // mu: with its sign
  readonly meanAbsolute: number; // mu*: how much the input matters
  readonly deviation: number; // sigma: how much its effect depends on the place
}

/**
 * Random walks on a grid.
 *
 * @param inputs - integer ≥ 1
 * @param levels - of the grid in each coordinate, even, ≥ 2; a step crosses half of them
 * @param draw - uniform in [0, 1)
 */
export function morrisTrajectories(inputs: number, count: number, levels: number, draw: () => number): Trajectory[] {
  assert(levels >= 2 && levels % 2 === 0, `${levels} levels are even`);
  const half = levels / 2;
  const step = half / (levels - 1);
  return Array.from({ length: count }, () => {
    const low = Array.from({ length: inputs }, () => Math.floor(draw() * half) / (levels - 1));
    const isUp = low.map(() => draw() < 0.5);
    let point = low.map((value, i) => (isUp[i] === true ? value : value + step));
    const points = [point];
    const moved = shuffle(inputs, draw);
    for (const input of moved) {
      point = point.map((value, i) => (i !== input ? value : isUp[i] === true ? value + step : (low[i] as number)));
      points.push(point);
    }
    return { points, moved };
  });
}

/**
 * The effect of each input along one walk: change of output over change of input.
 *
 * @param outputs - one for each point of the walk
 */
export function elementaryEffects({ points, moved }: Trajectory, outputs: readonly number[]): number[] {
  const effects = new Array<number>(moved.length).fill(0);
  for (const [i, input] of moved.entries()) {
    const change = (points[i + 1]?.[input] as number) - (points[i]?.[input] as number);
    effects[input] = ((outputs[i + 1] as number) - (outputs[i] as number)) / change;
  }
  return effects;
}

/** Effects of one input over all walks; of a single one the deviation is 0. */
export function summariseEffects(effects: readonly number[]): EffectSummary {
  const count = effects.length;
  const mean = effects.reduce((sum, effect) => sum + effect, 0) / count;
  const meanAbsolute = effects.reduce((sum, effect) => sum + Math.abs(effect), 0) / count;
  const squares = effects.reduce((sum, effect) => sum + (effect - mean) * (effect - mean), 0);
  return { mean, meanAbsolute, deviation: count < 2 ? 0 : Math.sqrt(squares / (count - 1)) };
}

/** 0 … count − 1 in random order (Fisher & Yates). */
function shuffle(count: number, draw: () => number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor(draw() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}
