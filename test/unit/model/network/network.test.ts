import { expect, test } from 'vitest';
import { createNetwork, LOST, messageKey, setSide, setSlowness, transit } from '#model/network/network';
import type { NetworkPlan } from '#model/plan';
import { makePlan } from '../../../fixtures/plan.js';

const regionOf = Int32Array.from([0, 1, 0, 1]);
const plan: NetworkPlan = { ...makePlan().network, loss: 0 };

/** Mean and loss of many transmissions from one validator to another. */
function sample(network: ReturnType<typeof createNetwork>, from: number, to: number, bytes = 0) {
  let sum = 0;
  let lost = 0;
  const n = 20_000;
  for (let i = 0; i < n; i += 1) {
    const delay = transit(network, from, to, messageKey(5, i, 0, 1, from), bytes);
    if (delay === LOST) lost += 1;
    else sum += delay;
  }
  return { mean: sum / (n - lost), lost: lost / n };
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
  const first = [1, 2, 3].map((to) => transit(network, 0, to, key, 100));
  const backwards = [3, 2, 1].map((to) => transit(network, 0, to, key, 100)).reverse();
  expect(backwards).toEqual(first);
});

test('partitioned sides do not hear each other, slow links take longer, and both can be undone', () => {
  const network = createNetwork(plan, regionOf);
  const key = messageKey(1, 1, 0, 1, 0);
  const before = transit(network, 0, 1, key, 300);
  setSide(network, 1, 4);
  expect(transit(network, 0, 1, key, 300)).toBe(LOST);
  expect(transit(network, 1, 0, key, 300)).toBe(LOST);
  setSide(network, 1, 0);
  setSlowness(network, 0, 3);
  expect(transit(network, 0, 1, key, 300)).toBeGreaterThan(2.9 * before);
  setSlowness(network, 0, 1);
  expect(transit(network, 0, 1, key, 300)).toBe(before);
});
