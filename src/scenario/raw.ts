/**
 * A scenario as one file would hold it: the files below merged in, overrides applied, nothing filled in or resolved.
 */
import { UserError } from '#base/error';
import { readLayers, readText } from './overlay.js';
import { applyOverride } from './override.js';
import { toProblems } from './place.js';
import { toPlain } from './tree.js';

/** Keys and values as a file writes them, units in texts. */
export type RawScenario = Record<string, unknown>;

/**
 * Reads a file into what stands alone.
 *
 * @param set - `path=value` texts that override the file, in order
 * @throws UserError if the file or one below it cannot be read; what its values mean is not checked
 */
export function readRaw(file: string, set: readonly string[] = []): RawScenario {
  const { tree, mistakes, sources } = readLayers(readText(file), file);
  if (tree?.kind !== 'map') throw new UserError(toProblems(mistakes));
  const problems = [...mistakes, ...set.flatMap((override, i) => applyOverride(tree, override, sources + i))];
  if (problems.length > 0) throw new UserError(toProblems(problems));
  const raw = toPlain(tree) as RawScenario;
  delete raw.extends;
  return raw;
}
