/**
 * How a metric spreads over the rollouts: one bar for each range of values, ranges that people can name (10s – 20s, exact,
 * up to 0.001%) and the number of rollouts beside it.
 */
import { DAY, HOUR, MINUTE, SECOND } from '#base/time';
import { type ChartSpec, COLORS, createChart, type Layer, plotWidth, rowLabels, textWidth } from './chart-theme.js';
import { formatCount, formatNumber, formatShare, formatValue } from './number.js';

/** Values v with from ≤ v < to, or of a shortfall with from < v ≤ to. */
interface Bin {
  readonly label: string;
  readonly holds: (value: number) => boolean;
}

export type DistributionScale = 'duration' | 'shortfall' | 'error' | 'count';

const DURATION_EDGES: readonly number[] = [
  ...[0, 1, 2, 5, 10, 20, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 20, 30].map((n) => n * MINUTE),
  ...[1, 2, 4, 8, 12].map((n) => n * HOUR),
  ...[1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 28, 60].map((n) => n * DAY),
];
const SHORTFALL_EDGES: readonly number[] = [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
const ERROR_EDGES: readonly number[] = [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1];
const COUNT_EDGES: readonly number[] = [0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000, 1_000_000];

function ascendingBins(edges: readonly number[], label: (from: number, to: number) => string, last: string): Bin[] {
  return edges.map((from, i) => {
    const to = edges[i + 1];
    if (to === undefined) return { label: last, holds: (value) => value >= from };
    return { label: label(from, to), holds: (value) => value >= from && value < to };
  });
}

/** Nothing lost, then ranges of ever larger loss; `label` names the range. */
function lossBins(edges: readonly number[], exact: string, label: (from: number, to: number) => string): Bin[] {
  const ranges = edges.map((to, i): Bin => {
    const from = edges[i - 1] ?? 0;
    const isLast = i === edges.length - 1;
    return { label: label(from, to), holds: (loss) => loss > from && (loss <= to || isLast) };
  });
  return [{ label: exact, holds: (loss) => loss <= 0 }, ...ranges];
}

function createBins(scale: DistributionScale): Bin[] {
  switch (scale) {
    case 'duration': {
      const name = (time: number): string => formatValue(time, 'duration');
      return ascendingBins(DURATION_EDGES, (from, to) => `${name(from)} – ${name(to)}`, `over ${name(60 * DAY)}`);
    }
    case 'shortfall':
      return lossBins(SHORTFALL_EDGES, '100%', (from, to) => `${formatShare(1 - to)} – ${formatShare(1 - from)}`);
    case 'error':
      return lossBins(ERROR_EDGES, 'exact', (from, to) => {
        if (from === 0) return `up to ${formatShare(to)}`;
        return to === 1 ? `over ${formatShare(from)}` : `${formatShare(from)} – ${formatShare(to)}`;
      });
    case 'count': {
      const label = (from: number, to: number): string =>
        to === from + 1 ? formatNumber(from) : `${formatNumber(from)} – ${formatNumber(to - 1)}`;
      return ascendingBins(COUNT_EDGES, label, `over ${formatNumber(1_000_000)}`);
    }
  }
}

export interface DistributionChart {
  readonly title: string;
  readonly subtitle: string;
  readonly scale: DistributionScale; // `shortfall`: a share of which what is missing to 100% matters
}

/**
 * @param values - one value a rollout; null where it has none
 * @param width - px of the whole chart
 * @returns null where no rollout has a value
 */
export function createDistributionChart(
  chart: DistributionChart,
  values: readonly (number | null)[],
  width: number,
): ChartSpec | null {
  const known = values
    .filter((value) => value !== null)
    .map((value) => (chart.scale === 'shortfall' ? 1 - value : value));
  if (known.length === 0) return null;
  const counted = createBins(chart.scale).map(({ label, holds }) => ({ label, count: known.filter(holds).length }));
  const first = counted.findIndex(({ count }) => count > 0);
  const last = counted.findLastIndex(({ count }) => count > 0);
  const rows = counted.slice(Math.max(0, first), last + 1).map(({ label, count }) => ({
    label,
    count,
    value: count === 0 ? '0' : `${formatNumber(count)}  (${formatShare(count / known.length)})`,
  }));
  const frame = {
    title: chart.title,
    subtitle: chart.subtitle,
    description: `${chart.title}, ${formatCount(known.length, 'rollout')}: ${rows.map(({ label, count }) => `${label}: ${formatNumber(count)}`).join('; ')}.`,
    width,
    plotHeight: rows.length * 22,
    left: Math.max(...rows.map(({ label }) => textWidth(label))) + 16,
    right: 90,
    top: 64,
    bottom: 16,
  };
  const y = {
    field: 'label',
    type: 'ordinal',
    scale: { type: 'band', domain: rows.map(({ label }) => label) },
    axis: null,
  };
  const most = Math.max(...rows.map(({ count }) => count));
  const x = {
    field: 'count',
    type: 'quantitative',
    scale: { domain: [0, most], nice: false },
    axis: null,
    stack: null,
  };
  const bars: Layer = {
    data: { values: rows.filter(({ count }) => count > 0) },
    mark: { type: 'bar', height: 14, cornerRadiusEnd: 2, color: COLORS.blue.light },
    encoding: { x, y },
  };
  const counts: Layer = {
    data: { values: rows },
    mark: { type: 'text', align: 'left', baseline: 'middle', dx: 6, color: COLORS.muted.light },
    encoding: { x, y, text: { field: 'value', type: 'nominal' } },
  };
  return plotWidth(frame) < 40 ? null : createChart(frame, [bars, rowLabels(rows, y), counts]);
}
