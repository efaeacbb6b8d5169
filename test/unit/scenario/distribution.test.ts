import { describe, expect, test } from 'vitest';
import { lognormalFrom } from '#kernel/distribution';
import { amountDistribution, durationDistribution } from '#scenario/distribution';
import { linesOf, minimal } from './scenario-text.js';

describe('a distribution of durations', () => {
  test('is a constant when it is a single value', () => {
    expect(durationDistribution.parse('40ms')).toEqual({ kind: 'constant', value: 40_000 });
  });

  test('takes its σ from a percentile, as the kernel does', () => {
    expect(durationDistribution.parse({ lognormal: { median: '40ms', p99: '400ms' } })).toEqual(
      lognormalFrom(40_000, { p99: 400_000 }),
    );
    expect(durationDistribution.parse({ lognormal: { median: '3742ms', p95: '4836ms', max: '5806ms' } })).toEqual({
      ...lognormalFrom(3_742_000, { p95: 4_836_000 }),
      max: 5_806_000,
    });
    expect(durationDistribution.parse({ lognormal: { median: '1s', sigma: 0.5 } })).toMatchObject({ sigma: 0.5 });
  });

  test('may be any law of the kernel', () => {
    const parse = (law: unknown) => durationDistribution.parse(law);
    expect(parse({ uniform: { min: '1s', max: '2s' } })).toEqual({ kind: 'uniform', min: 1e6, max: 2e6 });
    expect(parse({ exponential: { mean: '1s' } })).toEqual({ kind: 'exponential', mean: 1e6 });
    expect(parse({ normal: { mean: '1s', deviation: '1ms' } })).toEqual({ kind: 'normal', mean: 1e6, deviation: 1e3 });
    expect(parse({ gamma: { shape: 2, scale: '1s' } })).toEqual({ kind: 'gamma', shape: 2, scale: 1e6 });
    expect(parse({ gamma: { shape: 2, mean: '1s' } })).toEqual({ kind: 'gamma', shape: 2, scale: 5e5 });
    expect(parse({ empirical: { values: ['1s', '2s'], weights: [1, 3] } })).toEqual({
      kind: 'empirical',
      values: [1e6, 2e6],
      weights: [1, 3],
    });
    expect(
      parse({
        mixture: [
          { weight: 9, of: '1s' },
          { weight: 1, of: { mixture: [{ weight: 1, of: { exponential: { mean: '1m' } } }] } },
        ],
      }),
    ).toEqual({
      kind: 'mixture',
      parts: [
        { weight: 9, of: { kind: 'constant', value: 1e6 } },
        { weight: 1, of: { kind: 'mixture', parts: [{ weight: 1, of: { kind: 'exponential', mean: 6e7 } }] } },
      ],
    });
  });

  test('that is no law is refused at the value that is wrong', () => {
    const say = (law: string) => linesOf(minimal(`operations:\n  restart: ${law}\n`)).map((line) => line.slice(10));
    expect(say('7')).toEqual([
      '6:12 operations.restart: 7 is neither a duration nor a distribution. Write a duration, or { law: … } with one of: uniform, exponential, normal, lognormal, gamma, empirical, mixture.',
    ]);
    expect(say('{ lognormal: { median: 40, p99: 1s } }')).toEqual([
      '6:35 operations.restart.lognormal.median: 40 is not a duration. Write 24h, 90m or 250ms.',
    ]);
    expect(say('{ lognormal: { median: 1s, p95: 2s, p99: 3s } }')[0]).toContain('exactly one of p95, p99 and sigma');
    expect(say('{ lognormal: { median: 1s, p95: 500ms } }')[0]).toContain('the percentile is less than the median');
    expect(say('{ lognormal: { median: 0s, sigma: 1 } }')[0]).toContain('the median must be more than 0');
    expect(say('{ lognormal: { median: 1s, sigma: 1, max: 1ms } }')[0]).toContain('max is less than the median');
    expect(say('{ uniform: { min: 2s, max: 1s } }')[0]).toContain('max is less than min');
    expect(say('{ gamma: { shape: 0, scale: 1s } }')[0]).toContain('the shape must be more than 0');
    expect(say('{ gamma: { shape: 1 } }')[0]).toContain('exactly one of scale and mean');
    expect(say('{ empirical: { values: [1s], weights: [1, 2] } }')[0]).toContain('1 values have 2 weights');
    expect(say('{ mixture: [{ weight: 0, of: 1s }] }')[0]).toContain('all weights are 0');
    expect(say('{ exponential: { mean: 1s }, uniform: { min: 1s, max: 2s } }')[0]).toContain('names 2 laws');
    expect(say('{}')[0]).toContain('names 0 laws');
    expect(say('{ lognormall: { median: 1s } }')[0]).toContain('Did you mean "lognormal"?');
    expect(say('{ zipf: { n: 3, exponent: 1 } }')[0]).toContain('"zipf" is not a key here');
  });
});

test('a distribution of amounts has numbers for values, and ranks', () => {
  expect(amountDistribution.parse(5)).toEqual({ kind: 'constant', value: 5 });
  expect(amountDistribution.parse({ zipf: { n: 3, exponent: 0.8 } })).toEqual({ kind: 'zipf', n: 3, exponent: 0.8 });
  expect(amountDistribution.safeParse('5s').success).toBe(false);
});
