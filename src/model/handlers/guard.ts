/**
 * What guards a promotion: checks are evaluated, a failing one holds the rollout or has it undone, a hold ends.
 */
import { formatDuration } from '#base/time';
import type { CheckAction, CheckPlan } from '../check-plan.js';
import { readsIncidents } from '../check-rule.js';
import { actionOf, type CheckState, isDone } from '../check-state.js';
import type { StepPlan } from '../plan.js';
import type { World } from '../world.js';
import { ACTION_ABORT, ACTION_ROLLBACK } from './action.js';
import { CHECK, NEXT_STEP, plan, watch } from './agenda.js';
import { describeJudgement, evaluateCheck, isBlind, isUnmet, noteAction } from './checks.js';
import { pageAboutHold } from './people.js';
import { endPause, pauseFor } from './pruning-orders.js';
import { activeRun, channelOf } from './stage.js';
import { note } from './timeline.js';
import { decideUndo } from './undoing.js';

/** Evaluates one check and does what it asks for; an observed one only tells what it would do. */
export function runCheck(world: World, channel: number, index: number): void {
  const { rollout } = world;
  if (rollout.channel !== channel || rollout.state === 'ended') return;
  const check = channelOf(world).checks[index] as CheckPlan;
  const state = rollout.checks[index] as CheckState;
  watch(world, world.now + check.interval, CHECK, index, channel);
  if (rollout.state !== 'running' && rollout.state !== 'holding') return;
  if (rollout.waitingFor > 0 && channelOf(world).maintenance && !readsIncidents(check.rule)) return;
  const run = activeRun(world);
  const held = rollout.state === 'holding';
  const isOver = isBlind(world, check) || isDone(check, state);
  const judgement = isOver ? null : evaluateCheck(world, run, check, state);
  const begins = judgement !== null && noteAction(world, run, check, state);
  const action = actionOf(check, state);
  if (check.mode === 'observe') {
    if (begins && judgement !== null) {
      note(world, 'check-observed', check.name, `would ${action}: ${describeJudgement(check, judgement)}`);
    }
    return;
  }
  if (judgement !== null && action !== null && !(held && action === 'hold')) {
    act(world, check, action, describeJudgement(check, judgement));
  } else if (held) testHold(world);
}

function act(world: World, check: CheckPlan, action: CheckAction, words: string): void {
  const { rollout } = world;
  if (action === 'hold') {
    hold(world, check.name, words);
    pageAboutHold(world);
    return;
  }
  note(world, 'check-failed', check.name, words);
  decideUndo(world, check.name, action === 'abort' ? ACTION_ABORT : ACTION_ROLLBACK);
  rollout.parked = -1;
}

export function hold(world: World, subject: string, words: string): void {
  const { rollout } = world;
  if (rollout.state !== 'running') return;
  rollout.state = 'holding';
  rollout.heldSince = world.now;
  note(world, 'hold', subject, words);
  pauseFor(world, activeRun(world), 'hold', `the promotion is held by ${subject}`);
}

/** A hold ends when no check fails any more; one that lasts too long ends in an abort. */
function testHold(world: World): void {
  const { rollout } = world;
  const checks = channelOf(world).checks;
  const { steps } = channelOf(world);
  const promoting = rollout.step >= steps.length;
  const step = steps[rollout.step];
  const watched = step?.kind === 'dwell' && step.most !== undefined;
  const needed =
    rollout.parked !== NEXT_STEP ? [] : watched ? checks.map(({ name }) => name) : needsOf(steps[rollout.step + 1]);
  const open = checks.find((check, i) => {
    const state = rollout.checks[i] as CheckState;
    if (promoting || needed.includes(check.name)) return isUnmet(world, check, state);
    return check.mode === 'enforce' && actionOf(check, state) === 'hold';
  });
  if (open !== undefined) {
    if (world.now - rollout.heldSince < world.plan.operations.holdLimit) return;
    note(world, 'check-failed', open.name, `held for ${formatDuration(world.now - rollout.heldSince)}`);
    decideUndo(world, open.name, ACTION_ABORT);
    return;
  }
  rollout.state = 'running';
  note(world, 'resume', channelOf(world).name, 'no check objects any more');
  endPause(world, activeRun(world), 'hold');
  const { parked } = rollout;
  rollout.parked = -1;
  if (promoting) plan(world, world.now, NEXT_STEP, 0, 0);
  else if (parked >= 0) plan(world, world.now, parked, 0, 0);
}

/** The first check that the next step needs and that is no success; null if there is none. */
export function unmetNeed(world: World, step: StepPlan | undefined): string | null {
  const { checks } = channelOf(world);
  return (
    needsOf(step).find((name) => {
      const i = checks.findIndex((check) => check.name === name);
      return i < 0 || isUnmet(world, checks[i] as CheckPlan, world.rollout.checks[i] as CheckState);
    }) ?? null
  );
}

/** The first check of the channel that is no success; null if all are. */
export function openCheck(world: World): string | null {
  const { checks } = channelOf(world);
  return checks.find((_, i) => world.rollout.checks[i]?.outcome !== 'success')?.name ?? null;
}

function needsOf(step: StepPlan | undefined): readonly string[] {
  return step?.kind === 'gate' ? step.needs : [];
}
