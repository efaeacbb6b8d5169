import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '#base/time';
import type { FaultPlan, Fidelity, Plan, StepPlan } from '#model/plan';
import { dwelling } from '../../../fixtures/plan.js';
import { byzantine, constant, faultOf, playUntil, runOnce, shortPlan } from './short-run.js';

const N = 4;
const CHAOS = 30 * SECOND;
const SETTLE = MINUTE;
const JUDGE = MINUTE;
const END = CHAOS + SETTLE + JUDGE;
const SLOTS = 10_000; // the phases end earlier
const LONG = { duration: constant(60 * MINUTE) }; // beyond the end

function phased(faults: readonly FaultPlan[], over: Partial<Plan> = {}): Plan {
  const phases = { chaos: CHAOS, settle: SETTLE, judge: JUDGE };
  return { ...shortPlan(N, { slots: SLOTS, faults }), phases, ...over };
}

/** The outcome of the judged phase: stuck or not, share of the slots, and blocks of the whole run. */
function judged(plan: Plan, seed = 'seed') {
  const { metrics, blocks, end } = runOnce(plan, seed);
  expect(metrics['safety.forks']).toBe(0);
  return { stuck: metrics['liveness.stuck'], share: metrics['liveness.judgedShare'] as number, blocks, end };
}

describe.each<Fidelity>(['message', 'auto'])('at %s fidelity', (fidelity) => {
  test('a plan with phases ends with the judged one, and a healthy chain is not stuck', () => {
    const { stuck, share, end, blocks } = judged(phased([], { fidelity }));
    expect([stuck, end]).toEqual([0, END]);
    expect(share).toBeGreaterThan(0.95);
    expect(blocks).toBe(END / SECOND);
  });

  test.each<[string, FaultPlan]>([
    ['crash', faultOf('crash', [1, 2, 3], LONG)],
    ['partition', faultOf('partition', [1, 2], { ...LONG, direction: 'both', moves: null })],
    ['one-way partition', faultOf('partition', [1, 2], { ...LONG, direction: 'in', moves: null })],
    ['moving partition', faultOf('partition', [1, 2], { ...LONG, direction: 'both', moves: 2 * SECOND })],
    ['clog', faultOf('clog', [1, 2], LONG)],
    ['loss', faultOf('loss', [0, 1, 2, 3], { ...LONG, loss: 1 })],
  ])('%s ends at the end of chaos, and the chain goes on', (_, fault) => {
    const plan = phased([fault], { fidelity });
    const { world, run } = playUntil(plan, CHAOS - SECOND);
    expect([run.chain.tip, world.occurrences[0]?.end]).toEqual([0, CHAOS]);
    const { stuck, share } = judged(plan);
    expect(stuck).toBe(0);
    expect(share).toBeGreaterThan(0.9);
  });
});

test('no fault begins after chaos, but Byzantine behaviour does', () => {
  const trigger = { kind: 'at', time: CHAOS + SECOND };
  const crash = playUntil(phased([faultOf('crash', [1, 2], { ...LONG, trigger })]), END).world;
  expect(crash.occurrences).toEqual([]);
  const nil = playUntil(phased([{ ...byzantine('nil', [1]), trigger } as FaultPlan]), END).world;
  expect(nil.occurrences).toHaveLength(1);
});

test('Byzantine behaviour goes on after chaos, and within what is tolerated it leaves nobody stuck', () => {
  const plan = phased([byzantine('withhold', [1])]);
  expect(playUntil(plan, CHAOS + SETTLE).run.chain.misconducts).toBe(1);
  const { stuck, share } = judged(plan);
  expect(stuck).toBe(0);
  expect(share).toBeLessThan(0.95);
  expect(share).toBeGreaterThan(0.5);
});

test('more Byzantine validators than are tolerated leave the chain stuck', () => {
  expect(judged(phased([byzantine('withhold', [1, 2])]))).toMatchObject({ stuck: 1, share: 0, blocks: 0 });
});

describe('a defect of the release', () => {
  const release = (over: object): FaultPlan =>
    faultOf('bad-release', [], { defect: 'crash', perHeight: 0.5, share: 0.5, gate: null, minUpgraded: N, ...over });
  const steps: StepPlan[] = [
    { kind: 'upgrade', batchShare: 1, pause: 0 },
    { kind: 'dwell', time: SLOTS * SECOND, epochs: 0 },
  ];
  const plan = (over: object): Plan => {
    const base = phased([release(over)]);
    const operations = { ...base.operations, restart: constant(SECOND), crashRestart: constant(60 * MINUTE) };
    return { ...base, operations, channels: [{ ...dwelling('mainnet', N, 0), steps }] };
  };

  test('that takes down more than a third for longer than the run leaves the chain stuck', () => {
    const { stuck, share, blocks } = judged(plan({}));
    expect([stuck, share]).toEqual([1, 0]);
    expect(blocks).toBeGreaterThan(0);
  });

  test('that leaves half with another state does so as well', () => {
    expect(judged(plan({ defect: 'diverge' }))).toMatchObject({ stuck: 1, share: 0 });
  });

  test('that leaves one with another state leaves it stuck, although the chain goes on', () => {
    const { stuck, share } = judged(plan({ defect: 'diverge', share: 0.25, perHeight: 0.02 }));
    expect(stuck).toBe(1);
    expect(share).toBeGreaterThan(0.5);
  });

  test('that hits a quarter leaves the rest going on', () => {
    const { stuck, share } = judged(plan({ share: 0.25, perHeight: 0.01 }));
    expect(stuck).toBe(0);
    expect(share).toBeGreaterThan(0.5);
  });
});

test('what is judged is measured from where everybody stood when the settling was over', () => {
  const { judgement } = playUntil(phased([]), CHAOS + SETTLE + SECOND).world;
  expect(judgement?.since).toBe(CHAOS + SETTLE);
  expect(judgement?.tip).toBe((CHAOS + SETTLE) / SECOND);
  for (const height of judgement?.heights ?? []) expect(height).toBeGreaterThanOrEqual(judgement?.tip as number);
});

test('without phases nothing is judged', () => {
  const { metrics } = runOnce(shortPlan(N, { slots: 10 }));
  expect([metrics['liveness.stuck'], metrics['liveness.judgedShare']]).toEqual([null, null]);
});

test('a horizon that comes before the judged phase judges nothing', () => {
  const { metrics } = runOnce(phased([], { horizon: CHAOS + SECOND }));
  expect([metrics['liveness.stuck'], metrics['liveness.judgedShare']]).toEqual([null, null]);
});
