/**
 * Differences as people read them: with a sign, in the metric's unit, and in columns.
 */
import type { MetricComparison } from '#experiment/comparison';
import { formatValue } from '#report/number';

type Unit = MetricComparison['unit'];
type Interval = MetricComparison['interval'];

/** A difference with its sign: `+2.5 pp` of a share, `-40ms`, `0s`. */
export function formatDifference(value: number | null, unit: Unit): string {
  if (value === null || value === 0) return formatValue(value, unit);
  const rounded = unit === 'duration' ? Math.round(value) : value;
  if (rounded === 0) return formatValue(0, unit);
  const size = formatValue(Math.abs(rounded), unit);
  const text = unit === 'share' ? size.replace('%', ' pp') : size; // percentage points
  return text.startsWith('<') ? text.replace('<', rounded < 0 ? '> -' : '<') : `${rounded < 0 ? '-' : '+'}${text}`;
}

/** `-1.2 pp … +3 pp`; an open end is `…`. */
export function formatRange([low, high]: Interval, unit: Unit): string {
  if (low === 0 && high === 0) return 'exactly 0';
  const [from, to] = [low, high].map((end) => (end === null ? '' : formatDifference(end, unit)));
  return `${from} … ${to}`.trim();
}

/** What an interval that excludes 0 says; empty where it does not. */
export function describeSign({ interval: [low, high], better }: MetricComparison): string {
  const sign = low !== null && low > 0 ? 1 : high !== null && high < 0 ? -1 : 0;
  if (sign === 0) return '';
  if (better === 'neither') return sign > 0 ? 'higher' : 'lower';
  return (better === 'higher') === sign > 0 ? 'better' : 'worse';
}

/** Rows of cells as lines, each column as wide as its widest cell, at least two spaces between. */
export function alignRows(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows.map((row) => {
    return `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd();
  });
}
