/**
 * Every default of a scenario, once: its path, its value as a file would write it, and where it comes from.
 *
 * `§` is a section of the chain's blueprint (its parameters, procedures and our recommendations where it is silent).
 * What rests on nothing but our judgement is marked as an assumption. `plan` and every report print those that a
 * scenario really used. `[]` in a path stands for each item of a list.
 */
import { assert } from '#base/assert';
import { CHECK_CONDITIONAL_DEFAULTS, CHECK_DEFAULTS } from './check-defaults.js';
import { type Default, lognormal, normal, of } from './default-row.js';
import { PEOPLE_CONDITIONAL_DEFAULTS, PEOPLE_DEFAULTS } from './people-defaults.js';
import { PROOF_CONDITIONAL_DEFAULTS, PROOF_DEFAULTS } from './proof-defaults.js';
import { READINESS_CONDITIONAL_DEFAULTS, READINESS_DEFAULTS } from './readiness-defaults.js';
import { STORAGE_CONDITIONAL_DEFAULTS, STORAGE_DEFAULTS } from './storage-defaults.js';

export const DEFAULTS: Readonly<Record<string, Default>> = {
  seed: of('1', 'assumption: any text does; another one is another world'),
  replications: of(100, 'assumption: enough to show a probability within ±10 points'),
  fidelity: of('auto', 'assumption: exact around faults and transitions, block by block in the quiet'),

  'chain.blockTime': of('5s', '§2.2 block_time_ms'),
  'chain.epochBlocks': of(1440, '§5, §21 row 11: epoch_length'),
  'chain.committeeTarget': of(100, '§2.1 vrf.threshold.target_validator_count'),
  'chain.leaderOrder': of('lowest-vrf', '§3.4, §21 row 7: recommended'),
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
  'validators.peerFeedback': of(false, '§3.1: the score has a term for it, and no code feeds it'),
  'validators.scoreDecay': of(false, '§3.1: the code has the function and nobody calls it'),
  'validators.replay': of(lognormal('5s', '28.9s'), '§11: median at its service level, p95 as observed'),
  'validators.replaySuccess': of('99.4%', '§11: as observed'),

  'witnesses.count': of(16, '§2.1 validator.witness_count'),
  'witnesses.online': of('95%', '§22'),
  'witnesses.peerScores': of(true, '§10: peer scores and publish tiers'),

  ...PROOF_DEFAULTS,

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
  'slashing.auditLog': of(true, '§13.2: what slashing waits for'),
  'slashing.dryRun': of(false, 'assumption: an enforced gate takes what it finds'),
  'slashing.witnessReports': of('50%', 'assumption: half of the witnesses; §22 says only that a report needs a proof'),
  'slashing.banDoubleSign': of(false, '§9.1: the design text wants a ban, no code has one'),
  'slashing.appeals': of('50%', 'assumption: every other validator that is slashed'),
  'slashing.appealWindow': of('72h', '§22'),
  'slashing.vote': of(lognormal('24h', '48h'), '§22: median 24 h; the spread is an assumption'),
  'slashing.overturned': of('90%', 'assumption: a council sees most mistakes'),

  ...STORAGE_DEFAULTS,

  'telemetry.interval': of('15s', '§2.2 telemetry sample interval of a validator'),
  'telemetry.delay': of('15s', 'assumption: one more export interval (§15.1)'),
  'telemetry.alertBlind': of(false, '§15.1, §21 row 21: emit what alerts read'),

  'operations.restart': of('31.8s', '§22: 1.8s of process and 30s of warm-up'),
  'operations.crashRestart': of(lognormal('3m', '5m'), '§22: time to acknowledge, then a restart'),
  'operations.notify': of(lognormal('3m', '5m'), '§22: time to acknowledge'),
  'operations.forwardFix': of(
    lognormal('4h', '12h'),
    'assumption: hotfix branches are ready (§17); building, testing, signing and announcing take hours',
  ),
  'operations.quorumRestart': of('67%', '§4.1: more than two thirds decide; §18: restart a quorum'),
  'operations.holdLimit': of('24h', 'assumption: a day, so that every rotation on call has seen it (§18)'),
  'operations.batches': of('10%', '§22: rollback in batches of 10 %'),
  ...PEOPLE_DEFAULTS,
  ...READINESS_DEFAULTS,

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

  ...CHECK_DEFAULTS,
  'channels[].steps[].approve.delay': of(
    lognormal('10m', '15m'),
    '§22: decision 10 min; spread as the other responses',
  ),
  'channels[].steps[].approve.rejects': of('0%', 'assumption: who approves has been asked before'),
  'channels[].steps[].approve.onReject': of('abort', 'assumption: a no is a no'),

  'faults[].probability': of('100%', 'assumption: a fault that is written happens'),
  'expect[].confidence': of('95%', 'assumption: the usual level'),
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
  ...CHECK_CONDITIONAL_DEFAULTS,
  ...PROOF_CONDITIONAL_DEFAULTS,
  ...STORAGE_CONDITIONAL_DEFAULTS,
  'communication.briefing.ahead': of('14d', '§17: briefing at least two weeks ahead'),
  'communication.briefing.notice': of('14d', '§17: two weeks; that fewer prepare with less is an assumption'),
  'communication.briefing.missing': of('0%', 'assumption: it is sent'),
  'communication.briefing.delay': of(
    lognormal('2h', '8h'),
    'assumption: until somebody reads the notes and has built it',
  ),
  'checklist.parity.covers': of(
    '100%',
    '§17: configuration equal to the bundle; assumption: the hash is over all of it',
  ),
  'checklist.alerts': of(true, '§17: armed alerts before every stage'),
  'checklist.runbook': of(true, '§17: no draft runbooks'),
  'checklist.search': of(lognormal('30m', '60m'), 'assumption: as long as decision and mitigation together (§22)'),
  'checklist.repair': of(lognormal('20m', '30m'), '§22: mitigation 20 min, p95 30'),
  ...PEOPLE_CONDITIONAL_DEFAULTS,
  ...READINESS_CONDITIONAL_DEFAULTS,
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
  'rewards.ledger.base': of(5, '§8: rule A'),
  'rewards.ledger.leaderBonus': of('20%', '§8: rule A'),
  'rewards.engine.witnessReward': of('half of rewards.base', '§8: rule B'),
  'rewards.pools.leaders': of('60%', '§8: rule D, §2.2 governance.timetoke_rewards'),
  'rewards.pools.witnesses': of('30%', '§8: rule D, §2.2 governance.timetoke_rewards'),
  'rewards.pools.minHours': of(1, '§8: rule D, §2.2 governance.timetoke_rewards'),
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

export const HORIZON_FACTOR = 1.5;
export const PHASES_SOURCE = 'assumption: the end of the phases; nothing is judged after it';
export const HORIZON_SOURCE = 'assumption: one and a half times the planned duration, for holds and recoveries';

export const FAULT_DEFAULTS = {
  release: of('0s', 'assumption: a defect is in the release from the start'),
  share: of('100%', 'assumption: a defect is in every copy of the release'),
  minUpgraded: of(1, 'assumption: one node is enough'),
  crash: of('operations.crashRestart', 'assumption: a crashed node is down until somebody restarts it'),
  store: of('operations.crashRestart', 'assumption: as a crashed node; what recovery takes comes on top'),
  byzantine: of('0s', 'assumption: who is Byzantine is so from the start'),
  lasting: of('to the end', 'assumption: who is Byzantine stays so'),
  messages: of('100%', 'assumption: every message is hit'),
  dropped: of('50%', 'assumption: half of the receivers'),
  late: of({ uniform: { min: '0s', max: '1s' } }, 'assumption: up to the timeout of a vote'),
  perHeight: of(10, 'assumption: a nuisance, no flood'),
  misfireBy: of(10, 'assumption: less than a minute, a height mistyped or a clock not asked'),
  misfire: of(lognormal('30m', '60m'), '§22: acknowledge 3 min, decide 10 min, mitigate 20 min, one after the other'),
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
