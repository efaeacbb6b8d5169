/**
 * Timetoke: hours of proven uptime, credited by proofs of windows, lost by one hour a day, capped at 720.
 *
 * Times are µs of the simulation; `null` means never, where the node keeps 0. Every function answers with a new record.
 * Source: blueprint.md section 3.2, step by step as the node does it; the numbers in section 2.1.
 */
import { assert } from '#base/assert';
import { DAY, HOUR, type Micros, SECOND } from '#base/time';

export interface TimetokeRules {
  readonly minimumWindow: Micros; // of what is new in a window
  readonly cap: number; // hours
  readonly decayInterval: Micros;
  readonly decayStep: number; // hours for every whole interval
  readonly syncInterval: Micros;
  readonly proofInterval: Micros; // the scheduler of uptime proofs never runs more often
}

export const TIMETOKE_RULES: TimetokeRules = {
  minimumWindow: HOUR,
  cap: 720,
  decayInterval: DAY,
  decayStep: 1,
  syncInterval: 600 * SECOND,
  proofInterval: 600 * SECOND,
};

/** The account of one identity. */
export interface Timetoke {
  readonly hours: number; // integer 0 … cap
  readonly lastProof: Micros | null; // end of the last window taken in
  readonly lastDecay: Micros | null;
  readonly lastSync: Micros | null;
}

export const NO_TIMETOKE: Timetoke = { hours: 0, lastProof: null, lastDecay: null, lastSync: null };

/** Why a window earned nothing; the comments name the triggers of the engine library (blueprint 3.1). */
export type WindowRejection =
  | 'invalid' // uptime_window_invalid: it ends before it starts
  | 'overlap' // uptime_window_overlap: it ends within what was proven before
  | 'too-small' // uptime_window_too_small: less than an hour of it is new
  | 'at-cap'; // nothing left to credit

export interface ProofOutcome {
  readonly timetoke: Timetoke;
  readonly credited: number; // hours
  readonly rejection: WindowRejection | null; // null if and only if hours were credited
}

/**
 * Takes in the proof of uptime from `start` to `end` (blueprint 3.2, `recordProof`).
 *
 * Only what lies after the last window counts, in whole hours; the rest of an hour is lost. At the cap a window is
 * rejected and yet remembered. The first credit also starts the clock of decay, at the window's end.
 */
export function recordProof(
  timetoke: Timetoke,
  start: Micros,
  end: Micros,
  rules: TimetokeRules = TIMETOKE_RULES,
): ProofOutcome {
  const reject = (rejection: WindowRejection): ProofOutcome => ({ timetoke, credited: 0, rejection });
  if (end <= start) return reject('invalid');
  if (timetoke.lastProof !== null && end <= timetoke.lastProof) return reject('overlap');
  const from = timetoke.lastProof === null ? start : Math.max(start, timetoke.lastProof);
  if (end - from < rules.minimumWindow) return reject('too-small');
  const credited = Math.max(0, Math.min(Math.floor((end - from) / HOUR), rules.cap - timetoke.hours));
  const lastDecay = timetoke.lastDecay ?? (credited > 0 ? end : null);
  const next = { ...timetoke, hours: timetoke.hours + credited, lastProof: end, lastDecay };
  return { timetoke: next, credited, rejection: credited === 0 ? 'at-cap' : null };
}

/**
 * Takes an hour for every whole day since the last decay (blueprint 3.2, `decay`). The first call only starts the clock;
 * the rest of a day is forgiven, since the clock then starts anew at `now`.
 */
export function decayTimetoke(timetoke: Timetoke, now: Micros, rules: TimetokeRules = TIMETOKE_RULES): Timetoke {
  if (timetoke.lastDecay === null) return { ...timetoke, lastDecay: now };
  const days = Math.floor((now - timetoke.lastDecay) / rules.decayInterval);
  if (days <= 0) return timetoke;
  return { ...timetoke, hours: timetoke.hours - Math.min(days * rules.decayStep, timetoke.hours), lastDecay: now };
}

/** Whether records are to be exchanged again (blueprint 3.2, `syncDue`); at once, if they never were. */
export function isSyncDue(timetoke: Timetoke, now: Micros, rules: TimetokeRules = TIMETOKE_RULES): boolean {
  return timetoke.lastSync === null || now - timetoke.lastSync >= rules.syncInterval;
}

/** The account after an exchange of records. */
export function markSynced(timetoke: Timetoke, now: Micros): Timetoke {
  return { ...timetoke, lastSync: now };
}

/** What nodes tell each other of an account. */
export interface TimetokeRecord {
  readonly address: number;
  readonly hours: number;
  readonly lastUpdate: Micros; // of the last proof or decay; 0: none yet
}

/** Of two records of one address the newer, of equally old ones that with more hours (blueprint 3.2). */
export function mergeRecord(a: TimetokeRecord, b: TimetokeRecord): TimetokeRecord {
  assert(a.address === b.address, `records of ${a.address} and ${b.address} are of one address`);
  if (a.lastUpdate !== b.lastUpdate) return a.lastUpdate > b.lastUpdate ? a : b;
  return a.hours >= b.hours ? a : b;
}

/** Replays records into others; the result, by address, does not depend on their order or on repeats (blueprint 3.2). */
export function mergeRecords(...lists: readonly (readonly TimetokeRecord[])[]): TimetokeRecord[] {
  const byAddress = new Map<number, TimetokeRecord>();
  for (const record of lists.flat()) {
    const earlier = byAddress.get(record.address);
    byAddress.set(record.address, earlier === undefined ? record : mergeRecord(earlier, record));
  }
  return [...byAddress.values()].sort((a, b) => a.address - b.address);
}

/** Takes a snapshot of accounts, which is when they decay (blueprint 3.2). */
export function snapshotAccounts(
  accounts: ReadonlyMap<number, Timetoke>,
  now: Micros,
  rules: TimetokeRules = TIMETOKE_RULES,
): { readonly accounts: Map<number, Timetoke>; readonly records: TimetokeRecord[] } {
  const decayed = new Map([...accounts].map(([address, account]) => [address, decayTimetoke(account, now, rules)]));
  const records = [...decayed].map(([address, { hours, lastProof, lastDecay }]) => {
    return { address, hours, lastUpdate: Math.max(lastProof ?? 0, lastDecay ?? 0) };
  });
  return { accounts: decayed, records: records.sort((a, b) => a.address - b.address) };
}

export interface UptimeProof {
  readonly validated: boolean; // the prover's identity is
  readonly verifies: boolean; // the proof itself
  readonly end: Micros; // of its window
}

/**
 * Why a node refuses an uptime proof before it looks at the window (blueprint 3.2), or null.
 *
 * @param clock - of the receiving node, whose skew may refuse an honest proof
 */
export function refuseProof(
  proof: UptimeProof,
  clock: Micros,
): 'identity-not-validated' | 'invalid-proof' | 'window-in-future' | null {
  if (!proof.validated) return 'identity-not-validated';
  if (!proof.verifies) return 'invalid-proof';
  return proof.end > clock ? 'window-in-future' : null;
}

/**
 * When the scheduler of uptime proofs runs next (blueprint 3.2): never within 600 s, whatever `period` asks for.
 *
 * @param last - its last run; null: none, so at once
 */
export function nextProofRun(
  last: Micros | null,
  now: Micros,
  period: Micros,
  rules: TimetokeRules = TIMETOKE_RULES,
): Micros {
  return last === null ? now : Math.max(now, last + Math.max(period, rules.proofInterval));
}
