/**
 * The network between the validators of one chain: regions, one-way delays, gossip overhead, loss, bandwidth, and what
 * disturbs it.
 *
 * A message's fate at one receiver is a pure function of (message key, receiver), so it does not depend on the order of
 * events, and two variants of a plan share their luck. Delays come from one quantile table per pair of regions.
 */
import type { Micros } from '#base/time';
import { SECOND } from '#base/time';
import { deriveKey, drawUint32 } from '#kernel/draw';
import { compileTable, drawFromTable, type QuantileTable } from '#kernel/quantile-table';
import type { NetworkPlan } from '../plan.js';

/** The message never arrives. */
export const LOST = -1;

/** Attempts after which the transport gives a message up. */
const RETRANSMISSIONS = 8;
/** Names of the draws of one transmission. */
const DRAW_HOP = 0x686f70;
const DRAW_TWICE = 0x647570;
const DRAW_LATE = 0x6c617465;

export interface Network {
  readonly tables: readonly QuantileTable[]; // one-way delays in µs
  readonly tableOf: Int32Array; // [from region × regions + to region]
  readonly regions: number;
  readonly regionOf: Int32Array; // by validator
  readonly hop: QuantileTable | null; // µs on top of every transmission: sleep and flush of the gossip routines
  readonly lossBelow: number; // a uint32 draw below this is lost
  readonly retransmit: Micros; // 0: a lost message stays lost
  readonly microsPerByte: number; // of one link
  readonly uplinkMicrosPerByte: number; // of all links of a node together; 0: unlimited
  readonly uplinkFree: Float64Array; // by validator: when its uplink has sent what it was given
  // by validator, what disturbs it
  readonly slowness: Float64Array; // ≥ 1: multiplies delays from and to it
  readonly side: Int32Array; // two validators hear each other iff their sides are equal
  readonly deaf: Uint8Array; // 1: hears nobody
  readonly mute: Uint8Array; // 1: is not heard
  readonly heldUntil: Float64Array; // µs: what it sends or is sent is held until then
  readonly losesBelow: Float64Array; // as `lossBelow`, for all its transmissions
  readonly doublesBelow: Float64Array; // a uint32 draw below this arrives twice
  readonly lateBelow: Float64Array; // a uint32 draw below this takes longer,
  readonly lateBy: (QuantileTable | null)[]; // by so many µs
  plain: boolean; // nothing disturbs: the fast path
}

/**
 * A network without disturbances.
 *
 * @param regionOf - region index of each validator
 */
export function createNetwork(plan: NetworkPlan, regionOf: Int32Array): Network {
  const regions = plan.regions.length;
  const n = regionOf.length;
  return {
    tables: plan.delays.map((delay) => compileTable(delay)),
    tableOf: Int32Array.from({ length: regions * regions }, (_, i) => {
      return plan.delayOf[Math.floor(i / regions)]?.[i % regions] ?? 0;
    }),
    regions,
    regionOf,
    hop: plan.hop === null ? null : compileTable(plan.hop),
    lossBelow: thresholdOf(plan.loss),
    retransmit: plan.retransmit,
    microsPerByte: SECOND / plan.bandwidth,
    uplinkMicrosPerByte: plan.uplink === 0 ? 0 : SECOND / plan.uplink,
    uplinkFree: new Float64Array(n),
    slowness: new Float64Array(n).fill(1),
    side: new Int32Array(n),
    deaf: new Uint8Array(n),
    mute: new Uint8Array(n),
    heldUntil: new Float64Array(n),
    losesBelow: new Float64Array(n),
    doublesBelow: new Float64Array(n),
    lateBelow: new Float64Array(n),
    lateBy: new Array<QuantileTable | null>(n).fill(null),
    plain: true,
  };
}

/** The uint32 draws below which an event of this probability happens. */
export function thresholdOf(probability: number): number {
  return Math.round(probability * 4_294_967_296);
}

/** The key of one message; equal keys mean equal delays to every receiver. */
export function messageKey(networkKey: number, height: number, round: number, kind: number, sender: number): number {
  return deriveKey(deriveKey(networkKey, height), (round << 16) ^ (kind << 12) ^ Math.imul(sender, 0x9e3779b1));
}

/**
 * How long one transmission takes to one receiver.
 *
 * @param key - of the delay: parts of one stream share it, since they follow each other on one connection
 * @param lossKey - of the loss
 * @param bytes - that have to pass the link before it is through
 * @param now - when it leaves
 * @returns integer µs ≥ 1, or `LOST`
 */
export function transit(
  network: Network,
  from: number,
  to: number,
  key: number,
  lossKey: number,
  bytes: number,
  now: Micros,
): Micros {
  const region = (network.regionOf[from] as number) * network.regions + (network.regionOf[to] as number);
  const table = network.tables[network.tableOf[region] as number] as QuantileTable;
  let delay = drawFromTable(table, drawUint32(key, to));
  if (network.hop !== null) delay += drawFromTable(network.hop, drawUint32(deriveKey(key, DRAW_HOP), to));
  if (!network.plain) return disturbedTransit(network, from, to, key, lossKey, bytes, now, delay);
  if (network.lossBelow > 0 && drawUint32(lossKey, ~to) < network.lossBelow) {
    const repeated = retransmissions(network, network.lossBelow, to, lossKey);
    if (repeated === LOST) return LOST;
    delay += repeated;
  }
  return Math.max(1, delay + Math.round(bytes * network.microsPerByte));
}

function disturbedTransit(
  network: Network,
  from: number,
  to: number,
  key: number,
  lossKey: number,
  bytes: number,
  now: Micros,
  undisturbed: Micros,
): Micros {
  if (network.side[from] !== network.side[to] || network.mute[from] === 1 || network.deaf[to] === 1) return LOST;
  let delay = undisturbed;
  const below = Math.max(network.lossBelow, network.losesBelow[from] as number, network.losesBelow[to] as number);
  if (below > 0 && drawUint32(lossKey, ~to) < below) {
    const repeated = retransmissions(network, below, to, lossKey);
    if (repeated === LOST) return LOST;
    delay += repeated;
  }
  delay += lateness(network, from, to, key, 0) + lateness(network, to, to, key, 1);
  const slowness = Math.max(network.slowness[from] as number, network.slowness[to] as number);
  const travel = Math.max(1, Math.round((delay + bytes * network.microsPerByte) * slowness));
  const held = Math.max(network.heldUntil[from] as number, network.heldUntil[to] as number) - now;
  return held > 0 ? held + travel : travel;
}

function lateness(network: Network, end: number, to: number, key: number, which: number): Micros {
  const below = network.lateBelow[end] as number;
  const table = network.lateBy[end] as QuantileTable | null;
  if (below === 0 || table === null) return 0;
  const own = deriveKey(key, DRAW_LATE + which);
  return drawUint32(own, ~to) < below ? drawFromTable(table, drawUint32(own, to)) : 0;
}

/** The key of a second copy that arrives as well, or null: most arrive once. */
export function secondCopy(network: Network, from: number, to: number, key: number): number | null {
  if (network.plain) return null;
  const below = Math.max(network.doublesBelow[from] as number, network.doublesBelow[to] as number);
  if (below === 0) return null;
  const own = deriveKey(key, DRAW_TWICE);
  return drawUint32(own, to) < below ? own : null;
}

/** When a node's uplink has sent `bytes` more; at once where it is unlimited. */
export function departure(network: Network, from: number, bytes: number, now: Micros): Micros {
  if (network.uplinkMicrosPerByte === 0) return now;
  const sent = Math.max(now, network.uplinkFree[from] as number) + bytes * network.uplinkMicrosPerByte;
  network.uplinkFree[from] = sent;
  return Math.round(sent);
}

/** µs until a transmission that was lost at first gets through: the transport waits twice as long each time (RFC 6298). */
function retransmissions(network: Network, below: number, to: number, key: number): Micros {
  if (network.retransmit === 0) return LOST;
  let wait = network.retransmit;
  let total = wait;
  for (let attempt = 1; attempt <= RETRANSMISSIONS; attempt += 1) {
    if (drawUint32(deriveKey(key, attempt), ~to) >= below) return total;
    wait *= 2;
    total += wait;
  }
  return LOST;
}

/** Puts one validator on a side; only equal sides hear each other. Side 0 is the common one. */
export function setSide(network: Network, validator: number, side: number): void {
  network.side[validator] = side;
  refreshPlain(network);
}

/** What disturbs one validator's transmissions, beside partitions. */
export interface Disturbance {
  readonly slowness: number; // ≥ 1
  readonly deaf: boolean;
  readonly mute: boolean;
  readonly heldUntil: Micros; // 0: nothing is held
  readonly loss: number; // probability
  readonly doubles: number; // probability
  readonly late: { readonly probability: number; readonly table: QuantileTable } | null;
}

export const UNDISTURBED: Disturbance = {
  slowness: 1,
  deaf: false,
  mute: false,
  heldUntil: 0,
  loss: 0,
  doubles: 0,
  late: null,
};

/** Sets what disturbs one validator; replaces what did before. */
export function setDisturbance(network: Network, validator: number, disturbance: Disturbance): void {
  network.slowness[validator] = disturbance.slowness;
  network.deaf[validator] = disturbance.deaf ? 1 : 0;
  network.mute[validator] = disturbance.mute ? 1 : 0;
  network.heldUntil[validator] = disturbance.heldUntil;
  network.losesBelow[validator] = thresholdOf(disturbance.loss);
  network.doublesBelow[validator] = thresholdOf(disturbance.doubles);
  network.lateBelow[validator] = disturbance.late === null ? 0 : thresholdOf(disturbance.late.probability);
  network.lateBy[validator] = disturbance.late?.table ?? null;
  refreshPlain(network);
}

/** Whether something besides partitions and slow links disturbs: no law of quiet stretches covers it. */
export function isErratic(network: Network): boolean {
  return [
    network.deaf,
    network.mute,
    network.heldUntil,
    network.losesBelow,
    network.doublesBelow,
    network.lateBelow,
  ].some((values) => values.some((value) => value !== 0));
}

function refreshPlain(network: Network): void {
  network.plain =
    network.slowness.every((factor) => factor === 1) && network.side.every((side) => side === 0) && !isErratic(network);
}
