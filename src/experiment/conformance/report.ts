/**
 * What the replay of a formal trace found: how much was compared, what was set aside and where the core first differed.
 */
import { LINES, type Line } from '#model/consensus/round-machine';

/** How a trace is replayed: `machine` inputs, `keeper` votes, messages to a whole `driver`. */
export type Layer = 'machine' | 'keeper' | 'driver';
export const LAYERS: readonly Layer[] = ['machine', 'keeper', 'driver'];

/** Where the formal model is not the yardstick; recognised from what the trace holds. */
export const MASKS = {
  'commit-step': 'after a decision the model still accepts inputs',
  'unstarted-round': 'until a round starts, the model takes inputs for the one it has left',
  'timeout-repeated': 'the model schedules a timeout again; the core remembers it',
  'line32-unguarded': 'the model refuses an invalid value with a polka in any step and round',
  'equivocation-output': 'the model emits a threshold for a vote that contradicts an earlier one',
  'certificate-merged': 'the model counts the votes of certificates one by one',
  'skip-repeated': 'the model emits a skip again',
  'skip-outranks-precommit': 'the model prefers a skip to a quorum of precommits for a value',
  'skip-propose-to-propose': 'the model overlooks stored proposals after a skip from propose to propose',
  'stepchange-ignores-polka-nil': 'the model overlooks a nil polka after a step change with a stored proposal',
  'skip-proposer': 'the model asks the wrong proposer after a skip over several rounds',
} as const;

export type Mask = keyof typeof MASKS;

export interface Divergence {
  readonly step: number; // index of the state
  readonly layer: Layer;
  readonly validator: string | null; // null: the trace has one only
  readonly input: string;
  readonly expected: string; // by the model
  readonly got: string; // from our core
  readonly line: Line | null; // the branch our core took
}

export interface ConformReport {
  readonly file: string;
  readonly kind: 'sm' | 'vk' | 'net' | 'sync';
  readonly steps: number; // states after the first
  readonly comparisons: Record<Layer, number>;
  readonly lines: Record<Line, number>; // branches our round machine took in agreement with the model
  rejected: number; // inputs that both rejected
  readonly masked: Record<Mask, number>; // comparisons not made, or narrowed
  divergences: number;
  divergence: Divergence | null; // the first
}

export function createReport(file: string, kind: ConformReport['kind'], steps: number): ConformReport {
  return {
    file,
    kind,
    steps,
    comparisons: { machine: 0, keeper: 0, driver: 0 },
    lines: Object.fromEntries(LINES.map((line) => [line, 0])) as Record<Line, number>,
    rejected: 0,
    masked: Object.fromEntries(Object.keys(MASKS).map((mask) => [mask, 0])) as Record<Mask, number>,
    divergences: 0,
    divergence: null,
  };
}

/** Counts one comparison, and keeps it if it is the first to differ. Returns whether both sides agree. */
export function compare(report: ConformReport, comparison: Divergence): boolean {
  report.comparisons[comparison.layer] += 1;
  if (comparison.expected === comparison.got) return true;
  report.divergences += 1;
  report.divergence ??= comparison;
  return false;
}
