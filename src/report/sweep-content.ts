/**
 * What the report of a sweep says: the curves or the tornados first, then every point, then how it was made.
 */
import type { Sensitivity, StoredSweep, SweepResult } from '#experiment/sweep-result';
import type { Block, Cell, ReportDocument, Section, Table } from './document.js';
import { formatCount, formatInterval, formatNumber, formatValue } from './number.js';
import { createCurveFigures, createTornadoFigures } from './sweep-figures.js';
import {
  describePoint,
  describeSize,
  formatConfidence,
  formatIndex,
  labelMetric,
  pathsOf,
  writeSweepHeadline,
} from './sweep-words.js';
import { quoteArgument } from './text.js';
import { CLAIM_TONE, CLAIM_WORDS, describeMethods, FIDELITY_WORDS, VERDICT_TONE } from './words.js';

const MEANING: Readonly<Record<SweepResult['verdict'], string>> = {
  go: 'Every expectation holds at every point.',
  'no-go': 'At one point or more the simulated rollouts contradict an expectation. The table says where.',
  inconclusive: 'No point contradicts an expectation, but not every point confirms all of them.',
};

export function writeSweepContent(stored: StoredSweep): ReportDocument {
  const { sweep } = stored;
  const { scenario, sensitivity } = sweep;
  return {
    name: scenario.name,
    verdict: sweep.verdict,
    headline: writeSweepHeadline(sweep),
    meaning: MEANING[sweep.verdict],
    warning: sweep.complete ? null : 'Incomplete: not every point has all its rollouts. Run the same command again.',
    concerns: [],
    facts: [
      { term: 'Scenario', text: scenario.name },
      { term: 'Sweep', text: describeSize(sweep) },
      { term: 'Seed', text: sweep.seed },
      { term: 'Engine', text: `${sweep.engine.name} ${sweep.engine.version}` },
    ],
    sections: [
      {
        id: 'question',
        title: 'The question',
        blocks: [
          { kind: 'quote', text: scenario.question },
          { kind: 'paragraph', text: describeDesign(sweep) },
        ],
      },
      sensitivity === null
        ? { id: 'curves', title: 'Curves', blocks: figuresBlock(createCurveFigures(sweep)) }
        : writeSensitivity(sweep, sensitivity),
      { id: 'points', title: 'Points', blocks: writePoints(sweep) },
      ...writeExpectations(sweep),
      { id: 'methods', title: 'How the numbers were made', blocks: writeMethods(sweep) },
      { id: 'reproduction', title: 'Reproduce', blocks: writeReproduction(stored) },
    ],
  };
}

function figuresBlock(figures: ReturnType<typeof createCurveFigures>): Block[] {
  return figures.length === 0
    ? [{ kind: 'paragraph', text: 'There is nothing to draw.' }]
    : [{ kind: 'figures', figures }];
}

function describeDesign(sweep: SweepResult): string {
  const { axes, filters, points, replications, sensitivity } = sweep;
  const each = `The whole rollout was simulated ${formatCount(replications, 'time')} at each of ${formatCount(points.length, 'point')}, with the same luck everywhere: what differs between two points comes from their settings.`;
  if (sensitivity !== null) {
    const inputs = sensitivity.inputs.map(({ path, from, to, scale }) => `${path} from ${from} to ${to} (${scale})`);
    return `${each} The inputs are ${inputs.join('; ')}.`;
  }
  const names = axes.map(({ kind, paths, values }) => {
    return `${paths.join(', ')} (${formatCount(values.length, kind === 'list' ? 'point' : 'value')})`;
  });
  const only = filters.length === 0 ? '' : ` Only points with ${filters.join(' and ')} were kept.`;
  return `${each} The axes are ${names.join('; ')}.${only}`;
}

function writeSensitivity(sweep: SweepResult, sensitivity: Sensitivity): Section {
  const tables = sweep.shown.map((key): Table => {
    const label = labelMetric(sweep, key);
    const unit = sweep.points[0]?.metrics[key]?.unit ?? 'count';
    const empty = `${label} does not vary with the inputs.`;
    const number = (title: string) => ({ title, isNumber: true });
    if (sensitivity.method === 'morris') {
      const rows = (sensitivity.metrics[key] ?? []).map((effect): Cell[] => [
        { text: effect.path },
        { text: formatValue(effect.meanAbsolute, unit), note: formatInterval(effect.meanAbsoluteInterval, unit) },
        { text: formatValue(effect.mean, unit) },
        { text: formatValue(effect.deviation, unit) },
      ]);
      const columns = [{ title: 'Input' }, number('Mean absolute effect'), number('Mean effect'), number('Deviation')];
      return { kind: 'table', caption: label, columns, rows, empty };
    }
    const range = ([low, high]: readonly [number | null, number | null]): string =>
      low === null || high === null ? '' : `${formatIndex(low)} – ${formatIndex(high)}`;
    const rows = (sensitivity.metrics[key] ?? []).map((index): Cell[] => [
      { text: index.path },
      { text: formatIndex(index.first), note: range(index.firstInterval) },
      { text: formatIndex(index.total), note: range(index.totalInterval) },
    ]);
    const columns = [{ title: 'Input' }, number('First order'), number('Total')];
    return { kind: 'table', caption: label, columns, rows, empty };
  });
  return {
    id: 'sensitivity',
    title: 'What matters',
    blocks: [...figuresBlock(createTornadoFigures(sweep).filter(({ isEmpty }) => !isEmpty)), ...tables],
  };
}

const COLUMNS_MAX = 6; // metrics beside each other on a page

function writePoints(sweep: SweepResult): Block[] {
  const paths = pathsOf(sweep);
  const keys = sweep.shown.slice(0, COLUMNS_MAX);
  const rows = sweep.points.map((point): Cell[] => [
    { text: describePoint(point, paths) },
    { text: point.complete ? point.verdict : 'incomplete', tone: VERDICT_TONE[point.verdict] },
    ...keys.map((key): Cell => {
      const metric = point.metrics[key];
      if (metric === undefined || metric.estimate === null) return { text: 'no data' };
      return { text: formatValue(metric.estimate, metric.unit), note: formatInterval(metric.interval, metric.unit) };
    }),
  ]);
  const table: Table = {
    kind: 'table',
    caption: 'Estimates at every point; all metrics are in sweep.json and sweep.parquet',
    columns: [
      { title: 'Point' },
      { title: 'Verdict' },
      ...keys.map((key) => ({ title: labelMetric(sweep, key), isNumber: true })),
    ],
    rows,
    empty: 'There is no point.',
  };
  if (sweep.points.length <= 40) return [table];
  return [{ kind: 'fold', title: formatCount(sweep.points.length, 'point'), blocks: [table], isScreenOnly: false }];
}

function writeExpectations(sweep: SweepResult): Section[] {
  const claims = sweep.points[0]?.expectations.map(({ claim }) => claim) ?? [];
  if (claims.length === 0) return [];
  const paths = pathsOf(sweep);
  const rows = sweep.points.flatMap((point) =>
    point.expectations
      .filter(({ verdict }) => verdict !== 'pass')
      .map(({ claim, verdict, reason }): Cell[] => [
        { text: describePoint(point, paths) },
        { text: claim },
        { text: CLAIM_WORDS[verdict], tone: CLAIM_TONE[verdict] },
        { text: reason },
      ]),
  );
  const counts = claims.map((claim, i) => {
    const met = sweep.points.filter((point) => point.expectations[i]?.verdict === 'pass').length;
    return `${claim}: met at ${formatNumber(met)} of ${formatCount(sweep.points.length, 'point')}.`;
  });
  const table: Table = {
    kind: 'table',
    caption: 'Expectations that are not met, or undecided, and where',
    columns: [{ title: 'Point' }, { title: 'Claim' }, { title: 'Verdict' }, { title: 'Why' }],
    rows,
    empty: 'Every expectation is met at every point.',
  };
  const body: Block = rows.length > 40 ? { kind: 'fold', title: 'Where', blocks: [table], isScreenOnly: false } : table;
  return [{ id: 'expectations', title: 'Expectations', blocks: [{ kind: 'list', items: counts }, body] }];
}

function writeMethods(sweep: SweepResult): Block[] {
  const { sensitivity, points, fidelity } = sweep;
  const methods = points.flatMap(({ metrics, expectations }) =>
    [...Object.values(metrics), ...expectations].map(({ method }) => method),
  );
  const analysis =
    sensitivity === null
      ? []
      : [
          sensitivity.method === 'morris'
            ? `Elementary effects (Morris 1991): ${formatCount(sensitivity.samples, 'walk')} through the space of the inputs move one input at a time. The mean absolute effect says how much an input matters, the deviation how much that depends on the others. Effects are scaled to the whole range of the input.`
            : `Sobol indices (Saltelli 2010) from ${formatCount(sensitivity.samples, 'row')} of a low-discrepancy sequence: the share of a metric's variance that an input explains alone, and together with the others. Every input is taken as uniform over its range. A first-order index below 0 or a total one above 1 is the error of the sample.`,
          `Intervals of effects and indices: ${sensitivity.interval}, at ${formatConfidence(sensitivity.confidence)}. They say how sure the choice of points makes us, and nothing of the luck within a point.`,
        ];
  return [
    {
      kind: 'list',
      items: [
        'Each point is what `run --set` gives for its settings: the same rollouts, the same estimates, the same fingerprint.',
        'Verdicts and intervals hold for each point by itself. Over many points some intervals miss the true value, as many as their confidence says.',
        FIDELITY_WORDS[fidelity],
        ...analysis,
        ...describeMethods(methods),
      ],
    },
  ];
}

function writeReproduction({ sweep, manifest }: StoredSweep): Block[] {
  const command =
    manifest.command === '' ? `rollout-sim sweep ${quoteArgument(manifest.scenarioFile)}` : manifest.command;
  const [first] = sweep.points;
  const own = pathsOf(sweep).flatMap((path) => (first?.set[path] === undefined ? [] : [`${path}=${first.set[path]}`]));
  const settings = [...sweep.set, ...own].map((setting) => `--set ${quoteArgument(setting)}`);
  const one = [
    `rollout-sim run ${quoteArgument(manifest.scenarioFile)}`,
    `--seed ${quoteArgument(sweep.seed)} --replications ${sweep.replications} --fidelity ${sweep.fidelity}`,
    ...settings,
  ];
  return [
    { kind: 'command', label: 'The sweep', text: command },
    { kind: 'command', label: 'Its first point alone', text: one.join(' ') },
    { kind: 'paragraph', text: `Fingerprint of the sweep: ${sweep.fingerprint}.` },
  ];
}
