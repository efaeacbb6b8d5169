/**
 * Which defaults a scenario rests on.
 */
import type { Plan } from '#model/plan';
import { DEFAULTS } from './defaults.js';
import { type Assumption, assume, createFindings } from './findings.js';
import { createLocator } from './problem.js';
import { find, formatPath, type Path, type TreeMap } from './tree.js';

/**
 * The rows of the table of defaults that a file leaves to it. Those that depend on a channel's name, or on a kind of
 * fault, are noted where they are used.
 *
 * @param given - keys that came from the command line, or whose default was noted where it was used
 */
export function listAssumptions(tree: TreeMap, plan: Plan, given: readonly string[]): Assumption[] {
  const names: Readonly<Record<string, readonly string[]>> = {
    channels: plan.channels.map((channel) => channel.name),
    faults: plan.faults.map((fault) => fault.name),
    readiness: plan.readiness.map((item) => item.name),
  };
  const findings = createFindings(createLocator(tree));
  for (const [pattern, row] of Object.entries(DEFAULTS)) {
    for (const path of expand(pattern.split('.'), [], tree)) {
      if (find(tree, path) !== undefined || given.includes(pattern) || isMoot(tree, path)) continue;
      const [list = '', item] = path;
      const name = typeof item === 'number' ? names[list]?.[item] : undefined;
      const label = name === undefined ? formatPath(path) : `${list}.${name}.${formatPath(path.slice(2))}`;
      assume(findings, label, row);
    }
  }
  return findings.assumptions;
}

/** Whether the item that a path leads into has no use for the key: a preset for none, an expression for a window. */
function isMoot(tree: TreeMap, path: Path): boolean {
  const item = path.slice(0, -1);
  if (item.at(-2) !== 'checks') return false;
  if (find(tree, [...item, 'preset']) !== undefined) return true;
  return path.at(-1) === 'window' && find(tree, [...item, 'when']) !== undefined;
}

/** The paths in `tree` that a pattern such as `channels[].checks[].window` stands for. */
function expand(steps: readonly string[], path: Path, tree: TreeMap): Path[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [path];
  if (!step.endsWith('[]')) return expand(rest, [...path, step], tree);
  const here = [...path, step.slice(0, -2)];
  const list = find(tree, here);
  if (list?.kind !== 'list') return [];
  return list.items.flatMap((_, i) => expand(rest, [...here, i], tree));
}
