import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { inverseRegularizedBeta, regularizedBeta } from '#stats/beta';

const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });
const parameter = fc.double({ min: 0.3, max: 3000, noNaN: true });

test('closed forms hold: x for (1, 1), x^a for (a, 1), 1 − (1−x)^b for (1, b), 2/π asin √x for (½, ½)', () => {
  fc.assert(
    fc.property(share, parameter, (x, a) => {
      expect(regularizedBeta(x, 1, 1)).toBeCloseTo(x, 13);
      expect(regularizedBeta(x, a, 1)).toBeCloseTo(Math.exp(a * Math.log(x)), 12);
      expect(regularizedBeta(x, 1, a)).toBeCloseTo(-Math.expm1(a * Math.log1p(-x)), 12);
      expect(regularizedBeta(x, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(x)), 12);
    }),
  );
});

test('the two tails add up to one', () => {
  fc.assert(
    fc.property(share, parameter, parameter, (x, a, b) => {
      expect(regularizedBeta(x, a, b) + regularizedBeta(1 - x, b, a, x)).toBeCloseTo(1, 12);
    }),
  );
});

test('parameters one apart differ by the term of the recurrence (DLMF 8.17.20)', () => {
  fc.assert(
    fc.property(share, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), (x, a, b) => {
      let beta = 1 / a; // B(a, b) by whole steps from B(a, 1)
      for (let j = 1; j < b; j += 1) beta *= j / (a + j);
      const term = Math.exp(a * Math.log(x) + b * Math.log1p(-x)) / (a * beta);
      expect(regularizedBeta(x, a, b) - regularizedBeta(x, a + 1, b)).toBeCloseTo(term, 12);
    }),
  );
});

test('the inverse undoes the function, wherever the function still moves', () => {
  fc.assert(
    fc.property(share, parameter, parameter, (x, a, b) => {
      const p = regularizedBeta(x, a, b);
      fc.pre(p > 1e-200 && p < 0.999);
      const back = inverseRegularizedBeta(p, a, b);
      expect(Math.abs(regularizedBeta(back, a, b) - p)).toBeLessThanOrEqual(1e-11 * p);
    }),
  );
});

test('the ends are exact and bad arguments stop', () => {
  expect([regularizedBeta(0, 2, 3), regularizedBeta(1, 2, 3)]).toEqual([0, 1]);
  expect([inverseRegularizedBeta(0, 2, 3), inverseRegularizedBeta(1, 2, 3)]).toEqual([0, 1]);
  expect(() => regularizedBeta(0.5, 0, 3)).toThrow('positive');
  expect(() => regularizedBeta(Number.NaN, 1, 3)).toThrow('[0, 1]');
  expect(() => inverseRegularizedBeta(1.5, 1, 3)).toThrow('[0, 1]');
});
