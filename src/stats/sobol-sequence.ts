/**
 * Sobol' points: a sequence that fills the unit cube more evenly than chance does. The first 2^m points put exactly one
 * into each of 2^m equal slices of every coordinate.
 *
 * Source: Sobol' 1967; direction numbers of Joe & Kuo 2008, "Constructing Sobol sequences with better two-dimensional
 * projections", table new-joe-kuo-6; order of points by Gray code, Antonov & Saleev 1979.
 */
import { assert } from '#base/assert';

const BITS = 32;
const RANGE = 4_294_967_296; // 2^32

/** Of coordinates 2, 3, …: degree and inner coefficients of a primitive polynomial, and the first direction numbers. */
const DIRECTIONS: readonly (readonly [degree: number, coefficients: number, first: readonly number[]])[] = [
  [1, 0, [1]],
  [2, 1, [1, 3]],
  [3, 1, [1, 3, 1]],
  [3, 2, [1, 1, 1]],
  [4, 1, [1, 1, 3, 3]],
  [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]],
  [5, 4, [1, 1, 5, 5, 5]],
  [5, 7, [1, 1, 7, 11, 19]],
  [5, 11, [1, 1, 5, 1, 1]],
  [5, 13, [1, 1, 1, 3, 11]],
  [5, 14, [1, 3, 5, 5, 31]],
  [6, 1, [1, 3, 3, 9, 7, 49]],
  [6, 13, [1, 1, 1, 15, 21, 21]],
  [6, 16, [1, 3, 1, 13, 27, 49]],
  [6, 19, [1, 1, 1, 15, 7, 5]],
  [6, 22, [1, 3, 1, 15, 13, 25]],
  [6, 25, [1, 1, 5, 5, 19, 61]],
  [7, 1, [1, 3, 7, 11, 23, 15, 103]],
  [7, 4, [1, 3, 7, 13, 13, 15, 69]],
  [7, 7, [1, 1, 3, 13, 7, 35, 63]],
  [7, 8, [1, 3, 5, 9, 1, 25, 53]],
  [7, 14, [1, 3, 1, 13, 9, 35, 107]],
  [7, 19, [1, 3, 1, 5, 27, 61, 31]],
  [7, 21, [1, 1, 5, 11, 19, 41, 61]],
  [7, 28, [1, 3, 5, 3, 3, 13, 69]],
  [7, 31, [1, 1, 7, 13, 1, 19, 1]],
  [7, 32, [1, 3, 7, 5, 13, 19, 59]],
  [7, 37, [1, 1, 3, 9, 25, 29, 41]],
  [7, 41, [1, 3, 5, 13, 23, 1, 55]],
  [7, 42, [1, 3, 7, 3, 13, 59, 17]],
];

/** Coordinates that the table reaches to. */
export const SOBOL_DIMENSIONS_MAX = DIRECTIONS.length + 1;

/**
 * The first `count` points.
 *
 * @param shift - for each coordinate a 32-bit word that is added bit by bit, which keeps the evenness; zeros give the
 *   published points, whose first one is the corner
 * @returns points of as many coordinates as `shift` is long, each a multiple of 2^-32 in [0, 1)
 */
export function sobolPoints(count: number, shift: readonly number[]): number[][] {
  const dimensions = shift.length;
  assert(dimensions >= 1 && dimensions <= SOBOL_DIMENSIONS_MAX, `${dimensions} coordinates are in the table`);
  const directions = shift.map((_, dimension) => directionWords(dimension));
  const words = shift.map((word) => word | 0);
  return Array.from({ length: count }, (_, index) => {
    if (index > 0) {
      const bit = trailingOnes(index - 1);
      for (let d = 0; d < dimensions; d += 1) words[d] = (words[d] as number) ^ (directions[d]?.[bit] as number);
    }
    return words.map((word) => (word >>> 0) / RANGE);
  });
}

/** Word k flips when the k-th bit of the Gray code does. */
function directionWords(dimension: number): number[] {
  const row = DIRECTIONS[dimension - 1];
  if (row === undefined) return Array.from({ length: BITS }, (_, k) => (1 << (BITS - 1 - k)) | 0);
  const [degree, coefficients, first] = row;
  const words = first.map((odd, k) => (odd << (BITS - 1 - k)) | 0);
  for (let k = degree; k < BITS; k += 1) {
    const back = words[k - degree] as number;
    let word = back ^ (back >>> degree);
    for (let i = 1; i < degree; i += 1) {
      if (((coefficients >>> (degree - 1 - i)) & 1) === 1) word ^= words[k - i] as number;
    }
    words.push(word | 0);
  }
  return words;
}

function trailingOnes(value: number): number {
  let ones = 0;
  for (let rest = value; (rest & 1) === 1; rest >>>= 1) ones += 1;
  return ones;
}
