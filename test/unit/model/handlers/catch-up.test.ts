import { expect, test } from 'vitest';
import { HOUR, MINUTE } from '#base/time';
import type { FaultPlan } from '#model/plan';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { dwelling, makePlan } from '../../../fixtures/plan.js';

test('nodes that were down for an hour catch up one request at a time', () => {
  const outage: FaultPlan = {
    kind: 'crash',
    name: 'half-down',
    trigger: { kind: 'at', time: HOUR },
    probability: 1,
    duration: { kind: 'constant', value: HOUR },
    target: { kind: 'validators', validators: [1, 3] },
  };
  const plan = { ...makePlan({ channels: [dwelling('main', 7, 3 * HOUR)], faults: [outage] }), horizon: 4 * HOUR };
  const outcome = rehearse(plan, 'seed', 0, { details: false, cache: createPilotCache() });
  expect(outcome.result).toBe('completed');
  expect(outcome.metrics['recovery.catchUp']).toBeGreaterThan(MINUTE / 2); // 720 heights at 12.5 a second
  expect(outcome.messageEvents).toBeLessThan(300_000);
});
