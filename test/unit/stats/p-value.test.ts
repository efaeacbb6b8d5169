import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clopperPearson, dkwMean, orderQuantile } from '#stats/interval';
import {
  bandToThreshold,
  isTrueOf,
  meanPValue,
  proportionPValue,
  quantilePValue,
  type Statement,
  trialsToSettle,
} from '#stats/p-value';
import { sortValues } from '#stats/quantile';

const statement = fc.record({
  side: fc.constantFrom('below' as const, 'above' as const),
  strict: fc.boolean(),
  threshold: fc.integer({ min: -1, max: 21 }).map((tick) => tick / 20),
});
const sample = fc.array(
  fc.nat(20).map((tick) => tick / 20),
  { minLength: 1, maxLength: 60 },
);
const confidence = fc.constantFrom(0.5, 0.8, 0.95, 0.99);

/** Whether the whole interval is on the statement's side; null: unbounded. */
function clears({ side, strict, threshold }: Statement, [low, high]: readonly [number | null, number | null]): boolean {
  const end = side === 'below' ? high : low;
  return end !== null && isTrueOf({ side, strict, threshold }, end);
}

describe('a p-value reaches half of 1 − confidence exactly when the interval clears the threshold', () => {
  const touches = (end: number | null, threshold: number) => end !== null && Math.abs(end - threshold) < 1e-12;

  test('for a probability', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), confidence, statement, (k, rest, level, claim) => {
        fc.pre(k + rest > 0);
        const interval = clopperPearson(k, k + rest, level);
        const end = claim.side === 'below' ? interval[1] : interval[0];
        fc.pre(!touches(end, claim.threshold) || claim.threshold === 0 || claim.threshold === 1);
        expect(proportionPValue(k, k + rest, claim) <= (1 - level) / 2).toBe(clears(claim, interval));
      }),
      { numRuns: 2000 },
    );
  });

  test('for a mean', () => {
    fc.assert(
      fc.property(sample, confidence, statement, (values, level, claim) => {
        const sorted = sortValues(values);
        const interval = dkwMean(sorted, [0, 1], level);
        const end = claim.side === 'below' ? interval[1] : interval[0];
        fc.pre(!touches(end, claim.threshold) || claim.threshold === 0 || claim.threshold === 1);
        expect(meanPValue(sorted, [0, 1], claim) <= (1 - level) / 2).toBe(clears(claim, interval));
      }),
      { numRuns: 2000 },
    );
  });

  test('for a quantile', () => {
    fc.assert(
      fc.property(sample, fc.constantFrom(0.5, 0.9, 0.99), confidence, statement, (values, q, level, claim) => {
        const sorted = sortValues(values);
        const interval = orderQuantile(sorted, q, level, [0, 1]);
        expect(quantilePValue(sorted, q, [0, 1], claim) <= (1 - level) / 2).toBe(clears(claim, interval));
      }),
      { numRuns: 2000 },
    );
  });
});

test('what the bounds make true needs no evidence, and what they exclude gets none', () => {
  const upTo = (threshold: number, strict = false): Statement => ({ side: 'below', strict, threshold });
  expect(proportionPValue(3, 3, upTo(1))).toBe(0);
  expect(proportionPValue(3, 3, upTo(1, true))).toBe(1);
  expect(proportionPValue(0, 9, upTo(0))).toBe(1);
  expect(meanPValue([1, 1], [0, 1], upTo(1))).toBe(0);
  expect(meanPValue([0, 0], [0, null], upTo(5))).toBe(1); // an unseen rare value could be anything
  expect(quantilePValue([1, 1], 0.5, [0, 1], upTo(1))).toBe(0);
  expect(proportionPValue(0, 9, { side: 'above', strict: false, threshold: 1.5 })).toBe(1);
});

test('a mean that barely lies on its side has no evidence: the one-sided constant holds up to one half only', () => {
  const claim: Statement = { side: 'below', strict: false, threshold: 0.61 };
  expect(meanPValue([0.6], [0, 1], claim)).toBe(1); // e^(−2/1600) would be 0.9988
  expect(meanPValue([0.6], [0, 1], { ...claim, threshold: 0.99 })).toBeCloseTo(Math.exp(-2 * 0.975 * 0.975), 12);
});

test('the band to the threshold is the exact root: ten values 1 … 10 within 0 … 20 reach 7.5 at 0.1 + 1/180', () => {
  const sorted = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]; // mean 5.5; the first moved value adds 1.9, the next 1.8 in whole
  const claim: Statement = { side: 'below', strict: false, threshold: 7.5 };
  expect(bandToThreshold(sorted, [0, 20], claim)).toBeCloseTo(0.1 + 0.1 / 18, 12);
  expect(bandToThreshold(sorted, [0, 20], { ...claim, threshold: 5 })).toBe(0);
});

describe('the trials that would settle a proportion', () => {
  const below: Statement = { side: 'below', strict: false, threshold: 0.01 };

  test('without any case and a threshold of 1 % at 2.5 % are 368', () => {
    const trials = trialsToSettle(0, below, 0.025) as number;
    expect(trials).toBeGreaterThanOrEqual(368); // 0.99^n ≤ 0.025
    expect(trials).toBeLessThan(375);
  });

  test('are enough, and a tenth fewer are not', () => {
    for (const share of [0.001, 0.005, 0.02, 0.3]) {
      const claim: Statement = share < 0.01 ? below : { side: 'above', strict: false, threshold: 0.01 };
      const trials = trialsToSettle(share, claim, 0.025) as number;
      expect(proportionPValue(share * trials, trials, claim)).toBeLessThanOrEqual(0.025);
      expect(proportionPValue(share * trials * 0.9, trials * 0.9, claim)).toBeGreaterThan(0.025);
    }
  });

  test('do not exist on the threshold or beyond it', () => {
    expect(trialsToSettle(0.01, below, 0.025)).toBeNull();
    expect(trialsToSettle(0.02, below, 0.025)).toBeNull();
  });
});
