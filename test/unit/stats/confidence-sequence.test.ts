import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  meanSequence,
  meanSequencePValue,
  proportionSequence,
  proportionSequencePValue,
  quantileSequence,
  quantileSequencePValue,
} from '../../../src/stats/confidence-sequence.js';
import { clopperPearson } from '../../../src/stats/interval.js';

const BELOW = (threshold: number) => ({ side: 'below', strict: false, threshold }) as const;
const ABOVE = (threshold: number) => ({ side: 'above', strict: false, threshold }) as const;
const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const counts = fc.integer({ min: 1, max: 300 }).chain((n) => fc.tuple(fc.nat(n), fc.constant(n)));

describe('the mixed likelihood ratio', () => {
  test('is the integral over the claimed side, by hand for no case in n', () => {
    // ∫₀ᵗ (1 − p)ⁿ dp / (t (1 − t)ⁿ) with t = 1/10, n = 50
    const ratio = (1 - 0.9 ** 51) / (51 * 0.1 * 0.9 ** 50);
    expect(proportionSequencePValue(0, 50, BELOW(0.1))).toBeCloseTo(1 / ratio, 12);
  });

  test('has an expectation of one under the threshold: summed over all outcomes of n trials', () => {
    const n = 12;
    const p = 0.3;
    let choose = 1;
    let sum = 0;
    for (let k = 0; k <= n; k += 1) {
      const level = proportionSequencePValue(k, n, BELOW(p));
      if (level < 1) sum += (choose * p ** k * (1 - p) ** (n - k)) / level;
      choose = (choose * (n - k)) / (k + 1);
    }
    expect(sum).toBeGreaterThan(0.3); // what is left out counts at most one each
    expect(sum).toBeLessThanOrEqual(1);
  });

  test('mirrors: k of n below t is n − k of n above 1 − t', () => {
    fc.assert(
      fc.property(counts, share, ([k, n], t) => {
        const mirrored = proportionSequencePValue(n - k, n, ABOVE(1 - t));
        expect(proportionSequencePValue(k, n, BELOW(t))).toBeCloseTo(mirrored, 9);
      }),
    );
  });
});

describe('the interval of a probability', () => {
  test('holds the estimate, and is wider than the one for a fixed number of trials', () => {
    fc.assert(
      fc.property(counts, ([k, n]) => {
        const [low, high] = proportionSequence(k, n, 0.95);
        const [fixedLow, fixedHigh] = clopperPearson(k, n, 0.95);
        expect(low).toBeLessThanOrEqual(fixedLow + 1e-9);
        expect(high).toBeGreaterThanOrEqual(fixedHigh - 1e-9);
      }),
    );
  });

  test('ends where the evidence reaches half of what the confidence leaves', () => {
    fc.assert(
      fc.property(counts, ([k, n]) => {
        const [low, high] = proportionSequence(k, n, 0.9);
        if (high < 1) expect(proportionSequencePValue(k, n, BELOW(high))).toBeCloseTo(0.05, 6);
        if (low > 0) expect(proportionSequencePValue(k, n, ABOVE(low))).toBeCloseTo(0.05, 6);
      }),
    );
  });

  test('is everything without trials', () => {
    expect(proportionSequence(0, 0, 0.95)).toEqual([0, 1]);
  });
});

describe('the mean by betting', () => {
  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 80 });

  test('the interval ends where the evidence reaches its level, and lies within the bounds', () => {
    fc.assert(
      fc.property(values, (sample) => {
        const [low, high] = meanSequence(sample, [0, 1], 0.9);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        if (low !== null && low > 1e-6)
          expect(meanSequencePValue(sample, [0, 1], ABOVE(low * 0.999))).toBeLessThan(0.051);
        if (high !== null && high < 0.99) {
          expect(meanSequencePValue(sample, [0, 1], BELOW(high + 0.001))).toBeLessThan(0.051);
        }
      }),
    );
  });

  test('narrows to a constant, faster than its bounds are wide', () => {
    const [low, high] = meanSequence(new Array(500).fill(0.2), [0, 1], 0.95);
    expect(low).toBeGreaterThan(0.19);
    expect(high).toBeLessThan(0.21);
  });

  test('a side without a bound has no end, and a value above the bound refutes it', () => {
    expect(meanSequence([3, 4, 5, 4, 3], [0, null], 0.95)[1]).toBeNull();
    expect(meanSequencePValue([0, 0, 1], [0, 1], ABOVE(0))).toBe(0);
    expect(meanSequencePValue([3, 4], [null, null], ABOVE(0))).toBe(1);
  });
});

test('a quantile ends on values of the sample, around the sample quantile', () => {
  const sorted = Array.from({ length: 400 }, (_, i) => i);
  const [low, high] = quantileSequence(sorted, 0.5, 0.95);
  expect(low).toBeGreaterThan(140);
  expect(low).toBeLessThan(180);
  expect((high as number) + (low as number)).toBe(399); // by symmetry
  expect(quantileSequencePValue(sorted, 0.5, [null, null], ABOVE(low as number))).toBeLessThanOrEqual(0.025);
  expect(quantileSequencePValue(sorted, 0.5, [null, null], ABOVE((low as number) + 1))).toBeGreaterThan(0.025);
  expect(quantileSequence([1, 2], 0.5, 0.95, [0, 9])).toEqual([0, 9]);
});
