/** The exact shortcut changes nothing: heights computed by order statistics are the ones that events bring. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '#base/time';
import { quorumTime } from '#model/consensus/quorum-time';
import type { Plan } from '#model/plan';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { drawnPlans } from '../fixtures/drawn-plan.js';

/** What makes heights differ from each other: late checks, lost messages, proposals in parts, short timeouts. */
const unevenPlans: fc.Arbitrary<Plan> = fc
  .record({
    plan: drawnPlans,
    execute: fc.constantFrom(null, 40, 300, 900),
    loss: fc.constantFrom(0, 0.001, 0.05),
    parts: fc.boolean(),
    hop: fc.boolean(),
    commitWait: fc.constantFrom(null, null, SECOND, 50 * MILLISECOND),
    propose: fc.constantFrom(null, 700),
  })
  .map(({ plan, execute, loss, parts, hop, commitWait, propose }) => {
    const { chain, network } = plan;
    const slow = { kind: 'exponential' as const, mean: (execute ?? 1) * MILLISECOND };
    return {
      ...plan,
      chain: {
        ...chain,
        commitWait,
        partBytes: parts ? Math.ceil(chain.blockBytes / 3) : chain.partBytes,
        execute: execute === null ? chain.execute : slow,
        timeouts: { ...chain.timeouts, propose: propose === null ? chain.timeouts.propose : propose * MILLISECOND },
      },
      network: { ...network, loss, hop: hop ? { kind: 'exponential' as const, mean: 20 * MILLISECOND } : network.hop },
    };
  });

test('the same facts and metrics with the shortcut and without, and it is taken', () => {
  let played = 0;
  let computed = 0;
  fc.assert(
    fc.property(fc.oneof(drawnPlans, unevenPlans), fc.nat(1_000), (plan, replication) => {
      const run = (shortcut: boolean) =>
        rehearse(plan, 'seed', replication, { details: true, cache: createPilotCache(), shortcut });
      const { messageEvents: without, ...byEvents } = run(false);
      const { messageEvents: left, ...byShortcut } = run(true);
      expect(byShortcut).toEqual(byEvents);
      played += without;
      computed += without - left;
    }),
    { numRuns: 40, seed: 21 },
  );
  expect(computed / played).toBeGreaterThan(0.3); // else it was hardly tried
});

test('a quorum is there when the sorted powers say so', () => {
  const arrival = fc.tuple(
    fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(Number.POSITIVE_INFINITY)),
    fc.integer({ min: 0, max: 5 }),
  );
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 40 }), fc.integer({ min: 1, max: 90 }), (arrivals, quorum) => {
      const sorted = [...arrivals].sort(([a], [b]) => (a === b ? 0 : a - b));
      let sum = 0;
      let expected = Number.POSITIVE_INFINITY;
      for (const [time, power] of sorted) {
        sum += power;
        if (sum < quorum) continue;
        expected = time;
        break;
      }
      const times = Float64Array.from(arrivals, ([time]) => time);
      const powers = Float64Array.from(arrivals, ([, power]) => power);
      expect(quorumTime(times, powers, arrivals.length, quorum)).toBe(expected);
    }),
    { numRuns: 2_000, seed: 22 },
  );
});
