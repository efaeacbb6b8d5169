/**
 * What `check` found as JUnit XML: a suite for each scenario, in it whether the baseline can be held against, and a case for
 * each metric that is judged.
 */
import { renameSync, writeFileSync } from 'node:fs';
import type { CheckedMetric, CheckResult } from '#experiment/check';
import { type JunitCase, type JunitSuite, writeSuites } from '#report/junit';
import { describeWorse } from './check-text.js';
import type { ScenarioOptions } from './options.js';
import { replayCommand } from './result.js';
import { plural } from './text.js';

/** One scenario that was checked. */
export interface CheckedScenario {
  readonly file: string;
  readonly overrides: ScenarioOptions;
  readonly result: CheckResult;
  readonly wallMs: number;
  readonly startedAt: string; // ISO 8601
}

/** Writes the file beside its place and renames it into it. */
export function writeCheckJunit(file: string, checked: readonly CheckedScenario[], version: string): void {
  const beside = `${file}.${process.pid}.tmp`;
  writeFileSync(beside, writeSuites(checked.map((one) => suiteOf(one, version))), { flush: true });
  renameSync(beside, file);
}

function suiteOf({ file, overrides, result, wallMs, startedAt }: CheckedScenario, version: string): JunitSuite {
  const judged = result.metrics.filter(({ standing }) => standing !== 'not-judged');
  const replay = (replication: number) => replayCommand(file, result.seed, replication, overrides);
  return {
    name: result.name,
    wallMs,
    startedAt,
    properties: {
      seed: result.seed,
      replications: String(result.replications),
      confidence: String(result.confidence),
      verdict: result.verdict,
      engine: `rollout-sim ${version}`,
      file,
    },
    cases: [baselineCase(result), ...judged.map((metric) => metricCase(metric, result.verdict === 'changed', replay))],
  };
}

function baselineCase({ changes, verdict, replications }: CheckResult): JunitCase {
  return {
    name: 'baseline',
    verdict: verdict === 'changed' ? 'error' : 'pass',
    type: 'baseline.changed',
    message: 'The simulator has changed since the baseline, so its differences tell nothing. Renew it.',
    lines: [...changes, `${plural(replications, 'pair')}.`],
  };
}

/** @param incomparable - the simulator has changed: what differs is no fault of the scenario */
function metricCase(metric: CheckedMetric, incomparable: boolean, replay: (replication: number) => string): JunitCase {
  const { key, allowed, standing, worstReplication } = metric;
  const isWorse = standing === 'worse';
  const verdict = isWorse && !incomparable ? 'fail' : isWorse || standing === 'undecided' ? 'inconclusive' : 'pass';
  const allowance = allowed.replace('relative:', '');
  const open = incomparable ? 'the baseline cannot be held against' : 'more replications would tell';
  return {
    name: key,
    verdict,
    type: 'regression',
    message: isWorse
      ? `worse by more than is allowed, ${allowance}`
      : `may be worse by more than ${allowance}: ${open}`,
    lines: [describeWorse(metric), ...(worstReplication === null ? [] : [`Reproduce: ${replay(worstReplication)}`])],
  };
}
