/**
 * A default: its value as a file would write it, and where it comes from.
 */

export interface Default {
  readonly value: unknown;
  readonly source: string;
}

/** A row of a table of defaults; a source that begins with `§` is a section of the blueprint. */
export function of(value: unknown, source: string): Default {
  return { value, source: source.startsWith('§') ? `blueprint ${source}` : source };
}

/** A normal law, as a file writes it. */
export function normal(mean: string, deviation: string): unknown {
  return { normal: { mean, deviation } };
}

/** A lognormal law, as a file writes it; values above `max` are cut to it. */
export function lognormal(median: string, p95: string, max?: string): unknown {
  return { lognormal: max === undefined ? { median, p95 } : { median, p95, max } };
}

/** A value on one line, as a file writes it: `{ lognormal: { median: 3m, p95: 5m } }`. */
export function formatValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatValue).join(', ')}]`;
  if (value === null || typeof value !== 'object') return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${formatValue(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
