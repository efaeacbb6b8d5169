/** Laws of a whole rehearsal, tried on drawn plans: repeatable, resumable from a snapshot, safe. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatFingerprint } from '#base/fingerprint';
import { HOUR, MINUTE, SECOND } from '#base/time';
import type { CheckPlan } from '#model/check-plan';
import { scheduleFaults } from '#model/handlers/faults';
import { startRollout } from '#model/handlers/rollout';
import { closeRollout } from '#model/handlers/undoing';
import type { FaultPlan, Plan, Trigger } from '#model/plan';
import { advanceWorld, createPilotCache, createWorld, rehearse } from '#model/rehearsal';
import type { World } from '#model/world';
import { dwelling, makePlan, PLAIN_CHECK, wholePlan } from '../fixtures/plan.js';

const trigger: fc.Arbitrary<Trigger> = fc.oneof(
  fc.record({ kind: fc.constant('at' as const), time: fc.integer({ min: 1, max: 2 * HOUR }) }),
  fc.record({
    kind: fc.constant('rate' as const),
    regular: fc.boolean(),
    every: fc.constantFrom(HOUR, 4 * HOUR),
    channel: fc.constant(null),
  }),
  fc.record({
    kind: fc.constant('after' as const),
    channel: fc.constant('mainnet'),
    step: fc.constantFrom(null, 'rewards', 'proofs'),
    delay: fc.integer({ min: 0, max: 20 * MINUTE }),
  }),
);
const target = fc.oneof(
  fc.record({
    kind: fc.constant('share' as const),
    share: fc.double({ min: 0.1, max: 0.6, noNaN: true }),
    of: fc.constant('chain' as const),
  }),
  fc.record({ kind: fc.constant('leader' as const) }),
);
const duration = fc.integer({ min: SECOND, max: 20 * MINUTE }).map((value) => ({ kind: 'constant' as const, value }));
const common = { probability: fc.constantFrom(1, 0.7), trigger, duration, target };

const fault: fc.Arbitrary<FaultPlan> = fc.oneof(
  fc.record({ ...common, kind: fc.constant('crash' as const), name: fc.constant('crash') }),
  fc.record({
    ...common,
    kind: fc.constant('partition' as const),
    name: fc.constant('partition'),
    direction: fc.constantFrom('both' as const, 'in' as const, 'out' as const),
    moves: fc.constantFrom(null, MINUTE),
  }),
  fc.record({
    ...common,
    kind: fc.constant('slow' as const),
    name: fc.constant('slow'),
    on: fc.constantFrom('link' as const, 'prove' as const),
    factor: fc.constantFrom(2, 5, 40),
  }),
  fc.record({
    ...common,
    kind: fc.constant('drift' as const),
    name: fc.constant('drift'),
    gate: fc.constant('rewards'),
  }),
  fc.record({
    kind: fc.constant('bad-release' as const),
    name: fc.constant('release'),
    probability: fc.constant(1),
    trigger: fc.constant({ kind: 'at' as const, time: 0 }),
    defect: fc.constantFrom('crash' as const, 'diverge' as const, 'misreward' as const),
    perHeight: fc.constantFrom(0.002, 0.02),
    share: fc.constantFrom(0.3, 1),
    gate: fc.constantFrom(null, 'rewards'),
    minUpgraded: fc.constantFrom(1, 4),
  }),
);

const check: CheckPlan = {
  ...PLAIN_CHECK,
  name: 'production',
  rule: {
    kind: 'reading',
    metric: 'liveness.production',
    statistic: 'mean',
    window: 5 * MINUTE,
    against: null,
    success: { comparator: '>=', value: 0.7 },
    failure: null,
  },
  interval: MINUTE,
  minSamples: 10,
  consecutiveFailures: 3,
  onFail: 'rollback',
};

const plans: fc.Arbitrary<Plan> = fc
  .record({
    n: fc.integer({ min: 1, max: 8 }),
    faults: fc.array(fault, { maxLength: 3 }),
    fidelity: fc.constantFrom('auto' as const, 'auto' as const, 'block' as const, 'message' as const),
    onFail: fc.constantFrom('rollback' as const, 'abort' as const, 'hold' as const),
    exponent: fc.constantFrom(0, 0.8),
  })
  .map(({ n, faults, fidelity, onFail, exponent }) => {
    const base = makePlan();
    return makePlan({
      fidelity,
      horizon: fidelity === 'message' ? HOUR : 6 * HOUR,
      validators: { ...base.validators, stakeExponent: exponent },
      channels: [dwelling('testnet', 4, 20 * MINUTE), wholePlan(n, [{ ...check, onFail }], HOUR)],
      faults: faults.map((one, i) => ({ ...one, name: `${one.name}-${i}` })),
    });
  });

const RUNS = 16;

test('a replication gives the same facts whoever ran before it and whatever was cached', () => {
  fc.assert(
    fc.property(plans, (plan) => {
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
    fc.property(plans, fc.nat(2_000), (plan, steps) => {
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
    fc.property(plans, (plan) => {
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
