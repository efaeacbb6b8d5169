/**
 * `report`: a stored result printed again, and its report files written anew from it.
 */
import { readResult } from '#experiment/store';
import { writeReport } from '#report/write';
import { DONE } from '../exit-code.js';
import type { OutputOptions } from '../options.js';
import type { Context } from '../program.js';
import { printResult } from '../result.js';
import { cleanText, plural } from '../text.js';

export async function report(folder: string, options: OutputOptions, { terminal }: Context): Promise<number> {
  const stored = readResult(folder);
  const { engine, scenario, seed, replications } = stored.summary;
  await writeReport(folder, stored);
  if (options.json !== true && options.quiet !== true) {
    const run = `${scenario.name} · seed ${seed} · ${plural(replications, 'replication')}`;
    terminal.print(cleanText(`${engine.name} ${engine.version} · ${run}`));
  }
  printResult(stored, folder, options, terminal);
  return DONE;
}
