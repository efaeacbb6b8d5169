/**
 * One rollout as a picture: a row for each channel, gate and fault, for holds, stalls, failed checks and for what was
 * undone. The row says what a mark means; colour only helps.
 */
import { HOUR } from '#base/time';
import type { ReplicationDetail } from '#experiment/result';
import { createTimeAxis } from './chart-series.js';
import {
  type ChartSpec,
  COLORS,
  createChart,
  fitText,
  type Json,
  type Layer,
  plotWidth,
  rowLabels,
  textWidth,
} from './chart-theme.js';
import { formatCount, formatValue } from './number.js';
import { RESULT_WORDS } from './words.js';

type Transition = ReplicationDetail['timeline'][number];

const ROW_HEIGHT = 22;
const MOST_ROWS_A_GROUP = 8; // rows of gates, of faults; the rest shares one row

type Look = 'channel' | 'gate' | 'armed' | 'fault' | 'hold' | 'stall';

interface Span {
  readonly row: string;
  readonly from: number; // µs
  readonly to: number;
  readonly look: Look;
}

type Shape = 'step' | 'failed' | 'defect' | 'undone';

interface Mark {
  readonly row: string;
  readonly at: number; // µs
  readonly shape: Shape;
}

const LOOKS: Readonly<Record<Look, { readonly color: string; readonly opacity: number }>> = {
  channel: { color: COLORS.blue.light, opacity: 1 },
  gate: { color: COLORS.purple.light, opacity: 1 },
  armed: { color: COLORS.purple.light, opacity: 0.3 },
  fault: { color: COLORS.amber.light, opacity: 1 },
  hold: { color: COLORS.muted.light, opacity: 1 },
  stall: { color: COLORS.red.light, opacity: 1 },
};

const SHAPES: Readonly<Record<Shape, { readonly shape: string; readonly color: string; readonly size: number }>> = {
  step: { shape: 'stroke', color: COLORS.surface.light, size: 100 },
  failed: { shape: 'triangle-up', color: COLORS.red.light, size: 90 },
  defect: { shape: 'diamond', color: COLORS.red.light, size: 90 },
  undone: { shape: 'cross', color: COLORS.red.light, size: 110 },
};

/** Ways to undo, by the kind of their transition: how their rows are called. */
const UNDOING: Readonly<Record<string, string>> = {
  abort: 'aborted',
  'gate-rollback': 'gates rolled back',
  'state-rollback': 'snapshot restored',
};
const UNDOINGS: readonly string[] = Object.keys(UNDOING);

/** What begins and ends, by the kind of its transitions. */
const PAIRS: readonly { readonly start: string; readonly ends: readonly string[]; readonly look: Look }[] = [
  { start: 'channel-start', ends: ['channel-end', 'end'], look: 'channel' },
  { start: 'gate-armed', ends: ['gate-active', 'gate-inactive', ...UNDOINGS, 'channel-end', 'end'], look: 'armed' },
  { start: 'gate-active', ends: ['gate-inactive', 'channel-end', 'end'], look: 'gate' },
  { start: 'fault-start', ends: ['fault-end', 'end'], look: 'fault' },
  { start: 'hold', ends: ['resume', ...UNDOINGS, 'channel-end', 'end'], look: 'hold' },
  { start: 'stall-start', ends: ['stall-end', 'end'], look: 'stall' },
];

/** Ends that close whatever is open, whoever it is of. */
const CLOSES_ALL: ReadonlySet<string> = new Set(['end']);
/** Ends that close what is open in their channel. */
const CLOSES_CHANNEL: ReadonlySet<string> = new Set(['channel-end', 'resume', 'stall-end', ...UNDOINGS]);

function closes(end: Transition, start: Transition): boolean {
  if (CLOSES_ALL.has(end.kind)) return true;
  if (CLOSES_CHANNEL.has(end.kind)) return end.channel === start.channel;
  return end.channel === start.channel && end.subject === start.subject;
}

function spansOf(timeline: readonly Transition[], end: number): Span[] {
  const spans: Span[] = [];
  timeline.forEach((start, i) => {
    const pair = PAIRS.find((one) => one.start === start.kind);
    if (pair === undefined) return;
    const close = timeline.slice(i + 1).find((later) => pair.ends.includes(later.kind) && closes(later, start));
    spans.push({ row: rowOf(start), from: start.at, to: close?.at ?? Math.max(end, start.at), look: pair.look });
  });
  return spans;
}

function rowOf({ kind, channel, subject }: Transition): string {
  if (kind.startsWith('channel') || kind === 'step' || kind === 'upgrade') return channel;
  if (kind === 'gate-armed' || kind === 'gate-active') return `gate ${subject}`;
  if (kind === 'fault-start') return `fault ${subject}`;
  if (kind === 'hold') return 'on hold';
  if (kind === 'stall-start') return 'stalled';
  if (kind === 'check-failed') return 'check failed';
  return kind === 'defect' ? 'defect shows' : (UNDOING[kind] ?? 'undone');
}

function marksOf(timeline: readonly Transition[]): Mark[] {
  return timeline.flatMap((one): Mark[] => {
    const { at, kind } = one;
    if (kind === 'step') return [{ row: rowOf(one), at, shape: 'step' }];
    if (kind === 'check-failed') return [{ row: rowOf(one), at, shape: 'failed' }];
    if (kind === 'defect') return [{ row: rowOf(one), at, shape: 'defect' }];
    return kind in UNDOING ? [{ row: rowOf(one), at, shape: 'undone' }] : [];
  });
}

/** Where the timeline tells no stall: the hours in which no block came. */
function silentHours({ timeline, hours }: ReplicationDetail): Span[] {
  if (timeline.some(({ kind }) => kind === 'stall-start')) return [];
  return hours
    .filter(({ slots, blocks }) => slots > 0 && blocks === 0)
    .map(({ start }) => ({ row: 'stalled', from: start, to: start + HOUR, look: 'stall' }));
}

/** What stands in a row without a mark. */
function describeNothing(row: string, { metrics }: ReplicationDetail): string {
  const longest = metrics['liveness.longestStall'] ?? null;
  return row === 'stalled' && longest !== null ? `longest pause ${formatValue(longest, 'duration')}` : 'none';
}

/** The rows of one kind in order of appearance; what is too much shares the last one. */
function limitRows(rows: readonly string[], rest: string): Map<string, string> {
  const unique = [...new Set(rows)];
  const kept = unique.length <= MOST_ROWS_A_GROUP ? unique : unique.slice(0, MOST_ROWS_A_GROUP - 1);
  return new Map(unique.map((row) => [row, kept.includes(row) ? row : rest]));
}

/**
 * @param width - px of the whole chart
 * @returns null where nothing is known of the rollout
 */
export function createTimelineChart(title: string, detail: ReplicationDetail, width: number): ChartSpec | null {
  if (detail.timeline.length === 0) return null;
  const end = Math.max(detail.end, ...detail.timeline.map(({ at }) => at), HOUR / 60);
  const spans = [...spansOf(detail.timeline, end), ...silentHours(detail)];
  const marks = marksOf(detail.timeline).filter(
    ({ shape, row }) => shape !== 'step' || spans.some((span) => span.row === row),
  );
  const rowsWith = (looks: readonly Look[]): string[] =>
    spans.filter(({ look }) => looks.includes(look)).map(({ row }) => row);
  const merged = new Map([
    ...limitRows(rowsWith(['channel']), 'other channels'),
    ...limitRows(rowsWith(['gate', 'armed']), 'other gates'),
    ...limitRows(rowsWith(['fault']), 'other faults'),
  ]);
  const incidents = ['on hold', 'defect shows', 'check failed'].filter((row) =>
    [...spans, ...marks].some((one) => one.row === row),
  );
  const undone = Object.values(UNDOING).filter((row) => marks.some((mark) => mark.row === row));
  const rows = [
    ...new Set([...merged.values(), ...incidents, 'stalled', ...(undone.length > 0 ? undone : ['undone'])]),
  ];
  const place = (row: string): string => String(rows.indexOf(merged.get(row) ?? row));

  const left = Math.min(Math.max(...rows.map(textWidth)) + 16, width * 0.32);
  const frame = {
    title,
    subtitle: `Replication ${detail.replication}: ${RESULT_WORDS[detail.result].toLowerCase()} after ${formatValue(detail.end, 'duration')}`,
    description: describe(title, detail, spans, marks),
    width,
    plotHeight: rows.length * ROW_HEIGHT,
    left,
    right: 16,
    top: 64,
    bottom: 44,
  };
  const axis = createTimeAxis(end, plotWidth(frame));
  const y = {
    field: 'row',
    type: 'ordinal',
    scale: { type: 'band', domain: rows.map((_, i) => String(i)), paddingInner: 0, paddingOuter: 0 },
    axis: null,
  };
  const x = {
    field: 'at',
    type: 'quantitative',
    scale: { domain: [0, axis.end], nice: false },
    axis: { values: axis.ticks, title: axis.title, format: ',', domain: false, ticks: false },
  };
  const labels = rows.map((label, i) => ({ row: String(i), label: fitText(label, left - 14) }));
  const bars = (Object.keys(LOOKS) as Look[]).map((look): Layer => {
    const { color, opacity } = LOOKS[look];
    return {
      data: {
        values: spans
          .filter((span) => span.look === look)
          .map((span) => ({ row: place(span.row), at: span.from / axis.unit, to: span.to / axis.unit })),
      },
      // The outline keeps what lasts a second visible on an axis of days.
      mark: { type: 'bar', height: 11, color, opacity, stroke: color, strokeWidth: 1.5, cornerRadius: 1.5 },
      encoding: { x, x2: { field: 'to' }, y },
    };
  });
  const points = (Object.keys(SHAPES) as Shape[]).map((name): Layer => {
    const { shape, color, size } = SHAPES[name];
    const isStep = name === 'step';
    return {
      data: {
        values: marks
          .filter((mark) => mark.shape === name)
          .map((mark) => ({ row: place(mark.row), at: mark.at / axis.unit })),
      },
      mark: isStep
        ? { type: 'tick', orient: 'vertical', color, thickness: 1.5, height: 11 }
        : { type: 'point', shape, filled: true, color, size, opacity: 1 },
      encoding: { x, y },
    };
  });
  const moments: Layer = {
    data: { values: marks.filter(({ shape }) => shape === 'undone').map(({ at }) => ({ at: at / axis.unit })) },
    mark: { type: 'rule', color: COLORS.red.light, strokeDash: [3, 3], opacity: 0.7 },
    encoding: { x },
  };
  const used = new Set([...spans, ...marks].map(({ row }) => place(row)));
  const nothing: Layer = {
    data: {
      values: labels
        .filter(({ row }) => !used.has(row))
        .map(({ row }) => ({ row, label: describeNothing(rows[Number(row)] ?? '', detail) })),
    },
    mark: { type: 'text', align: 'left', baseline: 'middle', color: COLORS.muted.light },
    encoding: { x: { value: 4 }, y, text: { field: 'label', type: 'nominal' } },
  };
  const layers = [bandLayer(labels, y), nothing, moments, ...bars, ...points, rowLabels(labels, y)];
  return createChart(
    frame,
    layers.filter(({ data }) => data.values.length > 0),
  );
}

/** A soft band behind every second row, so the eye stays in it. */
function bandLayer(labels: readonly { readonly row: string }[], y: Json): Layer {
  return {
    data: { values: labels.filter((_, i) => i % 2 === 0).map(({ row }) => ({ row })) },
    mark: { type: 'bar', height: ROW_HEIGHT, color: COLORS.band.light },
    encoding: { x: { value: 0 }, x2: { value: 'width' }, y: y ?? null },
  };
}

function describe(title: string, detail: ReplicationDetail, spans: readonly Span[], marks: readonly Mark[]): string {
  const count = (look: Look): number => spans.filter((span) => span.look === look).length;
  const undone = marks.filter(({ shape }) => shape === 'undone').length;
  return (
    `${title}, replication ${detail.replication}: ${RESULT_WORDS[detail.result].toLowerCase()} after ${formatValue(detail.end, 'duration')}; ` +
    `${formatCount(count('channel'), 'channel')}, ${formatCount(count('gate'), 'gate activation')}, ${formatCount(count('fault'), 'fault')}, ` +
    `${formatCount(count('stall'), 'stall')}, undone ${formatCount(undone, 'time')}. The table beside it lists every event.`
  );
}
