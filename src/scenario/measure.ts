/**
 * What a value of a scenario measures, whatever key it stands at: a duration, a size, a share, a number, or nothing that
 * can be ordered. Sweeps compare values, and draw curves over them, by this.
 */
import {
  BANDWIDTH_PATTERN,
  DURATION_PATTERN,
  EPOCHS_PATTERN,
  GROUPED_PATTERN,
  PERCENT_PATTERN,
  parseBandwidth,
  parseEpochs,
  parseMicros,
  parsePercent,
  parseRate,
  parseSize,
  RATE_PATTERN,
  SIZE_PATTERN,
} from './units.js';

/** µs, bytes, a share, 1/s, bytes/s, epochs, or no unit. */
export type Dimension = 'duration' | 'size' | 'share' | 'rate' | 'bandwidth' | 'epochs' | 'number';

export interface Measure {
  readonly value: number;
  readonly dimension: Dimension;
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;
const SECOND = 1e6; // µs

/** The measure of a text as a scenario writes it; undefined for a word, a list or a map. */
export function measureOf(text: string): Measure | undefined {
  if (NUMBER.test(text)) return { value: Number(text), dimension: 'number' };
  if (GROUPED_PATTERN.test(text)) return { value: Number(text.replaceAll('_', '')), dimension: 'number' };
  if (PERCENT_PATTERN.test(text)) return { value: parsePercent(text), dimension: 'share' };
  if (DURATION_PATTERN.test(text)) return { value: parseMicros(text), dimension: 'duration' };
  if (SIZE_PATTERN.test(text)) return { value: parseSize(text), dimension: 'size' };
  if (RATE_PATTERN.test(text)) return { value: SECOND / parseRate(text), dimension: 'rate' };
  if (BANDWIDTH_PATTERN.test(text)) return { value: parseBandwidth(text), dimension: 'bandwidth' };
  if (EPOCHS_PATTERN.test(text)) return { value: parseEpochs(text), dimension: 'epochs' };
  return undefined;
}

/** Whether two measures may be compared and added: a share is a number, and 0 needs no unit. */
export function isComparable(a: Measure, b: Measure): boolean {
  const plain = (dimension: Dimension): boolean => dimension === 'number' || dimension === 'share';
  const isZero = ({ value, dimension }: Measure): boolean => value === 0 && dimension === 'number';
  return a.dimension === b.dimension || (plain(a.dimension) && plain(b.dimension)) || isZero(a) || isZero(b);
}
