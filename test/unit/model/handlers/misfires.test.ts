import { expect, test } from 'vitest';
import { HOUR, MINUTE } from '#base/time';
import type { Outcome } from '#model/outcome';
import type { MisfireFault, Plan, StepPlan } from '#model/plan';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { dwelling, makePlan } from '../../../fixtures/plan.js';
import { constant } from './short-run.js';

const STEPS: readonly StepPlan[] = [
  { kind: 'upgrade', batchShare: 0.5, pause: 0 },
  { kind: 'gate', phase: 'selection', batchShare: 0.5, pause: 0, mode: 'enforce', needs: [] },
  { kind: 'dwell', time: 2 * HOUR, epochs: 0 },
];

function planOf(over: Partial<MisfireFault> | null, fidelity: Plan['fidelity'] = 'auto'): Plan {
  const fault: MisfireFault = {
    kind: 'misfire',
    name: 'odd',
    trigger: { kind: 'after', channel: 'main', step: 'selection', delay: 0 },
    probability: 1,
    gate: 'selection',
    how: 'partial',
    by: 0,
    duration: constant(30 * MINUTE),
    target: { kind: 'validators', validators: [0, 1] },
    ...over,
  };
  const channels = [{ ...dwelling('main', 10, HOUR), steps: STEPS }];
  return { ...makePlan({ channels, faults: over === null ? [] : [fault] }), fidelity, horizon: 4 * HOUR };
}

const run = (plan: Plan, replication = 0): Outcome =>
  rehearse(plan, 'seed', replication, { details: true, cache: createPilotCache() });
const at = (outcome: Outcome, kind: string): number => outcome.timeline?.find((one) => one.kind === kind)?.at ?? -1;

test.each<Partial<MisfireFault>>([{ how: 'partial' }, { how: 'late', by: 20 }, { how: 'early', by: 20 }])(
  'two nodes of ten that misfire (%o) miss blocks until they are repaired, and then take part again',
  (over) => {
    const sound = run(planOf(null));
    const outcome = run(planOf(over));
    expect(outcome.metrics['gates.misfires']).toBe(2);
    expect(outcome.result).toBe('completed');
    // 0.2 of the power for 30 min of about 2 h 25 min: 4 points of participation.
    const lost =
      (sound.metrics['liveness.participation'] as number) - (outcome.metrics['liveness.participation'] as number);
    expect(lost).toBeGreaterThan(0.02);
    expect(lost).toBeLessThan(0.06);
    const hours = outcome.hours ?? [];
    expect(hours.at(-1)?.participationMean).toBeCloseTo(sound.hours?.at(-1)?.participationMean as number, 1);
    // Repaired half an hour after the first height that differs: the agreed one, or 20 slots of 5 s before it.
    const shown = at(outcome, 'fault-end') - 30 * MINUTE;
    const agreed = at(outcome, 'gate-active') - (over.how === 'early' ? 100_000_000 : 0);
    expect(Math.abs(shown - agreed)).toBeLessThan(30_000_000);
  },
);

test.each<MisfireFault['how']>(['partial', 'late', 'early'])(
  'where half of the nodes misfire (%s) the chain stands still until they are repaired',
  (how) => {
    const outcome = run(planOf({ how, by: 20, target: { kind: 'validators', validators: [0, 1, 2, 3, 4] } }));
    expect(outcome.metrics['liveness.longestStall']).toBeGreaterThan(28 * MINUTE);
    expect(outcome.metrics['liveness.longestStall']).toBeLessThan(35 * MINUTE);
    expect(outcome.metrics['safety.forks']).toBe(0);
  },
);

test('where all nodes are early, or late, nothing is lost', () => {
  const stall = run(planOf(null)).metrics['liveness.longestStall'] as number;
  for (const how of ['early', 'late'] as const) {
    const outcome = run(planOf({ how, by: 20, target: { kind: 'share', share: 1, of: 'channel' } }));
    expect(outcome.metrics['liveness.longestStall'] as number).toBeLessThan(stall + MINUTE);
    expect(outcome.metrics['liveness.participation']).toBeGreaterThan(0.95);
    expect(outcome.metrics['gates.misfires']).toBe(10);
  }
});

test('a misfire that does not happen changes nothing', () => {
  expect(run(planOf({ probability: 0 })).fingerprint).toBe(run(planOf(null)).fingerprint);
});

test('participation under a misfire is the same at message level', () => {
  const share = (fidelity: Plan['fidelity']): number =>
    run(planOf({ how: 'partial' }, fidelity)).metrics['liveness.participation'] as number;
  expect(share('auto')).toBeCloseTo(share('message'), 1);
});
