/**
 * How the chain agrees and how its messages travel, in words: only what differs from the plain default.
 */
import { formatDuration } from '#base/time';
import type { ChainPlan, NetworkPlan, PhasesPlan, Plan, QueuesPlan, TopologyPlan } from '#model/plan';
import { describeLaw } from './law-text.js';
import { formatQuantity } from './quantity.js';

/** Lines on consensus, topology, links, queues and phases; none for a plan that leaves them alone. */
export function describeRules(plan: Plan): string[] {
  const { chain, network, phases } = plan;
  return [
    ...describeConsensus(chain),
    ...describeTopology(network.topology),
    ...describeLinks(network),
    ...(network.queues === null ? [] : [describeQueues(network.queues)]),
    ...(phases === null ? [] : [describePhases(phases)]),
  ];
}

function describeConsensus({ rules, commitWait }: ChainPlan): string[] {
  if (rules.skip === 'one-honest' && rules.locked === 'nil' && commitWait === null) return [];
  const skip = rules.skip === 'quorum' ? 'a quorum' : 'one honest vote';
  const locked = rules.locked === 'nil' ? 'nil' : 'its locked value';
  const next = commitWait === null ? 'follows the slots' : `starts ${formatDuration(commitWait)} after a decision`;
  return [`Consensus: ${skip} skips to a later round, a locked node prevotes ${locked}, the next height ${next}.`];
}

function describeTopology(topology: TopologyPlan): string[] {
  if (topology.kind === 'mesh') return [];
  const { kind, degree, rewire, eager, heartbeat } = topology;
  const redirected = kind === 'small-world' ? `, ${formatQuantity(rewire, 'share')} of the links redirected` : '';
  const told = eager < degree ? `, ${eager} of them at once, the others told every ${formatDuration(heartbeat)}` : '';
  return [`Topology: ${kind}, ${degree} neighbours${redirected}${told}.`];
}

function describeLinks({ uplink, gossip, hop, placement, regions }: NetworkPlan): string[] {
  const parts = [
    ...(uplink > 0 ? [`a node sends at most ${(uplink * 8) / 1e6} Mbit/s`] : []),
    ...(gossip === 'push' ? [] : ['a message waits until its receiver is known to be at its height']),
    ...(hop === null ? [] : [`every transmission takes ${describeLaw(hop)} more`]),
    ...(placement === null
      ? []
      : [`validators stand in ${placement.map((region) => regions[region]?.name).join(', ')}, over and over`]),
  ];
  return parts.length === 0 ? [] : [`Links: ${parts.join('; ')}.`];
}

function describeQueues(queues: QueuesPlan): string {
  const { processing, announcements, votes, blocks, sync, ratePerPeer, replayWindow } = queues;
  const told = announcements ? ', announced votes too' : '';
  const rate = ratePerPeer === 0 ? 'any number' : `${ratePerPeer} messages`;
  const window = replayWindow === 0 ? 'nothing' : `the last ${replayWindow} of a topic`;
  return (
    `Queues: ${processing < 1_000 ? `${processing}µs` : formatDuration(processing)} a message${told}; at most ${votes} votes, ${blocks} blocks and parts, ` +
    `${sync} for synchronization; ${rate} of a peer in a second; remembers ${window}.`
  );
}

function describePhases({ chaos, settle, judge }: PhasesPlan): string {
  const [first, second, third] = [chaos, settle, judge].map(formatDuration);
  return `Phases: ${first} of chaos, ${second} to settle, ${third} judged.`;
}
