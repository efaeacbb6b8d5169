/**
 * What travels through a queue: a job names its plan and its replication, an answer is the outcome or why there is none.
 * Both sides check what they are given.
 */
import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';
import type { Plan } from '#model/plan';

export const DEFAULT_QUEUE = 'rollout-sim';

/** Where a worker process and what it starts find the queue's server. */
export const URL_VARIABLE = 'ROLLOUT_SIM_REDIS';

export const queueJob = z.strictObject({
  engine: z.string(), // version and build of the engine that asks
  run: z.uuid(), // that asks: results are not shared between runs
  plan: z.string().regex(/^rollout-sim:plan:[0-9a-f]{64}$/), // key of the plan in the store
  seed: z.string(),
  replication: z.int().min(0),
  details: z.boolean(),
});
export type QueueJob = z.infer<typeof queueJob>;

export const queueAnswer = z.union([
  z.strictObject({ outcome: z.looseObject({ replication: z.int(), fingerprint: z.string() }) }),
  z.strictObject({ failure: z.strictObject({ message: z.string(), stack: z.string().optional() }) }),
  z.strictObject({ refusal: z.string(), lacksPlan: z.boolean() }), // the worker cannot take such a job, in words
]);
export type QueueAnswer = z.infer<typeof queueAnswer>;

/** A plan as it is stored; JSON would lose what is infinite in it. */
export function packPlan(plan: Plan): { readonly key: string; readonly text: string } {
  const text = serialize(plan).toString('base64');
  return { key: `rollout-sim:plan:${createHash('sha256').update(text).digest('hex')}`, text };
}

export function unpackPlan(text: string): Plan {
  return deserialize(Buffer.from(text, 'base64')) as Plan;
}

/** The same job asked for twice by one run is one, however often it is put into the queue. */
export function nameJob({ run, replication, details }: QueueJob): string {
  return `${run}-${replication}${details ? '-details' : ''}`;
}
