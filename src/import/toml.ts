/**
 * TOML into a tree of values with their places.
 *
 * The parser is toml-eslint-parser, since it says of every key and value where it stands, not of syntax errors alone.
 */
import { type AST, parseTOML } from 'toml-eslint-parser';
import type { Finding, Place, Source } from '#scenario/place';
import type { Entry, Scalar, Tree, TreeMap } from '#scenario/tree';

/** What is wrong with a text, by a part of the parser's words, and how to mend it. */
const FIXES: readonly (readonly [words: string, fix: string])[] = [
  ['multiple times', 'Keep one of the two, or rename one.'],
  ['Unspecified values', 'Write a value after the "=", in quotes if it is a text.'],
  ['same line', 'Write "key = value" in one line, and a header as "[table]".'],
  ['Unterminated string', 'Close the text with the quote that opened it.'],
  ['Must be a newline', 'Write one "key = value" a line, and texts in quotes.'],
  ['Leading zeros', 'Write the number without leading zeros, or as a text in quotes.'],
  ['escape', 'Write \\\\ for a backslash, or put the text in single quotes.'],
  ['Unterminated', 'Close what was opened.'],
];
const FIX_SYNTAX = 'Correct the TOML: headers are "[table]", keys are "key = value", texts stand in quotes.';

/** A parser that throws `ParseError`; the package exports its type only as a class. */
interface SyntaxFault extends Error {
  readonly lineNumber: number; // from 1
  readonly column: number; // from 0
}

/**
 * Reads one TOML document.
 *
 * @returns the tree, or what is wrong with the text
 */
export function readToml(text: string, source: Source): TreeMap | Finding {
  try {
    const [top] = parseTOML(text).body;
    const root: TreeMap = { kind: 'map', entries: new Map(), place: { source, line: 1, column: 1, width: 1 } };
    for (const node of top.body) {
      if (node.type === 'TOMLKeyValue') insert(root, node, source);
      else readTable(root, node, source);
    }
    return root;
  } catch (error) {
    if (!isSyntaxFault(error)) throw error;
    const { message, lineNumber, column } = error;
    const what = `TOML: ${message.charAt(0).toLowerCase()}${message.slice(1).replace(/\.$/, '')}`;
    const fix = FIXES.find(([words]) => message.includes(words))?.[1] ?? FIX_SYNTAX;
    return { place: { source, line: lineNumber, column: column + 1, width: 1 }, what, fix };
  }
}

function isSyntaxFault(error: unknown): error is SyntaxFault {
  return error instanceof Error && 'lineNumber' in error && 'column' in error;
}

/** The map that a header opens, with what stands below it. */
function readTable(root: TreeMap, table: AST.TOMLTable, source: Source): void {
  const key = placeAt(table.key.loc, source);
  let current: TreeMap = root;
  const path = table.resolvedKey;
  for (const [i, step] of path.entries()) {
    if (typeof step === 'number') continue; // taken together with the name before it
    const index = path[i + 1];
    const entry = current.entries.get(step);
    if (typeof index === 'number') {
      const list: Tree = entry?.value.kind === 'list' ? entry.value : { kind: 'list', items: [], place: key };
      if (entry === undefined) current.entries.set(step, { key, value: list });
      const item = list.items[index] ?? { kind: 'map', entries: new Map(), place: key };
      list.items[index] = item;
      current = item as TreeMap;
    } else {
      current = openMap(current, step, key);
    }
  }
  for (const node of table.body) insert(current, node, source);
}

function insert(map: TreeMap, node: AST.TOMLKeyValue, source: Source): void {
  const names = node.key.keys.map((key) => ({
    name: key.type === 'TOMLBare' ? key.name : key.value,
    place: placeAt(key.loc, source),
  }));
  const last = names.pop();
  if (last === undefined) return;
  const inner = names.reduce((current, { name, place }) => openMap(current, name, place), map);
  inner.entries.set(last.name, { key: last.place, value: toTree(node.value, source) });
}

/** The map below `name`, made where it is missing; the parser has refused whatever else could stand there. */
function openMap(map: TreeMap, name: string, place: Place): TreeMap {
  const found = map.entries.get(name)?.value;
  if (found?.kind === 'map') return found;
  const made: TreeMap = { kind: 'map', entries: new Map<string, Entry>(), place };
  map.entries.set(name, { key: place, value: made });
  return made;
}

function toTree(node: AST.TOMLContentNode, source: Source): Tree {
  const place = placeAt(node.loc, source);
  if (node.type === 'TOMLArray') {
    return { kind: 'list', items: node.elements.map((item) => toTree(item, source)), place };
  }
  if (node.type === 'TOMLInlineTable') {
    const map: TreeMap = { kind: 'map', entries: new Map(), place };
    for (const entry of node.body) insert(map, entry, source);
    return map;
  }
  return { kind: 'scalar', value: toScalar(node), place };
}

function toScalar(node: AST.TOMLValue): Scalar {
  if (node.kind === 'integer') return Number.isSafeInteger(node.value) ? node.value : node.bigint;
  if ('datetime' in node) return node.datetime;
  return node.value;
}

function placeAt(loc: AST.SourceLocation, source: Source): Place {
  const { start, end } = loc;
  const rest = (source.lines[start.line - 1] ?? '').length - start.column;
  const width = end.line === start.line ? end.column - start.column : rest;
  return { source, line: start.line, column: start.column + 1, width: Math.max(1, width) };
}
