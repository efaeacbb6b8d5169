/**
 * A claim of `expect`: a statement on estimates over all replications, such as `P(abort in canary) >= 99%`.
 */
import type { Comparator } from '#model/check-plan';

export type ClaimStatistic = 'P' | 'mean' | 'p50' | 'p90' | 'p95' | 'p99';

export type ClaimSubject =
  /** A metric of the catalogue; with `P`, a metric of kind probability. */
  | { readonly kind: 'metric'; readonly key: string }
  /** `P(liveness.longestStall > 10m)`: the share of replications whose metric meets the condition. */
  | { readonly kind: 'condition'; readonly key: string; readonly comparator: Comparator; readonly value: number }
  /** `P(abort in canary)`, `P(rollback by release)`: the share of replications with such an undoing. */
  | {
      readonly kind: 'undo';
      readonly undo: 'any' | 'abort' | 'gate-rollback' | 'state-rollback';
      readonly channel: string | null;
      readonly gate: string | null;
      readonly cause: string | null;
    };

export interface Claim {
  readonly text: string; // as written
  readonly confidence: number; // of the whole family of claims (Holm), in (0, 1)
  readonly statistic: ClaimStatistic;
  readonly subject: ClaimSubject;
  readonly comparator: Comparator;
  readonly threshold: number; // in the subject's own unit; a share for `P`
}
