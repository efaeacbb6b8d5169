/**
 * Nodes going down and coming back, for whatever reasons: a node is up iff none holds.
 */
import type { Chain } from '../chain.js';
import { stopExporter } from '../rewards/exporter.js';
import type { Run, World } from '../world.js';
import { NODE_UP, plan } from './agenda.js';
import { startNode, stopNode } from './conditions.js';
import { settleOwed } from './migrations.js';
import { startReplay } from './replay.js';

/** Adds one reason for a node to be down. */
export function takeDown(world: World, run: Run, node: number): void {
  const reasons = run.downReasons[node] as number;
  run.downReasons[node] = reasons + 1;
  if (reasons > 0) return;
  const { exporters, journal } = run.economy;
  stopExporter(exporters, node, world.now, journal.times, journal.count);
  stopNode(run.chain, node);
}

/** Takes one reason away; the node starts when none is left, once it has done to its store what it owes. */
export function bringUp(world: World, run: Run, node: number): void {
  const reasons = run.downReasons[node] as number;
  const owed = reasons === 1 ? settleOwed(world, run, node) : 0;
  if (owed > 0) {
    plan(world, world.now + owed, NODE_UP, node, run.id); // the last reason stands until then
    return;
  }
  run.downReasons[node] = Math.max(0, reasons - 1);
  if (reasons !== 1) return;
  run.upSince[node] = world.now;
  const { provesSince } = run.chain;
  if (provesSince[node] === Number.POSITIVE_INFINITY) provesSince[node] = world.now + world.plan.proofs.warmUp;
  startNode(run.chain, node, world.now, run.mode === 'message');
  startReplay(world, run, node);
}

/** A node changes its release; where that brings other circuits, it makes its keys once it has started, and proves then. */
export function changeRelease(chain: Chain, node: number, release: 0 | 1): void {
  if (chain.release[node] === release) return;
  chain.release[node] = release;
  chain.dialectUntil[node] = 0;
  if (chain.newCircuits) chain.provesSince[node] = Number.POSITIVE_INFINITY;
}

/** Dashboards see an unplanned stop. */
export function noteStop(world: World, run: Run, node: number): void {
  run.telemetry.stops.push({ at: world.now, release: run.chain.release[node] === 1 });
}
