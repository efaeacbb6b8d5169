/**
 * Regions and the delays between them, as a table of few distributions and an index for each pair; the topology and
 * the queues of nodes.
 */
import { MILLISECOND } from '#base/time';
import type { Distribution } from '#kernel/distribution';
import type { NetworkPlan, QueuesPlan, TopologyPlan } from '#model/plan';
import { AWS_DELAY, AWS_WITHIN, conditionalAt } from './defaults.js';
import { addProblem, assume, type Findings } from './findings.js';
import type { QueuesInput, TopologyInput } from './network-schema.js';
import { AWS_JITTER, AWS_REGIONS, type AwsRegion, awsDelayMs } from './regions-aws.js';
import type { Sections } from './schema.js';
import { suggest } from './suggest.js';
import { parseDuration, parseMicros, parsePercent } from './units.js';

type NetworkInput = Sections['network'];
type RegionsInput = Extract<NetworkInput['regions'], readonly unknown[]>;
type Geography = Pick<NetworkPlan, 'regions' | 'delays' | 'delayOf'>;

export function resolveNetwork(input: NetworkInput, findings: Findings): NetworkPlan {
  const { loss, retransmit, bandwidth, uplink = 0, gossip, hop = null } = input;
  const geography = Array.isArray(input.regions)
    ? resolveWritten(input.regions, input.delay, findings)
    : resolvePreset(input.regions, findings);
  return {
    ...geography,
    loss,
    retransmit,
    bandwidth,
    uplink,
    placement: resolvePlacement(input.placement, geography.regions, findings),
    topology: resolveTopology(input.topology, findings),
    gossip,
    hop,
    queues: input.queues === undefined ? null : resolveQueues(input.queues, findings),
  };
}

function resolveWritten(regions: RegionsInput, delay: NetworkInput['delay'], findings: Findings): Geography {
  const names = regions.map((region) => region.name);
  const delays: Distribution[] = [delay.within, delay.between];
  const delayOf = names.map((_, from) => names.map((_, to): number => (from === to ? 0 : 1)));
  delay.pairs.forEach((pair, i) => {
    const ends = [pair.from, pair.to].map((name, end) => {
      const index = names.indexOf(name);
      if (index < 0) {
        const path = ['network', 'delay', 'pairs', i, end === 0 ? 'from' : 'to'];
        addProblem(findings, path, `there is no region "${name}"`, suggest(name, names, 'Regions'));
      }
      return index;
    });
    const [from = -1, to = -1] = ends;
    delays.push(pair.delay);
    for (const [a, b] of [[from, to] as const, [to, from] as const]) {
      const row = delayOf[a];
      if (row?.[b] !== undefined) row[b] = delays.length - 1;
    }
  });
  return { regions: resolveRegions(regions, findings), delays, delayOf };
}

function resolveRegions(input: RegionsInput, findings: Findings): NetworkPlan['regions'] {
  const names = input.map((region) => region.name);
  input.forEach((region, i) => {
    if (names.indexOf(region.name) === i) return;
    const what = `a region "${region.name}" stands above already`;
    addProblem(findings, ['network', 'regions', i, 'name'], what, 'Rename one.');
  });
  const stated = input.flatMap((region) => (region.share === undefined ? [] : [region.share]));
  const total = stated.reduce((sum, share) => sum + share, 0);
  const open = input.length - stated.length;
  const wrong = open === 0 ? Math.abs(total - 1) > 1e-6 : total > 1 - 1e-6;
  if (wrong) {
    const what = `the shares of the regions make ${Math.round(total * 1e4) / 100}%`;
    addProblem(findings, ['network', 'regions'], what, 'Let them make 100%, or leave some out to share the rest.');
  }
  // Divided by their sum, so that 33.3333% three times is a whole.
  const scale = open === 0 ? total : 1;
  return input.map(({ name, share }) => ({ name, share: share === undefined ? (1 - total) / open : share / scale }));
}

/** Regions of equal shares with measured delays: pairs with the same mean share one distribution. */
function resolvePreset(input: Exclude<NetworkInput['regions'], RegionsInput>, findings: Findings): Geography {
  const names: readonly AwsRegion[] = (typeof input === 'string' ? undefined : input.use) ?? AWS_REGIONS;
  names.forEach((name, i) => {
    if (names.indexOf(name) === i) return;
    addProblem(findings, ['network', 'regions', 'use', i], `"${name}" stands before already`, 'Name it once.');
  });
  if (findings.locator.at(['network', 'delay']) === undefined) {
    assume(findings, 'network.delay', AWS_DELAY);
  } else {
    const what = '"delay" has no effect beside a preset of regions, which brings its delays along';
    addProblem(findings, ['network', 'delay'], what, 'Remove it, or write the regions as a list.');
  }
  const delays: Distribution[] = [
    { kind: 'constant', value: parseDuration(assume(findings, 'network.delay.within', AWS_WITHIN)) },
  ];
  const indexByMean = new Map<number, number>();
  const delayOf = names.map((from) =>
    names.map((to): number => {
      if (from === to) return 0;
      const mean = awsDelayMs(from, to) * MILLISECOND;
      const index = indexByMean.get(mean) ?? delays.length;
      if (index === delays.length) delays.push({ kind: 'normal', mean, deviation: mean * AWS_JITTER });
      indexByMean.set(mean, index);
      return index;
    }),
  );
  return { regions: names.map((name) => ({ name, share: 1 / names.length })), delays, delayOf };
}

function resolvePlacement(
  input: NetworkInput['placement'],
  regions: NetworkPlan['regions'],
  findings: Findings,
): readonly number[] | null {
  const names = regions.map((region) => region.name);
  const places = input?.map((name, i) => {
    const index = names.indexOf(name);
    if (index < 0) {
      const path = ['network', 'placement', i];
      addProblem(findings, path, `there is no region "${name}"`, suggest(name, names, 'Regions'));
    }
    return index;
  });
  return places ?? null;
}

function resolveTopology(input: TopologyInput, findings: Findings): TopologyPlan {
  const written = typeof input === 'string' ? { kind: input } : input;
  const refuse = (key: string, what: string, fix: string): void =>
    addProblem(findings, ['network', 'topology', key], what, fix);
  const { kind, degree: links, rewire, eager: pushed, heartbeat } = written;
  if (kind === 'mesh') {
    for (const [key, value] of Object.entries({ degree: links, rewire, eager: pushed, heartbeat })) {
      if (value === undefined) continue;
      refuse(key, `"${key}" has no effect in a mesh, where nothing is relayed`, 'Remove it, or choose another kind.');
    }
    return { kind };
  }
  if (kind !== 'small-world' && rewire !== undefined) {
    refuse('rewire', `"rewire" has no effect in topology ${kind}`, 'Remove it, or write "kind: small-world".');
  }
  const note = <T>(key: string): T =>
    assume<T>(findings, `network.topology.${key}`, conditionalAt(`network.topology.${key}`));
  const degree = links ?? note<number>('degree');
  if (pushed !== undefined && pushed > degree) {
    refuse('eager', `${pushed} is more than the ${degree} neighbours of a node`, `Write at most ${degree}.`);
  }
  const redirected = kind === 'small-world' ? (rewire ?? parsePercent(note('rewire'))) : 0;
  const period = heartbeat ?? parseDuration(note('heartbeat'));
  return { kind, degree, rewire: redirected, eager: pushed ?? degree, heartbeat: period };
}

function resolveQueues(input: QueuesInput, findings: Findings): QueuesPlan {
  const note = <T>(key: keyof QueuesInput): T =>
    assume<T>(findings, `network.queues.${key}`, conditionalAt(`network.queues.${key}`));
  return {
    processing: input.processing ?? parseMicros(note('processing')),
    announcements: input.announcements ?? note<boolean>('announcements'),
    votes: input.votes ?? note<number>('votes'),
    blocks: input.blocks ?? note<number>('blocks'),
    sync: input.sync ?? note<number>('sync'),
    ratePerPeer: input.ratePerPeer ?? note<number>('ratePerPeer'),
    replayWindow: input.replayWindow ?? note<number>('replayWindow'),
  };
}
