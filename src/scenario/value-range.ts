/**
 * Ranges of values with their unit: `1..4`, `0%..4% step 1%`, `100ms..1s linear 4`, `1ms..1s log 4`.
 *
 * Steps are reckoned in decimals, so that 0.1..0.5 step 0.1 holds 0.3 and not 0.30000000000000004. `linear` and `log`
 * give so many values, both ends among them, with six digits; whole ends without a unit give whole numbers, so write
 * 0.0..1.0 for fractions.
 */
import { measureOf } from './measure.js';

/** What is wrong with a range. */
export interface RangeMistake {
  readonly what: string;
  readonly fix: string;
}

export type RangeReading = { readonly values: readonly string[] } | { readonly mistake: RangeMistake };

/** More values than that are a slip of the keyboard. */
export const RANGE_VALUES_MAX = 10_000;

const FIX = 'Write 1..4, 0%..4% step 1%, 100ms..1s linear 4 or 1ms..1s log 4.';
const NUMBER = '-?\\d+(?:\\.\\d+)?';
const UNIT = '(?:[%A-Za-zµ/]| epochs?)*';
const RANGE = new RegExp(
  `^(${NUMBER})(${UNIT})\\s*\\.\\.\\s*(${NUMBER})(${UNIT})(?:\\s+(step|linear|log)\\s+(${NUMBER})(${UNIT}))?$`,
);

/** Whether a text is meant as a range, well written or not. */
export function isRange(text: string): boolean {
  return /^[\s-]*\d[^,]*\.\./.test(text);
}

/** The values of a range, in order, each as a scenario writes it. */
export function readRange(text: string): RangeReading {
  const match = RANGE.exec(text.trim());
  if (match === null) return refuse(`${JSON.stringify(text)} is not a range`);
  const [, low = '', lowUnit = '', high = '', highUnit = '', kind, amount = '', amountUnit = ''] = match;
  const shared = highUnit === '' ? lowUnit : highUnit;
  const ends = toOneUnit([
    [low, lowUnit === '' ? shared : lowUnit],
    [high, shared],
    ...(kind === 'step' ? [[amount, amountUnit === '' ? shared : amountUnit] as const] : []),
  ]);
  if (ends === undefined) return refuse(`${JSON.stringify(text)} mixes units that do not fit together`);
  const { unit, amounts } = ends;
  const [from, to, step] = amounts as [string, string, string | undefined];
  if (kind === 'step') return stepped(text, from, to, step ?? '1', unit);
  if (kind === undefined) {
    if (!isWhole(from) || !isWhole(to)) return refuse(`${JSON.stringify(text)} has no step`);
    return stepped(text, from, to, '1', unit);
  }
  const count = Number(amount);
  if (amountUnit !== '' || !Number.isSafeInteger(count) || count < 2 || count > RANGE_VALUES_MAX) {
    return refuse(`${JSON.stringify(text)} asks for ${amount}${amountUnit} values`);
  }
  const [first, last] = [Number(from), Number(to)];
  if (kind === 'log' && !(first > 0 && last > 0)) return refuse(`${JSON.stringify(text)} has no logarithm`);
  const whole = unit === '' && isWhole(from) && isWhole(to);
  const inner = Array.from({ length: count - 2 }, (_, i) => {
    const share = (i + 1) / (count - 1);
    const value = interpolate(first, last, share, kind === 'log');
    return plainDecimal(whole ? Math.round(value) : Number(value.toPrecision(6)));
  });
  return { values: [...new Set([from, ...inner, to])].map((one) => one + unit) };
}

/** The value at a share of the way, evenly in itself or in its logarithm. */
export function interpolate(from: number, to: number, share: number, logarithmic: boolean): number {
  if (share <= 0) return from;
  if (share >= 1) return to;
  return logarithmic ? from * Math.exp(share * Math.log(to / from)) : from + share * (to - from);
}

/** A number without an exponent. */
export function plainDecimal(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return value.toFixed(20).replace(/\.?0+$/, '');
}

/** Number and unit of a value such as `100ms`; undefined if it is no number with a unit. */
export function splitUnit(text: string): readonly [amount: string, unit: string] | undefined {
  const match = new RegExp(`^(${NUMBER})(${UNIT})$`).exec(text.trim());
  return match === null ? undefined : [match[1] as string, match[2] as string];
}

/** Amounts in the smallest of their units; undefined where no whole factor leads there. */
export function toOneUnit(
  quantities: readonly (readonly [amount: string, unit: string])[],
): { readonly unit: string; readonly amounts: readonly string[] } | undefined {
  const units = [...new Set(quantities.map(([, unit]) => unit))];
  const [only = ''] = units;
  if (units.length <= 1) return { unit: only, amounts: quantities.map(([amount]) => amount) };
  const sizes = new Map(units.map((unit) => [unit, measureOf(`1${unit}`)] as const));
  const dimensions = new Set([...sizes.values()].map((measure) => measure?.dimension));
  const [dimension] = dimensions;
  if (dimensions.size !== 1 || !(dimension === 'duration' || dimension === 'size')) return undefined;
  const sizeOf = (unit: string): number => sizes.get(unit)?.value ?? Number.NaN;
  const unit = units.reduce((least, one) => (sizeOf(one) < sizeOf(least) ? one : least));
  const factors = quantities.map(([, one]) => sizeOf(one) / sizeOf(unit));
  if (!factors.every(Number.isSafeInteger)) return undefined;
  const amounts = quantities.map(([amount], i) => {
    const { digits, scale } = toDecimal(amount);
    return fromDecimal(digits * BigInt(factors[i] as number), scale);
  });
  return { unit, amounts };
}

function stepped(text: string, from: string, to: string, step: string, unit: string): RangeReading {
  const numbers = [from, to, step].map(toDecimal);
  const scale = Math.max(...numbers.map((one) => one.scale));
  const [first, last, size] = numbers.map((one) => one.digits * 10n ** BigInt(scale - one.scale)) as [
    bigint,
    bigint,
    bigint,
  ];
  if (size <= 0n) return refuse(`${JSON.stringify(text)} has a step that leads nowhere`);
  const down = last < first;
  const count = (down ? first - last : last - first) / size + 1n;
  if (count > BigInt(RANGE_VALUES_MAX)) return refuse(`${JSON.stringify(text)} holds ${count} values`);
  const values = Array.from({ length: Number(count) }, (_, i) => {
    const value = first + (down ? -1n : 1n) * size * BigInt(i);
    return fromDecimal(value, scale) + unit;
  });
  return { values };
}

function refuse(what: string): RangeReading {
  return { mistake: { what, fix: FIX } };
}

function isWhole(amount: string): boolean {
  return !amount.includes('.');
}

function toDecimal(amount: string): { readonly digits: bigint; readonly scale: number } {
  const [whole = '', fraction = ''] = amount.split('.');
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

function fromDecimal(digits: bigint, scale: number): string {
  const sign = digits < 0n ? '-' : '';
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  if (scale === 0) return sign + text;
  const fraction = text.slice(-scale).replace(/0+$/, '');
  const whole = text.slice(0, -scale);
  return sign + whole + (fraction === '' ? '' : `.${fraction}`);
}
