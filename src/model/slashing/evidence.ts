/**
 * Evidence against validators: what it is, in which queue it waits, and which of it is still heard.
 *
 * Queues are drained by priority of their class, first in first out inside each; a memory of 64 keeps what was reported
 * last. Conflicting votes share the key (height, round, kind, voter), which is forgotten once the height has left the
 * window. Sources: blueprint.md section 9.1 (kinds, conflict key, window of one height), 9.2 (classes, order, memory)
 * and 21 #16 (five classes or three).
 */
export type EvidenceKind =
  | 'double-sign-prevote'
  | 'double-sign-precommit'
  | 'invalid-proposal' // a bad block
  | 'double-spend-proposal' // a bad block that spends twice
  | 'false-proof' // a proof that does not verify, or a wrong word about one
  | 'refused-vote' // a vote the round refuses, or one badly signed
  | 'invalid-identity' // an attestation that does not hold, of its voter or the proposer that included it
  | 'missed-prevote'
  | 'missed-precommit'
  | 'missed-proof'
  | 'vote-withholding' // reported by a witness
  | 'silence'; // no message at all

export type EvidenceClass = 'double-sign' | 'availability' | 'censorship' | 'witness' | 'inactivity';

/** The class of each kind. The library knows no bad proposals, votes or identities; they rank with false proofs. */
export const CLASS_OF: Readonly<Record<EvidenceKind, EvidenceClass>> = {
  'double-sign-prevote': 'double-sign',
  'double-sign-precommit': 'double-sign',
  'invalid-proposal': 'availability',
  'double-spend-proposal': 'availability',
  'false-proof': 'availability',
  'refused-vote': 'availability',
  'invalid-identity': 'availability',
  'missed-prevote': 'censorship',
  'missed-precommit': 'censorship',
  'missed-proof': 'censorship',
  'vote-withholding': 'witness',
  silence: 'inactivity',
};

/** Queues in order of priority, each with the classes that wait in it. */
export type QueueOrder = readonly (readonly EvidenceClass[])[];

/** The order of the code. */
export const FIVE_CLASSES: QueueOrder = [
  ['double-sign'],
  ['availability'],
  ['censorship'],
  ['witness'],
  ['inactivity'],
];

/** The order of the documents; they do not say where the other two wait: missed votes with witnesses, silence with availability. */
export const THREE_CLASSES: QueueOrder = [['double-sign'], ['availability', 'inactivity'], ['witness', 'censorship']];

/** The reporter of what detectors find: the consensus monitor. */
export const MONITOR = -1;

export interface Evidence {
  readonly kind: EvidenceKind;
  readonly accused: number; // validator
  readonly reporter: number; // validator or witness, or `MONITOR`
  readonly height: number;
  readonly round: number;
}

export interface EvidenceRules {
  readonly queues: QueueOrder;
  readonly history: number; // events remembered
  readonly window: number; // heights a report may be about, counted back from the one in progress; Infinity: any
  readonly repeats: boolean; // whether the same offence may be reported again, as the node allows
}

export const EVIDENCE_RULES: EvidenceRules = { queues: FIVE_CLASSES, history: 64, window: 1, repeats: false };

/** A vote as far as conflicts go. */
export interface SignedVote {
  readonly height: number;
  readonly round: number;
  readonly kind: 'prevote' | 'precommit';
  readonly voter: number;
  readonly value: number; // block, or a number that stands for nil
}

export interface EvidencePool {
  readonly rules: EvidenceRules;
  readonly waiting: Evidence[][]; // by queue, oldest first
  readonly history: Evidence[]; // oldest first
  readonly reported: Map<string, number>; // offence → its height
  readonly votes: Map<string, SignedVote>; // conflict key → first vote seen
  tip: number; // last sealed height
  expired: number; // reports that came too late
  repeated: number; // reports of an offence that is known
}

export function createEvidencePool(rules: EvidenceRules = EVIDENCE_RULES, tip = 0): EvidencePool {
  return {
    rules,
    waiting: rules.queues.map(() => []),
    history: [],
    reported: new Map(),
    votes: new Map(),
    tip,
    expired: 0,
    repeated: 0,
  };
}

/** What two votes must share to be in conflict. */
export function conflictKey({ height, round, kind, voter }: SignedVote): string {
  return `${height}/${round}/${kind}/${voter}`;
}

/** Whether a report about `height` is still heard: with a window of one, only the height in progress or later ones. */
export function isHeard(pool: EvidencePool, height: number): boolean {
  return height > pool.tip + 1 - pool.rules.window;
}

export type ReportOutcome = 'queued' | 'expired' | 'repeated';

/** Takes a report in, unless it is too late or known. */
export function reportEvidence(pool: EvidencePool, evidence: Evidence): ReportOutcome {
  if (!isHeard(pool, evidence.height)) {
    pool.expired += 1;
    return 'expired';
  }
  const offence = `${evidence.height}/${evidence.round}/${evidence.kind}/${evidence.accused}`;
  if (pool.reported.has(offence) && !pool.rules.repeats) {
    pool.repeated += 1;
    return 'repeated';
  }
  pool.reported.set(offence, evidence.height);
  const queue = pool.rules.queues.findIndex((classes) => classes.includes(CLASS_OF[evidence.kind]));
  (pool.waiting[queue] as Evidence[]).push(evidence);
  pool.history.push(evidence);
  if (pool.history.length > pool.rules.history) pool.history.shift();
  return 'queued';
}

/**
 * Remembers a vote and tells what it proves: a second vote of the same key for another value is a double signature. The
 * caller has checked its own signature; the first vote of a key stays.
 */
export function witnessVote(pool: EvidencePool, vote: SignedVote, reporter: number): Evidence | null {
  if (!isHeard(pool, vote.height)) return null;
  const key = conflictKey(vote);
  const earlier = pool.votes.get(key);
  if (earlier === undefined) {
    pool.votes.set(key, vote);
    return null;
  }
  if (earlier.value === vote.value) return null;
  const { height, round, voter } = vote;
  return { kind: `double-sign-${vote.kind}`, accused: voter, reporter, height, round };
}

/** Takes out up to `limit` reports, by priority and then by age. */
export function drainEvidence(pool: EvidencePool, limit = Number.POSITIVE_INFINITY): Evidence[] {
  const drained: Evidence[] = [];
  for (const queue of pool.waiting) {
    while (queue.length > 0 && drained.length < limit) drained.push(queue.shift() as Evidence);
  }
  return drained;
}

/** A height is sealed: votes and offences that have left the window are forgotten. Reports in the queues stay. */
export function sealHeight(pool: EvidencePool, height: number): void {
  if (height <= pool.tip) return;
  pool.tip = height;
  for (const [key, vote] of pool.votes) if (!isHeard(pool, vote.height)) pool.votes.delete(key);
  for (const [offence, about] of pool.reported) if (!isHeard(pool, about)) pool.reported.delete(offence);
}
