/**
 * What an offence costs, under each of the profiles the documents hold.
 *
 * `node`: a percentage of the stake and expulsion. `lib`: timetoke and a tier, the stake untouched. `cfg`: absolute
 * amounts of the balance. `hybrid-v1`, the recommended one: percentages, expulsion and the absolute amounts together;
 * detectors cost score and the block's reward. A penalty is the difference it makes, already capped at what is there, so
 * it may be taken back exactly. Sources: blueprint.md sections 3.1, 9.1, 9.2, 21 #14 and #15, 22 (return).
 */
import { assert } from '#base/assert';
import { CLASS_OF, type EvidenceClass, type EvidenceKind } from './evidence.js';

export type PenaltyProfile = 'node' | 'lib' | 'cfg' | 'hybrid-v1';

export interface PenaltyRules {
  readonly profile: PenaltyProfile;
  readonly gate: boolean; // the anti-abuse gate, `consensus_enforcement`
  readonly base: bigint; // lib: units that its amounts are multiples of, ≥ 1
  readonly doubleSlash: boolean; // lib: false proofs and conflicts are slashed a second time, by 1 and a tier
  readonly banDoubleSign: boolean; // the ban flag that the documents want for double signatures
}

export const PENALTY_RULES: PenaltyRules = {
  profile: 'hybrid-v1',
  gate: true,
  base: 100_000_000n,
  doubleSlash: false,
  banDoubleSign: false,
};

/** What a validator can lose. */
export interface Standing {
  readonly stake: bigint; // ≥ 0
  readonly balance: bigint; // ≥ 0
  readonly timetoke: bigint; // in the unit the chain keeps it in, ≥ 0
  readonly tier: number; // 0 … 5
  readonly score: number; // millionths, 0 … 1 000 000
  readonly successes: number; // ≥ 0
  readonly feedback: number; // of peers; may be negative
  readonly identityValid: boolean;
  readonly banned: boolean;
}

/** What is taken, each part at most what was there. */
export interface Penalty {
  readonly stake: bigint;
  readonly balance: bigint;
  readonly timetoke: bigint;
  readonly tiers: number;
  readonly score: number; // millionths
  readonly successes: number;
  readonly feedback: number; // may be negative: it is set to 0
  readonly expelled: boolean; // the identity was valid and is no more
  readonly banned: boolean; // was free and is banned
  readonly rewardLost: boolean; // the block's whole entry is withheld
}

export const NO_PENALTY: Penalty = {
  stake: 0n,
  balance: 0n,
  timetoke: 0n,
  tiers: 0,
  score: 0,
  successes: 0,
  feedback: 0,
  expelled: false,
  banned: false,
  rewardLost: false,
};

/** Percent of the stake (9.1). Without an entry a kind costs nothing. */
const NODE_PERCENT: Partial<Record<EvidenceKind, number>> = {
  'double-sign-prevote': 10,
  'double-sign-precommit': 10,
  'invalid-proposal': 10,
  'double-spend-proposal': 10,
  'false-proof': 25,
  'refused-vote': 25,
  'invalid-identity': 50,
};

/** Kinds the node punishes with the gate off (9.1). */
const WITHOUT_GATE: readonly EvidenceKind[] = ['double-sign-prevote', 'double-sign-precommit', 'invalid-proposal'];

/** The kinds `hybrid-v1` takes over from the node (9.2). */
const HYBRID_PERCENT: Partial<Record<EvidenceKind, number>> = {
  'double-sign-prevote': 10,
  'double-sign-precommit': 10,
  'false-proof': 25,
  'invalid-identity': 50,
};

/** Units of the balance, from the configuration (2.1, 9.2). */
export const CONFIGURED_PENALTIES: Partial<Record<EvidenceKind, bigint>> = {
  'double-sign-prevote': 50_000_000n,
  'double-sign-precommit': 50_000_000n,
  'false-proof': 50_000_000n,
  silence: 25_000_000n,
};

/** Tenths of the score that censorship and inactivity leave (3.1). */
const SCORE_TENTHS: Partial<Record<EvidenceClass, number>> = { censorship: 9, inactivity: 8 };

/** The library's amount by class for a base b: 2b, b, b/2, b/2, b/4, the fractions rounded down and at least 1 (9.2). */
export function libraryAmount(evidenceClass: EvidenceClass, base: bigint): bigint {
  assert(base >= 1n, `the base ${base} of penalties is at least 1`);
  const atLeastOne = (units: bigint): bigint => (units < 1n ? 1n : units);
  switch (evidenceClass) {
    case 'double-sign':
      return 2n * base;
    case 'availability':
      return base;
    case 'censorship':
    case 'witness':
      return atLeastOne(base / 2n);
    case 'inactivity':
      return atLeastOne(base / 4n);
  }
}

/** What an offence of this kind takes from a validator of this standing. */
export function penaltyFor(rules: PenaltyRules, kind: EvidenceKind, standing: Standing): Penalty {
  const doubleSign = CLASS_OF[kind] === 'double-sign';
  switch (rules.profile) {
    case 'node': {
      const percent = rules.gate || WITHOUT_GATE.includes(kind) ? NODE_PERCENT[kind] : undefined;
      return percent === undefined ? NO_PENALTY : expulsion(standing, percent, doubleSign && rules.banDoubleSign);
    }
    case 'lib':
      return isOfLibrary(kind) ? libraryPenalty(rules, kind, standing) : NO_PENALTY;
    case 'cfg':
      return { ...NO_PENALTY, balance: capped(CONFIGURED_PENALTIES[kind] ?? 0n, standing.balance) };
    case 'hybrid-v1':
      return rules.gate ? hybridPenalty(rules, kind, standing) : NO_PENALTY;
  }
}

/** The library has evidence for conflicts, false proofs, missed duties, witness reports and silence only. */
function isOfLibrary(kind: EvidenceKind): boolean {
  return CLASS_OF[kind] !== 'availability' || kind === 'false-proof';
}

function libraryPenalty(rules: PenaltyRules, kind: EvidenceKind, standing: Standing): Penalty {
  const evidenceClass = CLASS_OF[kind];
  const twice = rules.doubleSlash && (evidenceClass === 'double-sign' || evidenceClass === 'availability');
  const amount = libraryAmount(evidenceClass, rules.base) + (twice ? 1n : 0n);
  return {
    ...NO_PENALTY,
    timetoke: capped(amount, standing.timetoke),
    tiers: Math.min(twice ? 2 : 1, standing.tier),
    score: scoreLoss(evidenceClass, standing),
    rewardLost: losesReward(evidenceClass),
  };
}

function hybridPenalty(rules: PenaltyRules, kind: EvidenceKind, standing: Standing): Penalty {
  const evidenceClass = CLASS_OF[kind];
  const balance = capped(CONFIGURED_PENALTIES[kind] ?? 0n, standing.balance);
  const percent = HYBRID_PERCENT[kind];
  if (percent !== undefined) {
    return { ...expulsion(standing, percent, evidenceClass === 'double-sign' && rules.banDoubleSign), balance };
  }
  return {
    ...NO_PENALTY,
    balance,
    score: scoreLoss(evidenceClass, standing),
    rewardLost: losesReward(evidenceClass),
  };
}

/** Stake becomes floor(stake × (100 − percent) / 100); identity, tier, score, successes, feedback and timetoke go (9.1). */
function expulsion(standing: Standing, percent: number, ban: boolean): Penalty {
  return {
    ...NO_PENALTY,
    stake: standing.stake - (standing.stake * BigInt(100 - percent)) / 100n,
    timetoke: standing.timetoke,
    tiers: standing.tier,
    score: standing.score,
    successes: standing.successes,
    feedback: standing.feedback,
    expelled: standing.identityValid,
    banned: ban && !standing.banned,
  };
}

function scoreLoss(evidenceClass: EvidenceClass, { score }: Standing): number {
  const tenths = SCORE_TENTHS[evidenceClass];
  return tenths === undefined ? 0 : score - Math.floor((score * tenths) / 10);
}

function losesReward(evidenceClass: EvidenceClass): boolean {
  return evidenceClass === 'censorship' || evidenceClass === 'inactivity';
}

function capped(units: bigint, held: bigint): bigint {
  return units < held ? units : held;
}

/** The standing after a penalty. */
export function applyPenalty(standing: Standing, penalty: Penalty): Standing {
  return {
    stake: standing.stake - penalty.stake,
    balance: standing.balance - penalty.balance,
    timetoke: standing.timetoke - penalty.timetoke,
    tier: standing.tier - penalty.tiers,
    score: standing.score - penalty.score,
    successes: standing.successes - penalty.successes,
    feedback: standing.feedback - penalty.feedback,
    identityValid: standing.identityValid && !penalty.expelled,
    banned: standing.banned || penalty.banned,
  };
}

/** The standing after a penalty is taken back; tier and score stay inside their scales. */
export function undoPenalty(standing: Standing, penalty: Penalty): Standing {
  return {
    stake: standing.stake + penalty.stake,
    balance: standing.balance + penalty.balance,
    timetoke: standing.timetoke + penalty.timetoke,
    tier: Math.min(5, standing.tier + penalty.tiers),
    score: Math.min(1_000_000, standing.score + penalty.score),
    successes: standing.successes + penalty.successes,
    feedback: standing.feedback + penalty.feedback,
    identityValid: standing.identityValid || penalty.expelled,
    banned: standing.banned && !penalty.banned,
  };
}

/** Whether a penalty takes anything at all. */
export function isPenalty(penalty: Penalty): boolean {
  return (Object.keys(NO_PENALTY) as (keyof Penalty)[]).some((part) => penalty[part] !== NO_PENALTY[part]);
}

/** What an expelled validator has done since to come back. */
export interface Return {
  readonly expelledAt: number; // epoch
  readonly epoch: number; // now
  readonly newIdentity: boolean;
  readonly uptimeHours: number;
  readonly witnessDuties: number;
  readonly banned: boolean;
}

/**
 * Whether an expelled validator may return: a new identity, 24 hours of uptime, 10 duties as a witness, and at least one
 * full epoch outside (section 22). As built, never.
 */
export function mayReturn({ expelledAt, epoch, newIdentity, uptimeHours, witnessDuties, banned }: Return): boolean {
  return !banned && newIdentity && uptimeHours >= 24 && witnessDuties >= 10 && epoch > expelledAt + 1;
}
