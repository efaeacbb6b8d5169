/**
 * Inputs by how much they matter, the strongest on top: a bar each, the line over it is its interval. A second, darker
 * bar may stand inside the first.
 */
import {
  type ChartSpec,
  COLORS,
  createChart,
  fitText,
  type Layer,
  plotWidth,
  type Row,
  rowLabels,
  textWidth,
} from './chart-theme.js';

export interface TornadoBar {
  readonly label: string;
  readonly value: number;
  readonly inner: number | null; // drawn inside `value`
  readonly interval: readonly [number | null, number | null]; // of `value`
  readonly text: string; // value and interval in words
}

/**
 * @param bars - in any order
 * @param width - px of the whole chart
 * @returns null without bars
 */
export function createTornadoChart(
  title: string,
  subtitle: string,
  bars: readonly TornadoBar[],
  width: number,
): ChartSpec | null {
  if (bars.length === 0) return null;
  const sorted = [...bars].sort((a, b) => b.value - a.value || (a.label < b.label ? -1 : 1));
  const isWide = width >= 420;
  const left = Math.min(Math.max(...sorted.map(({ label }) => textWidth(label))) + 16, width * 0.38);
  const right = isWide ? Math.min(Math.max(...sorted.map(({ text }) => textWidth(text))) + 16, width * 0.4) : 16;
  const frame = {
    title,
    subtitle,
    description: `${title}: ${sorted.map(({ label, text }) => `${label} ${text}`).join('; ')}.`,
    width,
    plotHeight: sorted.length * 28,
    left,
    right,
    top: 64,
    bottom: 30,
  };
  const rows = sorted.map(({ label, value, inner, interval: [low, high], text }, i): Row => {
    return {
      id: `${i}`,
      label: fitText(label, left - 14),
      value: Math.max(0, value),
      inner: inner === null ? null : Math.max(0, Math.min(inner, value)),
      low: Math.max(0, low ?? value),
      high: high ?? value,
      text,
    };
  });
  const end = Math.max(...rows.map((row) => Math.max(Number(row.value), Number(row.high)))) || 1;
  const y = {
    field: 'id',
    type: 'ordinal',
    scale: { type: 'band', domain: rows.map(({ id }) => id ?? '') },
    axis: null,
  };
  const x = {
    field: 'value',
    type: 'quantitative',
    scale: { domain: [0, end], nice: true },
    axis: { format: '~g', tickCount: plotWidth(frame) > 160 ? 5 : 2, title: null, domain: false },
  };
  const data = { values: rows };
  const band = { type: 'bar', cornerRadius: 2 };
  const inside = rows.filter(({ inner }) => inner !== null);
  const layers: Layer[] = [
    { data, mark: { ...band, height: 16, color: COLORS.blue.light, opacity: 0.4 }, encoding: { x, y } },
    {
      data: { values: inside },
      mark: { ...band, height: 8, color: COLORS.blue.light },
      encoding: { x: { ...x, field: 'inner' }, y },
    },
    {
      data,
      mark: { type: 'rule', strokeWidth: 2, color: COLORS.ink.light },
      encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y },
    },
    rowLabels(
      rows.map(({ id, label }) => ({ id: id ?? '', label: label ?? '' })),
      y,
    ),
  ];
  const words: Layer = {
    data,
    mark: { type: 'text', align: 'left', baseline: 'middle', color: COLORS.ink.light },
    encoding: { x: { value: plotWidth(frame) + 10 }, y, text: { field: 'text', type: 'nominal' } },
  };
  return createChart(
    frame,
    [...layers, ...(isWide ? [words] : [])].filter((layer) => layer.data.values.length > 0),
  );
}
