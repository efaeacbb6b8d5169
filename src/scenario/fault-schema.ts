/**
 * The faults of a scenario as a file writes them: what goes wrong, when, for how long and to whom.
 */
import { z } from 'zod';
import type { Behaviour, MisfireFault, PruningFault, StorageFault } from '#model/plan';
import { defaulted } from './chain-schema.js';
import { durationDistribution } from './distribution.js';
import {
  beyondFaulty,
  decimal,
  duration,
  list,
  oneOf,
  positiveDuration,
  positiveShare,
  range,
  rate,
  say,
  section,
  share,
  whole,
  word,
} from './value.js';

/** What each kind of fault is. */
export const FAULT_KINDS = {
  crash: 'Nodes stop and come back after a while.',
  partition: 'Nodes are cut off from the rest, both ways or one way, in one place or in ever new ones.',
  clog: 'What nodes send and what is sent to them is held, and released when the fault ends.',
  loss: 'Transmissions from and to nodes are lost, and repeated by the transport where it does so.',
  duplicate: 'Messages from and to nodes arrive twice.',
  delay: 'Messages from and to nodes take longer, each by its own time.',
  reorder: 'Messages from and to nodes take longer by any time up to a spread, so that they overtake each other.',
  slow: 'Links, or proving, of some nodes take a multiple of their time.',
  byzantine: 'Validators do not follow the protocol; their behaviour says how.',
  storage: 'Stores go wrong; nodes stop and recover by what they find, or the latest backup turns out to be unusable.',
  backend: 'The proving backend of some nodes fails.',
  pruning: 'People pause pruning in an emergency, or give the cycle under way up.',
  drift: 'Nodes are configured differently: once a gate is enforced they compute another result than the rest.',
  misfire: 'Nodes apply a gate before or after the agreed height, or never, until somebody repairs them.',
  'bad-release': 'The release has a defect that heights set off with some probability.',
} as const;

/** What a Byzantine validator does. */
export const BEHAVIOURS: Readonly<Record<Behaviour, string>> = {
  'equivocate-proposal': 'It proposes one value to one half of the others and another value to the rest.',
  'equivocate-vote': 'It votes for what each half of the others wants to hear.',
  amnesia: 'It forgets what it locked and votes as if it were free.',
  nil: 'It prevotes and precommits nil.',
  withhold: 'It sends no votes and no proposals.',
  delay: 'It sends late.',
  drop: 'It leaves out some of the receivers.',
  'invalid-proof': 'It proposes blocks whose proof does not verify.',
  'invalid-payload': 'It proposes blocks that nobody can execute.',
  spam: 'It sends votes of rounds to come.',
  forge: 'It sends votes in the name of others.',
  replay: 'It sends old votes again.',
  censor: 'It proposes blocks without what it does not like, and relays nothing of others.',
};

/** What a fault of kind `storage` does to a store. */
export const STORE_DAMAGES: Readonly<Record<StorageFault['what'], string>> = {
  stop: 'Nothing is damaged: the node only stops.',
  'torn-tail': 'A commit of the write-ahead log was begun and not finished.',
  'corrupt-log': 'A record of the write-ahead log is shorter than its length says.',
  'bad-snapshot': 'The write-ahead log is corrupt, and the newest snapshot does not replay to its root.',
  'bad-pruning-proof': 'A pruning proof does not verify.',
  backup: 'The latest backup of the chain cannot be restored; no node stops.',
};

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
  faulty: beyondFaulty
    .optional()
    .describe('As many as fit strictly below a third of the power, f, or so many more, such as f+1.'),
}).superRefine((written, context) => {
  const { count, share: part, power, validators, leader, faulty } = written;
  const chosen = [count, part, power, validators, leader, faulty].filter((one) => one !== undefined).length;
  if (chosen !== 1) {
    const fix = 'Write exactly one of count, share, power, validators, leader and faulty.';
    context.addIssue(say(`targets are chosen in ${chosen} ways`, fix));
  }
});
export type TargetsInput = z.output<typeof targets>;

const happening = {
  name: word.optional().describe('Name in reports and in "by" of expectations; by default kind and number.'),
  at: duration.optional().describe('Time since the start; with targets in a channel, since that channel started.'),
  when: when.optional().describe('A time after a channel or a gate step started.'),
  rate: rate.optional().describe('Mean number of occurrences in a time, drawn as a Poisson process.'),
  every: positiveDuration.optional().describe('Time between occurrences that follow each other regularly.'),
  channel: word.optional().describe('With rate or every: only while this channel is active.'),
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
/** Which ways a partition cuts. */
export const DIRECTIONS = {
  both: 'Cut-off nodes neither hear nor are heard.',
  in: 'Cut-off nodes hear nobody but are heard.',
  out: 'Cut-off nodes are heard by nobody but hear.',
} as const;

const partition = section({
  kind: kindOf('partition'),
  ...outage,
  direction: oneOf(Object.keys(DIRECTIONS) as (keyof typeof DIRECTIONS)[])
    .optional()
    .describe('Which ways are cut: both, in (they hear nobody) or out (nobody hears them).'),
  moves: positiveDuration.optional().describe('It moves to newly drawn targets so often; without it, it stays.'),
});
const clog = section({ kind: kindOf('clog'), ...outage });
const loss = section({
  kind: kindOf('loss'),
  ...outage,
  loss: positiveShare.describe('Probability that a transmission is lost.'),
});
const duplicate = section({
  kind: kindOf('duplicate'),
  ...outage,
  share: positiveShare.describe('Share of the messages that arrive twice.'),
});
const delayed = section({
  kind: kindOf('delay'),
  ...outage,
  delay: durationDistribution.describe('What a message takes longer.'),
  share: positiveShare.optional().describe('Share of the messages that are delayed; by default all.'),
});
const reorder = section({
  kind: kindOf('reorder'),
  ...outage,
  spread: positiveDuration.describe('A message takes longer by any time up to this.'),
  share: positiveShare.optional().describe('Share of the messages that are delayed; by default all.'),
});
const byzantine = section({
  kind: kindOf('byzantine'),
  ...outage,
  for: durationDistribution.optional().describe('How long it lasts; by default to the end.'),
  behaviour: oneOf(Object.keys(BEHAVIOURS) as Behaviour[]).describe('What the validators do.'),
  acts: share.optional().describe('Probability with which they act at each height and round.'),
  heights: range.optional().describe('Only at heights from the first to the second; by default all.'),
  rounds: range.optional().describe('Only in rounds from the first to the second; by default all.'),
  share: positiveShare.optional().describe('With drop: share of the receivers that are left out; by default 50%.'),
  delay: durationDistribution.optional().describe('With delay: how late they send; by default 0s to 1s, uniform.'),
  perHeight: whole(1, 'a number of messages')
    .max(10_000)
    .optional()
    .describe('With spam, forge and replay: messages of each validator and height; by default 10.'),
});
const slow = section({
  kind: kindOf('slow'),
  ...outage,
  on: oneOf(['link', 'prove'] as const).describe('What is slow: all messages of the nodes, or their proving.'),
  factor: decimal(1, 'a factor').describe('How many times slower.'),
});
const storage = section({
  kind: kindOf('storage'),
  ...outage,
  what: oneOf(Object.keys(STORE_DAMAGES) as StorageFault['what'][]).describe('What is wrong with the stores.'),
  for: durationDistribution
    .optional()
    .describe('Time until somebody starts the nodes again; by default operations.crashRestart.'),
});
const backend = section({ kind: kindOf('backend'), ...outage });
/** What people order of the pruning worker. */
export const PRUNING_ORDERS: Readonly<Record<PruningFault['order'], string>> = {
  pause: 'Pruning stops at once, and the chunk under way is lost; it goes on after the time.',
  cancel: 'The cycle under way is given up; the next begins when it is due.',
};
const pruning = section({
  kind: kindOf('pruning'),
  ...happening,
  order: oneOf(Object.keys(PRUNING_ORDERS) as PruningFault['order'][]).describe(
    'What is ordered; whatever is pruned then stays pruned.',
  ),
  for: durationDistribution.optional().describe('With pause: how long.'),
});
const drift = section({
  kind: kindOf('drift'),
  ...outage,
  gate: word.describe('Phase whose parameter has drifted.'),
});
/** How a gate misfires. */
export const MISFIRES: Readonly<Record<MisfireFault['how'], string>> = {
  early: 'The nodes apply the gate some blocks before the agreed height.',
  late: 'The nodes apply the gate some blocks after the agreed height.',
  partial: 'The nodes never apply the gate; the others do.',
};

const misfire = section({
  kind: kindOf('misfire'),
  name: happening.name,
  probability: happening.probability,
  gate: word.describe('Phase of gates that misfires.'),
  channel: word.describe('Channel whose gate step arms it.'),
  how: oneOf(Object.keys(MISFIRES) as MisfireFault['how'][]).describe('How it misfires: early, late or partial.'),
  by: whole(1, 'a number of blocks')
    .optional()
    .describe('With early and late: blocks from the agreed height; by default 10.'),
  for: durationDistribution
    .optional()
    .describe('Time from the first height at which the nodes differ until they are repaired.'),
  targets: targets.describe('Which nodes.'),
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
  clog.describe(FAULT_KINDS.clog),
  loss.describe(FAULT_KINDS.loss),
  duplicate.describe(FAULT_KINDS.duplicate),
  delayed.describe(FAULT_KINDS.delay),
  reorder.describe(FAULT_KINDS.reorder),
  slow.describe(FAULT_KINDS.slow),
  byzantine.describe(FAULT_KINDS.byzantine),
  storage.describe(FAULT_KINDS.storage),
  backend.describe(FAULT_KINDS.backend),
  pruning.describe(FAULT_KINDS.pruning),
  drift.describe(FAULT_KINDS.drift),
  misfire.describe(FAULT_KINDS.misfire),
  badRelease.describe(FAULT_KINDS['bad-release']),
]);
export type FaultInput = z.output<typeof faultSchema>;
export type StorageInput = Extract<FaultInput, { kind: 'storage' }>;
export type MisfireInput = Extract<FaultInput, { kind: 'misfire' }>;
export type PruningInput = Extract<FaultInput, { kind: 'pruning' }>;
export type ByzantineInput = Extract<FaultInput, { kind: 'byzantine' }>;

export const faultsSchema = list(faultSchema);
