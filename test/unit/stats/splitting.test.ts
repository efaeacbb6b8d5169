/** Splitting against chains whose answer is known in closed form. */
import { describe, expect, test } from 'vitest';
import { findLevels, type Paths, type SplitRepeat, splitOnce } from '#stats/splitting';
import { estimateFromRepeats } from '#stats/splitting-estimate';
import { addValue, createTally, varianceOf } from '#stats/tally';
import { type Climber, chanceOf, climbs, type Ladder, outageLadder, queueLadder } from '../../../bench/ladder.js';

function split(ladder: Ladder, effort: number, repeats: number, seed = 'test') {
  const paths = climbs(ladder, seed);
  const { levels, wholeCost } = findLevels(paths, effort, 0.2, 50, 0);
  const found = Array.from({ length: repeats }, (_, i) => splitOnce(paths, levels, effort, i + 1));
  return { levels, wholeCost, found, ...estimateFromRepeats(found, effort, 0.95) };
}

/** How many standard errors the mean of some estimates is from the truth. */
function standardErrorsOff(estimates: readonly number[], truth: number): number {
  const tally = createTally();
  for (const estimate of estimates) addValue(tally, estimate);
  return Math.abs(tally.mean - truth) / Math.sqrt((varianceOf(tally) as number) / tally.count);
}

test("the gambler's ruin is what the ladder gives for equal odds", () => {
  for (const [load, top] of [
    [0.5, 10],
    [0.8, 25],
    [1.5, 7],
  ] as const) {
    const odds = 1 / load;
    expect(chanceOf(queueLadder(load, top))).toBeCloseTo((odds - 1) / (odds ** top - 1), 12);
  }
});

describe('the closed form lies within three standard errors', () => {
  test.each([
    ['M/M/1, load 0.5, overflow at 20', queueLadder(0.5, 20), 9.5e-7],
    ['outage, 6 of 30', outageLadder(30, 6, 0.006), 1e-6],
    ['outage, 7 of 20', outageLadder(20, 7, 0.006), 1.3e-9],
  ])('%s', (_, ladder, size) => {
    const exact = chanceOf(ladder);
    const { estimate, relativeError, scale } = split(ladder, 500, 16);
    expect(exact / size).toBeGreaterThan(0.8);
    expect(exact / size).toBeLessThan(1.2);
    expect(relativeError).toBeLessThan(0.3);
    expect(Math.abs((estimate as number) / exact - 1)).toBeLessThan(3 * (relativeError as number));
    expect(scale).toBe('log');
  });
});

test('over many repeats the mean is the truth, whatever does not divide', () => {
  const ladder = queueLadder(0.6, 8);
  const paths = climbs(ladder, 'unbiased');
  const estimates = Array.from({ length: 1500 }, (_, i) => splitOnce(paths, [3, 4, 6], 7, i).estimate);
  expect(standardErrorsOff(estimates, chanceOf(ladder))).toBeLessThan(3.5);
});

test('a level function that knows nothing of the event, or only its end, is unbiased too', () => {
  const ladder = queueLadder(0.6, 5);
  const truth = chanceOf(ladder);
  const climb = climbs(ladder, 'blind');
  const byAge: Paths<Climber> = { ...climb, level: ({ jumps }) => jumps };
  const byAgeOnly = Array.from({ length: 1500 }, (_, i) => splitOnce(byAge, [3, 5], 9, i).estimate);
  expect(standardErrorsOff(byAgeOnly, truth)).toBeLessThan(3.5);
  const lateLevels = Array.from({ length: 1500 }, (_, i) => splitOnce(climb, [3, 40], 9, i).estimate);
  expect(standardErrorsOff(lateLevels, truth)).toBeLessThan(3.5);
});

test('where the entrances to a level differ, each weighs the same', () => {
  // Of five paths three reach the level; the first of them always meets the event, the others never do.
  const paths: Paths<{ readonly good: boolean; step: number }> = {
    start: ({ clone }) => ({ good: clone === 0, step: clone < 3 ? 0 : 3 }),
    clone: (path) => ({ ...path }),
    rekey: () => {},
    advance: (path) => {
      if (path.step >= 2) return false;
      path.step += 1;
      return true;
    },
    level: ({ step }) => (step === 3 ? 0 : step),
    happened: ({ good, step }) => good && step === 2,
    cost: ({ step }) => step,
    pick: climbs(queueLadder(0.5, 2), 'deal').pick,
  };
  const estimates = Array.from({ length: 3000 }, (_, i) => splitOnce(paths, [1], 5, i).estimate);
  expect(standardErrorsOff(estimates, (3 / 5) * (1 / 3))).toBeLessThan(3.5);
});

test('on an easy case splitting and plain Monte Carlo agree', () => {
  const ladder = outageLadder(12, 3, 0.05);
  const plain = splitOnce(climbs(ladder, 'plain'), [], 4000, 1);
  const { estimate, relativeError } = split(ladder, 200, 20);
  const error = Math.sqrt((plain.estimate * (1 - plain.estimate)) / 4000);
  const apart = Math.abs((estimate as number) - plain.estimate);
  expect(apart).toBeLessThan(3 * Math.hypot(error, (relativeError as number) * (estimate as number)));
});

test('the same luck gives the same bytes; another repeat, other luck', () => {
  const paths = climbs(queueLadder(0.5, 12), 'same');
  const again = () => splitOnce(paths, [4, 8], 50, 3);
  expect(again()).toEqual(again());
  expect(splitOnce(paths, [4, 8], 50, 4)).not.toEqual(again());
});

test('the interval holds the truth about as often as it promises', () => {
  const ladder = queueLadder(0.5, 8);
  const exact = chanceOf(ladder);
  const paths = climbs(ladder, 'coverage');
  let held = 0;
  for (let experiment = 0; experiment < 80; experiment += 1) {
    const repeats = Array.from({ length: 8 }, (_, i) => splitOnce(paths, [3, 5], 60, 8 * experiment + i));
    const [low, high] = estimateFromRepeats(repeats, 60, 0.9).interval;
    if (low <= exact && exact <= high) held += 1;
  }
  expect(held / 80).toBeGreaterThan(0.8);
});

test('a pilot looks for levels until some path comes further, and none is passed by all', () => {
  const { levels } = findLevels(climbs(outageLadder(20, 7, 0.006), 'patience'), 20, 0.2, 50, 0);
  expect(levels[0]).toBeGreaterThan(1); // where every path begins
  expect(levels.at(-1)).toBe(6);
});

describe('what was not reached', () => {
  const none: SplitRepeat = { hits: [2, 0, 0], estimate: 0, cost: 5 };

  test('has no estimate, and the bound of its first level', () => {
    const { estimate, interval, scale, cost } = estimateFromRepeats([none, none], 100, 0.95);
    expect(estimate).toBeNull();
    expect(scale).toBe('none');
    expect(interval[0]).toBe(0);
    expect(interval[1]).toBeGreaterThan(0.04); // 4 of 200 paths came to the first level
    expect(interval[1]).toBeLessThan(0.06);
    expect(cost).toBe(10);
  });

  test('in some repeats puts the interval on the normal scale, cut off at 0', () => {
    const some: SplitRepeat = { hits: [2, 1, 1], estimate: 2e-6, cost: 5 };
    const { estimate, interval, scale } = estimateFromRepeats([none, some], 100, 0.95);
    expect(estimate).toBe(1e-6);
    expect(scale).toBe('normal');
    expect(interval[0]).toBe(0);
  });
});

test('where there is no level before the event, paths are counted: no certainty comes of repeats that agree', () => {
  const all: SplitRepeat = { hits: [20], estimate: 1, cost: 5 };
  const some: SplitRepeat = { hits: [5], estimate: 0.25, cost: 5 };
  const sure = estimateFromRepeats([all, all, all], 20, 0.95);
  expect(sure).toMatchObject({ estimate: 1, scale: 'exact', relativeError: 0, plainReplications: 60 });
  expect(sure.interval[0]).toBeGreaterThan(0.93);
  expect(sure.interval[0]).toBeLessThan(0.95); // 0.025 to the power of 1/60
  const half = estimateFromRepeats([all, some], 20, 0.95);
  expect(half.estimate).toBe(0.625);
  expect(half.interval[0]).toBeGreaterThan(0.45);
  expect(half.interval[1]).toBeLessThan(0.78);
});
