/**
 * `minimise`: the fewest faults, and the gentlest, with which one replication still fails the same way.
 *
 * A fault draws from a stream of its own name, so leaving one out moves no other; that is why each is named first.
 */
import { assert } from '#base/assert';
import { UserError } from '#base/error';
import { canonicalJson } from '#base/order';
import type { Outcome } from '#model/outcome';
import { type Dial, listDials, turn } from '#scenario/dial';
import { type LoadedScenario, loadScenarioText } from '#scenario/load';
import type { RawScenario } from '#scenario/raw';
import { writeScenario } from '#scenario/write';
import { minimiseList, minimiseStep } from './delta.js';
import { ReplicationError } from './failure.js';
import type { Rehearse } from './rehearser.js';
import { symptomsOf } from './symptom.js';
import { openTrials } from './trial.js';

type RawFault = Readonly<Record<string, unknown>>;

/** One magnitude that was turned down. */
export interface Turned {
  readonly fault: string;
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

export interface Minimised {
  readonly symptoms: readonly string[];
  readonly kept: readonly string[]; // names of faults
  readonly dropped: readonly string[];
  readonly turned: readonly Turned[];
  readonly trials: number; // rehearsals it took
  readonly scenario: RawScenario; // fails the same way in the same replication
}

export interface MinimiseOptions {
  readonly onTrial?: (trials: number) => void;
  readonly signal?: AbortSignal;
  readonly rehearse?: Rehearse;
}

/**
 * Minimises the faults of one replication.
 *
 * @param raw - the scenario as its file writes it, overrides applied
 * @param loaded - the same, loaded
 * @throws UserError if the replication does not fail, or `signal` comes
 * @throws ReplicationError if it breaks as it is
 */
export async function minimise(
  raw: RawScenario,
  loaded: LoadedScenario,
  replication: number,
  options: MinimiseOptions = {},
): Promise<Minimised> {
  const { plan, seed } = loaded;
  const trials = await openTrials({ plan, seed }, 'minimise', options);
  try {
    return await minimiseUnder(
      (given) => trials.rehearse(given, replication, false),
      raw,
      loaded,
      replication,
      options,
    );
  } finally {
    await trials.close();
  }
}

async function minimiseUnder(
  rehearse: (plan: LoadedScenario['plan']) => Promise<Outcome>,
  raw: RawScenario,
  loaded: LoadedScenario,
  replication: number,
  options: MinimiseOptions,
): Promise<Minimised> {
  const { plan, claims } = loaded;
  const symptoms = symptomsOf(await rehearse(plan), claims, plan.horizon);
  if (symptoms.length === 0) {
    const fix = 'Take one that does; run names the worst, and explain lists what can go wrong.';
    throw new UserError([{ file: '--replication', what: `replication ${replication} does not fail`, fix }]);
  }
  const faults = nameFaults(raw, loaded);
  const compose = (some: readonly RawFault[]) => composeScenario(raw, loaded, replication, faults, some);
  const known = new Map<string, boolean>();
  let trials = 0;
  const fails = async (some: readonly RawFault[]): Promise<boolean> => {
    const key = canonicalJson(some);
    const earlier = known.get(key);
    if (earlier !== undefined) return earlier;
    trials += 1;
    options.onTrial?.(trials);
    const answer = await failsAlike(compose(some));
    known.set(key, answer);
    return answer;
  };
  const failsAlike = async (scenario: RawScenario): Promise<boolean> => {
    try {
      const candidate = loadScenarioText(writeScenario(scenario), loaded.file);
      const shown = symptomsOf(await rehearse(candidate.plan), claims, plan.horizon);
      return symptoms.every((symptom) => shown.includes(symptom));
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      if (error instanceof UserError || error instanceof ReplicationError) return false; // fails, but otherwise
      throw error;
    }
  };
  assert(await fails(faults), 'a scenario whose faults were only named fails as before');
  const needed = await minimiseList(faults, fails);
  const gentle = await gentleAll(needed, fails);
  const kept = needed.map(({ name }) => String(name));
  return {
    symptoms,
    kept,
    dropped: faults.map(({ name }) => String(name)).filter((name) => !kept.includes(name)),
    turned: listTurned(needed, gentle),
    trials,
    scenario: compose(gentle),
  };
}

/** Turns each magnitude of each fault down as far as the failure allows, one after another. */
async function gentleAll(
  needed: readonly RawFault[],
  fails: (some: readonly RawFault[]) => Promise<boolean>,
): Promise<readonly RawFault[]> {
  let current = needed;
  for (const i of needed.keys()) {
    const replaced = (fault: RawFault) => current.map((one, at) => (at === i ? fault : one));
    const { validators } = (current[i]?.targets ?? {}) as { validators?: unknown };
    if (Array.isArray(validators) && validators.length > 1) {
      const withThese = (some: readonly unknown[]) =>
        replaced(turn(current[i] as RawFault, 'targets.validators', some));
      const fewest = await minimiseList(validators, async (some) => some.length > 0 && fails(withThese(some)));
      current = withThese(fewest);
    }
    for (const dial of listDials(current[i] as RawFault)) {
      const at = (step: number) => replaced(turn(current[i] as RawFault, dial.path, dial.at(step)));
      const step = await minimiseStep(dial.steps, 1, (one) => fails(at(one)));
      if (step < dial.steps) current = at(step);
    }
  }
  return current;
}

/** The faults as written, each with the name it has in reports and in its stream. */
function nameFaults(raw: RawScenario, { plan }: LoadedScenario): RawFault[] {
  const written = (raw.faults ?? []) as readonly RawFault[];
  assert(written.length === plan.faults.length, 'each fault that is written is one of the plan');
  return written.map((fault, i) => ({ ...fault, name: plan.faults[i]?.name }));
}

/** A whole scenario with some of the faults; claims about the others are left out. */
function composeScenario(
  raw: RawScenario,
  { name, seed, plan }: LoadedScenario,
  replication: number,
  all: readonly RawFault[],
  some: readonly RawFault[],
): RawScenario {
  const kept = new Set(some.map((fault) => fault.name));
  const gone = all.map((fault) => String(fault.name)).filter((one) => !kept.has(one));
  const names = (claim: unknown) => gone.some((one) => JSON.stringify(claim).includes(`by ${one}`));
  const expect = ((raw.expect ?? []) as readonly unknown[]).filter((claim) => !names(claim));
  const { faults: _faults, expect: _expect, ...rest } = raw;
  return {
    ...rest,
    name: `${name.slice(0, 80)}-minimal-${replication}`,
    seed,
    replications: replication + 1,
    fidelity: plan.fidelity,
    faults: [...some],
    ...(expect.length === 0 ? {} : { expect }),
  };
}

function listTurned(before: readonly RawFault[], after: readonly RawFault[]): Turned[] {
  return before.flatMap((fault, i) => {
    const now = after[i] as RawFault;
    const dials: Pick<Dial, 'path' | 'written'>[] = listDials(fault);
    const { validators } = (fault.targets ?? {}) as { validators?: unknown };
    if (validators !== undefined) dials.push({ path: 'targets.validators', written: validators });
    return dials.flatMap(({ path, written }) => {
      const value = path.split('.').reduce<unknown>((inner, key) => (inner as RawFault)[key], now);
      const [from, to] = [written, value].map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
      return from === to ? [] : [{ fault: String(fault.name), path, from: from as string, to: to as string }];
    });
  });
}
