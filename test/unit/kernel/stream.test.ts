import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';
import { createStream, nextBelow, nextUint32, nextUnit, type Stream, streamKey } from '#kernel/stream';
import { chiSquare, correlation } from './randomness.js';

/** Words of a stream. */
function words(stream: Stream, count: number): number[] {
  return Array.from({ length: count }, () => nextUint32(stream));
}

describe('generator vectors', () => {
  test('seedrandom gives its published first fraction', () => {
    expect(seedrandom('hello.')()).toBe(0.9282578795792454); // README of seedrandom 3.0.5
  });

  test('xoshiro128** gives the words of the reference implementation', () => {
    // xoshiro128starstar.c 1.1 (Blackman & Vigna) from the state 1, 2, 3, 4
    expect(words({ a: 1, b: 2, c: 3, d: 4 }, 10)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  test('a stream and a key stay what they were in earlier versions', () => {
    expect(words(createStream('seed', 0, 'network/delay/3'), 3)).toEqual([762498688, 3706843915, 3881310965]);
    expect(streamKey('seed', 0, 'network/delay/3')).toBe(-2018805562);
  });
});

describe('names', () => {
  test('seed, replication and name each make another stream and another key', () => {
    const paths: [string, number, string][] = [
      ['seed', 1, 'network/delay/3'],
      ['seed', 1, 'network/delay/4'],
      ['seed', 2, 'network/delay/3'],
      ['seeds', 1, 'network/delay/3'],
      ['seed/1', 1, 'network/delay/3'],
      ['seed', 1, '1/network/delay/3'],
      ['seed/1', 1, 'x'],
      ['seed', 1, '1/x'],
      ['', 1, 'x'],
      ['', 11, 'x'],
      ['', 1, ''],
      ['', 1, '/1/'],
      ['', 1, '/1//1/'],
      ['ā', 1, 'x'],
      ['\u0001', 1, 'x'],
      ['%0001', 1, 'x'],
      ['a\n', 1, 'x'],
      ['a', 1, 'x'],
    ];
    const streams = paths.map((path) => words(createStream(...path), 4).join());
    const keys = paths.map((path) => streamKey(...path));
    expect(new Set(streams).size).toBe(paths.length);
    expect(new Set(keys).size).toBe(paths.length);
  });

  test('a name that is another one twice over does not share its stream', () => {
    // seedrandom repeats a short seed as a key: without care these two would be one
    expect(seedrandom('1/a/1/a/')()).toBe(seedrandom('1/a/')());
    expect(words(createStream('1/a', 1, 'a/1/a/1/a'), 4)).not.toEqual(words(createStream('1/a', 1, 'a'), 4));
  });

  test('two streams of neighbouring names are uncorrelated', () => {
    const count = 20_000;
    for (const [one, other] of [
      ['network/delay/3', 'network/delay/4'],
      ['a', 'b'],
      ['fault/1', 'fault/11'],
    ]) {
      const [x, y] = [createStream('s', 0, one as string), createStream('s', 0, other as string)];
      const pairs = Array.from({ length: count }, () => [nextUnit(x), nextUnit(y)] as const);
      expect(Math.abs(correlation(pairs))).toBeLessThan(4 / Math.sqrt(count)); // four standard errors
    }
  });

  test('first draws across a thousand replications are as spread as uniform ones', () => {
    const counts = new Array<number>(32).fill(0);
    for (let replication = 0; replication < 3200; replication += 1) {
      const cell = nextBelow(createStream('s', replication, 'x'), 32);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    expect(Math.abs(chiSquare(counts))).toBeLessThan(4);
  });
});

describe('draws', () => {
  test('each byte of the words is uniform', () => {
    const stream = createStream('s', 0, 'bytes');
    const counts = Array.from({ length: 4 }, () => new Array<number>(256).fill(0));
    for (let i = 0; i < 200_000; i += 1) {
      const word = nextUint32(stream);
      for (const [byte, row] of counts.entries()) {
        const value = (word >>> (8 * byte)) & 255;
        row[value] = (row[value] ?? 0) + 1;
      }
    }
    for (const row of counts) expect(Math.abs(chiSquare(row))).toBeLessThan(4);
  });

  test('a fraction lies in [0, 1), fills 53 bits and takes two words', () => {
    const stream = createStream('s', 0, 'unit');
    const copy = structuredClone(stream);
    let low = 0;
    for (let i = 0; i < 10_000; i += 1) {
      const unit = nextUnit(stream);
      expect(unit >= 0 && unit < 1).toBe(true);
      expect(Number.isInteger(unit * 2 ** 53)).toBe(true);
      if ((unit * 2 ** 53) % 2 === 1) low += 1;
      expect(unit).toBe(((nextUint32(copy) >>> 5) * 67_108_864 + (nextUint32(copy) >>> 6)) / 2 ** 53);
    }
    expect(Math.abs(low - 5000)).toBeLessThan(4 * 50); // the last bit is a coin
  });

  test('an integer below a bound that does not divide 2^32 is unbiased', () => {
    const stream = createStream('s', 0, 'below');
    const bound = 3 * 2 ** 30; // words modulo this would fall into the first third half of the time
    const counts = [0, 0, 0];
    for (let i = 0; i < 30_000; i += 1) {
      const third = Math.floor(nextBelow(stream, bound) / 2 ** 30);
      counts[third] = (counts[third] ?? 0) + 1;
    }
    expect(Math.abs(chiSquare(counts))).toBeLessThan(4);
  });

  test('bounds from 1 to beyond 2^32 are kept and reached', () => {
    const stream = createStream('s', 0, 'below');
    expect(nextBelow(stream, 1)).toBe(0);
    expect(new Set(Array.from({ length: 200 }, () => nextBelow(stream, 6)))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    const large = Array.from({ length: 2000 }, () => nextBelow(stream, 2 ** 52 + 1));
    expect(large.every((value) => Number.isInteger(value) && value >= 0 && value <= 2 ** 52)).toBe(true);
    expect(Math.max(...large)).toBeGreaterThan(0.99 * 2 ** 52);
    for (const bound of [0, -1, 1.5, 2 ** 53]) expect(() => nextBelow(stream, bound)).toThrow(/positive integer/);
  });

  test('a replication is an integer', () => {
    for (const replication of [-1, 0.5]) expect(() => createStream('s', replication, 'x')).toThrow(/integer ≥ 0/);
  });
});
