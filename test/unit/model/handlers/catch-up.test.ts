import { expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import type { FaultPlan } from '#model/plan';
import { dwelling, makePlan } from '../../../fixtures/plan.js';
import { playUntil } from './short-run.js';

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
  // A node looks again after each request and after each response, and a response brings five heights.
  const responses = HOUR / (5 * SECOND) / 5;
  const { run } = playUntil(plan, 2 * HOUR + 10 * MINUTE, 'seed', (_, { chain }) => {
    if (Math.max(...chain.syncChecks) > 3 * responses) throw new Error('a node asks more often than it is answered');
  });
  for (const node of [1, 3]) expect(run.chain.syncChecks[node]).toBeGreaterThan(1.9 * responses);
  expect(run.store.recovered).toHaveLength(2);
  for (const { catchUp } of run.store.recovered) expect(catchUp).toBeGreaterThan(MINUTE / 2); // 12.5 heights a second
});
