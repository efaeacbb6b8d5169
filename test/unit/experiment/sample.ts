/**
 * A small plan, its scenario and plain outcomes, for tests of the experiment floor.
 */
import { HOUR, SECOND } from '#base/time';
import { METRICS } from '#model/metric';
import type { Outcome, Undo } from '#model/outcome';
import type { Plan } from '#model/plan';
import type { Claim, ClaimSubject } from '#scenario/claim';
import type { LoadedScenario } from '#scenario/load';
import { AS_DESIGNED, ONCALL, PLAIN_CHECK, PROOFS, provingIn, STORAGE } from '../../fixtures/plan.js';

const zero = { kind: 'constant', value: 0 } as const;
const check = {
  ...PLAIN_CHECK,
  name: 'finality',
  rule: {
    kind: 'reading',
    metric: 'liveness.finality',
    statistic: 'p99',
    window: HOUR,
    against: null,
    success: { comparator: '<=', value: 8 * SECOND },
    failure: null,
  },
  interval: HOUR,
  minSamples: 1,
  consecutiveFailures: 1,
  onFail: 'abort',
} as const;

/** `metricKeys` is for the double, which knows no catalogue. */
export const PLAN: Plan & { readonly metricKeys: readonly string[] } = {
  metricKeys: METRICS.map(({ key }) => key),
  name: 'sample',
  fidelity: 'auto',
  horizon: 24 * HOUR,
  chain: {
    blockTime: 30 * SECOND,
    epochBlocks: 720,
    committeeTarget: 100,
    leaderOrder: 'lowest-vrf',
    timeouts: {
      propose: 0,
      proposeDelta: 0,
      prevote: 0,
      prevoteDelta: 0,
      precommit: 0,
      precommitDelta: 0,
      rebroadcast: 0,
      rebroadcastDelta: 0,
    },
    build: zero,
    execute: zero,
    blockBytes: 1,
    voteBytes: 1,
    partBytes: 1,
    rules: { skip: 'one-honest', locked: 'nil' },
    commitWait: null,
    asBuilt: AS_DESIGNED,
    replayDelay: 0,
  },
  network: {
    regions: [{ name: 'one', share: 1 }],
    delays: [zero],
    delayOf: [[0]],
    loss: 0,
    retransmit: 0,
    bandwidth: 1,
    uplink: 0,
    placement: null,
    topology: { kind: 'mesh' },
    gossip: 'push',
    hop: null,
    queues: null,
  },
  validators: {
    stakeMean: 1,
    stakeExponent: 0,
    hours: [1, 1],
    successes: [1, 1],
    newcomers: 0,
    uptimeProofs: HOUR,
    peerFeedback: false,
    scoreDecay: false,
    replay: zero,
    replaySuccess: 1,
  },
  witnesses: { count: 1, online: 1, peerScores: true },
  proofs: { ...PROOFS, ...provingIn(zero), workers: 1, verify: zero, lag: 1, failure: 0 },
  storage: STORAGE,
  rewards: {
    base: 1,
    leaderBonus: 0,
    witnessShare: 0,
    witnessTreasury: 0,
    feesPerBlock: zero,
    treasuryDays: 1,
    rule: 'recommended',
    terms: { ledgerBase: 5, ledgerBonus: 0, witnessReward: 0, leaderPool: 0, witnessPool: 0, minHours: 0 },
    bug: null,
    auditEpochs: 10,
  },
  slashing: {
    profile: 'hybrid-v1',
    dryRun: false,
    witnessReports: 0.5,
    banDoubleSign: false,
    appeals: 0,
    appealWindow: HOUR,
    vote: zero,
    overturned: 1,
  },
  telemetry: { interval: SECOND, delay: 0, alertBlind: false },
  operations: {
    restart: zero,
    crashRestart: zero,
    decision: zero,
    oncall: ONCALL,
    incident: { notice: null, diagnose: zero, misdiagnosed: 0, decide: zero },
    withoutRunbook: 1,
    notify: zero,
    adoption: null,
    forwardFix: zero,
    quorumRestart: 0.67,
    batchShare: 1,
    holdLimit: HOUR,
  },
  readiness: [],
  gates: [{ name: 'rewards', enables: ['timetoke_rewards'], after: [], migration: null }],
  channels: [
    {
      name: 'canary',
      chain: 'main',
      chainValidators: 10,
      validators: 2,
      maintenance: false,
      steps: [],
      checks: [check],
    },
    { name: 'mainnet', chain: 'main', chainValidators: 10, validators: 10, maintenance: false, steps: [], checks: [] },
  ],
  faults: [
    {
      kind: 'slow',
      name: 'slow-prover',
      on: 'prove',
      factor: 3,
      duration: zero,
      target: { kind: 'leader' },
      trigger: { kind: 'at', time: 0 },
      probability: 1,
    },
  ],
  phases: null,
};

export function sampleScenario(given: Partial<LoadedScenario> = {}): LoadedScenario {
  return {
    file: 'scenarios/sample.yaml',
    plan: PLAN,
    name: 'sample',
    question: 'Does it hold?',
    seed: 'one',
    replications: 40,
    claims: [],
    hash: 'f00d',
    assumptions: [],
    warnings: [],
    ...given,
  };
}

/** An uneventful outcome with some metrics set. */
export function sampleOutcome(
  replication: number,
  metrics: Readonly<Record<string, number | null>> = {},
  given: Partial<Outcome> = {},
): Outcome {
  return {
    replication,
    fingerprint: String(replication).padStart(32, '0'),
    facts: 1,
    result: 'completed',
    end: HOUR,
    metrics: { ...Object.fromEntries(METRICS.map(({ key }) => [key, 0])), ...metrics },
    undone: [],
    findings: [],
    recovered: [],
    checks: [],
    readiness: [],
    blocks: 10,
    blocksAtMessageLevel: 2,
    messageEvents: 100,
    ...given,
  };
}

export function sampleUndo(given: Partial<Undo> = {}): Undo {
  return {
    kind: 'abort',
    at: 1,
    channel: 'canary',
    gate: null,
    check: 'finality',
    cause: 'slow-prover',
    recovery: null,
    slotsLost: 0,
    blocksGivenUp: 0,
    steps: [],
    failure: null,
    ...given,
  };
}

/** A claim such as `claimOn('P', subject, '<=', 0.01)`. */
export function claimOn(
  statistic: Claim['statistic'],
  subject: ClaimSubject,
  comparator: Claim['comparator'],
  threshold: number,
  confidence = 0.95,
): Claim {
  return { text: `${statistic} ${comparator} ${threshold}`, confidence, statistic, subject, comparator, threshold };
}
