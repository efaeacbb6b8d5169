/**
 * Traces on disk: one file each, written beside its place and renamed into it, so that none is ever half-written.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '#base/error';
import type { ItfJson } from './itf-export.js';

/**
 * Writes traces into a folder, which is created if need be; files of the same names are replaced.
 *
 * @param files - by file name
 * @returns the paths written, in order
 * @throws UserError if the folder cannot be written
 */
export function writeTraces(dir: string, files: ReadonlyMap<string, ItfJson>): string[] {
  return [...files].map(([name, trace]) => {
    const path = join(dir, name);
    const beside = join(dir, `.${name}.${process.pid}.tmp`);
    try {
      mkdirSync(dir, { recursive: true });
      writeFileSync(beside, `${JSON.stringify(trace)}\n`, { flush: true });
      renameSync(beside, path);
    } catch (error) {
      removeQuietly(beside);
      const what = `the trace cannot be written: ${error instanceof Error ? error.message : String(error)}`;
      throw new UserError([{ file: path, what, fix: 'Give a folder that can be written.' }]);
    }
    return path;
  });
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // what cannot be written is reported already
  }
}
