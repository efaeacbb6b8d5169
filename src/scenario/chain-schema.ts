/**
 * The sections of a scenario that describe the chain and those who run it.
 *
 * Defaults come from `defaults.ts` by path; descriptions are printed by `explain` and stand in the JSON Schema.
 */
import { z } from 'zod';
import { MINUTE } from '#base/time';
import { PROBE_METRICS } from '#model/metric';
import { asBuiltSchema } from './as-built-schema.js';
import { defaultAt } from './defaults.js';
import { durationDistribution } from './distribution.js';
import { migrationSchema } from './migration-schema.js';
import {
  decimal,
  duration,
  flag,
  list,
  oneOf,
  positiveDuration,
  positiveShare,
  range,
  say,
  section,
  share,
  size,
  textOf,
  whole,
  word,
} from './value.js';
import { VERSION_PATTERN } from './version.js';

/** `schema`, or what the table of defaults has at `path`. */
export function defaulted<T extends z.ZodType>(schema: T, path: string, text: string) {
  // zod hands the default on as it is, so a list or a map must be a copy.
  const value = structuredClone(defaultAt(path).value);
  return z.prefault(schema, value as z.core.util.NoUndefined<z.input<T>>).describe(text);
}

/** Engines whose timeouts and rules fill what a file leaves out. */
export const PRESETS = {
  blueprint: 'Timeouts of the blueprint, rules of the Malachite engine; heights follow the slots.',
  malachite: 'Timeouts and rules of the Malachite engine as it is published; heights follow the slots.',
  cometbft: 'Timeouts and rules of CometBFT; the next height follows a second after a decision.',
} as const;

/** Who leads among equals in tier and timetoke. */
export const LEADER_ORDERS = {
  'lowest-vrf': 'The code of the node: among equals in tier and timetoke the lowest output, divided by weight, leads.',
  'highest-vrf': 'The library: among equals in tier and timetoke the highest output leads, then the highest address.',
  doc: 'The design text: among equals in tier and timetoke the lowest output leads, whatever its weight.',
} as const;

/** What makes a node skip to a later round. */
export const SKIP_RULES = {
  'one-honest': 'A node skips to a later round once more than a third of the power has sent any votes of it.',
  quorum: 'A node skips to a later round once it holds a quorum of its prevotes, or of its precommits.',
} as const;

/** What a locked node prevotes when another value is proposed without a polka. */
export const LOCK_RULES = {
  nil: 'A locked node prevotes nil for another value, unless a polka allows it.',
  'locked-value': 'A locked node prevotes its locked value, whatever is proposed.',
} as const;

const timeouts = section({
  propose: positiveDuration.optional().describe('Wait for the proposal of round 0.'),
  proposeDelta: duration.optional().describe('More of it in each further round.'),
  prevote: positiveDuration.optional().describe('Wait after a quorum of differing prevotes.'),
  prevoteDelta: duration.optional().describe('More of it in each further round.'),
  precommit: positiveDuration.optional().describe('Wait after a quorum of differing precommits.'),
  precommitDelta: duration.optional().describe('More of it in each further round.'),
  rebroadcast: positiveDuration.optional().describe('Time until a silent node repeats its votes.'),
  rebroadcastDelta: duration.optional().describe('More of it in each further round.'),
});

const consensus = section({
  preset: defaulted(
    oneOf(Object.keys(PRESETS) as (keyof typeof PRESETS)[]),
    'chain.consensus.preset',
    'Engine whose timeouts and rules fill what the file leaves out.',
  ),
  skip: oneOf(Object.keys(SKIP_RULES) as (keyof typeof SKIP_RULES)[])
    .optional()
    .describe('What makes a node skip to a later round: one honest vote, or a quorum.'),
  locked: oneOf(Object.keys(LOCK_RULES) as (keyof typeof LOCK_RULES)[])
    .optional()
    .describe('What a locked node prevotes when another value is proposed without a polka.'),
  commitWait: duration
    .optional()
    .describe('Time between a decision and the next height; without it heights follow the slots of chain.blockTime.'),
  replayDelay: duration
    .optional()
    .describe('Time a restarted node waits for synchronization before it replays its log.'),
});

export const chainSchema = section({
  blockTime: defaulted(positiveDuration, 'chain.blockTime', 'The slot: the time at which heights are meant to follow.'),
  epochBlocks: defaulted(
    whole(1, 'a number of blocks'),
    'chain.epochBlocks',
    'Blocks of an epoch; gates switch and payouts are reckoned at its end.',
  ),
  committeeTarget: defaulted(
    whole(1, 'a number of validators'),
    'chain.committeeTarget',
    'Validators of a committee at most.',
  ),
  leaderOrder: defaulted(
    oneOf(Object.keys(LEADER_ORDERS) as (keyof typeof LEADER_ORDERS)[]),
    'chain.leaderOrder',
    'Who leads among validators of equal tier and timetoke.',
  ),
  timeouts: timeouts
    .prefault({})
    .describe('Timeouts of the consensus: base + round × delta; by default of the preset.'),
  consensus: consensus.prefault({}).describe('Rules in which engines of the Tendermint family differ.'),
  build: defaulted(durationDistribution, 'chain.build', 'Time in which a proposer builds a block.'),
  execute: defaulted(durationDistribution, 'chain.execute', 'Time in which a validator checks a block.'),
  blockSize: defaulted(size, 'chain.blockSize', 'Size of a block with its proof.'),
  voteSize: defaulted(size, 'chain.voteSize', 'Size of a vote.'),
  partSize: defaulted(size, 'chain.partSize', 'A proposal of more bytes travels in parts of this size.'),
  asBuilt: asBuiltSchema
    .prefault({})
    .describe('Where the chain as built departs from what its documents mean or we recommend.'),
});

/** The uptime scheduler of the node never runs more often (§3.2). */
const UPTIME_MIN = 10 * MINUTE;

export const validatorsSchema = section({
  stakeMean: defaulted(whole(1, 'an amount of stake'), 'validators.stakeMean', 'Mean stake, in units.'),
  stakeExponent: defaulted(decimal(0, 'an exponent'), 'validators.stakeExponent', 'Zipf exponent of stake over ranks.'),
  hours: defaulted(range, 'validators.hours', 'Timetoke hours at the start, uniform.'),
  successes: defaulted(range, 'validators.successes', 'Consensus successes at the start, uniform.'),
  newcomers: defaulted(share, 'validators.newcomers', 'Share that starts in tier TL3.'),
  uptimeProofs: defaulted(
    duration.refine((time) => time >= UPTIME_MIN, {
      error: say('is shorter than the 10m that uptime proofs are apart at least', 'Write 10m or longer, such as 1h.'),
    }),
    'validators.uptimeProofs',
    'Time between two uptime proofs of a validator that is up; a proof credits whole timetoke hours.',
  ),
  peerFeedback: defaulted(
    flag,
    'validators.peerFeedback',
    'Feedback of peers enters the score: one more for every uptime proof, one less for every one that is missing.',
  ),
  scoreDecay: defaulted(flag, 'validators.scoreDecay', 'The score falls by a twentieth a day.'),
  replay: defaulted(
    durationDistribution,
    'validators.replay',
    'Time in which a node that comes back replays the timetoke records it missed; until then it cannot prove its uptime.',
  ),
  replaySuccess: defaulted(
    positiveShare,
    'validators.replaySuccess',
    'Probability that one attempt at it succeeds; the next one follows ten minutes later.',
  ),
});

export const witnessesSchema = section({
  count: defaulted(whole(0, 'a number of witnesses'), 'witnesses.count', 'Witnesses of a block.'),
  online: defaulted(share, 'witnesses.online', 'Probability that a witness attests a block.'),
  peerScores: defaulted(
    flag,
    'witnesses.peerScores',
    'Peers score what witnesses relay; with too few points one may not publish its attestations in the next epoch.',
  ),
});

export const telemetrySchema = section({
  interval: defaulted(positiveDuration, 'telemetry.interval', 'Time between two samples of a probe.'),
  delay: defaulted(duration, 'telemetry.delay', 'Time until a sample is on the dashboard.'),
  missing: list(oneOf(PROBE_METRICS.map(({ key }) => key)), 1)
    .optional()
    .describe('Probe metrics that no node exports: checks that read them never fire, and nothing waits for them.'),
  alertBlind: defaulted(
    flag,
    'telemetry.alertBlind',
    'As built: alerts on metrics that no code exports cannot fire, and nothing waits for them.',
  ),
});

/** The chain's feature gates and what turning one on does in the simulation (§13.1). */
export const GATES = {
  malachite_consensus: 'The blueprint selects committee and leader order; off, proposers take turns by address.',
  timetoke_rewards: 'Committee and leader are paid at each epoch end; off, nobody is.',
  witness_network: 'Witnesses attest blocks; they are paid once rewards are on as well.',
  recursive_proofs: 'A block must carry the proof of an earlier one; validators wait for it.',
  pruning: 'Payloads of proven blocks are removed.',
  reconstruction: 'Removed payloads can be rebuilt from snapshots and proofs.',
  consensus_enforcement: 'Faulty votes and proofs are slashed.',
} as const;

const FIX_VERSION = 'Write three numbers, such as 2.1.0, and where you need it a suffix, such as 2.1.0-rc.1.';
const version = textOf(VERSION_PATTERN, 'a version', FIX_VERSION);

export const releaseSchema = section({
  version: version.describe('Version under rollout; gates with a minVersion are held against it.'),
  previous: version.optional().describe('Version that nodes run before, to which a rollback returns.'),
});

export const gatesSchema = list(
  section({
    name: word.describe('Name of the phase, used by channels, faults and expectations.'),
    enables: list(oneOf(Object.keys(GATES) as (keyof typeof GATES)[]), 1).describe(
      'Gates of the chain that switch on together, at an epoch boundary.',
    ),
    after: list(word).optional().describe('Phases that must be active before.'),
    minVersion: version
      .optional()
      .describe('Oldest version of the release that knows the gates; every node of the channel must run it before.'),
    migration: migrationSchema
      .optional()
      .describe('A change of the stored format, made when a node starts with the phase in its configuration.'),
  }),
  1,
);
