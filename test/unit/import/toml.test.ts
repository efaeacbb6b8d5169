import { expect, test } from 'vitest';
import { readToml } from '../../../src/import/toml.js';
import { createSource } from '../../../src/scenario/place.js';
import { keyPlaceOf, placeOf, toPlain } from '../../../src/scenario/tree.js';

function read(text: string) {
  const found = readToml(text, createSource('a.toml', text, 0));
  if ('fix' in found) throw new Error(found.what);
  return found;
}

test('tables, dotted keys, lists of tables and every kind of value', () => {
  const text = `a.b = 1\n[t."x.y"]\nd = 1979-05-27\ni = { j.k = [1, 2.5] }\n[[p]]\nq = true\n[p.r]\ns = 'raw'\n[[p]]\n[[p.z]]\nv = 1\n`;
  expect(toPlain(read(text))).toEqual({
    a: { b: 1 },
    t: { 'x.y': { d: '1979-05-27', i: { j: { k: [1, 2.5] } } } },
    p: [{ q: true, r: { s: 'raw' } }, { z: [{ v: 1 }] }],
  });
});

test('whole numbers stay exact beyond 2^53', () => {
  expect(toPlain(read('a = 9007199254740993\nb = 0x1f\nc = 1_000'))).toEqual({ a: 9007199254740993n, b: 31, c: 1000 });
});

test('keys and values know where they stand', () => {
  const tree = read('[one]\n  two = { three = "x" }\n[[four]]\nfive = 5\n');
  const at = ({ line, column, width }: { line: number; column: number; width: number }) => [line, column, width];
  expect(at(keyPlaceOf(tree, ['one', 'two', 'three']))).toEqual([2, 11, 5]);
  expect(at(placeOf(tree, ['one', 'two', 'three']))).toEqual([2, 19, 3]);
  expect(at(placeOf(tree, ['four', 0, 'five']))).toEqual([4, 8, 1]);
});
