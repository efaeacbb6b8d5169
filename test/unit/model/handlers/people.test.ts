import { expect, test } from 'vitest';
import { HOUR, MINUTE } from '#base/time';
import type { CheckPlan } from '#model/check-plan';
import type { Outcome, Undo } from '#model/outcome';
import type { FaultPlan, OperationsPlan, Plan, StepPlan } from '#model/plan';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { check } from '../../../fixtures/check.js';
import { dwelling, makePlan } from '../../../fixtures/plan.js';

const constant = (value: number) => ({ kind: 'constant', value }) as const;

const production = check({
  name: 'production',
  window: 5 * MINUTE,
  interval: MINUTE,
  minSamples: 10,
  consecutiveFailures: 3,
  onFail: 'abort',
});
const outage: FaultPlan = {
  kind: 'crash',
  name: 'outage',
  probability: 1,
  trigger: { kind: 'at', time: HOUR },
  duration: constant(2 * HOUR),
  target: { kind: 'share', share: 0.5, of: 'chain' },
};

/** A chain that stands still from the first to the third hour, and people who respond in stages. */
function standing(over: Partial<OperationsPlan> = {}, checks: readonly CheckPlan[] = [production]): Plan {
  const { operations } = makePlan();
  const channels = [{ ...dwelling('mainnet', 4, 6 * HOUR), checks }];
  return makePlan({ channels, faults: [outage], operations: { ...operations, decision: null, ...over } });
}

function run(plan: Plan, replication = 0): Outcome {
  return rehearse(plan, 'people', replication, { details: true, cache: createPilotCache() });
}

function stepsOf(undo: Undo | undefined): [name: string, duration: number][] {
  return (undo?.steps ?? []).map(({ name, duration }) => [name, duration]);
}

test('an incident is acknowledged, diagnosed and decided, each as a step', () => {
  const outcome = run(standing());
  expect(stepsOf(outcome.undone[0]).slice(0, 4)).toEqual([
    ['acknowledge', 3 * MINUTE],
    ['diagnose', 5 * MINUTE],
    ['decide', 2 * MINUTE],
    ['notify', 3 * MINUTE],
  ]);
  expect(outcome.metrics).toMatchObject({
    'people.pages': 1,
    'people.acknowledge': 3 * MINUTE,
    'people.misdiagnosed': 0,
  });
});

test('one law for all stages is one step that nobody is paged for', () => {
  const outcome = run(standing({ decision: constant(10 * MINUTE) }));
  expect(stepsOf(outcome.undone[0])[0]).toEqual(['decide', 10 * MINUTE]);
  expect(outcome.metrics).toMatchObject({ 'people.pages': 0, 'people.acknowledge': null });
});

test('outside of shifts the page takes longer, unless somebody is on call around the clock', () => {
  const { oncall } = makePlan().operations;
  const evening = { ...oncall, begin: 20 * HOUR };
  const first = (plan: Plan) => stepsOf(run(plan).undone[0])[0];
  expect(first(standing({ oncall: { ...evening, aroundTheClock: [0] } }))).toEqual(['acknowledge', 9 * MINUTE]);
  expect(first(standing({ oncall: evening }))).toEqual(['acknowledge', 3 * MINUTE]);
  expect(first(standing({ oncall: { ...evening, aroundTheClock: [HOUR] } }))).toEqual(['acknowledge', 9 * MINUTE]);
});

test('somebody is on call around the clock from the start of the channel, not of the rollout', () => {
  const { oncall } = makePlan().operations;
  const channels = [dwelling('testnet', 4, 3 * HOUR), { ...dwelling('mainnet', 4, 6 * HOUR), checks: [production] }];
  const late: FaultPlan = { ...outage, trigger: { kind: 'at', time: 4 * HOUR } };
  const first = (until: number) => {
    const plan = standing({ oncall: { ...oncall, begin: 20 * HOUR, aroundTheClock: [0, until] } });
    return stepsOf(run({ ...plan, channels, faults: [late] }).undone[0])[0];
  };
  expect(first(2 * HOUR)).toEqual(['acknowledge', 3 * MINUTE]);
  expect(first(HOUR)).toEqual(['acknowledge', 9 * MINUTE]);
});

test('who looks into a hold answers the next page afterwards', () => {
  const { oncall } = makePlan().operations;
  const checks: CheckPlan[] = [
    { ...production, name: 'hold', onFail: 'hold' },
    { ...production, name: 'abort', consecutiveFailures: 4 },
  ];
  const plan = standing({ oncall: { ...oncall, fatigue: 1 } }, checks);
  // held, acknowledged after 3 and understood after 8 minutes; the next page comes after one, and waits for 7 and 3
  expect(stepsOf(run(plan).undone[0])[0]).toEqual(['acknowledge', 10 * MINUTE]);
});

test('a wrong diagnosis is another step', () => {
  const { incident } = makePlan().operations;
  const plan = standing({ incident: { ...incident, misdiagnosed: 0.7 } });
  const outcomes = [0, 1, 2, 3].map((replication) => run(plan, replication));
  for (const { undone, metrics } of outcomes) {
    const again = stepsOf(undone[0]).filter(([name]) => name === 'diagnose again').length;
    expect(metrics['people.misdiagnosed']).toBe(again);
  }
  expect(outcomes.some(({ metrics }) => (metrics['people.misdiagnosed'] as number) > 0)).toBe(true);
});

test('a check that holds pages somebody once', () => {
  const outcome = run(standing({}, [{ ...production, onFail: 'hold' }]));
  expect(outcome.undone).toEqual([]);
  expect(outcome.metrics['people.pages']).toBe(1);
});

test('where no check tells of it, people notice that the chain stands still after their time, or never', () => {
  const { incident } = makePlan().operations;
  const blind = run(standing({}, []));
  expect([blind.undone, blind.metrics['people.pages']]).toEqual([[], 0]);
  const [undo] = run(standing({ incident: { ...incident, notice: constant(30 * MINUTE) } }, [])).undone;
  expect(undo).toMatchObject({ check: 'people', cause: 'outage' });
  expect((undo?.at ?? 0) - HOUR).toBeLessThan(MINUTE); // the last block
  const [notice, acknowledge] = stepsOf(undo);
  expect(notice?.[0]).toBe('notice');
  expect((notice?.[1] ?? 0) - 30 * MINUTE).toBeGreaterThanOrEqual(0);
  expect((notice?.[1] ?? 0) - 30 * MINUTE).toBeLessThan(MINUTE);
  expect(acknowledge?.[0]).toBe('acknowledge');
  expect(stepsOf(undo).reduce((sum, [, duration]) => sum + duration, 0)).toBe(undo?.recovery);
  const late = run(standing({ incident: { ...incident, notice: constant(3 * HOUR) } }, []));
  expect(late.undone).toEqual([]); // by then it is over
});

test('trouble that is over before anybody notices is forgotten, and what comes later is noticed anew', () => {
  const { incident } = makePlan().operations;
  const at = (name: string, time: number): FaultPlan => {
    return { ...outage, name, trigger: { kind: 'at', time }, duration: constant(20 * MINUTE) };
  };
  const plan = standing({ incident: { ...incident, notice: constant(30 * MINUTE) } }, []);
  expect(run({ ...plan, faults: [at('first', HOUR), at('second', 3 * HOUR)] }).undone).toEqual([]);
});

test('a chain that all stop on purpose is no trouble', () => {
  const { incident } = makePlan().operations;
  const steps: StepPlan[] = [
    { kind: 'halt-upgrade', after: 20, install: constant(HOUR) },
    { kind: 'dwell', time: HOUR, epochs: 0 },
  ];
  const plan = standing({ incident: { ...incident, notice: constant(10 * MINUTE) } }, []);
  const outcome = run({ ...plan, faults: [], channels: [{ ...dwelling('mainnet', 4, HOUR), steps, checks: [] }] });
  expect([outcome.result, outcome.undone]).toEqual(['completed', []]);
  expect(outcome.metrics['liveness.longestStall']).toBeGreaterThan(50 * MINUTE);
});
