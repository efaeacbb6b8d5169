/**
 * The blueprint's own configuration, `malachite.toml`: parameters of chain, rewards and proofs, and no rollout.
 *
 * Source: blueprint.md section 2.1; what each key means there, sections 3 to 10.
 */

import { MILLISECOND, SECOND } from '#base/time';
import { WITNESS_META, WITNESS_PROOFS } from '#model/network/token-bucket';
import { CONFIGURED_PENALTIES } from '#model/slashing/penalty';
import { TIMETOKE_RULES } from '#model/validators/timetoke';
import { defaultAt } from '#scenario/defaults';
import type { Path } from '#scenario/tree';
import { parseDuration, parseSize } from '#scenario/units';
import { type Account, add, has, ignore, refuse, set, use } from './account.js';
import { readCount, readMillis, readNumber, readSeconds, writeMillis, writeShare } from './quantity.js';
import { checkWeights, REPUTATION_KEYS } from './reputation.js';
import type { Rule } from './rule.js';

const INTAKE = 'what nodes can take in is not bounded unless asked for';
const VERSION: Path = ['config_version'];

export const BLUEPRINT_RULES: readonly Rule[] = [
  ['config_version', 'version of the file format'],
  ['validator.witness_count', { to: 'witnesses.count', as: 'count' }],
  ['validator.epoch_duration_secs', ''],
  ['validator.round_timeout_ms', ''],
  ['validator.max_round_extensions', 'rounds go on without a reset, each longer by the deltas of chain.timeouts'],
  ['validator.vrf.threshold.curve', 'a name that nothing reads (§22); committees are the best of the draw'],
  ['validator.vrf.threshold.target_validator_count', ''],
  ['reputation.decay_interval_secs', ''],
  ['reputation.decay_factor', ''],
  ['reputation.snapshot_interval_secs', { to: 'storage.snapshotEvery', as: 'seconds', least: 1 }],
  ['reputation.max_snapshot_age_secs', 'reputation snapshots of other nodes are not modelled'],
  ...REPUTATION_KEYS,
  ['reputation.timetoke.minimum_window_secs', { builtIn: TIMETOKE_RULES.minimumWindow / SECOND }],
  ['reputation.timetoke.accrual_cap_hours', { builtIn: TIMETOKE_RULES.cap }],
  ['reputation.timetoke.decay_interval_secs', { builtIn: TIMETOKE_RULES.decayInterval / SECOND }],
  ['reputation.timetoke.decay_step_hours', { builtIn: TIMETOKE_RULES.decayStep }],
  ['reputation.timetoke.sync_interval_secs', { builtIn: TIMETOKE_RULES.syncInterval / SECOND }],
  ['rewards.base_block_reward', { to: 'rewards.base', as: 'amount', least: 1 }],
  ['rewards.leader_bonus_pct', { to: 'rewards.leaderBonus', as: 'share' }],
  ['rewards.witness_reward_pct', { to: 'rewards.witnessShare', as: 'share' }],
  ['rewards.double_sign_penalty', { builtIn: Number(CONFIGURED_PENALTIES['double-sign-prevote']) }],
  ['rewards.fake_proof_penalty', { builtIn: Number(CONFIGURED_PENALTIES['false-proof']) }],
  ['rewards.inactivity_penalty', { builtIn: Number(CONFIGURED_PENALTIES.silence) }],
  ['rewards.treasury_accounts.*', 'a name; the simulation has these three accounts under names of its own'],
  ['rewards.witness_pool_weights.treasury', ''],
  ['rewards.witness_pool_weights.fees', ''],
  ['proof.proof_batch_size', { to: 'proofs.batch', as: 'count', least: 1 }],
  ['proof.proof_cache_ttl_secs', { to: 'proofs.cache.ttl', as: 'seconds' }],
  ['proof.max_recursive_depth', 'the proofs of a block fit into one batch or follow each other; depth has no limit'],
  ['network.gossip_fanout', 'validators hear each other directly; network.topology rehearses an overlay'],
  ['network.max_channel_buffer', `${INTAKE}: network.queues.votes, blocks and sync are its capacities`],
  ['network.rate_limit_per_channel', `${INTAKE}: network.queues.ratePerPeer is its rate`],
  ['network.witness_proof_buffer', { builtIn: WITNESS_PROOFS.queue }],
  ['network.witness_meta_buffer', { builtIn: WITNESS_META.queue }],
  ['network.witness_proof_rate_limit', { builtIn: WITNESS_PROOFS.bucket }],
  ['network.witness_meta_rate_limit', { builtIn: WITNESS_META.bucket }],
  ['network.witness_rate_interval_ms', { builtIn: WITNESS_PROOFS.interval / MILLISECOND }],
  ['network.max_block_size_bytes', ''],
  ['network.max_votes_per_round', ''],
];

const SIZES = '§22: validators of upstream scenarios; the file has no rollout';

/** Takes the keys that rules alone do not say, and adds the rollout that the file does not have. */
export function convertBlueprint(account: Account): void {
  checkVersion(account);
  takeEpoch(account);
  takeRoundTimeout(account);
  takeDecay(account);
  takeWitnessPool(account);
  checkWeights(account);
  const target = readCount(account, TARGET, { least: 1 });
  takeLimits(account, target);
  add(account, 'question', 'Do these parameters carry the rollout to mainnet without a rollback?', 'to be made yours');
  const mainnet = { name: 'mainnet', validators: target ?? 100 };
  const channels = [
    { name: 'development', validators: 8 },
    { name: 'testnet', validators: 24 },
    { name: 'canary' },
    mainnet,
  ];
  add(account, 'channels', channels, SIZES);
  if (target === undefined) return;
  set(account.scenario, 'chain.committeeTarget', target);
  use(account, TARGET, ['chain.committeeTarget', 'channels[3].validators']);
}

const TARGET: Path = ['validator', 'vrf', 'threshold', 'target_validator_count'];

/** `config_version` of the blueprint is 1.x.y. */
function checkVersion(account: Account): void {
  const version = has(account, VERSION) ? account.tree.entries.get('config_version')?.value : undefined;
  if (version?.kind !== 'scalar' || String(version.value).startsWith('1.')) return;
  refuse(account, VERSION, `version ${String(version.value)} is not known here`, 'Give a file of version 1.');
}

/** An epoch in blocks: the file counts it in seconds, and has no block time. */
function takeEpoch(account: Account): void {
  const path: Path = ['validator', 'epoch_duration_secs'];
  const seconds = readSeconds(account, path, 1);
  if (seconds === undefined) return;
  const slot = String(defaultAt('chain.blockTime').value);
  const blocks = Math.max(1, Math.round((seconds * SECOND) / parseDuration(slot)));
  set(account.scenario, 'chain.epochBlocks', blocks);
  use(account, path, 'chain.epochBlocks', `${seconds}s at ${slot} a block`);
}

/** A silent proposer costs the timeout of the proposal and that of precommits, which together are the round's. */
function takeRoundTimeout(account: Account): void {
  const path: Path = ['validator', 'round_timeout_ms'];
  const timeout = readMillis(account, path, 6);
  if (timeout === undefined) return;
  const precommit = Math.min(1_000, Math.round(timeout / 6));
  set(account.scenario, 'chain.timeouts.propose', writeMillis(timeout - precommit));
  set(account.scenario, 'chain.timeouts.precommit', writeMillis(precommit));
  use(account, path, ['chain.timeouts.propose', 'chain.timeouts.precommit'], 'a silent proposer costs both');
}

/** The simulation knows the score's decay by a twentieth a day, or none. */
function takeDecay(account: Account): void {
  const [interval, factor]: Path[] = [
    ['reputation', 'decay_interval_secs'],
    ['reputation', 'decay_factor'],
  ];
  if (interval === undefined || factor === undefined) return;
  const seconds = readSeconds(account, interval);
  const share = readNumber(account, factor, { most: 1 });
  if (seconds === undefined && share === undefined) return;
  const known = (seconds ?? 86_400) === 86_400 && (share ?? 0.05) === 0.05;
  if (known || share === 0) set(account.scenario, 'validators.scoreDecay', share !== 0);
  for (const path of [interval, factor]) {
    if (!has(account, path)) continue;
    if (known || share === 0) use(account, path, 'validators.scoreDecay');
    else ignore(account, path, 'the score decays by 5% a day here, if validators.scoreDecay is true', true);
  }
}

/** Two weights of one pool, whatever their sum. */
function takeWitnessPool(account: Account): void {
  const [treasury, fees]: Path[] = ['treasury', 'fees'].map((key) => ['rewards', 'witness_pool_weights', key]);
  if (treasury === undefined || fees === undefined) return;
  const a = readNumber(account, treasury, { most: 1 });
  const b = readNumber(account, fees, { most: 1 });
  if (a === undefined && b === undefined) return;
  const share = a ?? 1 - (b ?? 0);
  if (a !== undefined && b !== undefined && Math.abs(a + b - 1) > 1e-6) {
    refuse(
      account,
      fees,
      `${a} and ${b} do not sum to 1`,
      `Write ${Number((1 - a).toPrecision(12))}, or change treasury.`,
    );
  }
  set(account.scenario, 'rewards.witnessTreasury', writeShare(share));
  for (const path of [treasury, fees]) if (has(account, path)) use(account, path, 'rewards.witnessTreasury');
}

/** Limits that what is simulated must keep; they matter only where it would not. */
function takeLimits(account: Account, target: number | undefined): void {
  const size: Path = ['network', 'max_block_size_bytes'];
  const written = String(defaultAt('chain.blockSize').value);
  const limit = readCount(account, size, { least: 1 });
  if (limit !== undefined && limit < parseSize(written)) {
    set(account.scenario, 'chain.blockSize', `${limit}B`);
    use(account, size, 'chain.blockSize', `blocks of ${written} would not fit`);
  } else if (limit !== undefined) {
    ignore(account, size, `a limit that blocks of ${written} keep`);
  }
  const votes: Path = ['network', 'max_votes_per_round'];
  const most = readCount(account, votes);
  const cast = 2 * (target ?? 100);
  if (most === undefined) return;
  const text =
    most >= cast
      ? `a limit that the ${cast} votes of a round keep`
      : `a round has up to ${cast} votes, and none is refused here`;
  ignore(account, votes, text, most < cast);
}
