/**
 * `import`: a file of the chain itself as a scenario, with an account of every key.
 */
import { closeSync, existsSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { UserError } from '#base/error';
import { type Imported, importText } from '#import/convert';
import { readText } from '#scenario/overlay';
import { NAME_PATTERN } from '#scenario/schema';
import { DONE } from '../exit-code.js';
import { noteWarnings } from '../failure.js';
import type { OutputOptions } from '../options.js';
import { prepareFolder } from '../output-folder.js';
import type { Context } from '../program.js';
import { schemaSeenFrom } from '../schema-path.js';
import { quoteCommand } from '../shell.js';
import { cleanText, plural } from '../text.js';

export interface ImportOptions extends OutputOptions {
  readonly out?: string;
  readonly as?: string;
  readonly force?: boolean;
}

/**
 * Writes the scenario that `file` becomes, and prints what became of each key.
 *
 * @throws UserError if the file is malformed or no known kind, or if the output is there and `force` is not given
 */
export function importFile(file: string, options: ImportOptions, { terminal, version }: Context): number {
  const name = nameOf(file);
  const target = options.out ?? `${name}.yaml`;
  if (options.force !== true && existsSync(target)) refuseOverwriting(target);
  const imported = importText(readText(file), file, name, { kind: options.as, version });
  prepareFolder(dirname(target));
  writeWhole(
    target,
    imported.text.replace(/\$schema=\S+/, `$schema=${schemaSeenFrom(target)}`),
    options.force === true,
  );
  if (options.json === true) {
    const { kind, syntax, additions, warnings } = imported;
    const keys = imported.keys.map(({ place, ...key }) => ({ ...key, line: place.line, column: place.column }));
    terminal.printJson(
      JSON.stringify(
        { schemaVersion: 1, kind: 'import', file, source: kind, syntax, out: target, keys, additions, warnings },
        undefined,
        2,
      ),
    );
    return DONE;
  }
  if (options.quiet !== true) {
    for (const line of tell(imported, file, version)) terminal.print(cleanText(line));
    terminal.print('');
  }
  noteWarnings(imported.warnings, terminal);
  terminal.print(cleanText(`Wrote ${quoteCommand([target])}. Next:`));
  terminal.print(`  ${quoteCommand(['rollout-sim', 'run', target])}`);
  return DONE;
}

/** A name for the scenario and its file, from that of the source. */
function nameOf(file: string): string {
  const plain = basename(file)
    .replace(/\.(?:toml|ron)$/i, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100);
  return NAME_PATTERN.test(plain) ? plain : 'imported';
}

function refuseOverwriting(file: string): never {
  const what = 'there is such a file already, and it stays as it is';
  throw new UserError([{ file, what, fix: 'Give another name with --out, or --force to overwrite it.' }]);
}

/** Writes beside `file` first, so that whatever happens `file` is whole or not there. */
function writeWhole(file: string, text: string, force: boolean): void {
  const beside = `${file}.${process.pid}.tmp`;
  try {
    const handle = openSync(beside, 'wx');
    try {
      writeSync(handle, text);
    } finally {
      closeSync(handle);
    }
    if (force) renameSync(beside, file);
    else linkSync(beside, file); // fails where a file appeared meanwhile
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') refuseOverwriting(file);
    throw error;
  } finally {
    rmSync(beside, { force: true });
  }
}

const VALUE_WIDTH = 24;
const MARKS = { used: '→', ignored: '·', unknown: '?' } as const;

/** The beginning of a long value, which stands whole in the scenario and in --json. */
function shorten(value: string): string {
  return value.length <= VALUE_WIDTH ? value : `${value.slice(0, VALUE_WIDTH - 1)}…`;
}

/** A line for each key: what became of it, where it stands, its value, and the key of ours or the reason. */
function tell({ keys, additions, kind, syntax }: Imported, file: string, version: string): string[] {
  const count = (state: keyof typeof MARKS): string => `${keys.filter((key) => key.state === state).length} ${state}`;
  const path = Math.min(52, Math.max(...keys.map((key) => key.path.length)));
  const line = String(Math.max(...keys.map((key) => key.place.line))).length;
  const rows = keys.map((key) => {
    const value = shorten(key.value).padEnd(VALUE_WIDTH);
    const where = `${String(key.place.line).padStart(line)}  ${key.path.padEnd(path)}  ${value}`;
    const note = key.text === '' ? '' : ` (${key.text})`;
    const what = key.state === 'used' ? `→ ${key.to.join(', ')}${note}` : key.text;
    return `  ${MARKS[key.state]} ${key.state.padEnd(7)}  ${where}  ${what}`;
  });
  const width = Math.max(...additions.map(({ to }) => to.length));
  return [
    `rollout-sim ${version}  import ${file}  ${kind} (${syntax})`,
    '',
    ...rows,
    '',
    'Added, since the file does not say it',
    ...additions.map(({ to, text }) => `  + ${to.padEnd(width)}  ${text}`),
    '',
    `${plural(keys.length, 'key')}: ${count('used')}, ${count('ignored')}, ${count('unknown')}`,
  ];
}
