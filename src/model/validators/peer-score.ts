/**
 * Scores of peers: what the network thinks of a node by what it relays. They decide who may publish on which topic, and
 * nothing else: consensus looks at reputation (`reputation.ts`), and the two scales are never mixed.
 *
 * Source: blueprint.md section 10 (peer scores, reputation factors of topics, ban), 3.1 (tiers of peers from 1 to 5).
 */
import { SECOND } from '#base/time';

export type PeerEvent =
  | 'uptime'
  | 'vote'
  | 'vote-timeout'
  | 'missing-relay'
  | 'back-pressure'
  | 'invalid-proof'
  | 'duplicate'
  | 'pipeline-error'
  | 'bad-record'; // of the random function or of timetoke

/** Points of one event. */
export const PEER_POINTS: Readonly<Record<PeerEvent, number>> = {
  uptime: 0.3,
  vote: 0.6,
  'vote-timeout': -0.4,
  'missing-relay': -0.6,
  'back-pressure': -0.25,
  'invalid-proof': -1,
  duplicate: -0.2,
  'pipeline-error': -0.5,
  'bad-record': -1,
};

/** Reputation factors of topics. */
export const TOPIC_FACTORS = {
  blocks: 2,
  votes: 2,
  proofs: 1,
  'vrf-proofs': 1.1,
  snapshots: 1.5,
  meta: 0.5,
  'vrf-meta': 0.6,
  'witness-proofs': 1.2,
  'witness-meta': 0.75,
} as const;

/** Points of one accepted message of a topic. */
export function gossipPoints(topic: keyof typeof TOPIC_FACTORS): number {
  return 0.2 * TOPIC_FACTORS[topic];
}

/** Points of a slash. */
export function slashPoints(severity: number): number {
  return -2.5 * Math.max(severity, 1);
}

/** How long a ban lasts. */
export const PEER_BAN = 180 * SECOND;

/** Whether a peer is banned, for what it did or for what it has come to. */
export function isBanned(score: number, severity: number): boolean {
  return severity >= 1 || score < 0.1;
}

/** The highest tier of peers needs 5 points; no source says how far a score goes beyond, or below nothing. */
const MOST_POINTS = 5;

/** A score after some points, inside its scale. */
export function addPoints(score: number, points: number): number {
  return Math.min(MOST_POINTS, Math.max(0, score + points));
}
