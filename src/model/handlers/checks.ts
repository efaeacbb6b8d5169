/**
 * Checks: rules on telemetry, evaluated at their interval while their channel is active.
 */
import { formatDuration } from '#base/time';
import type { CheckPlan, ProbeQuery } from '../check-plan.js';
import { type Judgement, judgeRule, type Reader, type Seen, unexportedMetrics, windowOf } from '../check-rule.js';
import { actionOf, type CheckState, countOutcome, verdictOf } from '../check-state.js';
import { findProbeMetric, type MetricUnit } from '../metric.js';
import type { ChannelPlan } from '../plan.js';
import { readAgainst, readProbe } from '../probe.js';
import type { Run, World } from '../world.js';

/** Evaluates one check on what has reached the dashboards by now, and counts the outcome. */
export function evaluateCheck(world: World, run: Run, check: CheckPlan, state: CheckState): Judgement {
  const { interval, delay } = world.plan.telemetry;
  const end = Math.floor((world.now - delay) / interval) * interval;
  const { telemetry, chain } = run;
  const read: Reader = (query, against) => {
    const { metric, statistic, window } = query;
    if (against !== null) return readAgainst(telemetry, query, against, end, chain.blockTime);
    return readProbe(telemetry, metric, statistic, window, end, chain.blockTime);
  };
  const judgement = judgeRule(check, read);
  countOutcome(state, judgement.outcome, judgement.cutShort, world.now);
  return judgement;
}

/** Whether a check cannot see: its metric has no exporter, as built or because one was forgotten. */
export function isBlind(world: World, check: CheckPlan): boolean {
  const { telemetry } = world.plan;
  if (telemetry.alertBlind && !check.exported) return true;
  return !world.checklist.armed && unexportedMetrics(telemetry, check).length > 0;
}

/** Whether a promotion has to wait for a check: an observed one never stands in its way, nor does one that cannot see. */
export function isUnmet(world: World, check: CheckPlan, state: CheckState): boolean {
  return check.mode === 'enforce' && !isBlind(world, check) && verdictOf(check, state) !== 'success';
}

/**
 * Takes note of whether the check acts, or would; each time that it begins to.
 *
 * @returns whether it has just begun
 */
export function noteAction(world: World, run: Run, check: CheckPlan, state: CheckState): boolean {
  const acting = actionOf(check, state) !== null;
  const begins = acting && !state.acting;
  state.acting = acting;
  if (!begins) return false;
  state.acted ??= world.now;
  if (isFalseAlarm(world, run, check, state)) state.falseAlarm = true;
  return true;
}

/** No defect of the release has shown, and no fault was active in the windows of the failures behind it. */
function isFalseAlarm(world: World, run: Run, check: CheckPlan, state: CheckState): boolean {
  if (world.defects.some((defect) => defect.shown > 0)) return false;
  const { interval, delay } = world.plan.telemetry;
  const first = state.failuresInRow > 0 ? state.rowSince : world.now;
  const since = first - windowOf(check.rule) - interval - delay;
  return !world.occurrences.some((one) => one.run === run.id && one.end >= since);
}

/** Files what the checks of the channel under way have come to. */
export function fileChecks(world: World, channel: ChannelPlan): void {
  world.rollout.checks.forEach((state, i) => {
    const check = channel.checks[i] as CheckPlan;
    const { successes, failures, inconclusive, acted, falseAlarm } = state;
    const counts = { successes, failures, inconclusive };
    const verdict = verdictOf(check, state);
    world.checkRecords.push({ channel: channel.name, check: check.name, ...counts, verdict, acted, falseAlarm });
  });
  world.rollout.checks = [];
}

/** What was seen, in words, such as `p95 of liveness.finality over 30m is 14s, wanted <= 12s`. */
export function describeJudgement({ rule }: CheckPlan, { seen }: Judgement): string {
  if (rule.kind === 'expression') {
    const readings = [...new Set(seen.map((one) => describeReading(one, unitOf(one.query))))];
    return `${readings.join(', ')}; wanted ${rule.text}`;
  }
  const unit = rule.against === 'ratio' ? 'ratio' : unitOf(rule);
  const against = rule.against === null ? '' : ` against production, as ${rule.against},`;
  const words = seen.map((one) => describeReading(one, unit, against)).join(', ');
  return `${words}, wanted ${rule.success.comparator} ${sayValue(rule.success.value, unit)}`;
}

function unitOf({ metric }: ProbeQuery): MetricUnit | undefined {
  return findProbeMetric(metric)?.unit;
}

function describeReading({ query, reading }: Seen, unit: MetricUnit | undefined, against = ''): string {
  const { statistic, metric, window } = query;
  const value = reading.value === null ? 'unknown' : sayValue(reading.value, unit);
  return `${statistic} of ${metric} over ${formatDuration(window)}${against} is ${value}`;
}

function sayValue(value: number, unit: MetricUnit | undefined): string {
  if (unit === 'duration')
    return value < 0 ? `-${formatDuration(Math.round(-value))}` : formatDuration(Math.round(value));
  return unit === 'share' ? `${Number((100 * value).toFixed(2))}%` : String(Number(value.toFixed(3)));
}
