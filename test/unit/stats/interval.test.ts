import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createStream, nextUnit } from '#kernel/stream';
import { binomialUpperTail } from '#stats/binomial';
import { clopperPearson, dkwBand, dkwMean, dkwQuantile, orderQuantile } from '#stats/interval';
import { sortValues } from '#stats/quantile';

const SAMPLES = 4000;

/** Share of simulated samples in which `misses`; the draws are fixed. */
function missRate(name: string, n: number, draw: (u: number) => number, misses: (sorted: Float64Array) => boolean) {
  let missed = 0;
  for (let i = 0; i < SAMPLES; i += 1) {
    const stream = createStream('coverage', i, name);
    if (misses(sortValues(Array.from({ length: n }, () => draw(nextUnit(stream)))))) missed += 1;
  }
  return missed / SAMPLES;
}

describe('the Clopper–Pearson interval', () => {
  test.each([
    [20, 0.95],
    [57, 0.9],
    [100, 0.99],
  ])('of n = %d misses with probability at most 1 − %d, by the exact sum over all counts', (n, confidence) => {
    const intervals = Array.from({ length: n + 1 }, (_, k) => clopperPearson(k, n, confidence));
    let worst = 0;
    for (let p = 0.003; p < 1; p += 0.007) {
      let missed = 0;
      for (const [k, [low, high]] of intervals.entries()) {
        if (p < low || p > high) missed += binomialUpperTail(k, n, p) - binomialUpperTail(k + 1, n, p);
      }
      worst = Math.max(worst, missed);
    }
    expect(worst).toBeLessThanOrEqual(1 - confidence);
    expect(worst).toBeGreaterThan((1 - confidence) / 2); // and is not wide without need
  });

  test('at the ends it is the closed form 1 − (α/2)^(1/n), and without trials it says nothing', () => {
    for (const n of [1, 20, 400, 100_000]) {
      const high = -Math.expm1(Math.log(0.025) / n);
      expect(Math.abs(clopperPearson(0, n, 0.95)[1] - high)).toBeLessThan(1e-12 * high);
      expect(clopperPearson(n, n, 0.95)).toEqual([expect.closeTo(1 - high, 12), 1]);
    }
    expect(clopperPearson(0, 0, 0.95)).toEqual([0, 1]);
  });

  test('successes and failures mirror each other', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (k, rest) => {
        const [low, high] = clopperPearson(k, k + rest, 0.95);
        const [mirrorLow, mirrorHigh] = clopperPearson(rest, k + rest, 0.95);
        expect([low, high]).toEqual([expect.closeTo(1 - mirrorHigh, 13), expect.closeTo(1 - mirrorLow, 13)]);
      }),
    );
  });

  test('a confidence of 1 and a count above n stop', () => {
    expect(() => clopperPearson(1, 2, 1)).toThrow('confidence');
    expect(() => clopperPearson(3, 2, 0.9)).toThrow('count');
  });
});

describe('the DKW band', () => {
  test('has the constant of Massart 1990: √(ln 40 / 200) for 100 values at 95 %', () => {
    expect(dkwBand(100, 0.95)).toBeCloseTo(0.13581015157406195, 15);
    expect(dkwBand(400, 0.95)).toBeCloseTo(0.13581015157406195 / 2, 15);
  });

  test('is left by the empirical distribution in at most, and nearly, 10 % of samples at 90 %', () => {
    const n = 100;
    const band = dkwBand(n, 0.9);
    const rate = missRate(
      'band',
      n,
      (u) => u,
      (sorted) => sorted.some((u, i) => Math.max((i + 1) / n - u, u - i / n) > band),
    );
    expect(rate).toBeLessThanOrEqual(0.1);
    expect(rate).toBeGreaterThan(0.07);
  });

  test('gives quantiles by the ranks q ± ε, and the bounds beyond the sample', () => {
    const sorted = Float64Array.from({ length: 100 }, (_, i) => i + 1); // ε = 0.1358
    expect(dkwQuantile(sorted, 0.5, 0.95)).toEqual([37, 64]);
    expect(dkwQuantile(sorted, 0.9, 0.95)).toEqual([77, null]);
    expect(dkwQuantile(sorted, 0.9, 0.95, [0, 500])).toEqual([77, 500]);
    expect(dkwQuantile(sorted, 0.1, 0.95, [0, null])).toEqual([0, 24]);
  });

  test('holds the true median and p90 in at least 80 % of samples at 80 %', () => {
    const n = 60;
    const rate = missRate(
      'quantile',
      n,
      (u) => -Math.log1p(-u),
      (sorted) =>
        [0.5, 0.9].some((q) => {
          const [low, high] = dkwQuantile(sorted, q, 0.8);
          const truth = -Math.log1p(-q);
          return (low !== null && truth < low) || (high !== null && truth > high);
        }),
    );
    expect(rate).toBeLessThanOrEqual(0.2);
    expect(rate).toBeGreaterThan(0.01); // it holds for all quantiles together, so for two with room to spare
  });
});

describe('the DKW interval of a mean', () => {
  test('of zeros and ones is their share ± ε, cut at the bounds', () => {
    const sorted = sortValues(Array.from({ length: 100 }, (_, i) => (i < 40 ? 1 : 0)));
    const band = dkwBand(100, 0.95);
    expect(dkwMean(sorted, [0, 1], 0.95)).toEqual([expect.closeTo(0.4 - band, 12), expect.closeTo(0.4 + band, 12)]);
    expect(dkwMean(sorted.map((x) => 1 - x).sort(), [0, 1], 0.999_999)).toEqual([
      expect.closeTo(0.6 - dkwBand(100, 0.999_999), 12),
      expect.closeTo(0.6 + dkwBand(100, 0.999_999), 12),
    ]);
    expect(dkwMean([0.2, 0.4], [0, 1], 0.999)).toEqual([0, 1]);
  });

  test('moves exactly a share ε of the values to the bound, the farthest first', () => {
    const sorted = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const confidence = 1 - 2 * Math.exp(-2 * 10 * 0.25 * 0.25); // ε = 0.25: two and a half of ten values
    expect(dkwMean(sorted, [0, 20], confidence)).toEqual([
      expect.closeTo((1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 / 2) / 10, 12),
      expect.closeTo((2.5 * 20 + 3 / 2 + 4 + 5 + 6 + 7 + 8 + 9 + 10) / 10, 12),
    ]);
  });

  test('has no end where the quantity has no bound', () => {
    expect(dkwMean([1, 2, 3], [0, null], 0.9)[1]).toBeNull();
    expect(dkwMean([1, 2, 3], [null, 5], 0.9)[0]).toBeNull();
  });

  test('lies within Hoeffding’s interval', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (values) => {
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const [low, high] = dkwMean(sortValues(values), [0, 1], 0.9) as [number, number];
        const band = dkwBand(values.length, 0.9);
        expect(low).toBeGreaterThanOrEqual(mean - band - 1e-12);
        expect(high).toBeLessThanOrEqual(mean + band + 1e-12);
        expect(low).toBeLessThanOrEqual(mean + 1e-12);
        expect(high).toBeGreaterThanOrEqual(mean - 1e-12);
      }),
    );
  });

  test('misses the mean of a skewed quantity in at most 50 % of samples at 50 %', () => {
    const rate = missRate(
      'mean',
      25,
      (u) => (u < 0.97 ? 0.02 * u : 1),
      (sorted) => {
        const [low, high] = dkwMean(sorted, [0, 1], 0.5) as [number, number];
        const truth = 0.02 * 0.97 * 0.97 * 0.5 + 0.03;
        return truth < low || truth > high;
      },
    );
    expect(rate).toBeLessThanOrEqual(0.5);
  });
});

describe('the interval of a quantile by order statistics', () => {
  test('takes the ranks of the binomial tables: 40 and 61 of 100 for the median at 95 %', () => {
    const sorted = Float64Array.from({ length: 100 }, (_, i) => i + 1);
    expect(orderQuantile(sorted, 0.5, 0.95)).toEqual([40, 61]); // Hahn & Meeker 1991, table A.15a
  });

  test('bounds p99 at 95 % from 368 values on, where 0.99^n falls below 0.025', () => {
    const values = (n: number) => Float64Array.from({ length: n }, (_, i) => i + 1);
    expect(orderQuantile(values(367), 0.99, 0.95)[1]).toBeNull();
    expect(orderQuantile(values(368), 0.99, 0.95)[1]).toBe(368);
    expect(orderQuantile(values(3), 0.5, 0.95, [0, 9])).toEqual([0, 9]);
  });

  test.each([0.5, 0.9])('holds the true quantile %d in 90 % of samples at 90 %, and not much more often', (q) => {
    const rate = missRate(
      `order/${q}`,
      80,
      (u) => u * u,
      (sorted) => {
        const [low, high] = orderQuantile(sorted, q, 0.9);
        return (low !== null && q * q < low) || (high !== null && q * q > high);
      },
    );
    expect(rate).toBeLessThanOrEqual(0.1);
    expect(rate).toBeGreaterThan(0.04);
  });
});
