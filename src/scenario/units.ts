/**
 * Quantities as people write them: `48h`, `10 epochs`, `64KiB`, `3/h`, `2%`, `1Gbit/s`.
 *
 * The patterns are the whole grammar: they also stand in the JSON Schema. A text that matches its pattern always has a
 * value; whether that value fits (not longer than 285 years, at most 100 %) is the schema's business.
 */
import { DAY, HOUR, MILLISECOND, MINUTE, type Micros, SECOND } from '#base/time';

const TIME_UNITS: Readonly<Record<string, Micros>> = {
  us: 1,
  µs: 1,
  ms: MILLISECOND,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
};
const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1_024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
};
const BIT_UNITS: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, Mbit: 1e6, Gbit: 1e9 };

const NUMBER = '\\d+(?:\\.\\d+)?';
const TIME_PART = `${NUMBER}(?:us|µs|ms|s|m|h|d)`;

/** `90m`, `1.5h`, `2d 3h`. */
export const DURATION_PATTERN = new RegExp(`^${TIME_PART}(?: ?${TIME_PART})*$`);
/** `10 epochs`. */
export const EPOCHS_PATTERN = /^\d+ epochs?$/;
export const DWELL_PATTERN = new RegExp(`^(?:${TIME_PART}(?: ?${TIME_PART})*|\\d+ epochs?)$`);
/** `64KiB`. */
export const SIZE_PATTERN = new RegExp(`^${NUMBER}(?:B|kB|MB|GB|KiB|MiB|GiB)$`);
/** `3/h`. */
export const RATE_PATTERN = new RegExp(`^${NUMBER}/(?:s|m|h|d)$`);
/** `2%`. */
export const PERCENT_PATTERN = new RegExp(`^${NUMBER}%$`);
/** `1Gbit/s`, `100MiB/s`. */
export const BANDWIDTH_PATTERN = new RegExp(`^${NUMBER}(?:kbit|Mbit|Gbit|bit|B|kB|MB|GB|KiB|MiB|GiB)/s$`);
/** `100_000_000`. */
export const GROUPED_PATTERN = /^\d{1,3}(?:_\d{3})+$/;

/** µs of a text that matches `DURATION_PATTERN`, rounded to whole ones. */
export function parseDuration(text: string): Micros {
  return Math.round(parseMicros(text));
}

/** µs of a text that matches `DURATION_PATTERN`, with their fractions. */
export function parseMicros(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(us|µs|ms|s|m|h|d)/g)) {
    total += Number(amount) * (TIME_UNITS[unit ?? ''] ?? 0);
  }
  return total;
}

/** The shortest exact text of whole µs: `90m`, `2d`, `1500ms`. */
export function formatExactDuration(time: Micros): string {
  if (time === 0) return '0s';
  for (const [unit, size] of Object.entries(TIME_UNITS).reverse()) {
    if (time % size === 0) return `${time / size}${unit}`;
  }
  return `${time}us`;
}

/** Epochs of a text that matches `EPOCHS_PATTERN`. */
export function parseEpochs(text: string): number {
  return Number.parseInt(text, 10);
}

/** Bytes of a text that matches `SIZE_PATTERN`, rounded to whole ones. */
export function parseSize(text: string): number {
  const [amount, unit] = split(text);
  return Math.round(amount * (SIZE_UNITS[unit] ?? 0));
}

/** Mean µs between arrivals of a text that matches `RATE_PATTERN`; infinite for a rate of 0. */
export function parseRate(text: string): Micros {
  const [amount, unit] = split(text);
  return Math.round((TIME_UNITS[unit.slice(1)] ?? 0) / amount);
}

/** The share of a text that matches `PERCENT_PATTERN`: the double nearest to it, so that 2% is 0.02. */
export function parsePercent(text: string): number {
  return Number(`${text.slice(0, -1)}e-2`);
}

/** Bytes per second of a text that matches `BANDWIDTH_PATTERN`. */
export function parseBandwidth(text: string): number {
  const [amount, unit] = split(text.slice(0, -2));
  return amount * (SIZE_UNITS[unit] ?? (BIT_UNITS[unit] ?? 0) / 8);
}

function split(text: string): [amount: number, unit: string] {
  const amount = Number.parseFloat(text);
  return [amount, text.replace(/^[\d.]+/, '')];
}
