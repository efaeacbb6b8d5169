/**
 * `run`: simulates the rollout many times, writes the results, prints estimates and verdict.
 */
import { join } from 'node:path';
import { UserError } from '#base/error';
import { hideSecrets } from '#base/secret';
import { ReplicationError } from '#experiment/failure';
import { openQueue, QUEUE_LANES } from '#experiment/queue';
import { DEFAULT_QUEUE } from '#experiment/queue-job';
import type { WorkerStart } from '#experiment/rehearser';
import { runExperiment, runShard } from '#experiment/run';
import { type Shard, sizeOf, WHOLE } from '#experiment/shard';
import { writeStatusFeed } from '#experiment/status';
import { writeResult } from '#experiment/store';
import { exitCodeOf } from '#experiment/verdict';
import { writeReport } from '#report/write';
import { loadScenario } from '#scenario/load';
import { DONE, INCOMPLETE } from '../exit-code.js';
import { noteWarnings, reportFailure } from '../failure.js';
import { watchInterrupts } from '../interrupt.js';
import { noteResume, openJournal, printPart } from '../journal.js';
import { type OutputOptions, overridesOf, type ScenarioOptions } from '../options.js';
import { prepareFolder } from '../output-folder.js';
import type { Context } from '../program.js';
import { showProgress } from '../progress.js';
import { formatHeading, noteFailures, printResult, replayCommand } from '../result.js';
import { quoteCommand } from '../shell.js';
import { describeEnd, type StoppingOptions, stoppingRuleOf } from '../stopping.js';
import { type RareFlags, refuseLonely, runRare } from './rare.js';

export interface RunOptions extends ScenarioOptions, OutputOptions, StoppingOptions, RareFlags {
  readonly jobs: number;
  readonly out?: string;
  readonly maxWall?: number; // ms
  readonly resume?: boolean;
  readonly shard?: Shard;
  readonly executor?: 'threads' | 'bullmq';
  readonly redis?: string;
  readonly queue?: string;
}

/** @returns 0 go or a whole shard, 10 no-go, 11 inconclusive, 14 incomplete, 130 or 143 interrupted */
export async function run(file: string, options: RunOptions, context: Context): Promise<number> {
  const { terminal, version, argv } = context;
  refuseLonely(options);
  if (options.rare !== undefined) return runRare(file, { ...options, rare: options.rare }, context);
  const asked = loadScenario(file, overridesOf(options));
  const stopping = stoppingRuleOf(options, asked);
  if (stopping !== undefined && options.shard !== undefined) {
    const what = 'a share cannot know when all have seen enough';
    throw new UserError([{ file: '--shard', what, fix: 'Leave out --decide and --precision.' }]);
  }
  const replications = stopping?.maxReplications ?? asked.replications;
  const loaded = stopping === undefined ? asked : loadScenario(file, overridesOf({ ...options, replications }));
  const opener = queueOf(options, terminal);
  const folder = options.out ?? join('reports', loaded.name);
  prepareFolder(folder);
  const { seed } = loaded;
  const say = options.json === true ? terminal.note : terminal.print;
  if (options.quiet !== true) say(formatHeading({ version, name: loaded.name, seed, replications }, terminal));
  if (options.quiet !== true) noteWarnings(loaded.warnings, terminal);
  const shard = options.shard ?? WHOLE;
  const total = sizeOf(shard, replications);
  const { journal, file: journalFile } = openJournal(folder, loaded, shard, options, terminal);

  const interrupt = watchInterrupts(() => {
    terminal.note('Stopping: what is done is kept. Interrupt again to quit at once.');
  });
  try {
    const running = {
      jobs: opener === undefined ? options.jobs : QUEUE_LANES,
      opener,
      stopping,
      signal: interrupt.signal,
      command: hideSecrets(quoteCommand(['rollout-sim', ...argv])),
      changes: options,
      ...(options.maxWall === undefined ? {} : { maxWallMs: options.maxWall }),
      ...(options.quiet === true ? {} : { onProgress: showProgress(total, journal.known.length, terminal) }),
    };
    if (options.shard !== undefined) {
      const { done, stopped } = await runShard(loaded, shard, journal, running);
      journal.close();
      terminal.progress('');
      printPart({ file: journalFile, shard, done, total }, options, terminal);
      if (stopped === 'complete') return DONE;
      noteResume(argv, terminal);
      return interrupt.exitCode() ?? INCOMPLETE;
    }
    const { result, stopped, look } = await runExperiment(loaded, { ...running, journal });
    journal.close();
    if (options.quiet !== true) terminal.progress('writing the report');
    writeResult(folder, result);
    writeStatusFeed(folder, result.details.replications, loaded.plan.chain.blockTime);
    await writeReport(folder, result);
    terminal.progress('');
    if (look !== null && options.quiet !== true) say(describeEnd(look, result.summary.replications));
    printResult(result, folder, options, terminal);
    noteFailures(result.summary, (replication) => replayCommand(file, seed, replication, options), terminal);
    if (!result.summary.complete) noteResume(argv, terminal);
    return stopped === 'interrupted' ? (interrupt.exitCode() ?? INCOMPLETE) : exitCodeOf(result.summary);
  } catch (error) {
    terminal.progress('');
    if (!(error instanceof ReplicationError)) throw error;
    const replay = replayCommand(file, error.seed, error.replication, options);
    const code = reportFailure(error, replay, terminal);
    if (error.kind === 'death') noteResume(argv, terminal);
    return error.kind === 'death' ? INCOMPLETE : code;
  } finally {
    interrupt.release();
    journal.close();
  }
}

/** How a queue is opened, if the run is to go through one. */
function queueOf({ executor, redis, queue = DEFAULT_QUEUE }: RunOptions, terminal: Context['terminal']) {
  if (executor === 'bullmq') {
    if (redis === undefined) {
      const fix = 'Add --redis with the URL of a server, such as redis://127.0.0.1:6379.';
      throw new UserError([{ file: '--executor bullmq', what: 'needs a queue', fix }]);
    }
    return (start: WorkerStart) => openQueue(start, redis, queue, terminal.note);
  }
  if (redis === undefined) return undefined;
  throw new UserError([{ file: '--redis', what: 'has no meaning for threads', fix: 'Add --executor bullmq.' }]);
}
