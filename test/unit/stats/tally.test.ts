import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { addValue, createTally, mergeTallies, type Tally, varianceOf } from '#stats/tally';

function tallyOf(values: readonly number[]): Tally {
  const tally = createTally();
  for (const value of values) addValue(tally, value);
  return tally;
}

test('the eight values 2, 4, 4, 4, 5, 5, 7, 9 have mean 5 and variance 32/7', () => {
  const tally = tallyOf([2, 4, 4, 4, 5, 5, 7, 9]);
  expect(tally).toMatchObject({ count: 8, min: 2, max: 9 });
  expect(tally.mean).toBeCloseTo(5, 12);
  expect(varianceOf(tally)).toBeCloseTo(32 / 7, 12);
});

test('a large offset costs no digits of the variance', () => {
  expect(varianceOf(tallyOf([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]))).toBe(30); // Chan, Golub & LeVeque
});

test('a merge equals the tally of all values, wherever they are cut', () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 30 });
  fc.assert(
    fc.property(values, values, (left, right) => {
      const merged = mergeTallies(tallyOf(left), tallyOf(right));
      const whole = tallyOf([...left, ...right]);
      expect(merged).toMatchObject({ count: whole.count, min: whole.min, max: whole.max });
      expect(merged.mean).toBeCloseTo(whole.mean, 9);
      expect(merged.squares).toBeCloseTo(whole.squares, 5);
    }),
  );
});

test('a single value has no variance', () => {
  expect(varianceOf(tallyOf([3]))).toBeNull();
  expect(tallyOf([])).toMatchObject({ count: 0, mean: 0 });
});
