/**
 * The kinds of files that can be imported, told apart by what they hold.
 */
import type { TreeMap } from '#scenario/tree';
import { type Account, at } from './account.js';
import { BLUEPRINT_RULES, convertBlueprint } from './blueprint.js';
import { BUNDLE_RULES, convertBundle } from './bundle.js';
import { convertNode, NODE_RULES } from './node.js';
import type { Rule } from './rule.js';
import { convertSimnet, SIMNET_RULES } from './simnet.js';
import { convertSimulation, SIMULATION_RULES } from './simulation.js';

export const KIND_NAMES = ['blueprint', 'bundle', 'node', 'simulation', 'simnet'] as const;
export type KindName = (typeof KIND_NAMES)[number];

export interface Kind {
  readonly title: string;
  readonly marks: readonly string[]; // keys that speak for this kind, by path
  readonly rules: readonly Rule[];
  readonly convert: (account: Account) => void;
}

export const KINDS: Readonly<Record<KindName, Kind>> = {
  blueprint: {
    title: "the blueprint's configuration, as malachite.toml",
    marks: ['validator', 'validator.vrf', 'reputation.timetoke', 'rewards', 'proof', 'network.gossip_fanout'],
    rules: BLUEPRINT_RULES,
    convert: convertBlueprint,
  },
  bundle: {
    title: 'a rollout bundle of stages and gates',
    marks: ['bundle', 'stages', 'stages.0.feature_gates', 'node_template', 'wallet_template'],
    rules: BUNDLE_RULES,
    convert: convertBundle,
  },
  node: {
    title: "a node's configuration, as node.toml",
    marks: [
      'data_dir',
      'key_path',
      'block_time_ms',
      'epoch_length',
      'proof_cache',
      'pruning',
      'rollout',
      'genesis',
      'network.p2p',
      'network.rpc',
      'queue_weights',
    ],
    rules: NODE_RULES,
    convert: convertNode,
  },
  simulation: {
    title: 'a scenario of the peer-to-peer simulator',
    marks: ['sim', 'topology', 'traffic', 'links', 'regions', 'latency_profile', 'faults', 'metrics'],
    rules: SIMULATION_RULES,
    convert: convertSimulation,
  },
  simnet: {
    title: 'a scenario of simnet',
    marks: [
      'duration_secs',
      'artifacts_dir',
      'nodes',
      'wallets',
      'p2p',
      'consensus',
      'consensus.runs',
      'consensus.tamper',
    ],
    rules: SIMNET_RULES,
    convert: convertSimnet,
  },
};

/** The kind that most keys speak for; undefined where none does, or two do equally. */
export function recogniseKind(tree: TreeMap): KindName | undefined {
  const votes = KIND_NAMES.map(
    (name) => KINDS[name].marks.filter((mark) => at(tree, steps(mark)) !== undefined).length,
  );
  const most = Math.max(...votes);
  const best = KIND_NAMES.filter((_, i) => votes[i] === most);
  return most > 0 && best.length === 1 ? best[0] : undefined;
}

function steps(mark: string): (string | number)[] {
  return mark.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
