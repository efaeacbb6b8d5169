/**
 * `verify-determinism`: every replication twice, on other threads in another order; the first difference is told.
 */
import { type DeterminismReport, type ReplicationDifference, verifyDeterminism } from '#experiment/determinism';
import { ReplicationError } from '#experiment/failure';
import { loadScenario } from '#scenario/load';
import { DONE, INCOMPLETE, MISMATCH } from '../exit-code.js';
import { noteWarnings, reportFailure } from '../failure.js';
import { type OutputOptions, overridesOf, type ScenarioOptions } from '../options.js';
import type { Context } from '../program.js';
import { formatProgress } from '../progress.js';
import { formatHeading, replayCommand } from '../result.js';
import { cleanText, plural } from '../text.js';

export interface VerifyOptions extends ScenarioOptions, OutputOptions {
  readonly jobs: number;
}

/**
 * @param workerFile - another built worker, for tests that plant a difference
 * @returns 0 if all replications are the same, 13 if one is not
 */
export async function verify(
  file: string,
  options: VerifyOptions,
  { terminal, version }: Context,
  workerFile?: string,
): Promise<number> {
  const loaded = loadScenario(file, overridesOf(options));
  const { name, seed, replications } = loaded;
  const say = options.json === true ? terminal.note : terminal.print;
  if (options.quiet !== true) say(formatHeading({ version, name, seed, replications }, terminal));
  if (options.quiet !== true) noteWarnings(loaded.warnings, terminal);
  const startedAt = performance.now();
  try {
    const report = await verifyDeterminism(loaded, {
      jobs: options.jobs,
      onProgress: (done, total) => {
        const progress = { done, total, wallMs: performance.now() - startedAt };
        if (options.quiet !== true) terminal.progress(formatProgress(progress, terminal.progressWidth));
      },
      ...(workerFile === undefined ? {} : { workerFile }),
    });
    terminal.progress('');
    if (options.json === true) terminal.printJson(JSON.stringify(report, undefined, 2));
    else for (const line of tell(report, options.quiet === true)) terminal.print(cleanText(line));
    if (report.difference === null) return DONE;
    terminal.note(`Reproduce: ${replayCommand(file, seed, report.difference.replication, options)}`);
    return MISMATCH;
  } catch (error) {
    terminal.progress('');
    if (!(error instanceof ReplicationError)) throw error;
    const code = reportFailure(error, replayCommand(file, error.seed, error.replication, options), terminal);
    return error.kind === 'death' ? INCOMPLETE : code;
  }
}

function tell({ replications, threads, fingerprints, difference }: DeterminismReport, quiet: boolean): string[] {
  const verdict = difference === null ? 'verdict: deterministic' : 'verdict: not deterministic';
  if (quiet) return [verdict];
  const [first, second] = threads.map((count) => plural(count, 'thread'));
  return [
    '',
    `  ${fingerprints[0]}  ${first}, upwards`,
    `  ${fingerprints[1]}  ${second}, downwards`,
    '',
    ...(difference === null
      ? [`${plural(replications, 'replication')}, each twice, with the same facts and the same numbers.`]
      : tellDifference(difference)),
    '',
    verdict,
  ];
}

function tellDifference({ replication, fingerprints, fact, value }: ReplicationDifference): string[] {
  const lines = [`Replication ${replication} differs: ${fingerprints[0]} and ${fingerprints[1]}.`];
  if (fact !== null) {
    lines.push(`First differing fact, number ${fact.number}:`);
    lines.push(`  first   ${fact.first ?? 'none: its facts end here'}`);
    lines.push(`  second  ${fact.second ?? 'none: its facts end here'}`);
  }
  if (value !== null) {
    lines.push(`Its facts are the same; the first differing value is ${value.path}:`);
    lines.push(`  first   ${value.first}`, `  second  ${value.second}`);
  }
  return lines;
}
