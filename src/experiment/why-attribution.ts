/**
 * How much of each risk is owed to which cause: a replication's failure is owed to a cause if it does not happen
 * without it, on the same luck; it is attributed if that is so, or if the rehearsal's own record names what was behind.
 *
 * Shares of causes may add up to more than the risk (each of two causes was needed) or to less (either sufficed alone).
 */
import { assert } from '#base/assert';
import type { Outcome } from '#model/outcome';
import type { Plan } from '#model/plan';
import { clopperPearson } from '#stats/interval';
import { discordantInterval, mcnemar } from '#stats/paired';
import type { Proportion } from './result.js';
import { type Cause, isNamed, nameCause } from './why-cause.js';
import { nameRisk, RISK_KEYS, type RiskKey, recordsOf, risksOf, type StallLevel } from './why-risk.js';

/** The same luck without one cause. */
export interface Without {
  readonly cause: Cause;
  /** By replication: the risks that come true without the cause. Replications that were not repeated are missing. */
  readonly risks: ReadonlyMap<number, ReadonlySet<RiskKey>>;
}

export interface OwedTo {
  readonly cause: string;
  readonly kind: Cause['kind'];
  readonly owed: Proportion; // of all replications: it happens, and does not without the cause
  readonly ofRisk: Proportion | null; // the same, of the replications in which it happens; null if there are none
  readonly named: number; // replications whose record of the undoing names the cause
  /** With the cause less without it, over all pairs; null unless all were repeated. */
  readonly paired: {
    readonly onlyWith: number;
    readonly onlyWithout: number;
    readonly difference: number;
    readonly interval: readonly [number, number];
    readonly pValue: number; // McNemar, exact
  } | null;
}

export interface RiskShare {
  readonly key: RiskKey;
  readonly label: string;
  readonly happens: Proportion; // of all replications
  readonly attributed: Proportion | null; // of those in which it happens; null if there are none
  readonly byRecordAlone: number; // attributed because the record names the cause, though it happens without it too
  readonly eitherAlone: number; // no single fault was needed, but it does not happen without all of them
  readonly unexplained: readonly number[]; // replications
  readonly recorded: Readonly<Record<string, number>>; // by what records name as the cause: replications
  readonly causes: readonly OwedTo[];
}

/**
 * Puts every risk down to its causes.
 *
 * @param outcomes - of all replications, by number
 * @param without - for each cause the failing replications repeated, or more of them
 */
export function attributeRisks(
  outcomes: readonly Outcome[],
  without: readonly Without[],
  { faults }: Pick<Plan, 'faults'>,
  level: StallLevel,
  confidence: number,
): RiskShare[] {
  const n = outcomes.length;
  const share = (count: number, of: number): Proportion => {
    return { count, n: of, estimate: count / of, interval: clopperPearson(count, of, confidence) };
  };
  const known = outcomes.map((outcome) => ({ outcome, risks: risksOf(outcome, level) }));
  return RISK_KEYS.map((key) => {
    const failing = known.filter(({ risks }) => risks.has(key)).map(({ outcome }) => outcome);
    const isAvoided = ({ risks }: Without, { replication }: Outcome): boolean => {
      const left = risks.get(replication);
      assert(left !== undefined, `failing replication ${replication} was repeated`);
      return !left.has(key);
    };
    const names = (cause: Cause, outcome: Outcome): boolean => {
      return recordsOf(outcome, key).some((undo) => isNamed(cause, undo.cause, faults));
    };
    const isRecorded = (outcome: Outcome): boolean => {
      return recordsOf(outcome, key).some((undo) => undo.cause !== 'unexplained');
    };
    const needed = (outcome: Outcome): boolean => without.some((one) => isAvoided(one, outcome));
    const single = (outcome: Outcome): boolean => {
      return without.some((one) => one.cause.kind !== 'faults' && isAvoided(one, outcome));
    };
    const unexplained = failing.filter((outcome) => !needed(outcome) && !isRecorded(outcome));
    const causes = without.map((one): OwedTo => {
      const owed = failing.filter((outcome) => isAvoided(one, outcome)).length;
      return {
        cause: nameCause(one.cause),
        kind: one.cause.kind,
        owed: share(owed, n),
        ofRisk: failing.length === 0 ? null : share(owed, failing.length),
        named: failing.filter((outcome) => names(one.cause, outcome)).length,
        paired: one.risks.size === n ? pairUp(known, one, key, confidence) : null,
      };
    });
    return {
      key,
      label: nameRisk(key),
      happens: share(failing.length, n),
      attributed: failing.length === 0 ? null : share(failing.length - unexplained.length, failing.length),
      byRecordAlone: failing.filter((outcome) => !needed(outcome) && isRecorded(outcome)).length,
      eitherAlone: failing.filter((outcome) => needed(outcome) && !single(outcome)).length,
      unexplained: unexplained.map(({ replication }) => replication),
      recorded: countRecords(failing, key),
      causes,
    };
  });
}

function countRecords(failing: readonly Outcome[], key: RiskKey): Record<string, number> {
  const counts = new Map<string, number>();
  for (const outcome of failing) {
    for (const cause of new Set(recordsOf(outcome, key).map((undo) => undo.cause))) {
      counts.set(cause, (counts.get(cause) ?? 0) + 1);
    }
  }
  return Object.fromEntries(counts);
}

function pairUp(
  known: readonly { readonly outcome: Outcome; readonly risks: ReadonlySet<RiskKey> }[],
  without: Without,
  key: RiskKey,
  confidence: number,
): OwedTo['paired'] {
  let [onlyWith, onlyWithout] = [0, 0];
  for (const { outcome, risks } of known) {
    const left = without.risks.get(outcome.replication)?.has(key) === true;
    if (risks.has(key) && !left) onlyWith += 1;
    else if (!risks.has(key) && left) onlyWithout += 1;
  }
  const n = known.length;
  return {
    onlyWith,
    onlyWithout,
    difference: (onlyWith - onlyWithout) / n,
    interval: discordantInterval(onlyWithout, onlyWith, n, confidence),
    pValue: mcnemar(onlyWith, onlyWithout),
  };
}
