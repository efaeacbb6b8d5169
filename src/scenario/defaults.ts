/**
 * Every default of a scenario, once: its path, its value as a file would write it, and where it comes from.
 *
 * `§` is a section of the chain's blueprint (its parameters, procedures and our recommendations where it is silent).
 * What rests on nothing but our judgement is marked as an assumption. `plan` and every report print those that a
 * scenario really used. `[]` in a path stands for each item of a list.
 */
import { assert } from '#base/assert';
import type { CheckAction, TimeoutsPlan } from '#model/plan';

export interface Default {
  readonly value: unknown;
  readonly source: string;
}

const of = (value: unknown, source: string): Default => {
  return { value, source: source.startsWith('§') ? `blueprint ${source}` : source };
};
const normal = (mean: string, deviation: string) => ({ normal: { mean, deviation } });
const lognormal = (median: string, p95: string, max?: string) => {
  return { lognormal: max === undefined ? { median, p95 } : { median, p95, max } };
};

export const DEFAULTS: Readonly<Record<string, Default>> = {
  seed: of('1', 'assumption: any text does; another one is another world'),
  replications: of(100, 'assumption: enough to show a probability within ±10 points'),
  fidelity: of('auto', 'assumption: exact around faults and transitions, block by block in the quiet'),

  'chain.blockTime': of('5s', '§2.2 block_time_ms'),
  'chain.epochBlocks': of(1440, '§5, §21 row 11: epoch_length'),
  'chain.committeeTarget': of(100, '§2.1 vrf.threshold.target_validator_count'),
  'chain.consensus.preset': of('blueprint', '§2.1, §4.2: the chain under rehearsal'),
  'chain.build': of(lognormal('100ms', '200ms'), 'assumption: blocks are about 20 % full (§22)'),
  'chain.execute': of(lognormal('150ms', '300ms'), 'assumption: about 100 transactions a block (§22)'),
  'chain.blockSize': of('550kB', '§22: block 200 kB and proof 350 kB'),
  'chain.voteSize': of('300B', '§22'),
  'chain.partSize': of('64KiB', 'assumption: as CometBFT (measurements.md section 2)'),

  'network.regions': of(
    [{ name: 'america-east' }, { name: 'america-west' }, { name: 'europe' }, { name: 'asia' }],
    'assumption: four regions with equal shares',
  ),
  'network.delay': of({ within: normal('20ms', '5ms'), between: normal('80ms', '20ms') }, '§22'),
  'network.loss': of('0.1%', '§22'),
  'network.retransmit': of('200ms', 'assumption: the least retransmission timeout of TCP on Linux'),
  'network.bandwidth': of('1Gbit/s', 'assumption: the cap of the CometBFT test networks'),
  'network.gossip': of('push', '§10: gossipsub'),
  'network.topology': of('mesh', 'assumption: validators are few enough to hear each other directly'),

  'validators.stakeMean': of(1000, '§22'),
  'validators.stakeExponent': of(0.8, '§22'),
  'validators.hours': of([200, 720], '§22'),
  'validators.successes': of([100, 1000], '§22'),
  'validators.newcomers': of('10%', '§22'),
  'validators.uptimeProofs': of('1h', '§3.2: a proof credits whole hours'),
  'validators.scoreDecay': of(false, '§3.1: the code has the function and nobody calls it'),

  'witnesses.count': of(16, '§2.1 validator.witness_count'),
  'witnesses.online': of('95%', '§22'),

  'proofs.workers': of(2, '§22'),
  'proofs.prove': of(lognormal('3742ms', '4836ms', '5806ms'), '§6.3: consensus circuit, measured'),
  'proofs.verify': of(lognormal('1982ms', '2641ms', '3239ms'), '§6.3: consensus circuit, measured'),
  'proofs.cacheHit': of('70%', '§22: the least hit ratio that counts as headroom'),
  'proofs.lag': of(2, 'assumption: the finality envelope of 12s is 2.4 slots (§16, §22)'),
  'proofs.failure': of('0.5%', '§22'),

  'rewards.base': of(100_000_000, '§2.1 rewards.base_block_reward'),
  'rewards.leaderBonus': of('15%', '§2.1 rewards.leader_bonus_pct'),
  'rewards.witnessShare': of('25%', '§2.1 rewards.witness_reward_pct'),
  'rewards.witnessTreasury': of('70%', '§2.1 witness_pool_weights'),
  'rewards.feesPerBlock': of(
    { normal: { mean: 100_000, deviation: 14_142 } },
    '§22: 20 transactions a second at 1 000 units, over a block of 5s; spread as a compound Poisson sum',
  ),
  'rewards.treasuryDays': of(90, '§22'),
  'rewards.rule': of('recommended', '§8: recommended rule'),
  'rewards.auditEpochs': of(10, '§17: audit after 10 epochs'),

  'slashing.profile': of('hybrid-v1', '§9.2, §21 row 14: recommended'),
  'slashing.dryRun': of(false, 'assumption: an enforced gate takes what it finds'),
  'slashing.appeals': of('50%', 'assumption: every other validator that is slashed'),
  'slashing.appealWindow': of('72h', '§22'),
  'slashing.vote': of(lognormal('24h', '48h'), '§22: median 24 h; the spread is an assumption'),
  'slashing.overturned': of('90%', 'assumption: a council sees most mistakes'),

  'telemetry.interval': of('15s', '§2.2 telemetry sample interval of a validator'),
  'telemetry.delay': of('15s', 'assumption: one more export interval (§15.1)'),

  'operations.restart': of('31.8s', '§22: 1.8s of process and 30s of warm-up'),
  'operations.crashRestart': of(lognormal('3m', '5m'), '§22: time to acknowledge, then a restart'),
  'operations.decision': of(lognormal('10m', '15m'), '§22: decision 10 min; spread as the other responses'),
  'operations.restore': of(lognormal('20m', '30m'), '§22: mitigation; §18: stable within 30 min'),
  'operations.holdLimit': of('24h', 'assumption: a day, so that every rotation on call has seen it (§18)'),
  'operations.batches': of('10%', '§22: rollback in batches of 10 %'),

  gates: of(
    [
      { name: 'selection', enables: ['malachite_consensus'] },
      { name: 'rewards', enables: ['timetoke_rewards'], after: ['selection'] },
      {
        name: 'proofs',
        enables: ['recursive_proofs', 'pruning', 'reconstruction', 'witness_network'],
        after: ['selection'],
      },
      { name: 'slashing', enables: ['consensus_enforcement'], after: ['proofs', 'rewards'] },
    ],
    '§13.2: the four phases of the rollout plan',
  ),

  'channels[].checks[].window': of('5m', '§15.2: most alerts look back 5 min'),
  'channels[].checks[].interval': of('60s', '§22: checks 60 s apart'),
  'channels[].checks[].minSamples': of(1, 'assumption: no data never passes, one sample is data'),
  'channels[].checks[].consecutiveFailures': of(3, '§22: 3 checks in a row'),

  'faults[].probability': of('100%', 'assumption: a fault that is written happens'),
  'expect[].confidence': of('95%', 'assumption: the usual level'),
};

/** Engines that a scenario may take its timeouts and rules from. */
export type Preset = 'blueprint' | 'malachite' | 'cometbft';

/** What depends on the preset; one without a wait lets heights follow the slots. */
export type PresetPath =
  | `chain.timeouts.${keyof TimeoutsPlan}`
  | 'chain.consensus.skip'
  | 'chain.consensus.locked'
  | 'chain.consensus.replayDelay';
export type PresetDefaults = Readonly<
  Record<PresetPath, Default> & Partial<Record<'chain.consensus.commitWait', Default>>
>;

const TIMEOUTS_SOURCE = 'consensus.md section 8';
const RULES_SOURCE = 'consensus.md section 18';
const DELTAS = {
  'chain.timeouts.proposeDelta': of('500ms', TIMEOUTS_SOURCE),
  'chain.timeouts.prevoteDelta': of('500ms', TIMEOUTS_SOURCE),
  'chain.timeouts.precommitDelta': of('500ms', TIMEOUTS_SOURCE),
} as const;

export const PRESET_DEFAULTS: Readonly<Record<Preset, PresetDefaults>> = {
  blueprint: {
    'chain.timeouts.propose': of('5s', '§2.1 round_timeout_ms: a silent proposer costs propose + precommit = 6s'),
    'chain.timeouts.proposeDelta': of('500ms', 'assumption: as the Malachite engine; §4.2 states no growth'),
    'chain.timeouts.prevote': of('1s', 'assumption: as the Malachite engine'),
    'chain.timeouts.prevoteDelta': of('500ms', 'assumption: as the Malachite engine'),
    'chain.timeouts.precommit': of('1s', '§2.1 round_timeout_ms: a silent proposer costs propose + precommit = 6s'),
    'chain.timeouts.precommitDelta': of('500ms', 'assumption: as the Malachite engine'),
    'chain.timeouts.rebroadcast': of('7s', 'assumption: the sum of the three timeouts, as the Malachite engine'),
    'chain.timeouts.rebroadcastDelta': of('1500ms', 'assumption: the sum of the three deltas'),
    'chain.consensus.skip': of('one-honest', 'assumption: as the Malachite engine (consensus.md section 18)'),
    'chain.consensus.locked': of('nil', 'assumption: as the Malachite engine (consensus.md section 18)'),
    'chain.consensus.replayDelay': of('5s', 'assumption: as the Malachite engine (consensus.md section 13)'),
  },
  malachite: {
    ...DELTAS,
    'chain.timeouts.propose': of('3s', TIMEOUTS_SOURCE),
    'chain.timeouts.prevote': of('1s', TIMEOUTS_SOURCE),
    'chain.timeouts.precommit': of('1s', TIMEOUTS_SOURCE),
    'chain.timeouts.rebroadcast': of('5s', `${TIMEOUTS_SOURCE}: the sum of the three timeouts`),
    'chain.timeouts.rebroadcastDelta': of('1500ms', `${TIMEOUTS_SOURCE}: the sum of the three deltas`),
    'chain.consensus.skip': of('one-honest', RULES_SOURCE),
    'chain.consensus.locked': of('nil', RULES_SOURCE),
    'chain.consensus.replayDelay': of('5s', 'consensus.md section 13: wal_replay_delay'),
  },
  cometbft: {
    ...DELTAS,
    'chain.timeouts.propose': of('3s', TIMEOUTS_SOURCE),
    'chain.timeouts.prevote': of('1s', TIMEOUTS_SOURCE),
    'chain.timeouts.precommit': of('1s', TIMEOUTS_SOURCE),
    'chain.timeouts.rebroadcast': of('2s', 'assumption: its majority queries run every 2s (consensus.md section 18)'),
    'chain.timeouts.rebroadcastDelta': of('0s', 'assumption: those queries do not slow down'),
    'chain.consensus.skip': of('quorum', RULES_SOURCE),
    'chain.consensus.locked': of('locked-value', RULES_SOURCE),
    'chain.consensus.replayDelay': of('0s', 'assumption: a node replays its log before it asks anybody'),
    'chain.consensus.commitWait': of('1s', `${RULES_SOURCE}: timeout_commit`),
  },
};

const CAPACITY = of(1024, '§2.1 network.max_channel_buffer');

/** Defaults of keys that matter only where their section, or their kind of fault, is written. */
export const CONDITIONAL_DEFAULTS: Readonly<Record<string, Default>> = {
  'chain.asBuilt': of('off', '§21: what it recommends'),
  'chain.asBuilt.libraryTiers': of(false, '§21 row 2: as the node'),
  'chain.asBuilt.bootstrapAsBuilt': of(false, '§21 row 3: seeded histories'),
  'chain.asBuilt.vrfThresholdAsBuilt': of(false, '§21 row 4: exactly as many as the target'),
  'chain.asBuilt.committeePerBlock': of(false, '§21 row 5: once an epoch'),
  'chain.asBuilt.vrfBundle': of(128, '§3.3, §21 row 6: recommended'),
  'chain.asBuilt.leaderIgnoresRound': of(false, '§21 row 7: rotate by round'),
  'chain.asBuilt.leaderHighestVrf': of(false, '§21 row 7: lowest'),
  'chain.asBuilt.quorumCeil': of(false, '§21 row 8: floor(2T/3) + 1'),
  'chain.asBuilt.libraryPower': of(false, '§21 row 8: as the node (§4.1)'),
  'chain.asBuilt.noViewTimer': of(false, '§21 row 9: 6s and three extensions'),
  'chain.asBuilt.slashOnReorder': of(false, '§21 row 10: off'),
  'chain.asBuilt.framing': of(false, '§21 row 10: off'),
  'chain.asBuilt.rewardBeforeQuorum': of(false, '§21 row 13: off'),
  'chain.asBuilt.doubleFee': of(false, '§21 row 13: off'),
  'chain.asBuilt.witnessFeeTwice': of(false, '§21 row 13: off (§8)'),
  'chain.asBuilt.doubleSlash': of(false, '§21 row 15: one tier'),
  'chain.asBuilt.threeEvidenceClasses': of(false, '§21 row 16: five'),
  'chain.asBuilt.witnessRefillBug': of(false, '§21 row 17: as documented'),
  'chain.asBuilt.gossipFrame256K': of(false, '§21 row 18: 4 MiB'),
  'network.topology.degree': of(8, '§10: mesh 8'),
  'network.topology.rewire': of('10%', 'assumption: enough for short ways, and most links stay near'),
  'network.topology.heartbeat': of('900ms', '§10: heartbeat of gossip'),
  'network.queues.processing': of('75us', 'assumption: one check of an ed25519 signature (measurements.md section 2)'),
  'network.queues.announcements': of(false, 'assumption: votes are announced at no cost'),
  'network.queues.votes': CAPACITY,
  'network.queues.blocks': CAPACITY,
  'network.queues.sync': CAPACITY,
  'network.queues.ratePerPeer': of(128, '§10: messages of a peer in a second'),
  'network.queues.replayWindow': of(1024, '§10: replay guard of each topic'),
  'rewards.bug.epoch': of(2, 'assumption: after one sound epoch, and well before the audit'),
  'rewards.bug.bonus': of('20%', '§8: the bonus of the ledger, where the configuration says 15 %'),
  'rewards.bug.share': of('30%', 'assumption: some validators carry the wrong number, most do not'),
  'channels[].steps[].upgrade.halt.after': of(100, 'assumption: time enough to hear of the height'),
  'channels[].steps[].upgrade.halt.install': of(
    lognormal('49m', '90m'),
    'measurements.md section 8: most validators of Persistence v3 done at 49m; the tail is an assumption',
  ),
  'faults[].direction': of('both', 'assumption: a link that is cut is cut both ways'),
  'faults[].acts': of('100%', 'assumption: it misses no chance'),
};

export const AWS_DELAY = of(
  'aws: measured means, 5% deviation (normal)',
  'measurements.md section 1: aws-latencies.csv of CometBFT',
);
export const AWS_WITHIN = of('500us', 'assumption: one datacentre; the measurements say nothing of it');

/** Kinds of channels that differ in their defaults; a channel of any other name is an `other`. */
export type Profile = 'development' | 'testnet' | 'canary' | 'mainnet' | 'other';

export interface ChannelDefaults {
  readonly dwell: Default;
  readonly gateDwell: Default;
  readonly gates: Default; // `all`, or names of phases
  readonly batches: Default;
  readonly pause: Default;
  readonly maintenance: Default;
  readonly onFail: Default;
}

const BATCHES_LARGE = of('50%', 'assumption: a channel that may halt for a restart, in two halves');
const PAUSE_NONE = of('0s', 'assumption: nothing to watch between batches');
const ANNOUNCED = of(true, '§13.1, §15.2: its change windows are announced, and mute alerts on liveness');
const SHARED = of(false, 'assumption: users of production notice a restart, announced or not');
const GATE_DWELL = of('1 epoch', 'assumption: one epoch shows every rule at work');
const GATES_ALL = of('all', '§13.2, §17: every phase is rehearsed before mainnet');
const ABORT = of('abort' satisfies CheckAction, '§19: before mainnet a failure ends the promotion');
const ROLLBACK = of('rollback' satisfies CheckAction, '§19: mainnet recovery');

export const CHANNEL_DEFAULTS: Readonly<Record<Profile, ChannelDefaults>> = {
  development: {
    dwell: of('48h', '§17'),
    gateDwell: GATE_DWELL,
    gates: GATES_ALL,
    batches: BATCHES_LARGE,
    pause: PAUSE_NONE,
    maintenance: ANNOUNCED,
    onFail: ABORT,
  },
  testnet: {
    dwell: of('10 epochs', '§17'),
    gateDwell: GATE_DWELL,
    gates: GATES_ALL,
    batches: BATCHES_LARGE,
    pause: PAUSE_NONE,
    maintenance: ANNOUNCED,
    onFail: ABORT,
  },
  canary: {
    dwell: of('10 epochs', '§17: 3 epochs, then 7 with rewards'),
    gateDwell: GATE_DWELL,
    gates: of(['selection', 'rewards'], '§17: what the canary rehearses'),
    batches: of('100%', 'assumption: a subset too small to halt the chain, all at once'),
    pause: PAUSE_NONE,
    maintenance: SHARED,
    onFail: ABORT,
  },
  mainnet: {
    dwell: of('24h', '§17'),
    gateDwell: of('3 epochs', 'assumption: as the watch of §17 after a gate on the canary'),
    gates: GATES_ALL,
    batches: of('10%', '§22'),
    pause: of('30m', '§22: 2 epochs or 30 min; the epochs are waited for after each gate'),
    maintenance: SHARED,
    onFail: ROLLBACK,
  },
  other: {
    dwell: of('24h', 'assumption: as mainnet'),
    gateDwell: GATE_DWELL,
    gates: GATES_ALL,
    batches: BATCHES_LARGE,
    pause: PAUSE_NONE,
    maintenance: ANNOUNCED,
    onFail: ABORT,
  },
};

export const CANARY_SHARE = of('5%', '§22: 5 % of validators, at least 3');
export const CANARY_MIN = 3;
export const CANARY_CHAIN = of('mainnet', '§17: chosen validators of the production chain');
export const SHADOW_MODE = of('shadow', 'assumption: a part of a chain can compute a gate but not enforce it');
export const ENFORCE_MODE = of('enforce', 'assumption: the whole chain runs the release');
export const HORIZON_FACTOR = 1.5;
export const PHASES_SOURCE = 'assumption: the end of the phases; nothing is judged after it';
export const HORIZON_SOURCE = 'assumption: one and a half times the planned duration, for holds and recoveries';

/** One of the checks of a channel that writes none, as a file would write it. */
export interface DefaultCheck {
  readonly profiles: readonly Profile[];
  readonly check: Readonly<Record<string, unknown>>;
}

const EVERY: readonly Profile[] = ['development', 'testnet', 'canary', 'mainnet', 'other'];

/**
 * `missedSlots` guards only where restarts never stop the chain: half a testnet restarting at once misses more slots
 * than its line allows. `crashes` on mainnet counts five, since single nodes crash there without any defect.
 */
export const DEFAULT_CHECKS: readonly DefaultCheck[] = [
  {
    profiles: EVERY,
    check: { name: 'production', metric: 'liveness.production', window: '30m', success: '>= 90%' },
  },
  {
    profiles: EVERY,
    check: { name: 'finality', metric: 'liveness.finality', statistic: 'p95', window: '30m', success: '<= 12s' },
  },
  {
    profiles: EVERY,
    check: { name: 'finality-lag', metric: 'liveness.finalityLag', statistic: 'max', window: '5m', success: '< 24' },
  },
  {
    profiles: ['canary', 'mainnet'],
    check: {
      name: 'missed-slots',
      metric: 'liveness.missedSlots',
      window: '5m',
      success: '<= 2',
      failure: '> 4',
      consecutiveFailures: 5,
    },
  },
  {
    profiles: ['development', 'testnet', 'canary', 'other'],
    check: { name: 'crashes', metric: 'release.crashes', window: '1h', success: '< 1' },
  },
  {
    profiles: ['mainnet'],
    check: { name: 'crashes', metric: 'release.crashes', window: '1h', success: '< 1', failure: '>= 5' },
  },
  {
    profiles: EVERY,
    check: { name: 'diverged', metric: 'validators.diverged', statistic: 'max', window: '5m', success: '< 1' },
  },
  {
    profiles: EVERY,
    check: { name: 'reward-mismatch', metric: 'rewards.mismatch', window: '1h', success: '<= 0' },
  },
  {
    profiles: EVERY,
    check: { name: 'proof-backlog', metric: 'proofs.backlog', statistic: 'mean', window: '5m', success: '< 16' },
  },
];
export const DEFAULT_CHECKS_SOURCE =
  'blueprint §15.2, §16, §22: critical alerts and service levels; crashes: assumption';

/** The statistic of a check that names none, by the unit of its metric. */
export const STATISTIC_OF_UNIT = { duration: 'p95', share: 'mean', count: 'max', units: 'sum', ratio: 'max' } as const;
export const STATISTIC_SOURCE = 'assumption: by the unit of the metric';

export const FAULT_DEFAULTS = {
  release: of('0s', 'assumption: a defect is in the release from the start'),
  share: of('100%', 'assumption: a defect is in every copy of the release'),
  minUpgraded: of(1, 'assumption: one node is enough'),
  crash: of('operations.crashRestart', 'assumption: a crashed node is down until somebody restarts it'),
  byzantine: of('0s', 'assumption: who is Byzantine is so from the start'),
  lasting: of('to the end', 'assumption: who is Byzantine stays so'),
  messages: of('100%', 'assumption: every message is hit'),
  dropped: of('50%', 'assumption: half of the receivers'),
  late: of({ uniform: { min: '0s', max: '1s' } }, 'assumption: up to the timeout of a vote'),
  perHeight: of(10, 'assumption: a nuisance, no flood'),
} as const;

/** The default at `path`, which must have one. */
export function defaultAt(path: string): Default {
  const found = DEFAULTS[path];
  assert(found !== undefined, `there is a default for ${path}`);
  return found;
}

/** The default at `path` of a key that matters only in its place. */
export function conditionalAt(path: string): Default {
  const found = CONDITIONAL_DEFAULTS[path];
  assert(found !== undefined, `there is a default for ${path}`);
  return found;
}

/** A value on one line, as a file writes it: `{ lognormal: { median: 3m, p95: 5m } }`. */
export function formatValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatValue).join(', ')}]`;
  if (value === null || typeof value !== 'object') return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${formatValue(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
