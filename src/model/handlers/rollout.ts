/**
 * The rollout as people run it: channels in order, their steps, the hold, the decision to undo, and the undoing.
 *
 * running → (hold ⇄ running) → next channel → … → ended; running or holding → deciding → undoing → recovering → ended.
 * Every change of state is a transition with a cause.
 */
import { assert } from '#base/assert';
import { formatDuration, MINUTE, type Micros } from '#base/time';
import { type Distribution, sampleInteger } from '#kernel/distribution';
import { electionAt, epochOf } from '../chain.js';
import type { ChannelPlan, CheckPlan, GatePhasePlan, StepPlan } from '../plan.js';
import { isIncident } from '../probe.js';
import type { CheckState, Run, World } from '../world.js';
import { BATCH, BATCH_NODE_UP, CHECK, DWELL, NEXT_STEP, plan, RESTORED, watch } from './agenda.js';
import { NORMAL_BLOCKS } from './block.js';
import { describeReading, evaluateCheck } from './checks.js';
import { reconnect, reconsider } from './conditions.js';
import { milestone } from './faults.js';
import { addGate, armNode, gatesChanged, isActive } from './gates.js';
import { bringUp, takeDown } from './nodes.js';
import { rejoin } from './recovery.js';
import { useRun } from './run.js';
import { activeRun, channelOf } from './stage.js';
import { note } from './timeline.js';
import { ACTION_ABORT, ACTION_ROLLBACK, decideUndo, end, endUndo, undoKind } from './undoing.js';

/** The batch that waits for a halt. */
const HALTED = 1;
/** Gates are rolled back together this many heights after the last node has restarted. */
const DEACTIVATION_HEIGHTS = 12;
/** After an announced restart liveness is judged again this much later: the nodes have caught up by then. */
const MAINTENANCE_TAIL: Micros = MINUTE;

/** Starts the first channel. */
export function startRollout(world: World): void {
  startChannel(world, 0, 'the rollout begins');
}

function startChannel(world: World, index: number, cause: string): void {
  const { rollout } = world;
  const channel = world.plan.channels[index] as ChannelPlan;
  rollout.channel = index;
  const run = useRun(world, channel);
  rollout.state = 'running';
  rollout.step = -1;
  rollout.parked = -1;
  rollout.gate = -1;
  rollout.channelStart = world.now;
  rollout.targets = pickRelease(run, channel.validators);
  rollout.checks = channel.checks.map(() => ({ failuresInRow: 0, outcome: 'inconclusive', failing: false }));
  note(world, 'channel-start', channel.name, cause);
  milestone(world, channel.name, null);
  for (const [i, check] of channel.checks.entries()) watch(world, world.now + check.interval, CHECK, i, index);
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

/** Goes on to the next step of the channel, or to its promotion. */
export function nextStep(world: World): void {
  const { rollout } = world;
  if (rollout.state === 'holding') {
    rollout.parked = NEXT_STEP;
    return;
  }
  if (rollout.state !== 'running') return;
  const steps = channelOf(world).steps;
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
  run.backup = structuredClone(run.economy.accounts);
  run.backupHeight = run.chain.tip;
  if (step.kind === 'halt-upgrade') {
    agreeOnHalt(world, run, step.after);
    return;
  }
  rollout.pause = step.pause;
  if (step.kind === 'gate') {
    const index = world.plan.gates.findIndex((phase) => phase.name === step.phase);
    const phase = world.plan.gates[index] as GatePhasePlan;
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
    note(world, 'step', 'upgrade', `to the new release, ${rollout.targets.length} validators`);
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

/** µs that a node of the step under way is down. */
function restartTime(world: World): Distribution {
  const step = channelOf(world).steps[world.rollout.step];
  const halted = world.rollout.state !== 'undoing' && step?.kind === 'halt-upgrade';
  return halted ? step.install : world.plan.operations.restart;
}

/** Deals nodes into batches by rank of power, so that no batch holds much more than its share. */
function startBatches(world: World, nodes: readonly number[], share: number): void {
  const { rollout } = world;
  const { chain } = activeRun(world);
  const { powers } = electionAt(chain, chain.tip + 1).committee;
  const size = Math.max(1, Math.floor(share * nodes.length));
  const batches: number[][] = Array.from({ length: Math.ceil(nodes.length / size) }, () => []);
  const ranked = nodes.toSorted((a, b) => (powers[b] as number) - (powers[a] as number) || a - b);
  ranked.forEach((node, rank) => {
    batches[rank % batches.length]?.push(node);
  });
  rollout.batches = batches.map((batch) => batch.sort((a, b) => a - b));
  rollout.batch = 0;
  startBatch(world);
}

/** Stops the nodes of the batch under way; each comes back with its new configuration. */
export function startBatch(world: World, cause = 0): void {
  const { rollout } = world;
  const halted = activeRun(world).chain;
  if (cause === HALTED && halted.haltAt !== halted.tip) return; // the halt was called off
  if (rollout.state === 'holding') {
    rollout.parked = BATCH;
    return;
  }
  const run = activeRun(world);
  const batch = rollout.batches[rollout.batch] ?? [];
  rollout.waitingFor = 0;
  rollout.serial += 1;
  rollout.lastRestart = world.now;
  if (batch.length > 0)
    note(world, 'upgrade', batchName(world), `batch ${rollout.batch + 1} of ${rollout.batches.length}`);
  for (const node of batch) {
    configure(world, run, node);
    if ((run.downReasons[node] as number) > 0) continue; // it will come back with the new configuration by itself
    const back = world.now + Math.max(1, sampleInteger(restartTime(world), world.operations));
    takeDown(run, node);
    rollout.waitingFor += 1;
    plan(world, back, BATCH_NODE_UP, node, packBatch(run, rollout.serial));
  }
  if (rollout.waitingFor === 0) finishBatch(world);
}

function batchName(world: World): string {
  const { rollout } = world;
  if (rollout.state === 'undoing') return 'rollback';
  return rollout.gate < 0 ? 'upgrade' : `gate ${world.plan.gates[rollout.gate]?.name}`;
}

/** What a node finds in its configuration when it starts again. */
function configure(world: World, run: Run, node: number): void {
  const { rollout } = world;
  const { chain } = run;
  if (chain.diverged[node] !== 0) rejoin(chain, node);
  chain.diverged[node] = 0;
  if (rollout.state === 'undoing') {
    chain.release[node] = 0;
    return;
  }
  chain.release[node] = 1;
  const gate = chain.gates.find((candidate) => candidate.index === rollout.gate);
  if (gate !== undefined && rollout.gate >= 0) armNode(gate, node);
}

function packBatch(run: Run, serial: number): number {
  return (run.id << 20) | (serial & 0xfffff);
}

/** A node of some batch is back; it counts if that batch is the one under way. */
export function endRestart(world: World, run: Run, node: number, packed: number): boolean {
  if (packed >>> 20 !== run.id) return false;
  bringUp(world, run, node);
  const { rollout } = world;
  if (packed !== packBatch(run, rollout.serial)) return true;
  rollout.waitingFor -= 1;
  if (rollout.waitingFor === 0) finishBatch(world);
  return true;
}

function finishBatch(world: World): void {
  const { rollout } = world;
  if (channelOf(world).maintenance) activeRun(world).telemetry.judgedSince = world.now + MAINTENANCE_TAIL;
  rollout.batch += 1;
  activeRun(world).chain.haltAt = Number.POSITIVE_INFINITY;
  if (rollout.batch < rollout.batches.length) {
    plan(world, world.now + rollout.pause, BATCH, 0, 0);
  } else if (rollout.state === 'undoing') finishRevert(world);
  else if (rollout.gate >= 0) armGate(world);
  else plan(world, world.now + rollout.pause, NEXT_STEP, 0, 0);
}

/** All nodes carry the gate: it becomes active just after the next epoch boundary (blueprint.md section 22). */
function armGate(world: World): void {
  const { chain } = activeRun(world);
  const gate = chain.gates.find((candidate) => candidate.index === world.rollout.gate);
  assert(gate !== undefined, 'the gate being switched on is a gate of the chain');
  gate.activation = (epochOf(chain, chain.tip + DEACTIVATION_HEIGHTS) + 1) * chain.epochBlocks + 1;
  gatesChanged(chain);
  note(world, 'gate-armed', gate.phase, `active from height ${gate.activation}`);
}

/** What depends on the height just finalized: a gate's activation, the end of a recovery. */
export function afterBlock(world: World): boolean {
  const { rollout } = world;
  const { chain } = activeRun(world);
  if (rollout.state === 'recovering') {
    const deactivated = chain.gates.every((gate) => chain.tip >= Math.min(gate.deactivation, Number.MAX_SAFE_INTEGER));
    if (deactivated && world.normalBlocks >= NORMAL_BLOCKS) endUndo(world, world.now);
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
  else plan(world, world.now, NEXT_STEP, 0, 0);
}

/** Evaluates one check and does what its outcome asks for. */
export function runCheck(world: World, channel: number, index: number): void {
  const { rollout } = world;
  if (rollout.channel !== channel || rollout.state === 'ended') return;
  const check = channelOf(world).checks[index] as CheckPlan;
  const state = rollout.checks[index] as CheckState;
  watch(world, world.now + check.interval, CHECK, index, channel);
  if (rollout.state !== 'running' && rollout.state !== 'holding') return;
  if (rollout.waitingFor > 0 && channelOf(world).maintenance && !isIncident(check.metric)) return;
  const reading = evaluateCheck(world, activeRun(world), check, state);
  const held = rollout.state === 'holding';
  if (state.failing && !(held && check.onFail === 'hold')) failCheck(world, check, describeReading(check, reading));
  else if (held) testHold(world);
}

function failCheck(world: World, check: CheckPlan, words: string): void {
  const { rollout } = world;
  if (check.onFail === 'hold') {
    hold(world, check.name, words);
    return;
  }
  note(world, 'check-failed', check.name, words);
  decideUndo(world, check.name, check.onFail === 'abort' ? ACTION_ABORT : ACTION_ROLLBACK);
  rollout.parked = -1;
}

function hold(world: World, subject: string, words: string): void {
  const { rollout } = world;
  if (rollout.state !== 'running') return;
  rollout.state = 'holding';
  rollout.heldSince = world.now;
  note(world, 'hold', subject, words);
}

/** A hold ends when no check fails any more; one that lasts too long ends in an abort. */
function testHold(world: World): void {
  const { rollout } = world;
  const checks = channelOf(world).checks;
  const promoting = rollout.step >= channelOf(world).steps.length;
  const open = checks.find((check, i) => {
    const state = rollout.checks[i] as CheckState;
    return promoting ? state.outcome !== 'success' : state.failing && check.onFail === 'hold';
  });
  if (open !== undefined) {
    if (world.now - rollout.heldSince < world.plan.operations.holdLimit) return;
    note(world, 'check-failed', open.name, `held for ${formatDuration(world.now - rollout.heldSince)}`);
    decideUndo(world, open.name, ACTION_ABORT);
    return;
  }
  rollout.state = 'running';
  note(world, 'resume', channelOf(world).name, 'no check objects any more');
  const { parked } = rollout;
  rollout.parked = -1;
  if (promoting) plan(world, world.now, NEXT_STEP, 0, 0);
  else if (parked >= 0) plan(world, world.now, parked, 0, 0);
}

/** The channel's steps are done: on to the next channel if every check is a success, else hold. */
function promote(world: World): void {
  const { rollout } = world;
  const channel = channelOf(world);
  const open = channel.checks.find((_, i) => rollout.checks[i]?.outcome !== 'success');
  if (open !== undefined) {
    hold(world, open.name, `${rollout.checks[channel.checks.indexOf(open)]?.outcome}: no promotion`);
    return;
  }
  note(world, 'channel-end', channel.name, 'its steps are done and every check is a success');
  if (rollout.channel + 1 < world.plan.channels.length) startChannel(world, rollout.channel + 1, 'promoted');
  else end(world, 'completed', 'every channel is done');
}

/** The decision is made: which way back. */
export function undo(world: World, action: number): void {
  const { rollout } = world;
  if (rollout.state !== 'deciding' || rollout.undo === null) return;
  const run = activeRun(world);
  const kind = undoKind(run, action);
  rollout.state = 'undoing';
  rollout.undo = { ...rollout.undo, kind };
  rollout.parked = -1;
  rollout.gate = -1;
  callOffHalt(world, run);
  note(world, kind, rollout.undo.check, rollout.undo.cause);
  if (world.defects.every((defect) => defect.shown === 0)) world.falseAbort = true;
  rollout.waitingFor = 0;
  if (kind === 'state-rollback') {
    for (let node = 0; node < run.chain.n; node += 1) takeDown(run, node);
    const wait = Math.max(1, sampleInteger(world.plan.operations.restore, world.operations));
    plan(world, world.now + wait, RESTORED, 0, 0);
    return;
  }
  rollout.pause = 0;
  const touched = Array.from({ length: run.chain.n }, (_, i) => i).filter((node) => {
    return run.chain.release[node] === 1 || run.chain.gates.some((gate) => gate.armed[node] === 1);
  });
  if (touched.length === 0) finishRevert(world);
  else startBatches(world, touched, world.plan.operations.batchShare);
}

/** Nobody stops any more; who has stopped already goes on. */
function callOffHalt(world: World, run: Run): void {
  const { chain } = run;
  const stood = chain.tip >= chain.haltAt;
  chain.haltAt = Number.POSITIVE_INFINITY;
  if (!stood || run.mode !== 'message') return;
  for (let node = 0; node < chain.n; node += 1) reconnect(chain, node, world.now, true);
}

/** Every node is back on the previous release: active gates end at one height, or at once where the chain stands still. */
function finishRevert(world: World): void {
  const { rollout } = world;
  const run = activeRun(world);
  const { chain } = run;
  const standing = world.now - run.lastBlockAt > 2 * MINUTE;
  const height = chain.tip + (standing ? 1 : DEACTIVATION_HEIGHTS);
  for (const gate of chain.gates) {
    if (isActive(gate, chain.tip + 1)) {
      gate.deactivation = height;
      note(world, 'gate-inactive', gate.phase, `from height ${height}`);
    } else gate.deactivation = 0;
  }
  gatesChanged(chain);
  if (standing) {
    for (let node = 0; node < chain.n; node += 1) reconsider(chain, node, world.now, run.mode === 'message');
  }
  rollout.state = 'recovering';
  world.normalBlocks = 0;
}
