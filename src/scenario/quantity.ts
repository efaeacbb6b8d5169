/**
 * A number in the unit of a metric, as conditions and claims write it: `8s`, `2%`, `3`.
 */
import { formatDuration } from '#base/time';
import type { MetricUnit } from '#model/metric';
import { DURATION_PATTERN, GROUPED_PATTERN, PERCENT_PATTERN, parseDuration, parsePercent } from './units.js';

/** What to write for each unit. */
export const QUANTITY_EXAMPLE: Readonly<Record<MetricUnit, string>> = {
  share: '2% or 0.02',
  duration: '8s or 10m',
  count: '24',
  units: '100_000',
  ratio: '0.001 or 0.1%',
};

const NUMBER = /^\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;

/**
 * Reads `text` in `unit`.
 *
 * @returns µs of a duration, a share as a number, else the number; undefined if the text is not of that unit
 */
export function parseQuantity(text: string, unit: MetricUnit): number | undefined {
  if (unit === 'duration') {
    if (text === '0') return 0;
    return DURATION_PATTERN.test(text) ? finite(parseDuration(text)) : undefined;
  }
  if (PERCENT_PATTERN.test(text)) return unit === 'share' || unit === 'ratio' ? finite(parsePercent(text)) : undefined;
  if (GROUPED_PATTERN.test(text) && unit !== 'share') return finite(Number(text.replaceAll('_', '')));
  return NUMBER.test(text) ? finite(Number(text)) : undefined;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

/** The value as people write it; `parseQuantity` reads all of these but rounded durations back to the same value. */
export function formatQuantity(value: number, unit: MetricUnit): string {
  if (unit === 'duration') return formatDuration(value);
  if (unit === 'share') return `${Number((value * 100).toPrecision(12))}%`;
  return String(value);
}
