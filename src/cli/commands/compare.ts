/**
 * `compare`: two scenarios, or one and a change to it, on the same luck; what differs, by how much, how surely.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '#base/error';
import { type Comparison, compareSides, type JudgedComparison } from '#experiment/compare';
import { METHODS } from '#experiment/comparison';
import { parseMargins } from '#experiment/margin';
import { formatPart } from '#experiment/store';
import { formatNumber, formatValue } from '#report/number';
import { loadScenario } from '#scenario/load';
import { alignRows, describeSign, formatDifference, formatRange } from '../difference.js';
import { DONE, EXPECTATION_FAILED, INCONCLUSIVE } from '../exit-code.js';
import { noteWarnings } from '../failure.js';
import { watchInterrupts } from '../interrupt.js';
import { type OutputOptions, overridesOf, type ScenarioOptions } from '../options.js';
import { prepareFolder } from '../output-folder.js';
import type { Context } from '../program.js';
import { simulate } from '../simulate.js';
import { cleanText, plural } from '../text.js';

export interface CompareOptions extends ScenarioOptions, OutputOptions {
  readonly with?: readonly string[]; // `path=value` for B alone
  readonly margin?: readonly string[];
  readonly confidence: number;
  readonly jobs: number;
  readonly out?: string;
}

/** @returns 0; with margins 10 if one is broken, 11 if one stays open */
export async function compare(
  fileA: string,
  fileB: string | undefined,
  options: CompareOptions,
  { terminal, version }: Context,
): Promise<number> {
  const margins = parseMargins(options.margin ?? []);
  if (fileB === undefined && options.with === undefined) {
    const fix = 'Give a second file, or a change to the first with --with path=value.';
    throw new UserError([{ file: 'compare', what: 'there is nothing to compare with', fix }]);
  }
  const a = loadScenario(fileA, overridesOf(options));
  const { seed, replications } = a;
  const ofB = { ...options, seed, replications, set: [...(options.set ?? []), ...(options.with ?? [])] };
  const b = loadScenario(fileB ?? fileA, overridesOf(ofB));
  const folder = options.out ?? join('reports', `compare-${a.name}-${b.name}`);
  prepareFolder(folder);
  const say = options.json === true ? terminal.note : terminal.print;
  if (options.quiet !== true) {
    const names = a.name === b.name ? a.name : `${a.name} and ${b.name}`;
    say(cleanText(`rollout-sim ${version}  compare ${names}  seed ${seed}  ${plural(replications, 'pair')}`));
    noteWarnings([...a.warnings, ...b.warnings], terminal);
  }
  const interrupt = watchInterrupts(() => terminal.note('Stopping: half a comparison is none, nothing is kept.'));
  try {
    const seriesA = await simulate(a, overridesOf(options), options, interrupt, terminal);
    if (typeof seriesA === 'number') return seriesA;
    const seriesB = await simulate(b, overridesOf(ofB), options, interrupt, terminal);
    if (typeof seriesB === 'number') return seriesB;
    const found = compareSides({ loaded: a, series: seriesA }, { loaded: b, series: seriesB }, margins, {
      seed,
      confidence: options.confidence,
      version,
    });
    const file = writeComparison(folder, found);
    if (options.json === true) terminal.printJson(formatPart(found));
    else {
      if (options.quiet !== true) for (const line of tell(found, file)) terminal.print(cleanText(line));
      terminal.print(conclude(found));
    }
    return found.verdict === 'different' ? EXPECTATION_FAILED : found.verdict === 'inconclusive' ? INCONCLUSIVE : DONE;
  } finally {
    interrupt.release();
  }
}

/** The document, written beside its place and renamed into it. */
function writeComparison(folder: string, found: Comparison): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'compare.json');
  const beside = `${file}.${process.pid}.tmp`;
  writeFileSync(beside, formatPart(found), { flush: true });
  renameSync(beside, file);
  return file;
}

function tell(found: Comparison, file: string): string[] {
  const percent = `${Number((100 * found.confidence).toPrecision(4))}%`;
  const head = ['', 'A', 'B', 'B − A', `${percent} interval`, '', 'median or pairs', 'luck'];
  const rows = found.metrics.map((metric) => [
    metric.label,
    formatValue(metric.a, metric.unit),
    formatValue(metric.b, metric.unit),
    metric.n > 0 && metric.changed === 0 ? 'no change' : formatDifference(metric.difference, metric.unit),
    metric.n === 0 || metric.method === METHODS.unseen ? '' : formatRange(metric.interval, metric.unit),
    describeSign(metric),
    describePairs(metric),
    metric.varianceReduction === null ? '' : `×${formatNumber(Number(metric.varianceReduction.toPrecision(3)))}`,
  ]);
  const lines = ['', ...alignRows([head, ...rows]), ''];
  const judged = found.metrics.filter(({ equivalence }) => equivalence !== null);
  if (judged.length > 0) lines.push('Margins', ...alignRows(judged.map(describeMargin)), '');
  if (!found.identical) {
    lines.push(`Intervals: ${METHODS.mean} of a quantity, ${METHODS.share} of a probability, each by itself.`);
    lines.push(
      'luck: times fewer replications than two independent samples would need to know the difference as well.',
    );
  }
  return [...lines, `Comparison: ${file}`];
}

/** Of a probability the pairs that disagree, of a quantity the median difference; and pairs without data. */
function describePairs(metric: JudgedComparison): string {
  const { unit, mcnemar, median, onlyA, onlyB } = metric;
  const parts: string[] = [];
  if (mcnemar !== null && metric.changed > 0) {
    const p = mcnemar.pValue < 1e-4 ? mcnemar.pValue.toExponential(0) : String(Number(mcnemar.pValue.toPrecision(2)));
    parts.push(`only A ${mcnemar.onlyA}, only B ${mcnemar.onlyB}, McNemar p ${p}`);
  }
  if (median !== null && metric.changed > 0) {
    parts.push(`${formatDifference(median.estimate, unit)} (${formatRange(median.interval, unit)})`);
  }
  if (onlyA + onlyB > 0) parts.push(`no data: ${onlyB} under A, ${onlyA} under B`);
  return parts.join('; ');
}

function describeMargin({ label, unit, equivalence }: JudgedComparison): string[] {
  if (equivalence === null) return [];
  const ranges = equivalence.intervals.map((interval) => formatRange(interval, unit)).join(' and ');
  const confidence = `${Number((100 * equivalence.confidence).toPrecision(4))}%`;
  return [equivalence.verdict, label, `within ±${equivalence.allowed.replace('relative:', '')}`, ranges, confidence];
}

function conclude(found: Comparison): string {
  const { identical, replications, verdict } = found;
  if (identical)
    return `verdict: no change, exactly: all ${plural(replications, 'replication')} are the same, fact by fact`;
  const changed = found.metrics.filter((metric) => metric.changed > 0).length;
  const differ = `${changed} of ${plural(found.metrics.length, 'metric')} differ in some replication`;
  return `verdict: ${verdict ?? differ}`;
}
