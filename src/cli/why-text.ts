/**
 * An answer of `why` as lines: for the terminal, and the same as Markdown to pass on.
 */
import { formatDuration } from '#base/time';
import type { Why } from '#experiment/why';
import type { OwedTo, RiskShare } from '#experiment/why-attribution';
import type { WhyReplication } from '#experiment/why-replication';
import { formatInterval, formatMoment, formatValue } from '#report/number';
import { plural } from './text.js';

/** A part of the answer: rows of cells with a head, or plain lines. */
export interface Section {
  readonly title: string;
  readonly head: readonly string[]; // empty: `rows` are lines of one cell
  readonly rows: readonly (readonly string[])[];
}

/** The sections of an answer over a run. */
export function describeRun(why: Why): Section[] {
  const happened = why.risks.filter(({ happens }) => happens.count > 0);
  const level = `${formatDuration(why.stallLevel.level)}: ${why.stallLevel.source}`;
  const notes = [
    `Level of the longest stall: ${level}`,
    `Repeated without a cause: ${plural(why.repeated, 'rehearsal')}; ${why.spared} more were not needed, as the cause never acted.`,
    why.isPaired
      ? 'Net: with the cause less without it, in pairs on the same luck; exact intervals, McNemar exact.'
      : `Only the ${plural(why.failing, 'replication')} that fail were repeated; --all repeats the others too and tells what a cause prevents.`,
    'Owed: it happens, and does not without the cause on the same luck. Two causes that are both needed both count.',
    'Named: the record of the undoing names the cause. Intervals: Clopper–Pearson.',
  ];
  const overview: Section = {
    title: 'Risks',
    head: ['risk', 'replications', 'probability', 'interval', 'attributed', 'unexplained'],
    rows: why.risks.map((risk) => [
      risk.label,
      `${risk.happens.count} of ${why.replications}`,
      formatValue(risk.happens.estimate, 'share'),
      formatInterval(risk.happens.interval, 'share'),
      risk.attributed === null ? '' : formatValue(risk.attributed.estimate, 'share'),
      describeUnexplained(risk),
    ]),
  };
  return [
    overview,
    ...happened.map((risk) => describeRisk(risk, why)),
    { title: 'How to read it', head: [], rows: notes.map((note) => [note]) },
  ];
}

function describeUnexplained({ unexplained, happens }: RiskShare): string {
  if (happens.count === 0) return '';
  if (unexplained.length === 0) return 'none';
  const some = unexplained.slice(0, 4).join(', ');
  return `${unexplained.length} (replication ${some}${unexplained.length > 4 ? ', …' : ''})`;
}

function describeRisk(risk: RiskShare, { isPaired }: Why): Section {
  const rows = risk.causes.map((one) => {
    const { cause, owed, ofRisk, named } = one;
    const cells = [cause, `${owed.count} of ${risk.happens.count}`, formatValue(ofRisk?.estimate ?? null, 'share')];
    cells.push(formatValue(owed.estimate, 'share'), formatInterval(owed.interval, 'share'), String(named));
    return isPaired ? [...cells, describePairs(one)] : cells;
  });
  if (risk.eitherAlone > 0) {
    rows.push(['several faults, any alone', `${risk.eitherAlone} of ${risk.happens.count}`]);
  }
  if (risk.byRecordAlone > 0) {
    rows.push(['by the record alone', `${risk.byRecordAlone} of ${risk.happens.count}`]);
  }
  if (risk.unexplained.length > 0) rows.push(['unexplained', `${risk.unexplained.length} of ${risk.happens.count}`]);
  const head = ['cause', 'owed', 'of the risk', 'of all', 'interval', 'named'];
  return { title: risk.label, head: isPaired ? [...head, 'net'] : head, rows };
}

function describePairs({ paired }: OwedTo): string {
  if (paired === null) return '';
  const { onlyWith, onlyWithout, difference, interval, pValue } = paired;
  const points = (value: number): string => `${value < 0 ? '-' : '+'}${Number((100 * Math.abs(value)).toFixed(1))} pp`;
  const p = pValue < 1e-4 ? pValue.toExponential(0) : String(Number(pValue.toPrecision(2)));
  return `${points(difference)} (${points(interval[0])} … ${points(interval[1])}), ${onlyWith} against ${onlyWithout}, p ${p}`;
}

/** The last line over a run: what share of the undoings is put down to a cause. */
export function concludeRun({ risks }: Why): string {
  const [any] = risks;
  if (any === undefined || any.attributed === null) return 'verdict: no plan was undone';
  const { count, n, estimate } = any.attributed;
  const rest = n - count;
  const open = rest === 0 ? 'none is unexplained' : `${rest} unexplained`;
  return `verdict: ${formatValue(estimate, 'share')} of the rollbacks attributed (${count} of ${n}), ${open}`;
}

/** The sections of an answer about one replication. */
export function describeReplication(why: WhyReplication): Section[] {
  const episodes = why.episodes.map((episode): Section => {
    return {
      title: episode.explained ? episode.title : `${episode.title} (unexplained)`,
      head: [],
      rows: episode.links.map(({ at, role, words }) => [formatMoment(at), role, words]),
    };
  });
  const acted = Object.entries(why.struck).map(([fault, times]) => [fault, plural(times, 'time')]);
  const without = why.counterfactuals.map(({ cause, words }) => [`without ${cause}`, words]);
  const idle = why.idle.map((fault) => [`without ${fault}`, 'the very same: it never acted']);
  return [
    ...(episodes.length === 0 ? [{ title: 'What went wrong', head: [], rows: [['Nothing.']] }] : episodes),
    ...(acted.length === 0 ? [] : [{ title: 'Faults that acted', head: [], rows: acted }]),
    { title: 'The same luck without one cause', head: [], rows: [...without, ...idle] },
    ...(why.unexplained.length === 0
      ? []
      : [{ title: 'Unexplained', head: [], rows: why.unexplained.map((key) => [key, 'stays without every cause']) }]),
  ];
}

/** The last line about one replication. */
export function concludeReplication({ risks, counterfactuals, unexplained, episodes }: WhyReplication): string {
  if (risks.length === 0) return 'verdict: nothing failed';
  const avoiding = counterfactuals.filter(({ avoids }) => avoids.length > 0);
  const single = avoiding.filter(({ kind }) => kind !== 'faults');
  const owed = (single.length > 0 ? single : avoiding).map(({ cause }) => cause);
  if (owed.length > 0) return `verdict: owed to ${owed.join(' and to ')}`;
  const isRecorded = unexplained.length === 0 && episodes.some(({ explained }) => explained);
  return `verdict: ${isRecorded ? 'it fails without any one cause too; the record names one' : 'unexplained'}`;
}

/** The sections as a Markdown document. */
export function toMarkdown(title: string, sections: readonly Section[], conclusion: string): string {
  const cell = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;');
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  const parts = sections.map(({ title: name, head, rows }) => {
    const width = Math.max(head.length, ...rows.map((row) => row.length));
    const full = (row: readonly string[]): string[] => Array.from({ length: width }, (_, i) => row[i] ?? '');
    if (width === 1) return [`## ${cell(name)}`, '', ...rows.map(([text = '']) => `- ${cell(text)}`), ''].join('\n');
    const rule = `|${' --- |'.repeat(width)}`;
    return [`## ${cell(name)}`, '', line(full(head)), rule, ...rows.map((row) => line(full(row))), ''].join('\n');
  });
  return [`# ${cell(title)}`, '', cell(conclusion), '', ...parts].join('\n');
}
