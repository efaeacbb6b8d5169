/**
 * Gates of a source: which are on, and whether a rule of their order is broken.
 */
import type { GateName } from '#model/plan';
import { GATES } from '#scenario/chain-schema';
import { GATE_RULES } from '#scenario/gate';
import { suggest } from '#scenario/suggest';
import type { Path } from '#scenario/tree';
import { type Account, at, refuse } from './account.js';
import { readFlag } from './quantity.js';

const NAMES = Object.keys(GATES) as GateName[];

/** Where two gates are told apart by the pool they pay from, beside the rules of order (§13.2). */
const PREREQUISITES: readonly { readonly gate: GateName; readonly needs: GateName; readonly text: string }[] =
  GATE_RULES;

/**
 * The gates that the map at `path` has on.
 *
 * An unknown gate, and a gate without one it needs, is a problem at its line.
 */
export function readGates(account: Account, path: Path): GateName[] {
  const map = at(account.tree, path);
  if (map?.kind !== 'map') {
    if (map !== undefined) refuse(account, path, 'is not a map of gates', 'Write { pruning = true, … }.');
    return [];
  }
  for (const name of map.entries.keys()) {
    if (NAMES.includes(name as GateName)) continue;
    refuse(account, [...path, name], `"${name}" is not a gate of the chain`, suggest(name, NAMES, 'Gates'), true);
  }
  const on = NAMES.filter((name) => readFlag(account, [...path, name]) === true);
  for (const { gate, needs, text } of PREREQUISITES) {
    if (!on.includes(gate) || on.includes(needs)) continue;
    const what = `${gate} is on without ${needs}: ${text} (§13.2)`;
    refuse(account, [...path, gate], what, `Switch ${needs} on here or earlier, or ${gate} off.`, true);
  }
  return on;
}
