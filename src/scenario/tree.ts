/**
 * A scenario as it was written: values that still know their place, so that files can be laid over one another and
 * every problem points at the line it comes from.
 */
import type { Place } from './place.js';

export type Scalar = string | number | bigint | boolean | null;

export type Tree =
  | { readonly kind: 'scalar'; readonly value: Scalar; readonly place: Place }
  | { readonly kind: 'list'; readonly items: Tree[]; readonly place: Place }
  | { readonly kind: 'map'; readonly entries: Map<string, Entry>; readonly place: Place };

export interface Entry {
  readonly key: Place;
  readonly value: Tree;
}

export type TreeMap = Extract<Tree, { kind: 'map' }>;
export type Path = readonly (string | number)[];

/** `channels[0].dwell`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** One step down, or undefined where there is nothing. */
export function child(tree: Tree, step: string | number): Tree | undefined {
  if (tree.kind === 'map' && typeof step === 'string') return tree.entries.get(step)?.value;
  if (tree.kind === 'list' && typeof step === 'number') return tree.items[step];
  return undefined;
}

export function find(tree: Tree, path: Path): Tree | undefined {
  let current: Tree | undefined = tree;
  for (const step of path) {
    if (current === undefined) return undefined;
    current = child(current, step);
  }
  return current;
}

/** Where `path` stands; what is missing stands where it should have been: at the nearest thing around it. */
export function placeOf(tree: Tree, path: Path): Place {
  let current = tree;
  let place = tree.place;
  for (const step of path) {
    const next = child(current, step);
    if (next === undefined) {
      return place;
    }
    // A missing key of a map is best shown at the key that holds the map, not at the map's first line.
    const key = current.kind === 'map' ? current.entries.get(step as string)?.key : undefined;
    place = key !== undefined && next.kind !== 'scalar' ? key : next.place;
    current = next;
  }
  return place;
}

/** Where the key that `path` ends on stands. */
export function keyPlaceOf(tree: Tree, path: Path): Place {
  const parent = find(tree, path.slice(0, -1));
  const key = parent?.kind === 'map' ? parent.entries.get(String(path.at(-1)))?.key : undefined;
  return key ?? placeOf(tree, path);
}

/** `overlay` laid over `base`: maps merge key by key, anything else is replaced whole. */
export function overlayTree(base: Tree, overlay: Tree): Tree {
  if (base.kind !== 'map' || overlay.kind !== 'map') return overlay;
  const entries = new Map(base.entries);
  for (const [key, entry] of overlay.entries) {
    const below = entries.get(key);
    entries.set(key, below === undefined ? entry : { key: entry.key, value: overlayTree(below.value, entry.value) });
  }
  return { kind: 'map', entries, place: overlay.place };
}

/** Plain data without places; keys that start with `x-` are the writer's own and left out. */
export function toPlain(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(toPlain);
  const kept = [...tree.entries].filter(([key]) => !key.startsWith('x-'));
  // fromEntries defines keys, so that even `__proto__` is a key like any other, and one the schema refuses.
  return Object.fromEntries(kept.map(([key, entry]) => [key, toPlain(entry.value)]));
}
