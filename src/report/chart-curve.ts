/**
 * A metric against an axis of a sweep: a line of estimates in the band of their intervals, a line for each setting of the
 * other axes. The horizontal axis names the values as they were written; one without an order is drawn in steps.
 */
import { SECOND } from '#base/time';
import { valueAxis } from './chart-series.js';
import {
  type ChartSpec,
  COLORS,
  createChart,
  fitText,
  type Json,
  type Layer,
  plotWidth,
  type Row,
} from './chart-theme.js';
import { formatInterval, formatValue, type Unit } from './number.js';

export interface CurvePoint {
  readonly x: number;
  readonly estimate: number | null; // null breaks the line
  readonly interval: readonly [number | null, number | null];
}

export interface Curve {
  readonly name: string; // empty if it is the only one
  readonly points: readonly CurvePoint[]; // ascending in x
}

export interface CurveChart {
  readonly title: string;
  readonly subtitle: string;
  readonly axis: string; // title of the horizontal axis
  readonly unit: Unit; // of the metric
  readonly labels: readonly { readonly x: number; readonly text: string }[]; // ascending in x
}

/** Lines that stay apart; more go to another chart. */
export const CURVES_MAX = 5;
const TONES = [COLORS.blue, COLORS.red, COLORS.teal, COLORS.purple, COLORS.amber].map(({ light }) => light);
const DASHES = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [4, 4],
];
const LEGEND_ROW = 18; // px

/**
 * @param curves - at most `CURVES_MAX`
 * @param width - px of the whole chart
 * @returns null where no point has an estimate
 */
export function createCurveChart(chart: CurveChart, curves: readonly Curve[], width: number): ChartSpec | null {
  const scaled = curves.map((curve) => ({ ...curve, points: curve.points.map((point) => scale(point, chart.unit)) }));
  const estimates = scaled.flatMap(({ points }) => points.flatMap(({ estimate }) => estimate ?? []));
  if (estimates.length === 0) return null;
  const [floor, roof] = limitsOf(chart.unit, estimates, scaled);
  const vertical = verticalAxis(chart.unit, [floor, roof], estimates);
  const names = scaled.map(({ name }) => name);
  const isAlone = names.length === 1 && names[0] === '';
  const columns = width < 400 ? 1 : 2;
  const legendRows = isAlone ? 0 : Math.ceil(names.length / columns);
  const margins = { left: 60, right: 20, top: (isAlone ? 52 : 60) + legendRows * LEGEND_ROW, bottom: 46 };
  const labelWidth = Math.floor(plotWidth({ width, ...margins }) / columns) - 24;
  const shown = names.map((name, i) => `${fitText(name, labelWidth)}${' '.repeat(i)}`); // apart even where cut alike
  const isCut = scaled.some(({ points }) => points.some(({ low, high }) => low < floor || high > roof));
  const frame = {
    title: chart.title,
    subtitle: `${chart.subtitle}${isCut ? '; the band goes on beyond the plot' : ''}`,
    description: describe(chart, curves),
    width,
    plotHeight: 190,
    ...margins,
  };
  const x = horizontalAxis(chart, plotWidth(frame));
  const color = {
    field: 'curve',
    type: 'nominal',
    scale: { domain: shown, range: TONES.slice(0, shown.length) },
    legend: isAlone
      ? null
      : {
          orient: 'none',
          legendX: 4 - margins.left,
          legendY: -8 - legendRows * LEGEND_ROW,
          direction: 'horizontal',
          columns,
          title: null,
          symbolType: 'stroke',
          symbolOpacity: 1,
        },
  };
  const rows = scaled.flatMap(({ points }, c) =>
    points.map((point): Row => {
      const { estimate, low, high } = point;
      const inside = (value: number): number => Math.min(Math.max(value, floor), roof);
      const band = estimate === null ? { low: null, high: null } : { low: inside(low), high: inside(high) };
      return { x: point.x, value: estimate, ...band, curve: shown[c] as string };
    }),
  );
  const filled = rows.filter(({ value }) => value !== null);
  const y = { field: 'value', type: 'quantitative', ...vertical };
  const layers: Layer[] = [
    {
      data: { values: filled },
      mark: { type: 'area', opacity: isAlone ? 0.18 : 0.09 },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
    },
    {
      data: { values: chart.labels.length > 1 ? [] : filled }, // a band needs two values
      mark: { type: 'rule', opacity: 0.45, strokeWidth: 2 },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
    },
    {
      data: { values: rows },
      mark: { type: 'line', strokeWidth: 1.75, invalid: 'break-paths-show-path-domains' },
      encoding: {
        x,
        y,
        color,
        strokeDash: {
          field: 'curve',
          type: 'nominal',
          scale: { domain: shown, range: DASHES.slice(0, shown.length) },
          ...(isAlone ? { legend: null } : {}),
        },
      },
    },
    {
      data: { values: filled },
      mark: { type: 'point', filled: true, size: 40, opacity: 1 },
      encoding: { x, y, color },
    },
  ];
  return createChart(
    frame,
    layers.filter(({ data }) => data.values.length > 0),
  );
}

interface ScaledPoint {
  readonly x: number;
  readonly estimate: number | null;
  readonly low: number; // −∞ where nothing bounds it
  readonly high: number;
}

/** Durations in seconds, all else as it is. */
function scale({ x, estimate, interval: [low, high] }: CurvePoint, unit: Unit): ScaledPoint {
  const size = unit === 'duration' ? SECOND : 1;
  return {
    x,
    estimate: estimate === null ? null : estimate / size,
    low: low === null ? Number.NEGATIVE_INFINITY : low / size,
    high: high === null ? Number.POSITIVE_INFINITY : high / size,
  };
}

/** The stretch that is drawn: all of a share's band; of other units so much that the line keeps its shape. */
function limitsOf(
  unit: Unit,
  estimates: readonly number[],
  curves: readonly { readonly points: readonly ScaledPoint[] }[],
): [floor: number, roof: number] {
  const points = curves.flatMap((curve) => curve.points).filter(({ estimate }) => estimate !== null);
  const low = Math.min(...points.map((point) => point.low));
  const high = Math.max(...points.map((point) => point.high));
  if (unit === 'share') return [Math.max(0, low), Math.min(1, high)];
  const [least, most] = [Math.min(...estimates), Math.max(...estimates)];
  const room = Math.max(most - least, Math.abs(most) * 0.5, 1e-9);
  return [
    Math.max(low, least - room, unit === 'duration' ? least / 4 : Number.NEGATIVE_INFINITY),
    Math.min(high, most + room),
  ];
}

function verticalAxis(
  unit: Unit,
  [floor, roof]: readonly [number, number],
  estimates: readonly number[],
): { readonly [key: string]: Json } {
  if (unit === 'duration' && floor > 0) return valueAxis('duration', [floor, roof]).encoding;
  const span = roof - floor;
  const domain = span > 0 ? [floor, roof] : [Math.min(0, ...estimates), Math.max(1, ...estimates)];
  const digits = span >= 0.05 ? 0 : span >= 0.005 ? 1 : 3;
  const format = unit === 'share' || unit === 'ratio' ? `.${digits}%` : unit === 'duration' ? '~g' : '~s';
  return { scale: { domain, nice: true, zero: false }, axis: { format, tickCount: 5, title: null } };
}

/** Ticks at the values of the sweep, as many as fit, under the texts that the user wrote. */
function horizontalAxis({ axis, labels }: CurveChart, width: number): { readonly [key: string]: Json } {
  const values = labels.map(({ x }) => x);
  const [least = 0, most = 1] = [values[0], values.at(-1)];
  const isLogarithmic = least > 0 && most / least >= 20;
  const longest = Math.max(...labels.map(({ text }) => text.length)) * 7 + 12;
  const thin = Math.ceil(labels.length / Math.max(2, Math.floor(width / longest)));
  const named = labels.filter((_, i) => i % thin === 0);
  const names = Object.fromEntries(named.map(({ x, text }) => [String(x), fitText(text, width / 2)]));
  const padding = most > least ? (most - least) * 0.03 : 0.5;
  const domain = isLogarithmic ? [least * 0.9, most * 1.1] : [least - padding, most + padding];
  return {
    field: 'x',
    type: 'quantitative',
    scale: { ...(isLogarithmic ? { type: 'log' } : { zero: false }), domain, nice: false },
    axis: {
      values: named.map(({ x }) => x),
      labelExpr: `(${JSON.stringify(names)})[datum.value]`,
      labelOverlap: false,
      grid: false,
      title: fitText(`${axis}${isLogarithmic ? ', logarithmic scale' : ''}`, width),
    },
  };
}

function describe({ title, axis, unit, labels }: CurveChart, curves: readonly Curve[]): string {
  const textAt = (x: number): string => labels.find((label) => label.x === x)?.text ?? String(x);
  const lines = curves.map(({ name, points }) => {
    const parts = points.map(({ x, estimate, interval }) => {
      return `${textAt(x)}: ${formatValue(estimate, unit)}${estimate === null ? '' : ` (${formatInterval(interval, unit)})`}`;
    });
    return `${name === '' ? '' : `${name}: `}${parts.join(', ')}`;
  });
  return `${title} against ${axis}. ${lines.join('; ')}.`;
}
