/**
 * The whole state of one replication: what a snapshot copies. Plain data throughout.
 *
 * Two queues hold what is to come besides consensus: the *agenda* of whatever changes a chain's conditions (faults,
 * restarts, decisions), which ends a quiet stretch beforehand, and the *watch* of what only looks (checks, dwell times).
 * At equal times the agenda comes first, then the watch, then consensus.
 */
import type { Fingerprint } from '#base/fingerprint';
import type { Micros } from '#base/time';
import type { QuantileTable } from '#kernel/quantile-table';
import type { EventQueue } from '#kernel/queue';
import type { Stream } from '#kernel/stream';
import type { LogHistogram } from '#stats/log-histogram';
import type { Chain } from './chain.js';
import type { CheckState } from './check-state.js';
import type { ChecklistRecord } from './checklist-plan.js';
import type { FamilyContent } from './migration/content.js';
import type { WitnessChannel } from './network/token-bucket.js';
import type { Roster } from './operations/oncall.js';
import type {
  AuditFinding,
  CheckRecord,
  EvidenceRecord,
  HourRecord,
  Recovered,
  RolloutResult,
  Struck,
  Transition,
  Undo,
  UndoKind,
  WorkStep,
} from './outcome.js';
import type { Plan } from './plan.js';
import type { WorkLaws } from './proofs/work.js';
import type { PruningWorker } from './pruning/worker.js';
import type { Accounts } from './rewards/accounts.js';
import type { Exporters, GapReason } from './rewards/exporter.js';
import type { Journal } from './rewards/journal.js';
import type { PayoutTerms } from './rewards/payout.js';
import type { CaseBook } from './slashing/appeal.js';
import type { Detector } from './slashing/detector.js';
import type { EvidencePool } from './slashing/evidence.js';
import type { WithholdingWatch } from './slashing/withholding.js';
import type { Backup } from './storage/backup.js';
import type { StoreDamage } from './storage/damage.js';
import type { Manifest, SnapshotHistory } from './storage/snapshot.js';
import type { MigrationPlan } from './storage-plan.js';
import type { Telemetry } from './telemetry.js';
import type { Identity } from './validators/identity.js';

/** A chain in use, with what surrounds it. */
export interface Run {
  readonly id: number; // of this world, in order of creation
  readonly chain: Chain;
  readonly economy: Economy;
  readonly justice: Justice;
  readonly justiceStream: Stream;
  readonly store: Store;
  telemetry: Telemetry;
  /** `message`: consensus runs as events; `block`: block by block; `frozen`: no quorum, nothing can happen. */
  mode: 'message' | 'block' | 'frozen';
  suspended: boolean; // mode `frozen`: nodes hold votes of the height after the tip
  law: Law | null; // of the quiet stretch; set in mode `block`
  releaseFactor: number; // participation of nodes on the release over that of all; NaN without any
  releaseShare: number; // of the power that nodes on the release hold
  lawEpoch: number; // the epoch whose leader order the law knows
  settledSince: number; // height at which the last disturbance was seen
  nextStart: Micros; // mode `block`: when the next slot begins
  owed: { readonly height: number; readonly start: Micros } | null; // a height that was due while nothing could happen
  lastBlockAt: Micros;
  readonly downReasons: Int32Array; // by validator: why it is down, counted
  readonly upSince: Float64Array; // µs: when it last came up
  readonly replays: Replays;
  readonly feeTable: QuantileTable;
  readonly feeKey: number;
  readonly work: WorkLaws; // what a block asks of a prover
  readonly typical: TypicalVisit; // how proofs reach a quorum
  readonly lawKey: number;
  readonly proposed: Float64Array; // blocks by proposer
  readonly since: Micros; // when it came into use
}

/** What the nodes of a chain keep on disk, and what is kept beside them. */
export interface Store {
  backups: ChainBackup[]; // oldest first
  taken: number; // backups so far, names their luck
  readonly key: number; // of the draws on damage and repair
  readonly stops: Int32Array; // by validator: unplanned stops so far
  readonly damage: Map<number, StoreDamage>; // by validator: what a fault has done to its store, found at its next start
  readonly stopped: Map<number, StoppedStore>; // by validator: what an unplanned stop left
  readonly snapshots: SnapshotHistory;
  readonly breakers: Float64Array; // by validator: until when nobody asks it for the state (µs); Infinity: until people are called
  firstWrong: number; // height from which on state or payments are wrong; Infinity: none is known
  returning: Returning[]; // nodes that are up after a recovery and not yet at the tip
  recovered: Recovered[];
  readonly migrations: Migrated[]; // in order
  readonly owed: Map<number, OwedWork>; // by validator that was down when its configuration changed: done as it starts
  readonly pruning: PruningWorker;
  readonly pruningStops: Map<string, Micros>; // by reason for an emergency pause of pruning: when it is gone
  pruningPauses: number; // of that kind
  pruningStopped: Micros; // in those that are over
  pruningStoppedAt: Micros; // the last began
  caughtUpSince: Micros; // pruning is near its floor since; Infinity: it is not
  pruningCalm: boolean; // it has been so for long since the last incident
  worstPruningLag: number; // blocks
  readonly provers: ProverRecord;
}

/** What a node holds when it stops. */
export interface StoppedStore {
  readonly height: number; // last decided
  readonly manifests: readonly Manifest[]; // newest first
}

/** A backup with what the economy held then. */
export interface ChainBackup {
  readonly backup: Backup;
  readonly accounts: Accounts;
  readonly format: number; // migrations without a way back that its content has been through
}

/** A node on its way back to the tip. */
export interface Returning {
  readonly node: number;
  readonly record: number; // index in `recovered`
  readonly since: Micros; // it is up from then on
  readonly synced: boolean; // it fetches the state meanwhile
}

/** A migration that nodes of a chain have been through. */
export interface Migrated {
  readonly phase: string;
  readonly plan: MigrationPlan;
  readonly contents: readonly FamilyContent[]; // before it
  readonly key: number; // of the draws
  readonly sound: readonly string[]; // checksums without a defect, by family
  readonly checksums: string[]; // all seen so far, the sound one first
  readonly nodes: Set<number>;
}

/** What a node has yet to do to its store before the release it is configured with can start. */
export interface OwedWork {
  readonly gates: readonly number[]; // indices of the phases in the plan whose migrations it has to make
  readonly reversal: Micros; // of migrations that the previous release has no use for
}

/** How long proofs take to reach and to be verified by the node that completes a quorum. */
export interface TypicalVisit {
  readonly gossip: Micros;
  readonly verify: Micros;
}

/** What has been seen of a chain's provers. */
export interface ProverRecord {
  provenTo: number; // last height whose proof was seen
  readonly proofs: Map<number, number>; // by height, of blocks not proven yet: proofs their root stands for
  samples: number;
  utilisationSum: number;
  hits: number;
  worstBacklog: number;
  refused: number; // proofs of blocks that nodes refused for their circuits, over all nodes
  refusing: number; // nodes that refused that of the last block
}

/** The moment from which enforced proofs show whether the headroom was there. */
export interface Headroom {
  readonly run: number; // id
  readonly since: Micros;
  readonly tip: number;
  waited: Micros; // that heights took beyond their slots for want of proofs
}

/** Timetoke records that nodes replay after they come back. */
export interface Replays {
  readonly key: number;
  readonly table: QuantileTable; // µs of one replay
  readonly attempts: Int32Array; // by node
  readonly readyAt: Float64Array; // µs: when it has the records; Infinity while it tries again
  readonly retries: Map<number, Micros>; // by node: when it tries again
}

/** What is kept of a chain's payments. */
export interface Economy {
  readonly accounts: Accounts;
  readonly journal: Journal;
  readonly exporters: Exporters;
  readonly terms: PayoutTerms;
  epochs: number; // paid so far, the open one included
  isOpen: boolean; // a part of the epoch is paid, and more may come
  settledTo: number; // last height of a closed epoch
  uptimeTo: Micros; // uptime is proven up to here
  absoluteError: bigint; // Σ over epochs and accounts |paid − expected|
  expectedTotal: bigint;
  violations: number; // of conservation
  readonly off: Set<number>; // validators paid wrongly in some epoch
  readonly candidates: readonly Identity[]; // who may be a witness, by number
  readonly witnesses: readonly number[]; // those chosen, ascending
  readonly peers: WitnessPeers;
  readonly witnessChannel: WitnessChannel; // of their attestations
  witnessed: number; // blocks that witnesses were asked to attest
  attestations: number; // that came through in time
  findings: AuditFinding[]; // of the audit, by cause
  gapUnits: bigint; // Σ |paid − counted| over exporters and epochs
  countedUnits: bigint; // Σ paid over the same
  readonly gaps: Map<GapReason, Set<number>>; // exporters that counted otherwise, by reason
  told: boolean; // the audit has reported
}

/** What the network thinks of those that may be witnesses, by candidate. */
export interface WitnessPeers {
  readonly scores: Float64Array;
  readonly publishes: Uint8Array; // 1: its peers take its attestations, this epoch
  readonly attested: Int32Array; // blocks, this epoch
  blocks: number; // that were to be attested, this epoch
}

/** What a chain knows of offences. */
export interface Justice {
  readonly pool: EvidencePool;
  readonly detector: Detector;
  readonly cases: CaseBook;
  readonly punished: Set<number>; // validators that lost something
  readonly innocent: Set<number>; // those of them that had done nothing
  readonly expelled: Map<number, Expelled>; // by validator
  readonly banned: Set<number>; // who may never return
  readonly withholding: WithholdingWatch;
  readonly reportChannel: WitnessChannel; // of what witnesses report
  readonly reported: Set<number>; // validators that enough witnesses reported
  overturned: number;
}

/** An operator whose identity was taken away and who begins anew. */
export interface Expelled {
  readonly epoch: number;
  readonly since: Micros;
  identity: Identity; // the new one
  bookedTo: number; // height up to which its duties are counted
  bookedAt: Micros;
  left: number; // duties not yet booked
}

/** How blocks go in one regime, as pilot rounds found: joint samples. */
export interface Law {
  readonly key: string;
  readonly led: LawSamples; // the first proposer takes part
  readonly leaderless: LawSamples | null; // it does not; null where that cannot be
}

export interface LawSamples {
  readonly finality: Float64Array; // µs from the start of the height
  readonly rounds: Int32Array; // ≥ 1
  readonly participation: Float64Array;
}

/** A fault that has begun. */
export interface Occurrence {
  readonly fault: number; // index in the plan
  readonly run: number; // id of the chain in use it hit
  readonly start: Micros;
  end: Micros; // Infinity while it lasts and for ever
  readonly repair?: Micros; // of a misfire: from the first height that differs until it is repaired
  validators: readonly number[];
  readonly struck: Struck | null; // what is told of it; null unless details are asked for
}

export interface Rollout {
  channel: number; // index in the plan; −1 before the first
  step: number;
  /** What the rollout is doing; `stranded`: it had to be undone and cannot be, a release that mends it is awaited. */
  state: 'preparing' | 'running' | 'holding' | 'deciding' | 'undoing' | 'stranded' | 'recovering' | 'ended';
  result: RolloutResult;
  targets: number[]; // validators of the channel
  batches: number[][];
  batch: number; // the one under way
  pause: Micros; // between batches
  parked: number; // agenda kind that waits for the end of a hold, −1 for none
  gate: number; // index in the plan of the phase being switched on, −1 for none
  waitingFor: number; // restarts of the batch under way
  serial: number; // of the batch under way, counted over the whole rollout
  stepStart: Micros;
  stepStartHeight: number;
  channelStart: Micros;
  lastRestart: Micros; // when a batch last stopped nodes; −Infinity before
  heldSince: Micros;
  checks: CheckState[];
  undo: UndoState | null;
  restoring: Restoring | null;
}

/** Preparation evidence: what comes of it is drawn beforehand, since nothing on a chain changes it. */
export interface Readiness {
  readonly records: readonly EvidenceRecord[]; // by item
  readonly never: readonly boolean[]; // by item: it, or something it follows, is missing
  readonly waivers: readonly (Micros | null)[]; // by item: µs of waiting after which a channel goes without it
  readonly waived: boolean[]; // by item
  heldFor: number; // channel that is held by what is missing, −1 for none
}

/** Who is on call, and what they had to do. */
export interface People {
  readonly roster: Roster;
  serial: number; // of the next page or trouble: each has its own stream
  pages: number;
  misdiagnosed: number;
  readonly acknowledged: Micros[]; // time of each page
  trouble: Trouble | null;
}

/** Something is wrong and no check tells of it yet. */
export interface Trouble {
  readonly since: Micros;
  readonly noticed: Micros; // when people notice it, if it lasts
  readonly blocks: number; // of the world when it began
}

/** A restore under way. */
export interface Restoring {
  readonly backup: ChainBackup | null;
  readonly called: Micros;
  readonly ready: readonly Micros[]; // by validator, since the call
  readonly failures: number; // of nodes, mended by people
}

export interface UndoState {
  readonly kind: UndoKind;
  readonly at: Micros;
  readonly channel: string;
  readonly gate: string | null;
  readonly check: string;
  readonly cause: string;
  readonly blocksBefore: number; // blocks of the run when it was decided
  blocksGivenUp: number;
  steps: WorkStep[];
  stepSince: Micros; // when the step under way began
  stages: readonly WorkStep[]; // of the incident, from the one under way to the decision
  failure: string | null; // why there is no way back
}

/** A defect of the release: when it shows next. */
export interface DefectState {
  readonly fault: number;
  readonly stream: Stream;
  eligible: number; // blocks under which it could have shown
  next: number; // it shows at this count
  shown: number;
}

/** What a judged phase is measured against. */
export interface Judgement {
  readonly run: number; // id
  readonly since: Micros;
  readonly tip: number;
  readonly heights: Float64Array; // by validator
}

/** A fault that has ended and whose chain is not yet back to normal. */
export interface Recovery {
  readonly since: Micros;
  normal: number; // consecutive normal blocks since
}

export interface World {
  readonly plan: Plan;
  readonly seed: string;
  readonly replication: number;
  readonly details: boolean;
  shortcut: boolean; // chains compute heights in which nothing interferes
  readonly agenda: EventQueue;
  readonly watch: EventQueue;
  readonly facts: Fingerprint;
  factLog: string[] | null; // the facts in words; null unless asked for
  now: Micros;
  runs: Run[];
  run: Run | null; // the active one
  readonly rollout: Rollout;
  readonly occurrences: Occurrence[];
  readonly faultStreams: Stream[];
  readonly defects: DefectState[];
  readonly operations: Stream;
  readonly people: People;
  readonly readiness: Readiness;
  recoveries: Recovery[];
  healed: boolean; // the phase of chaos is over
  judgement: Judgement | null; // where the chain stood when the judged phase began
  normalBlocks: number; // consecutive
  headroom: Headroom | null;
  // measured
  blocks: number;
  blocksAtMessageLevel: number;
  messageEvents: number;
  slots: number; // of runs that are over
  readonly checkRecords: CheckRecord[]; // of the channels that are over
  forks: number;
  violations: number;
  readonly intervals: LogHistogram;
  readonly finalities: LogHistogram;
  participationSum: number;
  longestStall: Micros;
  worstRecovery: Micros | null;
  absoluteErrorSum: number; // units
  expectedSum: number;
  validatorsOff: number;
  findings: AuditFinding[];
  slashed: number; // validators punished
  slashedInnocent: number;
  reported: number; // validators that enough witnesses reported
  reportedInnocent: number;
  appealsWon: number;
  witnessed: number;
  attestations: number;
  conservationViolations: number;
  telemetryGap: number; // units
  telemetryPaid: number; // units that all exporters together should have counted
  shortfall: number;
  replaysTried: number; // of timetoke records
  replaysDone: number;
  readonly replayTimes: LogHistogram;
  evidence: number; // validators caught contradicting themselves
  readonly checklist: ChecklistRecord;
  blindAlerts: number; // alerts that could not fire, by channel
  unprepared: number; // operators that began the upgrade late
  misfired: number; // validators that applied a gate at another height than agreed, by gate
  refused: number; // messages that nodes had no room or no patience for
  readonly undone: Undo[];
  headroomMisjudged: boolean;
  recovered: Recovered[];
  blocksProven: number;
  utilisationSum: number; // over them
  cacheHits: number; // of them
  worstBacklog: number;
  worstPruningLag: number;
  pruningPauses: number;
  pruningStopped: Micros;
  proofsRefused: number;
  failovers: number; // of nodes
  badReleaseOnMainnet: boolean;
  falseAbort: boolean;
  readonly timeline: Transition[];
  readonly hours: HourRecord[];
  hour: HourState;
}

/** Sums of the hour under way. */
export interface HourState {
  start: Micros;
  blocks: number;
  intervalSum: number;
  finalitySum: number;
  finalityMax: number;
  participationSum: number;
  roundsSum: number;
  proofLatencySum: number;
  readonly proofLatencies: Micros[];
  proofs: number;
  backlogs: number;
  proofBacklogMax: number;
}
