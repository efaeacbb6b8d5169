/**
 * `why` over a run: each risk put down to its causes, by repeating failing replications on the same luck without one
 * cause at a time. Canonical: the same scenario, seed and replications give the same bytes.
 */
import { assert } from '#base/assert';
import type { Outcome } from '#model/outcome';
import type { Plan } from '#model/plan';
import type { LoadedScenario } from '#scenario/load';
import { combineFingerprints } from './fold.js';
import { openFor, type Rehearse } from './rehearser.js';
import { replicate, type Stopped } from './replicate.js';
import { attributeRisks, type RiskShare, type Without } from './why-attribution.js';
import { listCauses, mayMatter, nameCause, planWithout } from './why-cause.js';
import { risksOf, type StallLevel, stallLevelOf } from './why-risk.js';

export interface Why {
  readonly schemaVersion: 1;
  readonly kind: 'why';
  readonly engine: { readonly name: 'rollout-sim'; readonly version: string };
  readonly scenario: { readonly name: string; readonly hash: string };
  readonly seed: string;
  readonly replications: number;
  readonly fingerprint: string;
  readonly confidence: number;
  readonly stallLevel: StallLevel;
  readonly failing: number; // replications in which some risk came true
  readonly repeated: number; // rehearsals without a cause
  readonly spared: number; // that needed none: the cause never acted, so nothing differs without it
  readonly isPaired: boolean; // replications that do not fail were repeated too
  readonly risks: readonly RiskShare[];
}

export interface WhyOptions {
  readonly jobs: number;
  readonly confidence: number;
  readonly version: string;
  /** Repeats also replications in which nothing fails: that tells what a cause prevents. */
  readonly all?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told what is being done: `the scenario` or `without <cause>`, and how far. */
  readonly onProgress?: ((what: string, done: number, total: number) => void) | undefined;
  /** Another model, in this thread whatever `jobs` says. */
  readonly rehearse?: Rehearse | undefined;
}

/**
 * Rehearses every replication, and those that fail again without each cause.
 *
 * @returns the answer, or why it was not reached
 * @throws ReplicationError if a replication breaks
 */
export async function explainRun(
  { plan, seed, replications, claims, name, hash }: LoadedScenario,
  options: WhyOptions,
): Promise<Why | Exclude<Stopped, 'complete'>> {
  const level = stallLevelOf(claims, plan);
  const count = Array.from({ length: replications }, (_, number) => number);
  const first = await rehearseSome(plan, seed, count, 'the scenario', options);
  if (first.stopped !== 'complete') return first.stopped;
  const { outcomes } = first;
  const isFailing = new Set(
    outcomes.filter((one) => risksOf(one, level).size > 0).map(({ replication }) => replication),
  );
  const asked = outcomes.filter(({ replication }) => options.all === true || isFailing.has(replication));
  const without: Without[] = [];
  let [repeated, spared] = [0, 0];
  for (const cause of listCauses(plan)) {
    const numbers = asked.filter((outcome) => mayMatter(cause, outcome)).map(({ replication }) => replication);
    const again = await rehearseSome(planWithout(plan, cause), seed, numbers, `without ${nameCause(cause)}`, options);
    if (again.stopped !== 'complete') return again.stopped;
    repeated += numbers.length;
    spared += asked.length - numbers.length;
    const found = new Map(again.outcomes.map((outcome) => [outcome.replication, outcome]));
    const risks = asked.map((outcome) => {
      return [outcome.replication, risksOf(found.get(outcome.replication) ?? outcome, level)] as const;
    });
    without.push({ cause, risks: new Map(risks) });
  }
  return {
    schemaVersion: 1,
    kind: 'why',
    engine: { name: 'rollout-sim', version: options.version },
    scenario: { name, hash },
    seed,
    replications,
    fingerprint: combineFingerprints(outcomes),
    confidence: options.confidence,
    stallLevel: level,
    failing: isFailing.size,
    repeated,
    spared,
    isPaired: options.all === true,
    risks: attributeRisks(outcomes, without, plan, level, options.confidence),
  };
}

async function rehearseSome(
  plan: Plan,
  seed: string,
  numbers: readonly number[],
  what: string,
  { jobs, rehearse, signal, onProgress }: WhyOptions,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly stopped: Stopped }> {
  assert(Number.isSafeInteger(jobs) && jobs > 0, `the jobs ${jobs} are a positive integer`);
  if (numbers.length === 0) return { outcomes: [], stopped: 'complete' };
  const lanes = Math.min(jobs, numbers.length);
  const rehearser = await openFor({ plan, seed }, lanes, { rehearse, signal });
  const tell = (done: number): void => onProgress?.(what, done, numbers.length);
  tell(0);
  try {
    return await replicate((number) => rehearser.rehearse(number, true), numbers.length, {
      lanes,
      numbers,
      signal,
      onProgress: tell,
    });
  } finally {
    await rehearser.close();
  }
}
