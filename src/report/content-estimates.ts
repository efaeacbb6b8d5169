/**
 * The numbers of a report: what everybody should see, the expectations, and every estimate with its interval.
 */
import type { Details, MetricResult, Summary } from '#experiment/result';
import { BREAKDOWNS, sortShares } from './breakdown.js';
import { writeChecks } from './content-checks.js';
import type { Block, Cell, Section, Table, Tile } from './document.js';
import { createBreakdownFigures, createDistributionFigures, createEndingsFigure, createRiskFigure } from './figures.js';
import { formatCount, formatInterval, formatNumber, formatShare, formatValue, NO_DATA } from './number.js';
import { CLAIM_TONE, groupMetrics, metricGloss, RESULT_MEANING, RESULT_WORDS } from './words.js';

/** Metrics that everybody should see, in this order. */
const TILES = [
  'rollout.completed',
  'rollback.any',
  'liveness.slotShare',
  'liveness.longestStall',
  'rewards.relativeError',
  'rollout.duration',
] as const;

export function writeTiles(summary: Summary): Block {
  const tiles = TILES.flatMap((key): Tile[] => {
    const metric = summary.metrics[key];
    return metric === undefined ? [] : [writeTile(key, metric)];
  });
  return { kind: 'tiles', tiles };
}

function writeTile(key: string, metric: MetricResult): Tile {
  const { estimate, unit, interval, kind } = metric;
  const isShare = unit === 'share' && estimate !== null;
  const range =
    estimate === null ? '' : `${kind === 'quantity' ? 'mean, ' : ''}interval ${formatInterval(interval, unit)}`;
  const quantiles = describeQuantiles(metric);
  return {
    label: metric.label,
    value: formatValue(estimate, unit),
    interval: range,
    note: quantiles === '' ? metricGloss(key) : `${metricGloss(key)} Over the rollouts: ${quantiles}.`,
    share: isShare ? { estimate, low: interval[0] ?? 0, high: interval[1] ?? 1 } : null,
  };
}

export function writeExpectations(summary: Summary): Table {
  const rows = summary.expectations.map((one): Cell[] => [
    { text: one.claim, note: `with ${formatShare(one.confidence)} confidence` },
    { text: one.verdict, tone: CLAIM_TONE[one.verdict] },
    { text: formatValue(one.estimate, one.unit) },
    { text: one.estimate === null ? '–' : formatInterval(one.interval, one.unit) },
    { text: formatNumber(one.n) },
    { text: one.method },
    {
      text: one.reason,
      ...(one.worstReplication === null ? {} : { note: `worst: replication ${one.worstReplication}` }),
    },
  ]);
  return {
    kind: 'table',
    caption: 'Expectations and their verdicts',
    columns: [
      { title: 'Expectation' },
      { title: 'Verdict' },
      { title: 'Estimate', isNumber: true },
      { title: 'Interval', isNumber: true },
      { title: 'n', isNumber: true },
      { title: 'Method' },
      { title: 'Why' },
    ],
    rows,
    empty: 'The scenario states no expectation, so nothing was judged.',
  };
}

/** An interval with its confidence; a dash where there is no estimate. */
function intervalCell({ estimate, interval, unit, confidence }: MetricResult): Cell {
  if (estimate === null) return { text: '–' };
  return { text: formatInterval(interval, unit), note: `at ${formatShare(confidence)}` };
}

/** A section for each of the questions, with every metric that answers it. */
export function writeEstimates(summary: Summary, details: Details): Section[] {
  return groupMetrics(Object.keys(summary.metrics)).map(({ id, title, question, keys }): Section => {
    const table = writeMetrics(summary, `${title}, estimates over the rollouts`, keys);
    const start: Block = { kind: 'paragraph', text: question };
    switch (id) {
      case 'liveness':
      case 'rewards':
        return {
          id,
          title,
          blocks: [start, { kind: 'figures', figures: createDistributionFigures(details, `${id}.`) }, table],
        };
      case 'risk':
        return { id, title, blocks: [start, ...writeRisk(summary), table, writeCounts(summary)] };
      default:
        return { id, title, blocks: [start, table] };
    }
  });
}

function writeMetrics(summary: Summary, caption: string, keys: readonly string[]): Table {
  const rows = keys.flatMap((key): Cell[][] => {
    const metric = summary.metrics[key];
    if (metric === undefined) return [];
    return [
      [
        { text: metric.label, note: metricGloss(key) },
        { text: formatValue(metric.estimate, metric.unit) },
        intervalCell(metric),
        { text: describeQuantiles(metric) || '–' },
        {
          text: formatNumber(metric.n),
          ...(metric.undecided > 0 ? { note: `${formatNumber(metric.undecided)} without data` } : {}),
        },
        { text: metric.method },
      ],
    ];
  });
  return {
    kind: 'table',
    caption,
    columns: [
      { title: 'Measure' },
      { title: 'Estimate', isNumber: true },
      { title: 'Interval', isNumber: true },
      { title: 'Over the rollouts' },
      { title: 'n', isNumber: true },
      { title: 'Method' },
    ],
    rows,
    empty: 'Nothing was measured.',
  };
}

/**
 * The middle and the bad end over the rollouts: `half up to 4.9s, 90% up to 12s`; from above where more is better: `half
 * at least 99%`. Empty without quantiles.
 */
function describeQuantiles({ quantiles, unit, better }: MetricResult): string {
  const isFloor = better === 'higher';
  const telling = (quantiles ?? []).filter(({ q }) => !isFloor || q <= 0.5);
  const known = telling.map(({ q, estimate }) => ({ share: isFloor ? 1 - q : q, value: formatValue(estimate, unit) }));
  // Where several shares have one value, the largest says it all.
  const largest = known.filter(({ share, value }) => !known.some((one) => one.value === value && one.share > share));
  return largest
    .map(
      ({ share, value }) => `${share === 0.5 ? 'half' : formatShare(share)} ${isFloor ? 'at least' : 'up to'} ${value}`,
    )
    .join(', ');
}

function writeRisk(summary: Summary): Block[] {
  return [
    { kind: 'paragraph', text: describeRisk(summary) },
    {
      kind: 'figures',
      figures: [createEndingsFigure(summary), createRiskFigure(summary), ...createBreakdownFigures(summary)],
    },
  ];
}

/** How the rollouts ended and where, when and why they were undone, as counts. */
function writeCounts(summary: Summary): Block {
  const rows = (Object.keys(RESULT_WORDS) as (keyof typeof RESULT_WORDS)[]).map((result): Cell[] => {
    const { count, n, estimate, interval } = summary.results[result];
    return [
      { text: RESULT_WORDS[result], note: RESULT_MEANING[result] },
      { text: `${formatNumber(count)} of ${formatNumber(n)}` },
      { text: n === 0 ? NO_DATA : formatShare(estimate) },
      { text: n === 0 ? '–' : formatInterval(interval, 'share') },
    ];
  });
  const endings: Table = {
    kind: 'table',
    caption: 'How the rollouts ended',
    columns: [
      { title: 'Ending' },
      { title: 'Rollouts', isNumber: true },
      { title: 'Share', isNumber: true },
      { title: 'Interval', isNumber: true },
    ],
    rows,
    empty: 'No rollout was simulated.',
  };
  return {
    kind: 'fold',
    isScreenOnly: false,
    title: 'All counts: endings, channels, gates, causes, checks, recoveries, preparation',
    blocks: [
      endings,
      ...BREAKDOWNS.map((breakdown) => writeBreakdown(summary, breakdown)),
      writeRecoveries(summary),
      writeChecks(summary),
      writeReadiness(summary),
    ],
  };
}

/** How nodes recovered their stores after unplanned stops. */
function writeRecoveries(summary: Summary): Table {
  const rows = summary.recoveries.map(
    ({ outcome, count, replications, duration, catchUp, stateSyncs, neverCaughtUp }): Cell[] => [
      { text: outcome },
      {
        text: formatNumber(count),
        note: `in ${formatNumber(replications.count)} of ${formatCount(replications.n, 'rollout')}`,
      },
      {
        text: formatValue(duration.median, 'duration'),
        note: `95% below ${formatValue(duration.p95, 'duration')}, longest ${formatValue(duration.max, 'duration')}`,
      },
      {
        text: catchUp === null ? 'never' : formatValue(catchUp.median, 'duration'),
        note: `${formatNumber(neverCaughtUp)} not before the end`,
      },
      { text: formatNumber(stateSyncs) },
    ],
  );
  return {
    kind: 'table',
    caption: 'Nodes that recovered their store after an unplanned stop',
    columns: [
      { title: 'Outcome' },
      { title: 'Nodes', isNumber: true },
      { title: 'Until it was up', isNumber: true },
      { title: 'From then to the tip', isNumber: true },
      { title: 'State syncs', isNumber: true },
    ],
    rows,
    empty: 'No node stopped unplanned.',
  };
}

/** What the preparation waited for. */
function writeReadiness(summary: Summary): Table {
  const rows = summary.readiness.map(
    ({ name, kind, owner, critical, slack, duration, delivered, reworked }): Cell[] => {
      const shareOf = ({ count, n, estimate, interval }: typeof critical): Cell => {
        const note = `${formatNumber(count)} of ${formatNumber(n)}, ${formatInterval(interval, 'share')}`;
        return { text: n === 0 ? NO_DATA : formatShare(estimate), note };
      };
      const timeOf = (time: typeof duration): Cell => {
        if (time === null) return { text: NO_DATA };
        const note = `95% below ${formatValue(time.p95, 'duration')}, longest ${formatValue(time.max, 'duration')}`;
        return { text: formatValue(time.median, 'duration'), note };
      };
      const who = { text: name, note: `${kind}, ${owner}` };
      return [who, shareOf(critical), timeOf(slack), timeOf(duration), shareOf(reworked), shareOf(delivered)];
    },
  );
  return {
    kind: 'table',
    caption: 'Preparation: what is on the critical path to its end, and how much later the rest could have come',
    columns: [
      { title: 'Evidence' },
      { title: 'On the critical path', isNumber: true },
      { title: 'Slack', isNumber: true },
      { title: 'Work', isNumber: true },
      { title: 'Done again', isNumber: true },
      { title: 'Delivered', isNumber: true },
    ],
    rows,
    empty: 'No channel waits for evidence.',
  };
}

function writeBreakdown(summary: Summary, { key, title, noun, text }: (typeof BREAKDOWNS)[number]): Table {
  const rows = sortShares(summary.breakdown[key]).map(([name, shares]): Cell[] => [
    { text: name },
    ...[shares.any, shares.abort, shares.gate, shares.state].map(({ count, n, estimate, interval }): Cell => {
      const share = n === 0 ? NO_DATA : formatShare(estimate);
      return {
        text: share,
        note: `${formatNumber(count)} of ${formatNumber(n)}, ${formatInterval(interval, 'share')}`,
      };
    }),
  ]);
  return {
    kind: 'table',
    caption: `${title}. ${text}`,
    columns: [
      { title: noun },
      { title: 'Undone at all', isNumber: true },
      { title: 'Abort', isNumber: true },
      { title: 'Gate rollback', isNumber: true },
      { title: 'State rollback', isNumber: true },
    ],
    rows,
    empty: `${title}: nothing was undone in any rollout.`,
  };
}

/** The risk in two sentences: how often, and mostly where and why. */
function describeRisk(summary: Summary): string {
  const { replications, metrics, breakdown } = summary;
  const any = metrics['rollback.any'];
  if (any === undefined || any.estimate === null) return 'Whether plans were undone was not measured.';
  const undone = Math.round(any.estimate * any.n);
  if (undone === 0) {
    return `None of ${formatCount(replications, 'simulated rollout')} was undone; the true probability may still be as high as the interval says: ${formatInterval(any.interval, 'share')}.`;
  }
  const most = (shares: Summary['breakdown']['byChannel']): string | null => {
    const [first] = sortShares(shares);
    return first === undefined || first[1].any.count === 0 ? null : `${first[0]} (${formatNumber(first[1].any.count)})`;
  };
  const [channel, cause] = [most(breakdown.byChannel), most(breakdown.byCause)];
  const where =
    channel === null
      ? ''
      : ` Most often in channel ${channel}${cause === null ? '' : `, most often because of ${cause}`}.`;
  return `In ${formatNumber(undone)} of ${formatCount(any.n, 'simulated rollout')} the plan was undone at least once: ${formatShare(any.estimate)} (${formatInterval(any.interval, 'share')}).${where}`;
}
