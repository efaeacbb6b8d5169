/**
 * RON, the notation of Rust's own values, into a tree of values with their places.
 *
 * Strict, after the grammar of the ron crate: structs, enums and tuples, maps, lists, options, texts plain and raw,
 * characters, numbers of every base, comments that nest, commas at the end. A struct becomes a map, a tuple a list,
 * `Some(x)` is x and `None` nothing; the names of structs and variants are kept beside the tree.
 * Source: docs/grammar.md of the ron crate, version 0.8.
 */
import type { Finding, Place, Source } from '#scenario/place';
import type { Entry, Tree } from '#scenario/tree';
import { createScanner, fail, isRonFault, type Scanner, skipSpace } from './ron-scanner.js';
import { isName, readCharacter, readName, readNumber, readText } from './ron-token.js';

export interface RonDocument {
  readonly tree: Tree;
  readonly names: ReadonlyMap<Tree, string>; // of structs and variants, as written
}

interface Parser {
  readonly scanner: Scanner;
  readonly names: Map<Tree, string>;
}

const DEPTH_MAX = 64;
const EXTENSIONS: readonly string[] = ['implicit_some', 'unwrap_newtypes', 'unwrap_variant_newtypes'];

/**
 * Reads one RON document.
 *
 * @returns the tree, or the first thing that is wrong with the text
 */
export function readRon(text: string, source: Source): RonDocument | Finding {
  const parser: Parser = { scanner: createScanner(text), names: new Map() };
  const { scanner } = parser;
  const place = createPlaces(text, source);
  try {
    skipSpace(scanner);
    readAttributes(scanner);
    const tree = readValue(parser, place, 0);
    skipSpace(scanner);
    if (scanner.at < text.length) fail(scanner.at, 'something follows the end of the value', 'Remove it.');
    return { tree, names: parser.names };
  } catch (error) {
    if (!isRonFault(error)) throw error;
    return { place: place(error.at, error.at + 1), what: `RON: ${error.what}`, fix: error.fix };
  }
}

type Places = (start: number, end: number) => Place;

/** Lines and columns of offsets; found by bisection, since every value asks. */
function createPlaces(text: string, source: Source): Places {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return (start, end) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= start) low = middle;
      else high = middle - 1;
    }
    const column = start - (starts[low] as number) + 1;
    const rest = (source.lines[low] ?? '').length + 1 - column;
    return { source, line: low + 1, column, width: Math.max(1, Math.min(end - start, rest)) };
  };
}

/** `#![enable(implicit_some)]`: every extension reads the same here, so they are checked and else without effect. */
function readAttributes(scanner: Scanner): void {
  while (scanner.text.startsWith('#', scanner.at)) {
    const attribute = /^#\s*!\s*\[\s*enable\s*\(\s*([\w\s,]*?)\s*\)\s*\]/.exec(
      scanner.text.slice(scanner.at, scanner.at + 1_000),
    );
    if (attribute === null)
      fail(scanner.at, 'this attribute is not known', 'Write #![enable(implicit_some)], or none.');
    for (const name of (attribute[1] ?? '').split(/[\s,]+/)) {
      if (name !== '' && !EXTENSIONS.includes(name))
        fail(scanner.at, `the extension "${name}" is not known`, `Known: ${EXTENSIONS.join(', ')}.`);
    }
    scanner.at += attribute[0].length;
    skipSpace(scanner);
  }
}

function readValue(parser: Parser, place: Places, depth: number): Tree {
  const { scanner } = parser;
  const start = scanner.at;
  const next = scanner.text[start];
  if (depth > DEPTH_MAX) fail(start, 'nests too deep', `Keep to ${DEPTH_MAX} levels.`);
  if (next === undefined) fail(start, 'the text ends where a value is expected', 'Add the value.');
  if (next === '[') return readList(parser, place, depth);
  if (next === '{') return readMap(parser, place, depth);
  if (next === '(') return readFields(parser, place, start, depth);
  const scalar = readText(scanner) ?? readCharacter(scanner) ?? readNumber(scanner);
  if (scalar !== undefined) return { kind: 'scalar', value: scalar, place: place(start, scanner.at) };
  if (!isName(scanner))
    fail(start, `"${next}" is no value`, 'Write a number, a text in quotes, (…), […], {…} or a name.');
  return readNamed(parser, place, depth);
}

/** What begins with a name: true, inf, None, Some(…), a variant or a struct. */
function readNamed(parser: Parser, place: Places, depth: number): Tree {
  const { scanner, names } = parser;
  const start = scanner.at;
  const name = readName(scanner);
  const nameEnd = scanner.at;
  const scalar = (value: string | number | boolean | null): Tree => ({
    kind: 'scalar',
    value,
    place: place(start, nameEnd),
  });
  if (name === 'true' || name === 'false') return scalar(name === 'true');
  if (name === 'inf' || name === 'NaN') return scalar(name === 'inf' ? Number.POSITIVE_INFINITY : Number.NaN);
  if (name === 'None') return scalar(null);
  skipSpace(scanner);
  if (scanner.text[scanner.at] !== '(') {
    scanner.at = nameEnd;
    const unit = scalar(name);
    names.set(unit, name);
    return unit;
  }
  if (name === 'Some') return readSome(parser, place, depth);
  const tree = readFields(parser, place, start, depth);
  names.set(tree, name);
  return tree;
}

function readSome(parser: Parser, place: Places, depth: number): Tree {
  const { scanner } = parser;
  const open = scanner.at;
  scanner.at += 1;
  skipSpace(scanner);
  const inner = readValue(parser, place, depth + 1);
  readComma(scanner, ')', open);
  if (scanner.text[scanner.at] !== ')') fail(scanner.at, 'Some(…) holds one value', 'Close it with ")".');
  scanner.at += 1;
  return inner;
}

function readList(parser: Parser, place: Places, depth: number): Tree {
  const { scanner } = parser;
  const open = scanner.at;
  const items: Tree[] = [];
  scanner.at += 1;
  skipSpace(scanner);
  while (scanner.text[scanner.at] !== ']') {
    items.push(readValue(parser, place, depth + 1));
    readComma(scanner, ']', open);
  }
  scanner.at += 1;
  return { kind: 'list', items, place: place(open, scanner.at) };
}

function readMap(parser: Parser, place: Places, depth: number): Tree {
  const { scanner } = parser;
  const open = scanner.at;
  const entries = new Map<string, Entry>();
  scanner.at += 1;
  skipSpace(scanner);
  while (scanner.text[scanner.at] !== '}') {
    const start = scanner.at;
    const key = readValue(parser, place, depth + 1);
    if (key.kind !== 'scalar' || key.value === null)
      fail(start, 'this key is no plain value', 'Write a text or a number.');
    readEntry(parser, place, depth, entries, String(key.value), key.place, start);
    readComma(scanner, '}', open);
  }
  scanner.at += 1;
  return { kind: 'map', entries, place: place(open, scanner.at) };
}

/** A struct `(a: 1)` or a tuple `(1, 2)`; `()` is a struct without fields. */
function readFields(parser: Parser, place: Places, start: number, depth: number): Tree {
  const { scanner } = parser;
  const open = scanner.at;
  scanner.at += 1;
  skipSpace(scanner);
  const entries = new Map<string, Entry>();
  const items: Tree[] = [];
  while (scanner.text[scanner.at] !== ')') {
    const from = scanner.at;
    const field = items.length === 0 ? readFieldName(scanner) : undefined;
    if (field !== undefined) {
      readEntry(parser, place, depth, entries, field, place(from, from + field.length), from);
    } else if (entries.size > 0) {
      fail(from, 'a field of a struct needs a name', 'Write "name: value".');
    } else {
      items.push(readValue(parser, place, depth + 1));
    }
    readComma(scanner, ')', open);
  }
  scanner.at += 1;
  const whole = place(start, scanner.at);
  return items.length > 0 ? { kind: 'list', items, place: whole } : { kind: 'map', entries, place: whole };
}

/** The name before a colon, or nothing, with the scanner where it was. */
function readFieldName(scanner: Scanner): string | undefined {
  const start = scanner.at;
  if (!isName(scanner)) return undefined;
  const name = readName(scanner);
  skipSpace(scanner);
  if (scanner.text[scanner.at] === ':') return name;
  scanner.at = start;
  return undefined;
}

function readEntry(
  parser: Parser,
  place: Places,
  depth: number,
  entries: Map<string, Entry>,
  name: string,
  key: Place,
  start: number,
): void {
  const { scanner } = parser;
  const earlier = entries.get(name);
  if (earlier !== undefined) fail(start, `"${name}" is written twice, first in line ${earlier.key.line}`, 'Keep one.');
  skipSpace(scanner);
  if (scanner.text[scanner.at] !== ':') fail(scanner.at, `":" is missing after "${name}"`, 'Write "key: value".');
  scanner.at += 1;
  skipSpace(scanner);
  entries.set(name, { key, value: readValue(parser, place, depth + 1) });
}

/** The comma after an item; it may be missing only before the end. */
function readComma(scanner: Scanner, end: string, open: number): void {
  skipSpace(scanner);
  const next = scanner.text[scanner.at];
  if (next === ',') {
    scanner.at += 1;
    skipSpace(scanner);
  } else if (next === undefined) {
    fail(open, `this "${scanner.text[open]}" is never closed`, `Close it with "${end}".`);
  } else if (next !== end) {
    fail(scanner.at, `"," or "${end}" is expected, not "${next}"`, 'Write a comma between two items.');
  }
  if (scanner.at >= scanner.text.length)
    fail(open, `this "${scanner.text[open]}" is never closed`, `Close it with "${end}".`);
}
