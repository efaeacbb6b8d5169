/**
 * Distributions as a file writes them: `40ms` is a constant, `{ lognormal: { median: 40ms, p99: 400ms } }` a law.
 *
 * The law of a duration writes its values as durations, that of an amount as numbers.
 */
import { z } from 'zod';
import type { Distribution } from '#kernel/distribution';
import { NORMAL_P95, NORMAL_P99 } from '#kernel/normal';
import { decimal, duration, list, quote, say, section, whole } from './value.js';

const FIX_LOGNORMAL = 'Write { median: 40ms, p99: 400ms }, or p95 or sigma in place of p99.';

/**
 * The schema of a distribution.
 *
 * @param value - schema of one value, such as `duration`
 * @param id - name of the definition in the JSON Schema
 * @param noun - what a value is, with its article
 * @param ranks - whether `zipf`, a law of whole numbers, makes sense
 */
function distributionOf(value: z.ZodType<number>, id: string, noun: string, ranks: boolean): z.ZodType<Distribution> {
  const self: z.ZodType<Distribution> = z.lazy(() => distribution);

  const uniform = section({ min: value, max: value }).transform(({ min, max }, context): Distribution => {
    if (max < min) context.addIssue(say('max is less than min', 'Swap them.'));
    return { kind: 'uniform', min, max };
  });
  const exponential = section({ mean: value }).transform(({ mean }): Distribution => ({ kind: 'exponential', mean }));
  const normal = section({ mean: value, deviation: value })
    .transform(({ mean, deviation }): Distribution => ({ kind: 'normal', mean, deviation }))
    .describe('Truncated at 0.');
  const lognormal = section({
    median: value,
    p95: value.optional(),
    p99: value.optional(),
    sigma: decimal(0, 'a deviation of the logarithm').optional(),
    max: value.optional().describe('Values above are cut to this.'),
  }).transform(({ median, p95, p99, sigma, max }, context): Distribution => {
    if ([p95, p99, sigma].filter((spread) => spread !== undefined).length !== 1) {
      context.addIssue(say('a lognormal needs exactly one of p95, p99 and sigma', FIX_LOGNORMAL));
    }
    if (median <= 0) context.addIssue(say('the median must be more than 0', FIX_LOGNORMAL));
    if ((p95 ?? p99 ?? median) < median) context.addIssue(say('the percentile is less than the median', FIX_LOGNORMAL));
    if ((max ?? median) < median) context.addIssue(say('max is less than the median', FIX_LOGNORMAL));
    const spread =
      p95 !== undefined ? Math.log(p95 / median) / NORMAL_P95 : Math.log((p99 ?? median) / median) / NORMAL_P99;
    return { kind: 'lognormal', median, sigma: sigma ?? spread, ...(max === undefined ? {} : { max }) };
  });
  const gamma = section({
    shape: decimal(0, 'a shape'),
    scale: value.optional(),
    mean: value.optional(),
  }).transform(({ shape, scale, mean }, context): Distribution => {
    if ((scale === undefined) === (mean === undefined)) {
      context.addIssue(say('a gamma needs exactly one of scale and mean', 'Write { shape: 2, mean: 40ms }.'));
    }
    if (shape <= 0) context.addIssue(say('the shape must be more than 0', 'Write { shape: 2, mean: 40ms }.'));
    return { kind: 'gamma', shape, scale: scale ?? (mean ?? 0) / shape };
  });
  const empirical = section({
    values: list(value, 1),
    weights: list(decimal(0, 'a weight'), 1).optional(),
  }).transform(({ values, weights }, context): Distribution => {
    if (weights !== undefined && weights.length !== values.length) {
      context.addIssue(
        say(`${values.length} values have ${weights.length} weights`, 'Write one weight for each value.'),
      );
    }
    if (weights?.every((weight) => weight === 0)) context.addIssue(say('all weights are 0', 'Write one above 0.'));
    return { kind: 'empirical', values, ...(weights === undefined ? {} : { weights }) };
  });
  const mixture = list(section({ weight: decimal(0, 'a weight'), of: self }), 1).transform(
    (parts, context): Distribution => {
      if (parts.every((part) => part.weight === 0)) context.addIssue(say('all weights are 0', 'Write one above 0.'));
      return { kind: 'mixture', parts };
    },
  );
  const zipf = section({ n: whole(1, 'a number of ranks').max(1e6), exponent: decimal(0, 'an exponent') }).transform(
    ({ n, exponent }): Distribution => ({ kind: 'zipf', n, exponent }),
  );

  const laws = {
    uniform: uniform.optional(),
    exponential: exponential.optional(),
    normal: normal.optional(),
    lognormal: lognormal.optional(),
    gamma: gamma.optional(),
    empirical: empirical.optional(),
    mixture: mixture.optional(),
  };
  const law = section(ranks ? { ...laws, zipf: zipf.optional() } : laws)
    .meta({ minProperties: 1, maxProperties: 1 })
    .transform((written, context): Distribution => {
      const chosen = Object.values(written).filter((one) => one !== undefined);
      if (chosen.length !== 1) context.addIssue(say(`names ${chosen.length} laws`, 'Write exactly one.'));
      return chosen[0] ?? { kind: 'constant', value: 0 };
    });
  const constant = value.transform((fixed): Distribution => ({ kind: 'constant', value: fixed }));
  const distribution: z.ZodType<Distribution> = z
    .union([constant, law], {
      error: ({ input }) =>
        input === undefined
          ? undefined
          : say(
              `${quote(input)} is neither ${noun} nor a distribution`,
              `Write ${noun}, or { law: … } with one of: ${Object.keys(law.in.shape).join(', ')}.`,
            ),
    })
    .meta({ id, title: `${noun}, or a distribution: ${Object.keys(law.in.shape).join(', ')}` });
  return distribution;
}

/** A law of durations, in µs. */
export const durationDistribution = distributionOf(duration, 'DurationDistribution', 'a duration', false);

/** A law of amounts. */
export const amountDistribution = distributionOf(decimal(0, 'an amount'), 'AmountDistribution', 'an amount', true);

/** A law of durations of the table of defaults. */
export function parseLaw(written: unknown): Distribution {
  return durationDistribution.parse(written);
}

/** A law of amounts of the table of defaults. */
export function parseAmountLaw(written: unknown): Distribution {
  return amountDistribution.parse(written);
}
