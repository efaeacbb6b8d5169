/**
 * Witnesses at work: who they are, whose attestations of a block come through their channel in time to be paid.
 *
 * Attestations of a block are offered to the channel when it is finalized, in order of address. What the bucket does not
 * let out waits; of what has no room the oldest is dropped. An attestation that leaves the channel before its block's epoch
 * is paid counts (blueprint.md sections 3.5, 10 and 22).
 */
import { compareNumbers } from '#base/order';
import type { Micros } from '#base/time';
import { deriveKey, drawUint32 } from '#kernel/draw';
import { nextBelow, type Stream } from '#kernel/stream';
import {
  nextReleaseAt,
  offerMessage,
  releaseMessages,
  takeTokens,
  type WitnessChannel,
} from '../network/token-bucket.js';
import { hearWitness, type Journal, positionOf } from '../rewards/journal.js';
import type { WitnessMember } from '../rewards/payout.js';
import { bookUptime, createIdentity, type Identity } from '../validators/identity.js';
import { addPoints, gossipPoints, PEER_POINTS } from '../validators/peer-score.js';
import { peerTier } from '../validators/reputation.js';
import { mayPublish, selectWitnesses } from '../validators/witness.js';
import type { Run, WitnessPeers, World } from '../world.js';

/** More witnesses of one block than any plan has: a message holds the height and the rank among them. */
const RANKS = 1 << 16;

/**
 * Who may be a witness: nodes outside the committee with a short record, 24 to 72 hours of timetoke (blueprint.md section
 * 22). Their addresses follow those of the validators.
 */
export function drawCandidates(count: number, validators: number, stream: Stream, now: Micros): Identity[] {
  return Array.from({ length: count }, (_, i) => {
    const identity = { ...createIdentity(validators + i, now), validated: true };
    return bookUptime(identity, 24 + nextBelow(stream, 49), now);
  });
}

/** Numbers of the witnesses, ascending: the best reputations outside the committee (blueprint.md section 3.5). */
export function chooseWitnesses(candidates: readonly Identity[], validators: number, count: number): number[] {
  const chosen = selectWitnesses(candidates, new Set(), count);
  return chosen.map(({ address }) => address - validators).sort(compareNumbers);
}

/** Addresses sort as numbers do. */
export function addressOf(index: number): string {
  return String(index).padStart(6, '0');
}

/** A new peer may publish on every topic of witnesses: an assumption, since otherwise nobody could begin. */
const FIRST_SCORE = 2;

export function createPeers(count: number): WitnessPeers {
  const scores = new Float64Array(count).fill(FIRST_SCORE);
  return { scores, publishes: new Uint8Array(count).fill(1), attested: new Int32Array(count), blocks: 0 };
}

/**
 * At an epoch's end peers score the witnesses by what they relayed and what they did not, and every candidate by the hours
 * it was there; who has too few points may not publish in the next epoch (blueprint.md sections 3.5 and 10).
 */
export function scorePeers(world: World, run: Run): void {
  const { peers, witnesses } = run.economy;
  const { scores, publishes, attested } = peers;
  const proofs = (run.chain.epochBlocks * run.chain.blockTime) / world.plan.validators.uptimeProofs;
  for (const witness of world.plan.witnesses.peerScores ? witnesses : []) {
    const relayed = attested[witness] as number;
    const missing = publishes[witness] === 1 ? peers.blocks - relayed : 0;
    const relays = relayed * gossipPoints('witness-proofs') + missing * PEER_POINTS['missing-relay'];
    const points = relays + proofs * PEER_POINTS.uptime;
    scores[witness] = addPoints(scores[witness] as number, points);
    publishes[witness] = mayPublish('witness-proofs', peerTier(scores[witness] as number)) ? 1 : 0;
  }
  attested.fill(0);
  peers.blocks = 0;
}

/** Whether a witness is there at a block; each is with the plan's probability (blueprint.md section 22). */
export function isOnline(world: World, run: Run, height: number, witness: number): boolean {
  return drawUint32(deriveKey(run.feeKey, height), witness) < world.plan.witnesses.online * 4_294_967_296;
}

/** Witnesses that attest a block, by address. */
export function attesting(world: World, run: Run, height: number): WitnessMember[] {
  const { candidates, witnesses, peers } = run.economy;
  const found: WitnessMember[] = [];
  for (const witness of witnesses) {
    if (peers.publishes[witness] === 0 || !isOnline(world, run, height, witness)) continue;
    const { hours } = candidates[witness] as Identity;
    found.push({ witness, address: addressOf(witness), hours, reports: 1 });
  }
  return found;
}

/** Witnesses whose attestation of a block of the journal came through. */
export function heardWitnesses(world: World, run: Run, height: number, count: number): WitnessMember[] {
  if (count === 0) return [];
  const attested = attesting(world, run, height);
  const ranks = run.economy.journal.heard.get(height);
  if (ranks === undefined) return attested.slice(0, count);
  return [...ranks].sort(compareNumbers).map((rank) => attested[rank] as WitnessMember);
}

/** The attestations of the block that the journal holds last, through the limits of their channel. */
export function takeAttestations(world: World, run: Run, height: number, at: Micros): void {
  const { economy } = run;
  const { witnessChannel: channel, journal, peers } = economy;
  const key = deriveKey(run.feeKey, height);
  const below = world.plan.witnesses.online * 4_294_967_296;
  let attested = 0;
  for (const witness of economy.witnesses) {
    if (peers.publishes[witness] === 0 || drawUint32(key, witness) >= below) continue;
    peers.attested[witness] = (peers.attested[witness] as number) + 1;
    attested += 1;
  }
  peers.blocks += 1;
  economy.witnessed += 1;
  if (channel.waiting.length > 0) economy.attestations += letOut(channel, journal, at);
  if (channel.waiting.length === 0 && takeTokens(channel.bucket, attested, at)) {
    journal.witnesses[journal.count - 1] = attested;
    economy.attestations += attested;
    return;
  }
  for (let rank = 0; rank < attested; rank += 1) {
    // What the bucket lets out at once needs no room in the queue.
    offerMessage(channel, height * RANKS + rank);
    if (channel.bucket.tokens > 0) economy.attestations += hear(journal, releaseMessages(channel, at));
  }
}

/** Lets out what waits, up to `now`; what comes too late for its epoch is heard by nobody. Returns how many were heard. */
export function letOut(channel: WitnessChannel, journal: Journal, now: Micros): number {
  let heard = 0;
  let at = channel.bucket.filledAt;
  for (;;) {
    const next = nextReleaseAt(channel, at);
    if (next === null || next > now) return heard;
    at = next;
    heard += hear(journal, releaseMessages(channel, at));
  }
}

function hear(journal: Journal, messages: readonly number[]): number {
  let heard = 0;
  for (const message of messages) {
    const height = Math.floor(message / RANKS);
    const position = positionOf(journal, height);
    if (position < 0) continue;
    hearWitness(journal, position, message % RANKS);
    heard += 1;
  }
  return heard;
}
