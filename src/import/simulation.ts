/**
 * A scenario of upstream's peer-to-peer simulator, in TOML or RON: who is connected to whom, how messages travel, what
 * goes wrong. It knows no consensus; the chain is this simulation's own.
 *
 * Source: blueprint.md section 20.
 */
import { suggest } from '#scenario/suggest';
import type { Path } from '#scenario/tree';
import { type Account, add, at, has, ignore, refuse, set, use } from './account.js';
import { readCount, readMillis, readNumber, readWhole, writeMillis, writeShare } from './quantity.js';
import type { Rule } from './rule.js';
import { takeFaults } from './simulation-faults.js';
import { takeLinks } from './simulation-links.js';
import { readVariant } from './variant.js';

const LOAD = 'mempools are not modelled: blocks are of chain.blockSize, whatever the load';

export const SIMULATION_RULES: readonly Rule[] = [
  ['sim.seed', ''],
  ['sim.duration_ms', ''],
  ['sim.mode', 'how upstream runs it: in one process or in many'],
  ['topology.type', ''],
  ['topology.n', ''],
  ['topology.k', ''],
  ['topology.p', ''],
  ['topology.rewire_p', ''],
  ['regions.assignments', ''],
  ['links.*.delay_ms', ''],
  ['links.*.jitter_ms', ''],
  ['links.*.loss', ''],
  ['latency_profile.seed', 'chance comes from sim.seed alone'],
  ['latency_profile.trusted.*', ''],
  ['latency_profile.untrusted.*', 'validators are trusted peers of each other'],
  ['traffic.tx.phases.*.*', LOAD],
  ['traffic.tx.phases.*.model.*', LOAD],
  ['traffic.tx.publisher_bias.*', 'who sends a transaction makes no difference to a block'],
  ['traffic.tx.publisher_bias', 'who sends a transaction makes no difference to a block'],
  ['traffic.tx.payload.*', LOAD],
  ['faults.partition.*', ''],
  ['faults.churn.*', ''],
  ['faults.byzantine.*', ''],
  ['metrics.*', 'results go to reports/<name>'],
];

/** Upstream's names of topologies, and ours. */
const TOPOLOGIES: Readonly<Record<string, string>> = {
  ring: 'ring',
  erdos_renyi: 'erdos-renyi',
  k_regular: 'random-regular',
  small_world: 'small-world',
  scale_free: 'scale-free',
};

const SIM: Path = ['sim'];
const DURATION: Path = ['sim', 'duration_ms'];
const SIM_KEYS = ['seed', 'duration_ms', 'mode'];

/** Takes the whole scenario. */
export function convertSimulation(account: Account): void {
  if (!checkHeader(account)) return;
  const nodes = takeTopology(account);
  const seed = readWhole(account, ['sim', 'seed'], { least: Number.NEGATIVE_INFINITY });
  if (seed !== undefined) {
    set(account.scenario, 'seed', String(seed));
    use(account, ['sim', 'seed'], 'seed');
  }
  const duration = readMillis(account, DURATION, 1);
  if (duration === undefined && !has(account, DURATION)) {
    refuse(account, SIM, 'duration_ms is missing', 'Add duration_ms = 60000, in milliseconds.', true);
  }
  if (nodes === undefined || duration === undefined) return;
  add(account, 'question', 'Does the chain keep finalizing through these faults?', 'to be made yours');
  add(account, 'fidelity', 'message', 'assumption: so short a time is simulated message by message');
  takeLinks(account, nodes);
  const split = takeFaults(account, nodes, duration);
  layChannels(account, nodes, duration, split);
}

/** The whole file hangs on `[sim]`: without it the keys stand nowhere, or in another table. */
function checkHeader(account: Account): boolean {
  const sim = at(account.tree, SIM);
  if (sim?.kind === 'map') return true;
  if (sim !== undefined) {
    refuse(account, SIM, 'is not a table', 'Write [sim], and below it seed and duration_ms.');
    return false;
  }
  const first = SIM_KEYS.find((key) => has(account, [key]));
  const fix = 'Add a line "[sim]" above it.';
  if (first === undefined) refuse(account, [], 'the header [sim] is missing', 'Add [sim] with seed and duration_ms.');
  else refuse(account, [first], `"${first}" belongs into table [sim], whose header is missing`, fix, true);
  return false;
}

/** @returns the number of nodes */
function takeTopology(account: Account): number | undefined {
  const base: Path = ['topology'];
  const path = (key: string): Path => [...base, key];
  if (!has(account, base)) {
    refuse(account, [], '[topology] is missing', 'Add [topology] with type and n.');
    return undefined;
  }
  const nodes = readCount(account, path('n'), { least: 1, most: 10_000 });
  if (!has(account, path('n'))) refuse(account, base, 'n, the number of nodes, is missing', 'Add n = 16.', true);
  const type = readVariant(account, base, 'type');
  const kind = type === undefined ? undefined : TOPOLOGIES[type];
  if (type === undefined) refuse(account, base, 'type is missing', `Add type = "small_world".`, true);
  else if (kind === undefined) {
    refuse(account, path('type'), `"${type}" is not a topology`, suggest(type, Object.keys(TOPOLOGIES), 'Topologies'));
  }
  if (nodes === undefined || kind === undefined) return undefined;
  use(account, path('n'), 'channels[0].validators');
  if (has(account, path('type'))) use(account, path('type'), 'network.topology.kind');
  set(account.scenario, 'network.topology.kind', kind);
  takeDegree(account, kind, nodes);
  return nodes;
}

/** Neighbours by number, or of a random graph by probability; rewiring belongs to small worlds. */
function takeDegree(account: Account, kind: string, nodes: number): void {
  const [k, p, rewire]: Path[] = ['k', 'p', 'rewire_p'].map((key) => ['topology', key]);
  if (k === undefined || p === undefined || rewire === undefined) return;
  const most = Math.max(1, nodes - 1);
  const neighbours = readCount(account, k, { least: 1 });
  const probability = readNumber(account, p, { most: 1 });
  const byProbability = kind === 'erdos-renyi' && probability !== undefined;
  const degree = byProbability ? Math.round(probability * most) : neighbours;
  if (degree !== undefined) set(account.scenario, 'network.topology.degree', Math.min(most, Math.max(1, degree)));
  if (neighbours !== undefined) {
    if (byProbability) ignore(account, k, 'p says how many neighbours a node has');
    else use(account, k, 'network.topology.degree', neighbours > most ? `there are only ${most} others` : '');
  }
  if (probability !== undefined) {
    if (byProbability) use(account, p, 'network.topology.degree', `the mean of ${most} others`);
    else ignore(account, p, `has no meaning in topology ${kind}`);
  }
  const share = readNumber(account, rewire, { most: 1 });
  if (share === undefined) return;
  if (kind !== 'small-world') {
    ignore(account, rewire, `has no meaning in topology ${kind}`);
    return;
  }
  set(account.scenario, 'network.topology.rewire', writeShare(share));
  use(account, rewire, 'network.topology.rewire');
}

/**
 * One channel that only waits; where churn begins later, a second one on the same chain, since a fault that repeats
 * may be bound to a channel and not to a time.
 */
function layChannels(account: Account, nodes: number, duration: number, split: number | null): void {
  const wait = (millis: number) => [{ dwell: writeMillis(millis) }];
  const first = { name: 'simulation', validators: nodes, checks: [] };
  const channels =
    split === null
      ? [{ ...first, steps: wait(duration) }]
      : [
          { ...first, steps: wait(split) },
          { name: 'churn', chain: 'simulation', validators: nodes, checks: [], steps: wait(duration - split) },
        ];
  const to = channels.map((_, i) => `channels[${i}].steps[0].dwell`);
  use(account, DURATION, to, split === null ? '' : 'in two parts, since churn begins later');
  add(account, 'channels', channels, 'a chain without a rollout, which nothing guards: the simulator has neither');
}
