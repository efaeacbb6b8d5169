import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addPoints, gossipPoints, isBanned, PEER_BAN, PEER_POINTS, slashPoints } from '#model/validators/peer-score';
import { peerTier } from '#model/validators/reputation';

test('section 10: points of gossip by topic, of events, of a slash, and the ban', () => {
  expect(gossipPoints('blocks')).toBeCloseTo(0.4, 12);
  expect(gossipPoints('witness-proofs')).toBeCloseTo(0.24, 12);
  expect(gossipPoints('meta')).toBeCloseTo(0.1, 12);
  expect(PEER_POINTS).toMatchObject({ uptime: 0.3, vote: 0.6, 'vote-timeout': -0.4, 'missing-relay': -0.6 });
  expect([slashPoints(0), slashPoints(1), slashPoints(3)]).toEqual([-2.5, -2.5, -7.5]);
  expect([isBanned(0.09, 0), isBanned(0.1, 0), isBanned(5, 1)]).toEqual([true, false, true]);
  expect(PEER_BAN).toBe(180_000_000);
});

test('a score stays inside the scale of the tiers of peers', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { maxLength: 30 }), (points) => {
      const score = points.reduce(addPoints, 2);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(5);
      expect(peerTier(addPoints(score, 9))).toBe(5);
      expect(peerTier(addPoints(score, -9))).toBe(0);
    }),
    { seed: 2, numRuns: 100 },
  );
});
