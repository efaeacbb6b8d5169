/**
 * A result on the terminal: the table, where its report is, the verdict; and on failure, how to see it again.
 */
import { join } from 'node:path';
import type { StoredResult, Summary } from '#experiment/result';
import { formatPart } from '#experiment/store';
import { writeHeadline } from '#report/headline';
import { formatInterval, formatValue } from '#report/number';
import { formatSummary } from '#report/table';
import type { OutputOptions, ScenarioOptions } from './options.js';
import { quoteCommand } from './shell.js';
import type { Terminal } from './terminal.js';
import { cleanData, cleanText } from './text.js';

/** Prints a result on stdout: with `json` the bytes of summary.json, else all up to the verdict, which comes last. */
export function printResult(stored: StoredResult, folder: string, options: OutputOptions, terminal: Terminal): void {
  if (options.json === true) {
    terminal.printJson(formatPart(stored.summary));
    return;
  }
  const summary = cleanData(stored.summary);
  if (options.quiet !== true) {
    terminal.print(formatSummary(summary, { color: terminal.color, width: terminal.width }));
    terminal.print(cleanText(`Report: ${join(folder, 'report.html')}`));
  }
  const { green, red, yellow } = terminal.outColors;
  const color = { go: green, 'no-go': red, inconclusive: yellow }[summary.verdict];
  terminal.print(color(`Verdict: ${writeHeadline(summary)}`));
}

/**
 * Says on stderr which claims failed, by how much, and the command that shows the worst replication of each.
 *
 * @param reproduce - the command line that replays a replication
 */
export function noteFailures(summary: Summary, reproduce: (replication: number) => string, terminal: Terminal): void {
  for (const failed of summary.expectations) {
    if (failed.verdict !== 'fail') continue;
    const { claim, estimate, interval, unit, method, n, worstReplication } = failed;
    const worst = worstReplication ?? summary.worstReplication;
    const value = `${formatValue(estimate, unit)} [${formatInterval(interval, unit)}], ${method}, n = ${n}`;
    terminal.note(cleanText(`Failed: ${claim}`));
    terminal.note(cleanText(`Value: ${value}${worst === null ? '' : `; worst replication: ${worst}`}`));
    if (worst !== null) terminal.note(`Reproduce: ${reproduce(worst)}`);
  }
}

/** The command line that tells one replication of a run again. */
export function replayCommand(file: string, seed: string, replication: number, options: ScenarioOptions): string {
  const words = ['rollout-sim', 'replay', file, '--seed', seed, '--replication', String(replication)];
  if (options.fidelity !== undefined) words.push('--fidelity', options.fidelity);
  for (const setting of options.set ?? []) words.push('--set', setting);
  return quoteCommand(words);
}
