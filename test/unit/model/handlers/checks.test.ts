import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import type { CheckPlan } from '#model/check-plan';
import type { CheckRecord, Outcome } from '#model/outcome';
import type { FaultPlan, Plan } from '#model/plan';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { check } from '../../../fixtures/check.js';
import { makePlan, wholePlan } from '../../../fixtures/plan.js';

const production = check({
  name: 'production',
  window: 5 * MINUTE,
  interval: MINUTE,
  minSamples: 1,
  consecutiveFailures: 3,
  onFail: 'abort',
});
/** Fails whatever the chain does. */
const never: CheckPlan = {
  ...production,
  name: 'never',
  rule: { ...production.rule, success: { comparator: '>', value: 2 } } as CheckPlan['rule'],
};

const outage: FaultPlan = {
  kind: 'crash',
  name: 'outage',
  probability: 1,
  trigger: { kind: 'at', time: 2 * HOUR },
  duration: { kind: 'constant', value: 20 * MINUTE },
  target: { kind: 'share', share: 0.5, of: 'chain' },
};

function run(checks: readonly CheckPlan[], over: Partial<Plan> = {}): Outcome {
  const plan = makePlan({ channels: [wholePlan(7, checks, 3 * HOUR)], ...over });
  return rehearse(plan, 'seed', 0, { details: true, cache: createPilotCache() });
}

const recordOf = (outcome: Outcome, check: string): CheckRecord | undefined =>
  outcome.checks.find((record) => record.check === check);
const kindsOf = (outcome: Outcome, subject: string) =>
  outcome.timeline?.filter((one) => one.subject === subject).map(({ kind }) => kind);

describe('an observed check', () => {
  test('moves nothing, and tells once for each time what it would have done', () => {
    const watched = run([production, { ...never, mode: 'observe' }]);
    const alone = run([production]);
    expect(watched.metrics).toEqual(alone.metrics);
    expect(watched.result).toBe('completed');
    expect(kindsOf(watched, 'never')).toEqual(['check-observed']);
    expect(watched.timeline?.find(({ subject }) => subject === 'never')?.cause).toMatch(
      /^would abort: mean of liveness.production over 5m is 100%, wanted > 200%$/,
    );
  });

  test('that would act without any fault is a false alarm, and so is an enforced one that acts', () => {
    expect(recordOf(run([{ ...never, mode: 'observe' }]), 'never')).toMatchObject({
      falseAlarm: true,
      verdict: 'failure',
      successes: 0,
      acted: expect.any(Number),
    });
    expect(recordOf(run([never]), 'never')).toMatchObject({ falseAlarm: true });
  });

  test('that would act on a fault is none, though the fault is over when it does', () => {
    const trigger = { kind: 'at', time: 2 * HOUR + 5 * SECOND };
    const short = { ...outage, trigger, duration: { kind: 'constant', value: 20 * SECOND } } as FaultPlan;
    const strict = { ...production.rule, success: { comparator: '>=', value: 0.97 } } as CheckPlan['rule'];
    const outcome = run([{ ...production, rule: strict, mode: 'observe' }], { faults: [short] });
    const record = recordOf(outcome, 'production');
    expect(record?.acted).toBeGreaterThan(2 * HOUR);
    expect(record).toMatchObject({ falseAlarm: false, verdict: 'success' });
    expect(outcome.result).toBe('completed');
  });
});

describe('a check that cannot see', () => {
  const telemetry = { ...makePlan().telemetry, alertBlind: true };
  const blind: CheckPlan = { ...never, exported: false };

  test('never fires and holds up nothing, as built', () => {
    const outcome = run([production, blind], { telemetry });
    expect(outcome.result).toBe('completed');
    expect(recordOf(outcome, 'never')).toMatchObject({ failures: 0, inconclusive: 0, acted: null });
  });

  test('fires where its metric is exported after all', () => {
    expect(run([production, blind]).undone).toMatchObject([{ kind: 'abort', check: 'never' }]);
  });
});

test('a check with a number of evaluations ends with them, and its success lasts', () => {
  const outcome = run([{ ...production, count: 10 }], { faults: [outage] });
  const { successes = 0, failures = 0, inconclusive = 0, verdict } = recordOf(outcome, 'production') ?? {};
  expect(successes + failures + inconclusive).toBe(10);
  expect(verdict).toBe('success');
  expect(outcome.result).toBe('completed');
});

test('one whose evaluations are not done by then holds up the promotion until they are', () => {
  const outcome = run([{ ...production, interval: HOUR, count: 6 }]);
  expect(kindsOf(outcome, 'production')).toContain('hold');
  expect(outcome.result).toBe('completed');
  expect(outcome.end).toBeGreaterThanOrEqual(6 * HOUR);
});

test('a limit on failures in all fails where none come in a row', () => {
  const patient = { ...production, consecutiveFailures: 1_000 };
  expect(run([patient], { faults: [outage] }).result).toBe('completed');
  const limited = run([{ ...patient, failureLimit: 5 }], { faults: [outage] });
  expect(limited.undone).toMatchObject([{ check: 'production', cause: 'outage' }]);
});

test('an inconclusive check may hold, and the hold ends with its first conclusive evaluation', () => {
  const band = { ...production.rule, failure: { comparator: '<', value: 0 } } as CheckPlan['rule'];
  const outcome = run([{ ...production, rule: band, onInconclusive: 'hold' }], { faults: [outage] });
  expect(kindsOf(outcome, 'production')).toContain('hold');
  expect(outcome.timeline?.map(({ kind }) => kind)).toContain('resume');
  expect(outcome.result).toBe('completed');
  expect(recordOf(outcome, 'production')?.failures).toBe(0);
});

test('the first interval begins after the delay', () => {
  const outcome = run([{ ...never, consecutiveFailures: 1, initialDelay: 2 * HOUR }]);
  expect(recordOf(outcome, 'never')?.acted).toBe(2 * HOUR + MINUTE);
});

/** Two of nine nodes run the release and observe its gates. */
function canary(check: CheckPlan): Partial<Plan> {
  const whole = wholePlan(9, [check], 3 * HOUR);
  const steps = whole.steps.map((step) => (step.kind === 'gate' ? { ...step, mode: 'shadow' as const } : step));
  return { channels: [{ ...whole, validators: 2, steps }] };
}
const crashOfRelease = { ...outage, target: { kind: 'count', count: 2, of: 'channel' } } as FaultPlan;

test('nodes on the release are judged against the others', () => {
  const worse: CheckPlan = {
    ...production,
    name: 'worse',
    rule: {
      kind: 'reading',
      metric: 'release.crashes',
      statistic: 'max',
      window: 30 * MINUTE,
      against: 'ratio',
      success: { comparator: '<=', value: 2 },
      failure: null,
    },
    consecutiveFailures: 1,
  };
  expect(run([], { ...canary(worse), faults: [crashOfRelease] }).undone).toMatchObject([
    { check: 'worse', cause: 'outage' },
  ]);
  expect(run([], canary(worse)).result).toBe('completed');
});

test('whether the release takes part says nothing of the others', () => {
  const participation = (metric: string): CheckPlan => ({
    ...production,
    mode: 'observe',
    rule: {
      kind: 'reading',
      metric,
      statistic: 'mean',
      window: 5 * MINUTE,
      against: null,
      success: { comparator: '>=', value: 0.85 },
      failure: null,
    },
  });
  const failuresOf = (metric: string): number | undefined => {
    const outcome = run([], { ...canary(participation(metric)), faults: [crashOfRelease] });
    return recordOf(outcome, 'production')?.failures;
  };
  expect(failuresOf('release.participation')).toBeGreaterThan(10);
  expect(failuresOf('production.participation')).toBe(0);
});
