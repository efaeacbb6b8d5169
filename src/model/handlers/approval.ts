/**
 * Approvals: people look at what there is, in their hours, and say yes or no.
 */
import { formatDuration } from '#base/time';
import { sampleInteger } from '#kernel/distribution';
import { nextUnit } from '#kernel/stream';
import { workUntil } from '../calendar.js';
import type { StepPlan } from '../plan.js';
import type { World } from '../world.js';
import { ACTION_ABORT } from './action.js';
import { APPROVAL, NEXT_STEP, plan, watch } from './agenda.js';
import { channelOf } from './stage.js';
import { note } from './timeline.js';
import { decideUndo } from './undoing.js';

type Approve = Extract<StepPlan, { kind: 'approve' }>;

/** What an undoing is demanded by, and put down to, whose reason is a refusal. */
const APPROVAL_NAME = 'approval';

/** Somebody is asked. */
export function askApproval(world: World, step: Approve): void {
  const { rollout } = world;
  const work = Math.max(1, sampleInteger(step.delay, world.operations));
  const answer = workUntil(step.hours, world.now, work);
  note(world, 'step', 'approve', `${step.by} is asked`);
  watch(world, answer, APPROVAL, rollout.step, rollout.channel);
}

/** The answer is there; it counts if the rollout still waits for it. */
export function answerApproval(world: World, channel: number, index: number): void {
  const { rollout } = world;
  const step = channelOf(world).steps[index];
  if (rollout.channel !== channel || rollout.step !== index || step?.kind !== 'approve') return;
  if (rollout.state !== 'running' && rollout.state !== 'holding') return;
  const took = formatDuration(world.now - rollout.stepStart);
  if (nextUnit(world.operations) >= step.rejects) {
    note(world, 'approval', step.by, `yes, after ${took}`);
    plan(world, world.now, NEXT_STEP, 0, 0);
    return;
  }
  note(world, 'approval', step.by, `no, after ${took}`);
  if (step.onReject === 'ask-again') askApproval(world, step);
  else decideUndo(world, APPROVAL_NAME, ACTION_ABORT, APPROVAL_NAME);
}
