import { describe, expect, test } from 'vitest';
import { deriveKey, drawUint32 } from '#kernel/draw';
import { chiSquare, correlation } from './randomness.js';

/** The worst share of flips, in standard errors from a half, of any output bit when any input bit is flipped. */
function avalanche(inputs: readonly (readonly [number, number])[]): number {
  const flips = new Int32Array(64 * 32);
  for (const [key, index] of inputs) {
    const word = drawUint32(key, index);
    for (let bit = 0; bit < 64; bit += 1) {
      const flipped = bit < 32 ? drawUint32(key ^ (1 << bit), index) : drawUint32(key, index ^ (1 << (bit - 32)));
      const change = word ^ flipped;
      for (let out = 0; out < 32; out += 1)
        flips[bit * 32 + out] = (flips[bit * 32 + out] ?? 0) + ((change >>> out) & 1);
    }
  }
  const half = inputs.length / 2;
  return Math.max(...flips.map((count) => Math.abs(count - half))) / Math.sqrt(inputs.length / 4);
}

/** The worst of the four bytes against uniform. */
function byteChiSquare(word: (i: number) => number): number {
  const counts = Array.from({ length: 4 }, () => new Array<number>(256).fill(0));
  for (let i = 0; i < 200_000; i += 1) {
    const value = word(i);
    for (const [byte, row] of counts.entries()) {
      const cell = (value >>> (8 * byte)) & 255;
      row[cell] = (row[cell] ?? 0) + 1;
    }
  }
  return Math.max(...counts.map((row) => Math.abs(chiSquare(row))));
}

describe('a flip of any bit of key or index flips each bit of the draw half of the time', () => {
  const count = 10_000;
  const range = Array.from({ length: count }, (_, i) => i);
  // 2 048 shares; near inputs share flips in pairs, which widens their spread by √2: 6 is far out for either
  test.each<[string, (i: number) => [number, number]]>([
    ['indices in a row', (i) => [5, i]],
    ['keys in a row', (i) => [i, 3]],
    ['a grid of both', (i) => [i % 100, Math.floor(i / 100)]],
    ['inputs from everywhere', (i) => [Math.imul(i, 0x9e3779b1), Math.imul(i, 0x85ebca6b)]],
  ])('%s', (_, input) => {
    expect(avalanche(range.map(input))).toBeLessThan(6);
  });
});

describe('bytes of the draws are uniform', () => {
  test.each<[string, (i: number) => number]>([
    ['indices in a row', (i) => drawUint32(7, i)],
    ['keys in a row', (i) => drawUint32(i, 7)],
    ['a grid of both', (i) => drawUint32(i % 447, Math.floor(i / 447))],
    ['the change from one index to the next', (i) => drawUint32(7, i) - drawUint32(7, i + 1)],
    ['the change from one key to the next', (i) => drawUint32(i, 7) - drawUint32(i + 1, 7)],
    ['the same index under neighbouring keys', (i) => drawUint32(100, i) ^ drawUint32(101, i)],
    ['derived keys', (i) => deriveKey(7, i)],
    ['draws of derived keys', (i) => drawUint32(deriveKey(7, i), 0)],
  ])('%s', (_, word) => {
    expect(byteChiSquare(word)).toBeLessThan(4);
  });
});

test('draws of neighbouring keys and of neighbouring indices are uncorrelated', () => {
  const count = 50_000;
  const range = Array.from({ length: count }, (_, i) => i);
  for (const shift of [1, 2, 3, 64, 100, 1024]) {
    const keys = range.map((i) => [drawUint32(9, i), drawUint32(9 + shift, i)] as const);
    const indices = range.map((i) => [drawUint32(9, i), drawUint32(9, i + shift)] as const);
    const both = range.map((i) => [drawUint32(9, i + shift), drawUint32(9 + shift, i)] as const);
    for (const pairs of [keys, indices, both]) {
      expect(Math.abs(correlation(pairs))).toBeLessThan(4.5 / Math.sqrt(count));
    }
  }
});

test('no two indices of a key share a draw', () => {
  const seen = new Set<number>();
  for (let i = 0; i < 200_000; i += 1) seen.add(drawUint32(-77, i)).add(drawUint32(-77, -1 - i));
  expect(seen.size).toBe(400_000);
});

test('keys do not walk through one another: draws of a row of keys coincide no more than chance has it', () => {
  const seen = new Set<number>();
  for (let key = 0; key < 300; key += 1) for (let index = 0; index < 300; index += 1) seen.add(drawUint32(key, index));
  // 90 000 draws of 2^32 coincide 0.94 times on average
  expect(seen.size).toBeGreaterThan(90_000 - 7);
});

test('two keys that meet in the first round of one index part again', () => {
  const first = (index: number): number => (Math.imul(index, 0x9e3779b1) + 0x6a09e667) | 0;
  for (let index = 0; index < 1000; index += 1) {
    for (const step of [1, 2, 64]) {
      const other = first(index) ^ first(index + step);
      expect(drawUint32(0, index)).not.toBe(drawUint32(other, index + step));
    }
  }
});

test('a draw is a uint32, a derived key an int32, and neither is the other', () => {
  let high = 0;
  let negative = 0;
  for (let i = 0; i < 1000; i += 1) {
    const word = drawUint32(1, i);
    const key = deriveKey(1, i);
    expect(word).toBe(word >>> 0);
    expect(key).toBe(key | 0);
    expect(key >>> 0).not.toBe(word);
    if (word >= 2 ** 31) high += 1;
    if (key < 0) negative += 1;
  }
  expect(high).toBeGreaterThan(400);
  expect(negative).toBeGreaterThan(400);
});

test('draws stay what they were in earlier versions', () => {
  expect([drawUint32(0, 0), drawUint32(1, 2), drawUint32(-5, 1_000_000), deriveKey(3, 4)]).toEqual([
    1660390377, 1627266108, 2151651327, 1004229797,
  ]);
});
