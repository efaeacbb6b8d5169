/**
 * `report`: a stored result printed again, and its report files written anew from it.
 */
import { readResult } from '#experiment/store';
import { holdsSweep, readSweep } from '#experiment/sweep-store';
import { writeSweepReport } from '#report/sweep-write';
import { writeReport } from '#report/write';
import { DONE } from '../exit-code.js';
import type { OutputOptions } from '../options.js';
import type { Context } from '../program.js';
import { formatHeading, printResult } from '../result.js';
import { printSweep } from '../sweep-result.js';
import type { Terminal } from '../terminal.js';

export async function report(folder: string, options: OutputOptions, { terminal }: Context): Promise<number> {
  if (holdsSweep(folder)) return reportSweep(folder, options, terminal);
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
