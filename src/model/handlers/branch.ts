/**
 * Branches of a replication: copies that share all that has happened and go on with luck of their own.
 *
 * A branch takes the streams and keys of another replication number, under the names they have. Whatever is drawn when
 * it is needed is fresh from then on: faults, delays, proving, laws, committees to be elected. What was drawn ahead
 * is part of the state and stays, such as when a node comes back, or what is in flight; so is what the nodes of a height
 * under way have drawn for it, but what they have yet to draw for it is new. Waiting times without memory are drawn
 * anew: the next start of a random fault, the block at which a defect shows. That changes no law, and clones part sooner.
 */
import { createEventQueue, popEvent, pushEvent } from '#kernel/queue';
import { createStream, type Stream, streamKey } from '#kernel/stream';
import type { FaultPlan } from '../plan.js';
import { rekeyWork } from '../proofs/work.js';
import type { Run, World } from '../world.js';
import { FAULT_START } from './agenda.js';
import { repeatHeight } from './consensus.js';
import { redrawDefects, scheduleNext } from './faults.js';

/** A copy that shares nothing with the original and goes on as it would. */
export function copyWorld(world: World): World {
  return structuredClone(world);
}

/**
 * Gives a world the luck of another replication, from now on.
 *
 * @param replication - number whose streams it takes, integer ≥ 0; chains that come into use later take them too
 */
export function rekeyWorld(world: World, replication: number): void {
  const { seed, plan } = world;
  const renew = (stream: Stream, name: string): void => {
    Object.assign(stream, createStream(seed, replication, name));
  };
  Object.assign(world, { replication });
  renew(world.operations, 'operations');
  plan.faults.forEach(({ name }, i) => {
    renew(world.faultStreams[i] as Stream, `fault/${name}`);
  });
  for (const { fault, stream } of world.defects) renew(stream, `defect/${(plan.faults[fault] as FaultPlan).name}`);
  for (const run of world.runs) rekeyRun(run, seed, replication);
  redrawStarts(world);
  redrawDefects(world);
}

function rekeyRun(run: Run, seed: string, replication: number): void {
  const { chain } = run;
  repeatHeight(chain); // while its draws are what they were
  const key = (part: string): number => streamKey(seed, replication, `chain/${chain.name}/${part}`);
  Object.assign(run.justiceStream, createStream(seed, replication, `chain/${chain.name}/justice`));
  Object.assign(run, { feeKey: key('fees'), lawKey: key('law') });
  Object.assign(run.replays, { key: key('replay') });
  Object.assign(run.store, { key: key('storage') });
  Object.assign(chain, { networkKey: key('network'), nodeKey: key('node'), committeeKey: key('vrf') });
  rekeyWork(run.work, key('prove'));
}

/** Draws anew when faults of a random rate come next; everything else on the agenda keeps its time and its order. */
function redrawStarts(world: World): void {
  const before = world.agenda;
  const after = createEventQueue();
  while (popEvent(before)) {
    if (before.kind === FAULT_START && isMemoryless(world, before.target)) continue;
    pushEvent(after, before.time, before.priority, before.kind, before.target, before.data);
  }
  Object.assign(world, { agenda: after });
  world.plan.faults.forEach((_, index) => {
    if (isMemoryless(world, index)) scheduleNext(world, index);
  });
}

function isMemoryless(world: World, index: number): boolean {
  const { kind, trigger } = world.plan.faults[index] as FaultPlan;
  return kind !== 'bad-release' && trigger.kind === 'rate' && !trigger.regular;
}
