/**
 * `verify-determinism`: every replication in two processes, on other threads in another order; the first difference is told.
 */
import {
  type DeterminismReport,
  type ReplicationDifference,
  type Side,
  type ValueDifference,
  verifyDeterminism,
} from '#experiment/determinism';
import { LostProcessError } from '#experiment/determinism-process';
import { ReplicationError } from '#experiment/failure';
import { loadScenario } from '#scenario/load';
import { DONE, INCOMPLETE, MISMATCH } from '../exit-code.js';
import { noteWarnings, reportFailure } from '../failure.js';
import { watchInterrupts } from '../interrupt.js';
import { type OutputOptions, overridesOf, type ScenarioOptions } from '../options.js';
import type { Context } from '../program.js';
import { formatProgress } from '../progress.js';
import { formatHeading, replayCommand } from '../result.js';
import { quoteCommand } from '../shell.js';
import { cleanText, plural } from '../text.js';

export interface VerifyOptions extends ScenarioOptions, OutputOptions {
  readonly jobs: number;
}

/**
 * @param workerFile - another built worker, for tests that plant a difference
 * @returns 0 if all replications are the same, 13 if one is not, 14 if a process is lost, 130 or 143 interrupted
 */
export async function verify(
  file: string,
  options: VerifyOptions,
  { terminal, version, argv }: Context,
  workerFile?: string,
): Promise<number> {
  const loaded = loadScenario(file, overridesOf(options));
  const { name, seed, replications } = loaded;
  const say = options.json === true ? terminal.note : terminal.print;
  if (options.quiet !== true) say(formatHeading({ version, name, seed, replications }, terminal));
  if (options.quiet !== true) noteWarnings(loaded.warnings, terminal);
  const interrupt = watchInterrupts(() => terminal.note('Stopping: half a comparison is none.'));
  const startedAt = performance.now();
  const replay = (replication: number) => replayCommand(file, seed, replication, options);
  try {
    const report = await verifyDeterminism(
      { file, overrides: overridesOf(options), replications },
      {
        jobs: options.jobs,
        signal: interrupt.signal,
        onProgress: (done, total) => {
          const progress = { done, total, wallMs: performance.now() - startedAt };
          if (options.quiet !== true) terminal.progress(formatProgress(progress, terminal.progressWidth));
        },
        ...(workerFile === undefined ? {} : { workerFile }),
      },
    );
    terminal.progress('');
    if (report === null) return interrupt.exitCode() ?? INCOMPLETE;
    if (options.json === true) terminal.printJson(JSON.stringify(report, undefined, 2));
    else for (const line of tell(report, options.quiet === true)) terminal.print(cleanText(line));
    if (isSame(report)) return DONE;
    const { difference } = report;
    const again = quoteCommand(['rollout-sim', ...argv]);
    terminal.note(`Reproduce: ${difference === null ? again : replay(difference.replication)}`);
    return MISMATCH;
  } catch (error) {
    terminal.progress('');
    if (error instanceof LostProcessError) {
      terminal.note(
        cleanText(`incomplete ${name}: ${error.message}. Run it again, with fewer --jobs if memory is short.`),
      );
      return INCOMPLETE;
    }
    if (!(error instanceof ReplicationError)) throw error;
    const code = reportFailure(error, replay(error.replication), terminal);
    return error.kind === 'death' ? INCOMPLETE : code;
  } finally {
    interrupt.release();
  }
}

function isSame({ difference, summary }: DeterminismReport): boolean {
  return difference === null && summary === null;
}

function tell(report: DeterminismReport, quiet: boolean): string[] {
  const { replications, sides, fingerprints, difference, summary } = report;
  const verdict = isSame(report) ? 'verdict: deterministic' : 'verdict: not deterministic';
  if (quiet) return [verdict];
  return [
    '',
    ...sides.map((side, i) => `  ${fingerprints[i]}  ${describeSide(side, i + 1)}`),
    '',
    ...(difference === null ? [] : tellDifference(difference)),
    ...(summary === null ? [] : tellSummary(summary)),
    ...(isSame(report)
      ? [
          `${plural(replications, 'replication')} in each process: the same facts, the same numbers, the same summary.json.`,
        ]
      : []),
    '',
    verdict,
  ];
}

/** `process 2: 2 threads, shards 3/3 to 1/3, downwards, TZ=Pacific/Kiritimati LC_ALL=tr_TR.UTF-8`. */
function describeSide({ threads, shards, downwards, surroundings: { TZ, LC_ALL } }: Side, number: number): string {
  const order = shards === 1 ? 'one shard' : `shards ${shards}/${shards} to 1/${shards}`;
  const way = downwards ? 'downwards' : 'upwards';
  return `process ${number}: ${plural(threads, 'thread')}, ${order}, ${way}, TZ=${TZ} LC_ALL=${LC_ALL}`;
}

function tellSummary({ path, first, second }: ValueDifference): string[] {
  return [
    `All replications are the same; the summaries differ first in ${path}:`,
    `  first   ${first}`,
    `  second  ${second}`,
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
