import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanData, cleanJson, cleanText } from '../../../src/cli/text.js';

const isControl = (character: string): boolean =>
  /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(character) && !/[\n\t]/.test(character);

test('no control character and no mark of direction survives, and all else does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const clean = cleanText(text);
      expect([...clean].some(isControl)).toBe(false);
      if (![...text].some(isControl)) expect(clean).toBe(text);
    }),
  );
  const all = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code));
  expect(all.filter((character) => cleanText(character) !== character)).toEqual(all.filter(isControl));
});

test('escapes are shown, in values and in keys at any depth', () => {
  const dirty = { 'a\u001b[31m': [{ text: 'b\u009b2J', count: 3, none: null }] };
  expect(cleanData(dirty)).toEqual({ 'a\\x1b[31m': [{ text: 'b\\x9b2J', count: 3, none: null }] });
});

test('clean JSON is the same document', () => {
  const document = { name: 'a\u001b[31m\u009b2J\u007f\u0085ü' };
  const json = cleanJson(JSON.stringify(document));
  expect([...json].some(isControl)).toBe(false);
  expect(JSON.parse(json)).toEqual(document);
});
