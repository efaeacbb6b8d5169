/**
 * Swarm testing: many mixes of faults, each rehearsed once and held against what the protocol promises.
 */
import type { Plan } from '#model/plan';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { loadScenarioText } from '#scenario/load';
import { describeFailure } from './failure.js';
import { drawMix, MIX_KINDS, type Mix, type MixBounds, type MixFault } from './mix.js';

/** What one mix showed. */
export interface MixReport {
  readonly number: number;
  readonly validators: number;
  readonly kinds: readonly string[]; // of its faults, each once
  readonly blocks: number;
  readonly events: number;
  readonly forks: number;
  readonly violations: number;
  readonly stuck: boolean;
  readonly caught: number; // validators there is evidence against
  readonly failure: string | null; // the simulator itself broke
}

/** What all mixes showed together. */
export interface Exploration {
  readonly bounds: MixBounds;
  readonly mixes: number;
  readonly broken: readonly MixReport[]; // worst first
  readonly forked: number; // mixes with a fork
  readonly stuck: number;
  readonly caught: number; // mixes in which somebody was caught
  readonly blocks: number;
  readonly events: number;
  readonly kinds: readonly { readonly kind: string; readonly mixes: number }[];
  readonly pairs: { readonly seen: number; readonly of: number };
}

/** Rehearses one mix. Whatever goes wrong inside is part of the report. */
export function exploreMix(bounds: MixBounds, number: number): MixReport {
  const mix = drawMix(bounds, number);
  const plan = planOfMix(mix);
  const validators = plan.channels[0]?.chainValidators ?? 0;
  const kinds = [...new Set(mix.faults.map(kindOf))];
  try {
    const { metrics, blocks, messageEvents } = rehearse(plan, `${bounds.seed}/${number}`, 0, {
      details: false,
      cache: createPilotCache(),
    });
    return {
      number,
      validators,
      kinds,
      blocks,
      events: messageEvents,
      forks: metrics['safety.forks'] ?? 0,
      violations: metrics['safety.violations'] ?? 0,
      stuck: metrics['liveness.stuck'] !== 0,
      caught: metrics['safety.evidence'] ?? 0,
      failure: null,
    };
  } catch (error) {
    const none = { blocks: 0, events: 0, forks: 0, violations: 0, stuck: false, caught: 0 };
    return { number, validators, kinds, ...none, failure: describeFailure(error).message };
  }
}

/** The plan of a mix, loaded as its file would be. */
export function planOfMix(mix: Mix): Plan {
  return loadScenarioText(JSON.stringify(mix), `${mix.name}.json`).plan;
}

/** The kind of a fault as `MIX_KINDS` names it. */
function kindOf(fault: MixFault): string {
  if (fault.kind === 'byzantine') return `byzantine/${fault.behaviour}`;
  if (fault.kind === 'partition' && fault.direction !== undefined) return 'one-way partition';
  return fault.kind === 'partition' && fault.moves !== undefined ? 'moving partition' : fault.kind;
}

/** Whether a mix shows what must not be: within the bounds of the promise any fork and any stuck height, beyond them a crash. */
export function isBroken(report: MixReport, beyond: number): boolean {
  if (report.failure !== null) return true;
  return beyond === 0 && (report.violations > 0 || report.forks > 0 || report.stuck);
}

/** Folds the reports, in order of their numbers. */
export function foldMixes(bounds: MixBounds, reports: readonly MixReport[]): Exploration {
  const counts = new Map<string, number>(MIX_KINDS.map((kind) => [kind, 0]));
  const pairs = new Set<string>();
  for (const { kinds } of reports) {
    for (const kind of kinds) {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      for (const other of kinds) if (kind < other) pairs.add(`${kind}|${other}`);
    }
  }
  const total = (of: (report: MixReport) => number): number => reports.reduce((sum, report) => sum + of(report), 0);
  return {
    bounds,
    mixes: reports.length,
    broken: reports.filter((report) => isBroken(report, bounds.beyond)).sort(worstFirst),
    forked: total((report) => (report.forks > 0 ? 1 : 0)),
    stuck: total((report) => (report.stuck ? 1 : 0)),
    caught: total((report) => (report.caught > 0 ? 1 : 0)),
    blocks: total((report) => report.blocks),
    events: total((report) => report.events),
    kinds: [...counts].map(([kind, mixes]) => ({ kind, mixes })),
    pairs: { seen: pairs.size, of: (MIX_KINDS.length * (MIX_KINDS.length - 1)) / 2 },
  };
}

function worstFirst(a: MixReport, b: MixReport): number {
  const rank = (report: MixReport): number => (report.failure !== null ? 0 : report.forks > 0 ? 1 : 2);
  return rank(a) - rank(b) || a.kinds.length - b.kinds.length || a.number - b.number;
}
