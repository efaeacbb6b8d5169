/**
 * Tables that say of each key of a source what becomes of it, where one key of ours, or a reason, says it all.
 */

import { nearest } from '#scenario/suggest';
import { formatPath, keyPlaceOf, type Path, type TreeMap } from '#scenario/tree';
import { type Account, at, has, ignore, listLeaves, set, use } from './account.js';
import {
  readCount,
  readFlag,
  readMillis,
  readNumber,
  readSeconds,
  readWhole,
  writeMillis,
  writeSeconds,
  writeShare,
} from './quantity.js';

export type Quantity = 'count' | 'amount' | 'flag' | 'share' | 'millis' | 'seconds' | 'decimal';

/**
 * What becomes of one key. `*` in its path stands for any one step, a final `**` for all that follow.
 *
 * `to` with `as`: the key of ours that takes it. `builtIn`: a number that the simulation has fixed; another one is
 * warned of. Else the text is why the key is ignored.
 */
export type Rule = readonly [
  path: string,
  rule: { readonly to: string; readonly as: Quantity; readonly least?: number } | { readonly builtIn: number } | string,
];

/** Applies `rules` to every key that no converter has taken yet. */
export function applyRules(account: Account, rules: readonly Rule[]): void {
  for (const leaf of listLeaves(account.tree)) {
    if (account.keys.has(formatPath(leaf))) continue;
    const found = rules.find(([path]) => matches(path.split('.'), leaf));
    if (!has(account, leaf)) ignore(account, leaf, 'says nothing');
    else if (found !== undefined) applyRule(account, leaf, found[1]);
  }
}

function applyRule(account: Account, leaf: Path, rule: Rule[1]): void {
  if (typeof rule === 'string') {
    ignore(account, leaf, rule);
  } else if ('builtIn' in rule) {
    const value = readNumber(account, leaf, { least: Number.NEGATIVE_INFINITY });
    const same = value === undefined || Math.abs(value - rule.builtIn) < 1e-9;
    const text = same ? 'the number that the simulation has built in' : `the simulation has ${rule.builtIn} built in`;
    ignore(account, leaf, text, !same);
  } else {
    const value = readQuantity(account, leaf, rule.as, rule.least ?? 0);
    if (value !== undefined) set(account.scenario, rule.to, value);
    use(account, leaf, rule.to);
  }
}

function readQuantity(account: Account, path: Path, as: Quantity, least: number): unknown {
  if (as === 'count') return readCount(account, path, { least });
  if (as === 'amount') return readWhole(account, path, { least });
  if (as === 'flag') return readFlag(account, path);
  if (as === 'decimal') return readNumber(account, path, { least });
  const read =
    as === 'millis'
      ? readMillis(account, path, least)
      : as === 'seconds'
        ? readSeconds(account, path, least)
        : undefined;
  if (read !== undefined) return as === 'millis' ? writeMillis(read) : writeSeconds(read);
  if (as !== 'share') return undefined;
  const share = readNumber(account, path, { least, most: 1 });
  return share === undefined ? undefined : writeShare(share);
}

function matches(pattern: readonly string[], path: Path): boolean {
  if (pattern.at(-1) === '**') {
    const head = pattern.slice(0, -1);
    return path.length >= head.length && head.every((step, i) => step === '*' || step === path[i]);
  }
  return pattern.length === path.length && pattern.every((step, i) => step === '*' || step === path[i]);
}

/** Why a key is unknown, with the known one that may be meant. */
export function explainUnknown(known: readonly string[]): (path: Path) => string {
  return (path) => {
    const plain = known.filter((key) => !key.includes('*'));
    const meant = nearest(formatPath(path), plain);
    return meant === undefined ? 'no file of this kind is known to have it' : `did you mean ${meant}?`;
  };
}

/**
 * Moves keys that stand in a table by mistake, since a key after a header belongs to that table, to where they belong.
 *
 * @param known - paths of all keys of this kind of file
 * @returns for each key that was moved, by its new path, where it stands
 */
export function liftMisplaced(account: Account, known: readonly string[]): Map<string, string> {
  const moved = new Map<string, string>();
  const isKnown = (path: Path): boolean => known.some((key) => matches(key.split('.'), path));
  for (const leaf of listLeaves(account.tree)) {
    const name = leaf.at(-1);
    if (typeof name !== 'string' || isKnown(leaf)) continue;
    for (let depth = leaf.length - 2; depth >= 0; depth -= 1) {
      const meant = [...leaf.slice(0, depth), name];
      if (!isKnown(meant) || at(account.tree, meant) !== undefined) continue;
      const from = at(account.tree, leaf.slice(0, -1)) as TreeMap;
      const to = at(account.tree, meant.slice(0, -1)) as TreeMap;
      const entry = from.entries.get(name);
      if (entry === undefined) break;
      const { line } = keyPlaceOf(account.tree, leaf);
      from.entries.delete(name);
      to.entries.set(name, entry);
      moved.set(formatPath(meant), `stands in table [${formatPath(leaf.slice(0, -1))}] at line ${line}`);
      break;
    }
  }
  return moved;
}
