/**
 * Quiet stretches block by block, and the changes between them and consensus at message level.
 *
 * A block of a quiet stretch takes one of its regime's pilot samples, by a draw that depends on its height alone; under
 * proof enforcement its proposer also waits for the proof that the block must carry. `auto` stays at message level for
 * some heights after every disturbance, and goes back there before the next one is due.
 */
import type { Micros } from '#base/time';
import { drawUint32 } from '#kernel/draw';
import { peekTime } from '#kernel/queue';
import {
  addValue,
  committeeAt,
  DIALECT_PROOFS,
  decidedAt,
  epochOf,
  recordDecided,
  refreshDialect,
  selectionAt,
  setAt,
} from '../chain.js';
import { isErratic } from '../network/network.js';
import type { LawSamples, Run, World } from '../world.js';
import { accountBlock } from './block.js';
import { canDecide, pauseConsensus, resumeConsensus, startConsensus, takesPart } from './conditions.js';
import { advanceChain } from './consensus.js';
import { activeBits, nextGateChange } from './gates.js';
import { lawOf, type PilotCache } from './pilot.js';
import { proofHeldAt, typicalWait } from './proving.js';
import { electAhead } from './shell.js';

/** Heights at message level after a disturbance before a stretch may count as quiet. */
const SETTLE_HEIGHTS = 8;
/** A quiet stretch shorter than this many slots costs less at message level than its pilot rounds. */
const QUIET_SLOTS = 96;
/** Heights until a stretch without a law is tried again. */
const RETRY_HEIGHTS = 64;
/** Waiting longer for a proof than this share of the propose timeout may cost the round: that is not a quiet stretch. */
const MOST_WAIT = 0.75;
/** How long before a disturbance consensus runs as events again, in slots. */
const LEAD_SLOTS = 2;

/** Something changed: consensus has to be seen again before the stretch counts as quiet, or stands still. */
export function disturb(world: World, run: Run): void {
  const { chain } = run;
  run.settledSince = chain.tip;
  if (world.plan.fidelity !== 'message' && !canDecide(chain)) {
    if (run.mode === 'frozen') return;
    run.suspended = run.mode === 'message';
    if (run.owed?.height !== chain.tip + 1) run.owed = { height: chain.tip + 1, start: run.nextStart };
    run.mode = 'frozen';
    run.law = null;
    pauseConsensus(chain);
  } else if (run.mode !== 'message') enterMessages(world, run);
}

/** Runs consensus as events: from the next slot on, or from where it froze. */
export function enterMessages(world: World, run: Run): void {
  const { chain } = run;
  run.settledSince = chain.tip;
  run.mode = 'message';
  run.law = null;
  if (run.suspended) resumeConsensus(chain, world.now);
  else startConsensus(chain, Math.max(world.now, run.nextStart, chain.now));
  run.suspended = false;
}

/**
 * Moves the active chain on, to `until` at most.
 *
 * @returns whether a block was finalized; if not, nothing more happens before `until`
 */
export function advanceRun(world: World, run: Run, until: Micros, cache: PilotCache): boolean {
  if (run.mode === 'frozen') return false;
  if (run.mode === 'block') {
    const stepped = stepBlock(world, run, until, cache);
    if (stepped || run.mode === 'block') return stepped;
  }
  const before = run.chain.events;
  const finalized = advanceChain(run.chain, until);
  world.messageEvents += run.chain.events - before;
  if (!finalized) return false;
  world.now = Math.max(world.now, run.chain.tipAt);
  accountMessages(world, run);
  considerQuiet(world, run, cache);
  return true;
}

function accountMessages(world: World, run: Run): void {
  const { chain } = run;
  const height = chain.tip;
  const previous = chain.decided[height - 1 - chain.decidedFrom] ?? -1;
  const total = setAt(chain, height).total;
  const power = previous < 0 ? total : (chain.values.precommitPower[previous] as number);
  const released = previous < 0 ? 0 : (chain.values.releasePower[previous] as number);
  const releaseTotal = releasePowerOf(run, height);
  world.blocksAtMessageLevel += 1;
  run.nextStart = chain.tipStart + chain.blockTime;
  accountBlock(world, run, {
    height,
    value: chain.decided[height - chain.decidedFrom] as number,
    start: run.owed?.height === height ? Math.min(chain.tipStart, run.owed.start) : chain.tipStart,
    at: chain.tipAt,
    rounds: chain.tipRound + 1,
    participation: Math.min(1, power / total),
    releaseParticipation: releaseTotal === 0 ? Number.NaN : Math.min(1, released / releaseTotal),
    releaseShare: releaseTotal / total,
  });
}

function releasePowerOf(run: Run, height: number): number {
  const set = setAt(run.chain, height);
  let power = 0;
  for (let node = 0; node < run.chain.n; node += 1) {
    if (run.chain.release[node] === 1) power += set.powers[node] as number;
  }
  return power;
}

/** Goes over to block level once the chain has settled and nothing is due soon. */
function considerQuiet(world: World, run: Run, cache: PilotCache): void {
  const { chain } = run;
  const { fidelity } = world.plan;
  if (fidelity === 'message' || chain.misconducts > 0 || isErratic(chain.network)) return;
  if (chain.asBuilt.committeePerBlock || setAt(chain, chain.tip + 1).total === 0) return;
  const settle = fidelity === 'block' ? 1 : SETTLE_HEIGHTS;
  if (chain.tip - run.settledSince < settle) return;
  if (nextGateChange(chain) - chain.tip <= LEAD_SLOTS) return;
  if (peekTime(world.agenda) - world.now < QUIET_SLOTS * chain.blockTime) return;
  for (let node = 0; node < chain.n; node += 1) {
    const behind = (chain.height[node] as number) < chain.tip - 1;
    if (chain.up[node] === 1 && chain.stuck[node] === 0 && behind) return;
  }
  const law = lawOf(world.plan, chain, world.seed, cache);
  if (law === null) {
    run.settledSince = chain.tip + RETRY_HEIGHTS;
    return;
  }
  pauseConsensus(chain);
  run.mode = 'block';
  run.law = law;
  noteRelease(run);
  run.lawEpoch = epochOf(chain, chain.tip + 1);
  run.nextStart = Math.max(chain.tipAt, chain.tipStart + chain.blockTime);
}

/** One block of a quiet stretch; false if the next one ends after `until` or the stretch is over. */
function stepBlock(world: World, run: Run, until: Micros, cache: PilotCache): boolean {
  const { chain } = run;
  const height = chain.tip + 1;
  const start = run.nextStart;
  if (!renewLaw(world, run, height, cache) || nextGateChange(chain) - chain.tip <= LEAD_SLOTS) {
    enterMessages(world, run);
    return false;
  }
  const selected = selectionAt(chain, height);
  const order = committeeAt(chain, height).order;
  const first = selected ? (order[0] as number) : height % chain.n;
  const led = takesPart(chain, first);
  const samples = (led || selected ? run.law?.led : run.law?.leaderless) as LawSamples;
  const i = drawUint32(run.lawKey, height) % samples.finality.length;
  const rounds = samples.rounds[i] as number;
  const wait = proofWait(run, first, height, start, activeBits(chain, height));
  const finality = (samples.finality[i] as number) + wait;
  const at = start + finality;
  const due = peekTime(world.agenda);
  if (at + LEAD_SLOTS * chain.blockTime > due || wait > MOST_WAIT * chain.timeouts.propose) {
    enterMessages(world, run);
    return false;
  }
  if (at > until) return false;
  const proposer = selected ? (order[(rounds - 1) % order.length] as number) : (first + rounds - 1) % chain.n;
  const dialect = chain.dialect[proposer] as number;
  const parent = decidedAt(chain, chain.tip);
  const value = addValue(chain, proposer, parent, dialect, (dialect & DIALECT_PROOFS) !== 0, start);
  recordDecided(chain, height, value);
  chain.tip = height;
  chain.tipStart = start;
  chain.tipAt = at;
  chain.tipRound = rounds - 1;
  chain.now = Math.max(chain.now, at);
  run.nextStart = Math.max(at, start + chain.blockTime);
  world.now = Math.max(world.now, at);
  const participation = samples.participation[i] as number;
  const releaseParticipation = Math.min(1, participation * run.releaseFactor);
  const { releaseShare } = run;
  accountBlock(world, run, { height, value, start, at, rounds, participation, releaseParticipation, releaseShare });
  return true;
}

/** At an epoch's start the leader order may change, and with it the law. */
function renewLaw(world: World, run: Run, height: number, cache: PilotCache): boolean {
  const { chain } = run;
  const epoch = epochOf(chain, height);
  if (epoch === run.lawEpoch) return run.law !== null;
  run.lawEpoch = epoch;
  electAhead(chain, epoch);
  for (let node = 0; node < chain.n; node += 1) {
    if (height >= (chain.dialectUntil[node] as number)) refreshDialect(chain, node, height);
  }
  run.law = lawOf(world.plan, chain, world.seed, cache);
  noteRelease(run);
  return run.law !== null;
}

/** µs that a block waits for the proof it must carry: until the proposer holds it and a quorum has verified it. */
function proofWait(run: Run, proposer: number, height: number, start: Micros, bits: number): Micros {
  if ((bits & DIALECT_PROOFS) === 0) return 0;
  const wait = Math.max(0, proofHeldAt(run.chain, proposer, height, start) - start);
  return wait === Number.POSITIVE_INFINITY ? wait : wait + typicalWait(run, proposer, height, start + wait);
}

/** Keeps what a quiet stretch has to know of the nodes on the release. */
function noteRelease(run: Run): void {
  const next = run.chain.tip + 1;
  run.releaseFactor = releaseFactorOf(run);
  run.releaseShare = releasePowerOf(run, next) / setAt(run.chain, next).total;
}

/** In a quiet stretch the nodes on the release take part like all others that are there. */
function releaseFactorOf(run: Run): number {
  const { chain } = run;
  const set = setAt(chain, chain.tip + 1);
  let all = 0;
  let there = 0;
  let present = 0;
  for (let node = 0; node < chain.n; node += 1) {
    const power = set.powers[node] as number;
    const part = takesPart(chain, node) ? power : 0;
    present += part;
    if (chain.release[node] === 0) continue;
    all += power;
    there += part;
  }
  if (all === 0) return Number.NaN;
  return present === 0 ? 0 : ((there / all) * set.total) / present;
}
