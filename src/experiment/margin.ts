/**
 * How much worse a metric may become before it counts: the margins of `compare` and `check`, given or by default.
 */
import { UserError } from '#base/error';
import { findMetric, METRICS, type Metric } from '#model/metric';
import { formatQuantity, parseQuantity, QUANTITY_EXAMPLE } from '#scenario/quantity';
import { suggest } from '#scenario/suggest';

export type Margin =
  | { readonly kind: 'absolute'; readonly value: number } // in the metric's unit
  | { readonly kind: 'relative'; readonly share: number } // of the value compared with
  | { readonly kind: 'never' } // not worse in a single replication
  | { readonly kind: 'none' }; // not judged

/** What may not happen once more, however rarely: a pair in which it does is a fact, not an estimate. */
const NEVER: readonly string[] = [
  'safety.forks',
  'safety.violations',
  'slashing.innocent',
  'rewards.relativeError',
  'rewards.validatorsOff',
  'rewards.conservationViolations',
  'rewards.auditFindings',
  'liveness.stuck',
];

/** Metrics that describe more than they promise; judged only where a margin is given. */
const DESCRIPTIVE: readonly string[] = [
  'rewards.leaderConcentration',
  'rewards.fairnessByPower',
  'rewards.fairnessByCount',
  'rewards.leaderFairness',
  'rewards.witnessesPaid',
  'selection.participation',
  'slashing.validators',
  'network.refused',
];

const PROBABILITY: Margin = { kind: 'absolute', value: 0.05 };
const SHARE: Margin = { kind: 'absolute', value: 0.01 };
const OTHERS: Margin = { kind: 'relative', share: 0.1 };

/** The margin of a metric for which none is given. */
export function defaultMargin(metric: Metric): Margin {
  if (NEVER.includes(metric.key)) return { kind: 'never' };
  if (metric.better === 'neither' || DESCRIPTIVE.includes(metric.key)) return { kind: 'none' };
  if (metric.kind === 'probability') return PROBABILITY;
  return metric.unit === 'share' ? SHARE : OTHERS;
}

/**
 * Reads `metric=value` texts: a value in the metric's unit, `relative:5%`, `never` or `none`; the last of a metric counts.
 *
 * @param flag - they came through
 * @throws UserError naming every text that is none
 */
export function parseMargins(texts: readonly string[], flag = '--margin'): Map<string, Margin> {
  const margins = new Map<string, Margin>();
  const problems = texts.flatMap((text) => {
    const equals = text.indexOf('=');
    const [key, value] = equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
    const metric = findMetric(key);
    if (metric === undefined) {
      const known = METRICS.map((one) => one.key);
      return [{ file: flag, what: `there is no metric "${key}"`, fix: suggest(key, known, 'Metrics') }];
    }
    const margin = parseMargin(value, metric);
    if (margin !== undefined) {
      margins.set(key, margin);
      return [];
    }
    const fix = `Write ${QUANTITY_EXAMPLE[metric.unit]}, relative:5%, never or none.`;
    return [{ file: flag, path: key, what: `"${value}" is no margin`, fix }];
  });
  if (problems.length > 0) throw new UserError(problems);
  return margins;
}

function parseMargin(text: string, metric: Metric): Margin | undefined {
  if (text === 'never' || text === 'none') return { kind: text };
  if (text.startsWith('relative:')) {
    const share = parseQuantity(text.slice('relative:'.length), 'ratio');
    return share === undefined ? undefined : { kind: 'relative', share };
  }
  const value = parseQuantity(text, metric.unit);
  return value === undefined ? undefined : { kind: 'absolute', value };
}

/** A margin as a number in the metric's unit; null where there is none to be had. */
export function sizeOf(margin: Margin, base: number | null): number | null {
  if (margin.kind === 'absolute') return margin.value;
  if (margin.kind === 'never') return 0;
  return margin.kind === 'relative' && base !== null ? margin.share * Math.abs(base) : null;
}

/** A margin in words, as `parseMargins` reads it. */
export function formatMargin(margin: Margin, metric: Pick<Metric, 'unit'>): string {
  if (margin.kind === 'absolute') return formatQuantity(margin.value, metric.unit);
  return margin.kind === 'relative' ? `relative:${formatQuantity(margin.share, 'share')}` : margin.kind;
}
