/**
 * Overlays: who is connected to whom where not everybody hears everybody.
 *
 * Every overlay is simple (no self loops, no double links), symmetric and connected: a component left apart is joined to
 * the rest by a link between drawn members, or, in a regular graph, by exchanging the ends of one link of each, which
 * keeps all degrees. Where a node is to have n − 1 neighbours or more, the graph is complete. The same stream gives the
 * same graph.
 */
import { assert, unreachable } from '#base/assert';
import { nextBelow, nextUnit, type Stream } from '#kernel/stream';
import type { TopologyPlan } from '../plan.js';

export interface Topology {
  readonly peers: readonly Int32Array[]; // by node: its neighbours, ascending
}

/** Neighbours of each node while the graph is built. */
type Links = Set<number>[];

/** Exchanges tried for each pair, or each node, of a regular graph. */
const EXCHANGES = 64;

/**
 * Draws the overlay of a plan.
 *
 * @param n - nodes, integer ≥ 1
 * @returns null for `mesh`, where everybody is connected to everybody
 */
export function createTopology(plan: TopologyPlan, n: number, stream: Stream): Topology | null {
  if (plan.kind === 'mesh') return null;
  assert(Number.isSafeInteger(n) && n >= 1, `an overlay has ${n} nodes, at least one`);
  assert(plan.degree >= 0, `degree ${plan.degree} of an overlay is not negative`);
  const links = drawLinks(plan, n, stream);
  joinComponents(links, stream);
  return { peers: links.map((peers) => Int32Array.from(peers).sort()) };
}

/** Links of a node, on average. */
export function meanDegree(topology: Topology): number {
  return topology.peers.reduce((sum, peers) => sum + peers.length, 0) / topology.peers.length;
}

/** Links on the longest of the shortest paths between two nodes; one breadth-first search for each node. */
export function diameterOf(topology: Topology): number {
  const { peers } = topology;
  const distance = new Int32Array(peers.length);
  const queue = new Int32Array(peers.length);
  let longest = 0;
  for (let from = 0; from < peers.length; from += 1) {
    distance.fill(-1);
    distance[from] = 0;
    queue[0] = from;
    let end = 1;
    for (let head = 0; head < end; head += 1) {
      const node = queue[head] as number;
      for (const peer of peers[node] as Int32Array) {
        if (distance[peer] !== -1) continue;
        distance[peer] = (distance[node] as number) + 1;
        queue[end] = peer;
        end += 1;
      }
    }
    longest = Math.max(longest, distance[queue[end - 1] as number] as number);
  }
  return longest;
}

function drawLinks(plan: Exclude<TopologyPlan, { kind: 'mesh' }>, n: number, stream: Stream): Links {
  const degree = Math.round(plan.degree);
  if (degree >= n - 1) return complete(n);
  switch (plan.kind) {
    case 'random-regular':
      return randomRegular(n, degree, stream);
    case 'small-world':
      return smallWorld(n, degree, plan.rewire, stream);
    case 'scale-free':
      return scaleFree(n, Math.max(1, Math.round(plan.degree / 2)), stream);
    case 'ring':
      return ring(n, degree);
    case 'erdos-renyi':
      return erdosRenyi(n, plan.degree / (n - 1), stream);
    default:
      return unreachable(plan.kind);
  }
}

function unlinked(n: number): Links {
  return Array.from({ length: n }, () => new Set<number>());
}

function peersOf(links: Links, node: number): Set<number> {
  return links[node] as Set<number>;
}

/** Adds a link; false if it is there or would be a self loop. */
function link(links: Links, a: number, b: number): boolean {
  if (a === b || peersOf(links, a).has(b)) return false;
  peersOf(links, a).add(b);
  peersOf(links, b).add(a);
  return true;
}

function unlink(links: Links, a: number, b: number): void {
  peersOf(links, a).delete(b);
  peersOf(links, b).delete(a);
}

function complete(n: number): Links {
  const links = unlinked(n);
  for (let a = 0; a < n; a += 1) for (let b = a + 1; b < n; b += 1) link(links, a, b);
  return links;
}

/**
 * A graph in which every node has `degree` links; where n × degree is odd, one drawn node has one less. A dense one is
 * the complement of a sparse one.
 */
function randomRegular(n: number, degree: number, stream: Stream): Links {
  const dense = 2 * degree > n - 1;
  const stubs = new Int32Array(n).fill(dense ? n - 1 - degree : degree);
  if ((n * degree) % 2 === 1) {
    const odd = nextBelow(stream, n);
    stubs[odd] = (stubs[odd] as number) + (dense ? 1 : -1);
  }
  const links = pairStubs(stubs, stream);
  if (dense) {
    const sparse = links.map((peers) => new Set(peers));
    for (const [node, peers] of sparse.entries()) {
      peersOf(links, node).clear();
      for (let other = 0; other < n; other += 1) {
        if (other !== node && !peers.has(other)) peersOf(links, node).add(other);
      }
    }
  }
  if (degree >= 2) exchangeUntilConnected(links, stream);
  return links;
}

/**
 * The pairing model: ends of links are paired at random, and a pair that is a self loop or a double link exchanges an end
 * with another drawn pair. Where no pair helps, as when all are self loops, the pairs are drawn anew.
 *
 * Sources: Bollobás 1980, "A probabilistic proof of an asymptotic formula for the number of labelled regular graphs";
 * McKay & Wormald 1990, "Uniform generation of random regular graphs of moderate degree" (the switchings).
 */
function pairStubs(stubs: Int32Array, stream: Stream): Links {
  const ends: number[] = [];
  for (const [node, count] of stubs.entries()) for (let i = 0; i < count; i += 1) ends.push(node);
  while (true) {
    for (let i = ends.length - 1; i > 0; i -= 1) swap(ends, i, nextBelow(stream, i + 1));
    const links = repairPairs(ends, stubs.length, stream);
    if (links !== null) return links;
  }
}

/** Pairs the ends two by two; null if a pair stays without a link. */
function repairPairs(ends: number[], n: number, stream: Stream): Links | null {
  const links = unlinked(n);
  const pairs = ends.length / 2;
  const linked = new Uint8Array(pairs);
  const left: number[] = []; // pairs that make no link yet
  for (let pair = 0; pair < pairs; pair += 1) {
    if (link(links, ends[2 * pair] as number, ends[2 * pair + 1] as number)) linked[pair] = 1;
    else left.push(pair);
  }
  for (let pair = left.pop(); pair !== undefined; pair = left.pop()) {
    for (let tried = 0; linked[pair] === 0; tried += 1) {
      if (tried > EXCHANGES * pairs) return null;
      const other = nextBelow(stream, pairs);
      if (other !== pair) exchange(links, ends, linked, pair, other, nextBelow(stream, 2));
    }
  }
  return links;
}

/** Gives `pair` an end of `other`, if both then make links; else all stays. */
function exchange(links: Links, ends: number[], linked: Uint8Array, pair: number, other: number, end: number): void {
  const [a, b] = [ends[2 * pair] as number, ends[2 * pair + 1] as number];
  const [c, d] = [ends[2 * other + end] as number, ends[2 * other + 1 - end] as number];
  if (linked[other] === 1) unlink(links, c, d);
  if (link(links, a, c)) {
    if (link(links, b, d)) {
      linked[pair] = 1;
      linked[other] = 1;
      swap(ends, 2 * pair + 1, 2 * other + end);
      return;
    }
    unlink(links, a, c);
  }
  if (linked[other] === 1) link(links, c, d);
}

function swap(ends: number[], i: number, j: number): void {
  const end = ends[i] as number;
  ends[i] = ends[j] as number;
  ends[j] = end;
}

/** Joins components without changing a degree: a link of each gives its ends to the other. */
function exchangeUntilConnected(links: Links, stream: Stream): void {
  let parts = componentsOf(links);
  for (let tried = 0; parts.length > 1 && tried < EXCHANGES * links.length; tried += 1) {
    const [first, second] = parts as [number[], number[]];
    const [a, b] = drawLink(links, first, stream);
    const [c, d] = drawLink(links, second, stream);
    unlink(links, a, b);
    unlink(links, c, d);
    link(links, a, c);
    link(links, b, d);
    const joined = componentsOf(links);
    if (joined.length < parts.length) parts = joined;
    else {
      unlink(links, a, c);
      unlink(links, b, d);
      link(links, a, b);
      link(links, c, d);
    }
  }
}

function drawLink(links: Links, members: readonly number[], stream: Stream): [number, number] {
  const node = members[nextBelow(stream, members.length)] as number;
  const peers = [...peersOf(links, node)];
  return [node, peers[nextBelow(stream, peers.length)] as number];
}

/**
 * The ring lattice: each node is linked to the `degree` nearest. For an odd degree every other node has one link more to
 * one side, so that `degree` is the mean.
 */
function ring(n: number, degree: number): Links {
  const links = unlinked(n);
  const half = Math.floor(degree / 2);
  for (let node = 0; node < n; node += 1) {
    for (let step = 1; step <= half; step += 1) link(links, node, (node + step) % n);
    if (degree % 2 === 1 && node % 2 === 0) link(links, node, (node + half + 1) % n);
  }
  return links;
}

/**
 * A ring lattice with shortcuts: each link's far end is moved, with probability `rewire`, to a drawn node.
 *
 * Source: Watts & Strogatz 1998, "Collective dynamics of 'small-world' networks".
 */
function smallWorld(n: number, degree: number, rewire: number, stream: Stream): Links {
  const links = ring(n, degree);
  for (let step = 1; step <= Math.floor((degree + 1) / 2); step += 1) {
    for (let node = 0; node < n; node += 1) {
      const far = (node + step) % n;
      if (!peersOf(links, node).has(far) || nextUnit(stream) >= rewire) continue;
      if (peersOf(links, node).size >= n - 1) continue; // nobody is left to move it to
      let other = nextBelow(stream, n);
      while (!link(links, node, other)) other = nextBelow(stream, n);
      unlink(links, node, far);
    }
  }
  return links;
}

/**
 * Preferential attachment: each newcomer links to `links` others, drawn in proportion to the links they have; the first
 * `links` + 1 nodes are all linked.
 *
 * Source: Barabási & Albert 1999, "Emergence of scaling in random networks".
 */
function scaleFree(n: number, each: number, stream: Stream): Links {
  const links = unlinked(n);
  const ends: number[] = []; // every node as often as it has links
  const add = (a: number, b: number) => {
    if (link(links, a, b)) ends.push(a, b);
  };
  const core = Math.min(n, each + 1);
  for (let a = 0; a < core; a += 1) for (let b = a + 1; b < core; b += 1) add(a, b);
  for (let node = core; node < n; node += 1) {
    const drawn = new Set<number>();
    while (drawn.size < each) drawn.add(ends[nextBelow(stream, ends.length)] as number);
    for (const other of drawn) add(node, other);
  }
  return links;
}

/** Every pair is linked with probability `share`. Source: Gilbert 1959, "Random graphs"; Erdős & Rényi 1959. */
function erdosRenyi(n: number, share: number, stream: Stream): Links {
  const links = unlinked(n);
  for (let a = 0; a < n; a += 1) {
    for (let b = a + 1; b < n; b += 1) if (nextUnit(stream) < share) link(links, a, b);
  }
  return links;
}

/** Links a drawn member of every further component to a drawn member of the first. */
function joinComponents(links: Links, stream: Stream): void {
  const [first, ...others] = componentsOf(links);
  for (const members of others) {
    const from = (first as number[])[nextBelow(stream, (first as number[]).length)] as number;
    link(links, from, members[nextBelow(stream, members.length)] as number);
  }
}

/** The nodes of each component, the component of node 0 first. */
function componentsOf(links: Links): number[][] {
  const seen = new Uint8Array(links.length);
  const parts: number[][] = [];
  for (let from = 0; from < links.length; from += 1) {
    if (seen[from] === 1) continue;
    const members = [from];
    seen[from] = 1;
    for (const node of members) {
      for (const peer of peersOf(links, node)) {
        if (seen[peer] === 1) continue;
        seen[peer] = 1;
        members.push(peer);
      }
    }
    parts.push(members);
  }
  return parts;
}
