/**
 * The plan under rehearsal, resolved: every default filled in, every unit turned into integers. A scenario file is
 * loaded into this; the model reads nothing else. Plain data, so a worker receives it by structured clone.
 *
 * Times are integer µs, sizes bytes, shares numbers in [0, 1], money integer units of the chain.
 */
import type { Micros } from '#base/time';
import type { Distribution } from '#kernel/distribution';

export type Fidelity = 'message' | 'block' | 'auto';

export interface Plan {
  readonly name: string;
  readonly fidelity: Fidelity;
  readonly horizon: Micros;
  readonly chain: ChainPlan;
  readonly network: NetworkPlan;
  readonly validators: ValidatorsPlan;
  readonly witnesses: WitnessesPlan;
  readonly proofs: ProofsPlan;
  readonly rewards: RewardsPlan;
  readonly telemetry: TelemetryPlan;
  readonly operations: OperationsPlan;
  readonly gates: readonly GatePhasePlan[]; // in order of activation
  readonly channels: readonly ChannelPlan[]; // in order of promotion
  readonly faults: readonly FaultPlan[];
}

/** Timeouts of the consensus, linear in the round: base + round × delta. */
export interface TimeoutsPlan {
  readonly propose: Micros;
  readonly proposeDelta: Micros;
  readonly prevote: Micros;
  readonly prevoteDelta: Micros;
  readonly precommit: Micros;
  readonly precommitDelta: Micros;
  readonly rebroadcast: Micros;
  readonly rebroadcastDelta: Micros;
}

export interface ChainPlan {
  readonly blockTime: Micros; // the slot, and the target time of a height
  readonly epochBlocks: number;
  readonly committeeTarget: number;
  readonly timeouts: TimeoutsPlan;
  readonly build: Distribution; // µs a proposer needs to build a block
  readonly execute: Distribution; // µs a validator needs to check a block before its prevote
  readonly blockBytes: number;
  readonly voteBytes: number;
}

export interface NetworkPlan {
  readonly regions: readonly { readonly name: string; readonly share: number }[]; // shares sum to 1
  readonly delays: readonly Distribution[]; // one-way µs
  readonly delayOf: readonly (readonly number[])[]; // [from region][to region] → index into `delays`
  readonly loss: number; // probability that one transmission to one receiver is lost
  readonly retransmit: Micros; // the transport repeats a lost transmission after this, doubling; 0: it never does
  readonly bandwidth: number; // bytes per second of one link
}

/** How the validators of every chain are drawn (blueprint section 22); the seed fixes them for all replications. */
export interface ValidatorsPlan {
  readonly stakeMean: number; // units; the total is stakeMean × n
  readonly stakeExponent: number; // Zipf exponent of the stake over ranks
  readonly hours: readonly [min: number, max: number]; // timetoke hours, uniform integers
  readonly successes: readonly [min: number, max: number]; // consensus successes, uniform integers
  readonly newcomers: number; // share that starts in tier TL3
}

export interface WitnessesPlan {
  readonly count: number; // per block
  readonly online: number; // probability that a witness attests a block
}

export interface ProofsPlan {
  readonly workers: number; // parallel prover jobs of one node
  readonly prove: Distribution; // µs of proving one block, all circuits together
  readonly verify: Distribution; // µs of verifying one block's proofs
  readonly cacheHit: number; // probability that a proof was verified before its block arrives
  readonly lag: number; // blocks between a block and the one that must carry its proof, ≥ 1
  readonly failure: number; // probability that one proving attempt fails and is repeated
}

export interface RewardsPlan {
  readonly base: number; // units per block
  readonly leaderBonus: number; // basis points of base, on top
  readonly witnessShare: number; // basis points of base
  readonly witnessTreasury: number; // basis points of the witness part drawn from treasury-witness
  readonly feesPerBlock: Distribution; // units
  readonly treasuryDays: number; // days of emission in each treasury at the start
}

export interface TelemetryPlan {
  readonly interval: Micros; // between samples
  readonly delay: Micros; // from sample to dashboard
}

export interface OperationsPlan {
  readonly restart: Distribution; // µs from stop to participating again
  readonly crashRestart: Distribution; // µs from a crash to participating again
  readonly decision: Distribution; // µs from a failed check to a decision
  readonly restore: Distribution; // µs from that decision to a restored snapshot, nodes stopped
  readonly batchShare: number; // share of the target nodes restarted at once in a rollback
  readonly holdLimit: Micros; // a promotion held longer is aborted
}

/** One phase of feature gates, switched on together at an epoch boundary. */
export interface GatePhasePlan {
  readonly name: string;
  readonly enables: readonly GateName[];
  readonly after: readonly string[]; // phases that must be active before
}

export type GateName =
  | 'malachite_consensus'
  | 'timetoke_rewards'
  | 'witness_network'
  | 'recursive_proofs'
  | 'pruning'
  | 'reconstruction'
  | 'consensus_enforcement';

export interface ChannelPlan {
  readonly name: string;
  readonly chain: string; // channels that name the same chain share it: the canary runs beside production
  readonly chainValidators: number; // validators of that chain
  readonly validators: number; // those that run the release in this channel, ≤ chainValidators
  readonly maintenance: boolean; // planned restarts are announced: checks on liveness look past them
  readonly steps: readonly StepPlan[];
  readonly checks: readonly CheckPlan[];
}

export type StepPlan =
  | { readonly kind: 'upgrade'; readonly batchShare: number; readonly pause: Micros }
  | {
      readonly kind: 'gate';
      readonly phase: string;
      readonly batchShare: number;
      readonly pause: Micros;
      readonly mode: GateMode;
    }
  | { readonly kind: 'dwell'; readonly time: Micros; readonly epochs: number }; // whichever is later

/** A shadow gate computes and reports but enforces nothing: how a canary subset rehearses a gate on a shared chain. */
export type GateMode = 'enforce' | 'shadow';

export type Comparator = '<' | '<=' | '>' | '>=';

export interface Condition {
  readonly comparator: Comparator;
  readonly value: number; // in the metric's own unit
}

export type CheckAction = 'hold' | 'abort' | 'rollback';

/** A rule on telemetry that guards a promotion. */
export interface CheckPlan {
  readonly name: string;
  readonly metric: string; // key of the probe catalogue
  readonly statistic: 'mean' | 'min' | 'max' | 'sum' | 'p50' | 'p90' | 'p95' | 'p99';
  readonly window: Micros;
  readonly interval: Micros; // between evaluations
  readonly success: Condition;
  readonly failure: Condition | null; // null: whatever is no success; else the band between is inconclusive
  readonly minSamples: number; // fewer are inconclusive
  readonly consecutiveFailures: number; // failures in a row that make the check fail
  readonly onFail: CheckAction;
}

export type FaultPlan = CrashFault | PartitionFault | SlowFault | DriftFault | BadReleaseFault;

interface FaultBase {
  readonly name: string; // unique; names the fault's random streams and its share of the risk
  readonly trigger: Trigger;
  readonly probability: number; // that an occurrence happens at all
}

export type Trigger =
  | { readonly kind: 'at'; readonly time: Micros }
  /** `delay` after `channel` starts (`step` null) or after it starts the gate step of phase `step`. */
  | { readonly kind: 'after'; readonly channel: string; readonly step: string | null; readonly delay: Micros }
  /** Poisson arrivals, mean `every` apart, while `channel` (null: any channel) is active. */
  | { readonly kind: 'rate'; readonly every: Micros; readonly channel: string | null };

/** Which validators of the active chain are hit; drawn anew at each occurrence. */
export type Target =
  | { readonly kind: 'count'; readonly count: number; readonly of: TargetPool }
  | { readonly kind: 'share'; readonly share: number; readonly of: TargetPool }
  | { readonly kind: 'power'; readonly power: number; readonly of: TargetPool } // fewest drawn with at least this share of power
  | { readonly kind: 'validators'; readonly validators: readonly number[] }
  | { readonly kind: 'leader' }; // the first of the leader order

/** `channel`: only validators that run the release; `chain`: all of the active chain. */
export type TargetPool = 'chain' | 'channel';

export interface CrashFault extends FaultBase {
  readonly kind: 'crash';
  readonly duration: Distribution; // µs down
  readonly target: Target;
}

export interface PartitionFault extends FaultBase {
  readonly kind: 'partition'; // cuts the targets off from the rest, both ways
  readonly duration: Distribution;
  readonly target: Target;
}

export interface SlowFault extends FaultBase {
  readonly kind: 'slow';
  readonly on: 'link' | 'prove';
  readonly factor: number; // ≥ 1, multiplies delays on the targets' links, or their proving time
  readonly duration: Distribution;
  readonly target: Target;
}

/** Nodes whose configuration differs: once `gate` is enforced they compute another result than the rest. */
export interface DriftFault extends FaultBase {
  readonly kind: 'drift';
  readonly gate: string; // gate phase whose parameter has drifted
  readonly duration: Distribution; // µs until repaired
  readonly target: Target;
}

/** A defect of the release under rollout. */
export interface BadReleaseFault extends FaultBase {
  readonly kind: 'bad-release'; // trigger `at` 0: the defect is in the release from the start
  readonly defect: 'crash' | 'diverge' | 'misreward';
  readonly perHeight: number; // probability that a height sets it off
  readonly share: number; // share of the upgraded nodes that are hit
  readonly gate: string | null; // only where this gate phase is active
  readonly minUpgraded: number; // only where at least so many nodes run the release
}
