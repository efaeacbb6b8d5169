/**
 * The table that `run` prints: the estimates by question, the expectations, where plans were undone, and as the last line
 * the verdict. Words and marks carry the meaning; colour, where asked for, only repeats it.
 */
import type { MetricResult, Summary } from '#experiment/result';
import { sortShares } from './breakdown.js';
import { writeWarning } from './headline.js';
import { formatCount, formatInterval, formatNumber, formatShare, formatValue } from './number.js';
import { cleanText, shorten, textLength } from './text.js';
import { CLAIM_TONE, groupMetrics, TONE_MARK, type Tone, VERDICT_TONE } from './words.js';

export interface TableOptions {
  readonly color: boolean; // ANSI colours
  readonly width: number; // columns of the terminal
}

export type Paint = (text: string, style: keyof typeof STYLES) => string;

/** SGR codes of ECMA-48: on, off. */
const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  good: [32, 39],
  bad: [31, 39],
  open: [33, 39],
} as const;

/** Text in a style, or as it is where no colour is asked for. */
export function createPaint(color: boolean): Paint {
  return (text, style) => {
    const [on, off] = STYLES[style];
    return color ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  };
}

/**
 * Prints a summary as lines without a final newline.
 *
 * The first line holds version, scenario, seed and replications; the last one is `verdict: go`, `verdict: no-go` or
 * `verdict: inconclusive`.
 */
export function formatSummary(summary: Summary, options: TableOptions): string {
  const paint = createPaint(options.color);
  const width = Math.max(options.width, 40);
  const warning = writeWarning(summary);
  const blocks = [
    [describeRun(summary, paint)],
    ...formatMetrics(summary, width, paint),
    formatExpectations(summary, width, paint),
    formatBreakdown(summary, width, paint),
    formatFailures(summary, width, paint),
    formatAudit(summary, width, paint),
    formatRecoveries(summary, width, paint),
    formatObserved(summary, width, paint),
    formatReadiness(summary, width, paint),
    warning === null ? [] : [paint(warning, 'open')],
    [paint(paint(`verdict: ${summary.verdict}`, toneStyle(VERDICT_TONE[summary.verdict])), 'bold')],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** How a tone looks on a terminal. */
export function toneStyle(tone: Tone): keyof typeof STYLES {
  return tone === 'plain' ? 'dim' : tone;
}

function describeRun(summary: Summary, paint: Paint): string {
  const { engine, scenario, seed, replications } = summary;
  const name = paint(cleanText(scenario.name), 'bold');
  const parts = [`${engine.name} ${cleanText(engine.version)}`, name, `seed ${cleanText(seed)}`];
  return [...parts, formatCount(replications, 'replication')].join('  ');
}

export interface Row {
  readonly cells: readonly string[];
  readonly style?: keyof typeof STYLES;
}

export interface Layout {
  readonly isRight: readonly boolean[];
  /** Columns that may be cut, the first to be cut first, and the least that is left of each. */
  readonly cut: readonly (readonly [column: number, least: number])[];
  readonly titles: number; // leading cells that name a row
}

const GAP = '  ';

/** Rows in columns no wider than `width`; where even cut columns do not fit, each row becomes a title and a list. */
export function formatRows(rows: readonly Row[], layout: Layout, width: number, paint: Paint): string[] {
  const widths = layout.isRight.map((_, column) =>
    Math.max(0, ...rows.map(({ cells }) => textLength(cells[column] ?? ''))),
  );
  let excess = widths.reduce((sum, one) => sum + one, 0) + GAP.length * widths.length - width;
  for (const [column, least] of layout.cut) {
    const cut = Math.max(0, Math.min(excess, (widths[column] ?? 0) - least));
    widths[column] = (widths[column] ?? 0) - cut;
    excess -= cut;
  }
  if (excess > 0)
    return rows.slice(1).flatMap((row) => listRow(row, rows[0]?.cells ?? [], layout.titles, width, paint));
  return rows.map(({ cells, style }) => {
    const line = cells.map((cell, column) => {
      const space = widths[column] ?? 0;
      const text = shorten(cell, space);
      const padding = ' '.repeat(Math.max(0, space - textLength(text)));
      return layout.isRight[column] === true ? padding + text : text + padding;
    });
    const text = `${GAP}${line.join(GAP)}`.trimEnd();
    return style === undefined ? text : paint(text, style);
  });
}

/** A row for a narrow terminal: its title, and below it the other cells, each after the head of its column. */
function listRow(
  { cells, style }: Row,
  head: readonly string[],
  titles: number,
  width: number,
  paint: Paint,
): string[] {
  const title = `${GAP}${cells.slice(0, titles).join(GAP)}`;
  const lines: string[] = [];
  for (const [i, cell] of cells.entries()) {
    if (i < titles || cell === '') continue;
    const part = `${head[i] ?? ''} ${cell}`;
    const last = lines.at(-1);
    if (last !== undefined && textLength(last) + textLength(part) + 2 <= width)
      lines[lines.length - 1] = `${last}, ${part}`;
    else lines.push(`${GAP}${GAP}${part}`);
  }
  return [style === undefined ? title : paint(title, style), ...lines];
}

/** A table for each question; the groups share their columns, so the eye finds a number at the same place. */
function formatMetrics(summary: Summary, width: number, paint: Paint): string[][] {
  const { metrics } = summary;
  const groups = groupMetrics(Object.keys(metrics)).filter(({ keys }) => keys.length > 0);
  const all = Object.values(metrics);
  const confidences = new Set(all.map(({ confidence }) => confidence));
  const [first = 0.95] = confidences;
  const range = confidences.size === 1 ? `${formatShare(first)} interval` : 'interval';
  const head: Row = { cells: ['', 'estimate', range, 'method', 'n'], style: 'dim' };
  const layout: Layout = {
    isRight: [false, true, false, false, true],
    cut: [
      [0, 25],
      [3, 8],
      [0, 20],
    ],
    titles: 1,
  };
  const rows = groups.map(({ keys }) => keys.flatMap((key) => formatMetric(metrics[key], confidences.size === 1)));
  const lines = formatRows([head, ...rows.flat()], layout, width, paint);
  const isTable = lines.length === rows.flat().length + 1;
  let next = 1;
  return groups.map(({ title }, i) => {
    const group = rows[i] ?? [];
    if (!isTable) return [paint(title, 'bold'), ...formatRows([head, ...group], layout, width, paint)];
    const body = lines.slice(next, next + group.length);
    next += group.length;
    return [paint(title, 'bold'), ...lines.slice(0, i === 0 ? 1 : 0), ...body];
  });
}

function formatMetric(metric: MetricResult | undefined, isShared: boolean): Row[] {
  if (metric === undefined) return [];
  const { label, estimate, unit, interval, confidence, method, n, undecided } = metric;
  const at = isShared ? '' : ` at ${formatShare(confidence)}`;
  const range = estimate === null ? '' : `${formatInterval(interval, unit)}${at}`;
  const of = undecided > 0 ? `/${formatNumber(n + undecided)}` : '';
  return [
    { cells: [cleanText(label), formatValue(estimate, unit), range, cleanText(method), `${formatNumber(n)}${of}`] },
  ];
}

function formatExpectations(summary: Summary, width: number, paint: Paint): string[] {
  const title = paint('Expectations', 'bold');
  if (summary.expectations.length === 0) return [title, `${GAP}none stated`];
  const rows = summary.expectations.map(({ claim, verdict, estimate, interval, unit, method, n }): Row => {
    const tone = CLAIM_TONE[verdict];
    return {
      cells: [
        `${TONE_MARK[tone]} ${verdict}`,
        cleanText(claim),
        formatValue(estimate, unit),
        formatInterval(interval, unit),
        cleanText(method),
        formatNumber(n),
      ],
      style: toneStyle(tone),
    };
  });
  const head: Row = { cells: ['verdict', 'claim', 'estimate', 'interval', 'method', 'n'], style: 'dim' };
  const layout: Layout = {
    isRight: [false, false, true, false, false, true],
    cut: [[4, 8]], // never the claim
    titles: 2,
  };
  return [title, ...formatRows([head, ...rows], layout, width, paint)];
}

/** What the audit found; nothing where all was paid to the unit. */
function formatAudit(summary: Summary, width: number, paint: Paint): string[] {
  if (summary.audit.length === 0) return [];
  const head: Row = { cells: ['cause', 'rollouts', 'units', 'accounts'], style: 'dim' };
  const body = summary.audit.map(({ cause, replications, units, accounts, accountsInAll }): Row => {
    const more = accountsInAll > accounts.length ? ', …' : '';
    const share = `${formatNumber(replications.count)} of ${formatNumber(replications.n)}`;
    return { cells: [cleanText(cause), share, formatNumber(units), `${accounts.map(cleanText).join(', ')}${more}`] };
  });
  const layout: Layout = { isRight: [false, true, true, false], cut: [[3, 20]], titles: 1 };
  return [paint('Wrong payments found by the audit', 'bold'), ...formatRows([head, ...body], layout, width, paint)];
}

/** How nodes recovered their stores; nothing where none had to. */
function formatRecoveries(summary: Summary, width: number, paint: Paint): string[] {
  if (summary.recoveries.length === 0) return [];
  const cells = ['outcome', 'nodes', 'rollouts', 'time, median', 'longest', 'level after', 'state syncs'];
  const body = summary.recoveries.map(({ outcome, count, replications, duration, catchUp, stateSyncs }): Row => {
    const time = (value: number | undefined) => (value === undefined ? 'never' : formatValue(value, 'duration'));
    const share = `${formatNumber(replications.count)} of ${formatNumber(replications.n)}`;
    const times = [time(duration.median), time(duration.max), time(catchUp?.max)];
    return { cells: [cleanText(outcome), formatNumber(count), share, ...times, formatNumber(stateSyncs)] };
  });
  const layout: Layout = { isRight: [false, true, true, true, true, true, true], cut: [[0, 20]], titles: 1 };
  const title = paint('Nodes that recovered their store', 'bold');
  return [title, ...formatRows([{ cells, style: 'dim' }, ...body], layout, width, paint)];
}

/** What observed checks would have done; nothing without any. Those that act show in the breakdown. */
function formatObserved(summary: Summary, width: number, paint: Paint): string[] {
  const observed = summary.checks.filter(({ mode, reached }) => mode === 'observe' && reached > 0);
  if (observed.length === 0) return [];
  const head: Row = { cells: ['check', 'channel', 'would act', 'interval', 'false', 'evaluations'], style: 'dim' };
  const body = observed.map(({ check, channel, blind, acted, falseAlarms, evaluations }): Row => {
    const share = [formatShare(acted.estimate), formatInterval(acted.interval, 'share')];
    const told = blind ? ['blind', ''] : share;
    const cells = [cleanText(check), cleanText(channel), ...told, blind ? '' : formatShare(falseAlarms.estimate)];
    return { cells: [...cells, formatNumber(evaluations)] };
  });
  const layout: Layout = { isRight: [false, false, true, true, true, true], cut: [[0, 20]], titles: 2 };
  return [paint('Observed checks', 'bold'), ...formatRows([head, ...body], layout, width, paint)];
}

/** What the preparation waited for; nothing where there is none. */
function formatReadiness(summary: Summary, width: number, paint: Paint): string[] {
  if (summary.readiness.length === 0) return [];
  const cells = ['evidence', 'critical', 'slack, median', 'work, median', '95% below', 'delivered', 'owner'];
  const body = summary.readiness.map(({ name, owner, critical, slack, duration, delivered }): Row => {
    const time = (value: number | undefined) => (value === undefined ? '–' : formatValue(value, 'duration'));
    const times = [time(slack?.median), time(duration?.median), time(duration?.p95)];
    const share = `${formatNumber(delivered.count)} of ${formatNumber(delivered.n)}`;
    return { cells: [cleanText(name), formatShare(critical.estimate), ...times, share, cleanText(owner)] };
  });
  const layout: Layout = { isRight: [false, true, true, true, true, true, false], cut: [[0, 20]], titles: 1 };
  const title = paint('Preparation: what is on the critical path', 'bold');
  return [title, ...formatRows([{ cells, style: 'dim' }, ...body], layout, width, paint)];
}

/** Why plans that had to be undone could not be; nothing where all could. */
function formatFailures(summary: Summary, width: number, paint: Paint): string[] {
  const reasons = sortShares(summary.breakdown.byFailure);
  if (reasons.length === 0) return [];
  const body = reasons.map(([reason, { any }]): Row => {
    const share = `${formatNumber(any.count)} of ${formatNumber(any.n)}`;
    return { cells: [cleanText(reason), share, formatShare(any.estimate), formatInterval(any.interval, 'share')] };
  });
  const layout: Layout = { isRight: [false, true, true, false], cut: [[0, 30]], titles: 1 };
  const head: Row = { cells: ['reason', 'rollouts', 'share', 'interval'], style: 'dim' };
  return [paint('No way back', 'bold'), ...formatRows([head, ...body], layout, width, paint)];
}

/** Rollouts undone by channel and by cause; nothing where none was. */
function formatBreakdown(summary: Summary, width: number, paint: Paint): string[] {
  const { byChannel, byCause } = summary.breakdown;
  const rows = [
    ...sortShares(byChannel).map(([name, shares]) => ({ name: `channel ${cleanText(name)}`, shares })),
    ...sortShares(byCause).map(([name, shares]) => ({ name: `cause ${cleanText(name)}`, shares })),
  ].filter(({ shares }) => shares.any.count > 0);
  if (rows.length === 0) return [];
  const head: Row = { cells: ['', 'undone', 'interval', 'rollouts', 'abort', 'gate', 'state'], style: 'dim' };
  const body = rows.map(({ name, shares }): Row => {
    const { any, abort, gate, state } = shares;
    const share = [formatShare(any.estimate), formatInterval(any.interval, 'share')];
    const counts = [abort, gate, state].map(({ count }) => formatNumber(count));
    return { cells: [name, ...share, `${formatNumber(any.count)} of ${formatNumber(any.n)}`, ...counts] };
  });
  const layout: Layout = { isRight: [false, true, false, true, true, true, true], cut: [[0, 20]], titles: 1 };
  return [paint('Undone by channel and cause', 'bold'), ...formatRows([head, ...body], layout, width, paint)];
}
