/**
 * Migrations of the stored format: rehearsed on copies before a gate is switched on, made by each node as it starts.
 */
import type { Micros } from '#base/time';
import { deriveKey } from '#kernel/draw';
import { createStream } from '#kernel/stream';
import { createContent } from '../migration/content.js';
import { type MigrationRehearsal, migrateOn, migrationTime, rehearse, soundChecksums } from '../migration/migration.js';
import type { GatePhasePlan } from '../plan.js';
import { storeBytes } from '../storage/snapshot.js';
import type { MigrationPlan } from '../storage-plan.js';
import type { Migrated, Run, World } from '../world.js';
import { lacksEvidence } from './evidence.js';
import { note } from './timeline.js';

/** What an undoing is put down to whose reason is a migration. */
export const MIGRATION = 'migration';

/**
 * Prepares a gate's migration: on two copies, with the checksums of every column family compared, if the plan has it
 * rehearsed.
 *
 * @returns what stands against it, in words; null if nothing is known to
 */
export function prepareMigration(world: World, run: Run, phase: GatePhasePlan): string | null {
  const { migration } = phase;
  if (migration === null || run.store.migrations.some((known) => known.phase === phase.name)) return null;
  const { seed, replication, now } = world;
  const lane = `chain/${run.chain.name}/migration/${phase.name}`;
  const contents = migration.families.map((family) => {
    return createContent(family, migration.records, createStream(seed, 0, `${lane}/${family}`));
  });
  const key = deriveKey(deriveKey(run.store.key, replication), run.store.migrations.length);
  const sound = soundChecksums(migration, contents);
  const checksums = [sound.join(' ')];
  run.store.migrations.push({ phase: phase.name, plan: migration, contents, key, sound, checksums, nodes: new Set() });
  if (!migration.rehearsed || lacksEvidence(world, 'migration-rehearsal')) {
    note(world, 'migration', phase.name, 'not rehearsed');
    return null;
  }
  const time = migrationTime(migration, storeBytes(world.plan.storage, run.chain.tip, run.store.pruning.pruned));
  const words = describe(rehearse(migration, contents, key, [now, now + time]));
  note(world, 'migration', phase.name, words ?? 'two copies agree in every checksum');
  return words;
}

function describe({ families }: MigrationRehearsal): string | null {
  const bad = families.filter(({ reproducible }) => !reproducible);
  if (bad.length === 0) return null;
  return bad.map(({ family, differing }) => `${family}: ${differing} records differ between two copies`).join('; ');
}

/**
 * A node starts with a gate in its configuration: it migrates, if the gate asks for it. Nodes that got another checksum
 * compute another state once the gate is active.
 *
 * @returns µs it takes
 */
export function migrateNode(world: World, run: Run, node: number, phase: GatePhasePlan, gate: number): Micros {
  const migrated = run.store.migrations.find((known) => known.phase === phase.name);
  if (migrated === undefined || migrated.nodes.has(node)) return 0;
  migrated.nodes.add(node);
  const { chain } = run;
  const order = checksumOf(migrated, node, world.now);
  if (order > 0) {
    chain.drift[node] = driftOf(world, gate, order);
    chain.driftGate[node] = gate;
  }
  return migrationTime(migrated.plan, storeBytes(world.plan.storage, chain.tip, run.store.pruning.pruned));
}

/** Which of the checksums seen so far a node got, a new one included; 0 is that of a sound migration. */
function checksumOf(migrated: Migrated, node: number, startedAt: Micros): number {
  const { plan, contents, key, sound, checksums } = migrated;
  if (plan.defect === 'none') return 0;
  const found = migrateOn(plan, contents, sound, { key: deriveKey(key, node + 1), startedAt }).join(' ');
  const known = checksums.indexOf(found);
  if (known >= 0) return known;
  checksums.push(found);
  return checksums.length - 1;
}

/** Numbers of drifts beyond those of the faults, one for each gate and checksum. */
function driftOf(world: World, gate: number, order: number): number {
  return world.plan.faults.length + 1 + gate * 4096 + order;
}

/** A node that is down is configured with a gate: it migrates when it starts. */
export function oweMigration(run: Run, node: number, gate: number): void {
  const { gates = [], reversal = 0 } = run.store.owed.get(node) ?? {};
  if (!gates.includes(gate)) run.store.owed.set(node, { gates: [...gates, gate], reversal });
}

/** A node that is down is configured with the previous release: it reverses its migrations when it starts. */
export function oweReversal(world: World, run: Run, node: number): void {
  const reversal = reversalTime(world, run, node) + (run.store.owed.get(node)?.reversal ?? 0);
  forgetMigrations(world, run, node);
  if (reversal > 0) run.store.owed.set(node, { gates: [], reversal });
}

/**
 * A node that was down when its configuration changed starts: it does to its store what the others did as they
 * restarted.
 *
 * @returns µs it takes
 */
export function settleOwed(world: World, run: Run, node: number): Micros {
  const owed = run.store.owed.get(node);
  if (owed === undefined) return 0;
  run.store.owed.delete(node);
  return owed.gates.reduce((time, gate) => {
    return time + migrateNode(world, run, node, world.plan.gates[gate] as GatePhasePlan, gate);
  }, owed.reversal);
}

/** A node goes back: what its migrations did to its state no longer matters, and those it has not made it need not make. */
export function forgetMigrations(world: World, run: Run, node: number): void {
  run.store.owed.delete(node);
  if ((run.chain.drift[node] as number) > world.plan.faults.length) run.chain.drift[node] = 0;
  for (const { nodes } of run.store.migrations) nodes.delete(node);
}

/** µs that a node needs to reverse its migrations before the previous release starts. */
export function reversalTime(world: World, run: Run, node: number): Micros {
  const bytes = storeBytes(world.plan.storage, run.chain.tip, run.store.pruning.pruned);
  return run.store.migrations.reduce((time, { nodes, plan }) => {
    return nodes.has(node) && plan.reversible ? time + migrationTime(plan, bytes) : time;
  }, 0);
}

/** The first gate phase with a migration that has no way back and that some node has been through; null for none. */
export function irreversiblePhase(run: Run): string | null {
  return run.store.migrations.find(isIrreversible)?.phase ?? null;
}

/** Migrations without a way back that the content of a chain's stores has been through. */
export function formatOf(run: Run): number {
  return run.store.migrations.filter(isIrreversible).length;
}

function isIrreversible({ plan, nodes }: { readonly plan: MigrationPlan; readonly nodes: Set<number> }): boolean {
  return !plan.reversible && nodes.size > 0;
}
