/**
 * A result on disk: `summary.json`, `details.json` and `manifest.json` in one folder, canonical and never half-written.
 *
 * Each file is written beside its place and renamed into it, the summary last and after the old one is gone: a reader
 * finds the old result, the new one, or none, but no mixture.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '#base/error';
import { canonicalJson } from '#base/order';
import { detailsSchema, manifestSchema, type StoredResult, summarySchema } from './result.js';

const FILES = {
  details: { name: 'details.json', schema: detailsSchema },
  manifest: { name: 'manifest.json', schema: manifestSchema },
  summary: { name: 'summary.json', schema: summarySchema }, // last: with it the result is whole
} as const;
type Part = keyof typeof FILES;
const PARTS: readonly Part[] = ['details', 'manifest', 'summary'];
const SHOWN_PROBLEMS = 5;

/** The bytes of one file of a result: keys sorted, two spaces, one newline at the end. */
export function formatPart(part: unknown): string {
  return `${canonicalJson(part, 2)}\n`;
}

/**
 * Writes a result into a folder, which is created if need be; the files of a result that was there are replaced.
 *
 * @throws UserError if the folder cannot be written
 */
export function writeResult(dir: string, stored: StoredResult): void {
  const beside = (part: Part) => join(dir, `.${FILES[part].name}.${process.pid}.tmp`);
  const texts = PARTS.map((part) => [part, formatPart(stored[part])] as const);
  try {
    mkdirSync(dir, { recursive: true });
    for (const [part, text] of texts) writeFileSync(beside(part), text, { flush: true });
    rmSync(join(dir, FILES.summary.name), { force: true });
    for (const part of PARTS) renameSync(beside(part), join(dir, FILES[part].name));
  } catch (error) {
    const what = `the result cannot be written: ${messageOf(error)}`;
    throw new UserError([{ file: dir, what, fix: 'Give a folder that can be written, with `--out DIR`.' }]);
  } finally {
    for (const part of PARTS) removeQuietly(beside(part));
  }
}

/**
 * Reads a result back and checks all of it.
 *
 * @throws UserError naming the file, the path within it and what to do
 */
export function readResult(dir: string): StoredResult {
  return { summary: readPart(dir, 'summary'), details: readPart(dir, 'details'), manifest: readPart(dir, 'manifest') };
}

function readPart<P extends Part>(dir: string, part: P): StoredResult[P] {
  const file = join(dir, FILES[part].name);
  const fix = 'Write it again with `rollout-sim run`.';
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const isMissing = messageOf(error).startsWith('ENOENT');
    const what = isMissing ? 'there is no such file, so no whole result' : `cannot be read: ${messageOf(error)}`;
    throw new UserError([{ file, what, fix: 'Give the folder that `rollout-sim run` wrote.' }]);
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UserError([{ file, what: `is not JSON: ${messageOf(error)}`, fix }]);
  }
  const checked = FILES[part].schema.safeParse(data);
  if (checked.success) return checked.data as StoredResult[P];
  const problems = checked.error.issues.slice(0, SHOWN_PROBLEMS).map(({ path, message }) => {
    const isVersion = path.length === 1 && path[0] === 'schemaVersion';
    const what = isVersion ? 'it was written by another version of rollout-sim' : lowerFirst(message);
    return { file, path: writePath(path), what, fix };
  });
  throw new UserError(problems);
}

/** A path as in `expectations[0].n` and `metrics["liveness.finality"].n`. */
function writePath(path: readonly PropertyKey[]): string {
  const text = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    const name = String(step);
    return /^\w+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
  });
  return text.join('').replace(/^\./, '') || 'the whole file';
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // a folder that cannot be written was reported already
  }
}
