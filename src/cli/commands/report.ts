/**
 * `report`: a stored result printed again, and its report files written anew from it.
 */
import { holdsRare, readRare } from '#experiment/rare-result';
import { readResult } from '#experiment/store';
import { holdsRun, holdsSweep, readSweep } from '#experiment/sweep-store';
import { writeSweepReport } from '#report/sweep-write';
import { writeReport } from '#report/write';
import { DONE } from '../exit-code.js';
import type { OutputOptions } from '../options.js';
import type { Context } from '../program.js';
import { formatHeading, printResult } from '../result.js';
import { printSweep } from '../sweep-result.js';
import type { Terminal } from '../terminal.js';
import { formatRareHeading, printRare } from './rare.js';

export interface ReportOptions extends OutputOptions {
  readonly rare?: boolean;
}

export async function report(folder: string, options: ReportOptions, { terminal }: Context): Promise<number> {
  if (holdsSweep(folder)) return reportSweep(folder, options, terminal);
  if (options.rare === true || (!holdsRun(folder) && holdsRare(folder))) return reportRare(folder, options, terminal);
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

/** An estimate has no page of its own; it is checked and printed. */
function reportRare(folder: string, options: OutputOptions, terminal: Terminal): number {
  const { found, file } = readRare(folder);
  if (options.json !== true && options.quiet !== true) {
    terminal.print(formatRareHeading(found, found.scenario.name, found.engine.version));
  }
  printRare(found, file, options, terminal);
  return DONE;
}

async function reportSweep(folder: string, options: OutputOptions, terminal: Terminal): Promise<number> {
  const stored = readSweep(folder);
  const { engine, scenario, seed, replications } = stored.sweep;
  await writeSweepReport(folder, stored);
  if (options.json !== true && options.quiet !== true) {
    const heading = { version: engine.version, name: scenario.name, seed, replications };
    terminal.print(formatHeading(heading, terminal));
  }
  printSweep(stored, folder, options, terminal);
  return DONE;
}
