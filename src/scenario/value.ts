/**
 * The single values of a scenario file: what is accepted, what it becomes, and what is said of one that is not.
 *
 * A message is a `what` and a `fix` joined by `say`; `problem.ts` takes them apart again and adds the place.
 */
import { z } from 'zod';
import type { Micros } from '#base/time';
import {
  BANDWIDTH_PATTERN,
  DURATION_PATTERN,
  DWELL_PATTERN,
  EPOCHS_PATTERN,
  GROUPED_PATTERN,
  PERCENT_PATTERN,
  parseBandwidth,
  parseDuration,
  parseEpochs,
  parseMicros,
  parsePercent,
  parseRate,
  parseSize,
  RATE_PATTERN,
  SIZE_PATTERN,
} from './units.js';

const SEPARATOR = '\n';

/** A message of the schema: what is wrong (no full stop) and how to fix it (a sentence). */
export function say(what: string, fix: string): string {
  return `${what}${SEPARATOR}${fix}`;
}

/** The parts of a message made by `say`, or undefined for zod's own. */
export function unsay(message: string): { readonly what: string; readonly fix: string } | undefined {
  const at = message.indexOf(SEPARATOR);
  return at < 0 ? undefined : { what: message.slice(0, at), fix: message.slice(at + 1) };
}

/** A value as the user wrote it, in a sentence: `"24 hours"`, `3`, `a list`. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value);
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : String(value);
}

/** Says `… is not a duration` of whatever is written; of nothing at all, zod's own "missing" stands. */
function otherwise(noun: string, fix: string): (issue: { input?: unknown }) => string | undefined {
  return ({ input }) => (input === undefined ? undefined : say(`${quote(input)} is not ${noun}`, fix));
}

/** A text of one pattern; the pattern alone goes into the JSON Schema. */
export function textOf(pattern: RegExp, noun: string, fix: string) {
  const error = otherwise(noun, fix);
  return z.string({ error }).regex(pattern, { error });
}

const FIX_DURATION = 'Write 24h, 90m or 250ms.';
const isTime = (time: Micros): boolean => Number.isSafeInteger(time);
const TOO_LONG = { error: say('is longer than 285 years', 'Write a shorter one.') };
const TOO_SHORT = { error: say('must be longer than 0s', FIX_DURATION) };

/** µs, 0 included. */
export const duration = textOf(DURATION_PATTERN, 'a duration', FIX_DURATION)
  .transform(parseDuration)
  .refine(isTime, TOO_LONG)
  .meta({ title: 'a duration, such as 24h, 90m or 250ms' });

/** µs, at least 1. */
export const positiveDuration = duration.refine((time) => time > 0, TOO_SHORT);

/** µs, 0 included, with their fractions: costs of a single message. */
export const fineDuration = textOf(DURATION_PATTERN, 'a duration', FIX_DURATION)
  .transform(parseMicros)
  .refine((time) => time <= Number.MAX_SAFE_INTEGER, TOO_LONG)
  .meta({ title: 'a duration, such as 75us or 2ms' });

/** Waits for a time, or for epochs. */
export const dwellText = textOf(DWELL_PATTERN, 'a time to dwell', 'Write 24h or 10 epochs.')
  .transform((text): { time: Micros; epochs: number } =>
    EPOCHS_PATTERN.test(text) ? { time: 0, epochs: parseEpochs(text) } : { time: parseDuration(text), epochs: 0 },
  )
  .refine(({ time, epochs }) => isTime(time) && epochs <= 1e6, TOO_LONG)
  .meta({ title: 'a duration, or a number of epochs such as 10 epochs' });

const FIX_SIZE = 'Write 300B, 64KiB or 2MiB.';
/** Bytes, at least 1. */
export const size = textOf(SIZE_PATTERN, 'a size', FIX_SIZE)
  .transform(parseSize)
  .refine((bytes) => bytes >= 1 && Number.isSafeInteger(bytes), { error: say('is out of range', FIX_SIZE) })
  .meta({ title: 'a size, such as 300B, 64KiB or 2MiB' });

const FIX_BANDWIDTH = 'Write 1Gbit/s or 100MiB/s.';
/** Bytes per second. */
export const bandwidth = textOf(BANDWIDTH_PATTERN, 'a bandwidth', FIX_BANDWIDTH)
  .transform(parseBandwidth)
  .refine((rate) => rate >= 1 && rate <= 1e15, { error: say('is out of range', FIX_BANDWIDTH) })
  .meta({ title: 'a bandwidth, such as 1Gbit/s or 100MiB/s' });

const FIX_RATE = 'Write 3/h or 0.5/d.';
/** Mean µs between arrivals. */
export const rate = textOf(RATE_PATTERN, 'a rate', FIX_RATE)
  .transform(parseRate)
  .refine((every) => every >= 1 && isTime(every), { error: say('is out of range', FIX_RATE) })
  .meta({ title: 'a rate, such as 3/h or 0.5/d' });

const FIX_SHARE = 'Write a share from 0% to 100%, such as 2% or 0.02.';
const shareError = otherwise('a share', FIX_SHARE);
const percent = textOf(PERCENT_PATTERN, 'a share', FIX_SHARE)
  .transform(parsePercent)
  .refine((value) => value <= 1, { error: say('is more than the whole', FIX_SHARE) });

/** A number in [0, 1], written 2% or 0.02. */
export const share = z
  .union([z.number({ error: shareError }).min(0).max(1), percent], { error: shareError })
  .meta({ title: 'a share, such as 2% or 0.02' });

/** A share above 0. */
export const positiveShare = share.refine((value) => value > 0, { error: say('must be more than 0', FIX_SHARE) });

/** Integer basis points of a share. */
export const basisPoints = share.transform((value, context): number => {
  const points = Math.round(value * 10_000);
  if (Math.abs(points - value * 10_000) > 1e-6) {
    context.addIssue(say('is finer than a basis point', 'Write at most two decimals of a percent, such as 12.25%.'));
  }
  return points;
});

/** A whole number of at least `min`. */
export function whole(min: number, noun: string) {
  const error = otherwise(noun, `Write a whole number of at least ${min}.`);
  return z.int({ error }).min(min, { error });
}

/** A number of at least `min`. */
export function decimal(min: number, noun: string) {
  const error = otherwise(noun, `Write a number of at least ${min}.`);
  return z.number({ error }).min(min, { error });
}

const moneyError = ({ input }: { input?: unknown }): string | undefined => {
  const large = typeof input === 'bigint' || (typeof input === 'number' && input > Number.MAX_SAFE_INTEGER);
  if (large) return say(`${input} is more money than one number here holds exactly`, 'Write at most 9007199254740991.');
  return otherwise('an amount of money', 'Write whole units, such as 100_000_000.')({ input });
};
const grouped = z
  .string({ error: moneyError })
  .regex(GROUPED_PATTERN, { error: moneyError })
  .transform((text) => Number(text.replaceAll('_', '')))
  .refine(Number.isSafeInteger, {
    error: say('is more money than one number here holds exactly', 'Write at most 9007199254740991.'),
  });

/** Whole units of the chain, from 0 to 2^53 − 1. */
export const money = z
  .union([z.int({ error: moneyError }).min(0, { error: moneyError }), grouped], {
    error: moneyError,
  })
  .meta({ title: 'whole units of money, such as 100_000_000' });

/** A count, or a share of something. */
export const countOrShare = z
  .union(
    [
      z
        .int({ error: otherwise('a number of validators', 'Write 5 or 5%.') })
        .min(1)
        .transform((count) => ({ count })),
      percent
        .refine((value) => value > 0, { error: say('must be more than 0%', 'Write 5 or 5%.') })
        .transform((value) => ({ share: value })),
    ],
    { error: otherwise('a number of validators', 'Write 5 or 5%.') },
  )
  .meta({ title: 'a number such as 5, or a share such as 5%' });

/** `f`, `f+1`: how many beyond the most that may be faulty. */
export const beyondFaulty = textOf(/^f(?:\+[0-9]{1,3})?$/, 'a number of faulty validators', 'Write f, f+1 or f+2.')
  .transform((text) => Number(text.slice(2)))
  .meta({ title: 'f for as many as may be faulty, f+1 for one more' });

/** Two numbers, the first at most as large as the second. */
export const range = z
  .tuple([whole(0, 'a number'), whole(0, 'a number')], {
    error: ({ input }) =>
      input === undefined ? undefined : say(`${quote(input)} is not a range`, 'Write [min, max], such as [200, 720].'),
  })
  .refine(([min, max]) => min <= max, { error: say('max is less than min', 'Write [min, max].') });

export const word = textOf(
  /^[A-Za-z][A-Za-z0-9_-]*$/,
  'a name',
  'Start with a letter and go on with letters, digits, "-" and "_".',
);

export const flag = z.boolean({ error: otherwise('true or false', 'Write true or false.') });

/** Any text but an empty one. */
export const sentence = z.string({ error: otherwise('a text', 'Write a sentence.') }).min(1, {
  error: say('is empty', 'Write a sentence.'),
});

/**
 * A map of known keys. Of unknown ones its message is the list of those it knows, which `problem.ts` turns into a
 * suggestion.
 */
export function section<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') return known;
      return issue.input === undefined
        ? undefined
        : say(`${quote(issue.input)} is not a map`, `Write keys of: ${known}.`);
    },
  });
}

/** A list of at least `min` items. */
export function list<Item extends z.core.SomeType>(item: Item, min = 0) {
  const error = otherwise('a list', 'Write items, each after "- ".');
  return z.array(item, { error }).min(min, { error: say('holds nothing', `Write at least ${min}.`) });
}

/** One of some words; a near miss gets a suggestion from `problem.ts`. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words as unknown as [string, ...string[]] & Words);
}
