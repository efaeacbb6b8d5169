/**
 * The figures of a sweep: a panel for each metric with its curves, or a tornado for each metric of a sensitivity analysis.
 */
import type { Sensitivity, SweepAxis, SweepResult } from '#experiment/sweep-result';
import { CURVES_MAX, type Curve, type CurveChart, createCurveChart } from './chart-curve.js';
import { createTornadoChart, type TornadoBar } from './chart-tornado.js';
import { createFigure, type Figure } from './figures.js';
import { formatInterval, formatValue, type Unit } from './number.js';
import { listPanels } from './sweep-panels.js';
import { formatIndex, labelMetric, labelPosition, shortNames, titleAxis } from './sweep-words.js';

const PANELS_MAX = 24; // of one report; the table and the files hold all

/** A panel for each expectation and each metric shown; more curves than stay apart go to further panels. */
export function createCurveFigures(sweep: SweepResult): Figure[] {
  const across = chooseAxis(sweep.axes);
  if (across < 0) return [];
  const axis = sweep.axes[across] as SweepAxis;
  const xs = axis.values.map((_, position) => axis.numbers[position] ?? position);
  const labels = xs.map((x, position) => ({ x, text: labelPosition(axis, position) })).sort((a, b) => a.x - b.x);
  const groups = groupCurves(sweep, across);
  const chunks = Array.from({ length: Math.ceil(groups.length / CURVES_MAX) }, (_, i) =>
    groups.slice(i * CURVES_MAX, (i + 1) * CURVES_MAX),
  );
  const figures = listPanels(sweep).flatMap(({ name: panel, label, unit, isProbability, read }) =>
    chunks.map((chunk, c): Figure => {
      const part = chunks.length > 1 ? `, ${c + 1} of ${chunks.length}` : '';
      const chart: CurveChart = {
        title: `${label}${part}`,
        subtitle: isProbability ? 'Probability with its interval' : 'Mean with its interval',
        axis: titleAxis(axis),
        unit,
        labels,
      };
      const curves = chunk.map(({ name, numbers }): Curve => {
        const points = numbers.map((number) => {
          const point = sweep.points[number];
          const found = point === undefined ? undefined : read(point);
          return {
            x: xs[point?.at[across] ?? 0] as number,
            estimate: found?.estimate ?? null,
            interval: found?.interval ?? ([null, null] as const),
          };
        });
        return { name, points: points.sort((a, b) => a.x - b.x) };
      });
      const caption = 'A dot for each point of the sweep; the band holds the true value with the stated confidence.';
      const name = `curve-${panel}${chunks.length > 1 ? `-${c + 1}` : ''}`;
      const draw = (width: number) => createCurveChart(chart, curves, width);
      return createFigure(name, chart.title, caption, true, `no point measured ${label}`, draw);
    }),
  );
  return figures.slice(0, PANELS_MAX);
}

/** The axis to draw along: one in order before one that is not, then the one with more values. */
function chooseAxis(axes: readonly SweepAxis[]): number {
  const rank = ({ dimension, values }: SweepAxis): number => (dimension === 'text' ? 0 : 1e6) + values.length;
  return axes.reduce((best, axis, i) => (best < 0 || rank(axis) > rank(axes[best] as SweepAxis) ? i : best), -1);
}

interface CurveGroup {
  readonly name: string;
  readonly numbers: readonly number[]; // of points
}

/** The points by their positions on all other axes. */
function groupCurves({ axes, points }: SweepResult, across: number): CurveGroup[] {
  const names = shortNames(axes.flatMap(({ paths }) => paths));
  const groups = new Map<string, { name: string; numbers: number[] }>();
  for (const [number, { at }] of points.entries()) {
    const others = at.flatMap((position, i) => (i === across ? [] : [{ axis: axes[i] as SweepAxis, position }]));
    const key = others.map(({ position }) => position).join(' ');
    const name = others.map(({ axis, position }) => {
      const label = labelPosition(axis, position);
      return axis.kind === 'list' ? label : `${names.get(axis.paths[0] as string)}=${label}`;
    });
    const group = groups.get(key) ?? { name: name.join(' '), numbers: [] };
    group.numbers.push(number);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** A tornado for each metric shown that varies. */
export function createTornadoFigures(sweep: SweepResult): Figure[] {
  const { sensitivity } = sweep;
  if (sensitivity === null) return [];
  const names = shortNames(sensitivity.inputs.map(({ path }) => path));
  return sweep.shown.map((key) => {
    const label = labelMetric(sweep, key);
    const unit = sweep.points[0]?.metrics[key]?.unit ?? 'count';
    const bars = barsOf(sensitivity, key, unit, names);
    const isMorris = sensitivity.method === 'morris';
    const subtitle = isMorris ? tornadoUnit(unit) : 'Share of the variance: alone (dark), with the others (pale)';
    const caption = isMorris
      ? 'How far the metric moves, on average and whatever the sign, while the input goes from one end to the other.'
      : 'The dark bar is what the input explains alone, the pale one what it explains together with the others.';
    const name = `sensitivity-${key.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
    const draw = (width: number) => createTornadoChart(label, subtitle, bars, width);
    return createFigure(name, label, caption, true, `${label.toLowerCase()} does not vary with the inputs`, draw);
  });
}

/** Bars are in seconds or percent, or in the metric's own unit. */
const BAR_UNITS: Readonly<Record<Unit, { readonly size: number; readonly word: string }>> = {
  duration: { size: 1e6, word: ', s' },
  share: { size: 0.01, word: ', percentage points' },
  ratio: { size: 0.01, word: ', percentage points' },
  count: { size: 1, word: '' },
  units: { size: 1, word: ', units' },
};

function tornadoUnit(unit: Unit): string {
  return `Mean absolute effect${BAR_UNITS[unit].word}`;
}

function barsOf(sensitivity: Sensitivity, key: string, unit: Unit, names: ReadonlyMap<string, string>): TornadoBar[] {
  const { size } = BAR_UNITS[unit];
  if (sensitivity.method === 'morris') {
    const effects = sensitivity.metrics[key] ?? [];
    if (effects.every(({ meanAbsolute }) => meanAbsolute === 0)) return [];
    return effects.map(({ path, meanAbsolute, meanAbsoluteInterval: [low, high] }) => ({
      label: names.get(path) ?? path,
      value: meanAbsolute / size,
      inner: null,
      interval: [low === null ? null : low / size, high === null ? null : high / size],
      text: `${formatValue(meanAbsolute, unit)}  (${formatInterval([low, high], unit)})`,
    }));
  }
  return (sensitivity.metrics[key] ?? []).map(({ path, first, total, totalInterval }) => ({
    label: names.get(path) ?? path,
    value: total,
    inner: first,
    interval: totalInterval,
    text: `${formatIndex(total)}, alone ${formatIndex(first)}`,
  }));
}
