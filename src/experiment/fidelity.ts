/**
 * How far block level may be from message level, metric by metric, and whether it is.
 *
 * Both run the same replications. The block interval and the finality are held at their means, medians and upper
 * quantiles, so that not the middle of a distribution alone has to agree; what is counted or promised exactly has to
 * agree exactly.
 */
import { isMeasured, METRICS } from '#model/metric';
import type { Plan } from '#model/plan';
import type { JudgedComparison } from './compare.js';
import type { Margin } from './margin.js';

const relative = (share: number): Margin => ({ kind: 'relative', share });
const absolute = (value: number): Margin => ({ kind: 'absolute', value });

/**
 * The stated tolerances. Pilots measure 48 heights of a regime, so upper quantiles are known less well, and a round that
 * fails once in a thousand heights is missing in most laws.
 */
export const TOLERANCES: Readonly<Record<string, Margin>> = {
  'liveness.slotShare': absolute(0.01),
  'liveness.longestStall': relative(0.15),
  'liveness.blockInterval': relative(0.02),
  'liveness.blockInterval.p50': relative(0.02),
  'liveness.blockInterval.p95': relative(0.06),
  'liveness.blockInterval.p99': relative(0.15),
  'liveness.finality': relative(0.06),
  'liveness.finality.p99': relative(0.2),
  'liveness.participation': absolute(0.02),
  'proofs.utilisation': absolute(0.03),
  'proofs.cacheHit': absolute(0.05),
  'rewards.relativeError': { kind: 'never' },
  'rewards.conservationViolations': { kind: 'never' },
  'safety.forks': { kind: 'never' },
  'safety.violations': { kind: 'never' },
};

/** The tolerances of what a plan measures, with those that were given in their place. */
export function tolerancesFor(plan: Plan, given: ReadonlyMap<string, Margin>): Map<string, Margin> {
  const known = METRICS.filter((metric) => isMeasured(metric, plan)).map(({ key }) => key);
  const stated = Object.entries(TOLERANCES).filter(([key]) => known.includes(key));
  return new Map([...stated, ...given]);
}

export type FidelityVerdict = 'within' | 'outside' | 'undecided';

/** What one metric says; null where it is not judged or neither level measured it. A metric that differs in no pair is within. */
export function standingOf({ n, onlyA, onlyB, changed, equivalence }: JudgedComparison): FidelityVerdict | null {
  if (equivalence === null || n + onlyA + onlyB === 0) return null;
  if (changed === 0 && onlyA + onlyB === 0) return 'within';
  return ({ equivalent: 'within', different: 'outside', inconclusive: 'undecided' } as const)[equivalence.verdict];
}

/** What all judged metrics and distributions say together. */
export function judgeFidelity(
  metrics: readonly JudgedComparison[],
  distributions: readonly { readonly verdict: FidelityVerdict | null }[] = [],
): FidelityVerdict {
  const verdicts = [...metrics.map(standingOf), ...distributions.map(({ verdict }) => verdict)];
  if (verdicts.includes('outside')) return 'outside';
  return verdicts.includes('undecided') ? 'undecided' : 'within';
}
