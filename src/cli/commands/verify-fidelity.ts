/**
 * `verify-fidelity`: block level against message level on the same replications, metric by metric, with the tolerance.
 */
import { type Comparison, compareSides, type JudgedComparison } from '#experiment/compare';
import { type FidelityVerdict, judgeFidelity, standingOf, tolerancesFor } from '#experiment/fidelity';
import { compareDistributions, type DistributionComparison, KS_TOLERANCE } from '#experiment/fidelity-distribution';
import { parseMargins } from '#experiment/margin';
import { formatPart } from '#experiment/store';
import { formatNumber, formatValue } from '#report/number';
import { loadScenario } from '#scenario/load';
import { alignRows, formatDifference, formatRange } from '../difference.js';
import { DONE, INCONCLUSIVE, MISMATCH } from '../exit-code.js';
import { noteWarnings } from '../failure.js';
import { watchInterrupts } from '../interrupt.js';
import { type OutputOptions, overridesOf, type ScenarioOptions } from '../options.js';
import type { Context } from '../program.js';
import { replayCommand } from '../result.js';
import { simulate } from '../simulate.js';
import type { Terminal } from '../terminal.js';
import { cleanText, plural } from '../text.js';

export interface VerifyFidelityOptions extends ScenarioOptions, OutputOptions {
  readonly margin?: readonly string[];
  readonly confidence: number;
  readonly jobs: number;
  readonly horizon?: string;
  readonly ks?: number;
}

const WORDS: Readonly<Record<FidelityVerdict, string>> = {
  within: 'verdict: within tolerance',
  outside: 'verdict: outside tolerance',
  undecided: 'verdict: undecided, more replications would tell',
};
const CODES: Readonly<Record<FidelityVerdict, number>> = { within: DONE, outside: MISMATCH, undecided: INCONCLUSIVE };

/** @returns 0 if every file is within its tolerances, 13 if one is outside, 11 if one is undecided */
export async function verifyFidelity(
  files: readonly string[],
  written: VerifyFidelityOptions,
  { terminal, version }: Context,
): Promise<number> {
  const options = shorten(written);
  const given = parseMargins(options.margin ?? []);
  const asked = files.map((file) => {
    const asWritten = loadScenario(file, overridesOf(options)).plan.fidelity;
    const fidelity = asWritten === 'message' ? 'auto' : asWritten;
    const at = (level: 'message' | 'block' | 'auto') => ({ ...overridesOf(options), fidelity: level });
    return { file, reference: at('message'), tested: at(fidelity), fidelity };
  });
  const interrupt = watchInterrupts(() => terminal.note('Stopping: half a comparison is none, nothing is kept.'));
  const say = options.json === true ? terminal.note : terminal.print;
  const found: FidelityOfFile[] = [];
  const simulated = { ...options, distributions: true };
  try {
    for (const { file, reference, tested, fidelity } of asked) {
      const a = loadScenario(file, reference);
      const b = loadScenario(file, tested);
      const { name, seed, replications } = a;
      if (options.quiet !== true) {
        const heading = `rollout-sim ${version}  ${name}  seed ${seed}  message against ${fidelity}`;
        say(cleanText(`${heading}, ${plural(replications, 'replication')}`));
        noteWarnings(a.warnings, terminal);
      }
      const seriesA = await simulate(a, reference, simulated, interrupt, terminal);
      if (typeof seriesA === 'number') return seriesA;
      const seriesB = await simulate(b, tested, simulated, interrupt, terminal);
      if (typeof seriesB === 'number') return seriesB;
      const margins = tolerancesFor(a.plan, given);
      const how = { seed, confidence: options.confidence, version };
      const comparison = compareSides({ loaded: a, series: seriesA }, { loaded: b, series: seriesB }, margins, how);
      const { confidence, ks: tolerance = KS_TOLERANCE } = options;
      const distributions = compareDistributions(seriesA, seriesB, { seed, confidence, tolerance });
      const verdict = judgeFidelity(comparison.metrics, distributions);
      found.push({ file, verdict, comparison, distributions });
      if (options.json !== true && options.quiet !== true) {
        for (const line of [...tell(comparison), ...tellDistributions(distributions)]) terminal.print(line);
      }
      if (options.json !== true) terminal.print(WORDS[verdict]);
      if (verdict === 'outside') noteWorst(file, seed, comparison, distributions, reference, tested, terminal);
    }
  } finally {
    interrupt.release();
  }
  if (options.json === true) terminal.printJson(formatPart({ schemaVersion: 1, kind: 'fidelity', files: found }));
  const worst = (['outside', 'undecided', 'within'] as const).find((one) =>
    found.some(({ verdict }) => verdict === one),
  );
  return CODES[worst ?? 'within'];
}

interface FidelityOfFile {
  readonly file: string;
  readonly verdict: FidelityVerdict;
  readonly comparison: Comparison;
  readonly distributions: readonly DistributionComparison[];
}

/** `--horizon` is one more `--set`, so whatever repeats the settings repeats it. */
function shorten(options: VerifyFidelityOptions): VerifyFidelityOptions {
  if (options.horizon === undefined) return options;
  return { ...options, set: [...(options.set ?? []), `horizon=${options.horizon}`] };
}

/** Names what is outside, and how to see the replication that differs most at both levels. */
function noteWorst(
  file: string,
  seed: string,
  { metrics }: Comparison,
  distributions: readonly DistributionComparison[],
  reference: ScenarioOptions,
  tested: ScenarioOptions,
  terminal: Terminal,
): void {
  const outside = metrics.filter((metric) => standingOf(metric) === 'outside');
  for (const { key, a, b, unit } of outside) {
    terminal.note(
      cleanText(`Outside: ${key}: ${formatValue(a, unit)} at message level, ${formatValue(b, unit)} tested`),
    );
  }
  for (const { key, distance, tolerance, verdict } of distributions) {
    if (verdict !== 'outside') continue;
    terminal.note(
      cleanText(`Outside: ${key}, all blocks: distance ${percent(distance)}, tolerance ${percent(tolerance)}`),
    );
  }
  const worst = outside.find(({ worstReplication }) => worstReplication !== null)?.worstReplication ?? 0;
  for (const level of [reference, tested]) terminal.note(`Reproduce: ${replayCommand(file, seed, worst, level)}`);
}

function percent(share: number | null): string {
  return share === null ? 'no data' : `${(100 * share).toFixed(1)}%`;
}

/** How far apart all blocks are, with the tolerance. */
function tellDistributions(distributions: readonly DistributionComparison[]): string[] {
  const head = ['', 'blocks', 'tested', 'Kolmogorov–Smirnov', 'interval', 'tolerance', ''];
  const rows = distributions.map(({ label, blocks, distance, interval, tolerance, verdict }) => [
    label,
    formatNumber(blocks[0]),
    formatNumber(blocks[1]),
    percent(distance),
    distance === null ? '' : `${percent(interval[0])} – ${percent(interval[1])}`,
    `≤ ${percent(tolerance)}`,
    verdict ?? '',
  ]);
  return [...alignRows([head, ...rows]), ''].map(cleanText);
}

function tell({ metrics, confidence }: Comparison): string[] {
  const judged = metrics.filter(({ equivalence }) => equivalence !== null);
  const head = [
    '',
    'message',
    'tested',
    'difference',
    `${Number((100 * confidence).toPrecision(4))}% together`,
    'tolerance',
    '',
  ];
  return ['', ...alignRows([head, ...judged.map(rowOf)]), ''].map(cleanText);
}

function rowOf(metric: JudgedComparison): string[] {
  const { label, unit, a, b, n, changed, difference, equivalence } = metric;
  if (equivalence === null) return [];
  const { allowed, intervals } = equivalence;
  const tolerance = allowed === 'never' ? 'none' : `±${allowed.replace('relative:', '')}`;
  if (n === 0) return [label, 'no data', 'no data', '', '', tolerance, ''];
  const word = standingOf(metric) ?? '';
  if (changed === 0) return [label, formatValue(a, unit), formatValue(b, unit), 'none', '', tolerance, word];
  const range = intervals.map((interval) => formatRange(interval, unit)).join(' and ');
  return [
    label,
    formatValue(a, unit),
    formatValue(b, unit),
    formatDifference(difference, unit),
    range,
    tolerance,
    word,
  ];
}
