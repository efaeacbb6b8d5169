/**
 * What an experiment found, as it is stored: `summary.json` (canonical, byte-identical for the same scenario, seed and
 * replications), `details.json` (the typical and the worst replication at length) and `manifest.json` (wall-clock facts).
 * zod guards this door: a stored result is checked before anything is printed from it.
 */
import { z } from 'zod';
import { ROLLOUT_RESULTS } from '#model/outcome';

export const SCHEMA_VERSION = 1;

const interval = z.tuple([z.number().nullable(), z.number().nullable()]); // null: unbounded

export const metricResult = z.strictObject({
  kind: z.enum(['probability', 'quantity']),
  unit: z.enum(['share', 'duration', 'count', 'units', 'ratio']), // duration: µs
  label: z.string(),
  better: z.enum(['lower', 'higher', 'neither']),
  estimate: z.number().nullable(), // null: no data
  interval,
  confidence: z.number(),
  method: z.string(), // e.g. `Clopper–Pearson`, `DKW mean`
  n: z.int(), // replications with data
  undecided: z.int(), // replications without data; counted, never dropped
  /** Quantiles over replications with their bands. */
  quantiles: z.array(z.strictObject({ q: z.number(), estimate: z.number(), interval })).optional(),
});
export type MetricResult = z.infer<typeof metricResult>;

/** A probability with its interval: k of n replications. */
export const proportion = z.strictObject({
  count: z.int(),
  n: z.int(),
  estimate: z.number(),
  interval: z.tuple([z.number(), z.number()]),
});
export type Proportion = z.infer<typeof proportion>;

const undoShares = z.strictObject({ any: proportion, abort: proportion, gate: proportion, state: proportion });

const outcomeCounts = z.strictObject({ success: z.int(), failure: z.int(), inconclusive: z.int() });

const spread = z.strictObject({ median: z.number(), p95: z.number(), max: z.number() }); // over all that was seen

export const expectationResult = z.strictObject({
  claim: z.string(),
  verdict: z.enum(['pass', 'fail', 'inconclusive', 'error']),
  estimate: z.number().nullable(),
  interval,
  unit: z.enum(['share', 'duration', 'count', 'units', 'ratio']),
  threshold: z.number(),
  comparator: z.enum(['<', '<=', '>', '>=']),
  confidence: z.number(),
  method: z.string(),
  n: z.int(),
  reason: z.string(), // one sentence: why this verdict
  worstReplication: z.int().nullable(), // the replication that speaks most against the claim
});
export type ExpectationResult = z.infer<typeof expectationResult>;

export const summarySchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  engine: z.strictObject({ name: z.literal('rollout-sim'), version: z.string() }),
  scenario: z.strictObject({ name: z.string(), question: z.string(), hash: z.string() }),
  seed: z.string(),
  replications: z.int(), // folded into this summary
  requested: z.int(), // asked for; more than `replications` when interrupted
  complete: z.boolean(),
  fidelity: z.enum(['message', 'block', 'auto']),
  fingerprint: z.string(),
  verdict: z.enum(['go', 'no-go', 'inconclusive']),
  expectations: z.array(expectationResult),
  metrics: z.record(z.string(), metricResult),
  results: z.record(z.enum(ROLLOUT_RESULTS), proportion),
  breakdown: z.strictObject({
    byChannel: z.record(z.string(), undoShares),
    byGate: z.record(z.string(), undoShares), // gate phase last activated; `none` before the first
    byCause: z.record(z.string(), undoShares),
    byCheck: z.record(z.string(), undoShares),
    byFailure: z.record(z.string(), undoShares), // why there was no way back
  }),
  /** What an auditor of the payments found, by cause; empty: exact in every replication. */
  audit: z.array(
    z.strictObject({
      cause: z.string(),
      replications: proportion,
      epochs: z.array(z.int()), // since rewards began, in any replication
      accounts: z.array(z.string()),
      accountsInAll: z.int(), // `accounts` names some of them
      units: z.number(), // paid wrongly, summed over replications
      words: z.string(), // of the first replication
    }),
  ),
  /** How nodes recovered their stores after unplanned stops, by outcome (blueprint.md section 12). */
  recoveries: z.array(
    z.strictObject({
      outcome: z.string(),
      replications: proportion, // with at least one
      count: z.int(), // in all replications
      stateSyncs: z.int(), // of them
      duration: spread, // µs until the node was up
      catchUp: spread.nullable(), // µs from then to the chain's tip; null if no node got there
      neverCaughtUp: z.int(), // before the end
    }),
  ),
  /** What became of every check, by channel and in order; results of versions before there was such a list have none. */
  checks: z
    .array(
      z.strictObject({
        channel: z.string(),
        check: z.string(),
        mode: z.enum(['enforce', 'observe']),
        onFail: z.enum(['hold', 'abort', 'rollback']),
        blind: z.boolean(), // as built it cannot see
        reached: z.int(), // replications that came to its channel
        evaluations: z.int(), // in all of them
        outcomes: outcomeCounts, // of the evaluations
        verdicts: outcomeCounts, // of the replications, at the end of its channel
        acted: proportion, // replications in which it acted, or would have
        falseAlarms: proportion, // of them all: without a shown defect and an active fault
      }),
    )
    .default([]),
  /** Preparation evidence, by item, in the order of the scenario; results of versions before there was such a list have none. */
  readiness: z
    .array(
      z.strictObject({
        name: z.string(),
        kind: z.string(),
        owner: z.string(),
        delivered: proportion, // before the horizon
        critical: proportion, // on the critical path
        reworked: proportion, // at least once
        duration: spread.nullable(), // µs of work where it was delivered; null: never
        slack: spread.nullable(), // µs; null where nothing waits for it, or the end never came
      }),
    )
    .default([]),
  work: z.strictObject({ blocks: z.int(), blocksAtMessageLevel: z.int(), messageEvents: z.int() }),
  typicalReplication: z.int().nullable(),
  worstReplication: z.int().nullable(),
  /** The assumptions used: every scenario value that came from a default, with its source. */
  assumptions: z.array(z.strictObject({ path: z.string(), value: z.string(), source: z.string() })),
});
export type Summary = z.infer<typeof summarySchema>;

const transition = z.strictObject({
  at: z.number(),
  kind: z.string(),
  channel: z.string(),
  subject: z.string(),
  cause: z.string(),
});

const undo = z.strictObject({
  kind: z.enum(['abort', 'gate-rollback', 'state-rollback']),
  at: z.number(),
  channel: z.string(),
  gate: z.string().nullable(),
  check: z.string(),
  cause: z.string(),
  recovery: z.number().nullable(),
  slotsLost: z.number(),
  blocksGivenUp: z.number(),
  steps: z.array(z.strictObject({ name: z.string(), duration: z.number() })),
  failure: z.string().nullable(),
});

const hour = z.strictObject({
  start: z.number(),
  channel: z.string(),
  height: z.number(),
  slots: z.number(),
  blocks: z.number(),
  intervalMean: z.number().nullable(),
  finalityMean: z.number().nullable(),
  finalityMax: z.number().nullable(),
  participationMean: z.number().nullable(),
  roundsMean: z.number().nullable(),
  proofLatencyMean: z.number().nullable(),
  proofLatencyP50: z.number().nullable().optional(), // absent from older results
  proofBacklogMax: z.number().nullable(),
  validatorsDown: z.number(),
});

/** One replication at length. */
export const replicationDetail = z.strictObject({
  replication: z.int(),
  role: z.enum(['typical', 'worst', 'asked']),
  fingerprint: z.string(),
  result: z.enum(ROLLOUT_RESULTS),
  end: z.number(),
  metrics: z.record(z.string(), z.number().nullable()),
  undone: z.array(undo),
  timeline: z.array(transition),
  hours: z.array(hour),
});
export type ReplicationDetail = z.infer<typeof replicationDetail>;

/** `values[key][i]` is the metric of replication i; what distributions are drawn from. */
export const detailsSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  values: z.record(z.string(), z.array(z.number().nullable())),
  results: z.array(z.string()),
  replications: z.array(replicationDetail),
});
export type Details = z.infer<typeof detailsSchema>;

export const manifestSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  startedAt: z.string(), // ISO 8601
  wallMs: z.number(),
  jobs: z.int(),
  interrupted: z.boolean(),
  host: z.strictObject({
    platform: z.string(),
    arch: z.string(),
    node: z.string(),
    cpus: z.int(),
    memoryBytes: z.number(),
  }),
  command: z.string(),
  scenarioFile: z.string(),
  /** What flags changed of the scenario's file, for commands that show a replication again; absent from older results. */
  changes: z
    .strictObject({ fidelity: z.enum(['message', 'block', 'auto']).optional(), set: z.array(z.string()).optional() })
    .optional(),
  versions: z.record(z.string(), z.string()),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Everything that an output folder holds, checked. */
export interface StoredResult {
  readonly summary: Summary;
  readonly details: Details;
  readonly manifest: Manifest;
}
