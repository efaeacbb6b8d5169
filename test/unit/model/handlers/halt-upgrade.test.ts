import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '#base/time';
import type { Distribution } from '#kernel/distribution';
import type { Fidelity, Plan, StepPlan } from '#model/plan';
import { dwelling } from '../../../fixtures/plan.js';
import { constant, faultOf, playUntil, runOnce, shortPlan } from './short-run.js';

const AFTER = 20;
const DWELL = 2 * MINUTE;
const INSTALL = MINUTE;
const HORIZON = 60 * MINUTE;
const scattered: Distribution = { kind: 'exponential', mean: INSTALL };

function halting(n: number, install: Distribution, fidelity: Fidelity = 'message', over: Partial<Plan> = {}): Plan {
  const steps: StepPlan[] = [
    { kind: 'halt-upgrade', after: AFTER, install },
    { kind: 'dwell', time: DWELL, epochs: 0 },
  ];
  const channels = [{ ...dwelling('mainnet', n, 0), steps }];
  return { ...shortPlan(n), horizon: HORIZON, fidelity, channels, ...over };
}

/** Heights, who is there and what they run, at each step of a run. */
function watched(plan: Plan, seed: string) {
  const seen: { now: number; tip: number; heights: number[]; there: number }[] = [];
  playUntil(plan, plan.horizon, seed, ({ now }, { chain }) => {
    const there = chain.up.reduce((sum, up, node) => sum + up * (chain.release[node] as number), 0);
    seen.push({ now, tip: chain.tip, heights: [...chain.height], there });
  });
  return seen;
}

describe.each<Fidelity>(['message', 'auto'])('at %s fidelity', (fidelity) => {
  test('all stop after the same height, stand still, install the release and go on', () => {
    const plan = halting(7, constant(INSTALL), fidelity);
    const { timeline, metrics, blocks, result } = runOnce(plan);
    const halt = timeline?.find(({ subject }) => subject === 'halt');
    expect(halt?.cause).toBe(`height ${AFTER} is the last of the previous release`);
    expect([result, metrics['safety.violations'], metrics['safety.forks']]).toEqual(['completed', 0, 0]);
    expect(blocks).toBe(AFTER + DWELL / SECOND);
    expect(metrics['liveness.longestStall']).toBeGreaterThan(INSTALL);
    expect(metrics['liveness.longestStall']).toBeLessThan(INSTALL + 3 * SECOND);
    for (const { there, heights } of watched(plan, 'seed')) {
      if (there < 7) for (const height of heights) expect(height).toBeLessThanOrEqual(AFTER);
    }
  });

  test.each(['a', 'b', 'c'])('no block comes until more than two thirds run the release, then soon: %s', (seed) => {
    const n = 7;
    const quorum = 5;
    const seen = watched(halting(n, scattered, fidelity), seed);
    const enough = seen.find(({ there }) => there >= quorum)?.now as number;
    const next = seen.find(({ tip }) => tip > AFTER);
    expect(seen.find(({ there }) => there > 0)?.tip).toBe(AFTER);
    for (const { tip, there } of seen) if (tip > AFTER) expect(there).toBeGreaterThanOrEqual(quorum);
    expect(next?.now).toBeGreaterThan(enough);
    expect(next?.now).toBeLessThan(enough + 15 * SECOND);
    const last = seen.at(-1);
    expect(last?.there).toBe(n);
    for (const height of last?.heights ?? []) expect(height).toBeGreaterThanOrEqual((last?.tip as number) - 1);
  });
});

test('the stop is as long as people need to install', () => {
  const stalls = [SECOND, INSTALL, 10 * INSTALL].map((time) => {
    return runOnce(halting(4, constant(time))).metrics['liveness.longestStall'] as number;
  });
  const [short, middle, long] = stalls as [number, number, number];
  expect(middle - short).toBeGreaterThan(INSTALL - 3 * SECOND);
  expect(middle - short).toBeLessThan(INSTALL + SECOND);
  expect(long - middle).toBeGreaterThan(9 * INSTALL - SECOND);
  expect(long - middle).toBeLessThan(9 * INSTALL + SECOND);
});

test('each operator installs in its own time', () => {
  const n = 7;
  const seen = watched(halting(n, scattered), 'seed');
  const counts = new Set(seen.map(({ there }) => there));
  expect(counts.size).toBe(n + 1); // they come back one by one
});

test('a validator that was down at the halt comes back with the release', () => {
  const faults = [
    faultOf('crash', [2], { duration: constant(3 * MINUTE), trigger: { kind: 'at', time: 10 * SECOND } }),
  ];
  const plan = halting(4, constant(INSTALL), 'message', { faults });
  const { metrics, result } = runOnce(plan);
  expect([result, metrics['safety.violations']]).toEqual(['completed', 0]);
  const { chain } = playUntil(plan, plan.horizon).run;
  expect([...chain.release]).toEqual([1, 1, 1, 1]);
});
