/**
 * Checks of a channel: rules on telemetry with every value in the unit of its metric.
 */

import { assert } from '#base/assert';
import { findProbeMetric, PROBE_METRICS, type ProbeMetric } from '#model/metric';
import type { CheckAction, CheckPlan, Comparator, Condition } from '#model/plan';
import {
  CHANNEL_DEFAULTS,
  DEFAULT_CHECKS,
  DEFAULT_CHECKS_SOURCE,
  type Profile,
  STATISTIC_OF_UNIT,
  STATISTIC_SOURCE,
} from './channel-defaults.js';
import type { CheckInput } from './channel-schema.js';
import { checksSchema } from './channel-schema.js';
import { addProblem, assume, type Findings } from './findings.js';
import { parseQuantity, QUANTITY_EXAMPLE } from './quantity.js';
import { suggest } from './suggest.js';
import type { Path } from './tree.js';
import { quote } from './value.js';

/**
 * The checks of one channel.
 *
 * @param path - of `checks` in the file
 * @param label - of the channel in the list of assumptions, such as `channels.mainnet`
 */
export function resolveChecks(
  input: readonly CheckInput[] | undefined,
  profile: Profile,
  path: Path,
  label: string,
  findings: Findings,
): CheckPlan[] {
  const written = input ?? defaultChecks(profile);
  if (input === undefined) {
    const value = written.map((check) => check.name ?? check.metric);
    assume(findings, `${label}.checks`, { value, source: DEFAULT_CHECKS_SOURCE });
  }
  const names = new Set<string>();
  const resolved: CheckPlan[] = [];
  written.forEach((check, i) => {
    const plan = resolveCheck(check, profile, [...path, i], `${label}.checks[${i}]`, input === undefined, findings);
    if (plan === undefined) return;
    if (check.name !== undefined && names.has(check.name)) {
      addProblem(findings, [...path, i, 'name'], `a check "${check.name}" stands above already`, 'Rename one.');
    }
    resolved.push({ ...plan, name: uniqueName(plan.name, names) });
  });
  return resolved;
}

function defaultChecks(profile: Profile): readonly CheckInput[] {
  const rows = DEFAULT_CHECKS.filter((row) => row.profiles.includes(profile)).map((row) => row.check);
  const parsed = checksSchema.safeParse(rows, { jitless: true });
  assert(parsed.success, 'the default checks keep to the schema');
  return parsed.data;
}

function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  for (let number = 2; taken.has(unique); number += 1) unique = `${name}-${number}`;
  taken.add(unique);
  return unique;
}

function resolveCheck(
  input: CheckInput,
  profile: Profile,
  path: Path,
  label: string,
  isDefault: boolean,
  findings: Findings,
): CheckPlan | undefined {
  const metric = findProbeMetric(input.metric);
  if (metric === undefined) {
    const keys = PROBE_METRICS.map((known) => known.key);
    addProblem(
      findings,
      [...path, 'metric'],
      `there is no probe metric ${quote(input.metric)}`,
      suggest(input.metric, keys),
    );
    return undefined;
  }
  const success = parseCondition(input.success, metric, [...path, 'success'], findings);
  const failure =
    input.failure === undefined ? null : parseCondition(input.failure, metric, [...path, 'failure'], findings);
  if (success === undefined || failure === undefined) return undefined;
  if (failure !== null && overlap(success, failure)) {
    const what = `a value can meet both "${input.success}" and "${input.failure}"`;
    addProblem(findings, [...path, 'failure'], what, 'Let failure begin where success has ended.');
  }
  const note = <T>(key: string, value: unknown, source: string): T => {
    return isDefault ? (value as T) : assume<T>(findings, `${label}.${key}`, { value, source });
  };
  const statistic =
    input.statistic ?? note<CheckPlan['statistic']>('statistic', STATISTIC_OF_UNIT[metric.unit], STATISTIC_SOURCE);
  const action = CHANNEL_DEFAULTS[profile].onFail;
  return {
    name: input.name ?? `${metric.key}.${statistic}`,
    metric: metric.key,
    statistic,
    window: input.window,
    interval: input.interval,
    success,
    failure,
    minSamples: input.minSamples,
    consecutiveFailures: input.consecutiveFailures,
    onFail: input.onFail ?? note<CheckAction>('onFail', action.value, action.source),
  };
}

function parseCondition(text: string, metric: ProbeMetric, path: Path, findings: Findings): Condition | undefined {
  const [, comparator, written = ''] = /^(<=|>=|<|>) *(.+)$/.exec(text) ?? [];
  const value = parseQuantity(written, metric.unit);
  if (value === undefined) {
    const what = `${quote(written)} is not in the unit of ${metric.key}`;
    addProblem(findings, path, what, `Write ${comparator ?? '<='} ${QUANTITY_EXAMPLE[metric.unit]}.`);
    return undefined;
  }
  return { comparator: comparator as Comparator, value };
}

/** Whether some value meets both conditions. */
function overlap(a: Condition, b: Condition): boolean {
  const below = (condition: Condition): boolean => condition.comparator.startsWith('<');
  if (below(a) === below(b)) return true;
  const [upper, lower] = below(a) ? [a, b] : [b, a];
  if (upper.value !== lower.value) return upper.value > lower.value;
  return upper.comparator === '<=' && lower.comparator === '>=';
}
