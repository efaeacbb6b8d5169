/**
 * The whole scenario file: the one source of what is accepted, of the JSON Schema and of `explain`.
 */
import { z } from 'zod';
import {
  chainSchema,
  defaulted,
  gatesSchema,
  releaseSchema,
  telemetrySchema,
  validatorsSchema,
  witnessesSchema,
} from './chain-schema.js';
import { channelsSchema, expectSchema } from './channel-schema.js';
import { checklistSchema } from './checklist-schema.js';
import { communicationSchema } from './communication-schema.js';
import { faultsSchema } from './fault-schema.js';
import { networkSchema } from './network-schema.js';
import { operationsSchema } from './people-schema.js';
import { proofsSchema } from './proof-schema.js';
import { readinessSchema } from './readiness-schema.js';
import { rewardsSchema } from './reward-schema.js';
import { slashingSchema } from './slashing-schema.js';
import { storageSchema } from './storage-schema.js';
import { sweepSchema } from './sweep-schema.js';
import { duration, list, oneOf, positiveDuration, quote, say, section, sentence, textOf, whole } from './value.js';

export const API_VERSION = 'rollout-sim/v1';

/** Keys that later versions may read, by path; this one says so instead of guessing a misspelling. */
export const UNSUPPORTED: readonly string[] = ['warmUp'];

/** Keys that earlier versions read, by path, and what to write instead. */
export const REMOVED: Readonly<Record<string, string>> = {
  'proofs.cacheHit':
    'Remove it: what a cache holds now follows from proofs.cache.entries, proofs.cache.ttl and proofs.gossip.',
  'operations.restore':
    'Remove it: what a restore takes now follows from operations.notify, storage.stateBytes and storage.restoreRate.',
};

export const FIDELITIES = {
  message: 'Every proposal, vote and proof is simulated as a message.',
  block: 'Quiet stretches advance block by block, by laws measured in pilot rounds of the same regime.',
  auto: '"message" around faults, transitions and anomalies, "block" in between.',
} as const;

/** Becomes a folder's name, so it cannot point elsewhere. */
export const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const fileName = textOf(NAME_PATTERN, 'a name', 'Write letters, digits, ".", "-" and "_", such as canary-slow-prover.');

const seed = z
  .union([sentence, z.int()], {
    error: ({ input }) =>
      input === undefined ? undefined : say(`${quote(input)} is not a seed`, 'Write a text or a whole number.'),
  })
  .transform(String);

const phases = section({
  chaos: positiveDuration.describe('From the start; then every fault but Byzantine behaviour ends and none begins.'),
  settle: duration.describe('After that nothing is judged yet.'),
  judge: positiveDuration.describe('Length of the judged window; the replication ends with it.'),
});

export const scenarioSchema = section({
  apiVersion: z
    .literal(API_VERSION, {
      error: ({ input }) =>
        input === undefined ? undefined : say(`${quote(input)} is not a known version`, `Write ${API_VERSION}.`),
    })
    .describe('Version of the file format.'),
  name: fileName.optional().describe('Name of the scenario and of its folder of results, by default that of its file.'),
  question: sentence.describe('What the scenario is to answer.'),
  extends: z
    .union([sentence, list(sentence, 1)])
    .optional()
    .describe('Files below this one: maps merge, lists and values replace.'),
  seed: defaulted(seed, 'seed', 'Where all chance comes from.'),
  replications: defaulted(whole(1, 'a number of replications'), 'replications', 'How often the rollout is rehearsed.'),
  fidelity: defaulted(
    oneOf(Object.keys(FIDELITIES) as (keyof typeof FIDELITIES)[]),
    'fidelity',
    'How closely: message, block or auto.',
  ),
  horizon: positiveDuration.optional().describe('When a replication stops, finished or not.'),
  phases: phases
    .optional()
    .describe('Chaos, then healing and settling, then judging: whether the chain recovers once nothing is wrong.'),
  release: releaseSchema.optional().describe('The version under rollout, for gates that need one.'),
  chain: chainSchema.prefault({}).describe('The chain: blocks, epochs, timeouts, rules of consensus.'),
  network: networkSchema.prefault({}).describe('Regions, delays, loss, bandwidth, topology, queues.'),
  validators: validatorsSchema.prefault({}).describe('How stake and history of validators are drawn.'),
  witnesses: witnessesSchema.prefault({}).describe('Who attests blocks.'),
  proofs: proofsSchema.prefault({}).describe('Proving and verifying blocks: circuits, provers, cache, failover.'),
  rewards: rewardsSchema.prefault({}).describe('What is paid to whom.'),
  slashing: slashingSchema.prefault({}).describe('What misbehaviour costs, once consensus_enforcement is active.'),
  storage: storageSchema.prefault({}).describe('Stores, backups, recovery and pruning.'),
  telemetry: telemetrySchema.prefault({}).describe('What checks can see, and when.'),
  communication: communicationSchema.optional().describe('What operators are told before, and when.'),
  checklist: checklistSchema.optional().describe('What is looked at before each promotion; without it nothing is.'),
  operations: operationsSchema.prefault({}).describe('What people do, and how long it takes.'),
  readiness: readinessSchema.prefault([]).describe('Preparation evidence that channels wait for.'),
  gates: defaulted(gatesSchema, 'gates', 'Phases of feature gates, in order of activation.'),
  channels: channelsSchema.describe('Where the release runs, in order of promotion.'),
  faults: faultsSchema.prefault([]).describe('What goes wrong.'),
  expect: expectSchema.prefault([]).describe('Claims on estimates over all replications.'),
  sweep: sweepSchema.optional().describe('Many points of the same question, for the command sweep; run ignores it.'),
});

export type Sections = z.output<typeof scenarioSchema>;
export type SectionName = keyof Sections;
