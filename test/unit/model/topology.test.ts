import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStream } from '#kernel/stream';
import { createTopology, diameterOf, meanDegree, type Topology } from '#model/network/topology';
import type { OverlayKind, TopologyPlan } from '#model/plan';

const KINDS: readonly OverlayKind[] = ['random-regular', 'small-world', 'scale-free', 'ring', 'erdos-renyi'];
const planOf = (kind: OverlayKind, degree: number, rewire = 0.2): TopologyPlan => {
  return { kind, degree, rewire, eager: 3, heartbeat: 1_000 };
};
const draw = (plan: TopologyPlan, n: number, seed = 'topology'): Topology => {
  return createTopology(plan, n, createStream(seed, 0, 'overlay')) as Topology;
};
const degreesOf = (topology: Topology) => topology.peers.map((peers) => peers.length);

const overlay = fc.record({
  kind: fc.constantFrom(...KINDS),
  n: fc.integer({ min: 1, max: 40 }),
  degree: fc.integer({ min: 0, max: 42 }),
  rewire: fc.constantFrom(0, 0.1, 1),
  seed: fc.string(),
});

test('every overlay is symmetric, simple and connected, its neighbours in order, from one node up', () => {
  fc.assert(
    fc.property(overlay, ({ kind, n, degree, rewire, seed }) => {
      const topology = draw(planOf(kind, degree, rewire), n, seed);
      expect(topology.peers).toHaveLength(n);
      const faults: string[] = [];
      for (const [node, peers] of topology.peers.entries()) {
        for (const [i, peer] of peers.entries()) {
          if (peer === node) faults.push(`${node} is its own neighbour`);
          if (i > 0 && peer <= (peers[i - 1] as number)) faults.push(`${node} has ${peer} out of order or twice`);
          if (topology.peers[peer]?.includes(node) !== true) faults.push(`${node} has ${peer}, which does not have it`);
        }
      }
      expect(faults).toEqual([]);
      const reached = new Set([0]);
      for (const node of reached) for (const peer of topology.peers[node] as Int32Array) reached.add(peer);
      expect(reached.size).toBe(n);
    }),
    { numRuns: 400 },
  );
});

test('the same stream gives the same graph, another one another', () => {
  fc.assert(
    fc.property(overlay, ({ kind, n, degree, rewire, seed }) => {
      const plan = planOf(kind, degree, rewire);
      expect(draw(plan, n, seed)).toEqual(draw(plan, n, seed));
    }),
  );
  for (const kind of KINDS.filter((kind) => kind !== 'ring')) {
    expect(draw(planOf(kind, 6), 60, 'a')).not.toEqual(draw(planOf(kind, 6), 60, 'b'));
  }
});

test('in a random regular graph all have the degree asked for, one of them one less where n × degree is odd', () => {
  for (let n = 3; n <= 17; n += 1) {
    for (let degree = 2; degree <= n; degree += 1) {
      for (const seed of ['a', 'b', 'c']) {
        const wanted = Math.min(degree, n - 1);
        const expected = new Array<number>(n).fill(wanted);
        if ((n * wanted) % 2 === 1) expected[0] = wanted - 1;
        expect(degreesOf(draw(planOf('random-regular', degree), n, seed)).sort((a, b) => a - b)).toEqual(expected);
      }
    }
  }
  for (let i = 0; i < 8_000; i += 1) draw(planOf('random-regular', 2), 5, `${i}`); // ends, also where all pairs are loops
  expect(new Set(degreesOf(draw(planOf('random-regular', 2), 101)))).toEqual(new Set([2])); // one cycle, not several
});

test('every graph on four nodes of degree two is as likely as the others', () => {
  const counts = new Map<string, number>();
  const draws = 3_000;
  for (let i = 0; i < draws; i += 1) {
    const key = draw(planOf('random-regular', 2), 4, `${i}`).peers.join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(3);
  for (const count of counts.values()) expect(Math.abs(count - draws / 3)).toBeLessThan(4 * Math.sqrt(draws * (2 / 9)));
});

test('the mean degree is the one asked for', () => {
  const mean = (kind: OverlayKind, degree: number, n: number) => meanDegree(draw(planOf(kind, degree), n));
  for (const degree of [2, 3, 4, 7]) {
    expect(mean('ring', degree, 100)).toBe(degree);
    expect(mean('small-world', degree, 100)).toBeCloseTo(degree, degree === 2 ? 0 : 1);
  }
  expect(mean('erdos-renyi', 8, 600)).toBeGreaterThan(8 - 4 * Math.sqrt((2 * 8) / 600));
  expect(mean('erdos-renyi', 8, 600)).toBeLessThan(8 + 4 * Math.sqrt((2 * 8) / 600));
  expect(mean('scale-free', 8, 600)).toBe((2 * (10 + 4 * 595)) / 600); // five all linked, four links for each newcomer
});

test('a ring has neighbours on both sides; shortcuts make a small world of it; hubs make the rest smaller still', () => {
  expect(draw(planOf('ring', 2), 5).peers.map((peers) => [...peers])).toEqual([
    [1, 4],
    [0, 2],
    [1, 3],
    [2, 4],
    [0, 3],
  ]);
  const ring = draw(planOf('ring', 4), 200);
  expect(diameterOf(ring)).toBe(50);
  expect(diameterOf(draw(planOf('small-world', 4, 0), 200))).toBe(50);
  expect(draw(planOf('small-world', 4, 0), 200)).toEqual(ring);
  expect(diameterOf(draw(planOf('small-world', 4, 0.2), 200))).toBeLessThan(15);
  const hubs = degreesOf(draw(planOf('scale-free', 4), 400));
  expect(Math.max(...hubs)).toBeGreaterThan(20);
  expect(Math.min(...hubs)).toBe(2);
});

test('where everybody is to have as many neighbours as there are, the graph is complete; a mesh needs none', () => {
  for (const kind of KINDS) {
    for (const n of [1, 2, 3, 6]) {
      const topology = draw(planOf(kind, 8), n);
      expect(degreesOf(topology)).toEqual(new Array(n).fill(n - 1));
      expect(diameterOf(topology)).toBe(n === 1 ? 0 : 1);
    }
  }
  expect(createTopology({ kind: 'mesh' }, 4, createStream('topology', 0, 'overlay'))).toBeNull();
});
