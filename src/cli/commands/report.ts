/**
 * `report`: a stored result printed again, and its report files written anew from it.
 */
import { readResult } from '#experiment/store';
import { writeReport } from '#report/write';
import { DONE } from '../exit-code.js';
import type { OutputOptions } from '../options.js';
import type { Context } from '../program.js';
import { formatHeading, printResult } from '../result.js';

export async function report(folder: string, options: OutputOptions, { terminal }: Context): Promise<number> {
  const stored = readResult(folder);
  const { engine, scenario, seed, replications } = stored.summary;
  await writeReport(folder, stored);
  if (options.json !== true && options.quiet !== true) {
    const heading = { version: engine.version, name: scenario.name, seed, replications };
    terminal.print(formatHeading(heading, terminal));
  }
  printResult(stored, folder, options, terminal);
  return DONE;
}
