/**
 * The magnitudes of a fault as a file writes it: durations, shares, counts and factors that may be turned down.
 */
import { DURATION_PATTERN, formatExactDuration, PERCENT_PATTERN, parseDuration, parsePercent } from './units.js';

type Raw = Readonly<Record<string, unknown>>;

/** One magnitude and its steps: the last step is the value as written, step 1 the gentlest. */
export interface Dial {
  readonly path: string; // within the fault, such as `targets.count`
  readonly steps: number; // integer ≥ 1
  readonly written: unknown;
  readonly at: (step: number) => unknown; // the value at a step
}

const STEPS = 64; // of what is not counted: finer hardly matters
const KEYS: readonly string[] = [
  'for',
  'delay',
  'spread',
  'loss',
  'share',
  'probability',
  'perHeight',
  'acts',
  'factor',
  'targets.count',
  'targets.share',
  'targets.power',
];

/** The dials of a fault, in a fixed order; what it leaves to a default has none. */
export function listDials(fault: Raw): Dial[] {
  return KEYS.flatMap((path) => {
    const written = path.split('.').reduce<unknown>((value, key) => (value as Raw | undefined)?.[key], fault);
    const dial = written === undefined ? null : dialOf(path, written);
    return dial === null || dial.steps < 2 ? [] : [dial];
  });
}

/** A copy of the fault with one value replaced. */
export function turn(fault: Raw, path: string, value: unknown): Raw {
  const [head = '', ...rest] = path.split('.');
  if (rest.length === 0) return { ...fault, [head]: value };
  return { ...fault, [head]: turn(fault[head] as Raw, rest.join('.'), value) };
}

function dialOf(path: string, written: unknown): Dial | null {
  if (typeof written === 'number' && Number.isInteger(written) && written >= 1 && path !== 'factor') {
    if (path === 'targets.count' || path === 'perHeight') return { path, steps: written, written, at: (step) => step };
  }
  const scale = (value: unknown, part: number): unknown => scaleValue(value, part, path === 'factor');
  if (scale(written, 0.5) === null) return null;
  return { path, steps: STEPS, written, at: (step) => (step === STEPS ? written : scale(written, step / STEPS)) };
}

/** A value turned down to a part of itself, two digits precise; null where there is nothing to turn. */
function scaleValue(value: unknown, part: number, isFactor: boolean): unknown {
  if (typeof value === 'number') return isFactor ? round(1 + (value - 1) * part) : round(value * part);
  if (typeof value === 'string') {
    if (PERCENT_PATTERN.test(value)) return `${round(100 * parsePercent(value) * part)}%`;
    if (DURATION_PATTERN.test(value)) return formatExactDuration(Math.max(1, round(parseDuration(value) * part)));
    return value; // a word, such as the name of a law
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, scaleValue(inner, part, false)]));
}

function round(value: number): number {
  return Number(value.toPrecision(2));
}
