/**
 * Orders that are the same on every machine: code points, not the host's language; every comparator ends on an id.
 */

/** By UTF-16 code unit: negative, zero or positive. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Ascending numbers. */
export function compareNumbers(a: number, b: number): number {
  return a - b;
}

/** Plain data with the keys of every object sorted, so that equal data prints to equal bytes. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => compareText(a, b));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}

/** Canonical JSON: sorted keys, no spaces unless `indent`, `undefined` left out. */
export function canonicalJson(value: unknown, indent = 0): string {
  return JSON.stringify(sortKeys(value), undefined, indent);
}
