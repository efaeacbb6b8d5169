/**
 * Undoing a rollout: who is to blame, which way back, the restored snapshot, and what is recorded of it.
 */
import type { Micros } from '#base/time';
import { MINUTE } from '#base/time';
import { sampleInteger } from '#kernel/distribution';
import { DIALECT_FAULT_SHIFT, refreshDialect } from '../chain.js';
import type { UndoKind } from '../outcome.js';
import { clearJournal } from '../rewards/journal.js';
import type { Run, UndoState, World } from '../world.js';
import { DECISION, plan } from './agenda.js';
import { gatesChanged, isActive, latestPhase } from './gates.js';
import { bringUp } from './nodes.js';
import { rejoin } from './recovery.js';
import { retireRun } from './run.js';
import { activeRun, channelOf } from './stage.js';
import { note } from './timeline.js';

/** What people ask for when a check has failed. */
export const ACTION_ABORT = 0;
export const ACTION_ROLLBACK = 1;
/** A fault that ended this long before a check's window can still be its cause (blueprint.md section 15.2). */
const CORRELATION: Micros = 15 * MINUTE;

/** People decide to undo; it takes them time. */
export function decideUndo(world: World, check: string, action: number): void {
  const { rollout } = world;
  const run = activeRun(world);
  rollout.state = 'deciding';
  rollout.undo = {
    kind: 'abort',
    at: world.now,
    channel: channelOf(world).name,
    gate: latestPhase(run.chain),
    check,
    cause: causeOf(world, run, check),
    blocksBefore: world.blocks,
    blocksGivenUp: 0,
  };
  const wait = Math.max(1, sampleInteger(world.plan.operations.decision, world.operations));
  plan(world, world.now + wait, DECISION, 0, action);
}

/** The most likely reason in the eyes of whoever knows everything: a defect that showed, a fault, the restarts. */
function causeOf(world: World, run: Run, checkName: string): string {
  const check = channelOf(world).checks.find((candidate) => candidate.name === checkName);
  const since = world.now - CORRELATION - (check?.window ?? 0);
  const recent = world.occurrences.filter((one) => one.run === run.id && one.end >= since);
  const defect = recent.findLast((one) => world.plan.faults[one.fault]?.kind === 'bad-release');
  const blamed = defect ?? recent.at(-1);
  if (blamed !== undefined) return world.plan.faults[blamed.fault]?.name ?? 'unexplained';
  if (world.rollout.lastRestart >= since) return 'restarts';
  return 'unexplained';
}

/** Wrong payments, forks and a wrong state that most nodes share can only be undone by restoring a snapshot. */
export function undoKind(run: Run, action: number): UndoKind {
  const { chain, economy } = run;
  const tipValue = chain.decided[chain.tip - chain.decidedFrom] ?? -1;
  const wrongState = tipValue >= 0 && (chain.values.dialect[tipValue] as number) >>> DIALECT_FAULT_SHIFT !== 0;
  const { misjudged, count } = economy.journal;
  const wrongPay = economy.absoluteError > 0n || misjudged.subarray(0, count).includes(1);
  if (wrongState || wrongPay || chain.forks > 0) return 'state-rollback';
  if (action === ACTION_ABORT) return 'abort';
  const gated = chain.gates.some((gate) => gate.enforce && isActive(gate, chain.tip + 1));
  return gated ? 'gate-rollback' : 'abort';
}

/** The snapshot is back: previous release, no gates, the accounts of the last backup. */
export function restore(world: World): void {
  const { rollout } = world;
  if (rollout.undo === null) return;
  const run = activeRun(world);
  const { chain } = run;
  rollout.undo.blocksGivenUp = chain.tip - run.backupHeight;
  for (const gate of chain.gates) gate.deactivation = 0;
  gatesChanged(chain);
  Object.assign(run.economy.accounts, { ...structuredClone(run.backup), lastHeight: chain.tip });
  clearJournal(run.economy.journal);
  for (let node = 0; node < chain.n; node += 1) {
    chain.release[node] = 0;
    chain.diverged[node] = 0;
    rejoin(chain, node);
    refreshDialect(chain, node, chain.tip + 1);
    bringUp(world, run, node);
  }
  rollout.state = 'recovering';
  world.normalBlocks = 0;
  note(world, 'resume', 'restored snapshot', `${rollout.undo.blocksGivenUp} blocks given up`);
}

/** The chain is well again: what it took is recorded. */
export function endUndo(world: World, recovered: Micros | null): void {
  const { undo: state } = world.rollout;
  if (state === null) return;
  recordUndo(world, state, recovered);
  end(world, state.kind === 'abort' ? 'aborted' : 'rolled-back', `${state.kind} done`);
}

function recordUndo(world: World, state: UndoState, recovered: Micros | null): void {
  const slots = Math.floor(((recovered ?? world.now) - state.at) / world.plan.chain.blockTime);
  world.undone.push({
    kind: state.kind,
    at: state.at,
    channel: state.channel,
    gate: state.gate,
    check: state.check,
    cause: state.cause,
    recovery: recovered === null ? null : recovered - state.at,
    slotsLost: Math.max(0, slots - (world.blocks - state.blocksBefore)) + state.blocksGivenUp,
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
    if (state !== null && (rollout.state === 'undoing' || rollout.state === 'recovering')) {
      recordUndo(world, state, null);
      end(world, state.kind === 'abort' ? 'aborted' : 'rolled-back', 'not recovered at the horizon');
    } else end(world, 'unfinished', 'the horizon came first');
  }
  if (world.run !== null) retireRun(world, world.run);
}
