/**
 * Proofs and the chain: what each block asks of the provers, when a node has the proof its block must carry, and when the
 * others have verified it (blueprint.md section 6).
 */
import { assert } from '#base/assert';
import type { Micros } from '#base/time';
import { quantileOf } from '#kernel/distribution';
import { type Chain, circuitsOf, committeeAt, DIALECT_PROOFS, DIALECT_PRUNING, selectionAt } from '../chain.js';
import type { ProofsPlan } from '../proof-plan.js';
import { judgeProof } from '../proofs/backend.js';
import { cacheEvictions, cacheOccupancy, noteProofs, type ProofVisit, proofState, proofWait } from '../proofs/cache.js';
import {
  classOf,
  createProver,
  keepClasses,
  type ProverClass,
  proofBacklog,
  proofReadyAt,
  queueDepth,
  submitBlock,
  submitTo,
  takeOver,
  utilisation,
} from '../proofs/prover.js';
import { type BlockWork, drawWork } from '../proofs/work.js';
import type { ProverRecord, Run, TypicalVisit, World } from '../world.js';
import { activeBits } from './gates.js';
import { note } from './timeline.js';

/** Once so much of the power has verified a proof, a block is not held up by it: the quorum. */
const QUORUM = 2 / 3;

export function typicalVisit(plan: ProofsPlan): TypicalVisit {
  return { gossip: Math.round(quantileOf(plan.gossip, QUORUM)), verify: Math.round(quantileOf(plan.verify, QUORUM)) };
}

export function createProverRecord(): ProverRecord {
  return {
    provenTo: 0,
    proofs: new Map(),
    samples: 0,
    utilisationSum: 0,
    hits: 0,
    worstBacklog: 0,
    refused: 0,
    refusing: 0,
  };
}

/** When a node holds the proof that its block of a height must carry; 0 where none is asked for yet. */
export function proofHeldAt(chain: Chain, node: number, height: number, now: Micros): Micros {
  const proven = height - chain.proofLag;
  if (proven < 1) return 0;
  const ready = proofReadyAt(classOf(chain.prover, chain.proveFactor[node] as number, now), proven);
  return ready === 0 ? 0 : Math.max(ready, chain.provesSince[node] as number);
}

/**
 * µs from `now` until a node has verified the proof that a block carries: nothing if it did so when the proof came
 * alone.
 *
 * @param gossip - µs from its being ready to its reaching the node
 * @param verify - µs of verifying it
 */
export function verifyWait(
  chain: Chain,
  node: number,
  proposer: number,
  height: number,
  gossip: Micros,
  verify: Micros,
  now: Micros,
): Micros {
  const ready = proofHeldAt(chain, proposer, height, now);
  if (ready === 0) return 0;
  const visit = visitOf(chain, height, ready + gossip, verify, chain.startedUpAt[node] as number);
  return proofWait(chain.proofFlow, chain.proofCache, visit, now);
}

function visitOf(chain: Chain, height: number, arrived: Micros, verify: Micros, started: Micros): ProofVisit {
  return { height: height - chain.proofLag, arrived, verify, started };
}

/** The same for the node that completes the quorum of a block in a quiet stretch. */
export function typicalWait(run: Run, proposer: number, height: number, now: Micros): Micros {
  const { chain, typical } = run;
  const ready = proofHeldAt(chain, proposer, height, now);
  if (ready === 0) return 0;
  const visit = visitOf(chain, height, ready + typical.gossip, typical.verify, Number.NEGATIVE_INFINITY);
  return proofWait(chain.proofFlow, chain.proofCache, visit, now);
}

/**
 * Submits the work of a finalized block and writes down what dashboards see of it.
 *
 * @returns latencies, in µs, of the proofs that have become ready since the block before
 */
export function proveBlock(run: Run, height: number, start: Micros, at: Micros, bits: number): readonly Micros[] {
  const { chain, store } = run;
  const record = store.provers;
  const work = drawWork(run.work, height, committeeSize(chain, height), (bits & DIALECT_PRUNING) !== 0);
  submitBlock(chain.prover, height, at, work);
  record.proofs.set(height, work.proofs + work.leaves + 1);
  const slowest = slowestClass(chain);
  const latencies = noteProven(run, slowest, height, at);
  writeTelemetry(run, slowest, height, start, at);
  return latencies;
}

/** Counts the nodes that refuse the proof of a block since it comes from circuits of another version than their own. */
export function noteRefusals(world: World, run: Run, value: number, bits: number): void {
  const { chain, store } = run;
  if (!chain.newCircuits || (bits & DIALECT_PROOFS) === 0) return;
  const version = circuitsOf(chain.values.dialect[value] as number);
  let refusing = 0;
  for (let node = 0; node < chain.n; node += 1) {
    const own = circuitsOf(chain.dialect[node] as number);
    if (chain.up[node] === 1 && judgeProof(own, version) === 'VersionMismatch') refusing += 1;
  }
  store.provers.refused += refusing;
  if (refusing > 0 !== store.provers.refusing > 0) {
    const words = refusing > 0 ? `${refusing} nodes refuse the proof of a block` : 'no node refuses a proof any more';
    note(world, 'proofs', 'VersionMismatch', words);
  }
  store.provers.refusing = refusing;
}

/** Members of the committee that decides a height. */
function committeeSize(chain: Chain, height: number): number {
  return selectionAt(chain, height) ? committeeAt(chain, height).order.length : chain.n;
}

/** The slowest provers, which dashboards watch; nodes without a backend only where none has one. */
export function slowestClass(chain: Chain): ProverClass {
  const { proveFactor, prover } = chain;
  let slowest = 0;
  for (const factor of proveFactor) if (factor > slowest && Number.isFinite(factor)) slowest = factor;
  if (slowest === 0) slowest = Number.POSITIVE_INFINITY;
  return prover.classes.find(({ factor }) => factor === slowest) ?? (prover.classes[0] as ProverClass);
}

/**
 * A node proves at another speed from now on. It shares the work of those that prove at that speed already, or that
 * proved unslowed so far; where there are none, what it has not proved yet is still to be done.
 */
export function changeSpeed(run: Run, node: number, factor: number, now: Micros): void {
  const { chain } = run;
  const { prover, proveFactor } = chain;
  const before = proveFactor[node] as number;
  if (before === factor) return;
  const isAlone = !proveFactor.includes(factor) && !proveFactor.includes(1);
  proveFactor[node] = factor;
  if (isAlone) {
    const left = classOf(prover, before, now);
    const taken = takeOver(prover, left, factor, now);
    const first = taken.latest < 0 ? Math.max(1, left.oldest) : taken.latest + 1;
    for (let height = first; height <= left.latest; height += 1) submitTo(taken, height, now, workOf(run, height));
  } else classOf(prover, factor, now);
  keepClasses(prover, new Set(proveFactor));
}

/** What a finalized block asks of its provers. */
function workOf(run: Run, height: number): BlockWork {
  const { chain, work } = run;
  return drawWork(work, height, committeeSize(chain, height), (activeBits(chain, height) & DIALECT_PRUNING) !== 0);
}

/** Share of the slowest provers' time in use of late. */
export function slowestUtilisation(run: Run, now: Micros): number {
  return utilisation(slowestClass(run.chain), now);
}

/** Proofs that have become ready enter the caches, and their latency the telemetry. */
function noteProven(run: Run, slowest: ProverClass, height: number, now: Micros): Micros[] {
  const { chain, telemetry } = run;
  const record = run.store.provers;
  const latencies: Micros[] = [];
  if (record.provenTo === 0) record.provenTo = height - 1;
  while (record.provenTo < height) {
    const next = record.provenTo + 1;
    const ready = proofReadyAt(slowest, next);
    if (ready > now) break;
    record.provenTo = next;
    noteProofs(chain.proofFlow, next, ready === 0 ? now : ready, Math.max(1, record.proofs.get(next) ?? 1));
    record.proofs.delete(next);
    const place = telemetry.count - (height - next);
    if (place < 0 || height - next >= telemetry.size) continue;
    const slot = place % telemetry.size;
    const latency = Math.max(0, ready - (telemetry.at[slot] as number));
    telemetry.proofLatency[slot] = latency;
    latencies.push(latency);
  }
  return latencies;
}

function writeTelemetry(run: Run, slowest: ProverClass, height: number, start: Micros, at: Micros): void {
  const { chain, telemetry } = run;
  const record = run.store.provers;
  const slot = telemetry.count % telemetry.size;
  const backlog = proofBacklog(slowest, at);
  const busy = utilisation(slowest, at);
  const hit = isVerifiedAhead(run, slowest, height, start);
  telemetry.proofLatency[slot] = Number.NaN;
  telemetry.proofBacklog[slot] = Math.min(65_535, backlog);
  telemetry.proofQueue[slot] = Math.min(65_535, queueDepth(slowest, at));
  telemetry.proofUtilisation[slot] = busy;
  telemetry.cacheHit[slot] = hit ? 1 : 0;
  telemetry.cacheOccupancy[slot] = occupancyOf(chain, at);
  telemetry.cacheEvictions[slot] = cacheEvictions(chain.proofFlow, chain.proofCache, Number.NEGATIVE_INFINITY, at);
  record.samples += 1;
  record.utilisationSum += busy;
  record.hits += hit ? 1 : 0;
  record.worstBacklog = Math.max(record.worstBacklog, backlog);
}

function isVerifiedAhead(run: Run, slowest: ProverClass, height: number, now: Micros): boolean {
  const { chain, typical } = run;
  const proven = height - chain.proofLag;
  const ready = proven < 1 ? 0 : proofReadyAt(slowest, proven);
  if (ready === 0) return true;
  const visit = visitOf(chain, height, ready + typical.gossip, typical.verify, Number.NEGATIVE_INFINITY);
  return proofState(chain.proofFlow, chain.proofCache, visit, now) === 'verified';
}

function occupancyOf(chain: Chain, now: Micros): number {
  const { entries } = chain.proofCache;
  return entries === 0 ? 1 : cacheOccupancy(chain.proofFlow, chain.proofCache, Number.NEGATIVE_INFINITY, now) / entries;
}

/** Proofs of other circuits are worth nothing: the latest blocks are proven anew, once the circuits are loaded. */
export function proveAnew(run: Run, plan: ProofsPlan, now: Micros): void {
  const { chain } = run;
  const record = run.store.provers;
  const fresh = createProver(chain.prover.workers, run.work.aggregates);
  chain.prover.classes.length = 0;
  chain.prover.classes.push(...fresh.classes);
  for (const factor of new Set(chain.proveFactor)) classOf(chain.prover, factor, now);
  const first = Math.max(1, chain.tip - chain.proofLag + 1);
  for (let height = first; height <= chain.tip; height += 1) {
    const work = drawWork(run.work, height, committeeSize(chain, height), false);
    submitBlock(chain.prover, height, now + plan.warmUp, work);
  }
  assert(record.provenTo <= chain.tip, 'no proof is of a height to come');
}
