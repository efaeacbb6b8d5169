/**
 * Election of the committee from a pool of submissions, by a verifiable random function (VRF).
 *
 * Each submission's 256-bit output is divided by its weight; small quotients win. Recommended is the exact top t; as
 * built, a threshold is compared that rarely binds. Exact in bigint; the result depends on the set of submissions, not
 * on their order.
 * Source: blueprint.md section 3.3, divergences 4 and 6 of section 21.
 */
import { assert } from '#base/assert';
import { compareText } from '#base/order';
import { deriveKey, drawUint32 } from '#kernel/draw';
import { type Contender, compareLeaders, type LeaderRule } from './leader-order.js';

/** D = 2^256: outputs are 0 … D − 1. */
export const OUTPUT_DOMAIN = 1n << 256n;

const MINIMUM_TIER = 3;
const MINIMUM_HOURS = 1;

/**
 * The output of one validator (blueprint 3.3, step 1), any keyed uniform hash in place of the real one.
 *
 * @param key - of the chain, int32, from `streamKey`
 * @param epoch - or height, where the committee is redrawn for every block
 * @param address - integer ≥ 0
 * @returns uniform in 0 … 2^256 − 1
 */
export function vrfOutput(key: number, epoch: number, address: number): bigint {
  return words256(key, epoch, address, 0);
}

/** The hash j that moves one candidate's threshold as built (blueprint 3.3, step 5); independent of the output. */
export function thresholdNoise(key: number, epoch: number, address: number): bigint {
  return words256(key, epoch, address, 8);
}

/** The weight of a submission (blueprint 3.3, step 3): w(tier) × max(hours, 1) with w(TL0 … TL5) = 1 … 6. */
export function selectionWeight(tier: number, hours: number): bigint {
  return BigInt(tier + 1) * BigInt(Math.max(hours, 1));
}

export interface Submission {
  readonly address: number;
  readonly tier: number;
  readonly hours: number; // timetoke
  readonly output: bigint; // 0 … 2^256 − 1
  readonly noise: bigint; // j, for the threshold as built
  readonly defect: 'malformed' | 'unverifiable' | 'no-public-key' | null; // what its check finds
}

export type RejectionReason =
  | 'tier-too-low'
  | 'insufficient-timetoke'
  | 'malformed'
  | 'unverifiable'
  | 'no-public-key'
  | 'duplicate' // the pool holds one submission per address: of several verified ones that with the least output
  | 'above-threshold'
  | 'bundle-full'; // accepted, but the bundle of the block has no room

export interface SelectionRules {
  readonly target: number; // t, validators wanted, integer ≥ 0
  readonly bundleCap: number; // entries a bundle can hold, integer ≥ 0; the design text says 32
  readonly thresholdAsBuilt: boolean; // the node's formula instead of the exact top t
  readonly leaderRule: LeaderRule; // by which the fallback is found
}

export const SELECTION_RULES: SelectionRules = {
  target: 100,
  bundleCap: 128,
  thresholdAsBuilt: false,
  leaderRule: 'node',
};

export interface Rejection {
  readonly address: number;
  readonly reason: RejectionReason;
}

export interface Selection {
  readonly members: readonly Contender[]; // by weighted output, then address; distinct addresses
  readonly rejections: readonly Rejection[]; // by address
  readonly pool: number; // submissions, repeats of an address counted once
  readonly accepted: number; // members without the fallback
  readonly target: number;
  readonly fallback: number | null; // the sole member, where nobody was accepted
  readonly fallbackSelected: boolean; // as built: set by the first rejection at the threshold, even if others pass
}

/** Elects a committee (blueprint 3.3, steps 2 to 6). */
export function selectCommittee(
  submissions: readonly Submission[],
  rules: SelectionRules = SELECTION_RULES,
): Selection {
  const { target, bundleCap, leaderRule } = rules;
  assert(Number.isSafeInteger(target) && target >= 0, `the target ${target} is an integer from 0`);
  assert(Number.isSafeInteger(bundleCap) && bundleCap >= 0, `the cap ${bundleCap} is an integer from 0`);
  const rejections: Rejection[] = [];
  const candidates = verifiedCandidates(submissions, rejections);
  const thresholds = rules.thresholdAsBuilt ? builtThresholds(candidates, target) : null;
  const passing: Candidate[] = [];
  const beyond: Candidate[] = [];
  candidates.forEach((candidate, rank) => {
    const passes = thresholds === null ? rank < target : candidate.weighted < (thresholds[rank] as bigint);
    if (passes) passing.push(candidate);
    else beyond.push(candidate);
  });
  const accepted = passing.slice(0, bundleCap);
  const best = beyond.toSorted((a, b) => compareLeaders(a, b, leaderRule))[0];
  const fallback = passing.length === 0 && bundleCap > 0 ? (best ?? null) : null;
  for (const { address } of beyond) rejections.push({ address, reason: 'above-threshold' });
  for (const { address } of passing.slice(bundleCap)) rejections.push({ address, reason: 'bundle-full' });
  return {
    members: (fallback === null ? accepted : [fallback]).map(withoutNoise),
    rejections: rejections.sort((a, b) => a.address - b.address || compareText(a.reason, b.reason)),
    pool: new Set(submissions.map(({ address }) => address)).size,
    accepted: accepted.length,
    target,
    fallback: fallback?.address ?? null,
    fallbackSelected: beyond.length > 0,
  };
}

/**
 * The common part of the threshold as built (blueprint 3.3, step 4), in 0 … D.
 *
 * @param weighted - of the n verified candidates, ascending
 * @param target - t; 0, like n = 0, lets nobody pass, t ≥ n everybody
 */
export function baseThreshold(weighted: readonly bigint[], target: number): bigint {
  const n = weighted.length;
  if (target === 0 || n === 0) return 0n;
  if (target >= n) return OUTPUT_DOMAIN;
  const share = (OUTPUT_DOMAIN * BigInt(target + 1)) / BigInt(n + 2); // S
  const quantile = weighted[target - 1] as bigint; // q
  const middle = (share + quantile) / 2n;
  const base = middle > quantile ? middle : quantile;
  return base < OUTPUT_DOMAIN ? base : OUTPUT_DOMAIN;
}

/**
 * The threshold of one candidate as built (blueprint 3.3, step 5): `base` moved by up to a quarter of D / n.
 *
 * @param n - verified candidates, ≥ 1
 * @param noise - j: up when its first byte is even, else down
 * @returns in 0 … D
 */
export function candidateThreshold(base: bigint, n: number, noise: bigint): bigint {
  const quarter = OUTPUT_DOMAIN / (4n * BigInt(n));
  const span = quarter > 1n ? quarter : 1n;
  const offset = noise % span;
  const isUp = ((noise >> 248n) & 1n) === 0n;
  const moved = isUp ? base + offset : base - offset;
  if (moved < 0n) return 0n;
  return moved < OUTPUT_DOMAIN ? moved : OUTPUT_DOMAIN;
}

/** Sums over elections, for rates over a window. */
export interface SelectionTally {
  elections: number;
  pool: number;
  accepted: number;
  target: number;
  rejected: number;
  fallbacks: number; // elections whose sole member is the fallback
  fallbackFlags: number; // elections with the flag as built
}

export function createSelectionTally(): SelectionTally {
  return { elections: 0, pool: 0, accepted: 0, target: 0, rejected: 0, fallbacks: 0, fallbackFlags: 0 };
}

/** Counts one election. */
export function countSelection(tally: SelectionTally, selection: Selection): void {
  tally.elections += 1;
  tally.pool += selection.pool;
  tally.accepted += selection.accepted;
  tally.target += selection.target;
  tally.rejected += selection.pool - selection.accepted;
  tally.fallbacks += selection.fallback === null ? 0 : 1;
  tally.fallbackFlags += selection.fallbackSelected ? 1 : 0;
}

/** What a dashboard shows of elections (blueprint 3.3, step 7), each in [0, 1]. */
export interface SelectionRates {
  readonly participation: number; // accepted / pool
  readonly success: number; // accepted / target, at most 1
  readonly rejection: number; // addresses of the pool that are not accepted / pool
  readonly fallback: number; // share of elections, by the fact
  readonly fallbackAsBuilt: number; // by the flag
}

/** The rates of a tally; a rate of nothing is 0. */
export function selectionRates(tally: SelectionTally): SelectionRates {
  const { elections, pool, accepted, target } = tally;
  return {
    participation: rate(accepted, pool),
    success: Math.min(1, rate(accepted, target)),
    rejection: rate(tally.rejected, pool),
    fallback: rate(tally.fallbacks, elections),
    fallbackAsBuilt: rate(tally.fallbackFlags, elections),
  };
}

/** The limits of health (blueprint 3.3): participation at least, rejection and fallback at most. */
export const SELECTION_LIMITS = { participation: 0.66, rejection: 0.25, fallback: 0.1 } as const;

/** Which limits the rates break, in the order of the limits; `asBuilt`: the fallback rate is read from the flag. */
export function unhealthyRates(rates: SelectionRates, asBuilt: boolean): (keyof typeof SELECTION_LIMITS)[] {
  const broken: (keyof typeof SELECTION_LIMITS)[] = [];
  if (rates.participation < SELECTION_LIMITS.participation) broken.push('participation');
  if (rates.rejection > SELECTION_LIMITS.rejection) broken.push('rejection');
  if ((asBuilt ? rates.fallbackAsBuilt : rates.fallback) > SELECTION_LIMITS.fallback) broken.push('fallback');
  return broken;
}

interface Candidate extends Contender {
  readonly noise: bigint;
}

/** The verified candidates by weighted output, then address; notes why others are none. */
function verifiedCandidates(submissions: readonly Submission[], rejections: Rejection[]): Candidate[] {
  const byAddress = new Map<number, Candidate>();
  for (const submission of submissions) {
    const { address, tier, hours, output, noise } = submission;
    const reason = rejectionOf(submission);
    if (reason !== null) {
      rejections.push({ address, reason });
      continue;
    }
    const earlier = byAddress.get(address);
    if (earlier !== undefined) rejections.push({ address, reason: 'duplicate' });
    const weight = selectionWeight(tier, hours);
    const candidate = { address, tier, hours, output, noise, weight, weighted: output / weight };
    if (earlier === undefined || output < earlier.output) byAddress.set(address, candidate);
  }
  return [...byAddress.values()].sort((a, b) => {
    if (a.weighted !== b.weighted) return a.weighted < b.weighted ? -1 : 1;
    return a.address - b.address;
  });
}

function rejectionOf({ tier, hours, defect }: Submission): RejectionReason | null {
  if (tier < MINIMUM_TIER) return 'tier-too-low';
  if (hours < MINIMUM_HOURS) return 'insufficient-timetoke';
  return defect;
}

function builtThresholds(candidates: readonly Candidate[], target: number): bigint[] {
  const n = candidates.length;
  if (target === 0) return candidates.map(() => 0n);
  if (target >= n) return candidates.map(() => OUTPUT_DOMAIN);
  const weighted = candidates.map((candidate) => candidate.weighted);
  const base = baseThreshold(weighted, target);
  return candidates.map(({ noise }) => candidateThreshold(base, n, noise));
}

function withoutNoise({ noise: _, ...contender }: Candidate): Contender {
  return contender;
}

function words256(key: number, epoch: number, address: number, from: number): bigint {
  const own = deriveKey(deriveKey(key, epoch), address);
  let value = 0n;
  for (let word = 0; word < 8; word += 1) value = (value << 32n) | BigInt(drawUint32(own, from + word));
  return value;
}

function rate(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
