import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStream, nextBelow, nextUnit } from '#kernel/stream';
import { chiSquaredFairness, chiSquaredTail, kolmogorovSmirnov, kolmogorovTail } from '#stats/fairness';

test('chi-squared as SciPy 1.17 has it', () => {
  const even = chiSquaredFairness([16, 18, 16, 14, 12, 12], [1, 1, 1, 1, 1, 1]);
  expect(even.statistic).toBeCloseTo(2, 12);
  expect(even.pValue).toBeCloseTo(0.8491450360846096, 12);
  const uneven = chiSquaredFairness([16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8]);
  expect(uneven).toMatchObject({ degrees: 5 });
  expect(uneven.statistic).toBeCloseTo(3.5, 12);
  expect(uneven.pValue).toBeCloseTo(0.6233876277495822, 12);
});

test('the table of chi-squared: 3.841 at 1, 11.070 at 5, 124.342 at 100 degrees leave 5 %', () => {
  for (const [statistic, degrees] of [
    [3.841458820694124, 1],
    [11.070497693516351, 5],
    [124.34211340400407, 100],
  ] as const) {
    expect(chiSquaredTail(statistic, degrees)).toBeCloseTo(0.05, 12);
  }
});

test('amounts are tested as payments of a unit: a larger unit is less evidence', () => {
  const counts = chiSquaredFairness([30, 10], [1, 1]);
  const amounts = chiSquaredFairness([30e6, 10e6], [1, 1], 1e6);
  expect(amounts.statistic).toBeCloseTo(counts.statistic, 9);
  expect(chiSquaredFairness([30e6, 10e6], [1, 1], 1e7).pValue).toBeGreaterThan(counts.pValue);
});

test('what is paid where nothing is due is impossible; who is owed nothing and gets nothing does not count', () => {
  expect(chiSquaredFairness([5, 5, 1], [1, 1, 0])).toEqual({ statistic: Infinity, degrees: 1, pValue: 0 });
  expect(chiSquaredFairness([5, 5, 0], [1, 1, 0])).toEqual({ statistic: 0, degrees: 1, pValue: 1 });
  expect(chiSquaredFairness([7], [0.3])).toEqual({ statistic: 0, degrees: 0, pValue: 1 });
  expect(chiSquaredFairness([0, 0], [1, 2])).toEqual({ statistic: 0, degrees: 1, pValue: 1 });
});

test('exact payment is fair whatever the shares, and the scale of shares does not matter', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 2, maxLength: 30 }),
      fc.nat(50),
      (shares, more) => {
        expect(chiSquaredFairness(shares, shares).pValue).toBeCloseTo(1, 6);
        const paid = shares.map((share, i) => share + (i === 0 ? more : 0));
        const scaled = chiSquaredFairness(
          paid,
          shares.map((share) => share / 7),
        );
        expect(scaled.statistic).toBeCloseTo(chiSquaredFairness(paid, shares).statistic, 6);
      },
    ),
  );
});

test('of fair draws about 5 % have a p-value below 0.05, of unfair ones nearly all', () => {
  const stream = createStream('fair', 0, 'test');
  let alarms = 0;
  let detected = 0;
  for (let trial = 0; trial < 1_000; trial += 1) {
    const fair = new Array<number>(10).fill(0);
    const unfair = new Array<number>(10).fill(0);
    for (let block = 0; block < 300; block += 1) {
      const a = nextBelow(stream, 10);
      const b = nextBelow(stream, 13) % 10; // the first three twice as often
      fair[a] = (fair[a] as number) + 1;
      unfair[b] = (unfair[b] as number) + 1;
    }
    const shares = new Array<number>(10).fill(1);
    if (chiSquaredFairness(fair, shares).pValue < 0.05) alarms += 1;
    if (chiSquaredFairness(unfair, shares).pValue < 0.05) detected += 1;
  }
  expect(alarms).toBeGreaterThan(25);
  expect(alarms).toBeLessThan(80);
  expect(detected).toBeGreaterThan(950);
});

test('Kolmogorov and Smirnov as SciPy 1.17 has it', () => {
  const test7 = kolmogorovSmirnov([0.1, 0.4, 0.7, 0.2, 0.55, 0.93, 0.61], (value) => value);
  expect(test7.statistic).toBeCloseTo(0.15714285714285714, 14);
  expect(test7.pValue).toBeCloseTo(0.9952066569713595, 12);
  for (const [lambda, tail] of [
    [0.3, 0.9999906941986655],
    [0.5, 0.9639452436648751],
    [0.999, 0.27107316411506394],
    [1, 0.2699996716773545],
    [1.3580986393225505, 0.05],
    [2, 0.0006709252557796953],
    [3, 3.045995948942526e-8],
  ] as const) {
    expect(Math.abs(kolmogorovTail(lambda) / tail - 1)).toBeLessThan(1e-12);
  }
  expect([kolmogorovTail(0), kolmogorovTail(0.04), kolmogorovTail(50)]).toEqual([1, 1, 0]);
});

test('a single value at the median is half a step from the law, one beyond it a whole step', () => {
  expect(kolmogorovSmirnov([0.5], (value) => value).statistic).toBe(0.5);
  expect(kolmogorovSmirnov([9], (value) => Math.min(1, value)).statistic).toBe(1);
  expect(() => kolmogorovSmirnov([], (value) => value)).toThrow(/value/);
  expect(() => kolmogorovSmirnov([2], (value) => value)).toThrow(/\[0, 1\]/);
});

test('of uniform samples about 5 % have a p-value below 0.05, of squared ones nearly all', () => {
  const stream = createStream('uniform', 0, 'test');
  let alarms = 0;
  let detected = 0;
  for (let trial = 0; trial < 1_000; trial += 1) {
    const sample = Array.from({ length: 100 }, () => nextUnit(stream));
    if (kolmogorovSmirnov(sample, (value) => value).pValue < 0.05) alarms += 1;
    if (
      kolmogorovSmirnov(
        sample.map((value) => value * value),
        (value) => value,
      ).pValue < 0.05
    )
      detected += 1;
  }
  expect(alarms).toBeGreaterThan(20);
  expect(alarms).toBeLessThan(75);
  expect(detected).toBeGreaterThan(950);
});

test('the order of a sample does not matter', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (sample) => {
      expect(kolmogorovSmirnov(sample.toReversed(), (value) => value)).toEqual(
        kolmogorovSmirnov(sample, (value) => value),
      );
    }),
  );
});
