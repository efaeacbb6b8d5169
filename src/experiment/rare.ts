/**
 * The probability of a rare event by splitting, as one document: levels from a pilot, then independent repeats.
 *
 * Canonical: a function of (scenario, seed, event, level function, effort, repeats), whatever the threads.
 */
import { UserError } from '#base/error';
import type { LoadedScenario } from '#scenario/load';
import type { SplitRepeat } from '#stats/splitting';
import { estimateFromRepeats } from '#stats/splitting-estimate';
import { engineVersion } from './host.js';
import { defaultLevel, findLevel, readRareEvent } from './rare-event.js';
import { EFFORT_MAX, REPEATS_MAX } from './rare-paths.js';
import type { RareResult, RareStage } from './rare-result.js';
import { findPilot, splitAll } from './splitter.js';

/** Of the paths that set out from a level, those that should reach the next. */
const KEEP = 0.2;
const EFFORT_MIN = 10;

export interface RareOptions {
  readonly event: string;
  readonly level?: string | undefined; // of the level function; by default what suits the event
  readonly effort: number; // paths of each stage
  readonly repeats: number;
  readonly confidence: number;
  readonly jobs: number;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Estimates the probability of one event.
 *
 * @returns null if the signal stopped it: part of an estimate is none
 * @throws UserError for an event or a level function that is none, or for sizes out of range
 */
export async function estimateRare(loaded: LoadedScenario, options: RareOptions): Promise<RareResult | null> {
  const { plan, seed } = loaded;
  const { effort, repeats, confidence, signal } = options;
  checkSize('--effort', effort, EFFORT_MIN, EFFORT_MAX);
  checkSize('--repeats', repeats, 2, REPEATS_MAX);
  const event = readRareEvent(options.event, plan);
  const level = findLevel(options.level ?? defaultLevel(event, plan));
  const total = repeats + 1;
  options.onProgress?.(0, total);
  const start = { plan, seed, event, level: level.name };
  const pilot = await findPilot(start, { effort, keep: KEEP }, signal);
  options.onProgress?.(1, total);
  if (pilot === null) return null;
  const { levels } = pilot;
  const tasks = Array.from({ length: repeats }, (_, i) => ({ levels, effort, repeat: i + 1 }));
  const found = await splitAll(start, tasks, options.jobs, (done) => options.onProgress?.(done + 1, total), signal);
  if (found === null) return null;
  const { estimate, interval, scale, method, relativeError, plainReplications, cost } = estimateFromRepeats(
    found,
    effort,
    confidence,
  );
  return {
    schemaVersion: 1,
    kind: 'rare-event',
    engine: { name: 'rollout-sim', version: engineVersion() },
    scenario: { name: loaded.name, hash: loaded.hash },
    seed,
    fidelity: plan.fidelity,
    event: event.text,
    levelFunction: { name: level.name, text: level.text },
    method: 'multilevel splitting, fixed effort, levels from a pilot repeat that is not counted',
    effort,
    repeats,
    levels: [...levels],
    stages: stagesOf(found, levels, effort),
    estimates: found.map((repeat) => repeat.estimate),
    reached: estimate !== null,
    estimate,
    interval: [...interval],
    confidence,
    scale,
    intervalMethod: method,
    relativeError,
    cost: {
      events: cost,
      pilotEvents: pilot.cost,
      eventsPerReplication: pilot.wholeCost,
      replicationsEquivalent: (cost + pilot.cost) / pilot.wholeCost,
      plainReplications,
    },
  };
}

function stagesOf(found: readonly SplitRepeat[], levels: readonly number[], effort: number): RareStage[] {
  return [...levels, null].map((level, stage) => {
    const hitsByRepeat = found.map(({ hits }) => hits[stage] as number);
    const started = found.filter(({ hits }) => stage === 0 || (hits[stage - 1] as number) > 0).length;
    const hits = hitsByRepeat.reduce((sum, count) => sum + count, 0);
    const trials = started * effort;
    return { level, trials, hits, share: trials === 0 ? null : hits / trials, hitsByRepeat };
  });
}

function checkSize(file: string, size: number, min: number, max: number): void {
  if (Number.isSafeInteger(size) && size >= min && size <= max) return;
  throw new UserError([{ file, what: `${size} is out of range`, fix: `Give an integer from ${min} to ${max}.` }]);
}
