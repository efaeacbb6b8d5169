import { expect, test } from 'vitest';
import { takesColor, takesProgress } from '../../../src/cli/terminal.js';

const terminal = { isTTY: true };
const pipe = {};

test.each([
  [terminal, {}, true],
  [pipe, {}, false],
  [terminal, { NO_COLOR: '1' }, false],
  [terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  [terminal, { NO_COLOR: '' }, true], // the convention: an empty value forbids nothing
  [pipe, { FORCE_COLOR: '1' }, true],
  [pipe, { FORCE_COLOR: '' }, true],
  [terminal, { FORCE_COLOR: '0' }, false],
  [terminal, { CI: 'true' }, false],
  [pipe, { CI: 'true', FORCE_COLOR: '1' }, true],
  [terminal, { CI: 'false' }, true],
  [terminal, { TERM: 'dumb' }, false],
])('%o with %o takes colour: %s', (stream, env, expected) => {
  expect(takesColor(stream, env)).toBe(expected);
});

test.each([
  [terminal, {}, true],
  [terminal, { NO_COLOR: '1' }, true],
  [pipe, { FORCE_COLOR: '1' }, false],
  [terminal, { CI: '1' }, false],
  [terminal, { TERM: 'dumb' }, false],
])('%o with %o takes a progress line: %s', (stream, env, expected) => {
  expect(takesProgress(stream, env)).toBe(expected);
});
