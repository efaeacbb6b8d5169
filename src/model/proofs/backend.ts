/**
 * The proof systems behind provers and verifiers, the versions of their circuits, and an outage of the prover's own.
 *
 * Sources: blueprint.md sections 6.2 (backends, failover, versions), 21 (the release build refuses Plonky3).
 */
import type { Micros } from '#base/time';
import type { FailoverPlan } from '../proof-plan.js';

export type BackendName = 'stwo' | 'plonky3' | 'rpp-stark' | 'mock';

export interface Backend {
  readonly role: 'primary' | 'failover' | 'verifier' | 'test';
  readonly proves: boolean;
  readonly production: 'allowed' | 'not releasable' | 'forbidden'; // not releasable: simulated, but no release is built with it
}

export const BACKENDS: Readonly<Record<BackendName, Backend>> = {
  stwo: { role: 'primary', proves: true, production: 'allowed' },
  plonky3: { role: 'failover', proves: true, production: 'not releasable' },
  'rpp-stark': { role: 'verifier', proves: false, production: 'allowed' },
  mock: { role: 'test', proves: true, production: 'forbidden' },
};

/** The backend a node proves with. */
export function provingBackend(failedOver: boolean): BackendName {
  return failedOver ? 'plonky3' : 'stwo';
}

/** Version of a node's circuits: of the release before, or of the one under rollout where that brings new ones. */
export type CircuitVersion = 1 | 2;

/** @param newCircuits - the release brings circuits of another version */
export function circuitVersion(onRelease: boolean, newCircuits: boolean): CircuitVersion {
  return onRelease && newCircuits ? 2 : 1;
}

export type ProofJudgement = 'accepted' | 'VersionMismatch';

/** What a node makes of a sound proof; one of another version fails loudly, in both directions of a rollback. */
export function judgeProof(own: CircuitVersion, proof: CircuitVersion): ProofJudgement {
  return own === proof ? 'accepted' : 'VersionMismatch';
}

/** When a node whose backend failed at `since` proves again, on the other one: its circuits loaded, its keys made. */
export function failoverAt(failover: FailoverPlan | null, warmUp: Micros, since: Micros): Micros {
  return failover === null ? Number.POSITIVE_INFINITY : since + failover.after + warmUp;
}

/**
 * The factor on a node's proving times during an outage of its backend.
 *
 * @param since - start of the outage
 * @returns the failover's factor from `failoverAt` on; before it Infinity: nothing is proved
 */
export function outageFactor(failover: FailoverPlan | null, warmUp: Micros, since: Micros, now: Micros): number {
  if (failover === null || now < failoverAt(failover, warmUp, since)) return Number.POSITIVE_INFINITY;
  return failover.factor;
}
