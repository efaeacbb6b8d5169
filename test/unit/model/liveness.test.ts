import { describe, expect, test } from 'vitest';
import { MINUTE } from '#base/time';
import { scheduleFaults } from '#model/handlers/faults';
import { startRollout } from '#model/handlers/rollout';
import type { Fidelity, Plan } from '#model/plan';
import { advanceWorld, createPilotCache, createWorld, rehearse } from '#model/rehearsal';
import { dwelling, makePlan } from '../../fixtures/plan.js';

const CRASH = 5 * MINUTE;
const DOWN = 12 * MINUTE;

function crashing(n: number, count: number, fidelity: Fidelity): Plan {
  return makePlan({
    fidelity,
    channels: [dwelling('mainnet', n, 30 * MINUTE)],
    faults: [
      {
        kind: 'crash',
        name: 'crash',
        probability: 1,
        trigger: { kind: 'at', time: CRASH },
        duration: { kind: 'constant', value: DOWN },
        target: { kind: 'count', count, of: 'chain' },
      },
    ],
  });
}

/** Heights finalized while the crashed nodes are down, half a minute apart from both ends. */
function heightsWhileDown(plan: Plan): number {
  const world = createWorld(plan, 'seed', 0, false);
  const cache = createPilotCache();
  scheduleFaults(world);
  startRollout(world);
  while (world.now < CRASH + MINUTE / 2 && advanceWorld(world, cache));
  const before = world.run?.chain.tip ?? 0;
  while (world.now < CRASH + DOWN - MINUTE / 2 && advanceWorld(world, cache));
  return (world.run?.chain.tip ?? 0) - before;
}

describe.each([4, 7, 100])('%i validators of equal power', (n) => {
  const most = Math.ceil(n / 3) - 1; // the most that are fewer than a third
  describe.each<Fidelity>(['message', 'auto'])('at %s fidelity', (fidelity) => {
    test(`go on while ${most} are down`, () => {
      const plan = crashing(n, most, fidelity);
      expect(heightsWhileDown(plan)).toBeGreaterThan(80);
      const { metrics } = rehearse(plan, 'seed', 0, { details: false, cache: createPilotCache() });
      expect(metrics['liveness.longestStall']).toBeLessThan(2 * MINUTE);
    });

    test(`decide nothing while ${most + 1} are down, and report the stall`, () => {
      const plan = crashing(n, Math.floor(n / 3) + 1, fidelity);
      expect(heightsWhileDown(plan)).toBe(0);
      const { metrics } = rehearse(plan, 'seed', 0, { details: false, cache: createPilotCache() });
      expect(metrics['liveness.longestStall']).toBeGreaterThan(DOWN - MINUTE / 2);
      expect(metrics['liveness.longestStall']).toBeLessThan(DOWN + 3 * MINUTE);
      expect(metrics['safety.violations']).toBe(0);
    });
  });
});
