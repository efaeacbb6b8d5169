/**
 * The flags that commands share, read strictly: a value that makes no sense is bad usage, said with an example.
 */
import { InvalidArgumentError } from 'commander';

/** Flags that change what is simulated; a reproduction repeats them. */
export interface ScenarioOptions {
  readonly seed?: string;
  readonly replications?: number;
  readonly fidelity?: 'message' | 'block' | 'auto';
  readonly set?: readonly string[]; // `path=value`, in order
}

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Those of the flags that were given, as `loadScenario` takes them. */
export function overridesOf({ seed, replications, fidelity, set }: ScenarioOptions): ScenarioOptions {
  return {
    ...(seed === undefined ? {} : { seed }),
    ...(replications === undefined ? {} : { replications }),
    ...(fidelity === undefined ? {} : { fidelity }),
    ...(set === undefined ? {} : { set }),
  };
}

/** An integer ≥ `min` in decimal digits. */
export function parseCount(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
    throw new InvalidArgumentError(`Give an integer of at least ${min}.`);
  };
}

/** Heights `A..B`, both included, or one height. */
export function parseHeights(text: string): readonly [from: number, to: number] {
  const [, first, last] = /^(\d+)(?:\.\.(\d+))?$/.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last ?? first)];
  if (Number.isSafeInteger(to) && from >= 1 && from <= to) return [from, to];
  throw new InvalidArgumentError('Give heights from 1, such as 1..20 or 7.');
}

/** A seed: any text but the empty one. */
export function parseSeed(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('Give a text that is not empty, such as 7.');
}

/** One `path=value`, added to those before it. */
export function collectSetting(text: string, earlier: readonly string[] | undefined): readonly string[] {
  if (/^[^=\s]+=/.test(text)) return [...(earlier ?? []), text];
  throw new InvalidArgumentError('Give path=value, such as network.loss=1%.');
}

/** A share of the replications: `2/3` is the second of three. */
export function parseShard(text: string): { readonly index: number; readonly count: number } {
  const [, first, second] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const [index, count] = [Number(first), Number(second)];
  if (index >= 1 && index <= count && Number.isSafeInteger(count)) return { index, count };
  throw new InvalidArgumentError('Give i/N with i from 1 to N, such as 2/3.');
}

/** One `metric=margin`, added to those before it; what it means is checked when it is used. */
export function collectMargin(text: string, earlier: readonly string[] | undefined): readonly string[] {
  if (/^[^=\s]+=./.test(text)) return [...(earlier ?? []), text];
  throw new InvalidArgumentError('Give metric=value, such as rollback.any=5%.');
}

/** A share strictly between 0 and 1: `95%` or `0.95`. */
export function parseLevel(text: string): number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text) ?? [];
  const value = percent === '%' ? Number(`${digits}e-2`) : Number(digits);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError('Give a share between 0 and 1, such as 95% or 0.95.');
}

/** One `path=…` of a sweep, added to those before it. */
export function collectAxis(text: string, earlier: readonly string[] | undefined): readonly string[] {
  if (/^\s*[^=\s]+=/.test(text)) return [...(earlier ?? []), text.trim()];
  throw new InvalidArgumentError('Give path=values, such as network.loss=1%,2% or network.loss=0%..4% step 1%.');
}

/** Any text, added to those before it. */
export function collectText(text: string, earlier: readonly string[] | undefined): readonly string[] {
  if (text.trim() !== '') return [...(earlier ?? []), text];
  throw new InvalidArgumentError('Give a text that is not empty.');
}

const WALL_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A duration of the wall clock in ms: `90s`, `10m`, `2h`. */
export function parseWall(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const wallMs = Number(digits) * (WALL_UNITS[unit ?? ''] ?? Number.NaN);
  if (wallMs > 0) return wallMs;
  throw new InvalidArgumentError('Give a duration, such as 90s, 10m or 2h.');
}

/** A range of integers ≥ 1: `4..16`, or one number. */
export function parseRange(text: string): readonly [min: number, max: number] {
  const [, first, second] = /^(\d+)(?:\.\.(\d+))?$/.exec(text) ?? [];
  const min = Number(first);
  const max = Number(second ?? first);
  if (min >= 1 && max >= min && max <= 200) return [min, max];
  throw new InvalidArgumentError('Give a number or a range within 1..200, such as 4..16.');
}

/** How many Byzantine validators: `f` as many as are tolerated, `f+1` one more. */
export function parseFaulty(text: string): number {
  const [, beyond = '0'] = /^f(?:\+(\d{1,3}))?$/.exec(text) ?? [undefined, 'x'];
  if (/^\d+$/.test(beyond)) return Number(beyond);
  throw new InvalidArgumentError('Give f, f+1 or the like: f is the most that are fewer than a third.');
}
