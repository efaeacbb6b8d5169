/**
 * Files of scenarios and the files below them: `extends` lays a file over others, maps merging key by key.
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { UserError } from '#base/error';
import { readDocument } from './document.js';
import { createSource, type Finding, type Place, type Source } from './place.js';
import { overlayTree, type Tree } from './tree.js';
import { quote } from './value.js';

const BYTES_MAX = 4 * 1_048_576;
const DEPTH_MAX = 16;
const FILES_MAX = 256; // a file may stand below many: without a bound, sixteen levels of pairs read 65 536 files

/** A scenario with all files below it merged in, and what was wrong on the way. */
export interface Layers {
  readonly tree: Tree | undefined; // undefined: too broken to go on
  readonly mistakes: readonly Finding[];
  readonly sources: number; // opened; the `order` of the next one
}

interface Stack {
  readonly mistakes: Finding[];
  sources: number;
  broken: boolean;
}

/**
 * Reads the text of one file.
 *
 * @throws UserError if there is no such file, or it is no text of a reasonable size
 */
export function readText(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > BYTES_MAX) throw new UserError([{ file, what: 'is larger than 4 MiB', fix: 'Check the path.' }]);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError([{ file, ...explainRead(cause) }]);
  }
}

function explainRead(cause: unknown): { readonly what: string; readonly fix: string } {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return { what: 'there is no such file', fix: 'Check the path.' };
  if (code === 'EISDIR') return { what: 'is a directory', fix: 'Name a file in it.' };
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { what: 'is not UTF-8 text', fix: 'Save it as UTF-8.' };
  return { what: `cannot be read (${code || 'unknown reason'})`, fix: 'Check the path and its permissions.' };
}

/** Reads `text` as the file `file`, and below it the files it extends, relative to its directory. */
export function readLayers(text: string, file: string): Layers {
  const stack: Stack = { mistakes: [], sources: 0, broken: false };
  const tree = readLayer(text, file, [file], stack);
  return { tree: stack.broken ? undefined : tree, mistakes: stack.mistakes, sources: stack.sources };
}

function readLayer(text: string, file: string, chain: readonly string[], stack: Stack): Tree | undefined {
  const source = createSource(file, text, stack.sources);
  stack.sources += 1;
  const { tree, findings } = readDocument(text, source);
  stack.mistakes.push(...findings);
  if (tree === undefined) stack.broken = true;
  if (tree?.kind !== 'map') {
    if (tree !== undefined) refuseShape(tree, source, stack);
    return tree;
  }
  let base: Tree | undefined;
  for (const { name, place } of listBases(tree)) {
    const below = readBase(name, place, file, chain, stack);
    if (below !== undefined) base = base === undefined ? below : overlayTree(base, below);
  }
  return base === undefined ? tree : overlayTree(base, tree);
}

function refuseShape(tree: Tree, source: Source, stack: Stack): void {
  const written = quote(tree.kind === 'scalar' ? tree.value : []);
  const place: Place = { ...tree.place, source };
  stack.mistakes.push({ place, what: `${written} is not a scenario`, fix: 'Write keys, such as "question: …".' });
  stack.broken = true;
}

interface BaseName {
  readonly name: string;
  readonly place: Place;
}

/** The files that `extends` names; anything else there is left to the schema. */
function listBases(tree: Extract<Tree, { kind: 'map' }>): BaseName[] {
  const written = tree.entries.get('extends')?.value;
  const items = written === undefined ? [] : written.kind === 'list' ? written.items : [written];
  return items.flatMap((item) =>
    item.kind === 'scalar' && typeof item.value === 'string' && item.value !== ''
      ? [{ name: item.value, place: item.place }]
      : [],
  );
}

function readBase(name: string, place: Place, file: string, chain: readonly string[], stack: Stack): Tree | undefined {
  const refuse = (what: string, fix: string): undefined => {
    stack.mistakes.push({ place, path: 'extends', what, fix });
    stack.broken = true;
    return undefined;
  };
  const target = isAbsolute(name) ? name : join(dirname(file), name);
  const path = normalize(target);
  if (chain.some((earlier) => normalize(earlier) === path)) {
    return refuse(`${[...chain, path].join(' → ')} is a circle`, 'Let one of the files extend no other.');
  }
  if (chain.length > DEPTH_MAX) return refuse(`extends more than ${DEPTH_MAX} levels deep`, 'Extend fewer files.');
  if (stack.sources >= FILES_MAX) return refuse(`extends more than ${FILES_MAX} files`, 'Extend fewer files.');
  try {
    return readLayer(readText(path), path, [...chain, path], stack);
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    const problem = cause.problems[0];
    return refuse(`${path}: ${problem?.what ?? 'cannot be read'}`, problem?.fix ?? 'Check the path.');
  }
}
