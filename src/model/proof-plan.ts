/**
 * Proving, as the plan has it: which circuits a block asks for, who proves them how fast, and how proofs travel.
 *
 * Times are integer µs, shares numbers in [0, 1]. Source: blueprint.md sections 6 and 22.
 */
import type { Micros } from '#base/time';
import type { Distribution } from '#kernel/distribution';

/** In the order in which a block's proofs are put together. */
export const CIRCUITS = ['transaction', 'identity', 'uptime', 'state', 'pruning', 'consensus', 'recursive'] as const;
export type Circuit = (typeof CIRCUITS)[number];

export interface CircuitPlan {
  readonly prove: Distribution; // µs of one job; of `consensus` with a committee of `referenceCommittee`
  /**
   * Jobs a block asks a node for, a mean (Poisson where it is no whole number); of `pruning` while that gate is active.
   * Ignored for `recursive`, whose jobs follow from what it aggregates.
   */
  readonly perBlock: number;
}

export interface ProofsPlan {
  readonly workers: number; // parallel prover jobs of one node
  readonly circuits: Readonly<Record<Circuit, CircuitPlan>>;
  /** 96: the consensus circuit's times grow in proportion to committee / this. 0: they are the same for every committee. */
  readonly referenceCommittee: number;
  readonly submissions: Distribution; // proofs per block that come with what wallets submit: a node only aggregates them
  readonly batch: number; // proofs that one recursive job aggregates at most: 64
  readonly verify: Distribution; // µs of verifying one block's proofs
  readonly lag: number; // blocks between a block and the one that must carry its proof, ≥ 1
  readonly failure: number; // probability that one proving attempt fails and is repeated
  readonly attempts: number; // of one job in a row before it waits `retryPause`; ≥ 1
  readonly retryPause: Micros;
  readonly gossip: Distribution; // µs from a proof's being ready at its prover to its reaching another node
  readonly cache: ProofCachePlan;
  readonly failover: FailoverPlan | null; // null: a node without its backend proves nothing
  readonly warmUp: Micros; // loading circuits and generating keys, after a start with circuits that a node has no keys for
  readonly newCircuits: boolean; // the release brings circuits of another version: proofs of the other one are refused
}

/** Verified proofs that a node remembers, first in first out. */
export interface ProofCachePlan {
  readonly entries: number;
  readonly ttl: Micros;
}

/** The backend that takes over. */
export interface FailoverPlan {
  readonly after: Micros; // from the outage to the first job on it, `warmUp` not counted
  readonly factor: number; // multiplies proving times
}
