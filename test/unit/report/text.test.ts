import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanText, escapeMarkdown, escapeMarkup, quoteArgument, shorten } from '#report/text';
import { readMarkup } from '../../fixtures/markup.js';
import { HOSTILE } from '../../fixtures/stored-result.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'<>&"\'|`*_[]\\$~#-+ \n\t', '\u001b', '\u0000', '\ud800', '\u202e', '\uffff') }),
);

describe('text of a scenario', () => {
  test('loses terminal escapes, bells and marks that turn the reading direction', () => {
    expect(cleanText('a\u001b[31mb\u0007\u202ec\u2066d\u0000\ufeff')).toBe('a[31mbcd');
  });

  test('becomes one line with single spaces', () => {
    expect(cleanText('  two\n lines\tand\u00a0a  gap ')).toBe('two lines and a gap');
  });

  test('keeps letters of any script and emoji', () => {
    expect(cleanText('Größe 規模 🚀 µs')).toBe('Größe 規模 🚀 µs');
  });

  test('is read back unchanged from an element and from an attribute, whatever it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const [root] = readMarkup(`<a b="${escapeMarkup(text)}">${escapeMarkup(text)}</a>`);
        expect(root?.text).toBe(cleanText(text));
        expect(root?.attributes.get('b')).toBe(cleanText(text));
      }),
    );
  });

  test('opens no tag, no table cell, no emphasis and no formula in Markdown', () => {
    const escaped = escapeMarkdown(HOSTILE);
    expect(escaped).not.toMatch(/[<>]/);
    expect(escaped.replace(/\\[\\`*_[\]|~$]/g, '')).not.toMatch(/[`*_[\]|~$\\]/);
  });

  test('starts no heading, list or quote in Markdown', () => {
    expect(['# a', '- a', '+ a', '> a', '1. a', '2) a'].map(escapeMarkdown)).toEqual([
      '\\# a',
      '\\- a',
      '\\+ a',
      '&gt; a',
      '1\\. a',
      '2\\) a',
    ]);
  });

  test('is cut by characters, not in the middle of one', () => {
    expect(shorten('🚀🚀🚀', 2)).toBe('🚀…');
    expect(shorten('ab', 2)).toBe('ab');
    expect(shorten('ab', 0)).toBe('');
  });

  test('is one word to a shell', () => {
    expect(quoteArgument('scenarios/a-b.yaml')).toBe('scenarios/a-b.yaml');
    expect(quoteArgument("it's; rm -rf /")).toBe("'it'\\''s; rm -rf /'");
    expect(quoteArgument('')).toBe("''");
  });
});
