/**
 * Preparation evidence in all replications, by item.
 */
import type { EvidenceRecord, Outcome } from '#model/outcome';
import { type ShareInterval, toProportion } from './breakdown.js';
import type { Summary } from './result.js';
import { spreadOf } from './spread.js';

/** @param outcomes - in order of their numbers; all of one plan, so with the same items */
export function foldReadiness(outcomes: readonly Outcome[], interval: ShareInterval): Summary['readiness'] {
  return (outcomes[0]?.readiness ?? []).map(({ name, kind, owner }, item) => {
    const of = outcomes.flatMap(({ readiness }) => readiness[item] ?? []);
    const share = (is: (one: EvidenceRecord) => boolean) => toProportion(of.filter(is).length, of.length, interval);
    const worked = of.flatMap((one) => one.worked ?? []);
    const slack = of.flatMap((one) => one.slack ?? []);
    return {
      name,
      kind,
      owner,
      delivered: share(({ delivered }) => delivered !== null),
      critical: share(({ critical }) => critical),
      reworked: share(({ rework }) => rework > 0),
      duration: worked.length === 0 ? null : spreadOf(worked),
      slack: slack.length === 0 ? null : spreadOf(slack),
    };
  });
}
