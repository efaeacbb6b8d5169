/**
 * Trouble that no check tells of: people notice it after a while, and respond as to a page.
 *
 * They see what users see: a chain that stands still, and nodes whose state is not the others'. While a check holds the rollout
 * it has told them already, and a chain that stops on purpose is no trouble.
 */
import { MINUTE, type Micros } from '#base/time';
import { sampleInteger } from '#kernel/distribution';
import { NOTICED } from '../outcome.js';
import type { Run, World } from '../world.js';
import { ACTION_ROLLBACK } from './action.js';
import { NOTICE, watch } from './agenda.js';
import { nextStream } from './people.js';
import { activeRun } from './stage.js';
import { note } from './timeline.js';
import { decideUndo } from './undoing.js';

/** A chain without a block for so long stands still: critical is a lag of 24 slots of 5 s (blueprint.md section 15). */
const STANDS: Micros = 2 * MINUTE;

/** From now on people look, where the plan has them notice anything. */
export function watchTrouble(world: World): void {
  const { decision, incident } = world.plan.operations;
  if (decision === null && incident.notice !== null) watch(world, world.now + MINUTE, NOTICE, 0, 0);
}

/** Whatever is wrong now is noticed if it was wrong long enough. */
export function lookForTrouble(world: World): void {
  const { people, rollout, now } = world;
  watchTrouble(world);
  const { notice } = world.plan.operations.incident;
  const since = rollout.state === 'running' ? troubleSince(world, activeRun(world)) : null;
  if (since === null || notice === null) {
    people.trouble = null;
    return;
  }
  people.trouble ??= { since, noticed: since + sampleInteger(notice, nextStream(world)), blocks: world.blocks };
  if (people.trouble.noticed > now) return;
  const { trouble } = people;
  people.trouble = null;
  note(world, 'check-failed', NOTICED, 'people notice what no check tells of');
  decideUndo(world, NOTICED, ACTION_ROLLBACK, undefined, trouble);
}

function troubleSince({ rollout, now }: World, run: Run): Micros | null {
  const { chain, lastBlockAt } = run;
  if (rollout.waitingFor > 0 || chain.tip >= chain.haltAt) return null;
  const began = Math.max(lastBlockAt, rollout.lastRestart, rollout.channelStart);
  if (now - began > STANDS) return began;
  return chain.diverged.some((defect, node) => defect !== 0 && chain.up[node] === 1) ? now : null;
}
