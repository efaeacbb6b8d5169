/**
 * The verdicts as JUnit XML, the dialect that CI servers read: a suite for the scenario, a case for each expectation. What
 * is inconclusive counts as skipped, since it neither passed nor failed.
 */
import type { ExpectationResult, StoredResult } from '#experiment/result';
import { replayCommand } from './content-background.js';
import { formatInterval, formatNumber, formatValue } from './number.js';
import { escapeMarkup } from './text.js';

export function writeJunit({ summary, manifest }: StoredResult): string {
  const { expectations, scenario } = summary;
  const count = (verdict: ExpectationResult['verdict']): number =>
    expectations.filter((one) => one.verdict === verdict).length;
  const counts = `tests="${expectations.length}" failures="${count('fail')}" errors="${count('error')}" skipped="${count('inconclusive')}"`;
  const time = `time="${(manifest.wallMs / 1_000).toFixed(3)}"`;
  const properties = {
    seed: summary.seed,
    fingerprint: summary.fingerprint,
    verdict: summary.verdict,
    replications: String(summary.replications),
    requested: String(summary.requested),
    fidelity: summary.fidelity,
    engine: `${summary.engine.name} ${summary.engine.version}`,
    scenario: scenario.hash,
  };
  const replay = (one: ExpectationResult): string | null =>
    one.worstReplication === null ? null : replayCommand(manifest.scenarioFile, summary.seed, one.worstReplication);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="rollout-sim" ${counts} ${time}>`,
    `  <testsuite name="${escapeMarkup(scenario.name)}" ${counts} ${time} timestamp="${escapeMarkup(manifest.startedAt)}">`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([name, value]) => `      <property name="${name}" value="${escapeMarkup(value)}"/>`,
    ),
    '    </properties>',
    ...expectations.map((one) => writeCase(scenario.name, one, replay(one))),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function writeCase(suite: string, expectation: ExpectationResult, replay: string | null): string {
  const { claim, verdict, reason } = expectation;
  const open = `    <testcase name="${escapeMarkup(claim)}" classname="${escapeMarkup(suite)}" time="0"`;
  if (verdict === 'pass') return `${open}/>`;
  const element = { fail: 'failure', error: 'error', inconclusive: 'skipped' }[verdict];
  const type = verdict === 'inconclusive' ? '' : ` type="expectation.${verdict}"`;
  const lines = [describe(expectation), ...(replay === null ? [] : [`Reproduce: ${replay}`])].map(escapeMarkup);
  return `${open}>\n      <${element} message="${escapeMarkup(reason)}"${type}>${lines.join('\n')}</${element}>\n    </testcase>`;
}

function describe({ estimate, interval, unit, method, n, worstReplication }: ExpectationResult): string {
  const worst = worstReplication === null ? '' : `; worst replication ${worstReplication}`;
  return `Estimate ${formatValue(estimate, unit)}, interval ${formatInterval(interval, unit)}, ${method}, n ${formatNumber(n)}${worst}.`;
}
