/**
 * The journal of a run as the command line sees it: opened, resumed, and said how to go on with.
 */

import { join } from 'node:path';
import { hideSecrets } from '#base/secret';
import { engineVersion } from '#experiment/host';
import { createJournal, type Journal, nameJournal, resumeJournal } from '#experiment/journal';
import { copyChanges, createHeader } from '#experiment/journal-header';
import { formatShard, type Shard, sizeOf } from '#experiment/shard';
import type { LoadedScenario } from '#scenario/load';
import type { OutputOptions, ScenarioOptions } from './options.js';
import { quoteCommand } from './shell.js';
import type { Terminal } from './terminal.js';
import { cleanText, plural } from './text.js';

/**
 * Opens the journal of a run in the folder of its results; with `resume` what it holds is done already.
 *
 * @throws UserError if it cannot be written, or resumed
 */
export function openJournal(
  folder: string,
  loaded: LoadedScenario,
  shard: Shard,
  options: ScenarioOptions & OutputOptions & { readonly resume?: boolean },
  terminal: Terminal,
): { readonly journal: Journal; readonly file: string } {
  const file = join(folder, nameJournal(shard));
  const header = createHeader(loaded, shard, engineVersion(), copyChanges(options));
  const journal = options.resume === true ? resumeJournal(file, header) : createJournal(file, header);
  if (options.resume === true && options.quiet !== true) {
    const total = plural(sizeOf(shard, loaded.replications), 'replication');
    terminal.note(`Resumed: ${journal.known.length} of ${total} done.`);
  }
  return { journal, file };
}

/** Says on stderr how an unfinished run goes on. */
export function noteResume(argv: readonly string[], terminal: Terminal): void {
  const words = argv.includes('--resume') ? argv : [...argv, '--resume'];
  terminal.note(`Continue: ${hideSecrets(quoteCommand(['rollout-sim', ...words]))}`);
}

/** What a shard wrote. */
export interface WrittenPart {
  readonly file: string;
  readonly shard: Shard;
  readonly done: number; // replications
  readonly total: number;
}

/** Prints where a part is and how far it got: a part is no answer, so there is no verdict. */
export function printPart({ file, shard, done, total }: WrittenPart, options: OutputOptions, terminal: Terminal): void {
  if (options.json === true) {
    terminal.printJson(JSON.stringify({ part: file, shard: formatShard(shard), done, total }, undefined, 2));
  } else {
    const progress = `shard ${formatShard(shard)}, ${done} of ${plural(total, 'replication')}`;
    terminal.print(cleanText(options.quiet === true ? file : `Part: ${file} (${progress})`));
  }
}
