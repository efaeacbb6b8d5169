/**
 * The key `sweep` of a scenario file: the same question at many points, or how much each uncertain input matters.
 */
import { z } from 'zod';
import { METRICS } from '#model/metric';
import { readInput } from './sensitivity-input.js';
import { suggest } from './suggest.js';
import { judgePath, readAxes, spanPoints } from './sweep-axis.js';
import { list, oneOf, say, section, sentence, whole } from './value.js';

export const SENSITIVITIES = {
  morris: 'Elementary effects: few runs, and a ranking of the inputs (Morris 1991).',
  sobol: 'Shares of the variance that each input explains, alone and with the others (Saltelli 2010).',
} as const;

export const SCALES = {
  linear: 'Evenly from the one end to the other.',
  log: 'Evenly in the logarithm; both ends are above 0.',
} as const;

const scalar = z.union([z.string(), z.number(), z.boolean()], {
  error: ({ input }) =>
    input === undefined ? undefined : say('is not a value', 'Write a number or a text such as 4% or 250ms.'),
});
const values = z
  .union([z.string(), z.number(), z.boolean(), z.array(z.unknown())], {
    error: ({ input }) =>
      input === undefined ? undefined : say('is no list of values', 'Write 1..4, 0%..4% step 1%, or [1, 2, 3].'),
  })
  .meta({ title: 'values such as 1..4, 0%..4% step 1%, 1ms..1s log 4, or a list' });
const axes = z
  .record(z.string(), values, {
    error: () => say('is no map of paths', 'Write a path and its values, such as network.loss: 0%..4% step 1%.'),
  })
  .meta({ title: 'a map of paths to their values, such as network.loss: 0%..4% step 1%' });
const point = z
  .record(z.string(), z.unknown(), {
    error: () => say('is no point', 'Write a map of paths and values, such as { network.loss: 2% }.'),
  })
  .meta({ title: 'a map of paths to one value each' });

const input = section({
  path: sentence.describe('Path of a number in the scenario, such as network.loss.'),
  from: scalar.describe('The least it may be, with its unit.'),
  to: scalar.describe('The most it may be, with its unit.'),
  scale: oneOf(Object.keys(SCALES) as (keyof typeof SCALES)[])
    .optional()
    .describe('How values between the ends are spread: linear (the default) or log.'),
  step: scalar.optional().describe('Values are whole steps from the lower end, such as 1 for a number of validators.'),
}).superRefine((written, context) => {
  const wrong = judgePath(written.path);
  if (wrong !== undefined) context.addIssue({ code: 'custom', path: ['path'], message: say(wrong.what, wrong.fix) });
  const reading = readInput(written);
  if ('mistake' in reading) context.addIssue(say(reading.mistake.what, reading.mistake.fix));
});
export type InputWritten = z.output<typeof input>;

export const sweepSchema = section({
  grid: axes.optional().describe('An axis for each path; points are all combinations.'),
  zip: axes.optional().describe('Paths that move in step, as one axis: the first values together, then the second.'),
  list: list(point, 1).optional().describe('Points written out, as one axis.'),
  filter: list(sentence)
    .optional()
    .describe('Conditions on the axes that a point must meet, such as "network.loss <= 2%".'),
  metrics: list(sentence).optional().describe('Metrics to draw; by default those that expectations name.'),
  sensitivity: oneOf(Object.keys(SENSITIVITIES) as (keyof typeof SENSITIVITIES)[])
    .optional()
    .describe('Instead of axes: how much each of the inputs matters, by morris or by sobol.'),
  inputs: list(input, 1).optional().describe('Uncertain numbers of the scenario, for a sensitivity analysis.'),
  samples: whole(2, 'a number of samples')
    .optional()
    .describe('Walks of morris (by default 10), or rows of sobol (by default 64; best a power of two).'),
}).superRefine((written, context) => {
  const refuse = (path: readonly (string | number)[], what: string, fix: string): void => {
    context.addIssue({ code: 'custom', path: [...path], message: say(what, fix) });
  };
  const { grid, zip, list: points, sensitivity, inputs } = written;
  const hasAxes = grid !== undefined || zip !== undefined || points !== undefined;
  if (!hasAxes && inputs === undefined)
    refuse([], 'there is nothing to sweep over', 'Write grid, zip, list or inputs.');
  if (sensitivity !== undefined && hasAxes) {
    const what = 'a sensitivity analysis draws its own points, so axes have no place beside it';
    refuse(['sensitivity'], what, 'Remove the axes, or leave this to --sensitivity.');
  }
  if (sensitivity !== undefined && inputs === undefined) {
    refuse(
      ['sensitivity'],
      'there are no inputs to analyse',
      'Write inputs: [{ path: network.loss, from: 0%, to: 5% }].',
    );
  }
  for (const [i, key] of (written.metrics ?? []).entries()) {
    const wrong = judgeMetric(key);
    if (wrong !== undefined) refuse(['metrics', i], wrong.what, wrong.fix);
  }
  if (!hasAxes) return;
  const { axes: read, filters, mistakes } = readAxes(written);
  const found = mistakes.length > 0 ? mistakes : spanPoints(read, filters).mistakes;
  for (const { path, what, fix } of found) refuse(path, what, fix);
});
export type SweepWritten = z.output<typeof sweepSchema>;

/** What is wrong with the key of a metric, or undefined. */
export function judgeMetric(key: string): { readonly what: string; readonly fix: string } | undefined {
  const known = METRICS.map((metric) => metric.key);
  if (known.includes(key)) return undefined;
  return { what: `"${key}" is not a metric`, fix: suggest(key, known, 'Metrics') };
}
