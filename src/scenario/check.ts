/**
 * Checks of a channel: rules on telemetry with every value in the unit of its metric.
 */

import { assert } from '#base/assert';
import { MINUTE } from '#base/time';
import type { CheckAction, CheckPlan, CheckRule, CheckTerm, Comparison, Statistic } from '#model/check-plan';
import { findProbeMetric, PROBE_METRICS, type ProbeMetric } from '#model/metric';
import { BASELINES, isIncident } from '#model/probe';
import { ALERT_CHECKS, ALERT_MODE } from './alert-checks.js';
import {
  CHANNEL_DEFAULTS,
  DEFAULT_CHECKS,
  DEFAULT_CHECKS_SOURCE,
  type Profile,
  STATISTIC_OF_UNIT,
  STATISTIC_SOURCE,
} from './channel-defaults.js';
import { overlap, readCondition } from './check-condition.js';
import { parseCondition } from './check-expression.js';
import { type CheckInput, checksSchema } from './check-schema.js';
import { CONDITIONAL_DEFAULTS } from './defaults.js';
import { addProblem, addWarning, assume, type Findings } from './findings.js';
import { insideText } from './place.js';
import { suggest } from './suggest.js';
import { formatPath, type Path } from './tree.js';
import { quote } from './value.js';

/** A check as it is written or as a preset has it, and where. */
interface Written {
  readonly input: CheckInput;
  readonly path: Path;
  readonly label: string;
  readonly isReady: boolean; // of a preset or the defaults: its own defaults are not noted one by one
  readonly exported: boolean;
}

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
  if (input === undefined) {
    const value = defaultChecks(profile).map((check) => check.name ?? check.metric);
    assume(findings, `${label}.checks`, { value, source: DEFAULT_CHECKS_SOURCE });
  }
  const written =
    input === undefined
      ? ready(defaultChecks(profile), path, `${label}.checks`)
      : input.flatMap((check, i): Written[] => {
          const here = [...path, i];
          const name = `${label}.checks[${i}]`;
          if (check.preset !== undefined) return expandPreset(check, check.preset, profile, here, name, findings);
          return [{ input: check, path: here, label: name, isReady: false, exported: true }];
        });
  const names = new Set<string>();
  const resolved: CheckPlan[] = [];
  for (const one of written) {
    const plan = resolveCheck(one, profile, findings);
    if (plan === undefined) continue;
    if (one.input.name !== undefined && names.has(one.input.name)) {
      const place = one.isReady ? one.path : [...one.path, 'name'];
      addProblem(findings, place, `a check "${one.input.name}" stands above already`, 'Rename one.');
    }
    resolved.push({ ...plan, name: uniqueName(plan.name, names) });
  }
  return resolved;
}

function ready(checks: readonly CheckInput[], path: Path, label: string): Written[] {
  return checks.map((input) => ({ input, path, label, isReady: true, exported: true }));
}

function defaultChecks(profile: Profile): readonly CheckInput[] {
  return parseReady(DEFAULT_CHECKS.filter((row) => row.profiles.includes(profile)).map((row) => row.check));
}

function parseReady(rows: readonly unknown[]): readonly CheckInput[] {
  const parsed = checksSchema.safeParse(rows, { jitless: true });
  assert(parsed.success, 'ready-made checks keep to the schema');
  return parsed.data;
}

/** Keys that mean something beside `preset`. */
const PRESET_KEYS: readonly string[] = ['preset', 'mode', 'onFail'];

/** The checks of a preset, with the mode and the action written beside it. */
function expandPreset(
  input: CheckInput,
  preset: NonNullable<CheckInput['preset']>,
  profile: Profile,
  path: Path,
  label: string,
  findings: Findings,
): Written[] {
  for (const key of Object.keys(input)) {
    if (PRESET_KEYS.includes(key) || findings.locator.at([...path, key]) === undefined) continue;
    addProblem(
      findings,
      [...path, key],
      'has no meaning beside a preset',
      'Write mode and onFail, or a check of its own.',
    );
  }
  const given = {
    ...(input.mode === undefined ? {} : { mode: input.mode }),
    ...(input.onFail === undefined ? {} : { onFail: input.onFail }),
  };
  if (preset === 'defaults') return ready(defaultChecks(profile), path, label).map((one) => withGiven(one, given));
  if (input.mode === undefined) assume(findings, `${label}.mode`, ALERT_MODE);
  const rows = parseReady(ALERT_CHECKS.map(({ name, check }) => ({ ...check, name })));
  return ready(rows, path, label).map((one, i) => {
    const { sustain, exported } = ALERT_CHECKS[i] as (typeof ALERT_CHECKS)[number];
    const consecutiveFailures = Math.ceil((sustain * MINUTE) / one.input.interval);
    return { ...withGiven(one, { mode: 'observe', consecutiveFailures, ...given }), exported };
  });
}

function withGiven(one: Written, given: Partial<CheckInput>): Written {
  return { ...one, input: { ...one.input, ...given } };
}

function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  for (let number = 2; taken.has(unique); number += 1) unique = `${name}-${number}`;
  taken.add(unique);
  return unique;
}

function resolveCheck(written: Written, profile: Profile, findings: Findings): CheckPlan | undefined {
  const { input, label, isReady } = written;
  const rule = input.when === undefined ? resolveReading(written, findings) : resolveExpression(written, findings);
  if (rule === undefined) return undefined;
  warnOfUnreachable(written, findings);
  const action = CHANNEL_DEFAULTS[profile].onFail;
  const noted = (): CheckAction =>
    isReady ? (action.value as CheckAction) : assume<CheckAction>(findings, `${label}.onFail`, action);
  const { interval, minSamples, consecutiveFailures } = input;
  return {
    name: input.name ?? nameOf(rule),
    rule,
    initialDelay: input.initialDelay ?? 0,
    interval,
    count: input.count ?? null,
    minSamples,
    noData: input.noData ?? offByDefault('noData'),
    consecutiveFailures,
    failureLimit: input.failureLimit ?? null,
    inconclusiveLimit: input.inconclusiveLimit ?? offByDefault('inconclusiveLimit'),
    mode: input.mode ?? offByDefault('mode'),
    onFail: input.onFail ?? noted(),
    onInconclusive: input.onInconclusive ?? offByDefault('onInconclusive'),
    exported: written.exported,
  };
}

function nameOf(rule: CheckRule): string {
  return rule.kind === 'reading' ? `${rule.metric}.${rule.statistic}` : 'when';
}

/** The default of a key that says that something is off. */
function offByDefault<T>(key: string): T {
  const row = CONDITIONAL_DEFAULTS[`channels[].checks[].${key}`];
  assert(row !== undefined, `there is a default for ${key} of a check`);
  return row.value as T;
}

/** A check that ends before its failures can count. */
function warnOfUnreachable({ input, path }: Written, findings: Findings): void {
  const { count, consecutiveFailures, failureLimit } = input;
  const needed = Math.min(consecutiveFailures, failureLimit ?? consecutiveFailures);
  if (count === undefined || needed <= count) return;
  const what = `${count} evaluations end before ${needed} failures can come`;
  addWarning(findings, [...path, 'count'], what, 'Raise count, or lower consecutiveFailures or failureLimit.');
}

function resolveReading({ input, path, label, isReady }: Written, findings: Findings): CheckRule | undefined {
  if (input.metric === undefined) {
    const fix = 'Add "metric:" with "success:", or "when:", or "preset:".';
    addProblem(findings, path, 'does not say what it checks', fix);
    return undefined;
  }
  const metric = findProbeMetric(input.metric);
  if (metric === undefined) {
    const keys = PROBE_METRICS.map((known) => known.key);
    const what = `there is no probe metric ${quote(input.metric)}`;
    addProblem(findings, [...path, 'metric'], what, suggest(input.metric, keys));
    return undefined;
  }
  const against = resolveAgainst(input, metric, path, findings);
  if (input.success === undefined) {
    addProblem(findings, [...path, 'success'], 'is missing', `Add "success:" to ${formatPath(path)}.`);
    return undefined;
  }
  const unit = against === 'ratio' || (against !== null && isIncident(metric.key)) ? 'ratio' : metric.unit;
  const scale = { unit, name: metric.key, isSigned: against === 'difference' };
  const success = readCondition(input.success, scale, [...path, 'success'], findings);
  const failure =
    input.failure === undefined ? null : readCondition(input.failure, scale, [...path, 'failure'], findings);
  if (success === undefined || failure === undefined) return undefined;
  if (failure !== null && overlap(success, failure)) {
    const what = `a value can meet both "${input.success}" and "${input.failure}"`;
    addProblem(findings, [...path, 'failure'], what, 'Let failure begin where success has ended.');
  }
  const statistic = STATISTIC_OF_UNIT[metric.unit];
  const noted = (): Statistic =>
    isReady
      ? statistic
      : assume<Statistic>(findings, `${label}.statistic`, { value: statistic, source: STATISTIC_SOURCE });
  const { window } = input;
  return {
    kind: 'reading',
    metric: metric.key,
    statistic: input.statistic ?? noted(),
    window,
    against,
    success,
    failure,
  };
}

/** How a metric is held against that of nodes that are not on the release; null: it is not. */
function resolveAgainst(input: CheckInput, metric: ProbeMetric, path: Path, findings: Findings): Comparison | null {
  if (input.against === undefined) {
    if (input.compare === undefined) return null;
    addProblem(findings, [...path, 'compare'], 'compares with nothing', 'Add "against: production".');
    return null;
  }
  if (BASELINES[metric.key] === undefined) {
    const what = `${metric.key} is not kept for nodes on the release and for the others`;
    const fix = `Only these are: ${Object.keys(BASELINES).join(', ')}.`;
    addProblem(findings, [...path, 'against'], what, fix);
  }
  return input.compare ?? offByDefault('compare');
}

/** Keys that describe one reading; an expression says all of it by itself. */
const READING_KEYS = ['metric', 'statistic', 'window', 'against', 'compare', 'success'] as const;

function resolveExpression({ input, path, isReady }: Written, findings: Findings): CheckRule | undefined {
  if (!isReady) {
    for (const key of READING_KEYS) {
      if (findings.locator.at([...path, key]) === undefined) continue;
      addProblem(findings, [...path, key], 'has no meaning beside when', 'Write it within when, or remove it.');
    }
  }
  const text = input.when ?? '';
  const success = readTerm(text, [...path, 'when'], findings);
  const failure = input.failure === undefined ? null : readTerm(input.failure, [...path, 'failure'], findings);
  if (success === undefined || failure === undefined) return undefined;
  return { kind: 'expression', text, success, failure };
}

function readTerm(text: string, path: Path, findings: Findings): CheckTerm | undefined {
  const parsed = parseCondition(text);
  if ('term' in parsed) return parsed.term;
  const { offset, width, message, fix } = parsed.mistake;
  const place = insideText(findings.locator.value(path), text, offset, width);
  findings.problems.push({ place, path: formatPath(path), what: message, fix });
  return undefined;
}
