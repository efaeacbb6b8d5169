import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '#base/time';
import type { ChecklistPlan } from '#model/checklist-plan';
import type { Outcome } from '#model/outcome';
import type { DriftFault, Plan, StepPlan } from '#model/plan';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { check } from '../../../fixtures/check.js';
import { dwelling, makePlan } from '../../../fixtures/plan.js';
import { constant } from './short-run.js';

const STEPS: readonly StepPlan[] = [
  { kind: 'upgrade', batchShare: 0.2, pause: MINUTE },
  { kind: 'gate', phase: 'selection', batchShare: 0.2, pause: 0, mode: 'enforce', needs: [] },
  { kind: 'dwell', time: HOUR, epochs: 0 },
];
const DRIFT: DriftFault = {
  kind: 'drift',
  name: 'edited',
  trigger: { kind: 'after', channel: 'main', step: null, delay: MINUTE },
  probability: 1,
  gate: 'selection',
  duration: constant(10 * HOUR),
  target: { kind: 'validators', validators: [0, 1] },
};
const CHECKLIST: ChecklistPlan = {
  parity: null,
  alerts: false,
  runbook: true,
  search: constant(50 * MINUTE),
  repair: constant(20 * MINUTE),
};
const CRASHES = check({ name: 'crashes', metric: 'release.crashes', success: { comparator: '<=', value: 0 } });

function run(over: Partial<Plan>, checklist?: Partial<ChecklistPlan>): Outcome {
  const channels = [{ ...dwelling('main', 10, HOUR), steps: STEPS, checks: [CRASHES] }];
  const plan = makePlan({ channels, horizon: 6 * HOUR, ...over });
  const whole = checklist === undefined ? plan : { ...plan, checklist: { ...CHECKLIST, ...checklist } };
  return rehearse(whole, 'seed', 0, { details: true, cache: createPilotCache() });
}
const told = (outcome: Outcome, kind: string) => (outcome.timeline ?? []).filter((one) => one.kind === kind);

describe('the parity of configurations', () => {
  test('shows drift before the gate: it is repaired, and the step waits for it', () => {
    const outcome = run({ faults: [DRIFT] }, { parity: { covers: 1 } });
    const sound = run({});
    expect(outcome.metrics['checklist.driftFound']).toBe(2);
    expect(outcome.metrics['checklist.driftMissed']).toBe(0);
    expect(told(outcome, 'preflight').map(({ cause }) => cause)).toEqual([
      expect.stringMatching(/^2 of 10 bundles differ from [0-9a-f]{8}$/),
    ]);
    const gate = (one: Outcome): number =>
      told(one, 'step').find(({ subject }) => subject === 'gate selection')?.at ?? 0;
    expect(gate(outcome) - gate(sound)).toBe(20 * MINUTE);
    expect(outcome.metrics['liveness.participation']).toBeCloseTo(sound.metrics['liveness.participation'] as number, 1);
  });

  test('does not show what the hash leaves out: the validators compute another state', () => {
    const outcome = run({ faults: [DRIFT] }, { parity: { covers: 0 } });
    expect(outcome.metrics['checklist.driftFound']).toBe(0);
    expect(outcome.metrics['checklist.driftMissed']).toBe(2);
    expect(told(outcome, 'preflight')).toEqual([]);
    expect(outcome.hours?.at(-1)?.participationMean).toBeLessThan(0.85); // two of ten are left behind
    expect(outcome.fingerprint).toBe(run({ faults: [DRIFT] }).fingerprint); // nobody looking does as little
  });

  test('costs nothing where nothing drifts', () => {
    expect(run({}, { parity: { covers: 1 } }).fingerprint).toBe(run({}).fingerprint);
  });
});

describe('an alert without exporter', () => {
  const faults: Plan['faults'] = [
    {
      kind: 'bad-release',
      name: 'leak',
      trigger: { kind: 'at', time: 0 },
      probability: 1,
      defect: 'crash',
      perHeight: 0.05,
      share: 0.1,
      gate: null,
      minUpgraded: 1,
    },
  ];
  const telemetry = { ...makePlan().telemetry, missing: ['release.crashes'] };

  test('never fires, and nothing waits for it', () => {
    const outcome = run({ faults, telemetry });
    expect(outcome.result).toBe('completed');
    expect(outcome.metrics['checklist.blindAlerts']).toBe(1);
  });

  test('is found by a test of all alerts, and then it fires', () => {
    const outcome = run({ faults, telemetry }, { alerts: true });
    expect(told(outcome, 'preflight')[0]?.cause).toBe('crashes: no exporter of release.crashes');
    expect(outcome.metrics['rollback.any']).toBe(1);
    expect(outcome.metrics['checklist.blindAlerts']).toBe(0);
  });
});

test('without the runbook the way back takes as much longer as people search', () => {
  const faults: Plan['faults'] = [
    {
      kind: 'crash',
      name: 'down',
      trigger: { kind: 'after', channel: 'main', step: null, delay: 10 * MINUTE },
      probability: 1,
      duration: constant(5 * MINUTE),
      target: { kind: 'count', count: 3, of: 'channel' },
    },
  ];
  const steps: readonly StepPlan[] = [
    { kind: 'upgrade', batchShare: 1, pause: 0 },
    { kind: 'dwell', time: 3 * HOUR, epochs: 0 },
  ];
  const channels = [{ ...dwelling('main', 10, HOUR), steps, checks: [CRASHES] }];
  const took = (runbook: boolean): number => {
    const [undo] = run({ faults, channels }, { runbook }).undone;
    return undo?.steps.find(({ name }) => name === 'notify')?.duration ?? 0;
  };
  expect(took(false) - took(true)).toBe(50 * MINUTE);
});
