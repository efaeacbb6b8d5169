import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '#base/time';
import type { CheckPlan } from '#model/check-plan';
import type { Outcome } from '#model/outcome';
import type { Plan, StepPlan } from '#model/plan';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { check as reading } from '../../../fixtures/check.js';
import { dwelling, makePlan } from '../../../fixtures/plan.js';

const UPGRADE: StepPlan = { kind: 'upgrade', batchShare: 1, pause: 0 };

function planOf(steps: readonly StepPlan[], checks: readonly CheckPlan[] = [], horizon = 3 * DAY): Plan {
  return { ...makePlan({ channels: [{ ...dwelling('main', 10, HOUR), steps, checks }] }), horizon };
}

function run(plan: Plan): Outcome {
  return rehearse(plan, 'seed', 0, { details: true, cache: createPilotCache() });
}

function times(outcome: Outcome, kind: string): readonly (readonly [number, string, string])[] {
  return (outcome.timeline ?? [])
    .filter((one) => one.kind === kind)
    .map(({ at, subject, cause }) => [at, subject, cause]);
}

describe('an upgrade of a part', () => {
  test.each<[string, StepPlan, number]>([
    ['so many', { ...UPGRADE, portion: { kind: 'count', count: 3 } }, 3],
    ['a share', { ...UPGRADE, portion: { kind: 'share', share: 0.4 } }, 4],
    ['a share of equal stakes', { ...UPGRADE, portion: { kind: 'stake', share: 0.5 } }, 5],
  ])('takes %s, and the next one the rest', (_, first, count) => {
    const outcome = run(planOf([first, { kind: 'dwell', time: MINUTE, epochs: 0 }, UPGRADE]));
    expect(times(outcome, 'step').flatMap(([, subject, cause]) => (subject === 'upgrade' ? [cause] : []))).toEqual([
      `to the new release, ${count} validators`,
      `to the new release, ${10 - count} validators`,
    ]);
    expect(outcome.result).toBe('completed');
  });
});

const approve = (given: Partial<Extract<StepPlan, { kind: 'approve' }>>): StepPlan => ({
  kind: 'approve',
  by: 'council',
  delay: { kind: 'constant', value: HOUR },
  rejects: 0,
  onReject: 'abort',
  hours: null,
  ...given,
});

describe('an approval', () => {
  test('takes its time, and only in working hours', () => {
    const [[at] = []] = times(run(planOf([approve({})])), 'approval');
    expect(at).toBe(HOUR);
    const hours = { from: 9 * HOUR, to: 17 * HOUR, weekends: false };
    const [[later] = []] = times(run(planOf([approve({ hours })])), 'approval');
    expect(later).toBe(10 * HOUR);
  });

  test('that is refused aborts, or is asked for again', () => {
    const refused = run(planOf([approve({ rejects: 1 })]));
    expect(refused.result).toBe('aborted');
    expect(refused.undone).toMatchObject([{ check: 'approval', cause: 'approval' }]);
    const asked = run(planOf([approve({ rejects: 1, onReject: 'ask-again' })], [], 5 * HOUR + MINUTE));
    expect(times(asked, 'approval').map(([at]) => at)).toEqual([1, 2, 3, 4, 5].map((hour) => hour * HOUR));
    expect(asked.result).toBe('unfinished');
  });
});

test('a dwell with a limit waits for its checks, then holds', () => {
  const check = reading({
    name: 'impossible',
    metric: 'liveness.finality',
    window: 5 * MINUTE,
    interval: MINUTE,
    success: { comparator: '<', value: 0 },
    failure: { comparator: '>', value: HOUR },
    consecutiveFailures: 3,
    onFail: 'hold',
  });
  const dwell: StepPlan = { kind: 'dwell', time: 10 * MINUTE, epochs: 0, most: HOUR };
  const outcome = run(planOf([dwell, UPGRADE], [check], 4 * HOUR));
  const [[at, subject] = []] = times(outcome, 'hold');
  expect([at, subject]).toEqual([HOUR, 'impossible']);
  expect(times(outcome, 'step').map(([, name]) => name)).toEqual(['dwell']);
  const easy = reading({
    name: 'easy',
    interval: MINUTE,
    onFail: 'hold',
    metric: 'liveness.finality',
    success: { comparator: '<', value: HOUR },
  });
  const [, [next] = []] = times(run(planOf([dwell, UPGRADE], [easy], 4 * HOUR)), 'step');
  expect(next).toBeLessThan(10 * MINUTE + 30 * SECOND);
});
