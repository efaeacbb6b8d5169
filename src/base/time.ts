/**
 * Time of the simulation: integer microseconds since the start of a replication. A double holds 285 years of them.
 */

/** Integer microseconds. */
export type Micros = number;

export const MILLISECOND: Micros = 1_000;
export const SECOND: Micros = 1_000_000;
export const MINUTE: Micros = 60 * SECOND;
export const HOUR: Micros = 60 * MINUTE;
export const DAY: Micros = 24 * HOUR;

/**
 * A duration as people write it, with at most two units: `2d 3h`, `4.25s`, `180ms`, `7µs`.
 *
 * @param time - integer µs; may be negative
 */
export function formatDuration(time: Micros): string {
  if (time < 0) return `-${formatDuration(-time)}`;
  if (time < MILLISECOND) return `${Math.round(time)}µs`;
  if (time < SECOND) return `${trim(time / MILLISECOND)}ms`;
  if (time < MINUTE) return `${trim(time / SECOND)}s`;
  if (time < HOUR) return pair(time, MINUTE, 'm', SECOND, 's');
  if (time < DAY) return pair(time, HOUR, 'h', MINUTE, 'm');
  return pair(time, DAY, 'd', HOUR, 'h');
}

function trim(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function pair(time: Micros, large: Micros, largeName: string, small: Micros, smallName: string): string {
  const units = Math.round(time / small);
  const whole = Math.floor((units * small) / large);
  const rest = units - (whole * large) / small;
  return rest === 0 ? `${whole}${largeName}` : `${whole}${largeName} ${rest}${smallName}`;
}
