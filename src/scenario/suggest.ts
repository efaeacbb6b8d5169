/**
 * What a misspelt word was meant to be.
 */

/** Edits that turn `a` into `b`: insert, delete, replace, or swap two neighbours (Damerau 1964, restricted). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(
        (previous[j] as number) + 1,
        (current[j - 1] as number) + 1,
        (previous[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] as number) + 1);
      current.push(best);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] as number;
}

/**
 * The known word nearest to `word`, if one is near enough to be meant: at most a third of its letters differ, or one
 * is the tail or the head of the other.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = word.slice(0, 64).toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const contained = lower.length >= 3 && (other.endsWith(`.${lower}`) || other.startsWith(lower));
    const distance = contained ? 1 : editDistance(lower, other);
    const limit = Math.max(1, Math.floor(Math.max(lower.length, other.length) / 3));
    if (distance <= limit && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

const LIST_MAX = 12; // words worth listing beside a suggestion

/** `Did you mean "loss"? Known: bandwidth, delay, loss.` — without the first sentence if nothing is near. */
export function suggest(word: string, known: readonly string[], noun = 'Known'): string {
  const meant = nearest(word, known);
  if (meant !== undefined && known.length > LIST_MAX) return `Did you mean "${meant}"?`;
  const list = known.length === 0 ? 'none' : known.join(', ');
  return `${meant === undefined ? '' : `Did you mean "${meant}"? `}${noun}: ${list}.`;
}
