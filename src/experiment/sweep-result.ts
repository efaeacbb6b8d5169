/**
 * What a sweep found, as `sweep.json` stores it: canonical, byte-identical for the same scenario, points, seed and
 * replications. zod guards this door as well: a stored sweep is checked before anything is printed from it.
 */
import { z } from 'zod';
import { ROLLOUT_RESULTS } from '#model/outcome';
import { expectationResult, type Manifest, metricResult, proportion } from './result.js';

export const SWEEP_SCHEMA_VERSION = 1;

/** Of the values of an axis or of an input: µs, bytes, a share, 1/s, bytes/s, epochs, no unit; `text` has no order. */
const dimension = z.enum(['duration', 'size', 'share', 'rate', 'bandwidth', 'epochs', 'number', 'text']);
export type AxisDimension = z.infer<typeof dimension>;

const axis = z.strictObject({
  kind: z.enum(['grid', 'zip', 'list']),
  paths: z.array(z.string()),
  values: z.array(z.array(z.string().nullable())), // by position, then by path; null: as the file has it
  dimension, // of the first path
  numbers: z.array(z.number().nullable()), // of the first path by position, null for a text
});
export type SweepAxis = z.infer<typeof axis>;

const point = z.strictObject({
  at: z.array(z.int()), // position on each axis; empty in a sensitivity analysis
  set: z.record(z.string(), z.string()), // what `--set` takes, by path
  hash: z.string(), // of the plan and the claims at this point
  replications: z.int(),
  complete: z.boolean(),
  fingerprint: z.string(), // as `run` gives it
  verdict: z.enum(['go', 'no-go', 'inconclusive']),
  expectations: z.array(expectationResult),
  metrics: z.record(z.string(), metricResult),
  results: z.record(z.enum(ROLLOUT_RESULTS), proportion),
  worstReplication: z.int().nullable(),
});
export type SweepPointResult = z.infer<typeof point>;

const interval = z.tuple([z.number().nullable(), z.number().nullable()]);

const input = z.strictObject({
  path: z.string(),
  from: z.string(),
  to: z.string(),
  scale: z.enum(['linear', 'log']),
});

const effect = z.strictObject({
  path: z.string(),
  mean: z.number(), // of the elementary effects, with sign: change of the metric from one end of the input to the other
  meanAbsolute: z.number(),
  meanAbsoluteInterval: interval,
  deviation: z.number(),
});
export type MorrisEffect = z.infer<typeof effect>;

const index = z.strictObject({
  path: z.string(),
  first: z.number(), // share of the variance that the input explains alone
  firstInterval: interval,
  total: z.number(), // and together with the others
  totalInterval: interval,
});
export type SobolIndex = z.infer<typeof index>;

const analysis = {
  inputs: z.array(input),
  samples: z.int(),
  confidence: z.number(), // of the bootstrap intervals
  interval: z.string(), // how they were made
};
const sensitivity = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('morris'),
    ...analysis,
    metrics: z.record(z.string(), z.array(effect)), // by metric, then in the order of the inputs
  }),
  z.strictObject({
    method: z.literal('sobol'),
    ...analysis,
    metrics: z.record(z.string(), z.array(index).nullable()), // null: the metric does not vary
  }),
]);
export type Sensitivity = z.infer<typeof sensitivity>;

export const sweepResultSchema = z.strictObject({
  schemaVersion: z.literal(SWEEP_SCHEMA_VERSION),
  engine: z.strictObject({ name: z.literal('rollout-sim'), version: z.string() }),
  scenario: z.strictObject({ name: z.string(), question: z.string(), hash: z.string() }), // hash: without any axis
  seed: z.string(),
  replications: z.int(), // asked for at each point
  fidelity: z.enum(['message', 'block', 'auto']),
  complete: z.boolean(),
  fingerprint: z.string(), // over the fingerprints of all points in order
  verdict: z.enum(['go', 'no-go', 'inconclusive']), // no-go if any point is, go if all are
  set: z.array(z.string()), // `path=value` shared by all points
  axes: z.array(axis),
  filters: z.array(z.string()),
  shown: z.array(z.string()), // metrics to draw, the most wanted first
  points: z.array(point),
  sensitivity: sensitivity.nullable(), // of the metrics with a value at every point
});
export type SweepResult = z.infer<typeof sweepResultSchema>;

/** Everything that the folder of a sweep holds, checked. */
export interface StoredSweep {
  readonly sweep: SweepResult;
  readonly manifest: Manifest;
}
