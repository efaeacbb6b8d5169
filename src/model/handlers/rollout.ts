/**
 * The rollout as people run it: channels in order, and their steps.
 *
 * preparing → running → (hold ⇄ running) → next channel → … → ended; running or holding → deciding → undoing → recovering → ended.
 * Every change of state is a transition with a cause.
 */
import { assert } from '#base/assert';
import { formatDuration, MINUTE, type Micros } from '#base/time';
import { electionAt } from '../chain.js';
import { type CheckState, createCheckState, verdictOf } from '../check-state.js';
import type { ChannelPlan, GatePhasePlan, PortionPlan, StepPlan } from '../plan.js';
import type { Run, World } from '../world.js';
import { ACTION_ABORT } from './action.js';
import { BATCH, CHECK, DWELL, NEXT_STEP, plan, watch } from './agenda.js';
import { askApproval } from './approval.js';
import { takeBackup } from './backups.js';
import { HALTED, startBatches } from './batches.js';
import { NORMAL_BLOCKS } from './block.js';
import { tellBriefing } from './briefing.js';
import { fileChecks, isUnmet } from './checks.js';
import { milestone } from './faults.js';
import { addGate, gatesChanged, isActive } from './gates.js';
import { hold, openCheck, unmetNeed } from './guard.js';
import { watchHeadroom } from './headroom.js';
import { MIGRATION, prepareMigration } from './migrations.js';
import { countBlind, preflight } from './preflight.js';
import { isPrepared } from './readiness.js';
import { useRun } from './run.js';
import { activeRun, channelOf } from './stage.js';
import { note } from './timeline.js';
import { decideUndo, end, endUndo } from './undoing.js';

/** A dwell that waits for its checks looks at them so often. */
const DWELL_LOOK: Micros = MINUTE;

/** Starts the first channel. */
export function startRollout(world: World): void {
  startChannel(world, 0, 'the rollout begins');
}

function startChannel(world: World, index: number, cause: string): void {
  const { rollout } = world;
  const channel = world.plan.channels[index] as ChannelPlan;
  if (rollout.channel >= 0) fileChecks(world, channelOf(world));
  const run = useRun(world, channel);
  rollout.channel = index;
  rollout.targets = [];
  rollout.checks = channel.checks.map(createCheckState);
  if (isPrepared(world)) beginChannel(world, run, cause);
}

/** What the channel waited for may be there, or will never be. */
export function beginPrepared(world: World, index: number): void {
  const { rollout } = world;
  if (rollout.state !== 'preparing' || rollout.channel !== index || !isPrepared(world)) return;
  beginChannel(world, useRun(world, channelOf(world)), 'its evidence is complete');
}

function beginChannel(world: World, run: Run, cause: string): void {
  const { rollout } = world;
  const channel = channelOf(world);
  const index = rollout.channel;
  rollout.state = 'running';
  rollout.step = -1;
  rollout.parked = -1;
  rollout.gate = -1;
  rollout.channelStart = world.now;
  rollout.targets = pickRelease(run, channel.validators);
  note(world, 'channel-start', channel.name, cause);
  tellBriefing(world);
  milestone(world, channel.name, null);
  for (const [i, { initialDelay, interval }] of channel.checks.entries()) {
    watch(world, world.now + initialDelay + interval, CHECK, i, index);
  }
  nextStep(world);
}

/** Validators of a channel: spread evenly over the ranks of power, so that a small subset holds a small share. */
function pickRelease(run: Run, size: number): number[] {
  const { n } = run.chain;
  const { powers } = electionAt(run.chain, run.chain.tip + 1).committee;
  const ranked = Array.from({ length: n }, (_, i) => i).sort((a, b) => {
    return (powers[b] as number) - (powers[a] as number) || a - b;
  });
  const picked = Array.from({ length: size }, (_, i) => ranked[Math.floor(((i + 0.5) * n) / size)] as number);
  return picked.sort((a, b) => a - b);
}

/** Those of some nodes that a step upgrades: evenly over the ranks of power, or those of least stake first. */
function pickPortion({ chain }: Run, nodes: readonly number[], portion: PortionPlan | undefined): number[] {
  const { stake } = chain.population;
  const left = nodes.filter((node) => chain.release[node] === 0);
  if (portion === undefined) return left;
  const ranked = left.toSorted((a, b) => (stake[a] as number) - (stake[b] as number) || a - b);
  if (portion.kind === 'stake') {
    const total = nodes.reduce((sum, node) => sum + (stake[node] as number), 0);
    let taken = 0;
    return ranked.filter((node) => {
      if (taken >= portion.share * total) return false;
      taken += stake[node] as number;
      return true;
    });
  }
  const wanted = portion.kind === 'count' ? portion.count : Math.max(1, Math.round(portion.share * nodes.length));
  const size = Math.min(wanted, ranked.length);
  return Array.from({ length: size }, (_, i) => ranked[Math.floor(((i + 0.5) * ranked.length) / size)] as number);
}

/** Goes on to the next step of the channel, or to its promotion. */
export function nextStep(world: World): void {
  const { rollout } = world;
  if (rollout.state === 'holding') {
    rollout.parked = NEXT_STEP;
    return;
  }
  if (rollout.state !== 'running') return;
  const steps = channelOf(world).steps;
  const missing = unmetNeed(world, steps[rollout.step + 1]);
  if (missing !== null) {
    rollout.parked = NEXT_STEP;
    hold(world, missing, 'the next gate needs it to succeed first');
    return;
  }
  if (preflight(world, steps[rollout.step + 1])) return;
  rollout.step = Math.min(rollout.step + 1, steps.length);
  rollout.stepStart = world.now;
  rollout.stepStartHeight = activeRun(world).chain.tip;
  const step = steps[rollout.step];
  if (step === undefined) promote(world);
  else beginStep(world, step);
}

function beginStep(world: World, step: StepPlan): void {
  const { rollout } = world;
  const run = activeRun(world);
  if (step.kind === 'dwell') {
    note(world, 'step', 'dwell', step.epochs > 0 ? `${step.epochs} epochs` : formatDuration(step.time));
    watchDwell(world, step.time);
    return;
  }
  if (step.kind === 'approve') {
    askApproval(world, step);
    return;
  }
  if (world.plan.storage.backups.beforePromotions) takeBackup(world, run);
  if (step.kind === 'halt-upgrade') {
    agreeOnHalt(world, run, step.after);
    return;
  }
  rollout.pause = step.pause;
  if (step.kind === 'gate') {
    const index = world.plan.gates.findIndex((phase) => phase.name === step.phase);
    const phase = world.plan.gates[index] as GatePhasePlan;
    const objection = prepareMigration(world, run, phase);
    if (objection !== null) {
      note(world, 'check-failed', MIGRATION, objection);
      decideUndo(world, MIGRATION, ACTION_ABORT, MIGRATION);
      return;
    }
    const shadow = run.chain.gates.findIndex((gate) => gate.index === index);
    if (shadow >= 0) run.chain.gates.splice(shadow, 1);
    addGate(run.chain, phase, index, step.mode);
    gatesChanged(run.chain);
    rollout.gate = index;
    note(
      world,
      'step',
      `gate ${step.phase}`,
      step.mode === 'shadow' ? 'armed to observe only' : 'next phase of the plan',
    );
    milestone(world, channelOf(world).name, step.phase);
  } else {
    rollout.gate = -1;
    noteBadRelease(world);
    const nodes = pickPortion(run, rollout.targets, step.portion);
    note(world, 'step', 'upgrade', `to the new release, ${nodes.length} validators`);
    startBatches(world, nodes, step.batchShare);
    return;
  }
  startBatches(world, rollout.targets, step.batchShare);
}

/** A release with a defect has reached the last channel. */
function noteBadRelease(world: World): void {
  const isLast = world.rollout.channel === world.plan.channels.length - 1;
  if (isLast && world.defects.some((one) => Number.isFinite(one.next))) world.badReleaseOnMainnet = true;
}

/** Everybody stops after the same height; the release is installed once the chain stands there. */
function agreeOnHalt(world: World, run: Run, after: number): void {
  const { rollout } = world;
  rollout.gate = -1;
  rollout.pause = 0;
  rollout.batches = [[...rollout.targets]];
  rollout.batch = 0;
  run.chain.haltAt = run.chain.tip + after;
  noteBadRelease(world);
  note(world, 'step', 'halt upgrade', `every validator stops after height ${run.chain.haltAt}`);
}

/** What depends on the height just finalized: a gate's activation, the end of a recovery. */
export function afterBlock(world: World): boolean {
  const { rollout } = world;
  const { chain } = activeRun(world);
  if (rollout.state === 'recovering') {
    const settled = chain.gates.every(({ deactivation }) => deactivation === Infinity || chain.tip >= deactivation);
    if (settled && world.normalBlocks >= NORMAL_BLOCKS) endUndo(world, world.now);
    return false;
  }
  if (chain.tip === chain.haltAt) {
    note(world, 'upgrade', 'halt', `height ${chain.tip} is the last of the previous release`);
    plan(world, world.now + chain.blockTime, BATCH, 0, HALTED); // by then the last validator has decided it
    return false;
  }
  if (rollout.gate < 0) return false;
  const gate = chain.gates.find((candidate) => candidate.index === rollout.gate);
  if (gate === undefined || !isActive(gate, chain.tip)) return false;
  rollout.gate = -1;
  note(world, 'gate-active', gate.phase, `height ${gate.activation} is finalized`);
  watchHeadroom(world, gate);
  plan(world, world.now, NEXT_STEP, 0, 0);
  return true;
}

function watchDwell(world: World, wait: Micros): void {
  const { rollout } = world;
  watch(world, world.now + Math.max(1, wait), DWELL, rollout.step, rollout.channel);
}

/** A dwell may be over: by its time, and by its epochs. */
export function testDwell(world: World, channel: number, step: number): void {
  const { rollout } = world;
  if (rollout.channel !== channel || rollout.step !== step) return;
  const of = channelOf(world).steps[step];
  assert(of?.kind === 'dwell', `step ${step} is a dwell`);
  const { chain } = activeRun(world);
  const missing = rollout.stepStartHeight + of.epochs * chain.epochBlocks - chain.tip;
  if (missing > 0) watchDwell(world, missing * chain.blockTime);
  else if (of.most === undefined || openCheck(world) === null) plan(world, world.now, NEXT_STEP, 0, 0);
  else if (world.now - rollout.stepStart < of.most) watchDwell(world, Math.min(DWELL_LOOK, of.most));
  else {
    rollout.parked = NEXT_STEP;
    hold(world, openCheck(world) ?? '', `no success after ${formatDuration(of.most)} of watching`);
  }
}

/** The channel's steps are done: on to the next channel if every check is a success, else hold. */
function promote(world: World): void {
  const { rollout } = world;
  const channel = channelOf(world);
  const place = channel.checks.findIndex((check, i) => isUnmet(world, check, rollout.checks[i] as CheckState));
  const open = channel.checks[place];
  if (open !== undefined) {
    hold(world, open.name, `${verdictOf(open, rollout.checks[place] as CheckState)}: no promotion`);
    return;
  }
  if (world.plan.telemetry.missing !== undefined) world.blindAlerts += countBlind(world);
  note(world, 'channel-end', channel.name, 'its steps are done and every check is a success');
  if (rollout.channel + 1 < world.plan.channels.length) startChannel(world, rollout.channel + 1, 'promoted');
  else end(world, 'completed', 'every channel is done');
}
