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

// Its Gray code is nine ones, so every direction number of the table takes part.
test('point 341 of 32 dimensions is that of SciPy 1.17.1 (scipy.stats.qmc.Sobol, not scrambled)', () => {
  expect(
    sobolPoints(342, zeros(32))
      .at(-1)
      ?.map((value) => value * 512),
  ).toEqual(POINT_341);
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

const POINT_341 = [
  511, 259, 79, 171, 403, 99, 319, 427, 479, 253, 509, 155, 53, 185, 491, 405, 69, 269, 349, 117, 173, 7, 181, 157, 113,
  131, 281, 107, 199, 109, 271, 87,
];
