/**
 * An uncertain number of a scenario: from where to where, and the text it becomes at a share of the way.
 */
import { interpolate, plainDecimal, splitUnit, toOneUnit } from './value-range.js';

export interface SensitivityInput {
  readonly path: string;
  readonly from: string; // as written, with its unit
  readonly to: string;
  readonly scale: 'linear' | 'log';
  readonly unit: string; // of the texts
  readonly low: number; // in that unit
  readonly high: number;
  readonly step: number; // 0: none
}

/** As a user writes it. */
export interface WrittenInput {
  readonly path: string;
  readonly from: string | number | boolean;
  readonly to: string | number | boolean;
  readonly scale?: 'linear' | 'log' | undefined;
  readonly step?: string | number | boolean | undefined;
}

export type InputReading =
  | { readonly input: SensitivityInput }
  | { readonly mistake: { readonly what: string; readonly fix: string } };

/** Reads one input; units may differ where a whole factor lies between them. */
export function readInput({ path, from, to, scale = 'linear', step }: WrittenInput): InputReading {
  const refuse = (what: string, fix: string): InputReading => ({ mistake: { what, fix } });
  const written = step === undefined ? [from, to] : [from, to, step];
  const parts = written.map((one) => splitUnit(String(one)));
  const wrong = parts.indexOf(undefined);
  if (wrong >= 0) {
    return refuse(`"${written[wrong]}" is not a number with a unit`, 'Write ends such as 0% and 5%, or 10ms and 1s.');
  }
  const known = parts as (readonly [string, string])[];
  const unit = known.find(([, one]) => one !== '')?.[1] ?? '';
  const same = toOneUnit(known.map(([amount, one]) => [amount, one === '' ? unit : one] as const));
  if (same === undefined) return refuse('the units of the ends do not fit together', 'Write both ends in one unit.');
  const [low, high, size = 0] = same.amounts.map(Number) as [number, number, number?];
  if (!(low < high)) return refuse(`${from} is not below ${to}`, 'Write the lower end as "from".');
  if (scale === 'log' && low <= 0) return refuse(`${from} has no logarithm`, 'Start above 0, or write scale: linear.');
  if (step !== undefined && !(size > 0 && size <= high - low)) {
    return refuse(`no step of ${step} fits between the ends`, 'Write a smaller step.');
  }
  return { input: { path, from: String(from), to: String(to), scale, unit: same.unit, low, high, step: size } };
}

/** The input's text at a share of the way from its lower end, six digits long unless it goes in steps. */
export function inputAt({ low, high, scale, step, unit }: SensitivityInput, share: number): string {
  const value = interpolate(low, high, share, scale === 'log');
  if (step === 0) return plainDecimal(Number(value.toPrecision(6))) + unit;
  const steps = Math.min(Math.round((value - low) / step), Math.floor((high - low) / step + 1e-9));
  return plainDecimal(Number((low + steps * step).toPrecision(12))) + unit;
}
