/**
 * One chain at message level: its validators, what they run, the messages in flight, the values proposed and decided.
 *
 * Plain data: a structured clone is a snapshot. `handlers/consensus` moves it; everything else reads it, or changes it
 * through the verbs of `handlers/conditions`.
 */
import type { Micros } from '#base/time';
import { compileTable, type QuantileTable } from '#kernel/quantile-table';
import { createEventQueue, type EventQueue } from '#kernel/queue';
import { createStream, streamKey } from '#kernel/stream';
import type { Certificate, RoundCertificate } from './consensus/certificate.js';
import { createDriver, type Driver, type DriverOutput } from './consensus/driver.js';
import { createLog, type Log } from './consensus/log.js';
import { createLookahead, type Lookahead } from './consensus/lookahead.js';
import type { Recording } from './consensus/trace.js';
import { createEmptySet, createValidatorSet, type ValidatorSet } from './consensus/vote.js';
import { createIntake, type Intake } from './network/intake.js';
import { createMessageTable, type MessageTable } from './network/message.js';
import { createNetwork, type Network } from './network/network.js';
import { createTopology, type Topology } from './network/topology.js';
import type { AsBuiltPlan, ByzantineFault, Plan, TimeoutsPlan } from './plan.js';
import type { ProofCachePlan } from './proof-plan.js';
import { type CircuitVersion, circuitVersion, judgeProof } from './proofs/backend.js';
import { createProofFlow, type ProofFlow } from './proofs/cache.js';
import { createProver, type Prover } from './proofs/prover.js';
import { aggregates } from './proofs/recursion.js';
import { type Committee, electCommittee, powersOf } from './validators/committee.js';
import { type LeaderRule, leaderRuleOf } from './validators/leader-order.js';
import type { Population } from './validators/population.js';

/** What a node computes, as bits: two nodes accept each other's blocks iff their state bits agree. */
export const DIALECT_SELECTION = 1;
export const DIALECT_REWARDS = 2;
export const DIALECT_PROOFS = 4; // blocks must carry proofs; affects what a node accepts, not its state
export const DIALECT_SLASHING = 8;
export const DIALECT_WITNESSES = 16;
export const DIALECT_CIRCUITS = 32; // proofs by the circuits of the new release; those of others are refused
export const DIALECT_PRUNING = 64; // payloads of proven blocks are removed
export const DIALECT_RECONSTRUCTION = 128; // removed payloads can be rebuilt, and state be served to others
/** From this bit on: one plus the index of the fault that made the node compute something else; 0 for none. */
export const DIALECT_FAULT_SHIFT = 8;
export const DIALECT_STATE = ~(DIALECT_PROOFS | DIALECT_CIRCUITS | DIALECT_PRUNING | DIALECT_RECONSTRUCTION);

/** Heights whose decision is in progress at once; nodes further behind synchronize. */
export const RING = 64;

/** A gate phase on this chain. */
export interface Gate {
  readonly phase: string;
  readonly index: number; // of the phase in the plan
  readonly bits: number; // dialect bits it sets where enforced
  readonly armed: Uint8Array; // by validator: its configuration carries the gate
  armedCount: number;
  readonly enforce: boolean; // false: shadow mode
  activation: number; // first height at which armed nodes apply it; Infinity before it is known
  deactivation: number; // first height at which they no longer do; Infinity unless it is rolled back
}

/** What is wrong with a value, as bits. */
export const FLAW_PAYLOAD = 1; // nobody can execute it
export const FLAW_PROOF = 2; // its proof does not verify: refused where proofs are asked for
export const FLAW_CENSORED = 4; // it leaves out what should be in it; nobody can tell at once

export interface Values {
  count: number;
  proposer: Int32Array; // by value
  parent: Int32Array; // the value decided at the height before, as the proposer has it; −1 for none
  flaws: Uint8Array;
  dialect: Int32Array;
  proved: Uint8Array; // carries the proof of an earlier block
  slotStart: Float64Array; // µs: when the proposer entered the height
  precommitPower: Float64Array; // power of the validators that precommitted it
  releasePower: Float64Array; // the part of it that runs the release under rollout
}

/** Heights in progress, by height mod `RING`. */
export interface Ring {
  readonly height: Float64Array;
  readonly start: Float64Array; // when the first validator entered the height
  readonly decidedPower: Float64Array;
  readonly value: Int32Array; // the first decided value; −1 before
  readonly round: Int32Array; // of the first decision
  readonly forked: Uint8Array;
}

/** One way in which a validator does not follow the protocol now. */
export interface Misconduct {
  readonly occurrence: number; // index + 1 of the occurrence of the fault behind it
  readonly fault: ByzantineFault;
  readonly actsBelow: number; // a uint32 draw below this acts
  readonly dropsBelow: number;
  readonly lateness: QuantileTable | null;
}

/** A committee and the validator set it makes. */
export interface Election {
  readonly committee: Committee;
  readonly set: ValidatorSet;
}

/** Something that a validator may be punished for, as a node came to know it. */
export interface Offence {
  readonly validator: number;
  readonly kind: 'double-sign' | 'false-proof' | 'refused-vote' | 'forged';
  readonly height: number;
}

/** A message that waits with its Byzantine sender. */
export interface HeldBack {
  readonly bytes: number;
  readonly audience: Uint8Array | null;
}

export interface Chain {
  readonly name: string;
  readonly n: number;
  readonly blockTime: Micros;
  readonly epochBlocks: number;
  readonly timeouts: TimeoutsPlan;
  readonly blockBytes: number;
  readonly voteBytes: number;
  readonly partBytes: number;
  readonly commitWait: Micros | null; // between a decision and the next height; null: heights follow the slots
  readonly replayDelay: Micros;
  readonly committeeTarget: number;
  readonly leaderRule: LeaderRule;
  readonly proofLag: number;
  readonly newCircuits: boolean; // the release under rollout proves by circuits of another version
  readonly proofCache: ProofCachePlan;
  readonly proofFlow: ProofFlow; // proofs that entered caches
  readonly gossip: QuantileTable; // µs from a proof's being ready to its reaching another node
  readonly population: Population;
  readonly network: Network;
  readonly topology: Topology | null; // null: everybody is connected to everybody
  readonly byPeerState: boolean; // a message waits until its receiver has told that it is at the message's height
  readonly eager: number; // overlay: neighbours a message is pushed to
  readonly heartbeat: Micros; // overlay: between two announcements to the others
  readonly intake: Intake | null; // null: nodes handle any number of messages at once
  readonly prover: Prover;
  readonly build: QuantileTable;
  readonly execute: QuantileTable;
  readonly verify: QuantileTable;
  readonly networkKey: number;
  readonly nodeKey: number; // building, executing, verifying
  readonly committeeKey: number;
  readonly queue: EventQueue;
  readonly messages: MessageTable<Certificate | RoundCertificate>;
  readonly drivers: Driver[];
  readonly outputs: DriverOutput[]; // of the node being worked on; empty between events
  readonly values: Values;
  readonly ring: Ring;
  decided: Int32Array; // by height − decidedFrom: the decided value
  decidedFrom: number;
  readonly gates: Gate[];
  readonly asBuilt: AsBuiltPlan;
  readonly legacySet: ValidatorSet;
  readonly startPowers: Float64Array; // by validator: voting power by the standing that the seed alone gives
  elections: Election[]; // of the latest epochs and those elected ahead, older first
  proposerBase: Int32Array | null; // pilots: round-robin base by height, instead of the height itself
  tip: number; // last finalized height; the first block has height 1
  tipStart: Micros; // start of the slot of the tip
  tipAt: Micros; // when it was finalized
  tipRound: number; // in which it was decided, ≥ 0
  now: Micros;
  events: number; // message-level events handled
  forks: number; // heights at which two validators decided different values
  violations: number;
  lost: number; // messages that found their receiver down or too far behind
  duplicates: number; // messages that came a second time over another link
  forgeries: number; // messages refused for their signature
  evidence: number; // validators that were caught contradicting themselves
  offences: Offence[]; // not yet taken up by the host
  haltAt: number; // nodes of the previous release stop after this height; Infinity: they do not
  misfires: number; // validators that will apply, or apply, a gate at another height than agreed
  misconducts: number; // ways in which validators do not follow the protocol now
  shortcut: boolean; // heights in which nothing interferes are computed instead of played; the same facts either way
  readonly lookahead: Lookahead;
  recording: Recording | null; // steps of consensus that are to be recorded
  readonly heldBack: Map<number, HeldBack>; // by message row: what Byzantine nodes send later
  readonly twins: Map<number, readonly [number, number]>; // by height × 4096 + round: what an equivocating proposer shows to each half
  // by validator
  readonly up: Uint8Array;
  readonly stuck: Uint8Array; // a certified value is invalid to it
  readonly release: Uint8Array; // 1: runs the release under rollout
  readonly drift: Int32Array; // index + 1 of the drift fault in its configuration, 0 for none
  readonly driftGate: Int32Array; // index of the gate phase that makes the drift matter
  readonly misfire: Int32Array; // index + 1 of the fault that makes it apply a gate at another height, 0 for none
  readonly misfireGate: Int32Array; // index of that gate phase
  readonly misfireShift: Float64Array; // heights from the agreed one to its own; Infinity: it never applies the gate
  readonly diverged: Int32Array; // index + 1 of the defect that corrupted its state, 0 for none
  readonly dialect: Int32Array;
  readonly dialectUntil: Float64Array; // the dialect holds below this height
  readonly height: Float64Array; // being decided, or decided and waiting for the next slot
  readonly startedAt: Float64Array;
  readonly waiting: Uint8Array; // decided its height
  readonly aheadOf: Int32Array; // a peer known to be ahead, −1 for none
  readonly syncing: Uint8Array; // a request is under way
  readonly syncChecks: Int32Array; // number of the latest look whether to ask again
  readonly buffered: number[][]; // message rows of future heights
  readonly cast: Map<number, number>[]; // its votes at its height: round × 2 + type → value
  readonly logs: Log[];
  readonly votedAt: Float64Array; // [validator × 2 + type] → last height at which it sent such a vote
  readonly head: Int32Array; // the value it decided last, −1 for none
  readonly branched: Uint8Array; // 1: it decided something else than the chain
  readonly misconduct: (readonly Misconduct[])[];
  readonly everFaulty: Uint8Array; // 1: agreement is not promised to it
  readonly half: Uint8Array; // which of the two halves it belongs to that equivocators play against each other
  readonly accused: Uint8Array; // 1: there is evidence against it
  readonly proveFactor: Float64Array; // ≥ 1; Infinity: it has no backend
  readonly provesSince: Float64Array; // µs: when its circuits were loaded and its keys made
  readonly startedUpAt: Float64Array; // µs: when it last started, with an empty proof cache
}

/**
 * A chain at rest before its first height; nothing is scheduled.
 *
 * @param seed - of the experiment
 * @param replication - names the luck; the population is the same in all
 * @param lane - prefix of the streams' names, such as `chain/mainnet` or a pilot's
 */
export function createChain(
  plan: Plan,
  name: string,
  population: Population,
  seed: string,
  replication: number,
  lane: string,
): Chain {
  const n = population.n;
  const { asBuilt, committeeTarget } = plan.chain;
  const leaderRule = leaderRuleOf(plan.chain.leaderOrder, asBuilt.leaderHighestVrf);
  const legacySet = createValidatorSet(population.stake, asBuilt.quorumCeil ? 'ceil' : 'floor');
  const committeeKey = streamKey(seed, replication, `chain/${name}/vrf`);
  const network = createNetwork(plan.network, population.region);
  const { topology } = plan.network;
  const widest = plan.network.delays.length > 0 ? 40_000 : 1_000;
  return {
    name,
    n,
    blockTime: plan.chain.blockTime,
    epochBlocks: plan.chain.epochBlocks,
    timeouts: plan.chain.timeouts,
    blockBytes: plan.chain.blockBytes,
    voteBytes: plan.chain.voteBytes,
    partBytes: plan.chain.partBytes,
    commitWait: plan.chain.commitWait,
    replayDelay: plan.chain.replayDelay,
    committeeTarget,
    leaderRule,
    proofLag: plan.proofs.lag,
    newCircuits: plan.proofs.newCircuits,
    proofCache: plan.proofs.cache,
    proofFlow: createProofFlow(plan.proofs.cache),
    gossip: compileTable(plan.proofs.gossip),
    population,
    network,
    topology: createTopology(topology, n, createStream(seed, 0, `chain/${name}/topology`)),
    byPeerState: plan.network.gossip === 'peer-state',
    eager: topology.kind === 'mesh' ? n : topology.eager,
    heartbeat: topology.kind === 'mesh' ? 0 : topology.heartbeat,
    intake: plan.network.queues === null ? null : createIntake(plan.network.queues, n),
    prover: createProver(plan.proofs.workers, aggregates(plan.proofs)),
    build: compileTable(plan.chain.build),
    execute: compileTable(plan.chain.execute),
    verify: compileTable(plan.proofs.verify),
    networkKey: streamKey(seed, replication, `${lane}/network`),
    nodeKey: streamKey(seed, replication, `${lane}/node`),
    committeeKey,
    queue: createEventQueue({ bucketWidth: Math.max(1, Math.round((widest * 8) / (n * n))) }),
    messages: createMessageTable(),
    drivers: Array.from({ length: n }, (_, i) => createDriver(i, legacySet, plan.chain.rules)),
    outputs: [],
    values: {
      count: 0,
      proposer: new Int32Array(64),
      parent: new Int32Array(64),
      flaws: new Uint8Array(64),
      dialect: new Int32Array(64),
      proved: new Uint8Array(64),
      slotStart: new Float64Array(64),
      precommitPower: new Float64Array(64),
      releasePower: new Float64Array(64),
    },
    ring: {
      height: new Float64Array(RING).fill(-1),
      start: new Float64Array(RING),
      decidedPower: new Float64Array(RING),
      value: new Int32Array(RING).fill(-1),
      round: new Int32Array(RING),
      forked: new Uint8Array(RING),
    },
    decided: new Int32Array(1024).fill(-1),
    decidedFrom: 0,
    gates: [],
    asBuilt,
    legacySet,
    startPowers: powersOf(population, asBuilt),
    elections: [0, 1].map((epoch) => elect(population, committeeTarget, committeeKey, epoch, leaderRule, asBuilt)),
    proposerBase: null,
    tip: 0,
    tipStart: 0,
    tipAt: 0,
    tipRound: 0,
    now: 0,
    events: 0,
    forks: 0,
    violations: 0,
    lost: 0,
    duplicates: 0,
    forgeries: 0,
    evidence: 0,
    offences: [],
    haltAt: Number.POSITIVE_INFINITY,
    misfires: 0,
    misconducts: 0,
    shortcut: true,
    lookahead: createLookahead(n),
    recording: null,
    heldBack: new Map(),
    twins: new Map(),
    up: new Uint8Array(n).fill(1),
    stuck: new Uint8Array(n),
    release: new Uint8Array(n),
    drift: new Int32Array(n),
    driftGate: new Int32Array(n),
    misfire: new Int32Array(n),
    misfireGate: new Int32Array(n),
    misfireShift: new Float64Array(n),
    diverged: new Int32Array(n),
    dialect: new Int32Array(n),
    dialectUntil: new Float64Array(n),
    height: new Float64Array(n),
    startedAt: new Float64Array(n),
    waiting: new Uint8Array(n).fill(1),
    aheadOf: new Int32Array(n).fill(-1),
    syncing: new Uint8Array(n),
    syncChecks: new Int32Array(n),
    buffered: Array.from({ length: n }, () => []),
    cast: Array.from({ length: n }, () => new Map()),
    logs: Array.from({ length: n }, createLog),
    votedAt: new Float64Array(2 * n),
    head: new Int32Array(n).fill(-1),
    branched: new Uint8Array(n),
    misconduct: Array.from({ length: n }, () => []),
    everFaulty: new Uint8Array(n),
    half: new Uint8Array(n),
    accused: new Uint8Array(n),
    proveFactor: new Float64Array(n).fill(1),
    provesSince: new Float64Array(n),
    startedUpAt: new Float64Array(n).fill(Number.NEGATIVE_INFINITY),
  };
}

/** Elects the committee of an epoch, or of a height where every block has its own. */
export function elect(
  population: Population,
  target: number,
  key: number,
  epoch: number,
  leaderRule: LeaderRule,
  asBuilt: AsBuiltPlan,
): Election {
  const committee = electCommittee(population, target, key, epoch, leaderRule, asBuilt);
  const anybody = committee.order.length > 0;
  const rule = asBuilt.quorumCeil ? 'ceil' : 'floor';
  return { committee, set: anybody ? createValidatorSet(committee.powers, rule) : createEmptySet(population.n) };
}

/** Number of the epoch of a height. */
export function epochOf(chain: Chain, height: number): number {
  return Math.floor(height / chain.epochBlocks);
}

/** Under which number the committee of a height is elected. */
export function electionOf(chain: Chain, height: number): number {
  return chain.asBuilt.committeePerBlock ? height : epochOf(chain, height);
}

/** The election that a height falls under; of those forgotten the oldest known. */
export function electionAt(chain: Chain, height: number): Election {
  const number = electionOf(chain, height);
  for (let i = chain.elections.length - 1; i >= 0; i -= 1) {
    const election = chain.elections[i] as Election;
    if (election.committee.epoch <= number) return election;
  }
  return chain.elections[0] as Election;
}

/** The committee of a height. */
export function committeeAt(chain: Chain, height: number): Committee {
  return electionAt(chain, height).committee;
}

/** The first height at which an armed node applies a gate: the agreed one, unless it misfires. */
export function startOf(chain: Chain, gate: Gate, node: number): number {
  const misfires = chain.misfire[node] !== 0 && chain.misfireGate[node] === gate.index;
  return misfires ? gate.activation + (chain.misfireShift[node] as number) : gate.activation;
}

/** Whether a node applies a gate at a height. */
export function applies(chain: Chain, gate: Gate, node: number, height: number): boolean {
  return gate.armed[node] === 1 && height >= startOf(chain, gate, node) && height < gate.deactivation;
}

/** Whether most nodes enforce a gate at a height: then it is the chain's rule. */
export function isRule(chain: Chain, gate: Gate, height: number): boolean {
  if (chain.misfires > 0) return gate.enforce && 2 * countApplying(chain, gate, height) > chain.n;
  return gate.enforce && 2 * gate.armedCount > chain.n && height >= gate.activation && height < gate.deactivation;
}

function countApplying(chain: Chain, gate: Gate, height: number): number {
  let count = 0;
  for (let node = 0; node < chain.n; node += 1) if (applies(chain, gate, node, height)) count += 1;
  return count;
}

/** Whether the blueprint's selection is the chain's rule at a height. */
export function selectionAt(chain: Chain, height: number): boolean {
  for (const gate of chain.gates) {
    if ((gate.bits & DIALECT_SELECTION) !== 0 && isRule(chain, gate, height)) return true;
  }
  return false;
}

/** The validator set that the chain as a whole uses at a height. */
export function setAt(chain: Chain, height: number): ValidatorSet {
  return selectionAt(chain, height) ? electionAt(chain, height).set : chain.legacySet;
}

/** The value decided at a height, −1 where none is known. */
export function decidedAt(chain: Chain, height: number): number {
  return chain.decided[height - chain.decidedFrom] ?? -1;
}

/** Records a decided value. */
export function recordDecided(chain: Chain, height: number, value: number): void {
  const index = height - chain.decidedFrom;
  if (index >= chain.decided.length) {
    const grown = new Int32Array(Math.max(index + 1, 2 * chain.decided.length)).fill(-1);
    grown.set(chain.decided);
    chain.decided = grown;
  }
  chain.decided[index] = value;
}

/**
 * Adds a value and returns its number.
 *
 * @param parent - the value decided before it, −1 for none
 */
export function addValue(
  chain: Chain,
  proposer: number,
  parent: number,
  dialect: number,
  proved: boolean,
  slotStart: Micros,
): number {
  const values = chain.values;
  const id = values.count;
  if (id === values.proposer.length) growValues(values);
  values.proposer[id] = proposer;
  values.parent[id] = parent;
  values.flaws[id] = 0;
  values.dialect[id] = dialect;
  values.proved[id] = proved ? 1 : 0;
  values.slotStart[id] = slotStart;
  values.precommitPower[id] = 0;
  values.releasePower[id] = 0;
  values.count += 1;
  return id;
}

function growValues(values: Values): void {
  const size = 2 * values.proposer.length;
  const copy = <T extends Int32Array | Float64Array | Uint8Array>(from: T, to: T): T => {
    to.set(from);
    return to;
  };
  values.proposer = copy(values.proposer, new Int32Array(size));
  values.parent = copy(values.parent, new Int32Array(size));
  values.flaws = copy(values.flaws, new Uint8Array(size));
  values.dialect = copy(values.dialect, new Int32Array(size));
  values.proved = copy(values.proved, new Uint8Array(size));
  values.slotStart = copy(values.slotStart, new Float64Array(size));
  values.precommitPower = copy(values.precommitPower, new Float64Array(size));
  values.releasePower = copy(values.releasePower, new Float64Array(size));
}

/**
 * Whether a node may accept a value: it can be executed on the same state, and carries the proof that the node asks for,
 * made by circuits of its own version (blueprint sections 6.2, 13.1 and 22). What it builds on is another question: `extendsHead`.
 */
export function accepts(chain: Chain, node: number, value: number): boolean {
  const { dialect, proved, flaws } = chain.values;
  const own = chain.dialect[node] as number;
  return isAcceptable(own, dialect[value] as number, proved[value] === 1, flaws[value] as number);
}

/** The same of a value of some dialect, proved or not, with some flaws. */
export function isAcceptable(own: number, dialect: number, proved: boolean, flaws: number): boolean {
  if (((dialect ^ own) & DIALECT_STATE) !== 0 || (flaws & FLAW_PAYLOAD) !== 0) return false;
  if ((own & DIALECT_PROOFS) === 0) return true;
  return proved && (flaws & FLAW_PROOF) === 0 && judgeProof(circuitsOf(own), circuitsOf(dialect)) === 'accepted';
}

/** The version of the circuits behind a dialect. */
export function circuitsOf(dialect: number): CircuitVersion {
  return (dialect & DIALECT_CIRCUITS) === 0 ? 1 : 2;
}

/** Whether a value builds on what the node decided last. */
export function extendsHead(chain: Chain, node: number, value: number): boolean {
  return chain.values.parent[value] === chain.head[node];
}

/** Recomputes what a node applies at a height, and until which height that holds. */
export function refreshDialect(chain: Chain, node: number, height: number): void {
  let dialect = (chain.diverged[node] as number) << DIALECT_FAULT_SHIFT;
  if (circuitVersion(chain.release[node] === 1, chain.newCircuits) === 2) dialect |= DIALECT_CIRCUITS;
  let until = Number.POSITIVE_INFINITY;
  for (const gate of chain.gates) {
    if (gate.armed[node] !== 1 || height >= gate.deactivation) continue;
    const start = startOf(chain, gate, node);
    until = Math.min(until, height < start ? start : gate.deactivation);
    if (height >= start && gate.enforce) {
      dialect |= gate.bits;
      const drift = chain.drift[node] as number;
      if (drift !== 0 && chain.driftGate[node] === gate.index && dialect >>> DIALECT_FAULT_SHIFT === 0) {
        dialect |= drift << DIALECT_FAULT_SHIFT;
      }
    }
  }
  chain.dialect[node] = dialect;
  chain.dialectUntil[node] = until;
}
