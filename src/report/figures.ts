/**
 * The figures of a report: which there are, what each shows in words, and its chart for a wide page and for a telephone.
 * A figure without data keeps its place and says why it is empty.
 */
import type { Details, ReplicationDetail, StoredResult, Summary } from '#experiment/result';
import { BREAKDOWNS, sortShares } from './breakdown.js';
import { createDistributionChart, type DistributionChart } from './chart-distribution.js';
import { createIntervalChart, type IntervalGroup, proportionRow } from './chart-intervals.js';
import { createSeriesChart, nameRollout, type SeriesChart } from './chart-series.js';
import { type ChartSpec, noteChart } from './chart-theme.js';
import { createTimelineChart } from './chart-timeline.js';
import { compareMetrics, RESULT_WORDS } from './words.js';

export const FULL_WIDTH = 1_000; // px
export const HALF_WIDTH = 480;
export const NARROW_WIDTH = 340; // of a telephone

export interface Figure {
  readonly name: string; // of its files; letters, digits and hyphens
  readonly title: string;
  readonly caption: string; // how to read it
  readonly isHalf: boolean; // two of them share a row of a wide page
  readonly isEmpty: boolean; // then `wide` and `narrow` say `caption`
  readonly wide: ChartSpec;
  readonly narrow: ChartSpec;
}

export type Draw = (width: number) => ChartSpec | null;

/** A figure at both of its widths; where there is nothing to draw it says what is `missing`. */
export function createFigure(
  name: string,
  title: string,
  caption: string,
  isHalf: boolean,
  missing: string,
  draw: Draw,
): Figure {
  const [wide, narrow] = [draw(isHalf ? HALF_WIDTH : FULL_WIDTH), draw(NARROW_WIDTH)];
  if (wide !== null && narrow !== null) return { name, title, caption, isHalf, isEmpty: false, wide, narrow };
  const note = `No data: ${missing}.`;
  const at = (width: number): ChartSpec => noteChart(title, note, width);
  return { name, title, caption: note, isHalf, isEmpty: true, wide: at(HALF_WIDTH), narrow: at(NARROW_WIDTH) };
}

/** The rollout of a role; the worst may be the typical one too, and is then stored once. */
export function findDetail(stored: StoredResult, role: 'typical' | 'worst'): ReplicationDetail | undefined {
  const { replications } = stored.details;
  const number = role === 'typical' ? stored.summary.typicalReplication : stored.summary.worstReplication;
  const found = replications.find((detail) => detail.role === role);
  return found ?? replications.find((detail) => detail.replication === number);
}

/** The timeline of one rollout. */
export function createTimelineFigure(detail: ReplicationDetail | undefined, role: 'typical' | 'worst'): Figure {
  const title = role === 'typical' ? 'A typical rollout' : 'The worst rollout';
  const caption =
    'A row for each channel, gate and fault, left to right in time. White ticks in a channel are its steps; a pale gate is armed and waits for its height; a dashed line marks where the plan was undone.';
  const draw: Draw = (width) => (detail === undefined ? null : createTimelineChart(title, detail, width));
  return createFigure(`timeline-${role}`, title, caption, false, 'no rollout was stored at length', draw);
}

const SERIES: readonly (SeriesChart & { readonly name: string; readonly caption: string })[] = [
  {
    name: 'block-interval',
    title: 'Block interval',
    subtitle: 'Hourly mean',
    caption: 'Flat at the block time is healthy; a gap is an hour without a block.',
    scale: 'duration',
    value: ({ intervalMean }) => intervalMean,
  },
  {
    name: 'finality-mean',
    title: 'Finality',
    subtitle: 'Hourly mean',
    caption: 'Time from the start of a height until more than two thirds of the power have decided it.',
    scale: 'duration',
    value: ({ finalityMean }) => finalityMean,
  },
  {
    name: 'finality-slowest',
    title: 'Slowest finality',
    subtitle: 'Slowest block of each hour',
    caption: 'What the unluckiest user of each hour waited.',
    scale: 'duration',
    value: ({ finalityMax }) => finalityMax,
  },
  {
    name: 'participation',
    title: 'Participation',
    subtitle: 'Voting power that signs a block, hourly mean',
    caption: 'Below two thirds (67%) no block can be finalized.',
    scale: 'share',
    value: ({ participationMean }) => participationMean,
    limit: { value: 2 / 3, label: 'two thirds' },
  },
  {
    name: 'proof-backlog',
    title: 'Proof backlog',
    subtitle: 'Blocks that wait for their proof, most of each hour',
    caption: 'A backlog that keeps growing means that provers cannot keep up.',
    scale: 'count',
    value: ({ proofBacklogMax }) => proofBacklogMax,
  },
  {
    name: 'validators-down',
    title: 'Validators down',
    subtitle: 'At the end of each hour',
    caption: 'Validators that take no part: crashed, restarting, cut off or stopped.',
    scale: 'count',
    value: ({ validatorsDown }) => validatorsDown,
  },
];

/** Quantities over time, of the typical and of the worst rollout together. */
export function createSeriesFigures(stored: StoredResult): Figure[] {
  const [typical, worst] = [findDetail(stored, 'typical'), findDetail(stored, 'worst')];
  const details = [...new Set([typical, worst])].filter((detail) => detail !== undefined);
  const who =
    details.length === 0 ? 'no rollout was stored at length' : `${details.map(nameRollout).join(' and ')} have none`;
  return SERIES.map((series) => {
    const draw: Draw = (width) => createSeriesChart(series, details, width);
    return createFigure(series.name, series.title, series.caption, true, who, draw);
  });
}

const DISTRIBUTIONS: readonly (DistributionChart & {
  readonly name: string;
  readonly key: string;
  readonly caption: string;
})[] = [
  {
    name: 'slot-share',
    key: 'liveness.slotShare',
    title: 'Slots finalized',
    subtitle: 'Rollouts by share of slots with a block',
    caption: 'The lower the bars reach, the more blocks were missed.',
    scale: 'shortfall',
  },
  {
    name: 'longest-stall',
    key: 'liveness.longestStall',
    title: 'Longest stall',
    subtitle: 'Rollouts by longest time without a block',
    caption: 'Seconds are a round that failed; minutes and hours are an outage.',
    scale: 'duration',
  },
  {
    name: 'reward-error',
    key: 'rewards.relativeError',
    title: 'Reward error',
    subtitle: 'Rollouts by money paid wrongly over money owed',
    caption: 'Exact means that every validator got what the rules say, in every epoch.',
    scale: 'error',
  },
  {
    name: 'validators-off',
    key: 'rewards.validatorsOff',
    title: 'Validators paid wrongly',
    subtitle: 'Rollouts by number of such validators',
    caption: 'Validators whose total payout differs from the expected one by at least one unit.',
    scale: 'count',
  },
];

/** The spread of liveness and reward accuracy over all rollouts. */
export function createDistributionFigures(details: Details, prefix: 'liveness.' | 'rewards.'): Figure[] {
  return DISTRIBUTIONS.filter(({ key }) => key.startsWith(prefix)).map((chart) => {
    const draw: Draw = (width) => createDistributionChart(chart, details.values[chart.key] ?? [], width);
    const missing = `no rollout measured ${chart.title.toLowerCase()}`;
    return createFigure(chart.name, chart.title, chart.caption, true, missing, draw);
  });
}

/** Probabilities of undoing. */
export function createRiskFigure(summary: Summary): Figure {
  const risks = Object.keys(summary.metrics)
    .filter((key) => key.startsWith('rollback.'))
    .sort(compareMetrics);
  const rows = risks.flatMap((key) => {
    const metric = summary.metrics[key];
    const [low, high] = metric?.interval ?? [null, null];
    if (metric?.kind !== 'probability' || metric.estimate === null) return [];
    return [{ label: metric.label, estimate: metric.estimate, interval: [low ?? 0, high ?? 1] as const }];
  });
  const caption = 'The dot is the share of rollouts, the bar the range that holds the true probability.';
  const draw: Draw = (width) =>
    createIntervalChart('Rollback risk', 'Probability with its interval', [{ title: '', rows }], width);
  return createFigure('rollback-risk', 'Rollback risk', caption, true, 'no rollout was simulated', draw);
}

/** How the rollouts ended. */
export function createEndingsFigure(summary: Summary): Figure {
  const rows = (Object.keys(RESULT_WORDS) as (keyof typeof RESULT_WORDS)[])
    .filter((result) => summary.results[result].n > 0)
    .map((result) => proportionRow(RESULT_WORDS[result], summary.results[result]));
  const caption = 'Each rollout ends in one of these ways.';
  const title = 'How the rollouts ended';
  const draw: Draw = (width) =>
    createIntervalChart(title, 'Probability with its interval', [{ title: '', rows }], width);
  return createFigure('rollout-endings', title, caption, true, 'no rollout was simulated', draw);
}

const MOST_ROWS = 8; // of one breakdown; the table holds them all

/** Where the risk comes from: the places, and the causes. */
export function createBreakdownFigures(summary: Summary): Figure[] {
  const caption = 'Share of rollouts undone there at least once. One rollout may count in several rows.';
  const [channel, gate, cause, check] = BREAKDOWNS;
  const figures = [
    { name: 'rollback-places', title: 'Where plans are undone', parts: [channel, gate] },
    { name: 'rollback-causes', title: 'Why plans are undone', parts: [cause, check] },
  ];
  return figures.map(({ name, title, parts }) => {
    const groups = parts.map((part) => breakdownGroup(summary, part));
    const draw: Draw = (width) =>
      createIntervalChart(title, 'Probability of being undone, with its interval', groups, width);
    return createFigure(name, title, caption, true, 'nothing was undone in any rollout', draw);
  });
}

function breakdownGroup(summary: Summary, { key, title }: (typeof BREAKDOWNS)[number]): IntervalGroup {
  const rows = sortShares(summary.breakdown[key]).map(([name, { any }]) => proportionRow(name, any));
  if (rows.length <= MOST_ROWS) return { title, rows };
  return { title: `${title}, the largest ${MOST_ROWS}`, rows: rows.slice(0, MOST_ROWS) };
}
