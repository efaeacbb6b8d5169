/**
 * Numbers as people read them, the same on every machine: no locale is asked. A share prints as a percentage that never
 * rounds to a false 0% or 100%, a duration with its units, a count with commas.
 */
import { formatDuration, HOUR, MINUTE, type Micros } from '#base/time';
import type { MetricResult } from '#experiment/result';

export type Unit = MetricResult['unit'];
export type Interval = readonly [low: number | null, high: number | null]; // null: unbounded

export const NO_DATA = 'no data';

/** A value in its unit; `null` is no data. */
export function formatValue(value: number | null, unit: Unit): string {
  if (value === null) return NO_DATA;
  switch (unit) {
    case 'share':
    case 'ratio':
      return formatShare(value);
    case 'duration':
      return value === 0 ? '0s' : formatDuration(value);
    case 'count':
      return formatNumber(value);
    case 'units':
      return formatMoney(value);
  }
}

/**
 * An interval: `2.8% – 23.7%`; one-sided as `≤ 8.8%` where it starts at the least value there is or at nothing, as
 * `≥ 91.2%` where it ends so; `–` where both ends are open.
 */
export function formatInterval(interval: Interval, unit: Unit): string {
  const [low, high] = interval;
  if (high === null) return low === null ? '–' : `≥ ${formatValue(low, unit)}`;
  const isFromBottom = low === null || (low === 0 && high !== 0);
  const isToTop = unit === 'share' && high === 1 && low !== 1;
  if (isFromBottom && !isToTop) return `≤ ${formatValue(high, unit)}`;
  if (isToTop && !isFromBottom) return `≥ ${formatValue(low, unit)}`;
  return `${formatValue(low ?? 0, unit)} – ${formatValue(high, unit)}`;
}

/** A share in [0, 1], or a ratio, as a percentage; near its ends with as many digits as it takes, at most six. */
export function formatShare(share: number): string {
  if (share < 0) return `-${formatShare(-share)}`;
  const percent = share * 100;
  const rest = share < 1 ? Math.min(percent, 100 - percent) : percent; // what the digits must resolve
  let digits = 1;
  for (let scaled = rest; scaled > 0 && scaled < 1 && digits < 6; scaled *= 10) digits += 1;
  const text = trimZeros(percent.toFixed(digits));
  if (text === '0' && share > 0) return `< ${trimZeros((0.1 ** digits).toFixed(digits))}%`;
  if (text === '100' && share < 1) return `> ${(100 - 0.1 ** digits).toFixed(digits)}%`;
  return `${groupThousands(text)}%`;
}

/** A moment since the start, to the minute: `3d 22h 20m`; to the second within the first hour. */
export function formatMoment(time: Micros): string {
  if (time < HOUR) return formatValue(time, 'duration');
  const minutes = Math.round(time / MINUTE);
  const parts = [
    [Math.floor(minutes / 1_440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'm'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}

/** A number with three telling digits below a hundred, whole with commas above. */
export function formatNumber(value: number): string {
  if (value < 0) return `-${formatNumber(-value)}`;
  if (Number.isInteger(value) || value >= 100) return groupThousands(BigInt(Math.round(value)).toString());
  if (value < 1e-4) return value.toExponential(1);
  return trimZeros(value.toPrecision(3));
}

const LARGE = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
] as const;

/** Units of money: exact below a million, then with three telling digits: `168M`, `1.83B`, `2.1T`. */
function formatMoney(value: number): string {
  if (value < 0) return `-${formatMoney(-value)}`;
  const [size, name] = LARGE.find(([least]) => value >= least) ?? [1, ''];
  return size === 1 ? formatNumber(value) : `${formatNumber(Number((value / size).toPrecision(3)))}${name}`;
}

/** `1 rollout`, `40 rollouts`. */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatNumber(count)} ${count === 1 ? noun : plural}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function groupThousands(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
