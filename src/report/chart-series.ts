/**
 * A quantity over the hours of the typical and of the worst rollout: two lines on one time axis, solid and dashed.
 * Durations that span more than a factor of four are drawn on a logarithmic scale: a stall is a thousand times a block.
 */
import { DAY, HOUR, MINUTE, type Micros, SECOND } from '#base/time';
import type { ReplicationDetail } from '#experiment/result';
import { type ChartSpec, COLORS, createChart, type Json, type Layer, plotWidth, type Row } from './chart-theme.js';

type Hour = ReplicationDetail['hours'][number];

export interface SeriesChart {
  readonly title: string;
  readonly subtitle: string;
  readonly scale: 'duration' | 'share' | 'count';
  /** The hour's value in µs, a share or a count; null breaks the line. */
  readonly value: (hour: Hour) => number | null;
  /** A line that matters, such as two thirds; in the unit of the axis. */
  readonly limit?: { readonly value: number; readonly label: string };
}

const UNITS: readonly { readonly name: string; readonly size: Micros; readonly steps: readonly number[] }[] = [
  { name: 'days', size: DAY, steps: [1, 2, 5, 7, 14, 28, 56, 112] },
  { name: 'hours', size: HOUR, steps: [1, 2, 3, 6, 12, 24] },
  { name: 'minutes', size: MINUTE, steps: [1, 2, 5, 10, 20, 30, 60] },
  { name: 'seconds', size: SECOND, steps: [1, 2, 5, 10, 20, 30, 60] },
];

export interface TimeAxis {
  readonly unit: Micros;
  readonly end: number; // in that unit
  readonly ticks: readonly number[];
  readonly title: string;
}

/** An axis of time since the start, in the largest unit that `end` holds three of. */
export function createTimeAxis(end: Micros, width: number): TimeAxis {
  const unit = UNITS.find(({ size }) => end >= 3 * size) ?? { name: 'seconds', size: SECOND, steps: [1] };
  const span = Math.max(end / unit.size, 1e-3);
  const most = Math.max(2, Math.floor(width / 48));
  const step = unit.steps.find((one) => span / one <= most) ?? Math.ceil(span / most);
  const ticks = Array.from({ length: Math.floor(span / step) + 1 }, (_, i) => i * step);
  return { unit: unit.size, end: span, ticks, title: `${unit.name} since the start` };
}

/** Seconds that people count in. */
const SECONDS_LADDER: readonly number[] = [
  0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400,
  604_800, 2_592_000,
];

const DURATION_LABEL =
  "datum.value === 0 ? '0' : datum.value < 1 ? datum.value * 1000 + 'ms' : datum.value < 60 ? datum.value + 's' : datum.value < 3600 ? datum.value / 60 + 'm' : datum.value < 86400 ? datum.value / 3600 + 'h' : datum.value / 86400 + 'd'";

/** The stretch of the ladder that holds all values, at least one step long. */
function logarithmicTicks(low: number, high: number): number[] {
  const above = SECONDS_LADDER.findIndex((step) => step > low);
  const first = above < 0 ? SECONDS_LADDER.length - 2 : Math.max(0, above - 1);
  const reaching = SECONDS_LADDER.findIndex((step) => step >= high);
  const last = reaching < 0 ? SECONDS_LADDER.length - 1 : Math.max(reaching, first + 1);
  return SECONDS_LADDER.slice(first, last + 1);
}

/** From zero in steps of the ladder, at most six of them, until `high` is reached. */
function linearTicks(high: number): number[] {
  const step = SECONDS_LADDER.find((one) => high / one <= 6) ?? high;
  return Array.from({ length: Math.ceil(high / step) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}

export interface ValueAxis {
  readonly isLogarithmic: boolean;
  readonly encoding: { readonly [key: string]: Json };
}

/** The vertical axis that holds all values: seconds, shares or counts. */
export function valueAxis(scale: SeriesChart['scale'], values: readonly number[]): ValueAxis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (scale === 'duration') {
    const isLogarithmic = high > 4 * low;
    const ticks = isLogarithmic ? logarithmicTicks(low, high) : linearTicks(high);
    const thin = Math.ceil(ticks.length / 7); // labels that do not touch
    const kind = isLogarithmic ? { type: 'log' } : {};
    return {
      isLogarithmic,
      encoding: {
        scale: { ...kind, domain: [ticks[0] ?? 1, ticks.at(-1) ?? 10], nice: false },
        axis: { values: ticks.filter((_, i) => i % thin === 0), labelExpr: DURATION_LABEL, title: null },
      },
    };
  }
  if (scale === 'share') {
    const least = low < 0.5 ? 0 : 0.5;
    const encoding = { scale: { domain: [least, 1] }, axis: { format: '.0%', tickCount: 5, title: null } };
    return { isLogarithmic: false, encoding };
  }
  const axis = { tickCount: 5, format: ',d', tickMinStep: 1, title: null };
  return { isLogarithmic: false, encoding: { scale: { domain: [0, Math.max(5, high)], nice: true }, axis } };
}

/** How a rollout is called in legends and captions. */
export function nameRollout(detail: ReplicationDetail): string {
  return detail.role === 'asked' ? `replication ${detail.replication}` : `${detail.role} (no. ${detail.replication})`;
}

/**
 * Lines over time, one a rollout.
 *
 * @param details - at most two rollouts are told apart; the last is drawn on top
 * @param width - px of the whole chart
 * @returns null where no hour has a value
 */
export function createSeriesChart(
  chart: SeriesChart,
  details: readonly ReplicationDetail[],
  width: number,
): ChartSpec | null {
  const drawn = details.filter(({ hours }) => hours.some((hour) => chart.value(hour) !== null));
  if (drawn.length === 0) return null;
  const end = Math.max(...drawn.map((detail) => Math.max(detail.end, (detail.hours.at(-1)?.start ?? 0) + HOUR)));
  const margins = { left: 52, right: 16, top: 84, bottom: 46 };
  const axis = createTimeAxis(end, plotWidth({ width, ...margins }));
  const rows = drawn.flatMap((detail) => seriesRows(chart, detail, axis.unit));
  const names = drawn.map(nameRollout);
  const values = rows.map((row) => row.value).filter((value) => typeof value === 'number');
  if (values.length === 0) return null;
  const { isLogarithmic, encoding: vertical } = valueAxis(chart.scale, values);
  const frame = {
    title: chart.title,
    subtitle: isLogarithmic ? `${chart.subtitle}, logarithmic scale` : chart.subtitle,
    description: `${chart.title}, over time; ${names.join(' and ')}.`,
    width,
    plotHeight: 150,
    ...margins,
  };
  const encoding: Layer['encoding'] = {
    x: {
      field: 'time',
      type: 'quantitative',
      scale: { domain: [0, axis.end], nice: false },
      axis: { values: axis.ticks, title: axis.title, grid: false, format: ',' },
    },
    y: { field: 'value', type: 'quantitative', ...vertical },
    color: {
      field: 'rollout',
      type: 'nominal',
      scale: {
        domain: names,
        range: drawn.map(({ role }) => (role === 'worst' ? COLORS.red.light : COLORS.blue.light)),
      },
      legend: {
        orient: 'none',
        legendX: -48,
        legendY: -36,
        direction: 'horizontal',
        title: null,
        symbolType: 'stroke',
      },
    },
  };
  const dash = {
    field: 'rollout',
    type: 'nominal',
    scale: { domain: names, range: drawn.map(({ role }) => (role === 'worst' ? [5, 3] : [1, 0])) },
  };
  const lines: Layer = {
    data: { values: rows },
    mark: { type: 'line', strokeWidth: 1.75, interpolate: 'linear', invalid: 'break-paths-show-path-domains' },
    encoding: { ...encoding, strokeDash: dash },
  };
  const alone = rows.filter((row) => row.alone === true);
  const points: Layer = {
    data: { values: alone },
    mark: { type: 'point', filled: true, size: 24, opacity: 1 },
    encoding,
  };
  const layers = [...limitLayers(chart, encoding.y ?? null), lines, points];
  return createChart(
    frame,
    layers.filter(({ data }) => data.values.length > 0),
  );
}

function limitLayers({ limit }: SeriesChart, y: Json): Layer[] {
  if (limit === undefined) return [];
  const data = { values: [limit] };
  const color = COLORS.muted.light;
  return [
    { data, mark: { type: 'rule', strokeDash: [2, 3], color }, encoding: { y } },
    {
      data,
      mark: { type: 'text', align: 'left', baseline: 'bottom', dy: -2, color },
      encoding: { x: { value: 4 }, y, text: { field: 'label', type: 'nominal' } },
    },
  ];
}

/** One row an hour, in the middle of it; `alone` where both neighbours have no value, so no line would show it. */
function seriesRows(chart: SeriesChart, detail: ReplicationDetail, unit: Micros): Row[] {
  const values = detail.hours.map((hour) => {
    const value = chart.value(hour);
    if (value === null || chart.scale !== 'duration') return value;
    return value > 0 ? value / SECOND : null; // a logarithm has no zero
  });
  return detail.hours.map((hour, i) => {
    const value = values[i] ?? null;
    const alone = value !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null;
    return { time: (hour.start + HOUR / 2) / unit, value, rollout: nameRollout(detail), ...(alone ? { alone } : {}) };
  });
}
