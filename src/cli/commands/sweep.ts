/**
 * `sweep`: simulates the rollout at many points under one luck, writes the results, prints them point by point.
 */
import { join } from 'node:path';
import { UserError } from '#base/error';
import { ReplicationError } from '#experiment/failure';
import { runSweep } from '#experiment/sweep';
import { createSweepJournal, resumeSweepJournal, SWEEP_JOURNAL, type SweepJournal } from '#experiment/sweep-journal';
import { holdsRun, writeSweep } from '#experiment/sweep-store';
import { exitCodeOf } from '#experiment/verdict';
import { writeSweepReport } from '#report/sweep-write';
import { type LoadedSweep, loadSweep, type SweepOptions } from '#scenario/sweep';
import { DONE, INCOMPLETE } from '../exit-code.js';
import { noteWarnings, reportFailure } from '../failure.js';
import { watchInterrupts } from '../interrupt.js';
import { noteResume } from '../journal.js';
import { type OutputOptions, overridesOf, type ScenarioOptions } from '../options.js';
import { prepareFolder } from '../output-folder.js';
import type { Context } from '../program.js';
import { showProgress } from '../progress.js';
import { formatHeading, replayCommand } from '../result.js';
import { quoteCommand } from '../shell.js';
import { noteSweepFailures, printSweep } from '../sweep-result.js';
import { plural } from '../text.js';

export interface SweepCommandOptions extends ScenarioOptions, OutputOptions {
  readonly grid?: readonly string[];
  readonly zip?: readonly string[];
  readonly list?: readonly string[];
  readonly filter?: readonly string[];
  readonly metric?: readonly string[];
  readonly sensitivity?: 'morris' | 'sobol';
  readonly input?: readonly string[];
  readonly samples?: number;
  readonly jobs: number;
  readonly out?: string;
  readonly maxWall?: number; // ms
  readonly resume?: boolean;
}

/**
 * @returns 0 where every point is go, 10 where any is no-go, 11 otherwise, 14 incomplete, 130 or 143 interrupted; a
 *   sensitivity analysis asks for no verdict, so it ends with 0 when it is complete
 */
export async function sweep(file: string, options: SweepCommandOptions, context: Context): Promise<number> {
  const { terminal, version, argv } = context;
  const loaded = loadSweep(file, sweepOptionsOf(options));
  const { base, points } = loaded;
  const folder = options.out ?? join('reports', `${base.name}-sweep`);
  if (holdsRun(folder)) {
    const fix = 'Give another folder, with --out DIR.';
    throw new UserError([{ file: folder, what: 'holds the result of a run', fix }]);
  }
  prepareFolder(folder);
  const { seed, replications } = base;
  const say = options.json === true ? terminal.note : terminal.print;
  if (options.quiet !== true) {
    const heading = formatHeading({ version, name: base.name, seed, replications }, terminal);
    say(`${heading}  ${plural(points.length, 'point')}`);
    noteWarnings(base.warnings, terminal);
  }
  const total = points.length * replications;
  const journalFile = join(folder, SWEEP_JOURNAL);
  const openJournal = options.resume === true ? resumeSweepJournal : createSweepJournal;
  const journal = openJournal(journalFile, loaded, version);
  const done = countKnown(loaded, journal);
  if (options.resume === true && options.quiet !== true) {
    terminal.note(`Resumed: ${done} of ${plural(total, 'replication')} done.`);
  }
  const interrupt = watchInterrupts(() => {
    terminal.note('Stopping: what is done is kept. Interrupt again to quit at once.');
  });
  try {
    const { stored, stopped } = await runSweep(loaded, {
      jobs: options.jobs,
      signal: interrupt.signal,
      command: quoteCommand(['rollout-sim', ...argv]),
      changes: options,
      ...(options.maxWall === undefined ? {} : { maxWallMs: options.maxWall }),
      ...(options.quiet === true ? {} : { onProgress: showProgress(total, done, terminal) }),
      journal,
    });
    journal.close();
    if (options.quiet !== true) terminal.progress('writing the report');
    writeSweep(folder, stored);
    await writeSweepReport(folder, stored);
    terminal.progress('');
    printSweep(stored, folder, options, terminal);
    if (!stored.sweep.complete) noteResume(argv, terminal);
    if (loaded.sensitivity === null) noteSweepFailures(stored.sweep, settingsOf(loaded), file, options, terminal);
    if (stopped === 'interrupted') return interrupt.exitCode() ?? INCOMPLETE;
    if (loaded.sensitivity === null) return exitCodeOf(stored.sweep);
    return stored.sweep.complete ? DONE : INCOMPLETE;
  } catch (error) {
    terminal.progress('');
    if (!(error instanceof ReplicationError)) throw error;
    const { point = 0 } = error;
    const replay = { ...options, set: settingsOf(loaded)(point) };
    const code = reportFailure(error, replayCommand(file, error.seed, error.replication, replay), terminal);
    if (error.kind === 'death') noteResume(argv, terminal);
    return error.kind === 'death' ? INCOMPLETE : code;
  } finally {
    interrupt.release();
    journal.close();
  }
}

function countKnown({ base, points }: LoadedSweep, journal: SweepJournal): number {
  const known = points.flatMap(({ loaded }) => [...journal.known(loaded.hash).keys()]);
  return known.filter((replication) => replication < base.replications).length;
}

function settingsOf({ points }: LoadedSweep): (point: number) => readonly string[] {
  return (point) => points[point]?.set ?? [];
}

function sweepOptionsOf(options: SweepCommandOptions): SweepOptions {
  const { grid, zip, list, filter, metric, sensitivity, input, samples } = options;
  const given = Object.entries({ grid, zip, list, filter, metric, sensitivity, input, samples });
  return { ...overridesOf(options), ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
}
