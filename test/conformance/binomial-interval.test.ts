/**
 * The incomplete beta function and the Clopper–Pearson interval against numbers that others computed.
 */
import { describe, expect, test } from 'vitest';
import { inverseRegularizedBeta, regularizedBeta } from '#stats/beta';
import { clopperPearson } from '#stats/interval';

// Exact binomial sums (whole parameters) and quadrature of the density (the last three), mpmath 1.3.0, 60 digits.
const BETA: readonly [x: number, a: number, b: number, value: number][] = [
  [0.1, 2, 3, 0.0523],
  [0.3, 20, 50, 0.6174907516187664],
  [0.25, 101, 300, 0.47316241422246835],
  [0.01, 1, 1000, 0.9999568287525893],
  [0.001, 3, 9998, 0.9972396759092509],
  [0.9, 400, 1, 4.977414122938492e-19],
  [0.99, 400, 5, 0.620985048058122],
  [0.0001, 50, 400_000, 0.07043361589972646],
  [0.5, 5000, 4900, 0.15742707910353532],
  [0.2, 2000, 7900, 0.309630143695212],
  [1e-7, 1, 5, 4.9999990000001e-7],
  [0.02, 0.75, 7.25, 0.23934495895361216],
  [0.6, 2.5, 1.5, 0.4268675798318479],
  [0.4, 12.5, 20.25, 0.5953826150720899],
];

// Bisection of the exact binomial sum, mpmath 1.3.0; 0/20, 5/20 and 1/10 agree with the tables of binom.test in R.
const INTERVALS: readonly [k: number, n: number, confidence: number, low: number, high: number][] = [
  [0, 20, 0.95, 0, 0.16843347098308534],
  [5, 20, 0.95, 0.08657146910143454, 0.49104587170795755],
  [1, 10, 0.95, 0.0025285785444617843, 0.44501611702819543],
  [4, 20, 0.95, 0.05733399705003276, 0.43661400299666836],
  [10, 100, 0.9, 0.055263237682870024, 0.1637176232758148],
  [399, 400, 0.95, 0.9861502300379867, 0.9999367074830952],
  [3, 10_000, 0.99, 3.378914710063789e-5, 0.0010973099729615118],
  [1, 1_000_000, 0.95, 2.5317807663794178e-8, 5.571630655172244e-6],
];

function expectRelative(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected));
}

describe('the incomplete beta function', () => {
  test.each(BETA)('I(%d; %d, %d) agrees to twelve digits', (x, a, b, value) => {
    expectRelative(regularizedBeta(x, a, b), value, 1e-13);
  });

  test.each(BETA.filter(([, , , value]) => value < 0.99))(
    'the inverse at I(%d; %d, %d) returns there',
    (x, a, b, v) => {
      expectRelative(inverseRegularizedBeta(v, a, b), x, 1e-13);
    },
  );
});

describe('the Clopper–Pearson interval', () => {
  test.each(INTERVALS)('of %d in %d at %d agrees to twelve digits', (k, n, confidence, low, high) => {
    const interval = clopperPearson(k, n, confidence);
    expectRelative(interval[0], low, 1e-13);
    expectRelative(interval[1], high, 1e-13);
  });
});
