/**
 * `run --rare`: the probability of an event that is too rare to count, by splitting.
 */
import { join } from 'node:path';
import { UserError } from '#base/error';
import { estimateRare } from '#experiment/rare';
import { type RareResult, writeRare } from '#experiment/rare-result';
import { formatPart } from '#experiment/store';
import { formatNumber } from '#report/number';
import { loadScenario } from '#scenario/load';
import { alignRows } from '../difference.js';
import { DONE, INCOMPLETE, INCONCLUSIVE } from '../exit-code.js';
import { noteWarnings } from '../failure.js';
import { watchInterrupts } from '../interrupt.js';
import { type OutputOptions, overridesOf } from '../options.js';
import { prepareFolder } from '../output-folder.js';
import type { Context } from '../program.js';
import type { Terminal } from '../terminal.js';
import { cleanText, plural } from '../text.js';
import type { RunOptions } from './run.js';

export interface RareFlags {
  readonly rare?: string;
  readonly level?: string;
  readonly effort?: number;
  readonly repeats?: number;
}

const EFFORT = 200;
const REPEATS = 10;
const CONFIDENCE = 0.95;

/** Flags of `run` that ask for something else. */
const OTHERS = {
  decide: '--decide',
  precision: '--precision',
  maxReplications: '--max-replications',
  round: '--round',
  replications: '--replications',
  resume: '--resume',
  shard: '--shard',
  maxWall: '--max-wall',
} as const;

/** @throws UserError for `--level`, `--effort` or `--repeats` without `--rare` */
export function refuseLonely(options: RareFlags): void {
  const lonely = (['level', 'effort', 'repeats'] as const).find((key) => options[key] !== undefined);
  if (options.rare !== undefined || lonely === undefined) return;
  const fix = 'Add --rare with an event, such as --rare "liveness.longestStall > 1h".';
  throw new UserError([{ file: `--${lonely}`, what: 'belongs to the search for a rare event', fix }]);
}

/** @returns 0; 11 if no repeat met the event; 130 or 143 interrupted, which leaves nothing */
export async function runRare(
  file: string,
  options: RunOptions & { readonly rare: string },
  { terminal, version }: Context,
): Promise<number> {
  const other = (Object.keys(OTHERS) as (keyof typeof OTHERS)[]).find((key) => options[key] !== undefined);
  if (other !== undefined) {
    const fix = 'Leave it out; --effort and --repeats say how much is simulated.';
    throw new UserError([{ file: OTHERS[other], what: 'has no meaning with --rare', fix }]);
  }
  const loaded = loadScenario(file, overridesOf(options));
  const folder = options.out ?? join('reports', loaded.name);
  prepareFolder(folder);
  const say = options.json === true ? terminal.note : terminal.print;
  const { rare, level, effort = EFFORT, repeats = REPEATS, jobs, quiet } = options;
  if (quiet !== true) {
    say(formatRareHeading({ seed: loaded.seed, event: rare, repeats, effort }, loaded.name, version));
    noteWarnings(loaded.warnings, terminal);
  }
  const interrupt = watchInterrupts(() => terminal.note('Stopping: part of an estimate is none, nothing is kept.'));
  try {
    const onProgress = (done: number, total: number): void => {
      if (quiet !== true) terminal.progress(`${loaded.name}  ${done}/${total} repeats, the pilot included`);
    };
    const { signal } = interrupt;
    const asked = { event: rare, level, effort, repeats, confidence: CONFIDENCE, jobs, onProgress, signal };
    const found = await estimateRare(loaded, asked);
    terminal.progress('');
    if (found === null) return interrupt.exitCode() ?? INCOMPLETE;
    printRare(found, writeRare(folder, found), options, terminal);
    return found.reached ? DONE : INCONCLUSIVE;
  } finally {
    terminal.progress('');
    interrupt.release();
  }
}

/** Prints an estimate on stdout: with `json` the bytes of rare.json, with `quiet` the verdict alone. */
export function printRare(found: RareResult, file: string, options: OutputOptions, terminal: Terminal): void {
  if (options.json === true) {
    terminal.printJson(formatPart(found));
    return;
  }
  if (options.quiet !== true) for (const line of tell(found, file)) terminal.print(cleanText(line));
  terminal.print(cleanText(conclude(found)));
}

/** What was estimated, as the first line says it. */
export function formatRareHeading(
  found: Pick<RareResult, 'seed' | 'event' | 'repeats' | 'effort'>,
  name: string,
  version: string,
): string {
  const { seed, event, repeats, effort } = found;
  const parts = [`rollout-sim ${version}`, name, `seed ${seed}`, `P(${event})`];
  return cleanText([...parts, `${plural(repeats, 'repeat')} of ${plural(effort, 'path')}`].join('  '));
}

function tell(found: RareResult, file: string): string[] {
  const { levelFunction, stages, cost, relativeError } = found;
  const head = ['stage', 'level', 'paths', 'hits', 'share'];
  const rows = stages.map(({ level, trials, hits, share }, i) => [
    String(i + 1),
    level === null ? 'the event' : formatNumber(level),
    formatNumber(trials),
    formatNumber(hits),
    share === null ? '–' : formatProbability(share),
  ]);
  const lines = [
    '',
    `Level: ${levelFunction.name}: ${levelFunction.text}`,
    '',
    ...alignRows([head, ...rows]),
    '',
    `Method: ${found.method}`,
    `Interval: ${found.intervalMethod}`,
  ];
  if (relativeError !== null) lines.push(`Relative error: ${formatNumber(100 * relativeError)}%`);
  const equivalent = `${formatNumber(cost.replicationsEquivalent)} whole replications`;
  lines.push(
    `Cost: ${formatNumber(cost.events)} events and ${formatNumber(cost.pilotEvents)} of the pilot, as ${equivalent}`,
  );
  if (cost.plainReplications !== null) {
    lines.push(`Plain Monte Carlo as precise: ${formatNumber(cost.plainReplications)} replications`);
  }
  return [...lines, `Estimate: ${file}`, ''];
}

function conclude({ event, estimate, interval, confidence }: RareResult): string {
  const [low, high] = interval;
  const percent = `${Number((100 * confidence).toPrecision(4))}%`;
  if (estimate === null) {
    return `verdict: not reached: no path met ${event}; P ≤ ${formatProbability(high)} at ${percent}`;
  }
  const range = `${formatProbability(low)} – ${formatProbability(high)}`;
  return `verdict: P(${event}) = ${formatProbability(estimate)} (${range} at ${percent})`;
}

/** With three digits, and a power of ten where it is small. */
function formatProbability(p: number): string {
  return p > 0 && p < 1e-3 ? p.toExponential(2) : String(Number(p.toPrecision(3)));
}
