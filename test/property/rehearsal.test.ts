/** Laws of a whole rehearsal, tried on drawn plans: repeatable, resumable from a snapshot, safe. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatFingerprint } from '#base/fingerprint';
import { scheduleFaults } from '#model/handlers/faults';
import { startRollout } from '#model/handlers/rollout';
import { closeRollout } from '#model/handlers/undoing';
import { advanceWorld, createPilotCache, createWorld, rehearse } from '#model/rehearsal';
import type { World } from '#model/world';
import { drawnPlans } from '../fixtures/drawn-plan.js';

const RUNS = 16;

test('a replication gives the same facts whoever ran before it and whatever was cached', () => {
  fc.assert(
    fc.property(drawnPlans, (plan) => {
      const shared = createPilotCache();
      const forwards = [0, 1, 2].map((i) => rehearse(plan, 'seed', i, { details: false, cache: shared }).fingerprint);
      const backwards = [2, 1, 0].map(
        (i) => rehearse(plan, 'seed', i, { details: true, cache: createPilotCache() }).fingerprint,
      );
      expect(backwards.reverse()).toEqual(forwards);
    }),
    { numRuns: RUNS, seed: 11 },
  );
});

test('a snapshot goes on exactly as the original does', () => {
  fc.assert(
    fc.property(drawnPlans, fc.nat(2_000), (plan, steps) => {
      const cache = createPilotCache();
      const world = createWorld(plan, 'seed', 5, false);
      scheduleFaults(world);
      startRollout(world);
      const advance = (of: World): boolean => of.rollout.state !== 'ended' && advanceWorld(of, cache);
      for (let step = 0; step < steps && advance(world); step += 1);
      const copy = structuredClone(world);
      const finish = (of: World): string => {
        while (advance(of));
        closeRollout(of);
        return formatFingerprint(of.facts);
      };
      expect(finish(copy)).toBe(finish(world));
    }),
    { numRuns: RUNS, seed: 12 },
  );
});

test('honest validators never break an invariant, rewards are conserved without a reward defect, shares are shares', () => {
  fc.assert(
    fc.property(drawnPlans, (plan) => {
      const { metrics, undone, blocks } = rehearse(plan, 'seed', 0, { details: false, cache: createPilotCache() });
      expect(metrics['safety.violations']).toBe(0);
      expect(metrics['safety.forks']).toBe(0);
      const wrongPay = plan.faults.some(
        (one) => one.kind === 'drift' || (one.kind === 'bad-release' && one.defect === 'misreward'),
      );
      if (!wrongPay) {
        expect(metrics['rewards.conservationViolations']).toBe(0);
        expect(metrics['rewards.relativeError'] ?? 0).toBe(0);
      }
      expect(metrics['liveness.slotShare']).toBeGreaterThanOrEqual(0);
      expect(metrics['liveness.slotShare']).toBeLessThanOrEqual(1);
      expect(blocks).toBeGreaterThanOrEqual(0);
      for (const one of undone) expect(one.cause).not.toBe('');
    }),
    { numRuns: 2 * RUNS, seed: 13 },
  );
});
