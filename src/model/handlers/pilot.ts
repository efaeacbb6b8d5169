/**
 * Pilot rounds: how blocks go in one regime, measured at message level on a copy of the chain under that very regime.
 *
 * A regime is all that the law of a block depends on: who is up, what they run, the links, the leaders. Its law is a pure
 * function of (plan, seed, regime), whichever replication asks first, so that workers may share or repeat it.
 */
import { fingerprintText } from '#base/fingerprint';
import { compareNumbers } from '#base/order';
import { MINUTE } from '#base/time';
import {
  applies,
  type Chain,
  committeeAt,
  createChain,
  type Election,
  electionAt,
  type Gate,
  selectionAt,
  setAt,
} from '../chain.js';
import { createEmptySet, createValidatorSet } from '../consensus/vote.js';
import type { Plan } from '../plan.js';
import type { Law, LawSamples } from '../world.js';
import { startConsensus, takesPart } from './conditions.js';
import { advanceChain } from './consensus.js';

/** Heights measured for a law; no quantile beyond the largest of them can show at block level. */
const HEIGHTS = 48;
const LEADERLESS_HEIGHTS = 16;
const WARM_UP = 2;
const STALLED = 20 * MINUTE;
const LEADERS_IN_KEY = 4;

/** Laws by regime; null: no law, the chain stalls. */
export type PilotCache = Map<string, Law | null>;

export function createPilotCache(): PilotCache {
  return new Map();
}

/** The law of a chain's present regime, or null if its blocks do not come. */
export function lawOf(plan: Plan, chain: Chain, seed: string, cache: PilotCache): Law | null {
  const key = regimeOf(chain);
  const known = cache.get(key);
  if (known !== undefined) return known;
  const law = measureLaw(plan, chain, seed, key);
  cache.set(key, law);
  return law;
}

/** A text that two chains share iff their blocks follow the same law. */
function regimeOf(chain: Chain): string {
  const next = chain.tip + 1;
  const selected = selectionAt(chain, next);
  const leaders = selected ? leadersOfRegime(chain, next).join(',') : 'round-robin';
  const nodes: string[] = [];
  for (let node = 0; node < chain.n; node += 1) {
    const part = takesPart(chain, node) ? '1' : '0';
    const member = selected ? committeeAt(chain, next).member[node] : 1;
    const traits = [part, member, chain.dialect[node], chain.network.side[node], chain.network.slowness[node]];
    nodes.push(traits.join('.'));
  }
  return fingerprintText(`${chain.name}|${chain.n}|${leaders}|${nodes.join(';')}`);
}

function measureLaw(plan: Plan, chain: Chain, seed: string, key: string): Law | null {
  const parts = Array.from({ length: chain.n }, (_, node) => (takesPart(chain, node) ? 1 : 0));
  if (selectionAt(chain, chain.tip + 1)) {
    const led = measure(plan, chain, seed, `${key}/led`, null, HEIGHTS);
    return led === null ? null : { key, led, leaderless: null };
  }
  const present = parts.flatMap((part, node) => (part === 1 ? [node] : []));
  const absent = parts.flatMap((part, node) => (part === 1 ? [] : [node]));
  const led = present.length === 0 ? null : measure(plan, chain, seed, `${key}/led`, present, HEIGHTS);
  if (led === null) return null;
  if (absent.length === 0) return { key, led, leaderless: null };
  const leaderless = measure(plan, chain, seed, `${key}/leaderless`, absent, LEADERLESS_HEIGHTS);
  return leaderless === null ? null : { key, led, leaderless };
}

/**
 * Runs pilot heights.
 *
 * @param proposers - round-robin: first proposers to spread the heights over; null under the leader order
 */
function measure(
  plan: Plan,
  chain: Chain,
  seed: string,
  lane: string,
  proposers: readonly number[] | null,
  heights: number,
): LawSamples | null {
  const pilot = copyRegime(plan, chain, seed, `pilot/${lane}`, proposers, heights + WARM_UP + 2);
  const samples: LawSamples = {
    finality: new Float64Array(heights),
    rounds: new Int32Array(heights),
    participation: new Float64Array(heights),
  };
  startConsensus(pilot, 0);
  for (let height = 1; height <= heights + WARM_UP; height += 1) {
    if (!advanceChain(pilot, pilot.tipAt + STALLED)) return null;
    const i = height - WARM_UP - 1;
    if (i < 0) continue;
    samples.finality[i] = pilot.tipAt - pilot.tipStart;
    samples.rounds[i] = pilot.tipRound + 1;
    if (i > 0) samples.participation[i - 1] = participationOf(pilot, height - 1);
  }
  advanceChain(pilot, pilot.tipAt + STALLED);
  samples.participation[heights - 1] = participationOf(pilot, heights + WARM_UP);
  return samples;
}

/** Share of power that precommitted a decided block, as known when the next one is finalized. */
export function participationOf(chain: Chain, height: number): number {
  const value = chain.decided[height - chain.decidedFrom] ?? -1;
  if (value < 0) return 0;
  return Math.min(1, (chain.values.precommitPower[value] as number) / setAt(chain, height).total);
}

function copyRegime(
  plan: Plan,
  chain: Chain,
  seed: string,
  lane: string,
  proposers: readonly number[] | null,
  heights: number,
): Chain {
  const next = chain.tip + 1;
  const gates: Gate[] = chain.gates.map((gate) => {
    const active = next >= gate.activation && next < gate.deactivation;
    if (chain.misfires > 0) return asApplied(chain, gate, next, active);
    return { ...gate, armed: gate.armed.slice(), activation: active ? 0 : Infinity, deactivation: Infinity };
  });
  const base = proposers === null ? null : spread(proposers, heights);
  const pilot: Chain = {
    ...createChain(plan, chain.name, chain.population, seed, 0, lane),
    epochBlocks: Number.MAX_SAFE_INTEGER,
    gates,
    elections: [electionOfRegime(chain, next)],
    proposerBase: base,
    shortcut: chain.shortcut,
  };
  pilot.network.slowness.set(chain.network.slowness);
  pilot.network.side.set(chain.network.side);
  pilot.network.plain = chain.network.plain;
  pilot.drift.set(chain.drift);
  pilot.driftGate.set(chain.driftGate);
  pilot.diverged.set(chain.diverged);
  for (let node = 0; node < chain.n; node += 1) pilot.up[node] = takesPart(chain, node) ? 1 : 0;
  return pilot;
}

/** A gate of which some nodes misfire: armed where it is applied now. */
function asApplied(chain: Chain, gate: Gate, height: number, active: boolean): Gate {
  const armed = gate.armed.map((_, node) => (applies(chain, gate, node, height) ? 1 : 0));
  const count = armed.reduce((sum, one) => sum + one, 0);
  return { ...gate, armed, armedCount: count, activation: active || count > 0 ? 0 : Infinity, deactivation: Infinity };
}

/**
 * The first leaders of a regime. Which validator leads matters to a law by its region and by what happens to it, so each
 * is stood for by the first member that is like it; leaders change with every epoch, regimes do not.
 */
function leadersOfRegime(chain: Chain, height: number): number[] {
  const { order } = committeeAt(chain, height);
  const members = [...order].sort(compareNumbers);
  const chosen: number[] = [];
  for (const leader of order.slice(0, LEADERS_IN_KEY)) {
    const byRegion = chosen.length === 0; // where later leaders stand matters in failed rounds alone
    const alike = members.find((member) => !chosen.includes(member) && isAlike(chain, member, leader, byRegion));
    chosen.push(alike ?? leader);
  }
  return chosen;
}

function isAlike(chain: Chain, a: number, b: number, byRegion: boolean): boolean {
  const { network, dialect } = chain;
  const same = (values: ArrayLike<number>): boolean => values[a] === values[b];
  if (byRegion && !same(network.regionOf)) return false;
  if (![network.side, network.slowness, dialect].every(same)) return false;
  return takesPart(chain, a) === takesPart(chain, b);
}

/**
 * The committee that a regime stands for: its members with the power they started with, its first leaders in front. A
 * law must not depend on anything that the regime's name leaves out, such as what members have earned since.
 */
function electionOfRegime(chain: Chain, height: number): Election {
  const { committee } = electionAt(chain, height);
  const leaders = leadersOfRegime(chain, height);
  const others = [...committee.order].filter((node) => !leaders.includes(node)).sort(compareNumbers);
  const powers = chain.startPowers.map((power, node) => (committee.member[node] === 1 ? power : 0));
  const anybody = powers.some((power) => power > 0);
  const rule = chain.asBuilt.quorumCeil ? 'ceil' : 'floor';
  return {
    committee: { ...committee, epoch: 0, order: Int32Array.from([...leaders, ...others]), powers },
    set: anybody ? createValidatorSet(powers, rule) : createEmptySet(chain.n),
  };
}

/** First proposers by height, as evenly over the candidates as their number allows. */
function spread(proposers: readonly number[], heights: number): Int32Array {
  return Int32Array.from({ length: heights + 1 }, (_, height) => {
    return proposers[Math.floor((height * proposers.length) / (heights + 1))] as number;
  });
}
