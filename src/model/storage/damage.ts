/**
 * What a stop does to the store of a node, and how long people take to mend it.
 *
 * Every kind of damage has a draw of its own, a pure function of (key, index): a plan with another probability of one
 * kind leaves the others as they were. Source: blueprint.md section 12.
 */
import { unreachable } from '#base/assert';
import type { Micros } from '#base/time';
import { type Distribution, quantileOf, roundDraw } from '#kernel/distribution';
import { deriveKey, drawUint32 } from '#kernel/draw';
import type { StorageFault } from '../plan.js';
import type { DamagePlan } from '../storage-plan.js';

export interface StoreDamage {
  readonly tornTail: boolean; // the newest commit was begun and not finished
  readonly corruptLog: boolean; // its record is shorter than its length says
  readonly badSnapshot: boolean; // the newest snapshot does not replay to its root
  readonly badPruningProof: boolean; // an envelope does not verify
}

export const NO_DAMAGE: StoreDamage = {
  tornTail: false,
  corruptLog: false,
  badSnapshot: false,
  badPruningProof: false,
};

/** What people need for each of the two things a recovery gives up on. */
export interface MendingTimes {
  readonly store: Micros; // a root that does not match
  readonly pruning: Micros; // a pruning proof that does not verify
}

const RANGE_32 = 4_294_967_296;
const DRAW_STORE = 4;
const DRAW_PRUNING = 5;

/**
 * What one stop damages.
 *
 * @param key - int32, of the node or the fault
 * @param index - number of the stop
 */
export function drawDamage(plan: DamagePlan, key: number, index: number): StoreDamage {
  const own = deriveKey(key, index);
  return {
    tornTail: drawUint32(own, 0) < plan.tornTail * RANGE_32,
    corruptLog: drawUint32(own, 1) < plan.corruptLog * RANGE_32,
    badSnapshot: drawUint32(own, 2) < plan.badSnapshot * RANGE_32,
    badPruningProof: drawUint32(own, 3) < plan.badPruningProof * RANGE_32,
  };
}

/**
 * How long people would take over this stop, whether they are needed or not.
 *
 * @param repair - law of µs, `repair` of the plan
 * @param key - as for `drawDamage`; the draws are apart from the damage's
 */
export function drawMending(repair: Distribution, key: number, index: number): MendingTimes {
  const own = deriveKey(key, index);
  return { store: drawTime(repair, own, DRAW_STORE), pruning: drawTime(repair, own, DRAW_PRUNING) };
}

/** The damage that a fault of the scenario stands for; a fault of the backups damages no node. */
export function damageOf(what: StorageFault['what']): StoreDamage {
  switch (what) {
    case 'stop':
    case 'backup':
      return NO_DAMAGE;
    case 'torn-tail':
      return { ...NO_DAMAGE, tornTail: true };
    case 'corrupt-log':
      return { ...NO_DAMAGE, corruptLog: true };
    case 'bad-snapshot':
      return { ...NO_DAMAGE, corruptLog: true, badSnapshot: true };
    case 'bad-pruning-proof':
      return { ...NO_DAMAGE, badPruningProof: true };
    default:
      return unreachable(what);
  }
}

/** All that either of the two damages. */
export function joinDamage(one: StoreDamage, other: StoreDamage): StoreDamage {
  return {
    tornTail: one.tornTail || other.tornTail,
    corruptLog: one.corruptLog || other.corruptLog,
    badSnapshot: one.badSnapshot || other.badSnapshot,
    badPruningProof: one.badPruningProof || other.badPruningProof,
  };
}

function drawTime(law: Distribution, key: number, index: number): Micros {
  return roundDraw(quantileOf(law, (drawUint32(key, index) + 0.5) / RANGE_32));
}
