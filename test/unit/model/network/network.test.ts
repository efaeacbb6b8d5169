import { expect, test } from 'vitest';
import { SECOND } from '#base/time';
import { compileTable } from '#kernel/quantile-table';
import {
  createNetwork,
  type Disturbance,
  departure,
  isErratic,
  LOST,
  messageKey,
  type Network,
  secondCopy,
  setDisturbance,
  setSide,
  transit,
  UNDISTURBED,
} from '#model/network/network';
import type { NetworkPlan } from '#model/plan';
import { makePlan } from '../../../fixtures/plan.js';

const regionOf = Int32Array.from([0, 1, 0, 1]);
const plan: NetworkPlan = { ...makePlan().network, loss: 0 };
const SAMPLES = 20_000;
const LATE = 300_000;
const HOP = 40_000;
const constant = (value: number) => ({ kind: 'constant', value }) as const;

/** One transmission that leaves at `now`; its loss has the key of its delay. */
function pass(network: Network, from: number, to: number, key: number, bytes = 0, now = 0): number {
  return transit(network, from, to, key, key, bytes, now);
}

const keyOf = (i: number, from: number): number => messageKey(5, i, 0, 1, from);

/** Mean and loss of many transmissions from one validator to another. */
function sample(network: Network, from: number, to: number, bytes = 0) {
  let sum = 0;
  let lost = 0;
  for (let i = 0; i < SAMPLES; i += 1) {
    const delay = pass(network, from, to, keyOf(i, from), bytes);
    if (delay === LOST) lost += 1;
    else sum += delay;
  }
  return { mean: sum / (SAMPLES - lost), lost: lost / SAMPLES };
}

/** A network in which something disturbs validator 1. */
function disturbed(what: Partial<Disturbance>, over: Partial<NetworkPlan> = {}): Network {
  const network = createNetwork({ ...plan, ...over }, regionOf);
  setDisturbance(network, 1, { ...UNDISTURBED, ...what });
  return network;
}

test('delays follow the regions of both ends', () => {
  const network = createNetwork(plan, regionOf);
  expect(sample(network, 0, 2).mean).toBeGreaterThan(19_800);
  expect(sample(network, 0, 2).mean).toBeLessThan(20_200);
  expect(sample(network, 0, 1).mean).toBeGreaterThan(79_500);
  expect(sample(network, 0, 1).mean).toBeLessThan(80_500);
});

test('bytes take the time that the bandwidth gives them', () => {
  const network = createNetwork(plan, regionOf);
  const more = sample(network, 0, 2, 12_500_000).mean - sample(network, 0, 2).mean;
  expect(more).toBeCloseTo(100_000, 0);
});

test('every transmission takes the time of a hop on top', () => {
  const plain = createNetwork(plan, regionOf);
  const gossip = createNetwork({ ...plan, hop: constant(HOP) }, regionOf);
  for (const key of [1, 2, 3]) expect(pass(gossip, 0, 1, key)).toBe(pass(plain, 0, 1, key) + HOP);
  const slow = createNetwork({ ...plan, hop: constant(HOP) }, regionOf);
  setDisturbance(slow, 1, { ...UNDISTURBED, slowness: 2 });
  expect(pass(slow, 0, 1, 1)).toBe(2 * (pass(plain, 0, 1, 1) + HOP));
});

test('without repair a share of the messages never arrives; with it they arrive late', () => {
  const datagrams = createNetwork({ ...plan, loss: 0.1, retransmit: 0 }, regionOf);
  expect(sample(datagrams, 0, 2).lost).toBeGreaterThan(0.09);
  expect(sample(datagrams, 0, 2).lost).toBeLessThan(0.11);
  const stream = createNetwork({ ...plan, loss: 0.1, retransmit: 200_000 }, regionOf);
  const { lost, mean } = sample(stream, 0, 2);
  expect(lost).toBe(0);
  // one loss 200 ms, two 600 ms, three 1.4 s …: Σ 0.1^k · 0.9 · (2^k − 1) · 200 ms = 25 ms
  expect(mean - 20_000).toBeGreaterThan(22_000);
  expect(mean - 20_000).toBeLessThan(28_000);
});

test('a message has one fate at each receiver, whatever else happens', () => {
  const network = createNetwork({ ...plan, loss: 0.5, retransmit: 0 }, regionOf);
  const key = messageKey(1, 2, 3, 1, 0);
  const first = [1, 2, 3].map((to) => pass(network, 0, to, key, 100));
  const backwards = [3, 2, 1].map((to) => pass(network, 0, to, key, 100)).reverse();
  expect(backwards).toEqual(first);
});

test('parts of one stream share their delay and are lost each for itself', () => {
  const network = createNetwork({ ...plan, loss: 0.5, retransmit: 0 }, regionOf);
  const fates = Array.from({ length: 100 }, (_, part) => transit(network, 0, 1, 77, keyOf(part, 0), 0, 0));
  expect(new Set(fates.filter((fate) => fate !== LOST)).size).toBe(1);
  expect(fates.filter((fate) => fate === LOST).length).toBeGreaterThan(25);
  expect(fates.filter((fate) => fate === LOST).length).toBeLessThan(75);
});

test('partitioned sides do not hear each other, slow links take longer, and both can be undone', () => {
  const network = createNetwork(plan, regionOf);
  const key = messageKey(1, 1, 0, 1, 0);
  const before = pass(network, 0, 1, key, 300);
  setSide(network, 1, 4);
  expect(pass(network, 0, 1, key, 300)).toBe(LOST);
  expect(pass(network, 1, 0, key, 300)).toBe(LOST);
  expect(pass(network, 0, 2, key, 300)).not.toBe(LOST);
  setSide(network, 1, 0);
  setDisturbance(network, 0, { ...UNDISTURBED, slowness: 3 });
  expect(pass(network, 0, 1, key, 300)).toBeGreaterThan(2.9 * before);
  setDisturbance(network, 0, UNDISTURBED);
  expect(pass(network, 0, 1, key, 300)).toBe(before);
  expect(network.plain).toBe(true);
});

test('a deaf validator is heard and hears nobody', () => {
  const network = disturbed({ deaf: true });
  expect(pass(network, 0, 1, 9)).toBe(LOST);
  expect(pass(network, 1, 0, 9)).not.toBe(LOST);
  expect(pass(network, 0, 2, 9)).not.toBe(LOST);
});

test('a mute validator hears and is not heard', () => {
  const network = disturbed({ mute: true });
  expect(pass(network, 1, 0, 9)).toBe(LOST);
  expect(pass(network, 0, 1, 9)).not.toBe(LOST);
});

test('what is held travels when it is released, in both directions, and is not held afterwards', () => {
  const network = disturbed({ heldUntil: 10 * SECOND });
  const travel = pass(createNetwork(plan, regionOf), 0, 1, 9);
  expect(pass(network, 0, 1, 9, 0, 4 * SECOND)).toBe(6 * SECOND + travel);
  expect(pass(network, 1, 0, 9, 0, 4 * SECOND)).toBeGreaterThan(6 * SECOND);
  expect(pass(network, 0, 1, 9, 0, 10 * SECOND)).toBe(travel);
  expect(pass(network, 0, 2, 9, 0, 4 * SECOND)).toBeLessThan(SECOND);
});

test('loss at one end concerns what it sends and what it is sent, and nobody else', () => {
  const network = disturbed({ loss: 0.5 }, { retransmit: 0 });
  for (const [from, to] of [
    [0, 1],
    [1, 0],
  ] as const) {
    expect(sample(network, from, to).lost).toBeGreaterThan(0.48);
    expect(sample(network, from, to).lost).toBeLessThan(0.52);
  }
  expect(sample(network, 0, 2).lost).toBe(0);
  expect(sample(disturbed({ loss: 1 }, { retransmit: 0 }), 0, 1).lost).toBe(1);
  expect(sample(disturbed({ loss: 0.5 }), 0, 1).lost).toBeLessThan(0.01); // 2^−9: the transport repeats
});

test('of two probabilities of loss the greater counts', () => {
  const network = disturbed({ loss: 0.2 }, { loss: 0.5, retransmit: 0 });
  expect(sample(network, 0, 1).lost).toBeGreaterThan(0.48);
  expect(sample(network, 0, 1).lost).toBeLessThan(0.52);
});

test('a share of the messages of either end arrives twice, with luck of its own', () => {
  const network = disturbed({ doubles: 0.25 });
  const copies = Array.from({ length: SAMPLES }, (_, i) => secondCopy(network, 0, 1, keyOf(i, 0)));
  const doubled = copies.filter((copy) => copy !== null).length / SAMPLES;
  expect(doubled).toBeGreaterThan(0.23);
  expect(doubled).toBeLessThan(0.27);
  const back = Array.from({ length: 100 }, (_, i) => secondCopy(network, 1, 0, keyOf(i, 1)));
  expect(back.some((copy) => copy !== null)).toBe(true);
  const again = copies.findIndex((copy) => copy !== null);
  expect(pass(network, 0, 1, copies[again] as number)).not.toBe(pass(network, 0, 1, keyOf(again, 0)));
  expect(secondCopy(network, 0, 2, keyOf(again, 0))).toBeNull();
  expect(secondCopy(createNetwork(plan, regionOf), 0, 1, keyOf(again, 0))).toBeNull();
  expect(secondCopy(disturbed({ doubles: 1 }), 0, 1, 3)).not.toBeNull();
});

test('a share of the messages is late, and both ends add to it', () => {
  const late = { probability: 0.5, table: compileTable(constant(LATE)) };
  const network = disturbed({ late });
  const plain = createNetwork(plan, regionOf);
  const delays = Array.from({ length: 2000 }, (_, i) => pass(network, 0, 1, i) - pass(plain, 0, 1, i));
  expect(new Set(delays)).toEqual(new Set([0, LATE]));
  expect(delays.filter((delay) => delay > 0).length).toBeGreaterThan(900);
  expect(delays.filter((delay) => delay > 0).length).toBeLessThan(1100);
  setDisturbance(network, 0, { ...UNDISTURBED, late });
  const both = Array.from({ length: 2000 }, (_, i) => pass(network, 0, 1, i) - pass(plain, 0, 1, i));
  expect(new Set(both)).toEqual(new Set([0, LATE, 2 * LATE]));
});

test('an uplink sends one message after another and is free when it has sent them', () => {
  const network = createNetwork({ ...plan, uplink: 1_000_000 }, regionOf);
  expect(departure(network, 0, 500_000, 0)).toBe(SECOND / 2);
  expect(departure(network, 0, 500_000, 0)).toBe(SECOND);
  expect(departure(network, 1, 500_000, 0)).toBe(SECOND / 2); // each node has its own
  expect(departure(network, 0, 500_000, 5 * SECOND)).toBe(5 * SECOND + SECOND / 2);
  const unlimited = createNetwork(plan, regionOf);
  expect(departure(unlimited, 0, 500_000, 7)).toBe(7);
  expect(departure(unlimited, 0, 500_000, 7)).toBe(7);
});

test('slow links and partitions are laws of quiet stretches, all else is erratic', () => {
  const network = disturbed({ slowness: 4 });
  setSide(network, 2, 1);
  expect([isErratic(network), network.plain]).toEqual([false, false]);
  const erratic: Partial<Disturbance>[] = [
    { deaf: true },
    { mute: true },
    { heldUntil: 1 },
    { loss: 0.1 },
    { doubles: 0.1 },
    { late: { probability: 0.1, table: compileTable(constant(1)) } },
  ];
  for (const what of erratic) {
    expect([isErratic(disturbed(what)), disturbed(what).plain], Object.keys(what)[0]).toEqual([true, false]);
  }
});
