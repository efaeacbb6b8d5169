/**
 * Which of several things a value is: by a key, as in TOML, or by the name of a RON variant.
 */
import type { Path } from '#scenario/tree';
import { type Account, at } from './account.js';
import { readText } from './quantity.js';

/**
 * @param key - that names the variant where no RON name does, such as `type`
 * @returns its name in snake_case: `SmallWorld` is `small_world`
 */
export function readVariant(account: Account, path: Path, key: string): string | undefined {
  const tree = at(account.tree, path);
  const named = tree === undefined ? undefined : account.names.get(tree);
  const inner = at(account.tree, [...path, key]);
  const text = inner === undefined ? named : readText(account, [...path, key]);
  return text?.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();
}
