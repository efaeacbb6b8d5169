/**
 * From the estimates at the points of a sensitivity analysis to what each input does to each metric, with intervals by
 * bootstrap over walks or rows. Those say how sure the sample of points makes us; the luck of the replications is the
 * same at every point.
 */
import { createStream, nextUnit } from '#kernel/stream';
import type { SensitivityDesign } from '#scenario/sensitivity';
import { bootstrapIntervals } from '#stats/bootstrap';
import type { Interval } from '#stats/interval';
import { elementaryEffects, summariseEffects } from '#stats/morris';
import { sobolIndices } from '#stats/sobol-indices';
import type { MorrisEffect, Sensitivity, SobolIndex } from './sweep-result.js';

const CONFIDENCE = 0.95;
const RESAMPLES = 1_000;

/**
 * Analyses every metric.
 *
 * @param outputs - by metric, the estimate at each point
 * @param seed - of the experiment; the bootstrap draws from a stream of its own for each metric
 */
export function analyseSensitivity(
  { inputs, samples, arrangement }: SensitivityDesign,
  outputs: ReadonlyMap<string, readonly number[]>,
  seed: string,
): Sensitivity {
  const drawFor = (key: string): (() => number) => {
    const stream = createStream(seed, 0, `sweep/bootstrap/${key}`);
    return () => nextUnit(stream);
  };
  const shared = {
    inputs: inputs.map(({ path, from, to, scale }) => ({ path, from, to, scale })),
    samples,
    confidence: CONFIDENCE,
    interval: `percentile bootstrap, ${RESAMPLES} resamples`,
  };
  const paths = inputs.map(({ path }) => path);
  if (arrangement.method === 'morris') {
    const { walks, points } = arrangement;
    const analyse = (values: readonly number[], draw: () => number): MorrisEffect[] => {
      const effects = walks.map((walk, w) => {
        const along = (points[w] ?? []).map((point) => values[point] as number);
        return elementaryEffects(walk, along);
      });
      return effectsOf(paths, effects, draw);
    };
    const metrics = [...outputs].map(([key, values]) => [key, analyse(values, drawFor(key))] as const);
    return { method: 'morris', ...shared, metrics: Object.fromEntries(metrics) };
  }
  const { a, b, mixed } = arrangement;
  const metrics = [...outputs].map(([key, values]) => {
    const at = (column: readonly number[]): number[] => column.map((point) => values[point] as number);
    const columns = { a: at(a), b: at(b), mixed: mixed.map(at) };
    return [key, indicesOf(paths, columns, drawFor(key))] as const;
  });
  return { method: 'sobol', ...shared, metrics: Object.fromEntries(metrics) };
}

/** @param effects - by walk, then by input */
function effectsOf(paths: readonly string[], effects: readonly (readonly number[])[], draw: () => number) {
  const column = (walks: readonly number[], input: number): number[] =>
    walks.map((walk) => effects[walk]?.[input] as number);
  const all = effects.map((_, walk) => walk);
  const intervals = bootstrapIntervals(
    effects.length,
    (walks) => paths.map((_, input) => summariseEffects(column(walks, input)).meanAbsolute),
    { resamples: RESAMPLES, confidence: CONFIDENCE, draw },
  );
  return paths.map((path, input): MorrisEffect => {
    return { path, ...summariseEffects(column(all, input)), meanAbsoluteInterval: pairOf(intervals[input]) };
  });
}

function indicesOf(
  paths: readonly string[],
  columns: Parameters<typeof sobolIndices>[0],
  draw: () => number,
): SobolIndex[] | null {
  const whole = sobolIndices(columns);
  if (whole === null) return null;
  const intervals = bootstrapIntervals(
    columns.a.length,
    (rows) => {
      const indices = sobolIndices(columns, rows);
      return indices === null ? null : [...indices.first, ...indices.total];
    },
    { resamples: RESAMPLES, confidence: CONFIDENCE, draw },
  );
  return paths.map((path, input): SobolIndex => {
    const [first, total] = [whole.first[input] as number, whole.total[input] as number];
    const [firstInterval, totalInterval] = [intervals[input], intervals[paths.length + input]].map(pairOf);
    return {
      path,
      first,
      total,
      firstInterval: firstInterval ?? [null, null],
      totalInterval: totalInterval ?? [null, null],
    };
  });
}

function pairOf(interval: Interval | undefined): [number | null, number | null] {
  return [interval?.[0] ?? null, interval?.[1] ?? null];
}
