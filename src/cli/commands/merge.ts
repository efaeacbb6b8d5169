/**
 * `merge`: puts the parts that `run --shard` wrote together and answers as one run would.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { JournaledScenario } from '#experiment/journal-header';
import { findParts, type MissingShare, mergeParts } from '#experiment/merge';
import { runExperiment } from '#experiment/run';
import { formatShard } from '#experiment/shard';
import { writeStatusFeed } from '#experiment/status';
import { writeResult } from '#experiment/store';
import { exitCodeOf } from '#experiment/verdict';
import { writeReport } from '#report/write';
import { INCOMPLETE } from '../exit-code.js';
import type { OutputOptions } from '../options.js';
import { prepareFolder } from '../output-folder.js';
import type { Context } from '../program.js';
import { formatHeading, noteFailures, printResult, replayCommand } from '../result.js';
import { quoteCommand } from '../shell.js';
import type { Terminal } from '../terminal.js';
import { cleanText, plural } from '../text.js';

export interface MergeOptions extends OutputOptions {
  readonly out?: string;
}

/** @returns 0 go, 10 no-go, 11 inconclusive, 14 replications are missing */
export async function merge(places: readonly string[], options: MergeOptions, context: Context): Promise<number> {
  const { terminal, version, argv } = context;
  const merged = mergeParts(findParts(places), version);
  const { scenario, changes } = merged.header;
  if (merged.kind === 'missing') {
    for (const share of merged.missing) noteMissing(share, scenario, terminal);
    return INCOMPLETE;
  }
  const folder = options.out ?? join('reports', scenario.name);
  prepareFolder(folder);
  const { name, seed, replications, file } = scenario;
  const say = options.json === true ? terminal.note : terminal.print;
  if (options.quiet !== true) say(formatHeading({ version, name, seed, replications }, terminal));
  const { result } = await runExperiment(
    { ...scenario, warnings: [] },
    {
      jobs: availableParallelism(),
      command: quoteCommand(['rollout-sim', ...argv]),
      changes,
      journal: { known: merged.outcomes, append: () => {} }, // all are known; two are told at length
    },
  );
  writeResult(folder, result);
  writeStatusFeed(folder, result.details.replications, scenario.plan.chain.blockTime);
  await writeReport(folder, result);
  printResult(result, folder, options, terminal);
  noteFailures(result.summary, (replication) => replayCommand(file, seed, replication, changes), terminal);
  return exitCodeOf(result.summary);
}

const NAMED = 8; // replications that are named one by one

function noteMissing(
  { shard, file, replications }: MissingShare,
  scenario: JournaledScenario,
  terminal: Terminal,
): void {
  const named = replications.slice(0, NAMED).join(', ');
  const rest = replications.length > NAMED ? ', …' : '';
  const what = `${plural(replications.length, 'replication')}: ${named}${rest}`;
  const place = file === null ? `shard ${formatShard(shard)} is missing` : `${file} lacks`;
  const fix = file === null ? `Run it with --shard ${formatShard(shard)}` : 'Run it again with --resume';
  terminal.note(cleanText(`incomplete ${scenario.name}: ${place}${file === null ? ',' : ''} ${what}. ${fix}.`));
}
