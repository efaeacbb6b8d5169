/**
 * What `check` found, in words.
 */
import type { CheckedMetric, CheckResult } from '#experiment/check';
import { formatValue } from '#report/number';
import { alignRows, formatDifference, formatRange } from './difference.js';
import { plural } from './text.js';

export const CHECK_WORDS: Readonly<Record<CheckResult['verdict'], string>> = {
  pass: 'no metric became worse than allowed',
  regression: 'regression',
  inconclusive: 'inconclusive: more replications would tell',
  changed: 'not comparable: the simulator has changed since the baseline',
};

/** One scenario: whether it is the same run, what has changed, and each metric that differs. */
export function tellCheck(result: CheckResult): string[] {
  const head = `${result.name}  seed ${result.seed}  ${plural(result.replications, 'pair')}`;
  const lines = ['', head, ...result.changes.map((change) => `  ${change}`)];
  if (result.scenarioChanged) lines.push('  The scenario means another plan than that of the baseline.');
  if (result.unknown.length > 0) lines.push(`  Not in the baseline: ${result.unknown.join(', ')}.`);
  if (result.identical) return [...lines, '  every fact of every replication is as it was', ''];
  const shown = result.metrics.filter(({ changed, onlyA, onlyB }) => changed + onlyA + onlyB > 0);
  const { needed, replications } = result;
  const forecast =
    result.verdict !== 'inconclusive'
      ? []
      : needed === null
        ? ['  How many pairs would decide it cannot be told from so few, or from differences that lie at the margin.']
        : [
            `  About ${Math.max(needed, replications + 1)} pairs would decide it if the differences stay; save a baseline of so many.`,
          ];
  if (shown.length === 0) return [...lines, '  no metric differs in any replication', ''];
  const rows = shown.map((metric) => [
    metric.standing.replace('-', ' '),
    metric.label,
    formatValue(metric.a, metric.unit),
    formatValue(metric.b, metric.unit),
    formatRange(metric.intervals[0] ?? [null, null], metric.unit),
    metric.standing === 'not-judged' ? '' : metric.allowed.replace('relative:', ''),
  ]);
  return [...lines, ...alignRows([['', '', 'baseline', 'now', 'change', 'allowed'], ...rows]), ...forecast, ''];
}

/** By how much a metric became worse, how surely, and what is allowed. */
export function describeWorse(metric: CheckedMetric): string {
  const { key, a, b, unit, difference, allowed, intervals, confidence, method, median, n, mcnemar } = metric;
  const values = `${formatValue(a, unit)} → ${formatValue(b, unit)} (${formatDifference(difference, unit)})`;
  if (allowed === 'never') return `${key}: ${values}, worse in some of ${plural(n, 'pair')} and allowed in none`;
  const names = [method, ...(median === null ? [] : [median.method])];
  const ranges = intervals.map((interval, i) => `${formatRange(interval, unit)} by ${names[i]}`).join(', ');
  const level = `${Number((100 * confidence).toPrecision(4))}%`;
  const test = mcnemar === null ? '' : `, McNemar p ${Number(mcnemar.pValue.toPrecision(2))}`;
  return `${key}: ${values}, ${level} interval ${ranges}${test}, n = ${n}, allowed ${allowed.replace('relative:', '')}`;
}
