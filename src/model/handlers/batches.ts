/**
 * Nodes restarted batch by batch: for a release, for a gate, or back to what was before.
 */

import { assert } from '#base/assert';
import { MINUTE, type Micros } from '#base/time';
import { sampleInteger } from '#kernel/distribution';
import { electionAt, epochOf } from '../chain.js';
import type { GatePhasePlan } from '../plan.js';
import type { Run, World } from '../world.js';
import { ARM, BATCH, BATCH_NODE_UP, LATE, NEXT_STEP, plan, REVERTED } from './agenda.js';
import { lateness } from './briefing.js';
import { armNode, gatesChanged } from './gates.js';
import { forgetMigrations, migrateNode, oweMigration, oweReversal, reversalTime } from './migrations.js';
import { planRepairs, refit } from './misfires.js';
import { bringUp, changeRelease, takeDown } from './nodes.js';
import { rejoin } from './recovery.js';
import { activeRun, channelOf } from './stage.js';
import { note } from './timeline.js';
import { drawOnWayBack } from './way-back.js';

/** The batch that waits for a halt. */
export const HALTED = 1;
/** Gates are rolled back together this many heights after the last node has restarted. */
export const DEACTIVATION_HEIGHTS = 12;
/** After an announced restart liveness is judged again this much later: the nodes have caught up by then. */
const MAINTENANCE_TAIL: Micros = MINUTE;

/** µs that a node of the step under way is down. */
function restartTime(world: World): Micros {
  const step = channelOf(world).steps[world.rollout.step];
  const { restart } = world.plan.operations;
  if (world.rollout.state === 'undoing') return drawOnWayBack(world, restart);
  const law = step?.kind === 'halt-upgrade' ? step.install : restart;
  return Math.max(1, sampleInteger(law, world.operations));
}

/** Deals nodes into batches by rank of power, so that no batch holds much more than its share. */
export function startBatches(world: World, nodes: readonly number[], share: number): void {
  const { rollout } = world;
  const { chain } = activeRun(world);
  const { powers } = electionAt(chain, chain.tip + 1).committee;
  const size = Math.max(1, Math.floor(share * nodes.length));
  const batches: number[][] = Array.from({ length: Math.ceil(nodes.length / size) }, () => []);
  const ranked = nodes.toSorted((a, b) => (powers[b] as number) - (powers[a] as number) || a - b);
  ranked.forEach((node, rank) => {
    batches[rank % batches.length]?.push(node);
  });
  rollout.batches = batches.map((batch) => batch.sort((a, b) => a - b));
  rollout.batch = 0;
  startBatch(world);
}

/**
 * Stops the nodes of the batch under way; each comes back with its new configuration. None is stopped while people decide
 * on the way back, or for a step that they have given up.
 *
 * @param cause - `HALTED`, or minus the serial of the batch before; 0: nothing was waited for
 */
export function startBatch(world: World, cause = 0): void {
  const { rollout } = world;
  if (cause < 0 && (-cause !== rollout.serial || rollout.state === 'deciding')) return;
  const halted = activeRun(world).chain;
  if (cause === HALTED && halted.haltAt !== halted.tip) return; // the halt was called off
  if (rollout.state === 'holding') {
    rollout.parked = BATCH;
    return;
  }
  const run = activeRun(world);
  const batch = rollout.batches[rollout.batch] ?? [];
  rollout.waitingFor = 0;
  rollout.serial += 1;
  rollout.lastRestart = world.now;
  if (batch.length > 0)
    note(world, 'upgrade', batchName(world), `batch ${rollout.batch + 1} of ${rollout.batches.length}`);
  for (const node of batch) {
    const isDown = (run.downReasons[node] as number) > 0;
    const late = isDown ? 0 : lateness(world, node);
    if (late > 0) {
      rollout.waitingFor += 1;
      world.unprepared += 1;
      plan(world, world.now + late, LATE, node, packBatch(run, rollout.serial));
    } else restart(world, run, node);
  }
  if (rollout.waitingFor === 0) finishBatch(world);
}

/** Stops a node for the step under way; one that is down comes back with the new configuration by itself. */
function restart(world: World, run: Run, node: number): void {
  const { rollout } = world;
  const isDown = (run.downReasons[node] as number) > 0;
  const extra = configure(world, run, node, isDown);
  if (isDown) return;
  const back = world.now + restartTime(world) + extra;
  takeDown(world, run, node);
  rollout.waitingFor += 1;
  plan(world, back, BATCH_NODE_UP, node, packBatch(run, rollout.serial));
}

/** An operator who was not prepared begins; too late if the step was given up, or people decide about it. */
export function beginLate(world: World, run: Run, node: number, packed: number): boolean {
  const { rollout } = world;
  if (packed !== packBatch(run, rollout.serial) || rollout.state === 'deciding') return false;
  rollout.lastRestart = world.now;
  rollout.waitingFor -= 1;
  restart(world, run, node);
  if (rollout.waitingFor === 0) finishBatch(world);
  return true;
}

function batchName(world: World): string {
  const { rollout } = world;
  if (rollout.state === 'undoing') return 'rollback';
  return rollout.gate < 0 ? 'upgrade' : `gate ${world.plan.gates[rollout.gate]?.name}`;
}

/**
 * What a node finds in its configuration when it starts again.
 *
 * @param isDown - it is down already; what it owes its store waits until it starts
 * @returns µs that this adds to its restart: migrations, there or back
 */
function configure(world: World, run: Run, node: number, isDown: boolean): Micros {
  const { rollout } = world;
  const { chain } = run;
  if (chain.diverged[node] !== 0) rejoin(chain, node);
  chain.diverged[node] = 0;
  if (rollout.state === 'undoing') {
    if (chain.misfire[node] !== 0) refit(chain, node, world.now, false);
    changeRelease(chain, node, 0);
    if (isDown) {
      oweReversal(world, run, node);
      return 0;
    }
    const time = reversalTime(world, run, node);
    forgetMigrations(world, run, node);
    return time;
  }
  changeRelease(chain, node, 1);
  const gate = chain.gates.find((candidate) => candidate.index === rollout.gate);
  if (gate === undefined || rollout.gate < 0) return 0;
  armNode(gate, node);
  if (isDown) {
    oweMigration(run, node, gate.index);
    return 0;
  }
  return migrateNode(world, run, node, world.plan.gates[gate.index] as GatePhasePlan, gate.index);
}

function packBatch(run: Run, serial: number): number {
  return (run.id << 20) | (serial & 0xfffff);
}

/** A node of some batch is back; it counts if that batch is the one under way. */
export function endRestart(world: World, run: Run, node: number, packed: number): boolean {
  if (packed >>> 20 !== run.id) return false;
  bringUp(world, run, node);
  const { rollout } = world;
  if (packed !== packBatch(run, rollout.serial)) return true;
  rollout.waitingFor -= 1;
  if (rollout.waitingFor === 0) finishBatch(world);
  return true;
}

function finishBatch(world: World): void {
  const { rollout } = world;
  if (channelOf(world).maintenance) activeRun(world).telemetry.judgedSince = world.now + MAINTENANCE_TAIL;
  rollout.batch += 1;
  activeRun(world).chain.haltAt = Number.POSITIVE_INFINITY;
  if (rollout.state === 'deciding') return;
  if (rollout.batch < rollout.batches.length) {
    plan(world, world.now + rollout.pause, BATCH, 0, -rollout.serial);
  } else if (rollout.state === 'undoing') plan(world, world.now, REVERTED, 0, 0);
  else if (rollout.gate >= 0) armGate(world);
  else plan(world, world.now + rollout.pause, NEXT_STEP, 0, 0);
}

/**
 * All nodes carry the gate: it becomes active just after the next epoch boundary (blueprint.md section 22). While the
 * rollout is held nobody announces that height.
 */
export function armGate(world: World): void {
  const { rollout } = world;
  if (rollout.state === 'holding') {
    rollout.parked = ARM;
    return;
  }
  const { chain } = activeRun(world);
  const gate = chain.gates.find((candidate) => candidate.index === rollout.gate);
  if (rollout.state !== 'running') return;
  assert(gate !== undefined, 'the gate being switched on is a gate of the chain');
  gate.activation = (epochOf(chain, chain.tip + DEACTIVATION_HEIGHTS) + 1) * chain.epochBlocks + 1;
  gatesChanged(chain);
  planRepairs(world, activeRun(world), gate);
  note(world, 'gate-armed', gate.phase, `active from height ${gate.activation}`);
}
