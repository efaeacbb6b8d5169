/**
 * Verdicts as JUnit XML, the dialect that CI servers read. What is inconclusive counts as skipped, since it neither passed
 * nor failed.
 */
import type { ExpectationResult, StoredResult } from '#experiment/result';
import { replayCommand } from './content-background.js';
import { formatInterval, formatNumber, formatValue } from './number.js';
import { escapeMarkup } from './text.js';

/** Cases that belong together, such as those of one scenario. */
export interface JunitSuite {
  readonly name: string;
  readonly wallMs: number;
  readonly startedAt: string; // ISO 8601
  readonly properties: Readonly<Record<string, string>>;
  readonly cases: readonly JunitCase[];
}

export interface JunitCase {
  readonly name: string;
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'error';
  readonly type: string; // of a failure or an error, such as `expectation.fail`
  readonly message: string; // one sentence: why
  readonly lines: readonly string[]; // what else is known
}

/** A result: a suite for the scenario, a case for each expectation. */
export function writeJunit({ summary, manifest }: StoredResult): string {
  const replay = (one: ExpectationResult): string[] =>
    one.worstReplication === null ? [] : [`Reproduce: ${replayCommand(manifest, summary.seed, one.worstReplication)}`];
  const suite: JunitSuite = {
    name: summary.scenario.name,
    wallMs: manifest.wallMs,
    startedAt: manifest.startedAt,
    properties: {
      seed: summary.seed,
      fingerprint: summary.fingerprint,
      verdict: summary.verdict,
      replications: String(summary.replications),
      requested: String(summary.requested),
      fidelity: summary.fidelity,
      engine: `${summary.engine.name} ${summary.engine.version}`,
      scenario: summary.scenario.hash,
    },
    cases: summary.expectations.map((one) => ({
      name: one.claim,
      verdict: one.verdict,
      type: `expectation.${one.verdict}`,
      message: one.reason,
      lines: [describe(one), ...replay(one)],
    })),
  };
  return writeSuites([suite]);
}

/** Any suites as one document. */
export function writeSuites(suites: readonly JunitSuite[]): string {
  const all = suites.flatMap(({ cases }) => cases);
  const wallMs = suites.reduce((sum, suite) => sum + suite.wallMs, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="rollout-sim" ${countCases(all)} ${formatTime(wallMs)}>`,
    ...suites.flatMap(writeSuite),
    '</testsuites>',
    '',
  ].join('\n');
}

function writeSuite({ name, wallMs, startedAt, properties, cases }: JunitSuite): string[] {
  const counts = `${countCases(cases)} ${formatTime(wallMs)}`;
  return [
    `  <testsuite name="${escapeMarkup(name)}" ${counts} timestamp="${escapeMarkup(startedAt)}">`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([key, value]) => `      <property name="${escapeMarkup(key)}" value="${escapeMarkup(value)}"/>`,
    ),
    '    </properties>',
    ...cases.map((one) => writeCase(name, one)),
    '  </testsuite>',
  ];
}

function writeCase(suite: string, { name, verdict, type, message, lines }: JunitCase): string {
  const open = `    <testcase name="${escapeMarkup(name)}" classname="${escapeMarkup(suite)}" time="0"`;
  if (verdict === 'pass') return `${open}/>`;
  const element = { fail: 'failure', error: 'error', inconclusive: 'skipped' }[verdict];
  const kind = verdict === 'inconclusive' ? '' : ` type="${escapeMarkup(type)}"`;
  const text = lines.map(escapeMarkup).join('\n');
  return `${open}>\n      <${element} message="${escapeMarkup(message)}"${kind}>${text}</${element}>\n    </testcase>`;
}

function countCases(cases: readonly JunitCase[]): string {
  const count = (verdict: JunitCase['verdict']): number => cases.filter((one) => one.verdict === verdict).length;
  return `tests="${cases.length}" failures="${count('fail')}" errors="${count('error')}" skipped="${count('inconclusive')}"`;
}

function formatTime(wallMs: number): string {
  return `time="${(wallMs / 1_000).toFixed(3)}"`;
}

function describe({ estimate, interval, unit, method, n, worstReplication }: ExpectationResult): string {
  const worst = worstReplication === null ? '' : `; worst replication ${worstReplication}`;
  return `Estimate ${formatValue(estimate, unit)}, interval ${formatInterval(interval, unit)}, ${method}, n ${formatNumber(n)}${worst}.`;
}
