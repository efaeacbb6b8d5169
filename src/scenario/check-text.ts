/**
 * Checks in words, as `rollout-sim plan` prints them.
 */
import { formatDuration } from '#base/time';
import type { CheckPlan, CheckRule, Condition } from '#model/check-plan';
import { findProbeMetric, type MetricUnit } from '#model/metric';
import { isIncident } from '#model/probe';
import { formatQuantity } from './quantity.js';

/** One check on one line: what it reads, when it succeeds and fails, what follows, and what is out of the ordinary. */
export function describeCheck(check: CheckPlan): string {
  const { rule, interval, consecutiveFailures, failureLimit } = check;
  const row = consecutiveFailures === 1 ? 'one failure' : `${consecutiveFailures} failures in a row`;
  const limit = failureLimit === null ? '' : ` or ${failureLimit} in all`;
  const observed = check.mode === 'observe' ? 'observed, would ' : '';
  const every = `every ${formatDuration(interval)}`;
  return [`${describeRule(rule, every)}; ${row}${limit}: ${observed}${check.onFail}`, ...describeMore(check)].join(
    '; ',
  );
}

function describeRule(rule: CheckRule, every: string): string {
  if (rule.kind === 'expression') {
    return `${rule.text}, ${every}: success, ${rule.failure === null ? 'else failure' : 'or by its own condition failure'}`;
  }
  const { metric, statistic, window, against, success, failure } = rule;
  const metricUnit = findProbeMetric(metric)?.unit ?? 'count';
  const unit: MetricUnit = against === 'ratio' || (against !== null && isIncident(metric)) ? 'ratio' : metricUnit;
  const say = ({ comparator, value }: Condition): string => {
    return `${comparator} ${value < 0 ? '-' : ''}${formatQuantity(Math.abs(value), unit)}`;
  };
  const compared = against === null ? '' : ` against production, as ${against}`;
  const fails = failure === null ? 'else failure' : `failure ${say(failure)}`;
  return `${statistic} of ${metric} over ${formatDuration(window)}${compared}, ${every}: success ${say(success)}, ${fails}`;
}

function describeMore(check: CheckPlan): string[] {
  const { initialDelay, count, noData, inconclusiveLimit, onInconclusive } = check;
  return [
    ...(initialDelay > 0 ? [`from ${formatDuration(initialDelay)} on`] : []),
    ...(count === null ? [] : [`${count} evaluation${count === 1 ? '' : 's'}`]),
    ...(noData === 'inconclusive' ? [] : [`no data: ${noData}`]),
    ...(onInconclusive === 'ignore' ? [] : [`${inconclusiveLimit} inconclusive: ${onInconclusive}`]),
    ...(check.exported ? [] : ['exported by no code']),
  ];
}
