/**
 * A replication as a path that can be split: worlds are its states, blocks and events of the agenda its steps.
 */
import { assert } from '#base/assert';
import { deriveKey, drawUint32 } from '#kernel/draw';
import { streamKey } from '#kernel/stream';
import { copyWorld, rekeyWorld } from '#model/handlers/branch';
import type { LevelFunction } from '#model/handlers/levels';
import type { Plan } from '#model/plan';
import { advanceWorld, beginWorld, createPilotCache, createWorld, endWorld } from '#model/rehearsal';
import type { World } from '#model/world';
import {
  type Branch,
  findLevels,
  PATIENCE,
  type Paths,
  type SplitPilot,
  type SplitRepeat,
  splitOnce,
} from '#stats/splitting';
import { findLevel, happenedIn, isCertain, type RareEvent } from './rare-event.js';

/** Most paths of a stage. */
export const EFFORT_MAX = 16_384;
/** Most clones of a stage: a pilot may take more than its effort. */
const CLONES = PATIENCE * EFFORT_MAX;
/** Most levels, those of a pilot included. */
export const LEVELS_MAX = 127;
/** Most repeats, beside the pilot. */
export const REPEATS_MAX = 10_000;

/** A replication under way. */
export interface Path {
  readonly world: World;
  steps: number; // blocks and events of the world so far
  end: 'event' | 'no event' | null; // null: it goes on
}

/** The replication number that is a branch's luck; repeat 0, the pilot, sets out on the numbers of plain replications. */
export function numberOf({ repeat, level, clone }: Branch): number {
  assert(repeat <= REPEATS_MAX && level <= LEVELS_MAX && clone < CLONES, 'a branch has a number of its own');
  return (repeat * (LEVELS_MAX + 1) + level) * CLONES + clone;
}

/** The replications of a plan, split on the way to an event. */
export function pathsOf(plan: Plan, seed: string, event: RareEvent, { of: levelOf }: LevelFunction): Paths<Path> {
  const cache = createPilotCache();
  const dealKey = streamKey(seed, 0, 'splitting/deal');
  const finish = (path: Path): false => {
    if (path.end === null) path.end = happenedIn(event, endWorld(path.world)) ? 'event' : 'no event';
    return false;
  };
  return {
    start: (branch) => {
      const world = createWorld(plan, seed, numberOf(branch), false);
      beginWorld(world);
      return { world, steps: 0, end: null };
    },
    clone: ({ world, ...rest }) => ({ ...rest, world: copyWorld(world) }),
    rekey: ({ world }, branch) => rekeyWorld(world, numberOf(branch)),
    advance: (path) => {
      const { world, end } = path;
      if (end !== null || world.rollout.state === 'ended') return finish(path);
      if (!advanceWorld(world, cache)) return finish(path);
      path.steps += 1;
      if (isCertain(event, world)) path.end = 'event';
      return true;
    },
    level: ({ world }) => levelOf(world),
    happened: ({ end }) => end === 'event',
    cost: ({ world, steps }) => steps + world.messageEvents,
    pick: ({ repeat, level, clone }, bound) => {
      const key = deriveKey(deriveKey(deriveKey(dealKey, repeat), level), clone);
      return Math.floor((drawUint32(key, 0) / 4_294_967_296) * bound);
    },
  };
}

/** What a worker is given at its start. */
export interface SplitStart {
  readonly plan: Plan;
  readonly seed: string;
  readonly event: RareEvent;
  readonly level: string;
}

export interface SplitTask {
  readonly levels: readonly number[];
  readonly effort: number;
  readonly repeat: number; // ≥ 1; 0 is the pilot's
}

export interface PilotTask {
  readonly effort: number;
  readonly keep: number; // share of the paths of a level that should reach the next, in (0, 1)
}

/** Where the levels lie, as repeat 0 finds them. */
export function pilotOf({ plan, seed, event, level }: SplitStart, { effort, keep }: PilotTask): SplitPilot {
  return findLevels(pathsOf(plan, seed, event, findLevel(level)), effort, keep, LEVELS_MAX, 0);
}

/** Who splits one repeat after another in this thread. */
export function openSplitter({ plan, seed, event, level }: SplitStart): (task: SplitTask) => SplitRepeat {
  const paths = pathsOf(plan, seed, event, findLevel(level));
  return ({ levels, effort, repeat }) => splitOnce(paths, levels, effort, repeat);
}
