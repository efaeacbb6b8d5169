/**
 * The account of one import: what became of each key of the source, and the scenario that comes of it.
 *
 * A converter takes the keys it knows, one by one; whatever is left over at the end is unknown.
 */
import type { Finding, Place } from '#scenario/place';
import { child, formatPath, keyPlaceOf, type Path, type Tree, type TreeMap } from '#scenario/tree';

export type KeyState = 'used' | 'ignored' | 'unknown';

/** One key of the source. */
export interface KeyAccount {
  readonly path: string; // in the source
  readonly place: Place;
  readonly value: string; // as one line
  readonly state: KeyState;
  readonly to: readonly string[]; // keys of the scenario, for one that is used
  readonly text: string; // the reason, or a note
  readonly warning: boolean; // more than a note: it may change what the answer means
}

/** What the scenario says beyond the source. */
export interface Addition {
  readonly to: string;
  readonly text: string; // where it comes from
}

export interface Account {
  readonly tree: TreeMap;
  readonly names: ReadonlyMap<Tree, string>; // of RON structs and variants
  readonly keys: Map<string, KeyAccount>;
  readonly additions: Addition[];
  readonly problems: Finding[];
  readonly scenario: Record<string, unknown>;
}

export function createAccount(tree: TreeMap, names: ReadonlyMap<Tree, string>): Account {
  return { tree, names, keys: new Map(), additions: [], problems: [], scenario: {} };
}

/** A key of the source that a key, or several, of the scenario say. */
export function use(account: Account, path: Path, to: string | readonly string[], text = ''): void {
  record(account, path, 'used', typeof to === 'string' ? [to] : to, text, false);
}

/** A key of the source that has no effect on the rehearsal, and why. */
export function ignore(account: Account, path: Path, text: string, warning = false): void {
  record(account, path, 'ignored', [], text, warning);
}

/** Every leaf at and below `path` that nobody has taken yet. */
export function ignoreBelow(account: Account, path: Path, text: string): void {
  for (const leaf of listLeaves(account.tree)) {
    if (path.every((step, i) => leaf[i] === step) && !account.keys.has(formatPath(leaf))) ignore(account, leaf, text);
  }
}

/** What nobody has taken. */
export function noteUnknown(account: Account, text: (path: Path) => string): void {
  for (const leaf of listLeaves(account.tree)) {
    if (!account.keys.has(formatPath(leaf))) record(account, leaf, 'unknown', [], text(leaf), true);
  }
}

/** Sets `to`, such as `chain.blockTime`, in the scenario, and says where it comes from if not from the source. */
export function add(account: Account, to: string, value: unknown, text: string): void {
  set(account.scenario, to, value);
  account.additions.push({ to, text });
}

export function refuse(account: Account, path: Path, what: string, fix: string, atKey = false): void {
  const known = keyPlaceOf(account.tree, path);
  const value = atKey ? undefined : at(account.tree, path);
  account.problems.push({ place: value?.kind === 'scalar' ? value.place : known, path: formatPath(path), what, fix });
}

/** Sets a value below nested maps, which it makes. */
export function set(scenario: Record<string, unknown>, to: string, value: unknown): void {
  const steps = to.split('.');
  const last = steps.pop() as string;
  let map = scenario;
  for (const step of steps) {
    map[step] ??= {};
    map = map[step] as Record<string, unknown>;
  }
  map[last] = value;
}

export function at(tree: Tree, path: Path): Tree | undefined {
  let current: Tree | undefined = tree;
  for (const step of path) current = current === undefined ? undefined : child(current, step);
  return current;
}

/** Whether the source says anything at `path`; `None` says nothing. */
export function has({ tree }: Account, path: Path): boolean {
  const found = at(tree, path);
  return found !== undefined && !(found.kind === 'scalar' && found.value === null);
}

/** Paths of everything that holds no keys of its own: values, lists of values, empty maps. */
export function listLeaves(tree: Tree, path: Path = []): Path[] {
  if (tree.kind === 'map' && tree.entries.size > 0) {
    return [...tree.entries].flatMap(([key, { value }]) => listLeaves(value, [...path, key]));
  }
  if (tree.kind === 'list' && tree.items.some(({ kind }) => kind === 'map')) {
    return tree.items.flatMap((item, i) => listLeaves(item, [...path, i]));
  }
  return [path];
}

const VALUE_MAX = 60;

/** A value in one line. */
function showValue(tree: Tree | undefined): string {
  const text = tree === undefined ? '' : writeValue(tree);
  return text.length <= VALUE_MAX ? text : `${text.slice(0, VALUE_MAX - 1)}…`;
}

function writeValue(tree: Tree): string {
  if (tree.kind === 'list') return `[${tree.items.map(writeValue).join(', ')}]`;
  if (tree.kind === 'map') {
    return `{${[...tree.entries].map(([key, { value }]) => `${key}: ${writeValue(value)}`).join(', ')}}`;
  }
  return typeof tree.value === 'string' ? JSON.stringify(tree.value) : String(tree.value);
}

function record(
  account: Account,
  path: Path,
  state: KeyState,
  to: readonly string[],
  text: string,
  warning: boolean,
): void {
  const key = formatPath(path);
  const tree = at(account.tree, path);
  const place = keyPlaceOf(account.tree, path);
  account.keys.set(key, { path: key, place, value: showValue(tree), state, to, text, warning });
}
