import { describe, expect, test } from 'vitest';
import { createSource, drawFrame, type Place, toProblems } from '#scenario/place';
import { editDistance, nearest, suggest } from '#scenario/suggest';

const place = (text: string, line: number, column: number, width: number, order = 0): Place => ({
  source: createSource(`${order}.yaml`, text, order),
  line,
  column,
  width,
});

describe('a frame', () => {
  test('shows the line between its neighbours, numbers aligned', () => {
    const text = Array.from({ length: 12 }, (_, i) => `line ${i + 1}`).join('\n');
    expect(drawFrame(place(text, 9, 6, 1))).toBe('   8 | line 8\n>  9 | line 9\n     |      ^\n  10 | line 10');
    expect(drawFrame(place(text, 1, 1, 4))).toBe('> 1 | line 1\n    | ^^^^\n  2 | line 2');
    expect(drawFrame(place(text, 12, 1, 99))).toBe('  11 | line 11\n> 12 | line 12\n     | ^^^^^^^');
  });

  test('keeps tabs, so that the caret stands under its character', () => {
    expect(drawFrame(place('\ta: 1', 1, 5, 1))).toBe('> 1 | \ta: 1\n    | \t   ^');
  });

  test('cuts a line of megabytes to the part that matters', () => {
    const frame = drawFrame(place(`${'x'.repeat(100_000)}!${'y'.repeat(100_000)}`, 1, 100_001, 1));
    const [shown = '', carets = ''] = frame.split('\n');
    expect(shown.length).toBeLessThan(200);
    expect(shown[carets.indexOf('^')]).toBe('!');
  });
});

test('problems come by source, line and column, whatever order they were found in', () => {
  const at = (order: number, line: number, column: number) => ({
    place: place('a\nb\nc', line, column, 1, order),
    what: `${order}:${line}:${column}`,
    fix: 'Fix it.',
  });
  const sorted = toProblems([at(1, 1, 1), at(0, 3, 1), at(0, 2, 2), at(0, 2, 1)]);
  expect(sorted.map(({ what }) => what)).toEqual(['0:2:1', '0:2:2', '0:3:1', '1:1:1']);
});

test('the distance of two words counts inserts, deletions, replacements and swaps', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('abort', 'abrot')).toBe(1);
  expect(editDistance('', 'abc')).toBe(3);
});

test('a suggestion is near or there is none', () => {
  const known = ['loss', 'delay', 'bandwidth', 'regions'];
  expect(['los', 'Loss', 'dealy', 'bandwith', 'reg', 'topology', ''].map((word) => nearest(word, known))).toEqual([
    'loss',
    'loss',
    'delay',
    'bandwidth',
    'regions',
    undefined,
    undefined,
  ]);
  expect(suggest('los', known)).toBe('Did you mean "loss"? Known: loss, delay, bandwidth, regions.');
  expect(suggest('x', [])).toBe('Known: none.');
});
