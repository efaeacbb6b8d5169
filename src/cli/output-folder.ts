/**
 * Where results go, tried before the first replication: a folder that cannot be written must not cost an hour.
 */
import { accessSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '#base/error';

/**
 * @param flag - that names the folder
 * @throws UserError if `folder` is no folder, or cannot be created or written
 */
export function prepareFolder(folder: string, flag = '--out'): void {
  try {
    makeFolder(resolve(folder));
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^\w+: |, .*$/g, '') : String(error);
    const fix = `Give a folder that can be written, with ${flag} DIR.`;
    throw new UserError([{ file: folder, what: `results cannot be written here: ${reason}`, fix }]);
  }
}

/** Folder by folder: node's own recursion never ends where a file system answers as /proc does, "no such file" for ever. */
function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = folder; !existsSync(at); at = dirname(at)) missing.unshift(at);
  for (const one of missing.length === 0 ? [folder] : missing) {
    try {
      mkdirSync(one);
    } catch (error) {
      if (!isThere(error)) throw error; // another process may have been faster
    }
  }
  readdirSync(folder);
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
