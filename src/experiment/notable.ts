/**
 * The two replications worth reading at length: the one that is most like the others, and the worst.
 */
import { type Outcome, ROLLOUT_RESULTS, type UndoKind } from '#model/outcome';
import { quantileType7, sortValues } from '#stats/quantile';

const CENTRAL = ['liveness.slotShare', 'rollout.duration'];

/**
 * Among the replications with the most frequent result, the one nearest to the medians of slots finalized and of the
 * duration, each measured in mean deviations from its median. Ties go to the lower number.
 *
 * @param outcomes - by number
 * @returns its number; null without outcomes
 */
export function findTypical(outcomes: readonly Outcome[]): number | null {
  const groups = ROLLOUT_RESULTS.map((result) => outcomes.filter((outcome) => outcome.result === result));
  const largest = groups.reduce((best, group) => (group.length > best.length ? group : best));
  const distances = new Array<number>(largest.length).fill(0);
  for (const key of CENTRAL) {
    const known = largest.map((outcome) => outcome.metrics[key] ?? null).filter((value) => value !== null);
    if (known.length === 0) continue;
    const median = quantileType7(sortValues(known), 0.5);
    const scale = known.reduce((sum, value) => sum + Math.abs(value - median), 0) / known.length;
    for (const [i, outcome] of largest.entries()) {
      const value = outcome.metrics[key] ?? null;
      if (value === null) distances[i] = Infinity;
      else if (scale > 0) distances[i] = (distances[i] as number) + Math.abs(value - median) / scale;
    }
  }
  const nearest = distances.reduce((best, distance, i) => (distance < (distances[best] as number) ? i : best), 0);
  return largest[nearest]?.replication ?? null;
}

/**
 * The worst replication: most forks, then without a way back, then most state rollbacks, gate rollbacks, aborts, then unfinished, then the
 * longest stall. Ties go to the lower number.
 *
 * @param outcomes - by number
 * @returns its number; null without outcomes
 */
export function findWorst(outcomes: readonly Outcome[]): number | null {
  let worst: Outcome | null = null;
  for (const outcome of outcomes) {
    if (worst === null || isWorse(severityOf(outcome), severityOf(worst))) worst = outcome;
  }
  return worst?.replication ?? null;
}

function severityOf(outcome: Outcome): number[] {
  const undone = (kind: UndoKind) => outcome.undone.filter((undo) => undo.kind === kind).length;
  return [
    outcome.metrics['safety.forks'] ?? 0,
    outcome.result === 'stranded' ? 1 : 0,
    undone('state-rollback'),
    undone('gate-rollback'),
    undone('abort'),
    outcome.result === 'unfinished' ? 1 : 0,
    outcome.metrics['liveness.longestStall'] ?? 0,
  ];
}

function isWorse(a: readonly number[], b: readonly number[]): boolean {
  const first = a.findIndex((value, i) => value !== b[i]);
  return first >= 0 && (a[first] as number) > (b[first] as number);
}
