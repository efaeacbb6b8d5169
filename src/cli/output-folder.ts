/**
 * Where results go, tried before the first replication: a folder that cannot be written must not cost an hour.
 */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { UserError } from '#base/error';

/**
 * @param flag - that names the folder
 * @throws UserError if `folder` is no folder, or cannot be created or written
 */
export function prepareFolder(folder: string, flag = '--out'): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^\w+: |, .*$/g, '') : String(error);
    const fix = `Give a folder that can be written, with ${flag} DIR.`;
    throw new UserError([{ file: folder, what: `results cannot be written here: ${reason}`, fix }]);
  }
}
