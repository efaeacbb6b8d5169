/**
 * What a sweep shows of each of its points: the estimates of the expectations first, then the metrics most wanted.
 */
import type { SweepPointResult, SweepResult } from '#experiment/sweep-result';
import type { Unit } from './number.js';
import { labelMetric } from './sweep-words.js';

export interface Panel {
  readonly name: string; // letters, digits and hyphens
  readonly label: string;
  readonly unit: Unit;
  readonly isProbability: boolean;
  readonly read: (point: SweepPointResult) => Reading | undefined;
}

export interface Reading {
  readonly estimate: number | null;
  readonly interval: readonly [low: number | null, high: number | null];
}

export function listPanels(sweep: SweepResult): Panel[] {
  const claims = sweep.points[0]?.expectations ?? [];
  const ofClaims = claims.map(({ claim, unit }, i): Panel => {
    const label = subjectOf(claim);
    return {
      name: `claim-${i + 1}`,
      label,
      unit,
      isProbability: label.startsWith('P('),
      read: (point) => point.expectations[i],
    };
  });
  const ofMetrics = sweep.shown.map((key): Panel => {
    const metric = sweep.points.find((point) => point.metrics[key] !== undefined)?.metrics[key];
    return {
      name: key.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
      label: labelMetric(sweep, key),
      unit: metric?.unit ?? 'count',
      isProbability: metric?.kind === 'probability',
      read: (point) => point.metrics[key],
    };
  });
  return [...ofClaims, ...ofMetrics];
}

/** What a claim is about: `P(x > 5m)` of `P(x > 5m) <= 25%`. */
function subjectOf(claim: string): string {
  return claim.replace(/\s*(?:<=|>=|<|>)[^<>=)]*$/, '');
}
