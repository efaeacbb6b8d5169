/**
 * The catalogue of metrics: what a replication measures, in which unit, within which bounds. The bounds are what makes
 * distribution-free intervals of a mean possible (`stats/interval`).
 */

import type { Plan } from './plan.js';

export type MetricKind = 'probability' | 'quantity';
export type MetricUnit = 'share' | 'duration' | 'count' | 'units' | 'ratio';

export interface Metric {
  readonly key: string;
  readonly kind: MetricKind; // `probability`: 0 or 1 in each replication
  readonly unit: MetricUnit; // `duration`: µs; `units`: money
  /** Range of one replication's value; `horizon` stands for the scenario's horizon. */
  readonly bounds: readonly [min: number, max: number | 'horizon' | null]; // null: unbounded, no interval of the mean
  readonly better: 'lower' | 'higher' | 'neither';
  readonly label: string;
  readonly text: string; // one or two sentences: what it is and how it is measured
  readonly needs?: 'phases' | 'queues' | 'misfires' | 'parity' | 'exporters' | 'briefing' | 'readiness'; // of the plan; without them there is nothing to measure
}

const probability = (key: string, better: Metric['better'], label: string, text: string): Metric => {
  return { key, kind: 'probability', unit: 'share', bounds: [0, 1], better, label, text };
};
const quantity = (
  key: string,
  unit: MetricUnit,
  bounds: Metric['bounds'],
  better: Metric['better'],
  label: string,
  text: string,
): Metric => ({ key, kind: 'quantity', unit, bounds, better, label, text });

export const METRICS: readonly Metric[] = [
  quantity(
    'liveness.slotShare',
    'share',
    [0, 1],
    'higher',
    'Slots finalized',
    'Blocks finalized on the active chain over slots that passed; a slot is one block time.',
  ),
  quantity(
    'liveness.longestStall',
    'duration',
    [0, 'horizon'],
    'lower',
    'Longest stall',
    'Longest time between two finalized blocks of the active chain, or from the last one to the end.',
  ),
  quantity(
    'liveness.blockInterval',
    'duration',
    [0, 'horizon'],
    'lower',
    'Block interval, mean',
    'Mean time between consecutive finalized blocks.',
  ),
  quantity(
    'liveness.blockInterval.p50',
    'duration',
    [0, 'horizon'],
    'lower',
    'Block interval, median',
    'Median of the time between consecutive finalized blocks.',
  ),
  quantity(
    'liveness.blockInterval.p95',
    'duration',
    [0, 'horizon'],
    'lower',
    'Block interval, p95',
    '95th percentile of the time between consecutive finalized blocks.',
  ),
  quantity(
    'liveness.blockInterval.p99',
    'duration',
    [0, 'horizon'],
    'lower',
    'Block interval, p99',
    '99th percentile of the time between consecutive finalized blocks.',
  ),
  quantity(
    'liveness.finality',
    'duration',
    [0, 'horizon'],
    'lower',
    'Finality, mean',
    'Mean time from the start of a height to the moment validators with more than two thirds of the power have decided it.',
  ),
  quantity(
    'liveness.finality.p99',
    'duration',
    [0, 'horizon'],
    'lower',
    'Finality, p99',
    '99th percentile of the time to finality.',
  ),
  quantity(
    'liveness.recovery',
    'duration',
    [0, 'horizon'],
    'lower',
    'Recovery after a fault, worst',
    'Longest time from the end of a fault to the third consecutive block within twice the block time; no data without faults.',
  ),
  quantity('liveness.missedSlots', 'count', [0, null], 'lower', 'Slots missed', 'Slots without a finalized block.'),
  quantity(
    'liveness.participation',
    'share',
    [0, 1],
    'higher',
    'Participation, mean',
    'Mean share of voting power whose precommit is in the commit of a block.',
  ),
  {
    ...probability(
      'liveness.stuck',
      'lower',
      'Stuck after healing',
      'Whether, in the judged phase, no height was finalized or an honest validator that is up entered none. Without phases there is no value.',
    ),
    needs: 'phases',
  },
  {
    ...quantity(
      'liveness.judgedShare',
      'share',
      [0, 1],
      'higher',
      'Slots finalized when judged',
      'Blocks finalized in the judged phase over its slots. Without phases there is no value.',
    ),
    needs: 'phases',
  },
  {
    ...quantity(
      'network.refused',
      'count',
      [0, null],
      'lower',
      'Messages refused',
      'Messages that nodes did not take in: their queue was full, the peer had sent enough, or they had been there before.',
    ),
    needs: 'queues',
  },
  {
    ...quantity(
      'gates.misfires',
      'count',
      [0, null],
      'lower',
      'Gates that misfire',
      'Validators that apply a gate before or after the agreed height, or never, until somebody repairs them; by gate.',
    ),
    needs: 'misfires',
  },
  {
    ...quantity(
      'communication.unprepared',
      'count',
      [0, null],
      'lower',
      'Operators unprepared',
      'Operators that began the upgrade late, because they were briefed late or not at all.',
    ),
    needs: 'briefing',
  },
  {
    ...quantity(
      'checklist.driftFound',
      'count',
      [0, null],
      'neither',
      'Drift found',
      'Validators whose configuration bundle had another hash than the reference before a promotion, and was repaired.',
    ),
    needs: 'parity',
  },
  {
    ...quantity(
      'checklist.driftMissed',
      'count',
      [0, null],
      'lower',
      'Drift missed',
      'Validators whose drift was there before a promotion and did not show in the hash of their bundle.',
    ),
    needs: 'parity',
  },
  {
    ...quantity(
      'checklist.blindAlerts',
      'count',
      [0, null],
      'lower',
      'Alerts without eyes',
      'Checks that never fired in a channel that was promoted, because no node exports what they read; by channel.',
    ),
    needs: 'exporters',
  },
  quantity(
    'rewards.relativeError',
    'ratio',
    [0, null],
    'lower',
    'Reward error',
    'Sum over epochs and validators of |paid − expected| over the sum of expected (blueprint section 8).',
  ),
  quantity(
    'rewards.validatorsOff',
    'count',
    [0, null],
    'lower',
    'Validators paid wrongly',
    'Validators whose total payout differs from the expected one by at least one unit.',
  ),
  quantity(
    'rewards.conservationViolations',
    'count',
    [0, null],
    'lower',
    'Conservation violations',
    'Epochs in which paid + withheld + shortfall differs from what the rule emits.',
  ),
  quantity(
    'rewards.shortfall',
    'units',
    [0, null],
    'lower',
    'Reward shortfall',
    'Units owed that neither treasury nor fee pool could pay.',
  ),
  quantity(
    'rewards.leaderConcentration',
    'share',
    [0, 1],
    'lower',
    'Leader concentration',
    'Largest share of blocks proposed by one validator on the last active chain (blueprint section 3.4).',
  ),
  probability('rollback.any', 'lower', 'Plan undone', 'The plan was aborted or rolled back at least once.'),
  probability(
    'rollback.abort',
    'lower',
    'Promotion aborted',
    'A promotion was given up and the channel returned to the previous release.',
  ),
  probability(
    'rollback.gate',
    'lower',
    'Gate rollback',
    'At least one active gate was switched off again by restarting nodes.',
  ),
  probability('rollback.state', 'lower', 'State rollback', 'A snapshot was restored: finalized blocks were given up.'),
  probability(
    'rollback.badReleaseOnMainnet',
    'lower',
    'Bad release on mainnet',
    'A release with a defect started its mainnet upgrade.',
  ),
  probability(
    'rollback.falseAbort',
    'lower',
    'False abort',
    'The plan was undone although no defect of the release had shown itself.',
  ),
  quantity(
    'rollback.duration',
    'duration',
    [0, 'horizon'],
    'lower',
    'Undoing, duration',
    'Time from the demand to undo the rollout until the chain is well again, or to the end; no data where it is not undone.',
  ),
  quantity(
    'rollback.slotsLost',
    'count',
    [0, null],
    'lower',
    'Slots lost to undoing',
    'Slots without a block between the decision to undo and recovery.',
  ),
  probability(
    'rollback.failed',
    'lower',
    'No way back',
    'Whether the plan had to be undone and could not be: no usable backup, or none that the previous release can read.',
  ),
  quantity(
    'rollback.blocksGivenUp',
    'count',
    [0, null],
    'lower',
    'Blocks given up',
    'Finalized blocks that a restored backup does not hold, over all state rollbacks.',
  ),
  probability(
    'proofs.headroomMisjudged',
    'lower',
    'Headroom misjudged',
    'Whether proofs were enforced after the checks that the gate needs had succeeded, and waiting for proofs then cost more than a tenth of the slots of the first epoch.',
  ),
  quantity(
    'proofs.utilisation',
    'share',
    [0, 1],
    'lower',
    'Provers in use',
    "Mean share of the slowest provers' time in use, as seen at each block.",
  ),
  quantity(
    'proofs.backlog',
    'count',
    [0, null],
    'lower',
    'Proof backlog',
    'Most blocks that waited for their proof at the slowest provers.',
  ),
  quantity(
    'proofs.cacheHit',
    'share',
    [0, 1],
    'higher',
    'Proofs verified ahead',
    'Share of the blocks whose proof a typical node had verified before they came.',
  ),
  quantity(
    'proofs.refused',
    'count',
    [0, null],
    'lower',
    'Proofs refused',
    'Proofs of finalized blocks that nodes refused since they came from circuits of another version, over all nodes.',
  ),
  quantity(
    'proofs.failovers',
    'count',
    [0, null],
    'lower',
    'Failovers of provers',
    'Times that a node went on proving on the backend that takes over, which no release can be built with.',
  ),
  quantity(
    'recovery.nodes',
    'count',
    [0, null],
    'lower',
    'Nodes recovered',
    'Unplanned stops after which a node recovered its store, see blueprint section 12.',
  ),
  quantity(
    'recovery.longest',
    'duration',
    [0, 'horizon'],
    'lower',
    'Longest recovery of a node',
    'Longest time from starting a stopped node to its being up, replay, restore, state sync and repair included.',
  ),
  quantity(
    'recovery.catchUp',
    'duration',
    [0, 'horizon'],
    'lower',
    'Longest catching up',
    "Longest time from a recovered node's being up to its being at the chain's tip.",
  ),
  quantity(
    'recovery.stateSyncs',
    'count',
    [0, null],
    'lower',
    'State syncs',
    'Nodes that had to fetch the state from others: their log could not bridge the gap to the tip.',
  ),
  quantity(
    'pruning.lag',
    'count',
    [0, null],
    'lower',
    'Pruning lag',
    'Most blocks beyond the retained depth that were not pruned yet.',
  ),
  quantity(
    'pruning.pauses',
    'count',
    [0, null],
    'lower',
    'Emergency pauses of pruning',
    'Times that people stopped pruning at once: a pruning proof did not verify, the plan was undone, or what storage.pruning.pauseOn and faults say.',
  ),
  quantity(
    'pruning.paused',
    'duration',
    [0, 'horizon'],
    'lower',
    'Pruning stopped',
    'Time for which emergency pauses kept pruning from going on, all together.',
  ),
  ...[
    quantity(
      'readiness.ready',
      'duration',
      [0, 'horizon'],
      'lower',
      'Preparation done',
      'When everything that some channel waits for was delivered; the horizon if it never was.',
    ),
    probability(
      'readiness.onTime',
      'higher',
      'Preparation on time',
      'Every item of evidence with a deadline was delivered by it; no data without deadlines.',
    ),
    quantity(
      'readiness.redone',
      'count',
      [0, null],
      'lower',
      'Preparation done again',
      'Times that the work on an item was done again: not accepted, or after a change that broke a freeze.',
    ),
  ].map((metric): Metric => ({ ...metric, needs: 'readiness' })),
  quantity(
    'people.pages',
    'count',
    [0, null],
    'lower',
    'Pages',
    'Pages sent to people on call, one for each level; none where operations.decision stands for all stages.',
  ),
  quantity(
    'people.acknowledge',
    'duration',
    [0, null],
    'lower',
    'Page to acknowledgement, p95',
    '95th percentile of the time in which pages of one rollout were acknowledged; no data without pages.',
  ),
  quantity(
    'people.misdiagnosed',
    'count',
    [0, null],
    'lower',
    'Wrong diagnoses',
    'Diagnoses of incidents that turned out wrong, each of which took another one.',
  ),
  probability(
    'rollout.completed',
    'higher',
    'Rollout completed',
    'All channels and gates were done before the horizon and nothing was undone.',
  ),
  quantity(
    'rollout.duration',
    'duration',
    [0, 'horizon'],
    'lower',
    'Rollout duration',
    'From the start to the end of the rollout, however it ended; the horizon if it did not.',
  ),
  quantity(
    'safety.forks',
    'count',
    [0, null],
    'lower',
    'Forks',
    'Heights at which two validators decided different values.',
  ),
  quantity(
    'safety.violations',
    'count',
    [0, null],
    'lower',
    'Invariant violations',
    'Broken invariants of honest validators: agreement, validity, one vote per step.',
  ),
  quantity(
    'rewards.auditFindings',
    'count',
    [0, null],
    'lower',
    'Audit findings',
    'Causes of wrong payment that an auditor finds who recomputes every epoch from the decided blocks alone.',
  ),
  quantity(
    'rewards.telemetryGap',
    'ratio',
    [0, null],
    'lower',
    'Payment not in telemetry',
    'Units that the exporters of nodes counted too little or too much, after restarts, partitions and drift, over all they should have counted.',
  ),
  quantity(
    'rewards.fairnessByPower',
    'share',
    [0, 1],
    'lower',
    'Pay against power',
    'Largest distance between the cumulated shares of pay and of voting power over the committee (Kolmogorov and Smirnov).',
  ),
  quantity(
    'rewards.fairnessByCount',
    'share',
    [0, 1],
    'lower',
    'Pay against equal shares',
    'Largest distance between the cumulated shares of pay and equal shares over the committee (Kolmogorov and Smirnov).',
  ),
  quantity(
    'rewards.leaderFairness',
    'share',
    [0, 1],
    'higher',
    'Leaders against power, p-value',
    'Probability of blocks led as unevenly, against shares of power, if leaders were drawn by power (Pearson, chi-squared).',
  ),
  quantity(
    'rewards.witnessesPaid',
    'count',
    [0, null],
    'higher',
    'Witnesses paid per block',
    'Mean number of witnesses of a block whose attestation came through and is paid.',
  ),
  quantity(
    'timetoke.replaySuccess',
    'share',
    [0, 1],
    'higher',
    'Timetoke replays that succeed',
    'Share of the attempts of nodes that came back to replay timetoke records; the service level is 99 % (blueprint section 11).',
  ),
  quantity(
    'timetoke.replay.p50',
    'duration',
    [0, 'horizon'],
    'lower',
    'Timetoke replay, median',
    'Median time of a replay that succeeds; the service level is 5 s (blueprint section 11).',
  ),
  quantity(
    'selection.committeeSize',
    'count',
    [0, null],
    'neither',
    'Committee, members',
    'Members of the committee that is elected at the end.',
  ),
  quantity(
    'selection.participation',
    'share',
    [0, 1],
    'higher',
    'Committee, share accepted',
    'Accepted over submitted outputs of the random function in the election of that committee.',
  ),
  quantity(
    'slashing.validators',
    'count',
    [0, null],
    'lower',
    'Validators punished',
    'Validators that lost stake, balance, standing or a reward for an offence.',
  ),
  quantity(
    'slashing.innocent',
    'count',
    [0, null],
    'lower',
    'Innocent validators punished',
    'Validators punished for something they had not done: reordered votes, framing.',
  ),
  quantity('slashing.overturned', 'count', [0, null], 'neither', 'Appeals won', 'Slashes that the council took back.'),
  quantity(
    'slashing.reported',
    'count',
    [0, null],
    'neither',
    'Validators reported by witnesses',
    "Validators whose missing votes so many witnesses reported that it is evidence of withholding; what it costs is the profile's.",
  ),
  quantity(
    'slashing.reportedInnocent',
    'count',
    [0, null],
    'lower',
    'Innocent validators reported',
    'Of them those that followed the protocol: they were down, restarting or cut off.',
  ),
  quantity(
    'safety.evidence',
    'count',
    [0, null],
    'neither',
    'Validators caught',
    'Validators against which some honest node holds two signed messages that contradict each other.',
  ),
];

/** Whether a plan has what a metric measures. */
export function isMeasured(metric: Metric, plan: Plan): boolean {
  if (metric.needs === 'phases') return plan.phases !== null;
  if (metric.needs === 'parity') return (plan.checklist?.parity ?? null) !== null;
  if (metric.needs === 'briefing') return plan.briefing !== undefined;
  if (metric.needs === 'exporters') return plan.telemetry.missing !== undefined;
  if (metric.needs === 'misfires') return plan.faults.some(({ kind }) => kind === 'misfire');
  if (metric.needs === 'readiness') return plan.readiness.length > 0;
  return metric.needs !== 'queues' || plan.network.queues !== null;
}

export function findMetric(key: string): Metric | undefined {
  return METRICS.find((metric) => metric.key === key);
}

/** What checks may read: series kept by the telemetry probes of the active chain. */
export interface ProbeMetric {
  readonly key: string;
  readonly unit: MetricUnit;
  readonly text: string;
}

export const PROBE_METRICS: readonly ProbeMetric[] = [
  {
    key: 'liveness.blockInterval',
    unit: 'duration',
    text: 'Time between consecutive finalized blocks, one sample a block.',
  },
  {
    key: 'liveness.finality',
    unit: 'duration',
    text: 'Time from the start of a height to its finality, one sample a block.',
  },
  {
    key: 'liveness.production',
    unit: 'share',
    text: 'Blocks finalized over slots passed within the window; the statistic is ignored.',
  },
  {
    key: 'liveness.missedSlots',
    unit: 'count',
    text: 'Slots passed less blocks finalized within the window; the statistic is ignored.',
  },
  {
    key: 'liveness.finalityLag',
    unit: 'count',
    text: 'Slots since the last finalized block, one sample a telemetry interval.',
  },
  {
    key: 'liveness.participation',
    unit: 'share',
    text: 'Share of voting power in the commit of a block, one sample a block.',
  },
  { key: 'liveness.rounds', unit: 'count', text: 'Rounds a height took, ≥ 1, one sample a block.' },
  {
    key: 'release.participation',
    unit: 'share',
    text: 'Share of the power of the nodes on the new release that is in a commit, one sample a block.',
  },
  {
    key: 'release.crashes',
    unit: 'count',
    text: 'Unplanned stops of nodes on the new release within the window; the statistic is ignored.',
  },
  {
    key: 'nodes.crashes',
    unit: 'count',
    text: 'Unplanned stops of any node within the window; the statistic is ignored.',
  },
  {
    key: 'production.participation',
    unit: 'share',
    text: 'Share of the power of the nodes that are not on the new release that is in a commit, one sample a block.',
  },
  {
    key: 'production.crashes',
    unit: 'count',
    text: 'Unplanned stops of nodes that are not on the new release within the window; the statistic is ignored.',
  },
  {
    key: 'proofs.latency',
    unit: 'duration',
    text: 'Time from a block to its proof at the slowest provers, one sample for each block proven.',
  },
  {
    key: 'proofs.backlog',
    unit: 'count',
    text: 'Blocks that wait for their proof at the slowest provers, one sample a block.',
  },
  {
    key: 'proofs.queue',
    unit: 'count',
    text: 'Proving jobs that wait for a worker at the slowest provers, one sample a block.',
  },
  {
    key: 'proofs.utilisation',
    unit: 'share',
    text: "Share of the slowest provers' time in use, one sample a block.",
  },
  {
    key: 'proofs.cacheHit',
    unit: 'share',
    text: 'Share of the blocks whose proof a typical node had verified before they came; the statistic is ignored.',
  },
  {
    key: 'proofs.cacheOccupancy',
    unit: 'share',
    text: 'Share of a proof cache in use, one sample a block.',
  },
  {
    key: 'proofs.cacheEvictions',
    unit: 'count',
    text: 'Proofs that leave a full cache in a minute, one sample a block.',
  },
  {
    key: 'rewards.mismatch',
    unit: 'units',
    text: 'Units by which on-chain payouts differ from what telemetry expects, summed over the window.',
  },
  {
    key: 'validators.diverged',
    unit: 'count',
    text: 'Nodes whose state differs from the majority, one sample a telemetry interval.',
  },
];

export function findProbeMetric(key: string): ProbeMetric | undefined {
  return PROBE_METRICS.find((metric) => metric.key === key);
}
