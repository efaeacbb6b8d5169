/**
 * What goes wrong: faults begin and end, defects of the release show.
 *
 * Each fault has random streams of its own, so a fault removed moves no other's luck.
 */
import { assert, unreachable } from '#base/assert';
import type { Micros } from '#base/time';
import { sampleInteger } from '#kernel/distribution';
import { compileTable } from '#kernel/quantile-table';
import { createStream, nextBelow, nextUnit, type Stream } from '#kernel/stream';
import { type Chain, committeeAt, type Misconduct, selectionAt, setAt } from '../chain.js';
import type { ValidatorSet } from '../consensus/vote.js';
import { type Disturbance, setDisturbance, setSide, thresholdOf, UNDISTURBED } from '../network/network.js';
import type { Struck } from '../outcome.js';
import type { BadReleaseFault, ByzantineFault, FaultPlan, Target } from '../plan.js';
import { BACKENDS, failoverAt, outageFactor, provingBackend } from '../proofs/backend.js';
import { damageOf, NO_DAMAGE, type StoreDamage } from '../storage/damage.js';
import type { DefectState, Occurrence, Run, World } from '../world.js';
import { BACKEND, DEFECT, FAULT_END, FAULT_MOVE, FAULT_START, plan, RECOVER } from './agenda.js';
import { spoilBackup } from './backups.js';
import { divide } from './byzantine.js';
import { reconnect, reconsider } from './conditions.js';
import { isActive } from './gates.js';
import { misfire, refit } from './misfires.js';
import { noteStop, takeDown } from './nodes.js';
import { changeSpeed } from './proving.js';
import { cancelPruning, pausePruning } from './pruning-orders.js';
import { noteStore, recoverNode } from './recoveries.js';
import { note } from './timeline.js';

/** Puts the first occurrence of every scheduled or drawn fault on the agenda. */
export function scheduleFaults(world: World): void {
  world.plan.faults.forEach((fault, index) => {
    if (fault.kind === 'bad-release') return;
    if (fault.trigger.kind === 'at') plan(world, fault.trigger.time, FAULT_START, index, 0);
    else if (fault.trigger.kind === 'rate') scheduleNext(world, index);
  });
}

/** One stream for each fault, and the defects with their first appearance. */
export function createFaultStreams(faults: readonly FaultPlan[], seed: string, replication: number): Stream[] {
  return faults.map((fault) => createStream(seed, replication, `fault/${fault.name}`));
}

export function createDefects(faults: readonly FaultPlan[], seed: string, replication: number): DefectState[] {
  return faults.flatMap((fault, index) => {
    if (fault.kind !== 'bad-release' || fault.perHeight <= 0) return [];
    const stream = createStream(seed, replication, `defect/${fault.name}`);
    const present = nextUnit(stream) < fault.probability;
    const next = present ? geometric(stream, fault.perHeight) : Number.POSITIVE_INFINITY;
    return [{ fault: index, stream, eligible: 0, next, shown: 0 }];
  });
}

/** Draws anew when each defect shows that has not yet: a geometric wait has no memory. */
export function redrawDefects(world: World): void {
  for (const defect of world.defects) {
    if (defect.next === Number.POSITIVE_INFINITY) continue;
    const { perHeight } = world.plan.faults[defect.fault] as BadReleaseFault;
    defect.next = defect.eligible + geometric(defect.stream, perHeight);
  }
}

/** Trials up to and including the first success of probability `p`. */
function geometric(stream: Stream, p: number): number {
  if (p >= 1) return 1;
  return 1 + Math.floor(Math.log(1 - nextUnit(stream)) / Math.log(1 - p));
}

/** Puts the next start of a fault that comes at a rate on the agenda, counted from now. */
export function scheduleNext(world: World, index: number): void {
  const { trigger } = world.plan.faults[index] as FaultPlan;
  assert(trigger.kind === 'rate', `fault ${index} has a rate`);
  const stream = world.faultStreams[index] as Stream;
  const drawn = Math.round(-Math.log(1 - nextUnit(stream)) * trigger.every);
  const gap = trigger.regular ? trigger.every : Math.max(1, drawn);
  plan(world, world.now + gap, FAULT_START, index, 0);
}

/** A channel or one of its gate steps has begun: faults that wait for it are scheduled. */
export function milestone(world: World, channel: string, step: string | null): void {
  world.plan.faults.forEach((fault, index) => {
    const { trigger } = fault;
    if (fault.kind === 'bad-release' || trigger.kind !== 'after') return;
    if (trigger.channel === channel && trigger.step === step) {
      plan(world, world.now + trigger.delay, FAULT_START, index, 0);
    }
  });
}

/** A fault is due: it happens with its probability, if its channel is active. */
export function startFault(world: World, run: Run, index: number): boolean {
  const fault = world.plan.faults[index] as FaultPlan;
  const stream = world.faultStreams[index] as Stream;
  const { trigger } = fault;
  if (trigger.kind === 'rate') scheduleNext(world, index);
  if (fault.kind === 'bad-release') return false;
  const happens = nextUnit(stream) < fault.probability;
  const duration = Math.max(1, sampleInteger(fault.duration, stream));
  const validators = pickTargets(world, run, fault.target, stream);
  const channel = world.plan.channels[world.rollout.channel]?.name ?? null;
  const elsewhere = trigger.kind === 'rate' && trigger.channel !== null && trigger.channel !== channel;
  const healed = world.healed && fault.kind !== 'byzantine';
  if (!happens || elsewhere || healed || validators.length === 0) return false;
  if (fault.kind === 'pruning') {
    note(world, 'fault-start', fault.name, `pruning: ${fault.order}`);
    if (fault.order === 'cancel') cancelPruning(world, run, fault.name);
    else pausePruning(world, run, fault.name, fault.name, world.now + duration);
    return false; // it disturbs no consensus, so nothing is put down to it
  }
  const chaosEnd = world.plan.phases === null || fault.kind === 'byzantine' ? Infinity : world.plan.phases.chaos;
  const misfires = fault.kind === 'misfire'; // it lasts from the first height that differs, which is not known yet
  const end = misfires ? Number.POSITIVE_INFINITY : Math.min(world.now + duration, Math.max(world.now + 1, chaosEnd));
  const occurrence: Occurrence = {
    fault: index,
    run: run.id,
    start: world.now,
    end,
    validators,
    struck: describeStrike(world, run, fault.name, validators, end),
    ...(misfires ? { repair: duration } : {}),
  };
  if (misfires) world.misfired += validators.length;
  world.occurrences.push(occurrence);
  const number = world.occurrences.length - 1;
  if (!misfires) plan(world, occurrence.end, FAULT_END, 0, number);
  note(world, 'fault-start', fault.name, `${fault.kind} of ${count(validators.length, 'validator')}`);
  applyFault(world, run, fault, number + 1, validators, true);
  if (fault.kind === 'partition' && fault.moves !== null) plan(world, world.now + fault.moves, FAULT_MOVE, 0, number);
  if (fault.kind === 'backend') {
    const { failover, warmUp } = world.plan.proofs;
    plan(world, failoverAt(failover, warmUp, world.now), BACKEND, 0, number);
  }
  return true;
}

/** Who is hit and what power they hold, where details are kept. */
function describeStrike(
  world: World,
  { chain }: Run,
  fault: string,
  validators: readonly number[],
  end: Micros,
): Struck | null {
  if (!world.details) return null;
  const { powers, total } = setAt(chain, chain.tip + 1);
  const power = validators.reduce((sum, node) => sum + (powers[node] as number), 0);
  return {
    fault,
    channel: world.plan.channels[world.rollout.channel]?.name ?? '',
    chain: chain.name,
    at: world.now,
    end: Number.isFinite(end) ? end : null,
    validators,
    power: total === 0 ? 0 : power / total,
  };
}

/** A partition moves on to other validators. */
export function moveFault(world: World, run: Run, index: number): boolean {
  const occurrence = world.occurrences[index] as Occurrence;
  const fault = world.plan.faults[occurrence.fault] as FaultPlan;
  if (occurrence.run !== run.id || occurrence.end <= world.now) return false;
  if (fault.kind !== 'partition' || fault.moves === null) return false;
  const stream = world.faultStreams[occurrence.fault] as Stream;
  const before = occurrence.validators;
  occurrence.validators = [];
  applyFault(world, run, fault, index + 1, before, false);
  occurrence.validators = pickTargets(world, run, fault.target, stream);
  applyFault(world, run, fault, index + 1, occurrence.validators, true);
  plan(world, world.now + fault.moves, FAULT_MOVE, 0, index);
  return true;
}

/** A fault is over. */
export function endFault(world: World, run: Run, index: number): boolean {
  const occurrence = world.occurrences[index] as Occurrence;
  if (occurrence.run !== run.id) return false;
  const fault = world.plan.faults[occurrence.fault] as FaultPlan;
  note(world, 'fault-end', fault.name, 'its time was over');
  applyFault(world, run, fault, index + 1, occurrence.validators, false);
  if (fault.kind === 'backend') noteBackend(world, false, 'proves again for', occurrence.validators.length);
  world.recoveries.push({ since: world.now, normal: 0 });
  return true;
}

/**
 * @param id - number of the occurrence, from 1
 */
function applyFault(
  world: World,
  run: Run,
  fault: FaultPlan,
  id: number,
  validators: readonly number[],
  begins: boolean,
): void {
  const { chain } = run;
  const atMessageLevel = run.mode === 'message';
  for (const node of validators) {
    switch (fault.kind) {
      case 'crash':
        if (begins) stopUnplanned(world, run, node, NO_DAMAGE);
        else recoverNode(world, run, node);
        break;
      case 'storage':
        if (fault.what === 'backup') break;
        if (begins) stopUnplanned(world, run, node, damageOf(fault.what));
        else recoverNode(world, run, node);
        break;
      case 'partition':
        if (fault.direction !== 'both') refreshDisturbance(world, run, node);
        else if (begins) setSide(chain.network, node, id);
        else if (chain.network.side[node] === id) setSide(chain.network, node, 0);
        if (!begins) reconnect(chain, node, world.now, atMessageLevel);
        break;
      case 'slow':
      case 'backend':
      case 'clog':
      case 'loss':
      case 'duplicate':
      case 'delay':
        refreshDisturbance(world, run, node);
        break;
      case 'drift':
        chain.drift[node] = begins ? world.plan.faults.indexOf(fault) + 1 : 0;
        chain.driftGate[node] = world.plan.gates.findIndex((gate) => gate.name === fault.gate);
        reconsider(chain, node, world.now, atMessageLevel);
        break;
      case 'misfire':
        if (begins) misfire(world, chain, node, fault);
        else if (chain.misfire[node] === world.plan.faults.indexOf(fault) + 1)
          refit(chain, node, world.now, atMessageLevel);
        break;
      case 'byzantine':
        if (begins) corrupt(chain, node, fault, id);
        else reform(chain, node, id);
        break;
      case 'bad-release':
      case 'pruning':
        break;
      default:
        unreachable(fault);
    }
  }
  if (fault.kind === 'storage' && fault.what === 'backup' && begins) spoilBackup(world, run);
  if (fault.kind === 'byzantine') divide(chain, setAt(chain, chain.tip + 1).powers);
}

/** A node stops, and what that does to its store is found when somebody starts it. */
function stopUnplanned(world: World, run: Run, node: number, damage: StoreDamage): void {
  if (run.chain.up[node] === 1) {
    noteStop(world, run, node);
    noteStore(world, run, node, damage);
  }
  takeDown(world, run, node);
}

/** A validator no longer follows the protocol. */
function corrupt(chain: Chain, node: number, fault: ByzantineFault, occurrence: number): void {
  const misconduct: Misconduct = {
    occurrence,
    fault,
    actsBelow: thresholdOf(fault.acts),
    dropsBelow: thresholdOf(fault.share),
    lateness: fault.delay === null ? null : compileTable(fault.delay),
  };
  chain.misconduct[node] = [...(chain.misconduct[node] as readonly Misconduct[]), misconduct];
  chain.everFaulty[node] = 1;
  chain.misconducts += 1;
}

/** It follows the protocol again; what it signed before stays signed. */
function reform(chain: Chain, node: number, occurrence: number): void {
  const before = chain.misconduct[node] as readonly Misconduct[];
  const after = before.filter((one) => one.occurrence !== occurrence);
  chain.misconduct[node] = after;
  chain.misconducts -= before.length - after.length;
}

/** Puts together what lies on a node now; of several faults the worst counts. */
function refreshDisturbance(world: World, run: Run, node: number): void {
  const { chain } = run;
  const found = { ...UNDISTURBED };
  let prove = 1;
  let outage = 1;
  for (const occurrence of world.occurrences) {
    const fault = world.plan.faults[occurrence.fault] as FaultPlan;
    if (occurrence.run !== run.id || occurrence.end <= world.now || !occurrence.validators.includes(node)) continue;
    if (fault.kind === 'slow' && fault.on === 'prove') prove = Math.max(prove, fault.factor);
    else if (fault.kind === 'backend') outage = Math.max(outage, outageOf(world, occurrence));
    else Object.assign(found, worse(found, fault, occurrence.end));
  }
  setDisturbance(chain.network, node, found);
  changeSpeed(run, node, prove * outage, world.now);
}

/** The failover backend of the nodes that an outage hit is ready. */
export function failOver(world: World, run: Run, index: number): boolean {
  const occurrence = world.occurrences[index] as Occurrence;
  if (occurrence.run !== run.id || occurrence.end <= world.now) return false;
  for (const node of occurrence.validators) refreshDisturbance(world, run, node);
  noteBackend(world, true, 'takes over for', occurrence.validators.length);
  world.failovers += occurrence.validators.length;
  return true;
}

/** Dashboards show which backend proves; that of the failover is none a release is built with. */
function noteBackend(world: World, failedOver: boolean, verb: string, nodes: number): void {
  const name = provingBackend(failedOver);
  const { production } = BACKENDS[name];
  note(
    world,
    'proofs',
    name,
    `${verb} ${count(nodes, 'validator')}${production === 'allowed' ? '' : `, ${production}`}`,
  );
}

function outageOf(world: World, { start }: Occurrence): number {
  const { failover, warmUp } = world.plan.proofs;
  return outageFactor(failover, warmUp, start, world.now);
}

function worse(before: Disturbance, fault: FaultPlan, end: Micros): Partial<Disturbance> {
  switch (fault.kind) {
    case 'slow':
      return { slowness: Math.max(before.slowness, fault.factor) };
    case 'partition':
      return fault.direction === 'in' ? { deaf: true } : fault.direction === 'out' ? { mute: true } : {};
    case 'clog':
      return { heldUntil: Math.max(before.heldUntil, end) };
    case 'loss':
      return { loss: Math.max(before.loss, fault.loss) };
    case 'duplicate':
      return { doubles: Math.max(before.doubles, fault.share) };
    case 'delay':
      return { late: { probability: fault.share, table: compileTable(fault.delay) } };
    default:
      return {};
  }
}

/** Draws the validators that a fault hits; ascending. */
function pickTargets(world: World, run: Run, target: Target, stream: Stream): number[] {
  const { chain } = run;
  if (target.kind === 'validators') return target.validators.filter((node) => node < chain.n);
  if (target.kind === 'leader') return [firstLeader(run)];
  const pool = target.of === 'chain' ? Array.from({ length: chain.n }, (_, i) => i) : [...world.rollout.targets];
  const drawn = shuffle(pool, stream);
  if (target.kind === 'count') return drawn.slice(0, target.count).toSorted((a, b) => a - b);
  if (target.kind === 'share') return drawn.slice(0, Math.round(target.share * pool.length)).toSorted((a, b) => a - b);
  const set = setAt(chain, chain.tip + 1);
  if (target.kind === 'faulty') return pickFaulty(set, drawn, target.beyond);
  const hit: number[] = [];
  let power = 0;
  for (const node of drawn) {
    if (power >= target.power * set.total) break;
    hit.push(node);
    power += set.powers[node] as number;
  }
  return hit.toSorted((a, b) => a - b);
}

/**
 * As many of the drawn validators as the protocol tolerates to be faulty, and some beyond: each is taken if the power of
 * all stays below a third.
 */
function pickFaulty(set: ValidatorSet, drawn: readonly number[], beyond: number): number[] {
  const hit: number[] = [];
  const rest: number[] = [];
  let power = 0;
  for (const node of drawn) {
    const own = set.powers[node] as number;
    // A third and more is what f+1 means: 3 × power ≥ total.
    if (own > 0 && 3 * (power + own) < set.total) {
      hit.push(node);
      power += own;
    } else if (own > 0) rest.push(node);
  }
  return [...hit, ...rest.slice(0, beyond)].toSorted((a, b) => a - b);
}

function firstLeader(run: Run): number {
  const { chain } = run;
  const next = chain.tip + 1;
  return selectionAt(chain, next) ? (committeeAt(chain, next).order[0] as number) : next % chain.n;
}

function shuffle(items: number[], stream: Stream): number[] {
  for (let i = items.length - 1; i > 0; i -= 1) {
    const j = nextBelow(stream, i + 1);
    const swapped = items[i] as number;
    items[i] = items[j] as number;
    items[j] = swapped;
  }
  return items;
}

/** Counts one block towards every defect that it could have set off; those due go on the agenda. */
export function countDefects(world: World, run: Run): void {
  for (const defect of world.defects) {
    if (defect.next === Number.POSITIVE_INFINITY) continue;
    const fault = world.plan.faults[defect.fault] as BadReleaseFault;
    if (!isEligible(world, run, fault)) continue;
    defect.eligible += 1;
    if (defect.eligible < defect.next) continue;
    defect.next = defect.eligible + geometric(defect.stream, fault.perHeight);
    plan(world, world.now, DEFECT, defect.fault, run.id);
  }
}

function isEligible(world: World, run: Run, fault: BadReleaseFault): boolean {
  const { chain } = run;
  let upgraded = 0;
  for (let node = 0; node < chain.n; node += 1) {
    if (chain.release[node] === 1 && chain.up[node] === 1) upgraded += 1;
  }
  if (upgraded < Math.max(1, fault.minUpgraded)) return false;
  if (fault.gate === null) return true;
  const index = world.plan.gates.findIndex((gate) => gate.name === fault.gate);
  return chain.gates.some((gate) => gate.index === index && isActive(gate, chain.tip));
}

/** A defect shows: the upgraded nodes it hits crash, or compute another state from now on. */
export function showDefect(world: World, run: Run, index: number): boolean {
  const defect = world.defects.find((candidate) => candidate.fault === index) as DefectState;
  const fault = world.plan.faults[index] as BadReleaseFault;
  const { chain } = run;
  const upgraded = Array.from({ length: chain.n }, (_, i) => i).filter((node) => {
    return chain.release[node] === 1 && chain.up[node] === 1;
  });
  const hit = shuffle(upgraded, defect.stream).slice(0, Math.max(1, Math.round(fault.share * upgraded.length)));
  hit.sort((a, b) => a - b);
  if (upgraded.length === 0) return false;
  defect.shown += 1;
  note(world, 'defect', fault.name, `${fault.defect} of ${count(hit.length, 'upgraded node')}`);
  let end: Micros = Number.POSITIVE_INFINITY;
  if (fault.defect === 'crash') {
    end = world.now;
    for (const node of hit) {
      const back = world.now + Math.max(1, sampleInteger(world.plan.operations.crashRestart, defect.stream));
      stopUnplanned(world, run, node, NO_DAMAGE);
      plan(world, back, RECOVER, node, run.id);
      end = Math.max(end, back);
    }
  } else {
    for (const node of hit) {
      chain.diverged[node] = index + 1;
      reconsider(chain, node, world.now, run.mode === 'message');
    }
  }
  const struck = describeStrike(world, run, fault.name, hit, end);
  world.occurrences.push({ fault: index, run: run.id, start: world.now, end, validators: hit, struck });
  return true;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
