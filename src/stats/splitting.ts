/**
 * Splitting: the probability of a rare event as a product of probabilities that are not rare.
 *
 * A level function says how near a path has come; levels are fixed beforehand. Paths that reach a level are cloned there,
 * each clone goes on with luck of its own, and the event counts as the last level. Every stage follows the same number
 * of paths (fixed effort). What holds: the product of the shares is unbiased for any level function, good or bad, and
 * any levels that do not depend on these very paths; a path that meets the event has passed every level, however it came
 * there. A level function that says little only makes the estimate spread more.
 *
 * Sources: Garvels 2000, "The splitting method in rare event simulation"; Cérou & Guyader 2007, "Adaptive multilevel
 * splitting for rare event analysis", for levels by quantiles of a pilot.
 */
import { assert } from '#base/assert';

/** The luck of one path in one stage; no two agree. */
export interface Branch {
  readonly repeat: number; // integer ≥ 0
  readonly level: number; // levels passed before it, integer ≥ 0
  readonly clone: number; // 0 … effort − 1
}

/** What is split. `S` is the state of a path; all luck after `start` and `rekey` comes from the branch alone. */
export interface Paths<S> {
  readonly start: (branch: Branch) => S;
  readonly clone: (state: S) => S;
  /** Gives a copy fresh luck; what has happened stays. */
  readonly rekey: (state: S, branch: Branch) => void;
  /** One event; false if the path is over and nothing happens any more. */
  readonly advance: (state: S) => boolean;
  /** How near the event is; larger is nearer. */
  readonly level: (state: S) => number;
  /** Whether the event is certain; the last word once the path is over. */
  readonly happened: (state: S) => boolean;
  /** Work done on the path since it was started, copies included; it never falls. */
  readonly cost: (state: S) => number;
  /** An integer in 0 … bound − 1, each as likely; a function of its arguments, unrelated to the luck of any path. */
  readonly pick: (branch: Branch, bound: number) => number;
}

/** One repeat: an estimate of its own. */
export interface SplitRepeat {
  readonly hits: readonly number[]; // by stage, of `effort` paths each: the levels in order, last the event
  readonly estimate: number; // product of the shares; 0 once a stage has no hit
  readonly cost: number;
}

/**
 * Estimates once.
 *
 * @param levels - ascending; without any this is plain Monte Carlo
 * @param effort - paths of each stage, integer ≥ 1
 * @param repeat - names the luck
 */
export function splitOnce<S>(paths: Paths<S>, levels: readonly number[], effort: number, repeat: number): SplitRepeat {
  assert(Number.isSafeInteger(effort) && effort > 0, `the effort ${effort} is a positive integer`);
  assert(
    levels.every((level, i) => i === 0 || level > (levels[i - 1] as number)),
    'the levels ascend',
  );
  const stages = [...levels, Number.POSITIVE_INFINITY];
  const hits: number[] = [];
  let entrances: readonly S[] | null = null;
  let estimate = 1;
  let cost = 0;
  for (const [stage, threshold] of stages.entries()) {
    const reached: S[] = [];
    const origins = entrances === null ? null : deal(paths, entrances, effort, { repeat, level: stage, clone: 0 });
    for (let clone = 0; clone < effort; clone += 1) {
      const state = setOut(paths, origins, { repeat, level: stage, clone });
      const before = origins === null ? 0 : paths.cost(state);
      const arrived = travel(paths, state, threshold);
      cost += paths.cost(state) - before;
      if (arrived) reached.push(state);
    }
    hits.push(reached.length);
    estimate *= reached.length / effort;
    if (reached.length === 0) break;
    entrances = reached;
  }
  while (hits.length < stages.length) hits.push(0);
  return { hits, estimate, cost };
}

/** Where the levels lie, as one repeat found that is not used for the estimate. */
export interface SplitPilot {
  readonly levels: readonly number[];
  readonly reached: boolean; // whether a path met the event
  readonly cost: number;
  readonly wholeCost: number; // mean cost of a path from its start to its end
}

/** Times the effort that a pilot spends on a stage, if need be, until some path comes further. */
export const PATIENCE = 16;

/**
 * Finds levels, each reached by about a share `keep` of the paths that set out from the one before.
 *
 * @param keep - in (0, 1)
 * @param most - levels at the most
 * @param repeat - names the luck, with up to `PATIENCE` × effort clones a stage; of no other use afterwards
 */
export function findLevels<S>(paths: Paths<S>, effort: number, keep: number, most: number, repeat: number): SplitPilot {
  assert(keep > 0 && keep < 1, `the share ${keep} of paths that go on lies in (0, 1)`);
  const levels: number[] = [];
  let entrances: readonly S[] | null = null;
  let cost = 0;
  let wholeCost = 0;
  while (true) {
    const branch = { repeat, level: levels.length, clone: 0 };
    const origins = entrances === null ? null : deal(paths, entrances, PATIENCE * effort, branch);
    const costOf = (state: S, follow: (state: S) => void): void => {
      const before = origins === null ? 0 : paths.cost(state);
      follow(state);
      cost += paths.cost(state) - before;
    };
    const peaks: number[] = [];
    let next: number | null = null;
    for (let round = 0; round < PATIENCE && next === null; round += 1) {
      for (let i = 0; i < effort; i += 1) {
        costOf(setOut(paths, origins, { ...branch, clone: peaks.length }), (state) => {
          peaks.push(peakOf(paths, state));
        });
      }
      next = nextLevel(peaks, keep);
    }
    if (origins === null) wholeCost = cost / peaks.length;
    if (next === null || next === Number.POSITIVE_INFINITY || levels.length === most) {
      return { levels, reached: peaks.includes(Number.POSITIVE_INFINITY), cost, wholeCost };
    }
    // The same paths once more, now that it is known where to stop them.
    const level: number = next;
    const reached: S[] = [];
    for (const [clone, peak] of peaks.entries()) {
      if (peak < level) continue;
      const state = setOut(paths, origins, { ...branch, clone });
      costOf(state, () => assert(travel(paths, state, level), 'a path repeats with the same luck'));
      reached.push(state);
    }
    levels.push(level);
    entrances = reached;
  }
}

/** The level that the share `keep` of the paths reached, or the lowest that not all reached; null if they came equally far. */
function nextLevel(peaks: readonly number[], keep: number): number | null {
  const descending = [...peaks].sort((a, b) => b - a);
  const least = descending.at(-1) as number;
  const quantile = descending[Math.max(1, Math.ceil(keep * peaks.length)) - 1] as number;
  if (quantile > least || quantile === Number.POSITIVE_INFINITY) return quantile;
  return descending.findLast((peak) => peak > least) ?? null;
}

/**
 * Shares the entrances out among the paths of a stage: each as often as the others, and what does not divide goes to
 * some that are drawn. In the mean every entrance weighs the same, whichever place it has.
 *
 * @returns by path, its origin
 */
function deal<S>({ pick }: Pick<Paths<S>, 'pick'>, entrances: readonly S[], effort: number, branch: Branch): S[] {
  const order = entrances.map((_, i) => i);
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = pick({ ...branch, clone: i }, i + 1);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return Array.from({ length: effort }, (_, i) => entrances[order[i % order.length] as number] as S);
}

/** A path at the start of its stage. What has met the event stays as it is. */
function setOut<S>(paths: Paths<S>, origins: readonly S[] | null, branch: Branch): S {
  if (origins === null) return paths.start(branch);
  const origin = origins[branch.clone] as S;
  if (paths.happened(origin)) return origin;
  const state = paths.clone(origin);
  paths.rekey(state, branch);
  return state;
}

/** Follows a path to a level or to its end; whether it reached the level, or met the event. */
function travel<S>(paths: Paths<S>, state: S, threshold: number): boolean {
  while (!paths.happened(state)) {
    if (paths.level(state) >= threshold) return true;
    if (!paths.advance(state)) return paths.happened(state);
  }
  return true;
}

/** The highest level of a path over its whole time; Infinity if it met the event. */
function peakOf<S>(paths: Paths<S>, state: S): number {
  let peak = Number.NEGATIVE_INFINITY;
  while (!paths.happened(state)) {
    peak = Math.max(peak, paths.level(state));
    if (!paths.advance(state)) return paths.happened(state) ? Number.POSITIVE_INFINITY : peak;
  }
  return Number.POSITIVE_INFINITY;
}
