/**
 * Probabilities as a dot with its interval, in groups of rows: what the rollouts say, and how sure they are.
 */
import type { Proportion } from '#experiment/result';
import {
  type ChartSpec,
  COLORS,
  createChart,
  fitText,
  type Json,
  type Layer,
  plotWidth,
  type Row,
  textWidth,
} from './chart-theme.js';
import { formatInterval, formatShare } from './number.js';

export interface IntervalRow {
  readonly label: string;
  readonly estimate: number; // share
  readonly interval: readonly [number, number];
}

export interface IntervalGroup {
  readonly title: string;
  readonly rows: readonly IntervalRow[];
}

export function proportionRow(label: string, proportion: Proportion): IntervalRow {
  return { label, estimate: proportion.estimate, interval: proportion.interval };
}

const AXIS_ENDS: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1];
const WIDE = 420; // px from which intervals are written out

/**
 * @param width - px of the whole chart
 * @returns null where no group has a row
 */
export function createIntervalChart(
  title: string,
  subtitle: string,
  groups: readonly IntervalGroup[],
  width: number,
): ChartSpec | null {
  const filled = groups.filter(({ rows }) => rows.length > 0);
  if (filled.length === 0) return null;
  const rows = filled.flatMap((group, g) => groupRows(group, g, width));
  const longest = Math.max(...rows.map((row) => textWidth(row.label)));
  const frame = {
    title,
    subtitle,
    description: `${title}: ${filled.flatMap((group) => group.rows.map(describeRow)).join('; ')}.`,
    width,
    plotHeight: rows.length * 24,
    left: Math.min(longest + 16, width * 0.36),
    right: Math.max(...rows.map((row) => textWidth(String(row.value ?? '')))) + 16,
    top: 64,
    bottom: 26,
  };
  const high = Math.max(...filled.flatMap((group) => group.rows.map((row) => row.interval[1])));
  const end = AXIS_ENDS.find((one) => one >= high) ?? 1;
  const y = { field: 'id', type: 'ordinal', scale: { type: 'band', domain: rows.map((row) => row.id) }, axis: null };
  const x = {
    field: 'low',
    type: 'quantitative',
    scale: { domain: [0, end], nice: false },
    axis: { format: end < 0.05 ? '.1%' : '.0%', tickCount: plotWidth(frame) > 160 ? 5 : 2, title: null, domain: false },
  };
  const data = { values: rows.filter(({ header }) => !header) };
  const labels = (header: boolean): Row[] =>
    rows
      .filter((row) => row.header === header)
      .map(({ id, label }) => ({ id, label: fitText(label, header ? width : frame.left - 14) }));
  const layers: Layer[] = [
    {
      data,
      mark: { type: 'rule', strokeWidth: 3, strokeCap: 'round', color: COLORS.blue.light, opacity: 0.45 },
      encoding: { x, x2: { field: 'high' }, y },
    },
    {
      data,
      mark: { type: 'point', filled: true, size: 70, opacity: 1, color: COLORS.blue.light },
      encoding: { x: { ...x, field: 'estimate' }, y },
    },
    marginText(labels(false), 'label', -10, 'right', 400, y),
    marginText(labels(true), 'label', -frame.left + 4, 'left', 600, y),
    marginText(
      data.values.map(({ id, value }) => ({ id, value: value ?? '' })),
      'value',
      plotWidth(frame) + 12,
      'left',
      400,
      y,
    ),
  ];
  return createChart(
    frame,
    layers.filter((layer) => layer.data.values.length > 0),
  );
}

function marginText(
  rows: readonly Row[],
  field: string,
  at: number,
  align: string,
  fontWeight: number,
  y: Json,
): Layer {
  return {
    data: { values: rows },
    mark: { type: 'text', align, baseline: 'middle', fontWeight, color: COLORS.ink.light },
    encoding: { x: { value: at }, y: y ?? null, text: { field, type: 'nominal' } },
  };
}

/** A row of a group or, with nothing to draw, its title. */
type LabelledRow = Row & { readonly id: string; readonly label: string; readonly header: boolean };

function groupRows(group: IntervalGroup, g: number, width: number): LabelledRow[] {
  const header = group.title === '' ? [] : [{ id: `${g}`, label: group.title, header: true }];
  const rows = group.rows.map((row, i) => ({
    id: `${g}.${i}`,
    label: row.label,
    header: false,
    estimate: row.estimate,
    low: row.interval[0],
    high: row.interval[1],
    value:
      width < WIDE
        ? formatShare(row.estimate)
        : `${formatShare(row.estimate)}  (${formatInterval(row.interval, 'share')})`,
  }));
  return [...header, ...rows];
}

function describeRow(row: IntervalRow): string {
  return `${row.label} ${formatShare(row.estimate)} (${formatInterval(row.interval, 'share')})`;
}
