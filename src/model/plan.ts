/**
 * The plan under rehearsal, resolved: every default filled in, every unit turned into integers. A scenario file is
 * loaded into this; the model reads nothing else. Plain data, so a worker receives it by structured clone.
 *
 * Times are integer µs, sizes bytes, shares numbers in [0, 1], money integer units of the chain.
 */
import type { Micros } from '#base/time';
import type { Distribution } from '#kernel/distribution';
import type { CheckPlan } from './check-plan.js';
import type { ChecklistPlan } from './checklist-plan.js';
import type { BriefingPlan } from './communication-plan.js';
import type { AdoptionPlan } from './operations/adoption.js';
import type { IncidentPlan, OncallPlan } from './people-plan.js';
import type { ProofsPlan } from './proof-plan.js';
import type { EvidencePlan } from './readiness-plan.js';
import type { MigrationPlan, StoragePlan } from './storage-plan.js';

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
  readonly slashing: SlashingPlan;
  readonly storage: StoragePlan;
  readonly telemetry: TelemetryPlan;
  readonly briefing?: BriefingPlan; // without it every operator is prepared
  readonly checklist?: ChecklistPlan; // without it nothing of it is looked at, and the runbook is at hand
  readonly operations: OperationsPlan;
  readonly readiness: readonly EvidencePlan[]; // what channels wait for
  readonly gates: readonly GatePhasePlan[]; // in order of activation
  readonly channels: readonly ChannelPlan[]; // in order of promotion
  readonly faults: readonly FaultPlan[];
  readonly phases: PhasesPlan | null;
}

/** Chaos, heal, settle, judge: faults act until the chain is healed; liveness is judged after it has had time to settle. */
export interface PhasesPlan {
  readonly chaos: Micros; // from the start; then faults other than Byzantine behaviour and defects of the release end, and none begins
  readonly settle: Micros; // after that nothing is judged yet
  readonly judge: Micros; // length of the judged window; the replication ends with it
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
  readonly leaderOrder: LeaderOrder;
  readonly timeouts: TimeoutsPlan;
  readonly build: Distribution; // µs a proposer needs to build a block
  readonly execute: Distribution; // µs a validator needs to check a block before its prevote
  readonly blockBytes: number;
  readonly voteBytes: number;
  readonly partBytes: number; // a proposal of more bytes travels in parts of this size
  readonly rules: ConsensusRules;
  readonly commitWait: Micros | null; // between a decision and the next height; null: heights follow the slots
  readonly asBuilt: AsBuiltPlan;
  readonly replayDelay: Micros; // a restarted node waits so long for synchronization before it replays its log
}

/** Who leads among equals in tier and timetoke: by VRF output divided by weight, the lowest; by output, the highest or the lowest. */
export type LeaderOrder = 'lowest-vrf' | 'highest-vrf' | 'doc';

/** Where the chain as built departs from what it should be (blueprint.md section 21); every switch is off by default. */
export interface AsBuiltPlan {
  readonly libraryTiers: boolean; // #2: tier and score by uptime hours alone
  readonly bootstrap: boolean; // #3: everybody starts at TL0, and nobody can rise
  readonly vrfThreshold: boolean; // #4: the threshold formula, which never binds
  readonly committeePerBlock: boolean; // #5: elected at every block
  readonly vrfBundle: number; // #6: entries of a bundle; 128 recommended, 32 in the design text
  readonly leaderIgnoresRound: boolean; // #7: the same leader after a failed round
  readonly leaderHighestVrf: boolean; // #7: the highest output leads, not the lowest
  readonly quorumCeil: boolean; // #8: ceil(2T/3) + 1
  readonly libraryPower: boolean; // #8: the library's weights
  readonly noViewTimer: boolean; // #9: nobody waits for a silent leader in vain: everybody waits for ever
  readonly slashOnReorder: boolean; // #10: a precommit that arrives before its prevote is punished
  readonly framing: boolean; // #10: a forged vote is blamed on whom it names
  readonly rewardBeforeQuorum: boolean; // #13: failed rounds pay
  readonly doubleFee: boolean; // #13: fees are paid out and kept
  readonly witnessFeeTwice: boolean; // #13: the fee pool pays its witness part twice
  readonly doubleSlash: boolean; // #15: two tiers for one offence
  readonly threeEvidenceClasses: boolean; // #16
  readonly witnessRefill: boolean; // #17: four witness messages a second
  readonly gossipFrame: boolean; // #18: no message above 256 KiB
}

/** Where engines of the Tendermint family differ (consensus.md section 18). */
export interface ConsensusRules {
  /** What makes a node skip to a later round: f+1 of any votes of it, or a quorum of its prevotes or precommits. */
  readonly skip: 'one-honest' | 'quorum';
  /** What a locked node prevotes when another value is proposed without a polka: nil, or its locked value. */
  readonly locked: 'nil' | 'locked-value';
}

export interface NetworkPlan {
  readonly regions: readonly { readonly name: string; readonly share: number }[]; // shares sum to 1
  readonly delays: readonly Distribution[]; // one-way µs
  readonly delayOf: readonly (readonly number[])[]; // [from region][to region] → index into `delays`
  readonly loss: number; // probability that one transmission to one receiver is lost
  readonly retransmit: Micros; // the transport repeats a lost transmission after this, doubling; 0: it never does
  readonly bandwidth: number; // bytes per second of one link
  readonly uplink: number; // bytes per second that a node sends at most over all its links; 0: unlimited
  readonly placement: readonly number[] | null; // region of validator i is placement[i mod length]; null: drawn by share
  readonly topology: TopologyPlan;
  readonly gossip: 'push' | 'peer-state'; // when a message may leave for a peer: at once, or once it is known to be at its height
  readonly hop: Distribution | null; // µs added to every transmission: sleep and flush of the gossip routines
  readonly queues: QueuesPlan | null; // null: nodes handle any number of messages at once
}

/** Who is connected to whom. In a `mesh` everybody hears everybody directly; elsewhere messages are relayed. */
export type TopologyPlan =
  | { readonly kind: 'mesh' }
  | {
      readonly kind: OverlayKind;
      readonly degree: number; // neighbours of a node: exact, or the mean
      readonly rewire: number; // small world: share of the links that are redirected
      readonly eager: number; // neighbours a message is pushed to at once; the others are told of it and pull it
      readonly heartbeat: Micros; // between two such announcements
    };
export type OverlayKind = 'random-regular' | 'small-world' | 'scale-free' | 'ring' | 'erdos-renyi';

/** What a node can take in: one server, bounded queues by topic, limits on each peer (blueprint.md section 10). */
export interface QueuesPlan {
  readonly processing: number; // µs to handle one message
  readonly announcements: boolean; // every handled vote costs once more for each neighbour that announces to have it
  readonly votes: number; // capacity of the queue of votes and certificates; served first
  readonly blocks: number; // proposals and their parts; served second
  readonly sync: number; // requests and responses; served last
  readonly ratePerPeer: number; // messages that one peer may send in a second; 0: any number
  readonly replayWindow: number; // messages of each topic that a node remembers and refuses the second time; 0: none
}

/** How the validators of every chain are drawn (blueprint section 22); the seed fixes them for all replications. */
export interface ValidatorsPlan {
  readonly stakeMean: number; // units; the total is stakeMean × n
  readonly stakeExponent: number; // Zipf exponent of the stake over ranks
  readonly hours: readonly [min: number, max: number]; // timetoke hours, uniform integers
  readonly successes: readonly [min: number, max: number]; // consensus successes, uniform integers
  readonly newcomers: number; // share that starts in tier TL3
  readonly uptimeProofs: Micros; // between two uptime proofs of a validator that is up, ≥ 10 min
  readonly peerFeedback: boolean; // peers vouch for whoever proves its uptime, and count against who does not
  readonly scoreDecay: boolean; // the blueprint's decay: score × 0.95 a day
  readonly replay: Distribution; // µs until a node that comes back has replayed the timetoke records it missed
  readonly replaySuccess: number; // probability that one attempt succeeds
}

export interface WitnessesPlan {
  readonly count: number; // per block
  readonly online: number; // probability that a witness attests a block
  readonly peerScores: boolean; // who relays too little may no longer publish attestations
}

export interface RewardsPlan {
  readonly base: number; // units per block
  readonly leaderBonus: number; // basis points of base, on top
  readonly witnessShare: number; // basis points of base
  readonly witnessTreasury: number; // basis points of the witness part drawn from treasury-witness
  readonly feesPerBlock: Distribution; // units
  readonly treasuryDays: number; // days of emission in each treasury at the start
  readonly rule: 'recommended' | 'A' | 'B' | 'C' | 'D'; // of the blueprint's section 8
  readonly terms: RuleTerms;
  readonly bug: RewardBug | null; // injected, for the audit to find
  readonly auditEpochs: number; // epochs with rewards after which the books are audited
}

/** Numbers that only one of the rules looks at; the others have their own. */
export interface RuleTerms {
  readonly ledgerBase: number; // A: units per block
  readonly ledgerBonus: number; // A: basis points of base and fees
  readonly witnessReward: number; // B: units for each report
  readonly leaderPool: number; // D: basis points of base
  readonly witnessPool: number; // D: basis points of base
  readonly minHours: number; // D: who has less gets nothing
}

/** A mistake in what the chain pays. */
export type RewardBug =
  | { readonly kind: 'rounding' } // to the wrong side
  | { readonly kind: 'missing-epoch'; readonly epoch: number } // the epoch of that number since rewards began pays nothing; from 1
  | { readonly kind: 'double-payment' }
  | { readonly kind: 'wrong-bonus'; readonly bonus: number; readonly share: number } // basis points, for this share of the validators
  | { readonly kind: 'failed-rounds' } // paid as well
  | { readonly kind: 'fee-twice' }
  | { readonly kind: 'witness-share-twice' }
  | { readonly kind: 'pay-slashed' };

/** What misbehaviour costs (blueprint.md section 9); nothing before `consensus_enforcement` is active. */
export interface SlashingPlan {
  readonly profile: 'node' | 'lib' | 'cfg' | 'hybrid-v1';
  readonly dryRun: boolean; // cases are opened and nothing is taken
  readonly witnessReports: number; // share of the witnesses whose reports are evidence of vote withholding
  readonly banDoubleSign: boolean; // who signs twice never returns, unless an appeal succeeds
  readonly appeals: number; // probability that a slashed validator appeals
  readonly appealWindow: Micros;
  readonly vote: Distribution; // µs until the council has voted
  readonly overturned: number; // probability that the appeal of an honest validator succeeds; others never do
}

export interface TelemetryPlan {
  readonly interval: Micros; // between samples
  readonly delay: Micros; // from sample to dashboard
  readonly missing?: readonly string[]; // probe metrics that no node exports: checks on them never fire
  readonly alertBlind: boolean; // alerts on what no node exports cannot fire (blueprint.md section 21, row 21)
}

export interface OperationsPlan {
  readonly restart: Distribution; // µs from stop to participating again
  readonly crashRestart: Distribution; // µs from a crash to participating again
  readonly decision: Distribution | null; // µs from a failed check to a decision, all in one; null: people respond in stages
  readonly oncall: OncallPlan;
  readonly incident: IncidentPlan;
  readonly withoutRunbook: number; // factor on what people do on a way back while a runbook is missing or a draft, ≥ 1
  readonly notify: Distribution; // µs from that decision until all operators know and act
  readonly adoption: AdoptionPlan | null; // how operators take up that release; null: all at once
  readonly forwardFix: Distribution; // µs until a release that mends it is out, where there is no way back
  readonly quorumRestart: number; // share of the power that must be back before a restored chain is started
  readonly batchShare: number; // share of the target nodes restarted at once in a rollback
  readonly holdLimit: Micros; // a promotion held longer is aborted
}

/** One phase of feature gates, switched on together at an epoch boundary. */
export interface GatePhasePlan {
  readonly name: string;
  readonly enables: readonly GateName[];
  readonly after: readonly string[]; // phases that must be active before
  readonly migration: MigrationPlan | null;
  readonly minVersion?: string; // of the release, which has it
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
  | {
      readonly kind: 'upgrade';
      readonly batchShare: number;
      readonly pause: Micros;
      readonly portion?: PortionPlan; // of the channel's validators not on the release yet; without it all of them
    }
  /** All stop after the same height, `after` blocks on; each operator then installs the release in its own time. */
  | { readonly kind: 'halt-upgrade'; readonly after: number; readonly install: Distribution }
  | {
      readonly kind: 'gate';
      readonly phase: string;
      readonly batchShare: number;
      readonly pause: Micros;
      readonly mode: GateMode;
      readonly needs: readonly string[]; // checks that must succeed before it begins; it waits for them
    }
  /** Waits for time and epochs, whichever is later; with `most`, then for every check to succeed, at most so long in all. */
  | { readonly kind: 'dwell'; readonly time: Micros; readonly epochs: number; readonly most?: Micros }
  /** People look at what there is and say yes or no. */
  | {
      readonly kind: 'approve';
      readonly by: string;
      readonly delay: Distribution; // µs of working time until they answer
      readonly rejects: number; // probability
      readonly onReject: 'abort' | 'ask-again';
      readonly hours: WorkingHours | null; // null: always
    };

/** Part of a channel's validators: the ones of least stake first where it is a part of the stake. */
export type PortionPlan =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'share'; readonly share: number } // of the validators
  | { readonly kind: 'stake'; readonly share: number }; // of their stake

/** When people work; time 0 of a rehearsal is midnight before a Monday. */
export interface WorkingHours {
  readonly from: Micros; // of the day
  readonly to: Micros;
  readonly weekends: boolean;
}

/** A shadow gate computes and reports but enforces nothing: how a canary subset rehearses a gate on a shared chain. */
export type GateMode = 'enforce' | 'shadow';

export type FaultPlan =
  | CrashFault
  | PartitionFault
  | ClogFault
  | LossFault
  | DuplicateFault
  | DelayFault
  | SlowFault
  | DriftFault
  | MisfireFault
  | ByzantineFault
  | BadReleaseFault
  | StorageFault
  | BackendFault
  | PruningFault;

interface FaultBase {
  readonly name: string; // unique; names the fault's random streams and its share of the risk
  readonly trigger: Trigger;
  readonly probability: number; // that an occurrence happens at all
}

export type Trigger =
  | { readonly kind: 'at'; readonly time: Micros }
  /** `delay` after `channel` starts (`step` null) or after it starts the gate step of phase `step`. */
  | { readonly kind: 'after'; readonly channel: string; readonly step: string | null; readonly delay: Micros }
  /** Arrivals while `channel` (null: any channel) is active: Poisson, mean `every` apart, or regular, exactly so. */
  | { readonly kind: 'rate'; readonly every: Micros; readonly regular: boolean; readonly channel: string | null };

/** Which validators of the active chain are hit; drawn anew at each occurrence. */
export type Target =
  | { readonly kind: 'count'; readonly count: number; readonly of: TargetPool }
  | { readonly kind: 'share'; readonly share: number; readonly of: TargetPool }
  | { readonly kind: 'power'; readonly power: number; readonly of: TargetPool } // fewest drawn with at least this share of power
  | { readonly kind: 'validators'; readonly validators: readonly number[] }
  | { readonly kind: 'leader' } // the first of the leader order
  /** As many drawn validators as fit strictly below a third of the power, and `beyond` more. */
  | { readonly kind: 'faulty'; readonly beyond: number; readonly of: TargetPool };

/** `channel`: only validators that run the release; `chain`: all of the active chain. */
export type TargetPool = 'chain' | 'channel';

export interface CrashFault extends FaultBase {
  readonly kind: 'crash';
  readonly duration: Distribution; // µs down
  readonly target: Target;
}

export interface PartitionFault extends FaultBase {
  readonly kind: 'partition'; // cuts the targets off from the rest
  readonly direction: 'both' | 'in' | 'out'; // `in`: they hear nobody but are heard; `out`: the other way round
  readonly moves: Micros | null; // it moves to newly drawn targets so often
  readonly duration: Distribution;
  readonly target: Target;
}

/** What the targets send and what is sent to them is held, and released when the fault ends. */
export interface ClogFault extends FaultBase {
  readonly kind: 'clog';
  readonly duration: Distribution;
  readonly target: Target;
}

/** Transmissions from and to the targets are lost, and repeated by the transport where it does so. */
export interface LossFault extends FaultBase {
  readonly kind: 'loss';
  readonly loss: number; // probability
  readonly duration: Distribution;
  readonly target: Target;
}

/** Messages from and to the targets arrive twice. */
export interface DuplicateFault extends FaultBase {
  readonly kind: 'duplicate';
  readonly share: number; // of the messages
  readonly duration: Distribution;
  readonly target: Target;
}

/** Messages from and to the targets take longer, each for itself, so that they overtake each other. */
export interface DelayFault extends FaultBase {
  readonly kind: 'delay';
  readonly share: number; // of the messages
  readonly delay: Distribution; // µs
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

/** Nodes that apply a gate at another height than was agreed, until they are repaired. */
export interface MisfireFault extends FaultBase {
  readonly kind: 'misfire'; // triggered by the gate step that arms it
  readonly gate: string; // gate phase
  readonly how: 'early' | 'late' | 'partial'; // partial: they never apply it
  readonly by: number; // early, late: blocks
  readonly duration: Distribution; // µs from the first height at which they differ until they are repaired
  readonly target: Target;
}

export type Behaviour =
  | 'equivocate-proposal' // proposes one value to one half of the others and another one to the rest
  | 'equivocate-vote' // votes for what each half wants to hear
  | 'amnesia' // forgets what it locked
  | 'nil' // prevotes and precommits nil
  | 'withhold' // sends no votes and no proposals
  | 'delay' // sends late
  | 'drop' // leaves out some receivers
  | 'invalid-proof' // proposes blocks whose proof does not verify
  | 'invalid-payload' // proposes blocks that nobody can execute
  | 'spam' // sends votes of rounds to come
  | 'forge' // sends votes in the name of others
  | 'replay' // sends old votes again
  | 'censor'; // proposes blocks without what it does not like, and relays nothing of others

/** Validators that do not follow the protocol. Their own core runs on; what leaves it is changed. */
export interface ByzantineFault extends FaultBase {
  readonly kind: 'byzantine';
  readonly behaviour: Behaviour;
  readonly acts: number; // probability with which it acts at each height and round
  readonly heights: readonly [from: number, to: number]; // only at these; to may be Infinity
  readonly rounds: readonly [from: number, to: number];
  readonly share: number; // drop: of the receivers
  readonly delay: Distribution | null; // delay: µs
  readonly perHeight: number; // spam, forge, replay: messages of each validator and height
  readonly duration: Distribution;
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

/** Stores go wrong. All but `backup` stop the targets, which recover by what they find (blueprint.md section 12). */
export interface StorageFault extends FaultBase {
  readonly kind: 'storage';
  /**
   * `stop`: nothing is damaged; `torn-tail`, `corrupt-log`: of the write-ahead log; `bad-snapshot`: the log is corrupt
   * and the newest snapshot as well; `bad-pruning-proof`; `backup`: the latest backup of the chain is unusable.
   */
  readonly what: 'stop' | 'torn-tail' | 'corrupt-log' | 'bad-snapshot' | 'bad-pruning-proof' | 'backup';
  readonly duration: Distribution; // µs until somebody starts the node again
  readonly target: Target;
}

/** People order something of pruning: `pause` it for some time, or `cancel` the cycle under way. */
export interface PruningFault extends FaultBase {
  readonly kind: 'pruning';
  readonly order: 'pause' | 'cancel';
  readonly duration: Distribution;
  readonly target: Target; // whoever it is, all of the chain
}

/** The proving backend of the targets fails. */
export interface BackendFault extends FaultBase {
  readonly kind: 'backend';
  readonly duration: Distribution;
  readonly target: Target;
}
