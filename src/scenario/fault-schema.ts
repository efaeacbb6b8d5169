/**
 * The faults of a scenario as a file writes them: what goes wrong, when, for how long and to whom.
 */
import { z } from 'zod';
import { defaulted } from './chain-schema.js';
import { durationDistribution } from './distribution.js';
import { decimal, duration, list, oneOf, positiveShare, rate, say, section, share, whole, word } from './value.js';

/** What each kind of fault is. */
export const FAULT_KINDS = {
  crash: 'Nodes stop and come back after a while.',
  partition: 'Nodes are cut off from the rest, both ways.',
  slow: 'Links, or proving, of some nodes take a multiple of their time.',
  drift: 'Nodes are configured differently: once a gate is enforced they compute another result than the rest.',
  'bad-release': 'The release has a defect that heights set off with some probability.',
} as const;

const when = section({
  channel: word.describe('Channel that must have started.'),
  gate: word.optional().describe('Phase whose gate step must have started; without it the channel itself.'),
  after: duration.prefault('0s').describe('Time after that start.'),
});

const targets = section({
  channel: word.optional().describe('Only validators that run the release in this channel.'),
  of: oneOf(['chain', 'channel'] as const)
    .optional()
    .describe('Drawn from the whole chain (default) or from those that run the release.'),
  count: whole(1, 'a number of validators').optional().describe('So many validators.'),
  share: positiveShare.optional().describe('Such a share of them.'),
  power: positiveShare.optional().describe('As few as hold such a share of the voting power.'),
  validators: list(whole(0, 'the number of a validator'), 1).optional().describe('These, by number from 0.'),
  leader: z.literal(true).optional().describe('The first of the leader order.'),
}).superRefine((written, context) => {
  const { count, share: part, power, validators, leader } = written;
  const chosen = [count, part, power, validators, leader].filter((one) => one !== undefined).length;
  if (chosen !== 1) {
    context.addIssue(
      say(`targets are chosen in ${chosen} ways`, 'Write exactly one of count, share, power, validators and leader.'),
    );
  }
});
export type TargetsInput = z.output<typeof targets>;

const happening = {
  name: word.optional().describe('Name in reports and in "by" of expectations; by default kind and number.'),
  at: duration.optional().describe('Time since the start; with targets in a channel, since that channel started.'),
  when: when.optional().describe('A time after a channel or a gate step started.'),
  rate: rate.optional().describe('Mean number of occurrences in a time, drawn as a Poisson process.'),
  channel: word.optional().describe('With rate: only while this channel is active.'),
  probability: defaulted(share, 'faults[].probability', 'Probability that an occurrence happens at all.'),
};
const outage = {
  ...happening,
  for: durationDistribution.describe('How long it lasts.'),
  targets: targets.describe('Who is hit; drawn anew at each occurrence.'),
};

const kindOf = <const Kind extends keyof typeof FAULT_KINDS>(kind: Kind) =>
  z.literal(kind).describe('Kind of the fault.');

const crash = section({
  kind: kindOf('crash'),
  ...outage,
  for: durationDistribution.optional().describe('How long the nodes are down; by default operations.crashRestart.'),
});
const partition = section({ kind: kindOf('partition'), ...outage });
const slow = section({
  kind: kindOf('slow'),
  ...outage,
  on: oneOf(['link', 'prove'] as const).describe('What is slow: all messages of the nodes, or their proving.'),
  factor: decimal(1, 'a factor').describe('How many times slower.'),
});
const drift = section({
  kind: kindOf('drift'),
  ...outage,
  gate: word.describe('Phase whose parameter has drifted.'),
});
const badRelease = section({
  kind: kindOf('bad-release'),
  ...happening,
  defect: oneOf(['crash', 'diverge', 'misreward'] as const).describe(
    'What it does: the node crashes, its state diverges, or it computes wrong rewards.',
  ),
  perHeight: share.describe('Probability that a height sets the defect off.'),
  share: positiveShare.optional().describe('Share of the upgraded nodes that are hit; by default all.'),
  gate: word.optional().describe('Only where this phase is active.'),
  minUpgraded: whole(1, 'a number of nodes')
    .optional()
    .describe('Only where at least so many nodes run the release; by default 1.'),
});

export const faultSchema = z.discriminatedUnion('kind', [
  crash.describe(FAULT_KINDS.crash),
  partition.describe(FAULT_KINDS.partition),
  slow.describe(FAULT_KINDS.slow),
  drift.describe(FAULT_KINDS.drift),
  badRelease.describe(FAULT_KINDS['bad-release']),
]);
export type FaultInput = z.output<typeof faultSchema>;

export const faultsSchema = list(faultSchema);
