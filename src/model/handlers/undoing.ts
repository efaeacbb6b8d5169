/**
 * Undoing a rollout, as work (blueprint.md section 19): somebody decides, everybody is told, nodes go back batch by batch,
 * or all stop and a backup is restored; each step takes its time and may have no way on.
 *
 * deciding → undoing → recovering → ended; deciding → undoing → stranded → recovering → ended where there is no way back.
 */
import { MINUTE, type Micros } from '#base/time';
import { sampleInteger } from '#kernel/distribution';
import { DIALECT_FAULT_SHIFT } from '../chain.js';
import { windowOf } from '../check-rule.js';
import { READINESS, type UndoKind } from '../outcome.js';
import type { Run, Trouble, UndoState, World } from '../world.js';
import { ACTION_ABORT } from './action.js';
import { DECISION, NOTIFIED, plan } from './agenda.js';
import { DEACTIVATION_HEIGHTS, startBatches } from './batches.js';
import { fileChecks } from './checks.js';
import { reconnect, reconsider } from './conditions.js';
import { gatesChanged, isActive, latestPhase } from './gates.js';
import { irreversiblePhase } from './migrations.js';
import { drawMeeting, respond } from './people.js';
import { proveAnew } from './proving.js';
import { cancelPruning, endPause, pauseFor } from './pruning-orders.js';
import { beginRestore } from './restoring.js';
import { retireRun } from './run.js';
import { activeRun, channelOf } from './stage.js';
import { note } from './timeline.js';
import { drawOnWayBack } from './way-back.js';
import { closeStep } from './work.js';

/** A fault that ended this long before a check's window can still be its cause (blueprint.md section 15.2). */
const CORRELATION: Micros = 15 * MINUTE;

/**
 * People decide to undo; it takes them time.
 *
 * @param check - what demands it
 * @param cause - what is behind it, if that is known; else it is looked for
 * @param trouble - what people noticed by themselves, if no check told them
 */
export function decideUndo(world: World, check: string, action: number, cause?: string, trouble?: Trouble): void {
  const { rollout } = world;
  const run = activeRun(world);
  rollout.state = 'deciding';
  rollout.parked = -1;
  rollout.undo = {
    kind: 'abort',
    at: trouble?.since ?? world.now,
    channel: channelOf(world).name,
    gate: latestPhase(run.chain),
    check,
    cause: cause ?? causeOf(world, run, check),
    blocksBefore: trouble?.blocks ?? world.blocks,
    blocksGivenUp: 0,
    steps: [],
    stepSince: trouble?.since ?? world.now,
    stages: check === READINESS ? drawMeeting(world) : respond(world),
    failure: null,
  };
  pauseFor(world, run, 'rollback', `people decide on the way back after ${check}`);
  endPause(world, run, 'hold');
  if (trouble !== undefined) closeStep(world, 'notice');
  planStage(world, action);
}

function planStage(world: World, action: number): void {
  const stage = world.rollout.undo?.stages[0];
  plan(world, world.now + Math.max(1, stage?.duration ?? 1), DECISION, 0, action);
}

/** The most likely reason in the eyes of whoever knows everything: a defect that showed, a fault, the restarts. */
function causeOf(world: World, run: Run, checkName: string): string {
  const check = channelOf(world).checks.find((candidate) => candidate.name === checkName);
  const since = world.now - CORRELATION - (check === undefined ? 0 : windowOf(check.rule));
  const recent = world.occurrences.filter((one) => one.run === run.id && one.end >= since);
  const defect = recent.findLast((one) => world.plan.faults[one.fault]?.kind === 'bad-release');
  const blamed = defect ?? recent.at(-1);
  if (blamed !== undefined) return world.plan.faults[blamed.fault]?.name ?? 'unexplained';
  if (world.rollout.lastRestart >= since) return 'restarts';
  return 'unexplained';
}

/**
 * Wrong payments, forks and a wrong state that most nodes share can only be undone by restoring a backup; so can a store
 * that the previous release cannot read.
 */
export function undoKind(run: Run, action: number): UndoKind {
  const { chain, economy } = run;
  const tipValue = chain.decided[chain.tip - chain.decidedFrom] ?? -1;
  const wrongState = tipValue >= 0 && (chain.values.dialect[tipValue] as number) >>> DIALECT_FAULT_SHIFT !== 0;
  const { misjudged, count } = economy.journal;
  const wrongPay = economy.absoluteError > 0n || misjudged.subarray(0, count).includes(1);
  if (wrongState || wrongPay || chain.forks > 0 || irreversiblePhase(run) !== null) return 'state-rollback';
  if (action === ACTION_ABORT) return 'abort';
  const gated = chain.gates.some((gate) => gate.enforce && isActive(gate, chain.tip + 1));
  return gated ? 'gate-rollback' : 'abort';
}

/** A stage of the incident is over. After the last it is decided which way back, and operators are told. */
export function decide(world: World, action: number): void {
  const { rollout } = world;
  if (rollout.state !== 'deciding' || rollout.undo === null) return;
  const [done, ...open] = rollout.undo.stages;
  if (open.length > 0) {
    closeStep(world, done?.name ?? '');
    rollout.undo.stages = open;
    planStage(world, action);
    return;
  }
  const kind = undoKind(activeRun(world), action);
  rollout.undo = { ...rollout.undo, kind };
  closeStep(world, 'decide');
  note(world, kind, rollout.undo.check, rollout.undo.cause);
  const noDefect = world.defects.every((defect) => defect.shown === 0);
  if (noDefect && rollout.undo.check !== READINESS) world.falseAbort = true;
  const wait = drawOnWayBack(world, world.plan.operations.notify);
  plan(world, world.now + wait + searchTime(world), NOTIFIED, 0, 0);
}

/** µs until people know how to go back where no runbook tells them. */
function searchTime(world: World): Micros {
  const { checklist } = world.plan;
  if (checklist === undefined || checklist.runbook) return 0;
  note(world, 'rollback-step', 'no runbook', 'the recovery runbook is not linked: people work out the way back');
  return sampleInteger(checklist.search, world.operations);
}

/** Everybody knows: nodes restart in batches, or all of them stop. */
export function act(world: World): void {
  const { rollout } = world;
  if (rollout.state !== 'deciding' || rollout.undo === null) return;
  const run = activeRun(world);
  rollout.state = 'undoing';
  rollout.gate = -1;
  rollout.waitingFor = 0;
  rollout.serial += 1; // restarts under way belong to no step any more
  rollout.pause = 0;
  closeStep(world, 'notify');
  callOffHalt(world, run);
  if (rollout.undo.kind === 'state-rollback') {
    beginRestore(world, run);
    return;
  }
  const touched = Array.from({ length: run.chain.n }, (_, i) => i).filter((node) => {
    return run.chain.release[node] === 1 || run.chain.gates.some((gate) => gate.armed[node] === 1);
  });
  if (touched.length === 0) finishRevert(world);
  else startBatches(world, touched, world.plan.operations.batchShare);
}

/** Nobody stops any more; who has stopped already goes on. */
function callOffHalt(world: World, run: Run): void {
  const { chain } = run;
  const stood = chain.tip >= chain.haltAt;
  chain.haltAt = Number.POSITIVE_INFINITY;
  if (!stood || run.mode !== 'message') return;
  for (let node = 0; node < chain.n; node += 1) reconnect(chain, node, world.now, true);
}

/** Every node is back on the previous release: active gates end at one height, or at once where the chain stands still. */
export function finishRevert(world: World): void {
  const { rollout } = world;
  if (rollout.state !== 'undoing') return;
  const run = activeRun(world);
  const { chain } = run;
  const standing = world.now - run.lastBlockAt > 2 * MINUTE;
  const height = chain.tip + (standing ? 1 : DEACTIVATION_HEIGHTS);
  for (const gate of chain.gates) {
    if (isActive(gate, chain.tip + 1)) {
      gate.deactivation = height;
      note(world, 'gate-inactive', gate.phase, `from height ${height}`);
    } else gate.deactivation = 0;
  }
  cancelPruning(world, run, 'its gates are rolled back');
  gatesChanged(chain);
  if (standing) {
    for (let node = 0; node < chain.n; node += 1) reconsider(chain, node, world.now, run.mode === 'message');
  }
  if (chain.newCircuits) proveAnew(run, world.plan.proofs, world.now);
  closeStep(world, 'restart in batches');
  rollout.state = 'recovering';
  world.normalBlocks = 0;
}

/** The chain is well again: what it took is recorded. */
export function endUndo(world: World, recovered: Micros | null): void {
  const { undo: state } = world.rollout;
  if (state === null) return;
  if (recovered !== null) closeStep(world, 'return to normal blocks');
  endPause(world, activeRun(world), 'rollback');
  recordUndo(world, state, recovered);
  end(world, resultOf(state), state.failure === null ? `${state.kind} done` : state.failure);
}

function resultOf(state: UndoState): World['rollout']['result'] {
  if (state.failure !== null) return 'stranded';
  return state.kind === 'abort' ? 'aborted' : 'rolled-back';
}

function recordUndo(world: World, state: UndoState, recovered: Micros | null): void {
  const slots = Math.floor(((recovered ?? world.now) - state.at) / world.plan.chain.blockTime);
  const { kind, at, channel, gate, check, cause, blocksGivenUp, steps, failure } = state;
  world.undone.push({
    kind,
    at,
    channel,
    gate,
    check,
    cause,
    recovery: recovered === null ? null : recovered - at,
    slotsLost: Math.max(0, slots - (world.blocks - state.blocksBefore)) + blocksGivenUp,
    blocksGivenUp,
    steps,
    failure,
  });
  world.rollout.undo = null;
}

/** The rollout is over. */
export function end(world: World, result: World['rollout']['result'], cause: string): void {
  world.rollout.state = 'ended';
  world.rollout.result = result;
  note(world, 'end', result, cause);
}

/** The horizon has come, or the rollout is over: what is open is recorded as it stands. */
export function closeRollout(world: World): void {
  const { rollout } = world;
  if (rollout.state !== 'ended') {
    const state = rollout.undo;
    if (state !== null && rollout.state !== 'deciding') {
      recordUndo(world, state, null);
      end(world, resultOf(state), 'not recovered at the horizon');
    } else end(world, 'unfinished', 'the horizon came first');
  }
  if (rollout.channel >= 0) fileChecks(world, channelOf(world));
  if (world.run !== null) retireRun(world, world.run);
}
