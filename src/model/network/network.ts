/**
 * The network between the validators of one chain: regions, one-way delays, loss, bandwidth, slow links, partitions.
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

export interface Network {
  readonly tables: readonly QuantileTable[]; // one-way delays in µs
  readonly tableOf: Int32Array; // [from region × regions + to region]
  readonly regions: number;
  readonly regionOf: Int32Array; // by validator
  readonly lossBelow: number; // a uint32 draw below this is lost
  readonly retransmit: Micros; // 0: a lost message stays lost
  readonly microsPerByte: number;
  readonly slowness: Float64Array; // by validator, ≥ 1: multiplies delays from and to it
  readonly side: Int32Array; // by validator; two validators hear each other iff their sides are equal
  plain: boolean; // no slow link, no partition: the fast path
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
    lossBelow: Math.round(plan.loss * 4_294_967_296),
    retransmit: plan.retransmit,
    microsPerByte: SECOND / plan.bandwidth,
    slowness: new Float64Array(n).fill(1),
    side: new Int32Array(n),
    plain: true,
  };
}

/** The key of one transmission; equal keys mean equal delays to every receiver. */
export function messageKey(networkKey: number, height: number, round: number, kind: number, sender: number): number {
  return deriveKey(deriveKey(networkKey, height), (round << 16) ^ (kind << 12) ^ Math.imul(sender, 0x9e3779b1));
}

/**
 * How long one message takes to one receiver.
 *
 * @returns integer µs ≥ 1, or `LOST`
 */
export function transit(network: Network, from: number, to: number, key: number, bytes: number): Micros {
  let repeated = 0;
  if (network.lossBelow > 0 && drawUint32(key, ~to) < network.lossBelow) {
    repeated = retransmissions(network, to, key);
    if (repeated === LOST) return LOST;
  }
  const region = (network.regionOf[from] as number) * network.regions + (network.regionOf[to] as number);
  const table = network.tables[network.tableOf[region] as number] as QuantileTable;
  const delay = drawFromTable(table, drawUint32(key, to)) + repeated;
  if (network.plain) return Math.max(1, delay + Math.round(bytes * network.microsPerByte));
  if (network.side[from] !== network.side[to]) return LOST;
  const slowness = Math.max(network.slowness[from] as number, network.slowness[to] as number);
  return Math.max(1, Math.round((delay + bytes * network.microsPerByte) * slowness));
}

/** µs until a transmission that was lost at first gets through: the transport waits twice as long each time (RFC 6298). */
function retransmissions(network: Network, to: number, key: number): Micros {
  if (network.retransmit === 0) return LOST;
  let wait = network.retransmit;
  let total = wait;
  for (let attempt = 1; attempt <= RETRANSMISSIONS; attempt += 1) {
    if (drawUint32(deriveKey(key, attempt), ~to) >= network.lossBelow) return total;
    wait *= 2;
    total += wait;
  }
  return LOST;
}

/** Multiplies the delays of one validator's links; 1 undoes it. */
export function setSlowness(network: Network, validator: number, factor: number): void {
  network.slowness[validator] = factor;
  refreshPlain(network);
}

/** Puts one validator on a side; only equal sides hear each other. Side 0 is the common one. */
export function setSide(network: Network, validator: number, side: number): void {
  network.side[validator] = side;
  refreshPlain(network);
}

function refreshPlain(network: Network): void {
  network.plain = network.slowness.every((factor) => factor === 1) && network.side.every((side) => side === 0);
}
