/**
 * Files that other threads and processes start with: they run built files only, so from `src` it is the one of the last
 * build.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UserError } from '#base/error';

/**
 * @param url - of a file of this floor, such as `new URL('./worker.js', import.meta.url)`
 * @throws UserError if it was not built
 */
export function findBuilt(url: URL): string {
  const file = fileURLToPath(url).replace(/([\\/])src([\\/]experiment[\\/][\w-]+\.js)$/, '$1.dist$2');
  return checkBuilt(file);
}

/** @throws UserError if there is no such file */
export function checkBuilt(file: string): string {
  if (existsSync(file)) return file;
  throw new UserError([{ file, what: 'the worker is not built', fix: 'Run `npm run build`.' }]);
}
