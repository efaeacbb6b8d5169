import { expect, test } from 'vitest';
import {
  NORMAL_P95,
  NORMAL_P99,
  normalCumulative,
  normalDensity,
  normalQuantile,
  rectifiedMoments,
} from '#kernel/normal';

// z, P(Z ≤ z): mpmath 1.3, 40 digits
const CUMULATIVE = [
  [-30, 4.906713927148187e-198],
  [-8, 6.220960574271784e-16],
  [-3.5, 0.00023262907903552504],
  [-3, 0.0013498980316300946],
  [-1, 0.15865525393145705],
  [-0.1, 0.460172162722971],
  [0, 0.5],
  [0.5, 0.691462461274013],
  [2, 0.9772498680518208],
  [3.5, 0.9997673709209645],
  [6, 0.9999999990134123],
] as const;

// p as a double, its quantile: mpmath 1.3, 40 digits
const QUANTILES = [
  [1e-300, -37.0470962993612],
  [1e-20, -9.262340089798407],
  [1e-9, -5.9978070150076865],
  [0.001, -3.0902323061678136],
  [0.05, -1.6448536269514726],
  [0.3, -0.5244005127080408],
  [0.75, 0.6744897501960817],
  [0.95, 1.6448536269514722],
  [0.99, 2.3263478740408408],
  [0.999, 3.090232306167813],
  [1 - 2 ** -40, 7.047700256664409],
] as const;

test('cumulative probabilities are right to 1e-13, relative even far out', () => {
  for (const [z, p] of CUMULATIVE) expect(Math.abs(normalCumulative(z) / p - 1)).toBeLessThan(1e-13);
});

test('quantiles are right to 1e-14 and run to infinity at the ends', () => {
  for (const [p, z] of QUANTILES) expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(1e-14 * Math.max(1, -z));
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  for (const p of [-0.1, 1.1, Number.NaN]) expect(() => normalQuantile(p)).toThrow(/lies in 0 … 1/);
});

test('the percentiles that files give are correctly rounded', () => {
  // 1.6448536269514726…, 2.326347874040841…
  expect([NORMAL_P95, NORMAL_P99]).toEqual([1.6448536269514726, 2.326347874040841]);
});

test('the density is the slope of the cumulative probability', () => {
  for (const z of [-2, 0, 0.7, 3]) {
    const slope = (normalCumulative(z + 1e-5) - normalCumulative(z - 1e-5)) / 2e-5;
    expect(Math.abs(normalDensity(z) - slope)).toBeLessThan(1e-10);
  }
});

test('moments of a normal law cut at 0 agree with its quantiles', () => {
  for (const [mean, deviation] of [
    [250, 50],
    [1, 2],
    [0, 1],
  ] as const) {
    let [first, second] = [0, 0];
    const cells = 200_000;
    for (let i = 0; i < cells; i += 1) {
      const x = Math.max(0, mean + deviation * normalQuantile((i + 0.5) / cells));
      first += x / cells;
      second += (x * x) / cells;
    }
    const moments = rectifiedMoments(mean, deviation);
    expect(Math.abs(moments.mean - first) / deviation).toBeLessThan(1e-5);
    expect(Math.abs(moments.variance - (second - first * first)) / deviation ** 2).toBeLessThan(2e-4);
  }
  expect(rectifiedMoments(7, 0)).toEqual({ mean: 7, variance: 0 });
});
