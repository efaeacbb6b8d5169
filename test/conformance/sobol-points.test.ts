/**
 * Sobol' points against others' truth: the first points of Joe & Kuo's table, and what makes any such sequence even.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SOBOL_DIMENSIONS_MAX, sobolPoints } from '#stats/sobol-sequence';

const zeros = (count: number): number[] => new Array(count).fill(0);

test('the first ten points in three dimensions are those that Joe & Kuo print with their table', () => {
  expect(sobolPoints(10, zeros(3))).toEqual([
    [0, 0, 0],
    [0.5, 0.5, 0.5],
    [0.75, 0.25, 0.25],
    [0.25, 0.75, 0.75],
    [0.375, 0.375, 0.625],
    [0.875, 0.875, 0.125],
    [0.625, 0.125, 0.875],
    [0.125, 0.625, 0.375],
    [0.1875, 0.3125, 0.9375],
    [0.6875, 0.8125, 0.4375],
  ]);
});

test('point 500 of 32 dimensions is that of SciPy 1.17.1 (scipy.stats.qmc.Sobol, not scrambled)', () => {
  expect(
    sobolPoints(501, zeros(32))
      .at(-1)
      ?.map((value) => value * 512),
  ).toEqual(POINT_500);
});

test('under any shift, the first 2^m points put one into each of 2^m slices of every coordinate', () => {
  const shift = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 1, maxLength: SOBOL_DIMENSIONS_MAX });
  fc.assert(
    fc.property(shift, fc.integer({ min: 0, max: 9 }), (words, m) => {
      const count = 2 ** m;
      const points = sobolPoints(count, words);
      for (const d of words.keys()) {
        const slices = new Set(points.map((point) => Math.floor((point[d] as number) * count)));
        expect(slices.size).toBe(count);
      }
    }),
    { numRuns: 40 },
  );
});

const POINT_500 = [
  225, 33, 177, 209, 277, 481, 29, 397, 273, 71, 335, 265, 127, 387, 285, 299, 63, 163, 175, 355, 179, 113, 171, 459,
  127, 165, 111, 141, 141, 183, 133, 77,
];
