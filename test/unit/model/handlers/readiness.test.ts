import { expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import type { Outcome } from '#model/outcome';
import type { Plan, StepPlan } from '#model/plan';
import type { EvidencePlan } from '#model/readiness-plan';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { dwelling, makePlan, PLAIN_CHECK } from '../../../fixtures/plan.js';

const constant = (value: number) => ({ kind: 'constant', value }) as const;

const evidence = (name: string, time: number, over: Partial<EvidencePlan> = {}): EvidencePlan => ({
  name,
  kind: 'other',
  owner: name,
  duration: constant(time),
  after: [],
  fails: 0,
  rework: constant(time),
  missing: 0,
  gates: [0],
  waiveAfter: null,
  deadline: null,
  changeEvery: null,
  ...over,
});

/** Two channels of an hour each, on chains of their own, that wait for evidence. */
function waiting(readiness: readonly EvidencePlan[], over: Partial<Plan> = {}): Plan {
  return makePlan({ channels: [dwelling('canary', 4, HOUR), dwelling('mainnet', 4, HOUR)], readiness, ...over });
}

function run(plan: Plan, replication = 0): Outcome {
  return rehearse(plan, 'readiness', replication, { details: true, cache: createPilotCache() });
}

function times(outcome: Outcome, kind: string): [at: number, subject: string][] {
  return (outcome.timeline ?? []).filter((one) => one.kind === kind).map(({ at, subject }) => [at, subject]);
}

test('without evidence channels follow each other at once', () => {
  const outcome = run(waiting([]));
  expect(times(outcome, 'channel-start').map(([at]) => at)).toEqual([0, HOUR]);
  expect(outcome.readiness).toEqual([]);
  expect([outcome.metrics['readiness.ready'], outcome.metrics['readiness.onTime']]).toEqual([null, null]);
});

test('a channel waits for the last of its evidence, and the wait counts', () => {
  const items = [
    evidence('freeze', 30 * MINUTE),
    evidence('tests', 20 * MINUTE, { after: [0], deadline: 50 * MINUTE }),
    evidence('audit', 3 * HOUR, { gates: [1] }),
    evidence('notes', 5 * HOUR, { gates: [] }),
  ];
  const outcome = run(waiting(items));
  expect(times(outcome, 'prepare')).toEqual([
    [0, 'freeze, tests'],
    [110 * MINUTE, 'audit'],
  ]);
  expect(times(outcome, 'channel-start').map(([at]) => at)).toEqual([50 * MINUTE, 3 * HOUR]);
  expect(outcome.result).toBe('completed');
  expect(outcome.end).toBe(4 * HOUR);
  expect(outcome.metrics).toMatchObject({
    'rollout.duration': 4 * HOUR,
    'readiness.ready': 3 * HOUR,
    'readiness.onTime': 1,
    'readiness.redone': 0,
  });
  expect(outcome.readiness.map(({ critical, slack }) => [critical, slack])).toEqual([
    [false, 130 * MINUTE],
    [false, 130 * MINUTE],
    [true, 0],
    [false, null],
  ]);
  expect(run(waiting([evidence('tests', HOUR, { deadline: HOUR - 1 })])).metrics['readiness.onTime']).toBe(0);
});

test('missing evidence holds the channel to the limit; then the promotion is given up, and that is no false abort', () => {
  const items = [evidence('freeze', HOUR, { gates: [1] }), evidence('audit', HOUR, { gates: [1], missing: 1 })];
  const base = makePlan();
  const outcome = run(waiting(items, { operations: { ...base.operations, holdLimit: 2 * HOUR } }));
  expect(times(outcome, 'hold')).toEqual([[HOUR, 'audit']]);
  expect(outcome.result).toBe('aborted');
  expect(outcome.undone).toMatchObject([
    { kind: 'abort', channel: 'mainnet', check: 'readiness', cause: 'audit', at: 3 * HOUR },
  ]);
  expect(outcome.metrics['rollback.falseAbort']).toBe(0);
  expect(outcome.metrics['readiness.ready']).toBe(base.horizon);
});

test('missing evidence that may be waived lets the channel start later, without it', () => {
  const items = [
    evidence('freeze', HOUR),
    evidence('audit', HOUR, { after: [0], missing: 1, waiveAfter: constant(HOUR) }),
  ];
  const outcome = run(waiting(items));
  expect(times(outcome, 'evidence')).toEqual([[2 * HOUR, 'audit']]);
  expect(times(outcome, 'channel-start').map(([at]) => at)).toEqual([2 * HOUR, 3 * HOUR]);
  expect(outcome.result).toBe('completed');
});

test('what is not done by the horizon keeps the channel waiting to the end', () => {
  const outcome = run(waiting([evidence('audit', 13 * HOUR)]));
  expect([outcome.result, outcome.end, times(outcome, 'channel-start')]).toEqual(['unfinished', 12 * HOUR, []]);
});

test('evidence is drawn by item: another item moves no draw', () => {
  const law = { kind: 'exponential', mean: HOUR } as const;
  const items = [evidence('tests', 0, { duration: law, fails: 0.5, rework: law })];
  const alone = run(waiting(items), 3).readiness[0];
  const beside = run(waiting([evidence('audit', 0, { duration: law }), ...items]), 3).readiness[1];
  expect(beside?.delivered).toBe(alone?.delivered);
});

const upgrade: StepPlan = { kind: 'upgrade', batchShare: 0.5, pause: 0 };
const lost: Plan['channels'][number]['checks'][number] = {
  ...PLAIN_CHECK,
  name: 'never',
  rule: {
    kind: 'reading',
    metric: 'liveness.production',
    statistic: 'mean',
    window: 5 * MINUTE,
    against: null,
    success: { comparator: '>', value: 2 },
    failure: null,
  },
  interval: MINUTE,
  minSamples: 1,
  consecutiveFailures: 3,
  onFail: 'abort',
};

/** The steps of an abort, where a runbook takes `time`. */
function wayBack(time: number, over: Partial<EvidencePlan> = {}): Record<string, number> {
  const steps: StepPlan[] = [upgrade, { kind: 'dwell', time: 2 * HOUR, epochs: 0 }];
  const channels = [{ ...dwelling('mainnet', 4, HOUR), steps, checks: [lost] }];
  const outcome = run(waiting([evidence('runbook', time, { kind: 'runbook', gates: [], ...over })], { channels }));
  return Object.fromEntries((outcome.undone[0]?.steps ?? []).map(({ name, duration }) => [name, duration]));
}

test('while a runbook is missing or a draft, people take longer on the way back', () => {
  const ready = wayBack(MINUTE);
  expect(ready).toMatchObject({ decide: 10 * MINUTE, notify: 3 * MINUTE, 'restart in batches': 4 * 32 * SECOND });
  const longer = { decide: 10 * MINUTE, notify: 4.5 * MINUTE, 'restart in batches': 4 * 48 * SECOND };
  expect(wayBack(3 * HOUR)).toMatchObject(longer);
  expect(wayBack(MINUTE, { missing: 1 })).toMatchObject(longer);
  expect(wayBack(3 * HOUR, { kind: 'documents' })).toMatchObject(ready);
});

test('a migration counts as rehearsed only once its evidence is there', () => {
  const migration = {
    families: ['ledger'],
    records: 16,
    reversible: true,
    defect: 'clock',
    defectFamily: 'ledger',
    rehearsed: true,
    rate: 50_000_000,
  } as const;
  const phase = { name: 'selection', enables: ['malachite_consensus'], after: [], migration } as const;
  const gate: StepPlan = { kind: 'gate', phase: 'selection', batchShare: 0.5, pause: 0, mode: 'enforce', needs: [] };
  const channels = [{ ...dwelling('mainnet', 4, HOUR), steps: [upgrade, gate] }];
  const checkedBy = (time: number) => {
    const item = evidence('copy', time, { kind: 'migration-rehearsal', gates: [] });
    return run(waiting([item], { channels, gates: [phase] })).undone[0]?.check;
  };
  expect(checkedBy(1)).toBe('migration');
  expect(checkedBy(20 * HOUR)).toBe(undefined);
});

test('what follows missing evidence is missing too: the channel is held for it, and given up', () => {
  const items = [evidence('suites', HOUR, { missing: 1, gates: [] }), evidence('audit', HOUR, { after: [0] })];
  const { operations } = makePlan();
  const outcome = run(waiting(items, { operations: { ...operations, holdLimit: 2 * HOUR } }));
  expect(times(outcome, 'hold')).toEqual([[0, 'audit']]);
  expect(outcome.undone[0]).toMatchObject({ at: 2 * HOUR, check: 'readiness', cause: 'audit' });
});
