/**
 * One replication: the whole rollout, simulated, as a pure function of (plan, seed, replication).
 */
import { assert } from '#base/assert';
import { createFingerprint, formatFingerprint } from '#base/fingerprint';
import type { Micros } from '#base/time';
import { createEventQueue, peekTime, popEvent } from '#kernel/queue';
import { createStream } from '#kernel/stream';
import { chiSquaredFairness } from '#stats/fairness';
import { createLogHistogram, listBuckets, meanOfHistogram, quantileOfHistogram } from '#stats/log-histogram';
import { committeeAt } from './chain.js';
import { createChecklistRecord } from './checklist-plan.js';
import type { Recording, TraceRequest } from './consensus/trace.js';
import {
  ADOPT,
  APPROVAL,
  ARM,
  BACKEND,
  BACKUP,
  BATCH,
  BATCH_NODE_UP,
  CHECK,
  DECISION,
  DEFECT,
  DWELL,
  EVIDENCE,
  FAULT_END,
  FAULT_MOVE,
  FAULT_START,
  HEAL,
  JUDGE,
  LATE,
  MENDED,
  NEXT_STEP,
  NODE_UP,
  NOTICE,
  NOTIFIED,
  PRUNING,
  RECOVER,
  RESTORED,
  REVERTED,
} from './handlers/agenda.js';
import { answerApproval } from './handlers/approval.js';
import { backUp } from './handlers/backups.js';
import { armGate, beginLate, endRestart, startBatch } from './handlers/batches.js';
import {
  createDefects,
  createFaultStreams,
  endFault,
  failOver,
  moveFault,
  scheduleFaults,
  showDefect,
  startFault,
} from './handlers/faults.js';
import { runCheck } from './handlers/guard.js';
import { closeHours, createHour } from './handlers/hours.js';
import { lookForTrouble, watchTrouble } from './handlers/notice.js';
import { createPeople } from './handlers/people.js';
import { beginJudgement, heal, judgedShare, judgedStuck, schedulePhases, trimToPhases } from './handlers/phases.js';
import type { PilotCache } from './handlers/pilot.js';
import { endDuePauses } from './handlers/pruning-orders.js';
import { advanceRun, disturb } from './handlers/quiet.js';
import { drawReadiness, isOnTime, readyAt, reworkOf } from './handlers/readiness.js';
import { comeUp, recoverNode } from './handlers/recoveries.js';
import { adopt, mend, restore } from './handlers/restoring.js';
import { afterBlock, beginPrepared, nextStep, startRollout, testDwell } from './handlers/rollout.js';
import { act, closeRollout, decide, finishRevert } from './handlers/undoing.js';
import type { AuditFinding, Outcome, RecordedSteps, Struck } from './outcome.js';
import type { Plan } from './plan.js';
import type { Run, World } from './world.js';

export { createPilotCache, type PilotCache } from './handlers/pilot.js';

export interface RehearsalOptions {
  readonly details: boolean; // keep the timeline and the hours
  readonly facts?: boolean; // keep every fact of the fingerprint in words
  readonly cache: PilotCache; // shared by the replications of a worker; it never changes an outcome
  readonly shortcut?: boolean; // compute heights in which nothing interferes: the default, and the same facts either way
  readonly trace?: TraceRequest | undefined; // steps of consensus to record, on every chain that is used
}

/**
 * Rehearses the plan once.
 *
 * @param seed - of the experiment
 * @param replication - number of the replication, integer ≥ 0
 */
export function rehearse(plan: Plan, seed: string, replication: number, options: RehearsalOptions): Outcome {
  const world = createWorld(plan, seed, replication, options.details);
  if (options.facts === true) world.factLog = [];
  world.shortcut = options.shortcut ?? true;
  beginWorld(world);
  const recording = options.trace === undefined ? null : { ...options.trace, segments: [] };
  do {
    if (recording !== null && world.run !== null) world.run.chain.recording = recording;
  } while (world.rollout.state !== 'ended' && advanceWorld(world, options.cache)); // a block or an event each
  const outcome = endWorld(world);
  return recording === null ? outcome : { ...outcome, recorded: recordedSteps(world, recording) };
}

/** Schedules what the plan has in store and begins the rollout. */
export function beginWorld(world: World): void {
  schedulePhases(world);
  scheduleFaults(world);
  startRollout(world);
  watchTrouble(world);
}

/** Closes the books of a world whose rollout has ended or whose horizon has come; it does not go on afterwards. */
export function endWorld(world: World): Outcome {
  if (world.rollout.state !== 'ended') world.now = world.plan.horizon;
  closeRollout(world);
  return conclude(world);
}

function recordedSteps(world: World, recording: Recording): RecordedSteps {
  const tips = world.runs.map(({ chain }) => ({ chain: chain.name, validators: chain.n, tip: chain.tip }));
  return { segments: recording.segments, tips };
}

/** The state before anything happens. */
export function createWorld(whole: Plan, seed: string, replication: number, details: boolean): World {
  const plan = trimToPhases(whole);
  return {
    plan,
    seed,
    replication,
    details,
    shortcut: true,
    agenda: createEventQueue(),
    watch: createEventQueue(),
    facts: createFingerprint(),
    factLog: null,
    now: 0,
    runs: [],
    run: null,
    rollout: {
      channel: -1,
      step: -1,
      state: 'running',
      result: 'unfinished',
      targets: [],
      batches: [],
      batch: 0,
      pause: 0,
      parked: -1,
      gate: -1,
      waitingFor: 0,
      serial: 0,
      stepStart: 0,
      stepStartHeight: 0,
      channelStart: 0,
      lastRestart: Number.NEGATIVE_INFINITY,
      heldSince: 0,
      checks: [],
      undo: null,
      restoring: null,
    },
    occurrences: [],
    faultStreams: createFaultStreams(plan.faults, seed, replication),
    defects: createDefects(plan.faults, seed, replication),
    operations: createStream(seed, replication, 'operations'),
    people: createPeople(plan),
    readiness: drawReadiness(plan, seed, replication),
    recoveries: [],
    healed: false,
    judgement: null,
    normalBlocks: 0,
    headroom: null,
    blocks: 0,
    blocksAtMessageLevel: 0,
    messageEvents: 0,
    slots: 0,
    checkRecords: [],
    forks: 0,
    violations: 0,
    intervals: createLogHistogram(),
    finalities: createLogHistogram(),
    participationSum: 0,
    longestStall: 0,
    worstRecovery: null,
    absoluteErrorSum: 0,
    expectedSum: 0,
    findings: [],
    slashed: 0,
    slashedInnocent: 0,
    reported: 0,
    reportedInnocent: 0,
    appealsWon: 0,
    witnessed: 0,
    attestations: 0,
    validatorsOff: 0,
    conservationViolations: 0,
    telemetryGap: 0,
    telemetryPaid: 0,
    shortfall: 0,
    replaysTried: 0,
    replaysDone: 0,
    replayTimes: createLogHistogram(),
    evidence: 0,
    checklist: createChecklistRecord(),
    blindAlerts: 0,
    unprepared: 0,
    misfired: 0,
    refused: 0,
    undone: [],
    headroomMisjudged: false,
    recovered: [],
    blocksProven: 0,
    utilisationSum: 0,
    cacheHits: 0,
    worstBacklog: 0,
    worstPruningLag: 0,
    pruningPauses: 0,
    pruningStopped: 0,
    proofsRefused: 0,
    failovers: 0,
    badReleaseOnMainnet: false,
    falseAbort: false,
    timeline: [],
    hours: [],
    hour: createHour(0),
  };
}

/** Finalizes one block or handles one event; false when nothing is left before the horizon. */
export function advanceWorld(world: World, cache: PilotCache): boolean {
  const run = world.run as Run;
  const agenda = peekTime(world.agenda);
  const watch = peekTime(world.watch);
  const until = Math.min(agenda, watch, world.plan.horizon);
  if (advanceRun(world, run, until, cache)) {
    if (afterBlock(world)) disturb(world, run);
    return true;
  }
  if (until >= world.plan.horizon) return false;
  world.now = Math.max(world.now, until);
  if (agenda <= watch) handleAgenda(world);
  else handleWatch(world);
  return true;
}

function handleAgenda(world: World): void {
  popEvent(world.agenda);
  const { kind, target, data } = world.agenda;
  const run = world.run as Run;
  closeHours(world, run, world.now, run.chain.tip);
  if (changeConditions(world, run, kind, target, data) && world.run === run) disturb(world, run);
}

/** @returns whether the conditions of the run may have changed */
function changeConditions(world: World, run: Run, kind: number, target: number, data: number): boolean {
  switch (kind) {
    case FAULT_START:
      return startFault(world, run, target);
    case FAULT_END:
      return endFault(world, run, data);
    case NODE_UP:
      if (data !== run.id) return false;
      comeUp(world, run, target);
      return true;
    case DEFECT:
      return data === run.id && showDefect(world, run, target);
    case BATCH:
      startBatch(world, data);
      return true;
    case BATCH_NODE_UP:
      return endRestart(world, run, target, data);
    case FAULT_MOVE:
      return moveFault(world, run, data);
    case HEAL:
      heal(world);
      return false;
    case JUDGE:
      beginJudgement(world, run);
      return false;
    case DECISION:
      decide(world, data);
      return false;
    case NOTIFIED:
      act(world);
      return true;
    case REVERTED:
      finishRevert(world);
      return true;
    case RESTORED:
      restore(world, data);
      return true;
    case MENDED:
      mend(world, data);
      return true;
    case RECOVER:
      return data === run.id && recoverNode(world, run, target);
    case BACKEND:
      return failOver(world, run, data);
    case LATE:
      return beginLate(world, run, target, data);
    case ARM:
      armGate(world);
      return true;
    case ADOPT:
      if (data !== run.id) return false;
      adopt(world, run, target);
      return true;
    case EVIDENCE:
      beginPrepared(world, data);
      return true;
    default:
      assert(kind === NEXT_STEP, `agenda event ${kind} is known`);
      nextStep(world);
      return true;
  }
}

function handleWatch(world: World): void {
  popEvent(world.watch);
  const { kind, target, data } = world.watch;
  if (kind === CHECK) runCheck(world, data, target);
  else if (kind === BACKUP) backUp(world, data);
  else if (kind === APPROVAL) answerApproval(world, data, target);
  else if (kind === PRUNING) endDuePauses(world, data);
  else if (kind === NOTICE) lookForTrouble(world);
  else {
    assert(kind === DWELL, `watch event ${kind} is known`);
    testDwell(world, data, target);
  }
}

function conclude(world: World): Outcome {
  const { plan, rollout } = world;
  const end: Micros = rollout.result === 'unfinished' ? plan.horizon : world.now;
  const undone = (kind: string): number => (world.undone.some((undoing) => undoing.kind === kind) ? 1 : 0);
  const slots = Math.max(1, world.slots);
  const run = world.run as Run;
  const fairness = payFairness(run);
  const elected = committeeAt(run.chain, run.chain.tip + 1);
  const proposed = run.proposed.reduce((sum, blocks) => sum + blocks, 0);
  return {
    replication: world.replication,
    fingerprint: formatFingerprint(world.facts),
    facts: world.facts.count,
    result: rollout.result,
    end,
    metrics: {
      'liveness.slotShare': Math.min(1, world.blocks / slots),
      'liveness.longestStall': world.longestStall,
      'liveness.blockInterval': meanOfHistogram(world.intervals),
      'liveness.blockInterval.p50': quantileOfHistogram(world.intervals, 0.5),
      'liveness.blockInterval.p95': quantileOfHistogram(world.intervals, 0.95),
      'liveness.blockInterval.p99': quantileOfHistogram(world.intervals, 0.99),
      'liveness.finality': meanOfHistogram(world.finalities),
      'liveness.finality.p99': quantileOfHistogram(world.finalities, 0.99),
      'liveness.recovery': world.recoveries.length > 0 ? worstOpenRecovery(world) : world.worstRecovery,
      'liveness.missedSlots': Math.max(0, slots - world.blocks),
      'liveness.participation': world.blocks === 0 ? null : world.participationSum / world.blocks,
      'liveness.stuck': judgedStuck(world, run),
      'liveness.judgedShare': judgedShare(world, run),
      'network.refused': world.refused,
      'gates.misfires': world.misfired,
      'communication.unprepared': world.unprepared,
      'checklist.driftFound': world.checklist.found,
      'checklist.driftMissed': world.checklist.missed,
      'checklist.blindAlerts': world.blindAlerts,
      'rewards.relativeError': world.expectedSum === 0 ? null : world.absoluteErrorSum / world.expectedSum,
      'rewards.validatorsOff': world.expectedSum === 0 ? null : world.validatorsOff,
      'rewards.conservationViolations': world.conservationViolations,
      'rewards.shortfall': world.shortfall,
      'rewards.leaderConcentration': proposed === 0 ? null : Math.max(...run.proposed) / proposed,
      'rewards.auditFindings': world.expectedSum === 0 ? null : world.findings.length,
      'rewards.telemetryGap': world.telemetryPaid === 0 ? null : world.telemetryGap / world.telemetryPaid,
      'rewards.fairnessByPower': fairness.byPower,
      'rewards.fairnessByCount': fairness.byCount,
      'rewards.leaderFairness': fairness.leaders,
      'rewards.witnessesPaid': world.witnessed === 0 ? null : world.attestations / world.witnessed,
      'timetoke.replaySuccess': world.replaysTried === 0 ? null : world.replaysDone / world.replaysTried,
      'timetoke.replay.p50': quantileOfHistogram(world.replayTimes, 0.5),
      'selection.committeeSize': elected.order.length,
      'selection.participation': elected.selection.pool === 0 ? 0 : elected.selection.accepted / elected.selection.pool,
      'slashing.validators': world.slashed,
      'slashing.innocent': world.slashedInnocent,
      'slashing.overturned': world.appealsWon,
      'slashing.reported': world.reported,
      'slashing.reportedInnocent': world.reportedInnocent,
      'rollback.any': world.undone.length > 0 ? 1 : 0,
      'rollback.abort': undone('abort'),
      'rollback.gate': undone('gate-rollback'),
      'rollback.state': undone('state-rollback'),
      'rollback.badReleaseOnMainnet': world.badReleaseOnMainnet ? 1 : 0,
      'rollback.falseAbort': world.falseAbort ? 1 : 0,
      'rollback.duration': longest(world.undone.map(({ at, recovery }) => recovery ?? end - at)),
      'rollback.slotsLost': world.undone.reduce((sum, undoing) => sum + undoing.slotsLost, 0),
      'rollback.failed': world.undone.some(({ failure }) => failure !== null) ? 1 : 0,
      'rollback.blocksGivenUp': world.undone.reduce((sum, { blocksGivenUp }) => sum + blocksGivenUp, 0),
      'proofs.headroomMisjudged': world.headroomMisjudged ? 1 : 0,
      'proofs.utilisation': world.blocksProven === 0 ? null : Math.min(1, world.utilisationSum / world.blocksProven),
      'proofs.backlog': world.worstBacklog,
      'proofs.refused': world.proofsRefused,
      'proofs.failovers': world.failovers,
      'proofs.cacheHit': world.blocksProven === 0 ? null : world.cacheHits / world.blocksProven,
      'recovery.nodes': world.recovered.length,
      'recovery.longest': longest(world.recovered.map(({ duration }) => duration)),
      'recovery.catchUp': longest(world.recovered.flatMap(({ catchUp }) => catchUp ?? [])),
      'recovery.stateSyncs': world.recovered.filter(({ stateSync }) => stateSync).length,
      'pruning.lag': world.worstPruningLag,
      'pruning.pauses': world.pruningPauses,
      'pruning.paused': world.pruningStopped,
      'readiness.ready': readyAt(world),
      'readiness.onTime': isOnTime(world),
      'readiness.redone': reworkOf(world),
      'people.pages': world.people.pages,
      'people.acknowledge': slowestAcknowledgement(world),
      'people.misdiagnosed': world.people.misdiagnosed,
      'rollout.completed': rollout.result === 'completed' ? 1 : 0,
      'rollout.duration': end,
      'safety.forks': world.forks,
      'safety.violations': world.violations,
      'safety.evidence': world.evidence,
    },
    undone: world.undone,
    findings: mergeFindings(world.findings),
    recovered: world.recovered,
    checks: world.checkRecords,
    readiness: world.readiness.records,
    blocks: world.blocks,
    blocksAtMessageLevel: world.blocksAtMessageLevel,
    messageEvents: world.messageEvents,
    ...(world.details ? { ...listDetails(world) } : {}),
    ...(world.factLog === null ? {} : { factLog: world.factLog.join('\n') }),
  };
}

function listDetails(world: World): Pick<Outcome, 'timeline' | 'hours' | 'struck' | 'distributions'> {
  const { timeline, hours, intervals, finalities } = world;
  const distributions = { blockInterval: listBuckets(intervals), finality: listBuckets(finalities) };
  return { timeline, hours, struck: listStruck(world), distributions };
}

function listStruck({ occurrences }: World): Struck[] {
  return occurrences.flatMap(({ struck }) => struck ?? []);
}

/** 95th percentile of the times in which pages were acknowledged, by nearest rank; null without pages. */
function slowestAcknowledgement({ people }: World): Micros | null {
  const sorted = people.acknowledged.toSorted((a, b) => a - b);
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? null;
}

/** The largest of some times; null for none. */
function longest(times: readonly Micros[]): Micros | null {
  return times.length === 0 ? null : Math.max(...times);
}

/** Distance between what validators were paid and shares by power, and equal shares (Kolmogorov and Smirnov's). */
function payFairness(run: Run): {
  readonly byPower: number | null;
  readonly byCount: number | null;
  readonly leaders: number | null; // p-value
} {
  const { validators } = run.economy.accounts;
  const paid = validators.map(Number);
  const total = paid.reduce((sum, units) => sum + units, 0);
  const { powers } = committeeAt(run.chain, run.chain.tip + 1);
  const power = powers.reduce((sum, units) => sum + units, 0);
  if (total === 0 || power === 0) return { byPower: null, byCount: null, leaders: null };
  const members = paid.flatMap((_, i) => ((powers[i] as number) > 0 ? [i] : []));
  let [paidSum, powerSum, byPower, byCount] = [0, 0, 0, 0];
  members.forEach((i, position) => {
    paidSum += (paid[i] as number) / total;
    powerSum += (powers[i] as number) / power;
    byPower = Math.max(byPower, Math.abs(paidSum - powerSum));
    byCount = Math.max(byCount, Math.abs(paidSum - (position + 1) / members.length));
  });
  const shares = [...powers].map((units) => units / power);
  const leaders = chiSquaredFairness([...run.proposed], shares).pValue;
  return { byPower: Math.min(1, byPower), byCount: Math.min(1, byCount), leaders };
}

/** One finding for each cause, over all chains of the replication. */
function mergeFindings(findings: readonly AuditFinding[]): AuditFinding[] {
  const merged: AuditFinding[] = [];
  for (const finding of findings) {
    const at = merged.findIndex(({ cause }) => cause === finding.cause);
    const known = merged[at];
    if (known === undefined) merged.push(finding);
    else
      merged[at] = {
        ...known,
        epochs: [...new Set([...known.epochs, ...finding.epochs])],
        accounts: [...new Set([...known.accounts, ...finding.accounts])],
        units: known.units + finding.units,
      };
  }
  return merged;
}

/** A fault whose recovery never came counts with the time until the end. */
function worstOpenRecovery(world: World): Micros {
  const open = world.recoveries.map((recovery) => world.now - recovery.since);
  return Math.max(world.worstRecovery ?? 0, ...open);
}
