import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRon } from '../../../src/import/ron.js';
import { createSource } from '../../../src/scenario/place.js';
import { toPlain } from '../../../src/scenario/tree.js';

const read = (text: string) => readRon(text, createSource('a.ron', text, 0));

function plain(text: string): unknown {
  const found = read(text);
  if ('fix' in found) throw new Error(`${found.place.line}:${found.place.column} ${found.what}`);
  return toPlain(found.tree);
}

function refused(text: string): string {
  const found = read(text);
  if (!('fix' in found)) throw new Error('was read');
  return `${found.place.line}:${found.place.column} ${found.what}`;
}

test.each<[text: string, value: unknown]>([
  ['(a: 1, b: (c: true,),)', { a: 1, b: { c: true } }],
  ['Config(\n  a: [1, 2, 3,],\n)', { a: [1, 2, 3] }],
  ['{"k": 1, 2: "v", \'c\': ()}', { k: 1, '2': 'v', c: {} }],
  ['(Some(1), None, Some(Some("x")))', [1, null, 'x']],
  ['(1, 2.5, -3, +4, 0xff, 0o17, 0b101, 1_000, .5, 2., 1e3)', [1, 2.5, -3, 4, 255, 15, 5, 1000, 0.5, 2, 1000]],
  ['(1u8, 2.5f32, 7i64, -1.5E-2)', [1, 2.5, 7, -0.015]],
  ['(18446744073709551615, -9007199254740993)', [18446744073709551615n, -9007199254740993n]],
  ['(inf, -inf, NaN)', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]],
  ['("a\\n\\t\\"\\\\\\x41\\u{1F600}", r"\\n", r#"a"b"#, r##"a"#b"##)', ['a\n\t"\\A😀', '\\n', 'a"b', 'a"#b']],
  ['("one \\\n   line", "two\nlines")', ['one line', 'two\nlines']],
  ["('x', '\\'', '\\n', '😀')", ['x', "'", '\n', '😀']],
  ['/* a /* nested */ one */ ( // to the end\n a: 1 /* here */ , )', { a: 1 }],
  ['#![enable(implicit_some, unwrap_newtypes)]\n(a: Ring)', { a: 'Ring' }],
  ['(r#type: 1, größe: 2)', { type: 1, größe: 2 }],
  ['\ufeff(a: 1)', { a: 1 }],
])('%s', (text, value) => {
  expect(plain(text)).toEqual(value);
});

test('names of structs and variants are kept', () => {
  const found = read('Scenario(model: Poisson(rate: 4), kind: Ring)');
  if ('fix' in found) throw new Error(found.what);
  expect([...found.names.values()].sort()).toEqual(['Poisson', 'Ring', 'Scenario']);
});

describe('what is wrong is told with its place', () => {
  test.each<[text: string, told: string]>([
    ['(a: 1', '1:1 RON: this "(" is never closed'],
    ['(\n  a: [1, 2\n)', '3:1 RON: "," or "]" is expected, not ")"'],
    ['(a: 1 b: 2)', '1:7 RON: "," or ")" is expected, not "b"'],
    ['(a: 1,\n a: 2)', '2:2 RON: "a" is written twice, first in line 1'],
    ['(a: 1, 2)', '1:8 RON: a field of a struct needs a name'],
    ['{a 1}', '1:4 RON: ":" is missing after "a"'],
    ['(a: "x)', '1:5 RON: this text is never closed'],
    ['(a: r#"x")', '1:5 RON: this raw text is never closed'],
    ['(a: "\\q")', '1:6 RON: "\\q" is no escape'],
    ['(a: "\\u{D800}")', '1:6 RON: "\\u{D800}" is no character'],
    ["(a: 'xy')", '1:5 RON: this is not one character'],
    ['(a: 12ab)', '1:5 RON: "12" is no number with what follows'],
    ['(a: 1) (b: 2)', '1:8 RON: something follows the end of the value'],
    ['/* (a: 1)', '1:1 RON: this comment is never closed'],
    ['#![enable(magic)] ()', '1:1 RON: the extension "magic" is not known'],
    ['(a: Some(1, 2))', '1:13 RON: Some(…) holds one value'],
    ['(a: )', '1:5 RON: ")" is no value'],
    ['(a:', '1:4 RON: the text ends where a value is expected'],
    ['{[1]: 2}', '1:2 RON: this key is no plain value'],
    ['(a: ,)', '1:5 RON: "," is no value'],
    ['', '1:1 RON: the text ends where a value is expected'],
  ])('%j', (text, told) => {
    expect(refused(text)).toBe(told);
  });

  test('ever deeper nesting ends', () => {
    expect(refused('['.repeat(100_000))).toContain('nests too deep');
  });
});

interface Written {
  readonly value: unknown;
  readonly text: string;
}

const SPACE = fc.constantFrom('', ' ', '\n', '/* c */', '// c\n', '\t');
const TEXT = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !/\r|^x-/.test(text));
const NAME = fc.stringMatching(/^[ac-qs-wyz_][a-z_]{0,5}$/).filter((text) => !['true', 'false', 'inf'].includes(text));

function quoteRon(text: string): string {
  return JSON.stringify(text)
    .replace(/\\u([\da-f]{4})/g, '\\u{$1}')
    .replace(/\\b/g, '\\x08')
    .replace(/\\f/g, '\\x0c');
}

function join(items: readonly string[], gap: string, comma: boolean): string {
  return items.map((item) => `${gap}${item}${gap}`).join(',') + (comma && items.length > 0 ? `,${gap}` : '');
}

/** A value and one of the many ways to write it. */
const WRITTEN = fc.letrec<{ any: Written }>((tie) => {
  const scalar: fc.Arbitrary<Written> = fc.oneof(
    fc.boolean().map((value) => ({ value, text: String(value) })),
    fc.maxSafeInteger().map((value) => ({ value: value === 0 ? 0 : value, text: String(value) })),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => {
      const digits = String(value);
      return { value: Number(digits), text: /[.e]/.test(digits) ? digits : `${digits}.0` };
    }),
    TEXT.filter((text) => !text.includes('\\')).map((value) => ({ value, text: quoteRon(value) })),
    TEXT.map((value) => ({ value, text: `r###"${value}"###` })),
    fc.constant({ value: null, text: 'None' }),
  );
  const list = fc.tuple(fc.array(tie('any'), { maxLength: 4 }), SPACE, fc.boolean()).map(([items, gap, comma]) => ({
    value: items.map(({ value }) => value),
    text: `[${gap}${join(
      items.map(({ text }) => text),
      gap,
      comma,
    )}]`,
  }));
  const pairsOf = (key: fc.Arbitrary<string>) =>
    fc.uniqueArray(fc.tuple(key, tie('any')), { selector: ([name]) => name, maxLength: 4 });
  const struct = fc.tuple(pairsOf(NAME), SPACE, fc.boolean()).map(([fields, gap, comma]) => ({
    value: Object.fromEntries(fields.map(([key, { value }]) => [key, value])),
    text: `(${gap}${join(
      fields.map(([key, { text }]) => `${key}${gap}:${gap}${text}`),
      gap,
      comma,
    )})`,
  }));
  const map = fc.tuple(pairsOf(TEXT), SPACE).map(([pairs, gap]) => ({
    value: Object.fromEntries(pairs.map(([key, { value }]) => [key, value])),
    text: `{${gap}${join(
      pairs.map(([key, { text }]) => `r###"${key}"###:${text}`),
      gap,
      false,
    )}}`,
  }));
  const some = tie('any').map(({ value, text }) => ({ value, text: `Some(${text})` }));
  return { any: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, some, list, struct, map) };
}).any;

test('whatever is written is read as it was meant', () => {
  fc.assert(
    fc.property(WRITTEN, ({ value, text }) => {
      expect(plain(text)).toEqual(value);
    }),
    { numRuns: 500 },
  );
});

test('no text, whole or cut or changed, brings anything but a value or a finding with its place', () => {
  const junk = fc.tuple(WRITTEN, fc.nat(), fc.string({ maxLength: 3 }), fc.boolean());
  const mutated = junk.map(([{ text }, at, other, cut]) => {
    const place = text.length === 0 ? 0 : at % text.length;
    return cut ? text.slice(0, place) : text.slice(0, place) + other + text.slice(place + 1);
  });
  fc.assert(
    fc.property(fc.oneof(mutated, fc.string({ unit: 'binary' })), (text) => {
      const found = read(text);
      if (!('fix' in found)) return;
      const { line, column, source } = found.place;
      expect(line).toBeGreaterThan(0);
      expect(column).toBeLessThanOrEqual((source.lines[line - 1] ?? '').length + 1);
      expect(found.fix).not.toBe('');
    }),
    { numRuns: 1_000 },
  );
});
