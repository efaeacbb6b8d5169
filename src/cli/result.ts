/**
 * A result on the terminal: the table, where its report is, the verdict; and on failure, how to see it again.
 */
import { join } from 'node:path';
import type { StoredResult, Summary } from '#experiment/result';
import { formatPart } from '#experiment/store';
import { formatInterval, formatValue } from '#report/number';
import { formatSummary } from '#report/table';
import type { OutputOptions, ScenarioOptions } from './options.js';
import { quoteCommand } from './shell.js';
import type { Terminal } from './terminal.js';
import { cleanData, cleanText, plural } from './text.js';

/** What ran, as the first line says it. */
export interface Heading {
  readonly version: string;
  readonly name: string;
  readonly seed: string;
  readonly replications: number;
}

export function formatHeading({ version, name, seed, replications }: Heading, terminal: Terminal): string {
  const parts = [`rollout-sim ${version}`, terminal.outColors.bold(cleanText(name)), `seed ${cleanText(seed)}`];
  return [...parts, plural(replications, 'replication')].join('  ');
}

/**
 * Prints a result on stdout: with `json` the bytes of summary.json, else the table without the heading that is there
 * already, where the report is, and last the verdict; with `quiet` the verdict alone.
 */
export function printResult(stored: StoredResult, folder: string, options: OutputOptions, terminal: Terminal): void {
  if (options.json === true) {
    terminal.printJson(formatPart(stored.summary));
    return;
  }
  const table = formatSummary(cleanData(stored.summary), { color: terminal.color, width: terminal.width });
  const [, ...body] = table.split('\n'); // the first line is a heading, the last one the verdict
  const verdict = body.pop() ?? '';
  if (options.quiet !== true) {
    terminal.print(body.join('\n').trimEnd());
    terminal.print(cleanText(`\nReport: ${join(folder, 'report.html')}`));
  }
  terminal.print(verdict);
}

/**
 * Says on stderr which claims failed, by how much, and the commands that show the replications that speak most against
 * them.
 *
 * @param reproduce - the command line that replays a replication
 */
export function noteFailures(summary: Summary, reproduce: (replication: number) => string, terminal: Terminal): void {
  const shown = new Set<number>();
  for (const failed of summary.expectations) {
    if (failed.verdict !== 'fail') continue;
    const { claim, estimate, interval, unit, method, n, worstReplication } = failed;
    const worst = worstReplication ?? summary.worstReplication;
    const value = `${formatValue(estimate, unit)} (${formatInterval(interval, unit)}, ${method}, n = ${n})`;
    terminal.note(cleanText(`Failed: ${claim}`));
    terminal.note(cleanText(`Value: ${value}${worst === null ? '' : `; worst replication: ${worst}`}`));
    if (worst !== null) shown.add(worst);
  }
  for (const replication of shown) terminal.note(`Reproduce: ${reproduce(replication)}`);
}

/** The command line that tells one replication of a run again. */
export function replayCommand(file: string, seed: string, replication: number, options: ScenarioOptions): string {
  const words = ['rollout-sim', 'replay', file, '--seed', seed, '--replication', String(replication)];
  if (options.fidelity !== undefined) words.push('--fidelity', options.fidelity);
  for (const setting of options.set ?? []) words.push('--set', setting);
  return quoteCommand(words);
}
