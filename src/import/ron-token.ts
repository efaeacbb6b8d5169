/**
 * The smallest parts of a RON text: names, numbers, texts, characters.
 *
 * Each reader answers with nothing, and moves nothing, where something else stands.
 */
import { fail, type Scanner } from './ron-scanner.js';

const NAME = /[\p{XID_Start}_]\p{XID_Continue}*/uy;
const RAW_NAME = /r#[\p{XID_Start}_][\p{XID_Continue}.+-]*/uy;
const SUFFIX = '(?:[iu](?:8|16|32|64|128)|f(?:32|64))?';
const WHOLE = /[+-]?(?:0x[\da-fA-F][\da-fA-F_]*|0o[0-7][0-7_]*|0b[01][01_]*|\d[\d_]*)(?:[iu](?:8|16|32|64|128))?/y;
const FRACTION = new RegExp(
  `[+-]?(?:\\d[\\d_]*\\.[\\d_]*|\\.\\d[\\d_]*|\\d[\\d_]*(?=[eE]))(?:[eE][+-]?[\\d_]+)?${SUFFIX}`,
  'y',
);
const SIGNED_WORD = /[+-](?:inf|NaN)/y;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  '\\': '\\',
  '"': '"',
  "'": "'",
};
const FIX_ESCAPE = 'Write \\n, \\r, \\t, \\0, \\\\, \\", \\x41 or \\u{1F600}, or a raw text r"…".';

function take(scanner: Scanner, pattern: RegExp): string | undefined {
  pattern.lastIndex = scanner.at;
  const found = pattern.exec(scanner.text)?.[0];
  if (found !== undefined) scanner.at += found.length;
  return found;
}

export function isName(scanner: Scanner): boolean {
  NAME.lastIndex = scanner.at;
  return NAME.test(scanner.text);
}

/** A name; `r#type` is the name `type`. */
export function readName(scanner: Scanner): string {
  const raw = take(scanner, RAW_NAME);
  if (raw !== undefined) return raw.slice(2);
  return take(scanner, NAME) ?? fail(scanner.at, 'a name is expected', 'Write letters, digits and "_".');
}

/** Whole numbers stay exact; beyond 2^53 they are bigints. */
export function readNumber(scanner: Scanner): number | bigint | undefined {
  const start = scanner.at;
  const word = take(scanner, SIGNED_WORD);
  if (word !== undefined) return word.endsWith('inf') ? Number(`${word[0]}Infinity`) : Number.NaN;
  const fraction = take(scanner, FRACTION);
  const written = fraction ?? take(scanner, WHOLE);
  if (written === undefined) return undefined;
  if (isName(scanner))
    fail(start, `"${written}" is no number with what follows`, 'Write digits, such as 1_000 or 0.5.');
  const digits = written.replaceAll('_', '').replace(/[iu]\d+$/, '');
  if (fraction !== undefined) {
    const value = Number(digits.replace(/f(?:32|64)$/, ''));
    return Number.isFinite(value)
      ? value
      : fail(start, `"${written}" is no number`, 'Write a number such as 0.5 or 1e3.');
  }
  const exact = digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits.replace('+', ''));
  return exact >= BigInt(Number.MIN_SAFE_INTEGER) && exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : exact;
}

/** `"…"`, `r"…"`, `r#"…"#`; bytes `b"…"` are read as their text. */
export function readText(scanner: Scanner): string | undefined {
  const start = scanner.at;
  const raw = take(scanner, /b?r(#*)"/y);
  if (raw !== undefined) {
    const close = `"${'#'.repeat(raw.split('#').length - 1)}`;
    const end = scanner.text.indexOf(close, scanner.at);
    if (end < 0) fail(start, 'this raw text is never closed', `Close it with ${close}.`);
    const text = scanner.text.slice(scanner.at, end);
    scanner.at = end + close.length;
    return text;
  }
  if (take(scanner, /b?"/y) === undefined) return undefined;
  let text = '';
  for (;;) {
    const next = scanner.text[scanner.at];
    if (next === undefined) fail(start, 'this text is never closed', 'Close it with ".');
    scanner.at += 1;
    if (next === '"') return text;
    text += next === '\\' ? readEscape(scanner) : next;
  }
}

/** `'x'`: one character, as a text. */
export function readCharacter(scanner: Scanner): string | undefined {
  const start = scanner.at;
  if (take(scanner, /b?'/y) === undefined) return undefined;
  const code = scanner.text.codePointAt(scanner.at);
  if (code === undefined) fail(start, 'this character is never closed', "Close it with '.");
  const written = String.fromCodePoint(code);
  scanner.at += written.length;
  const character = written === '\\' ? readEscape(scanner) : written;
  if (written === "'" || scanner.text[scanner.at] !== "'")
    fail(start, 'this is not one character', 'Write a text in double quotes.');
  scanner.at += 1;
  return character;
}

/** What follows a backslash; one before the end of a line joins it with the next. */
function readEscape(scanner: Scanner): string {
  const start = scanner.at - 1;
  if (take(scanner, /\r?\n\s*/y) !== undefined) return '';
  const code = take(scanner, /x[\da-fA-F]{2}|u\{[\da-fA-F]{1,6}\}/y);
  if (code !== undefined) {
    const value = Number.parseInt(code.replace(/[xu{}]/g, ''), 16);
    const isCharacter = value <= 0x10ffff && !(value >= 0xd800 && value <= 0xdfff);
    return isCharacter ? String.fromCodePoint(value) : fail(start, `"\\${code}" is no character`, FIX_ESCAPE);
  }
  const letter = scanner.text[scanner.at] ?? '';
  const character = ESCAPES[letter];
  if (character === undefined) fail(start, `"\\${letter}" is no escape`, FIX_ESCAPE);
  scanner.at += 1;
  return character;
}
