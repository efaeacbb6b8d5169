/**
 * A sweep on the terminal: the table, where its report is, the verdict; and where a claim fails, how to see it again.
 */
import { join } from 'node:path';
import { formatPart } from '#experiment/store';
import type { StoredSweep, SweepPointResult, SweepResult } from '#experiment/sweep-result';
import { formatSweep } from '#report/sweep-table';
import type { OutputOptions, ScenarioOptions } from './options.js';
import { replayCommand } from './result.js';
import type { Terminal } from './terminal.js';
import { cleanData, cleanText } from './text.js';

const FAILURES_SHOWN = 5;

/** Prints a sweep on stdout: with `json` the bytes of sweep.json, with `quiet` the verdict alone. */
export function printSweep(stored: StoredSweep, folder: string, options: OutputOptions, terminal: Terminal): void {
  const { sweep } = stored;
  if (options.json === true) {
    terminal.printJson(formatPart(sweep));
    return;
  }
  const body = formatSweep(cleanData(sweep), { color: terminal.color, width: terminal.width }).split('\n');
  const verdict = body.pop() ?? '';
  if (options.quiet !== true) {
    terminal.print(`\n${body.join('\n').trimEnd()}`);
    terminal.print(cleanText(`\nReport: ${join(folder, 'report.html')}`));
  }
  terminal.print(verdict);
}

/** Says on stderr at which points claims fail, and the commands that show the replications that speak most against them. */
export function noteSweepFailures(
  sweep: SweepResult,
  settingsOf: (point: number) => readonly string[],
  file: string,
  options: ScenarioOptions,
  terminal: Terminal,
): void {
  const failures = sweep.points.flatMap((point, number) =>
    point.expectations
      .filter(({ verdict }) => verdict === 'fail')
      .map((failed) => ({ number, failed, worst: failed.worstReplication ?? point.worstReplication })),
  );
  for (const { number, failed, worst } of failures.slice(0, FAILURES_SHOWN)) {
    terminal.note(cleanText(`Failed at ${describe(sweep.points[number])}: ${failed.claim}. ${failed.reason}`));
    if (worst === null) continue;
    const reproduce = replayCommand(file, sweep.seed, worst, { ...options, set: settingsOf(number) });
    terminal.note(`Reproduce: ${reproduce}`);
  }
  const rest = failures.length - FAILURES_SHOWN;
  if (rest > 0) terminal.note(`${rest} more failed; the report has them all.`);
}

function describe(point: SweepPointResult | undefined): string {
  const settings = Object.entries(point?.set ?? {}).map(([path, text]) => `${path}=${text}`);
  return settings.length === 0 ? 'the file as it is' : settings.join(' ');
}
