/**
 * What one replication tells: its facts' fingerprint, its metrics, and how its rollout ended and why. Plain data.
 */
import type { Micros } from '#base/time';
import type { Counts } from '#stats/kolmogorov';
import type { CheckOutcome } from './check-plan.js';
import type { TraceSegment } from './consensus/trace.js';

/** How a rollout ended; `stranded`: it had to be undone and could not be; `unfinished`: the horizon came first. */
export const ROLLOUT_RESULTS = ['completed', 'aborted', 'rolled-back', 'stranded', 'unfinished'] as const;
export type RolloutResult = (typeof ROLLOUT_RESULTS)[number];

/** What an undoing is put down to that no check demands: evidence that is missing, or trouble that people noticed. */
export const READINESS = 'readiness';
export const NOTICED = 'people';

export type UndoKind = 'abort' | 'gate-rollback' | 'state-rollback';

/** One time that the plan, or a part of it, was undone. */
export interface Undo {
  readonly kind: UndoKind;
  readonly at: Micros;
  readonly channel: string;
  readonly gate: string | null; // the gate phase last activated in that channel
  readonly check: string; // what demanded it
  readonly cause: string; // name of the fault behind it, or `unexplained`
  readonly recovery: Micros | null; // until blocks were finalized normally again, null if never before the end
  readonly slotsLost: number; // slots without a block from the decision to the recovery
  readonly blocksGivenUp: number; // finalized blocks that the restored backup does not hold
  readonly steps: readonly WorkStep[]; // of the way back, in order
  readonly failure: string | null; // why there was no way back; null if there was
}

/** A piece of work and the µs it took. */
export interface WorkStep {
  readonly name: string;
  readonly duration: Micros;
}

/** One time that a node recovered its store after an unplanned stop (blueprint.md section 12). */
export interface Recovered {
  readonly outcome: string; // in the words of the blueprint
  readonly channel: string;
  readonly at: Micros; // when it was started again
  readonly duration: Micros; // until it was up
  readonly catchUp: Micros | null; // from then until it was at the chain's tip; null if never before the end
  readonly stateSync: boolean; // it had to fetch the state from others
  readonly steps: readonly WorkStep[];
}

/** What became of one check of a channel that was reached. */
export interface CheckRecord {
  readonly channel: string;
  readonly check: string;
  readonly successes: number; // evaluations
  readonly failures: number;
  readonly inconclusive: number;
  readonly verdict: CheckOutcome; // at the end of its channel
  readonly acted: Micros | null; // when it first acted, or would have; null: never
  /** It acted although no defect of the release had shown and no fault was active in the windows it had failed on. */
  readonly falseAlarm: boolean;
}

/** One time that a fault acted, or that a defect of the release showed itself. */
export interface Struck {
  readonly fault: string; // its name
  readonly channel: string; // active then
  readonly chain: string;
  readonly at: Micros;
  readonly end: Micros | null; // null: it never ended by itself
  readonly validators: readonly number[]; // hit at the start, ascending
  readonly power: number; // their share of the voting power then, in [0, 1]
}

/** What became of one item of preparation evidence. */
export interface EvidenceRecord {
  readonly name: string;
  readonly kind: string;
  readonly owner: string;
  readonly delivered: Micros | null; // when; null: never, or not before the horizon
  readonly worked: Micros | null; // time in its owner's hands, rework and repetitions included; null without a delivery
  readonly rework: number; // times the work was done again
  readonly critical: boolean; // on the critical path to the end of the preparation
  readonly slack: Micros | null; // how much later it could have come; null where nothing waits for it, or the end never comes
}

export interface Transition {
  readonly at: Micros;
  readonly kind:
    | 'prepare'
    | 'evidence'
    | 'channel-start'
    | 'channel-end'
    | 'step'
    | 'upgrade'
    | 'gate-armed'
    | 'gate-active'
    | 'gate-inactive'
    | 'hold'
    | 'resume'
    | 'abort'
    | 'gate-rollback'
    | 'state-rollback'
    | 'rollback-step'
    | 'rollback-failed'
    | 'backup'
    | 'briefing'
    | 'preflight'
    | 'approval'
    | 'migration'
    | 'recovery'
    | 'pruning'
    | 'proofs'
    | 'fault-start'
    | 'fault-end'
    | 'defect'
    | 'stall-start'
    | 'stall-end'
    | 'check-failed'
    | 'check-observed'
    | 'audit'
    | 'slash'
    | 'appeal'
    | 'end';
  readonly channel: string;
  readonly subject: string; // the gate, fault, check or step
  readonly cause: string; // what brought it about, in words
}

/** Aggregates of one hour, or of what is left of it. */
export interface HourRecord {
  readonly start: Micros;
  readonly channel: string;
  readonly height: number; // last height decided in the hour
  readonly slots: number; // slots that began
  readonly blocks: number; // blocks decided
  readonly intervalMean: Micros | null;
  readonly finalityMean: Micros | null;
  readonly finalityMax: Micros | null;
  readonly participationMean: number | null; // share of power that precommitted
  readonly roundsMean: number | null; // rounds per block, ≥ 1
  readonly proofLatencyMean: Micros | null;
  readonly proofLatencyP50: Micros | null;
  readonly proofBacklogMax: number | null; // blocks waiting for their proof
  readonly validatorsDown: number; // at the end of the hour
}

/** What the audit of the payments found, by cause. */
export interface AuditFinding {
  readonly cause: string;
  readonly epochs: readonly number[]; // since rewards began
  readonly accounts: readonly string[];
  readonly units: number;
  readonly words: string;
}

/** How often each time came over all blocks, µs within 0.4 %. */
export interface Distributions {
  readonly blockInterval: Counts;
  readonly finality: Counts;
}

export interface Outcome {
  readonly replication: number;
  readonly fingerprint: string;
  readonly facts: number; // facts in the fingerprint
  readonly result: RolloutResult;
  readonly end: Micros; // when the rollout ended
  /** One number per key of the metric catalogue; null where the replication has no data. */
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly undone: readonly Undo[];
  readonly findings: readonly AuditFinding[];
  readonly recovered: readonly Recovered[];
  readonly checks: readonly CheckRecord[]; // in order of channels
  readonly readiness: readonly EvidenceRecord[];
  readonly blocks: number; // decided in all
  readonly blocksAtMessageLevel: number;
  readonly messageEvents: number;
  /** Only when details were asked for. */
  readonly timeline?: readonly Transition[];
  readonly hours?: readonly HourRecord[];
  readonly struck?: readonly Struck[]; // in order of time
  readonly distributions?: Distributions;
  /** Only when facts were asked for: one a line, in order, each with the state of the hash after it. */
  readonly factLog?: string;
  /** Only when steps of consensus were to be recorded. */
  readonly recorded?: RecordedSteps;
}

/** What one validator's core did, and how far its chains got. */
export interface RecordedSteps {
  readonly segments: readonly TraceSegment[];
  readonly tips: readonly { readonly chain: string; readonly validators: number; readonly tip: number }[]; // last finalized heights
}
