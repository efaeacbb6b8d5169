/**
 * A sweep on disk: `sweep.json` and `manifest.json` in one folder, canonical and never half-written.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '#base/error';
import { manifestSchema } from './result.js';
import { formatPart } from './store.js';
import { type StoredSweep, sweepResultSchema } from './sweep-result.js';

const SWEEP = 'sweep.json';
const MANIFEST = 'manifest.json';
const SHOWN_PROBLEMS = 5;

/** Whether a folder holds a sweep, and not the result of a run. */
export function holdsSweep(dir: string): boolean {
  return existsSync(join(dir, SWEEP)) && !holdsRun(dir);
}

/** Whether a folder holds the result of a run; a sweep needs another one. */
export function holdsRun(dir: string): boolean {
  return existsSync(join(dir, 'summary.json'));
}

/**
 * Writes a sweep into a folder, which is created if need be; the files of a sweep that was there are replaced.
 *
 * @throws UserError if the folder cannot be written
 */
export function writeSweep(dir: string, { sweep, manifest }: StoredSweep): void {
  const parts = [
    [MANIFEST, formatPart(manifest)],
    [SWEEP, formatPart(sweep)], // last: with it the result is whole
  ] as const;
  const beside = (name: string): string => join(dir, `.${name}.${process.pid}.tmp`);
  try {
    mkdirSync(dir, { recursive: true });
    for (const [name, text] of parts) writeFileSync(beside(name), text, { flush: true });
    rmSync(join(dir, SWEEP), { force: true });
    for (const [name] of parts) renameSync(beside(name), join(dir, name));
  } catch (error) {
    for (const [name] of parts) rmSync(beside(name), { force: true });
    const what = `the result cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    throw new UserError([{ file: dir, what, fix: 'Give a folder that can be written, with `--out DIR`.' }]);
  }
}

/**
 * Reads a sweep back and checks all of it.
 *
 * @throws UserError naming the file and what to do
 */
export function readSweep(dir: string): StoredSweep {
  const sweep = sweepResultSchema.safeParse(readJson(join(dir, SWEEP)));
  const manifest = manifestSchema.safeParse(readJson(join(dir, MANIFEST)));
  if (sweep.success && manifest.success) return { sweep: sweep.data, manifest: manifest.data };
  const [name, error] = sweep.success ? [MANIFEST, manifest.error] : [SWEEP, sweep.error];
  const problems = (error?.issues ?? []).slice(0, SHOWN_PROBLEMS).map(({ path, message }) => {
    const what = path[0] === 'schemaVersion' ? 'it was written by another version of rollout-sim' : message;
    return {
      file: join(dir, name),
      path: path.map(String).join('.'),
      what,
      fix: 'Write it again with `rollout-sim sweep`.',
    };
  });
  throw new UserError(problems);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const what = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new UserError([{ file, what, fix: 'Give the folder that `rollout-sim sweep` wrote.' }]);
  }
}
