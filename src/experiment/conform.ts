/**
 * Conformance of our consensus with Malachite's formal model: traces of the model are replayed against the round machine,
 * the vote keeper and the driver, and every output and the visible state are compared.
 *
 * The kind of a trace is recognised from its variables: `sm` (round machine), `vk` (vote keeper), `net` (several
 * validators) or `sync` (with value synchronization). Where the model is known not to be the yardstick, a mask says so.
 * Source of the model: circlefin/malachite, `specs/consensus/quint`.
 */
import { LINES, RULES } from '#model/consensus/round-machine';
import { readState, readVote } from './conformance/formal.js';
import { createKeeperReplay, replayVote } from './conformance/keeper.js';
import { createMachineMemory, replayMachine } from './conformance/machine.js';
import { replayNetwork } from './conformance/network.js';
import { type ConformReport, createReport, LAYERS, MASKS, type Mask } from './conformance/report.js';
import { canonicalText, field, type ItfTrace, integer, item, malformed, placeOfState, variant } from './itf.js';

/**
 * Replays one trace.
 *
 * @throws UserError if the trace is of no known kind or does not follow the model
 */
export function conformTrace(trace: ItfTrace): ConformReport {
  const report = createReport(trace.file, kindOf(trace), trace.states.length - 1);
  if (report.kind === 'sm') replayMachineTrace(report, trace);
  else if (report.kind === 'vk') replayKeeperTrace(report, trace);
  else replayNetwork(report, trace);
  return report;
}

function kindOf(trace: ItfTrace): ConformReport['kind'] {
  const has = (...names: string[]) => names.every((name) => trace.variables.includes(name));
  if (has('system', '_hist')) return has('vsyncClients') ? 'sync' : 'net';
  if (has('state', 'input', 'output')) return 'sm';
  if (has('weightedVote', 'bookkeeper', 'lastEmitted')) return 'vk';
  throw malformed(
    trace.file,
    'vars',
    'are none of a consensus model this program knows (state, input, output; weightedVote, bookkeeper, lastEmitted; system, _hist)',
  );
}

function replayMachineTrace(report: ConformReport, trace: ItfTrace): void {
  const names: string[] = [];
  const memory = createMachineMemory();
  for (let step = 1; step < trace.states.length; step += 1) {
    const [before, after] = [placeOfState(trace, step - 1), placeOfState(trace, step)];
    const input = field(after, 'input');
    if (isRepeated(trace, step) || variant(input).tag === 'NoConsensusInput') continue;
    const states = {
      before: readState(field(before, 'state'), names),
      after: readState(field(after, 'state'), names),
    };
    const common = { step, validator: null, input, output: field(after, 'output'), next: -1 };
    replayMachine(report, memory, { ...common, ...states }, names);
  }
}

function replayKeeperTrace(report: ConformReport, trace: ItfTrace): void {
  const names: string[] = [];
  const replay = createKeeperReplay(field(placeOfState(trace, 0), 'bookkeeper'));
  for (let step = 1; step < trace.states.length; step += 1) {
    const [before, after] = [placeOfState(trace, step - 1), placeOfState(trace, step)];
    const { tag, payload } = variant(field(after, 'weightedVote'));
    if (isRepeated(trace, step) || tag !== 'WV') continue;
    const weighted = {
      step,
      validator: null,
      vote: readVote(item(payload, 0), names),
      currentRound: integer(item(payload, 2)),
      before: field(before, 'bookkeeper'),
      output: field(after, 'lastEmitted'),
      after: field(after, 'bookkeeper'),
    };
    replayVote(report, replay, weighted, names);
  }
}

/** Whether state `step` equals the one before: an asserting step, or an input repeated with the same result. */
function isRepeated(trace: ItfTrace, step: number): boolean {
  const [before, after] = [placeOfState(trace, step - 1), placeOfState(trace, step)];
  return canonicalText(before.value) === canonicalText(after.value);
}

/**
 * The reports as text: a row a file, the branches of Algorithm 1 that were taken over all of them, what was masked, and
 * the first divergence of each file that has one.
 */
export function formatConformance(reports: readonly ConformReport[]): string {
  const files = reports.map((report) => {
    const result = report.divergences === 0 ? 'agrees' : `${report.divergences} differ`;
    return [
      report.file,
      report.kind,
      report.steps,
      ...LAYERS.map((layer) => report.comparisons[layer]),
      maskedIn(report),
      result,
    ];
  });
  const totals = LAYERS.map((layer) => sum(reports.map((report) => report.comparisons[layer])));
  const steps = sum(reports.map((report) => report.steps));
  const differing = sum(reports.map((report) => report.divergences));
  const head = ['file', 'kind', 'steps', ...LAYERS, 'masked', 'result'];
  const foot = [
    'all',
    '',
    steps,
    ...totals,
    sum(reports.map(maskedIn)),
    differing === 0 ? 'agree' : `${differing} differ`,
  ];
  const lines: (string | number)[][] = LINES.map((line) => [
    line,
    RULES[line],
    sum(reports.map((report) => report.lines[line])),
  ]);
  lines.push(['rejected', '', sum(reports.map((report) => report.rejected))]);
  const masks = (Object.keys(MASKS) as Mask[])
    .map((mask) => [mask, sum(reports.map((report) => report.masked[mask])), MASKS[mask]] as const)
    .filter(([, count]) => count > 0);
  const covered = LINES.filter((line) => reports.some((report) => report.lines[line] > 0)).length;
  return [
    formatTable([head, ...files, foot]),
    `Algorithm 1: ${covered} of ${LINES.length} branches taken`,
    formatTable([['line', 'rule', 'taken'], ...lines]),
    ...(masks.length > 0 ? ['Masks', formatTable(masks)] : []),
    ...reports.map(describeDivergence).filter((text) => text !== ''),
  ].join('\n\n');
}

function describeDivergence({ file, divergence }: ConformReport): string {
  if (divergence === null) return '';
  const { step, layer, validator, input, expected, got, line } = divergence;
  const where = `${file} states[${step}]${validator === null ? '' : ` validator ${validator}`}, ${layer}`;
  const branch = line === null ? '' : ` (${line})`;
  return `${where}: ${input}\n  expected: ${expected}\n  got:      ${got}${branch}`;
}

function maskedIn(report: ConformReport): number {
  return sum(Object.values(report.masked));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Columns two spaces apart, numbers to the right. */
function formatTable(rows: readonly (readonly (string | number)[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const numeric = widths.map((_, column) => rows.slice(1).every((row) => typeof row[column] === 'number'));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          numeric[column] === true
            ? String(cell).padStart(widths[column] ?? 0)
            : String(cell).padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
