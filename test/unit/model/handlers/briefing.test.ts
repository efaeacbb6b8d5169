import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '#base/time';
import type { BriefingPlan } from '#model/communication-plan';
import type { Outcome } from '#model/outcome';
import type { StepPlan } from '#model/plan';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { dwelling, makePlan } from '../../../fixtures/plan.js';
import { constant } from './short-run.js';

const BRIEFING: BriefingPlan = {
  channel: 'main',
  ahead: 7 * DAY,
  notice: 14 * DAY,
  missing: 0,
  delay: constant(2 * HOUR),
};
const STEPS: readonly StepPlan[] = [
  { kind: 'upgrade', batchShare: 0.5, pause: 0 },
  { kind: 'gate', phase: 'selection', batchShare: 1, pause: 0, mode: 'enforce', needs: [] },
  { kind: 'dwell', time: HOUR, epochs: 0 },
];

function run(briefing: Partial<BriefingPlan> | null, replication = 0): Outcome {
  const plan = makePlan({ channels: [{ ...dwelling('main', 10, HOUR), steps: STEPS }], horizon: 2 * DAY });
  const whole = briefing === null ? plan : { ...plan, briefing: { ...BRIEFING, ...briefing } };
  return rehearse(whole, 'seed', replication, { details: true, cache: createPilotCache() });
}
const unprepared = (outcome: Outcome): number => outcome.metrics['communication.unprepared'] as number;
const duration = (outcome: Outcome): number => outcome.metrics['rollout.duration'] as number;

test('operators briefed in time are prepared: nothing changes but that it is told', () => {
  const outcome = run({ ahead: 14 * DAY });
  expect(unprepared(outcome)).toBe(0);
  expect(duration(outcome)).toBe(duration(run(null)));
  expect(outcome.timeline?.find(({ kind }) => kind === 'briefing')?.cause).toBe(
    'sent 14d ahead; 0% of the operators are unprepared',
  );
});

test('a briefing that is never sent leaves nobody prepared: each batch takes as much longer, and the gate no longer', () => {
  const outcome = run({ missing: 1 });
  expect(unprepared(outcome)).toBe(10);
  // Two batches, each two hours later; the gate waits for the next epoch of five minutes either way.
  expect(Math.abs(duration(outcome) - duration(run(null)) - 4 * HOUR)).toBeLessThan(10 * MINUTE);
  const told = outcome.timeline ?? [];
  const [first] = told.filter(({ kind }) => kind === 'upgrade');
  const gate = told.find(({ kind, subject }) => kind === 'step' && subject === 'gate selection');
  expect((gate?.at ?? 0) - (first?.at ?? 0)).toBe(4 * HOUR + 2 * 32 * SECOND);
});

test('with half of the notice half of the operators are prepared, and the same ones whatever else happens', () => {
  const counts = Array.from({ length: 20 }, (_, replication) => unprepared(run({}, replication)));
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  expect(mean).toBeGreaterThan(3.5);
  expect(mean).toBeLessThan(6.5);
  expect(run({}).fingerprint).toBe(run({}).fingerprint);
});

test('only the upgrade of the channel that is briefed waits', () => {
  expect(unprepared(run({ channel: 'other', missing: 1 }))).toBe(0);
});
