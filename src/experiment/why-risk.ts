/**
 * The risks that are put down to causes, and whether a replication ran into them.
 */
import { MINUTE, type Micros } from '#base/time';
import type { Outcome, Undo } from '#model/outcome';
import type { Plan } from '#model/plan';
import type { Claim } from '#scenario/claim';

export const RISK_KEYS = [
  'rollback.any',
  'rollback.abort',
  'rollback.gate',
  'rollback.state',
  'rollback.failed',
  'liveness.longestStall',
  'rollout.completed',
] as const;
export type RiskKey = (typeof RISK_KEYS)[number];

/** A stall above this is a risk come true. */
export interface StallLevel {
  readonly level: Micros;
  readonly source: string; // where it is from, in words
}

const STALL = 'liveness.longestStall';
/** Slots that finality may lag before somebody is paged (blueprint.md section 15.2). */
const PAGED_SLOTS = 24;

/** The service level of the scenario's own claim about the longest stall; else the line at which somebody is paged. */
export function stallLevelOf(claims: readonly Claim[], { chain }: Pick<Plan, 'chain'>): StallLevel {
  for (const { subject, statistic, threshold, text } of claims) {
    if (subject.kind === 'undo' || subject.key !== STALL) continue;
    if (subject.kind === 'condition') return { level: subject.value, source: text };
    if (statistic !== 'P') return { level: threshold, source: text };
  }
  const source = `${PAGED_SLOTS} slots, where finality lag pages (blueprint.md section 15.2)`;
  return { level: PAGED_SLOTS * chain.blockTime, source };
}

/** What the risk is, as a planner says it. */
export function nameRisk(key: RiskKey): string {
  return RISK_NAMES[key];
}

const RISK_NAMES: Readonly<Record<RiskKey, string>> = {
  'rollback.any': 'Plan undone',
  'rollback.abort': 'Promotion aborted',
  'rollback.gate': 'Gate rollback',
  'rollback.state': 'State rollback',
  'rollback.failed': 'No way back',
  'liveness.longestStall': 'Stall above its level',
  'rollout.completed': 'Not completed',
};

/** The risks that came true in a replication. */
export function risksOf({ metrics }: Pick<Outcome, 'metrics'>, { level }: StallLevel): ReadonlySet<RiskKey> {
  return new Set(
    RISK_KEYS.filter((key) => {
      const value = metrics[key] ?? null;
      if (value === null) return false;
      if (key === 'rollout.completed') return value === 0;
      return value > (key === STALL ? level : 0);
    }),
  );
}

/** The records of undoing that speak of a risk; none speaks of a stall. */
export function recordsOf({ undone }: Pick<Outcome, 'undone'>, key: RiskKey): readonly Undo[] {
  switch (key) {
    case 'rollback.abort':
      return undone.filter(({ kind }) => kind === 'abort');
    case 'rollback.gate':
      return undone.filter(({ kind }) => kind === 'gate-rollback');
    case 'rollback.state':
      return undone.filter(({ kind }) => kind === 'state-rollback');
    case 'rollback.failed':
      return undone.filter(({ failure }) => failure !== null);
    case 'liveness.longestStall':
      return [];
    default:
      return undone;
  }
}

/** A finality lag of so many slots is a stall that a timeline notes; of the model (blueprint.md section 15.2). */
export const NOTED_SLOTS = 12;
/** A fault that ended this long before a check's window can still be its cause (blueprint.md section 15.2). */
export const CORRELATION: Micros = 15 * MINUTE;
