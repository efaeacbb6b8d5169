/**
 * The network of a scenario as a file writes it: where validators stand, how messages travel, what nodes can take in.
 */
import { z } from 'zod';
import { defaulted } from './chain-schema.js';
import { durationDistribution } from './distribution.js';
import { AWS_REGIONS } from './regions-aws.js';
import {
  bandwidth,
  duration,
  fineDuration,
  flag,
  list,
  oneOf,
  positiveDuration,
  positiveShare,
  quote,
  say,
  section,
  share,
  whole,
  word,
} from './value.js';

/** Who is connected to whom. */
export const TOPOLOGIES = {
  mesh: 'Every node hears every other one directly.',
  'random-regular': 'Every node has the same number of neighbours, drawn at random.',
  'small-world': 'A ring of near neighbours, some of whose links are redirected to anywhere.',
  'scale-free': 'A few nodes have many neighbours, most have few: newcomers prefer the well connected.',
  ring: 'Nodes stand in a circle and know the nearest on both sides.',
  'erdos-renyi': 'Each pair of nodes is connected with the same probability.',
} as const;

/** When a message leaves for a peer. */
export const GOSSIPS = {
  push: 'At once, whatever the peer is doing.',
  'peer-state': 'Once the peer has told that it is at the height of the message, as in CometBFT.',
} as const;

/** Sets of regions with the delays measured between them. */
export const REGION_PRESETS = {
  aws: "Thirteen regions of Amazon's cloud with equal shares and the one-way delays that CometBFT's test networks use.",
} as const;

const presetName = oneOf(Object.keys(REGION_PRESETS) as (keyof typeof REGION_PRESETS)[]);
const region = section({
  name: word.describe('Name of the region.'),
  share: positiveShare.optional().describe('Share of the validators; those left out share the rest equally.'),
});
const regionPreset = section({
  preset: presetName.describe('A set of regions with measured delays.'),
  use: list(oneOf(AWS_REGIONS), 1).optional().describe('Only these of the set, in this order; by default all.'),
});
// The words stand last: of a broken list or map, its own branch has to explain itself.
const regions = z.union([list(region, 1), regionPreset, presetName], {
  error: ({ input }) =>
    input === undefined
      ? undefined
      : say(`${quote(input)} are no regions`, 'Write aws, { preset: aws, use: [London] }, or items { name, share }.'),
});

const FIX_DELAY = 'Write one delay, or { within: …, between: … } with "pairs" for the exceptions.';
const delayByPlace = section({
  within: durationDistribution.describe('One-way delay inside a region.'),
  between: durationDistribution.describe('One-way delay between two regions.'),
  pairs: list(
    section({
      from: word.describe('A region.'),
      to: word.describe('Another one; the delay holds both ways.'),
      delay: durationDistribution.describe('One-way delay between the two.'),
    }),
  )
    .optional()
    .describe('Pairs of regions with a delay of their own.'),
}).transform(({ within, between, pairs }) => ({ within, between, pairs: pairs ?? [] }));
const delaySame = durationDistribution.transform((delay) => ({ within: delay, between: delay, pairs: [] }));

const topologyKind = oneOf(Object.keys(TOPOLOGIES) as (keyof typeof TOPOLOGIES)[]);
const topology = z.union(
  [
    section({
      kind: topologyKind.describe('Who is connected to whom; everywhere but in a mesh messages are relayed.'),
      degree: whole(1, 'a number of neighbours').optional().describe('Neighbours of a node: exact, or the mean.'),
      rewire: share.optional().describe('Share of the links of a small world that are redirected.'),
      eager: whole(1, 'a number of neighbours')
        .optional()
        .describe('Neighbours a message is pushed to at once, by default all; the others are told of it and pull it.'),
      heartbeat: positiveDuration.optional().describe('Time between two such announcements.'),
    }),
    topologyKind,
  ],
  {
    error: ({ input }) =>
      input === undefined
        ? undefined
        : say(`${quote(input)} is not a topology`, 'Write mesh, or { kind: small-world, degree: 8 }.'),
  },
);
export type TopologyInput = z.output<typeof topology>;

const capacity = (text: string) => whole(1, 'a number of messages').optional().describe(text);
const queues = section({
  processing: fineDuration.optional().describe('Time a node needs to handle one message.'),
  announcements: flag
    .optional()
    .describe('Whether each handled vote costs once more for every neighbour that announces to have it.'),
  votes: capacity('Capacity of the queue of votes and certificates, which is served first.'),
  blocks: capacity('Capacity of the queue of proposals and their parts, which is served second.'),
  sync: capacity('Capacity of the queue of requests and responses, which is served last.'),
  ratePerPeer: whole(0, 'a number of messages')
    .optional()
    .describe('Messages that one peer may send in a second; 0: any number.'),
  replayWindow: whole(0, 'a number of messages')
    .optional()
    .describe('Messages of each topic that a node remembers and refuses the second time; 0: none.'),
});
export type QueuesInput = z.output<typeof queues>;

export const networkSchema = section({
  regions: defaulted(regions, 'network.regions', 'Where validators stand: a list, or a preset with its delays.'),
  placement: list(word, 1)
    .optional()
    .describe('Regions of validators 0, 1, 2, …, over again from the first; without it they are drawn by share.'),
  delay: defaulted(
    z.union([delayByPlace, delaySame], {
      error: ({ input }) => (input === undefined ? undefined : say(`${quote(input)} is not a delay`, FIX_DELAY)),
    }),
    'network.delay',
    'One-way delay of a message.',
  ),
  loss: defaulted(share, 'network.loss', 'Probability that one transmission to one receiver is lost.'),
  retransmit: defaulted(
    duration,
    'network.retransmit',
    'A lost transmission is repeated after this, doubling; 0s: never.',
  ),
  bandwidth: defaulted(bandwidth, 'network.bandwidth', 'Bandwidth of one link.'),
  uplink: bandwidth.optional().describe('What a node sends at most over all its links; without it there is no limit.'),
  hop: durationDistribution
    .optional()
    .describe('Time added to every transmission: sleep and flush of the gossip routines.'),
  gossip: defaulted(
    oneOf(Object.keys(GOSSIPS) as (keyof typeof GOSSIPS)[]),
    'network.gossip',
    'When a message leaves for a peer.',
  ),
  topology: defaulted(topology, 'network.topology', 'Who is connected to whom.'),
  queues: queues.optional().describe('What nodes can take in; without it they handle any number of messages at once.'),
});
