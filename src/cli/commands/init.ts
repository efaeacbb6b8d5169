/**
 * `init`: a scenario to start from.
 */
import { writeFileSync } from 'node:fs';
import { UserError } from '#base/error';
import { TEMPLATE } from '#scenario/template';
import { DONE } from '../exit-code.js';
import { schemaSeenFrom } from '../schema-path.js';
import { quoteCommand } from '../shell.js';
import type { Terminal } from '../terminal.js';

/**
 * Writes the starter scenario.
 *
 * @throws UserError if the file is there and `force` is not given
 */
export function init(file: string, options: { readonly force?: boolean }, terminal: Terminal): number {
  try {
    writeFileSync(file, TEMPLATE.replace(/\$schema=\S+/, `$schema=${schemaSeenFrom(file)}`), {
      flag: options.force === true ? 'w' : 'wx',
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const what = 'there is such a file already, and it stays as it is';
    throw new UserError([{ file, what, fix: 'Give another name, or --force to overwrite it.' }]);
  }
  terminal.print(`Wrote ${quoteCommand([file])}. Next:`);
  terminal.print(`  ${quoteCommand(['rollout-sim', 'run', file])}`);
  return DONE;
}
