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

const WALL_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A duration of the wall clock in ms: `90s`, `10m`, `2h`. */
export function parseWall(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const wallMs = Number(digits) * (WALL_UNITS[unit ?? ''] ?? Number.NaN);
  if (wallMs > 0) return wallMs;
  throw new InvalidArgumentError('Give a duration, such as 90s, 10m or 2h.');
}
