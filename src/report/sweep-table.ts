/**
 * The table that `sweep` prints: a line for each point with its verdict and its foremost metrics, how each expectation
 * fares over the points, or what each input does; and as the last line the verdict.
 */
import type { Sensitivity, SweepResult } from '#experiment/sweep-result';
import { formatInterval, formatNumber, formatValue, type Unit } from './number.js';
import { listPanels, type Panel } from './sweep-panels.js';
import { formatConfidence, formatIndex, labelMetric, pathsOf, shortNames, writeSweepHeadline } from './sweep-words.js';
import { createPaint, formatRows, type Layout, type Paint, type Row, type TableOptions, toneStyle } from './table.js';
import { cleanText, textLength } from './text.js';
import { VERDICT_TONE } from './words.js';

const METRICS_MAX = 4; // beside each other

/** Prints a sweep as lines without a final newline; the last one is the verdict. */
export function formatSweep(sweep: SweepResult, options: TableOptions): string {
  const paint = createPaint(options.color);
  const width = Math.max(options.width, 40);
  const verdict = paint(paint(`verdict: ${sweep.verdict}`, toneStyle(VERDICT_TONE[sweep.verdict])), 'bold');
  const blocks =
    sweep.sensitivity === null
      ? [formatPoints(sweep, width, paint), formatClaims(sweep, width, paint)]
      : formatSensitivity(sweep, sweep.sensitivity, width, paint);
  return [...blocks, [writeSweepHeadline(sweep)], [verdict]]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** As many estimates as fit, at least one. */
function formatPoints(sweep: SweepResult, width: number, paint: Paint): string[] {
  const paths = pathsOf(sweep);
  const panels = listPanels(sweep);
  for (let count = Math.min(METRICS_MAX, panels.length); ; count -= 1) {
    const rows = pointRows(sweep, paths, panels.slice(0, count));
    const columns =
      rows[0]?.cells.map((_, i) => Math.max(...rows.map(({ cells }) => textLength(cells[i] ?? '')))) ?? [];
    const taken = columns.reduce((sum, one) => sum + one + 2, 0);
    if (taken > width && count > 1) continue;
    const metrics = Array.from({ length: count }, () => [true, false]).flat();
    const layout: Layout = { isRight: [...paths.map(() => true), false, ...metrics], cut: [], titles: paths.length };
    return [paint('Points', 'bold'), ...formatRows(rows, layout, width, paint)];
  }
}

function pointRows(sweep: SweepResult, paths: readonly string[], panels: readonly Panel[]): Row[] {
  const names = shortNames(paths);
  const settings = paths.map((path) => cleanText(names.get(path) ?? path));
  const titles = panels.flatMap(({ label }) => [cleanText(label), 'interval']);
  const rows = sweep.points.map((point): Row => {
    const values = paths.map((path) => cleanText(point.set[path] ?? '–'));
    const estimates = panels.flatMap(({ unit, read }) => {
      const found = read(point);
      if (found === undefined) return ['', ''];
      const { estimate, interval } = found;
      return [formatValue(estimate, unit), estimate === null ? '' : formatInterval(interval, unit)];
    });
    const verdict = point.complete ? point.verdict : `${formatNumber(point.replications)} done`;
    return { cells: [...values, verdict, ...estimates] };
  });
  return [{ cells: [...settings, 'verdict', ...titles], style: 'dim' }, ...rows];
}

/** How many points pass each claim. */
function formatClaims(sweep: SweepResult, width: number, paint: Paint): string[] {
  const claims = sweep.points[0]?.expectations.map(({ claim }) => claim) ?? [];
  if (claims.length === 0) return [];
  const rows = claims.map((claim, i): Row => {
    const count = (verdict: string): string =>
      formatNumber(sweep.points.filter((point) => point.expectations[i]?.verdict === verdict).length);
    return { cells: [cleanText(claim), count('pass'), count('fail'), count('inconclusive'), count('error')] };
  });
  const head: Row = { cells: ['claim, by points', 'pass', 'fail', 'inconclusive', 'error'], style: 'dim' };
  const layout: Layout = { isRight: [false, true, true, true, true], cut: [[0, 20]], titles: 1 };
  return [paint('Expectations', 'bold'), ...formatRows([head, ...rows], layout, width, paint)];
}

function formatSensitivity(sweep: SweepResult, sensitivity: Sensitivity, width: number, paint: Paint): string[][] {
  const range = `${formatConfidence(sensitivity.confidence)} interval`;
  const still: string[] = [];
  const blocks = sweep.shown.flatMap((key): string[][] => {
    const unit = sweep.points[0]?.metrics[key]?.unit ?? 'count';
    const body = sensitivity.method === 'morris' ? effectRows(sensitivity, key, unit) : indexRows(sensitivity, key);
    const label = cleanText(labelMetric(sweep, key));
    if (body.length === 0) {
      still.push(label);
      return [];
    }
    const head =
      sensitivity.method === 'morris'
        ? ['input', 'mean |effect|', range, 'mean effect', 'deviation']
        : ['input', 'alone', range, 'with others', range];
    const layout: Layout = {
      isRight: [false, true, false, true, sensitivity.method === 'morris'],
      cut: [[0, 16]],
      titles: 1,
    };
    return [[paint(label, 'bold'), ...formatRows([{ cells: head, style: 'dim' }, ...body], layout, width, paint)]];
  });
  return still.length === 0 ? blocks : [...blocks, [`Not moved by the inputs: ${still.join(', ')}.`]];
}

function effectRows(sensitivity: Extract<Sensitivity, { method: 'morris' }>, key: string, unit: Unit): Row[] {
  const effects = sensitivity.metrics[key] ?? [];
  if (effects.every(({ meanAbsolute }) => meanAbsolute === 0)) return [];
  return [...effects]
    .sort((a, b) => b.meanAbsolute - a.meanAbsolute)
    .map(({ path, mean, meanAbsolute, meanAbsoluteInterval, deviation }): Row => {
      const size = [formatValue(meanAbsolute, unit), formatInterval(meanAbsoluteInterval, unit)];
      return { cells: [cleanText(path), ...size, formatValue(mean, unit), formatValue(deviation, unit)] };
    });
}

function indexRows(sensitivity: Extract<Sensitivity, { method: 'sobol' }>, key: string): Row[] {
  const pair = ([low, high]: readonly [number | null, number | null]): string =>
    low === null || high === null ? '–' : `${formatIndex(low)} – ${formatIndex(high)}`;
  return [...(sensitivity.metrics[key] ?? [])]
    .sort((a, b) => b.total - a.total)
    .map(({ path, first, firstInterval, total, totalInterval }): Row => {
      return {
        cells: [cleanText(path), formatIndex(first), pair(firstInterval), formatIndex(total), pair(totalInterval)],
      };
    });
}
