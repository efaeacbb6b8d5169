/**
 * The probability of a rare event as `rare.json` stores it: canonical, byte-identical for the same scenario, seed, event,
 * level function, effort and repeats. zod guards this door as well: a stored estimate is checked before anything is
 * printed from it.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '#base/error';
import { formatPart } from './store.js';

const RARE = 'rare.json';
const SHOWN_PROBLEMS = 5;
const probability = z.number().min(0).max(1);
const count = z.int().min(0);

/** One stage over all repeats. */
const stage = z.strictObject({
  level: z.number().nullable(), // null: the event itself
  trials: count,
  hits: count,
  share: probability.nullable(), // null: no path came so far
  hitsByRepeat: z.array(count),
});
export type RareStage = z.infer<typeof stage>;

export const rareResultSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('rare-event'),
  engine: z.strictObject({ name: z.literal('rollout-sim'), version: z.string() }),
  scenario: z.strictObject({ name: z.string(), hash: z.string() }),
  seed: z.string(),
  fidelity: z.enum(['message', 'block', 'auto']),
  event: z.string(),
  levelFunction: z.strictObject({ name: z.string(), text: z.string() }),
  method: z.string(),
  effort: z.int().min(1),
  repeats: z.int().min(2),
  levels: z.array(z.number()), // ascending, fixed by the pilot
  stages: z.array(stage),
  estimates: z.array(probability), // by repeat
  reached: z.boolean(), // false: no repeat met the event, which says nothing but the bound
  estimate: probability.nullable(),
  interval: z.tuple([probability, probability]),
  confidence: probability,
  scale: z.enum(['log', 'normal', 'exact', 'none']),
  intervalMethod: z.string(),
  relativeError: z.number().nullable(),
  cost: z.strictObject({
    events: count, // blocks, events and messages of all repeats
    pilotEvents: count,
    eventsPerReplication: z.number(), // of a whole replication, mean of the pilot's first paths
    replicationsEquivalent: z.number(), // pilot and repeats
    plainReplications: z.number().nullable(), // of plain Monte Carlo with the same relative error
  }),
});
export type RareResult = z.infer<typeof rareResultSchema>;

/** Whether a folder holds an estimate. */
export function holdsRare(dir: string): boolean {
  return existsSync(join(dir, RARE));
}

/**
 * Writes an estimate beside its place and renames it into it.
 *
 * @returns the file
 * @throws UserError if the folder cannot be written
 */
export function writeRare(dir: string, found: RareResult): string {
  const file = join(dir, RARE);
  const beside = join(dir, `.${RARE}.${process.pid}.tmp`);
  try {
    mkdirSync(dir, { recursive: true });
    writeFileSync(beside, formatPart(found), { flush: true });
    renameSync(beside, file);
    return file;
  } catch (error) {
    rmSync(beside, { force: true });
    const what = `the estimate cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    throw new UserError([{ file: dir, what, fix: 'Give a folder that can be written, with `--out DIR`.' }]);
  }
}

/**
 * Reads an estimate back and checks all of it.
 *
 * @throws UserError naming the file, the path within it and what to do
 */
export function readRare(dir: string): { readonly found: RareResult; readonly file: string } {
  const file = join(dir, RARE);
  const fix = 'Write it again with `rollout-sim run --rare`.';
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const what = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new UserError([{ file, what, fix }]);
  }
  const checked = rareResultSchema.safeParse(data);
  if (checked.success) return { found: checked.data, file };
  const problems = checked.error.issues.slice(0, SHOWN_PROBLEMS).map(({ path, message }) => {
    const isVersion = path[0] === 'schemaVersion';
    const what = isVersion ? 'it was written by another version of rollout-sim' : message;
    return { file, path: path.map(String).join('.') || 'the whole file', what, fix };
  });
  throw new UserError(problems);
}
