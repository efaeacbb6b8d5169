/**
 * What a journal is of: the first line says it, and every record is bound to it.
 *
 * The header carries the whole scenario as it was resolved, so parts can be merged where the scenario's file is not.
 */
import { createHash } from 'node:crypto';
import { fingerprintText } from '#base/fingerprint';
import { canonicalJson } from '#base/order';
import type { LoadedScenario } from '#scenario/load';
import { formatShard, type Shard } from './shard.js';

export const JOURNAL_FORMAT = 1;

/** A scenario as it is journaled: all but the warnings, which were told when it was read. */
export type JournaledScenario = Omit<LoadedScenario, 'warnings'>;

export interface JournalHeader {
  readonly format: typeof JOURNAL_FORMAT;
  readonly version: string; // of the engine
  readonly shard: Shard;
  readonly scenario: JournaledScenario;
  readonly changes: Changes;
}

/** What a command line changed of the scenario's file; a replay repeats it. */
export interface Changes {
  readonly fidelity?: 'message' | 'block' | 'auto';
  readonly set?: readonly string[]; // `path=value`, in order
}

/** The same as plain data that may be written. */
export function copyChanges({ fidelity, set }: Changes = {}): {
  fidelity?: NonNullable<Changes['fidelity']>;
  set?: string[];
} {
  return { ...(fidelity === undefined ? {} : { fidelity }), ...(set === undefined ? {} : { set: [...set] }) };
}

export function createHeader(
  loaded: LoadedScenario,
  shard: Shard,
  version: string,
  changes: Changes = {},
): JournalHeader {
  const { warnings: _told, ...scenario } = loaded;
  return { format: JOURNAL_FORMAT, version, shard, scenario, changes };
}

/** What every record is bound to: a record of another version, scenario or seed does not pass for one of these. */
export function bindingOf({ format, version, scenario }: JournalHeader): string {
  const { hash, seed } = scenario;
  return createHash('sha256').update(canonicalJson({ format, version, hash, seed })).digest('hex');
}

/** One thing in which two headers differ, in words. */
export interface Difference {
  readonly what: 'version' | 'scenario' | 'seed' | 'fidelity' | 'replications' | 'shard';
  readonly theirs: string;
  readonly ours: string;
}

/** Everything in which a header is of another experiment, or of another share of it, than `ours`. */
export function compareHeaders(theirs: JournalHeader, ours: JournalHeader): Difference[] {
  const told = ({ version, shard, scenario }: JournalHeader) => ({
    version,
    seed: JSON.stringify(scenario.seed),
    fidelity: scenario.plan.fidelity,
    scenario: `${JSON.stringify(scenario.name)} (${scenario.hash})`,
    replications: String(scenario.replications),
    shard: formatShard(shard),
  });
  const [left, right] = [told(theirs), told(ours)];
  const differences = Object.keys(left).flatMap((key) => {
    const what = key as Difference['what'];
    return left[what] === right[what] ? [] : [{ what, theirs: left[what], ours: right[what] }];
  });
  const fidelity = differences.some(({ what }) => what === 'fidelity');
  return differences.filter(
    ({ what }) => what !== 'scenario' || !fidelity || theirs.scenario.name !== ours.scenario.name,
  );
}

/** Whether the scenario of a header is the one that its hash names. */
export function isSound({ scenario: { plan, claims, hash } }: JournalHeader): boolean {
  return fingerprintText(canonicalJson({ plan, claims })) === hash;
}
