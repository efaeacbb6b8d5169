/**
 * Checks: rules on telemetry, evaluated at their interval while their channel is active.
 */
import { unreachable } from '#base/assert';
import { formatDuration } from '#base/time';
import { findProbeMetric } from '../metric.js';
import type { CheckPlan, Condition } from '../plan.js';
import { type Reading, readProbe } from '../probe.js';
import type { CheckState, Run, World } from '../world.js';

/** Whether a value meets a condition. */
export function meets(condition: Condition, value: number): boolean {
  switch (condition.comparator) {
    case '<':
      return value < condition.value;
    case '<=':
      return value <= condition.value;
    case '>':
      return value > condition.value;
    case '>=':
      return value >= condition.value;
    default:
      return unreachable(condition.comparator);
  }
}

/**
 * Evaluates one check on what has reached the dashboards by now. Too few samples, or a window cut short, are inconclusive; between success and
 * failure is a band that is inconclusive too. Only failures in a row count; anything else starts the count anew.
 */
export function evaluateCheck(world: World, run: Run, check: CheckPlan, state: CheckState): Reading {
  const { telemetry } = world.plan;
  const seen = Math.floor((world.now - telemetry.delay) / telemetry.interval) * telemetry.interval;
  const { metric, statistic, window } = check;
  const reading = readProbe(run.telemetry, metric, statistic, window, seen, run.chain.blockTime);
  state.outcome = judgeCheck(check, reading);
  state.failuresInRow = state.outcome === 'failure' ? state.failuresInRow + 1 : 0;
  state.failing = state.failuresInRow >= check.consecutiveFailures;
  return reading;
}

/** What one reading says of a check. */
export function judgeCheck(check: CheckPlan, reading: Reading): CheckState['outcome'] {
  if (reading.value === null || !reading.whole || reading.samples < check.minSamples) return 'inconclusive';
  if (meets(check.success, reading.value)) return 'success';
  if (check.failure === null || meets(check.failure, reading.value)) return 'failure';
  return 'inconclusive';
}

/** A reading in words, such as `p95 of liveness.finality over 30m is 14s, wanted <= 12s`. */
export function describeReading(check: CheckPlan, reading: Reading): string {
  const unit = findProbeMetric(check.metric)?.unit;
  const say = (value: number): string => {
    if (unit === 'duration') return formatDuration(Math.round(value));
    return unit === 'share' ? `${Number((100 * value).toFixed(2))}%` : String(Number(value.toFixed(3)));
  };
  const value = reading.value === null ? 'unknown' : say(reading.value);
  const { statistic, metric, window, success } = check;
  return `${statistic} of ${metric} over ${formatDuration(window)} is ${value}, wanted ${success.comparator} ${say(success.value)}`;
}
