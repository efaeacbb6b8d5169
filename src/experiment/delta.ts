/**
 * Delta debugging: from a list that fails to one in which every item is needed.
 *
 * Source: Zeller & Hildebrandt 2002, "Simplifying and isolating failure-inducing input", algorithm ddmin.
 */
import { assert } from '#base/assert';

/**
 * The smallest list that the search finds: it fails, and without any one of its items it does not.
 *
 * @param items - a list that fails
 * @param fails - whether a part of it, in its order, still fails; asked O(n²) times at worst
 */
export async function minimiseList<T>(
  items: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  if (items.length === 0 || (await fails([]))) return [];
  let current = items;
  let parts = 2;
  while (current.length >= 2) {
    const chunks = split(current, Math.min(parts, current.length));
    const smaller = await findFailing(chunks, parts > 2, fails);
    if (smaller !== null) {
      parts = smaller.complement ? Math.max(2, Math.min(parts, current.length) - 1) : 2;
      current = smaller.items;
    } else if (parts >= current.length) {
      break;
    } else {
      parts = Math.min(2 * parts, current.length);
    }
  }
  return current;
}

/** A chunk that fails alone, or else all but one chunk; with two chunks the complements are the chunks. */
async function findFailing<T>(
  chunks: readonly (readonly T[])[],
  complements: boolean,
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<{ readonly items: readonly T[]; readonly complement: boolean } | null> {
  for (const chunk of chunks) if (await fails(chunk)) return { items: chunk, complement: false };
  if (!complements) return null;
  for (const left of chunks) {
    const rest = chunks.filter((chunk) => chunk !== left).flat();
    if (await fails(rest)) return { items: rest, complement: true };
  }
  return null;
}

function split<T>(items: readonly T[], parts: number): T[][] {
  assert(parts >= 1 && parts <= items.length, `${items.length} items make ${parts} parts`);
  return Array.from({ length: parts }, (_, i) => {
    return items.slice(Math.floor((i * items.length) / parts), Math.floor(((i + 1) * items.length) / parts));
  });
}

/**
 * The smallest step of a scale that still fails, if whatever fails goes on failing above it; else some that fails.
 *
 * @param top - step that fails, integer ≥ 1
 * @param least - smallest step that may be tried
 */
export async function minimiseStep(
  top: number,
  least: number,
  fails: (step: number) => Promise<boolean>,
): Promise<number> {
  let [low, high] = [least - 1, top];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await fails(middle)) high = middle;
    else low = middle;
  }
  return high;
}
