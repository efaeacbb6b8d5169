/** Small rollouts of one gate on one chain, with numbers that are easy to work out by hand. */
import { HOUR, MINUTE, SECOND } from '#base/time';
import type { CheckPlan } from '#model/check-plan';
import type { GatePhasePlan, Plan, StepPlan } from '#model/plan';
import type { ProofsPlan } from '#model/proof-plan';
import type { MigrationPlan, StoragePlan } from '#model/storage-plan';
import { check } from '../../../fixtures/check.js';
import { dwelling, makePlan, PROOFS, provingIn, STORAGE } from '../../../fixtures/plan.js';
import { constant } from './short-run.js';

export const SLOT = 5 * SECOND;
export const RESTART = 32 * SECOND;
export const LAG = 2;

/** One job for each block, of constant time, and one worker; proofs travel and are verified at once. */
export function provers(time: number, over: Partial<ProofsPlan> = {}): ProofsPlan {
  const instant = { gossip: constant(0), verify: constant(0), failure: 0, workers: 1, lag: LAG };
  return { ...PROOFS, ...provingIn(constant(time)), ...instant, ...over };
}

/** Stores that nothing but faults damages. */
export function stores(over: Partial<StoragePlan> = {}): StoragePlan {
  const damage = { tornTail: 0, corruptLog: 0, badSnapshot: 0, badPruningProof: 0 };
  return { ...STORAGE, damage, ...over };
}

export const PROOF_GATE: GatePhasePlan = {
  name: 'proofs',
  enables: ['recursive_proofs'],
  after: [],
  migration: null,
};
export const REWARD_GATE: GatePhasePlan = {
  name: 'rewards',
  enables: ['timetoke_rewards'],
  after: [],
  migration: null,
};

export function migration(over: Partial<MigrationPlan> = {}): MigrationPlan {
  return {
    families: ['ledger', 'timetoke'],
    records: 50,
    reversible: true,
    defect: 'none',
    defectFamily: 'ledger',
    rehearsed: true,
    rate: 20_000_000,
    ...over,
  };
}

/** Undoes the rollout at the first wrong payment. */
export const MISMATCH = check({
  name: 'mismatch',
  metric: 'rewards.mismatch',
  statistic: 'sum',
  success: { comparator: '<=', value: 0 },
  consecutiveFailures: 1,
});

export function gateStep(phase: string, over: object = {}): StepPlan {
  return { kind: 'gate', phase, batchShare: 0.3, pause: 0, mode: 'enforce', needs: [], ...over };
}

export interface GatedPlan {
  readonly gate?: GatePhasePlan;
  readonly step?: object; // of the gate
  readonly before?: number; // µs of dwelling before the gate
  readonly after?: number; // µs of dwelling after it
  readonly checks?: readonly CheckPlan[];
  readonly over?: Partial<Plan>;
}

/** Some dwelling, a gate, some dwelling; epochs of a minute, a network without loss, seconds between batches at most. */
export function gatedPlan(n: number, options: GatedPlan = {}): Plan {
  const { gate = PROOF_GATE, step = {}, before = MINUTE, after = HOUR, checks = [], over = {} } = options;
  const base = makePlan();
  const steps: StepPlan[] = [
    { kind: 'dwell', time: before, epochs: 0 },
    gateStep(gate.name, step),
    { kind: 'dwell', time: after, epochs: 0 },
  ];
  return {
    ...base,
    fidelity: 'message',
    horizon: 3 * HOUR,
    chain: { ...base.chain, epochBlocks: 12 },
    network: { ...base.network, loss: 0 },
    validators: { ...base.validators, newcomers: 0 },
    proofs: provers(SECOND),
    storage: stores(),
    gates: [gate],
    channels: [{ ...dwelling('mainnet', n, 0), steps, checks }],
    ...over,
  };
}

/** A plan that only dwells. */
export function quietPlan(n: number, time: number, over: Partial<Plan> = {}): Plan {
  return gatedPlan(n, { over: { horizon: time, channels: [dwelling('mainnet', n, 2 * time)], gates: [], ...over } });
}
