/**
 * A node's configuration, `node.toml` and its kin: the chain as nodes run it, and the gates of one channel.
 *
 * Source: blueprint.md sections 2.2, 13.1 and 15; what each key means there, sections 5 to 12.
 */
import { PEER_POINTS } from '#model/validators/peer-score';
import { suggest } from '#scenario/suggest';
import type { Path } from '#scenario/tree';
import { type Account, add, at, has, ignore, ignoreBelow, refuse, set, use } from './account.js';
import { readGates } from './gates.js';
import { readCount, readFlag, readNumber, readText, writeShare } from './quantity.js';
import { checkWeights, REPUTATION_KEYS } from './reputation.js';
import type { Rule } from './rule.js';

const MACHINE = 'a place on the machine of one node';
const INTAKE = 'what nodes can take in is not bounded unless asked for';
const MEMPOOL = 'mempools are not modelled; rewards.feesPerBlock and proofs.submissions say what a block brings';
const RPC = 'clients and their interface are not modelled';
const ADMISSION = 'who is admitted to the network is not modelled';
const VRF = 'an alert on the draw of committees, which no check of ours reads';

export const NODE_RULES: readonly Rule[] = [
  ['config_version', 'version of the file format'],
  ['data_dir', MACHINE],
  ['key_path', MACHINE],
  ['p2p_key_path', MACHINE],
  ['vrf_key_path', MACHINE],
  ['snapshot_dir', MACHINE],
  ['proof_cache_dir', MACHINE],
  ['secrets.**', MACHINE],
  ['proof_cache.default_retain', { to: 'proofs.cache.entries', as: 'count' }],
  ['proof_cache.per_backend_retain', 'all backends share one cache'],
  ['proof_cache.per_backend_retain.*', 'all backends share one cache'],
  ['block_time_ms', { to: 'chain.blockTime', as: 'millis', least: 1 }],
  ['max_block_transactions', MEMPOOL],
  ['max_block_identity_registrations', MEMPOOL],
  ['mempool_limit', MEMPOOL],
  ['epoch_length', { to: 'chain.epochBlocks', as: 'count', least: 1 }],
  ['target_validator_count', ''],
  ['max_proof_size_bytes', 'a limit that proofs of 350 kB keep'],
  ['pruning.cadence_secs', { to: 'storage.pruning.interval', as: 'seconds', least: 1 }],
  ['pruning.retention_depth', { to: 'storage.pruning.depth', as: 'count', least: 1 }],
  ['pruning.emergency_pause', ''],
  ['pruning.pacing.**', 'storage.pruning.busyAbove and pause say when pruning yields'],
  ['admission_reconciler.**', ADMISSION],
  ['network.admission.**', ADMISSION],
  ['network.rpc.**', RPC],
  ['network.limits.**', RPC],
  ['network.tls.**', RPC],
  ['network.p2p.listen_addr', MACHINE],
  ['network.p2p.bootstrap_peers', 'who knows whom is network.topology, where everybody knows everybody'],
  ['network.p2p.heartbeat_interval_ms', 'a sign of life between peers; it delays no message'],
  ['network.p2p.gossip_enabled', ''],
  ['network.p2p.gossip_rate_limit_per_sec', `${INTAKE}: network.queues.ratePerPeer is its rate`],
  ['network.p2p.replay_window_size', `${INTAKE}: network.queues.replayWindow is its size`],
  ['network.p2p.peerstore_path', MACHINE],
  ['network.p2p.gossip_path', MACHINE],
  ['network.p2p.reputation_heuristics.vote_timeout_penalty', { builtIn: -PEER_POINTS['vote-timeout'] }],
  ['network.p2p.reputation_heuristics.proof_relay_penalty', { builtIn: -PEER_POINTS['missing-relay'] }],
  ['network.p2p.reputation_heuristics.gossip_backpressure_penalty', { builtIn: -PEER_POINTS['back-pressure'] }],
  ['network.p2p.reputation_heuristics.gossip_backpressure_threshold', 'peers are not fined for a full channel here'],
  ['queue_weights.**', MEMPOOL],
  ['governance.timetoke_rewards.enabled', ''],
  ['governance.timetoke_rewards.leader_pool_weight', ''],
  ['governance.timetoke_rewards.witness_pool_weight', ''],
  ['governance.timetoke_rewards.minimum_balance_hours', ''],
  ['rollout.release_channel', ''],
  ['rollout.feature_gates.*', ''],
  ['rollout.telemetry.enabled', ''],
  ['rollout.telemetry.sample_interval_secs', { to: 'telemetry.interval', as: 'seconds', least: 1 }],
  ['rollout.telemetry.metrics.**', MACHINE],
  ['rollout.telemetry.vrf_thresholds.*', VRF],
  ...REPUTATION_KEYS,
  ['genesis.chain_id', 'a name'],
  ['genesis.accounts.*.address', 'a name'],
  ['genesis.accounts.*.balance', 'treasuries pay rewards, and last rewards.treasuryDays'],
  ['genesis.accounts.*.stake', ''],
];

const CHANNELS: Readonly<Record<string, number | null>> = { development: 8, testnet: 24, canary: null, mainnet: null };
const TARGET: Path = ['target_validator_count'];
const GATES: Path = ['rollout', 'feature_gates'];
const CHANNEL: Path = ['rollout', 'release_channel'];
const PHASE = 'configured';

/** Takes the keys that rules alone do not say. */
export function convertNode(account: Account): void {
  checkWeights(account);
  takeStake(account);
  takePools(account);
  takeSwitches(account);
  takeRollout(account);
}

function takeRollout(account: Account): void {
  const target = readCount(account, TARGET, { least: 1 });
  const named = readText(account, CHANNEL);
  if (named !== undefined && !Object.hasOwn(CHANNELS, named)) {
    refuse(account, CHANNEL, `"${named}" is not a channel`, suggest(named, Object.keys(CHANNELS), 'Channels'));
    return;
  }
  const name = named ?? 'development';
  const on = readGates(account, GATES);
  add(
    account,
    'question',
    `Does a chain with this configuration keep finalizing in channel ${name}?`,
    'to be made yours',
  );
  const size = CHANNELS[name] ?? null;
  const all = target ?? 100;
  const validators = name === 'canary' ? { chainValidators: all } : { validators: size ?? all };
  const channel = { name, ...validators, gates: on.length > 0 ? [PHASE] : [] };
  add(
    account,
    'channels',
    [channel],
    size === null ? '§17: all of the chain, or the canary of it' : '§22: validators of upstream scenarios',
  );
  if (named !== undefined) use(account, CHANNEL, 'channels[0].name');
  if (on.length > 0) set(account.scenario, 'gates', [{ name: PHASE, enables: on }]);
  for (const key of gateNames(account)) {
    const path: Path = [...GATES, key];
    if (on.some((gate) => gate === key)) use(account, path, 'gates[0].enables');
    else ignore(account, path, 'off, and so in no phase of gates');
  }
  if (target === undefined) return;
  set(account.scenario, 'chain.committeeTarget', target);
  use(account, TARGET, size === null ? ['chain.committeeTarget', 'channels[0].validators'] : 'chain.committeeTarget');
}

function gateNames(account: Account): string[] {
  const map = at(account.tree, GATES);
  return map?.kind === 'map' ? [...map.entries.keys()] : [];
}

/** The mean of what the accounts of genesis stake; who they are does not matter. */
function takeStake(account: Account): void {
  const accounts = at(account.tree, ['genesis', 'accounts']);
  if (accounts?.kind !== 'list') return;
  const stakes = accounts.items.flatMap((_, i) => {
    const path: Path = ['genesis', 'accounts', i, 'stake'];
    const stake = readStake(account, path);
    if (stake !== undefined) use(account, path, 'validators.stakeMean', 'the mean of all accounts');
    return stake ?? [];
  });
  const mean = stakes.reduce((sum, stake) => sum + stake, 0) / stakes.length;
  if (stakes.length > 0) set(account.scenario, 'validators.stakeMean', Math.max(1, Math.round(mean)));
}

/** A stake is written as a text of digits, or as a number. */
function readStake(account: Account, path: Path): number | undefined {
  const tree = at(account.tree, path);
  if (tree?.kind !== 'scalar' || typeof tree.value !== 'string') return readCount(account, path);
  const stake = Number(tree.value);
  if (/^\d+$/.test(tree.value) && Number.isSafeInteger(stake)) return stake;
  refuse(account, path, `"${tree.value}" is not a stake`, 'Write digits, such as "1000".');
  return undefined;
}

/** Pools of timetoke are rule D of the blueprint, where governance has switched them on. */
function takePools(account: Account): void {
  const base: Path = ['governance', 'timetoke_rewards'];
  if (readFlag(account, [...base, 'enabled']) !== true) {
    ignoreBelow(account, base, 'off: rewards are paid by the rule of the blueprint (§8)');
    return;
  }
  set(account.scenario, 'rewards.rule', 'D');
  use(account, [...base, 'enabled'], 'rewards.rule');
  const pools = [
    ['leader_pool_weight', 'leaders'],
    ['witness_pool_weight', 'witnesses'],
  ] as const;
  for (const [key, pool] of pools) {
    const share = readNumber(account, [...base, key], { most: 1 });
    if (share === undefined) continue;
    set(account.scenario, `rewards.pools.${pool}`, writeShare(share));
    use(account, [...base, key], `rewards.pools.${pool}`);
  }
  const hours = readCount(account, [...base, 'minimum_balance_hours']);
  if (hours === undefined) return;
  set(account.scenario, 'rewards.pools.minHours', hours);
  use(account, [...base, 'minimum_balance_hours'], 'rewards.pools.minHours');
}

/** Switches that stop what the rehearsal takes for granted: they are warned of where they do. */
function takeSwitches(account: Account): void {
  const telemetry: Path = ['rollout', 'telemetry', 'enabled'];
  if (has(account, telemetry)) {
    const on = readFlag(account, telemetry);
    ignore(
      account,
      telemetry,
      on === true ? 'checks read telemetry' : 'checks read telemetry, which the plan switches on first (§13.2)',
    );
  }
  const pause: Path = ['pruning', 'emergency_pause'];
  if (has(account, pause)) {
    const paused = readFlag(account, pause) === true;
    ignore(
      account,
      pause,
      paused ? 'pruning runs here all the same, once its gate is on' : 'pruning is not paused',
      paused,
    );
  }
  const gossip: Path = ['network', 'p2p', 'gossip_enabled'];
  if (has(account, gossip)) {
    const off = readFlag(account, gossip) === false;
    ignore(
      account,
      gossip,
      off ? 'nodes without gossip could not decide anything; it is on here' : 'messages travel',
      off,
    );
  }
}
