/**
 * YAML 1.2 (and so JSON) into a tree of values with their places.
 *
 * Strict: a syntax error, an unknown tag, a key that is no text and a key written twice are findings. Aliases are
 * copied, up to a number of values that no honest file reaches. Integers stay exact beyond 2^53.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Finding, Place, Source } from './place.js';
import type { Entry, Scalar, Tree } from './tree.js';

export interface Reading {
  readonly tree: Tree | undefined; // undefined: too broken to go on
  readonly findings: readonly Finding[];
}

const VALUES_MAX = 20_000;
const DEPTH_MAX = 64;
const FIX_SYNTAX = 'Correct the YAML: indent with spaces, and quote texts that hold ": " or " #".';
const FIX_DEPTH = `Keep to ${DEPTH_MAX} levels; an alias inside its own anchor never ends.`;

interface Reader {
  readonly place: (start: number, end: number) => Place;
  readonly anchors: Map<string, Node>;
  readonly findings: Finding[];
  values: number;
  excess: Finding | undefined; // set once the file is too deep or too large: the walk then ends quickly
}

/**
 * Reads one document.
 *
 * @param text - what `source` holds, for an inline source from `shift` on
 * @param shift - characters before `text` on the only line of an inline source
 */
export function readDocument(text: string, source: Source, shift = 0): Reading {
  const counter = new LineCounter();
  const place = (start: number, end: number): Place => {
    const { line, col } = counter.linePos(Math.min(start, text.length));
    const row = Math.max(1, line);
    const column = Math.max(1, col) + shift;
    const width = Math.min(end - start, (source.lines[row - 1] ?? '').length + 1 - column);
    return { source, line: row, column, width: Math.max(1, width) };
  };
  const document = parseDocument(text, {
    version: '1.2',
    intAsBigInt: true,
    uniqueKeys: false, // found here, with the place of both
    prettyErrors: false,
    logLevel: 'error',
    lineCounter: counter,
  });
  const errors = [...document.errors, ...document.warnings];
  const exhausted = errors.find((error) => error.code === 'RESOURCE_EXHAUSTION');
  if (exhausted !== undefined) {
    const finding = { place: place(exhausted.pos[0], exhausted.pos[1]), what: 'nests too deep', fix: FIX_DEPTH };
    return { tree: undefined, findings: [finding] };
  }
  const findings = errors.map((error): Finding => {
    const what = error.message.replace(/\s+/g, ' ').replace(/[.:\s]+$/, '');
    return { place: place(error.pos[0], error.pos[1]), what: `YAML: ${what}`, fix: FIX_SYNTAX };
  });
  const version = document.directives?.yaml.version ?? '1.2';
  if (version !== '1.2')
    findings.push({ place: place(0, 1), what: `YAML ${version} is not read`, fix: 'Write YAML 1.2.' });
  if (findings.length > 0) return { tree: undefined, findings };
  if (document.contents === null) {
    const finding = { place: place(0, 1), what: 'holds nothing', fix: 'Start from what "rollout-sim init" writes.' };
    return { tree: undefined, findings: [finding] };
  }
  const reader: Reader = { place, anchors: new Map(), findings, values: 0, excess: undefined };
  const tree = toTree(document.contents, reader, 0, false);
  return reader.excess === undefined ? { tree, findings } : { tree: undefined, findings: [reader.excess] };
}

/** @param copying - inside an alias, where anchors are not set a second time */
function toTree(node: Node, reader: Reader, depth: number, copying: boolean): Tree {
  const [start, end] = node.range ?? [0, 0];
  const place = reader.place(start, end);
  const nothing: Tree = { kind: 'scalar', value: null, place };
  reader.values += 1;
  if (depth > DEPTH_MAX) reader.excess ??= { place, what: 'nests too deep', fix: FIX_DEPTH };
  if (reader.values > VALUES_MAX)
    reader.excess ??= { place, what: `unfolds to more than ${VALUES_MAX} values`, fix: 'Use fewer aliases.' };
  if (reader.excess !== undefined) return nothing;
  if (isAlias(node)) {
    const target = reader.anchors.get(node.source);
    return target === undefined ? nothing : toTree(target, reader, depth + 1, true);
  }
  if (node.anchor !== undefined && !copying) reader.anchors.set(node.anchor, node);
  if (isSeq<Node>(node)) {
    return { kind: 'list', items: node.items.map((item) => toTree(item, reader, depth + 1, copying)), place };
  }
  if (isMap<Node, Node | null>(node)) {
    const entries = new Map<string, Entry>();
    for (const pair of node.items) {
      const key = readKey(pair.key, entries, reader);
      const value = pair.value === null ? null : toTree(pair.value, reader, depth + 1, copying);
      if (key === undefined) continue;
      entries.set(key.name, { key: key.place, value: value ?? { kind: 'scalar', value: null, place: key.place } });
    }
    return { kind: 'map', entries, place };
  }
  return isScalar(node) ? { kind: 'scalar', value: toScalar(node.value), place } : nothing;
}

/** The name of a key, or undefined if its value is to be dropped. */
function readKey(
  key: Node,
  entries: ReadonlyMap<string, Entry>,
  reader: Reader,
): { readonly name: string; readonly place: Place } | undefined {
  const [start, end] = key.range ?? [0, 0];
  const place = reader.place(start, end);
  const refuse = (what: string, fix: string): undefined => {
    if (reader.findings.length < VALUES_MAX) reader.findings.push({ place, what, fix });
    return undefined;
  };
  if (!isScalar(key)) return refuse('this key is not a plain text', 'Write a word as the key.');
  const name = String(key.value);
  const earlier = entries.get(name);
  if (earlier !== undefined)
    return refuse(`"${name}" is written twice, first in line ${earlier.key.line}`, 'Keep one.');
  return { name, place };
}

function toScalar(value: unknown): Scalar {
  if (typeof value === 'bigint') {
    const exact = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
    return exact ? Number(value) : value;
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return null;
}
