/**
 * How the chain agrees, pays and punishes and how its messages travel, in words: only what differs from the plain
 * default.
 */
import { formatDuration, HOUR } from '#base/time';
import type {
  ChainPlan,
  NetworkPlan,
  PhasesPlan,
  Plan,
  QueuesPlan,
  RewardBug,
  RewardsPlan,
  RuleTerms,
  SlashingPlan,
  TopologyPlan,
  ValidatorsPlan,
} from '#model/plan';
import { describeAsBuilt } from './as-built.js';
import { LEADER_ORDERS } from './chain-schema.js';
import { describeLaw } from './law-text.js';
import { formatQuantity } from './quantity.js';

/** Lines on consensus, validators, rewards, slashing, topology, links, queues and phases; none for a plan that leaves them alone. */
export function describeRules(plan: Plan): string[] {
  const { chain, network, phases, validators, rewards, slashing } = plan;
  return [
    ...describeConsensus(chain),
    ...describeLeaders(chain),
    ...describeAsBuilt(chain.asBuilt),
    ...describeValidators(validators),
    ...describeRewards(rewards),
    ...describeSlashing(slashing),
    ...describeTopology(network.topology),
    ...describeLinks(network),
    ...(network.queues === null ? [] : [describeQueues(network.queues)]),
    ...(phases === null ? [] : [describePhases(phases)]),
  ];
}

function describeLeaders({ leaderOrder }: ChainPlan): string[] {
  return leaderOrder === 'lowest-vrf' ? [] : [`Leaders: ${LEADER_ORDERS[leaderOrder]}`];
}

function describeConsensus({ rules, commitWait }: ChainPlan): string[] {
  if (rules.skip === 'one-honest' && rules.locked === 'nil' && commitWait === null) return [];
  const skip = rules.skip === 'quorum' ? 'a quorum' : 'one honest vote';
  const locked = rules.locked === 'nil' ? 'nil' : 'its locked value';
  const next = commitWait === null ? 'follows the slots' : `starts ${formatDuration(commitWait)} after a decision`;
  return [`Consensus: ${skip} skips to a later round, a locked node prevotes ${locked}, the next height ${next}.`];
}

function describeValidators({ uptimeProofs, scoreDecay }: ValidatorsPlan): string[] {
  const parts = [
    ...(uptimeProofs === HOUR ? [] : [`uptime is proven every ${formatDuration(uptimeProofs)}`]),
    ...(scoreDecay ? ['the score falls by a twentieth a day'] : []),
  ];
  return parts.length === 0 ? [] : [`Validators: ${parts.join('; ')}.`];
}

function describeRewards({ rule, terms, bug, auditEpochs }: RewardsPlan): string[] {
  if (rule === 'recommended' && bug === null) return [];
  const numbers = describeTerms(rule, terms);
  const mistake = bug === null ? '' : `, with the bug ${describeBug(bug)}`;
  return [`Rewards: rule ${rule}${numbers}${mistake}; the books are audited after ${auditEpochs} epochs.`];
}

function describeTerms(rule: RewardsPlan['rule'], terms: RuleTerms): string {
  const part = (points: number): string => formatQuantity(points / 10_000, 'share');
  if (rule === 'A') return ` (base ${terms.ledgerBase}, bonus ${part(terms.ledgerBonus)})`;
  if (rule === 'B') return ` (${terms.witnessReward} a report)`;
  if (rule !== 'D') return '';
  return ` (pools ${part(terms.leaderPool)} and ${part(terms.witnessPool)}, from ${terms.minHours} h)`;
}

function describeBug(bug: RewardBug): string {
  if (bug.kind === 'missing-epoch') return `${bug.kind} (epoch ${bug.epoch} since rewards began)`;
  if (bug.kind !== 'wrong-bonus') return bug.kind;
  const bonus = formatQuantity(bug.bonus / 10_000, 'share');
  return `${bug.kind} (${bonus} for ${formatQuantity(bug.share, 'share')} of the validators)`;
}

function describeSlashing({ profile, dryRun, banDoubleSign }: SlashingPlan): string[] {
  if (profile === 'hybrid-v1' && !dryRun && !banDoubleSign) return [];
  const ban = banDoubleSign ? '; who signs twice is banned for ever' : '';
  return [`Slashing: profile ${profile}${ban}${dryRun ? '; a dry run, nothing is taken' : ''}.`];
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
