/**
 * A state rollback: all nodes stop, restore the newest sound backup, and start when a quorum is ready; or there is none,
 * and the chain waits for a release that mends it (blueprint.md sections 12 and 19).
 */
import type { Micros } from '#base/time';
import { deriveKey } from '#kernel/draw';
import { createStream } from '#kernel/stream';
import { DIALECT_PRUNING, refreshDialect, setAt } from '../chain.js';
import { drawAdoption } from '../operations/adoption.js';
import { forgetEpoch } from '../rewards/exporter.js';
import { clearJournal } from '../rewards/journal.js';
import { drawDamage, drawMending, joinDamage, NO_DAMAGE } from '../storage/damage.js';
import { powerBackAt, type RestoringNode, restoreChain } from '../storage/restore.js';
import { storeBytes } from '../storage/snapshot.js';
import type { Run, World } from '../world.js';
import { ADOPT, MENDED, NODE_UP, plan, RESTORED } from './agenda.js';
import { soundBackups, whyNoBackup } from './backups.js';
import { activeBits, gatesChanged } from './gates.js';
import { forgetMigrations } from './migrations.js';
import { forgetMisfire } from './misfires.js';
import { bringUp, changeRelease, takeDown } from './nodes.js';
import { proveAnew } from './proving.js';
import { restartPruning } from './pruning-orders.js';
import { rejoin } from './recovery.js';
import { activeRun } from './stage.js';
import { note } from './timeline.js';
import { drawOnWayBack } from './way-back.js';
import { closeStep } from './work.js';

/** All nodes stop and restore, if there is a backup that can be hoped to do. */
export function beginRestore(world: World, run: Run): void {
  const reason = whyNoBackup(world, run);
  if (reason !== null) {
    strand(world, reason);
    return;
  }
  const { chain, store } = run;
  const { storage, operations } = world.plan;
  const backups = soundBackups(run);
  const target = backups.reduce((highest, { backup }) => Math.max(highest, backup.height), 0);
  const pruning = (activeBits(chain, chain.tip) & DIALECT_PRUNING) !== 0;
  const powers = Array.from(setAt(chain, chain.tip + 1).powers);
  const nodes = powers.map((power, node) => restoringNode(world, run, node, power));
  const restore = restoreChain(storage, {
    now: world.now,
    backups: backups.map((one) => one.backup),
    target,
    pruning,
    nodes,
  });
  for (let node = 0; node < chain.n; node += 1) takeDown(world, run, node);
  restartPruning(world, run);
  const { backup, damaged, lost } = restore.choice;
  for (const { height } of damaged) note(world, 'backup', 'cannot be restored', `height ${height}`);
  if (backup === null) {
    world.rollout.restoring = { backup: null, called: world.now, ready: [], failures: 0 };
    plan(world, world.now + Math.max(1, lost), RESTORED, 0, run.id);
    return;
  }
  const restarted = restore.nodes.map((node) => {
    const restart = drawOnWayBack(world, operations.restart);
    return { ...node, ready: node.ready === null ? null : node.ready + restart };
  });
  const total = powers.reduce((sum, power) => sum + power, 0);
  const quorum = powerBackAt(restarted, powers, Math.ceil(operations.quorumRestart * total)) ?? 0;
  const chosen = store.backups.find((one) => one.backup === backup);
  world.rollout.restoring = {
    backup: chosen ?? null,
    called: world.now,
    ready: restarted.map(({ ready }) => ready ?? Number.POSITIVE_INFINITY),
    failures: restarted.reduce((sum, { failures }) => sum + failures.length, 0),
  };
  plan(world, world.now + Math.max(1, quorum), RESTORED, 0, run.id);
}

function restoringNode(world: World, run: Run, node: number, power: number): RestoringNode {
  const { store, chain } = run;
  const { storage } = world.plan;
  const stops = store.stops[node] as number;
  store.stops[node] = stops + 1;
  const key = deriveKey(store.key, node);
  const { badSnapshot, badPruningProof } = drawDamage(storage.damage, key, stops);
  const known = store.damage.get(node) ?? NO_DAMAGE;
  store.damage.delete(node);
  store.stopped.delete(node);
  return {
    power,
    begin: 0,
    height: chain.tip,
    bytes: storeBytes(storage, chain.tip, store.pruning.pruned),
    damage: joinDamage(known, { ...NO_DAMAGE, badSnapshot, badPruningProof }),
    mending: drawMending(storage.repair, key, stops),
  };
}

/** A quorum has restored: previous release, no gates, the accounts of the backup. The others follow as they are ready. */
export function restore(world: World, id: number): void {
  const { rollout } = world;
  const run = activeRun(world);
  if (rollout.undo === null || rollout.state !== 'undoing' || run.id !== id) return;
  const { restoring } = rollout;
  if (restoring?.backup == null) {
    closeStep(world, 'try backups');
    strand(world, 'no backup that was kept could be restored');
    return;
  }
  const { chain, store, economy } = run;
  const { backup, accounts } = restoring.backup;
  rollout.undo.blocksGivenUp = chain.tip - backup.height;
  for (const gate of chain.gates) gate.deactivation = 0;
  gatesChanged(chain);
  Object.assign(economy.accounts, { ...structuredClone(accounts), lastHeight: chain.tip });
  clearJournal(economy.journal);
  forgetEpoch(economy.exporters);
  store.firstWrong = Number.POSITIVE_INFINITY;
  if (chain.newCircuits) proveAnew(run, world.plan.proofs, world.now);
  for (let node = 0; node < chain.n; node += 1) {
    changeRelease(chain, node, 0);
    chain.diverged[node] = 0;
    if (chain.misfire[node] !== 0) forgetMisfire(chain, node);
    forgetMigrations(world, run, node);
    rejoin(chain, node);
    refreshDialect(chain, node, chain.tip + 1);
    const ready = restoring.called + (restoring.ready[node] as number);
    if (ready <= world.now) bringUp(world, run, node);
    else plan(world, ready, NODE_UP, node, run.id);
  }
  rollout.restoring = null;
  rollout.state = 'recovering';
  world.normalBlocks = 0;
  closeStep(world, restoring.failures === 0 ? 'restore' : `restore, ${restoring.failures} failures mended`);
  note(world, 'resume', 'restored backup', `${rollout.undo.blocksGivenUp} blocks given up`);
}

/** There is no way back: the chain waits for a release that mends it. */
function strand(world: World, reason: string): void {
  const { rollout } = world;
  if (rollout.undo === null) return;
  rollout.undo = { ...rollout.undo, failure: reason };
  rollout.state = 'stranded';
  note(world, 'rollback-failed', rollout.undo.kind, reason);
  const wait = drawOnWayBack(world, world.plan.operations.forwardFix);
  plan(world, world.now + wait, MENDED, 0, activeRun(world).id);
}

/**
 * The release that mends it is out: its defects are gone, and every node restarts with it. Who is down for a reason of
 * its own does so when that is over.
 */
export function mend(world: World, id: number): void {
  const { rollout } = world;
  const run = activeRun(world);
  if (rollout.state !== 'stranded' || run.id !== id) return;
  const { chain } = run;
  for (const defect of world.defects) defect.next = Number.POSITIVE_INFINITY;
  closeStep(world, 'wait for a mended release');
  const standing = rollout.restoring !== null; // all were stopped to restore what could not be
  rollout.restoring = null;
  const waits = adoptionOf(world, chain.n);
  for (let node = 0; node < chain.n; node += 1) {
    const wait = waits[node] ?? 0;
    if (wait > 0 && !standing) plan(world, world.now + wait, ADOPT, node, run.id);
    else mendNode(world, run, node, standing, wait);
  }
  rollout.state = 'recovering';
  world.normalBlocks = 0;
}

/** An operator takes up the release that mends it: the node restarts with it, unless it is down for a reason of its own. */
export function adopt(world: World, run: Run, node: number): void {
  mendNode(world, run, node, false, 0);
}

function mendNode(world: World, run: Run, node: number, standing: boolean, wait: Micros): void {
  const { chain } = run;
  chain.diverged[node] = 0;
  if (chain.misfire[node] !== 0) forgetMisfire(chain, node);
  if ((chain.drift[node] as number) > world.plan.faults.length) chain.drift[node] = 0;
  rejoin(chain, node);
  refreshDialect(chain, node, chain.tip + 1);
  if (!standing) {
    if ((run.downReasons[node] as number) > 0) return;
    takeDown(world, run, node);
  }
  const restart = drawOnWayBack(world, world.plan.operations.restart);
  plan(world, world.now + wait + restart, NODE_UP, node, run.id);
}

/** When each operator takes up the release that mends it; none waits where the plan has them act at once. */
function adoptionOf({ plan: { operations }, seed, replication }: World, n: number): Micros[] {
  if (operations.adoption === null) return [];
  return drawAdoption(operations.adoption, n, createStream(seed, replication, 'operations/adoption'));
}
