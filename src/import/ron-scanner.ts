/**
 * Where the reading of a RON text stands, and how it fails.
 */

export interface Scanner {
  readonly text: string;
  at: number; // offset of the next character
}

/** What is wrong at an offset; `readRon` makes a finding of it. */
export class RonError extends Error {
  override readonly name = 'RonError';
  readonly at: number;
  readonly what: string;
  readonly fix: string;
  constructor(at: number, what: string, fix: string) {
    super(what);
    this.at = at;
    this.what = what;
    this.fix = fix;
  }
}

export function isRonFault(error: unknown): error is RonError {
  return error instanceof RonError;
}

export function createScanner(text: string): Scanner {
  return { text, at: text.startsWith('\ufeff') ? 1 : 0 };
}

export function fail(at: number, what: string, fix: string): never {
  throw new RonError(at, what, fix);
}

/** Passes white space and comments; those in slash and star nest. */
export function skipSpace(scanner: Scanner): void {
  const { text } = scanner;
  for (;;) {
    while (/\s/.test(text[scanner.at] ?? '')) scanner.at += 1;
    if (text.startsWith('//', scanner.at)) {
      const end = text.indexOf('\n', scanner.at);
      scanner.at = end < 0 ? text.length : end;
    } else if (text.startsWith('/*', scanner.at)) {
      skipBlock(scanner);
    } else {
      return;
    }
  }
}

function skipBlock(scanner: Scanner): void {
  const open = scanner.at;
  const mark = /\/\*|\*\//g;
  mark.lastIndex = open;
  let depth = 0;
  for (let found = mark.exec(scanner.text); found !== null; found = mark.exec(scanner.text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth > 0) continue;
    scanner.at = mark.lastIndex;
    return;
  }
  fail(open, 'this comment is never closed', 'Close it with "*/".');
}
