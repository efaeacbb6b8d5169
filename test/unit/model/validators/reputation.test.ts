import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR } from '#base/time';
import {
  decayedScore,
  engineScore,
  engineTier,
  type Merits,
  peerTier,
  REPUTATION_RULES,
  reputationScore,
  roleOf,
  scoreAfterTrigger,
  tierOf,
} from '#model/validators/reputation';

const merits = fc.record({
  validated: fc.boolean(),
  hours: fc.integer({ min: 0, max: 720 }),
  successes: fc.nat(5_000),
  feedback: fc.integer({ min: -500, max: 500 }),
});

function of(hours: number, successes: number, feedback = 0): Merits {
  return { validated: true, hours, successes, feedback };
}

test.each([
  // hours, successes, feedback, days since the reference, score, tier: blueprint section 3.1
  [0, 0, 0, 0, 0.4, 1],
  [24, 10, 0, 0, 0.541454, 3],
  [48, 100, 0, 0, 0.681366, 4],
  [100, 178, 0, 0, 0.747115, 4],
  [720, 1_000, 0, 0, 0.799919, 5],
  [720, 1_000, 50, 0, 0.894737, 5],
  [720, 1_000, 0, 7, 0.768313, 5],
])('%i h, %i successes, feedback %i, %i days on: score %f, TL%i', (hours, successes, feedback, days, score, tier) => {
  expect(reputationScore(of(hours, successes, feedback), days * DAY)).toBeCloseTo(score, 6);
  expect(tierOf(of(hours, successes, feedback), score)).toBe(tier);
});

test('section 3.1: TL5 without feedback needs 34 hours and 178 successes', () => {
  const tier = (hours: number, successes: number) =>
    tierOf(of(hours, successes), reputationScore(of(hours, successes)));
  expect([tier(34, 1e9), tier(33, 1e9), tier(720, 178), tier(720, 177)]).toEqual([5, 4, 5, 4]);
});

test('section 3.1: the tiers begin where the rules say, in their order', () => {
  const rows = [
    [23, 1_000, 1],
    [24, 9, 2],
    [24, 10, 3],
    [720, 99, 3],
    [720, 100, 4],
  ] as const;
  for (const [hours, successes, tier] of rows) expect(tierOf(of(hours, successes), 0.7)).toBe(tier);
  expect([tierOf(of(720, 100), 0.75), tierOf(of(720, 100), 0.7499)]).toEqual([5, 4]);
  expect(tierOf({ ...of(720, 1_000), validated: false }, 1)).toBe(0);
});

test('a score lies in [0, 1], falls with time and never with merit', () => {
  fc.assert(
    fc.property(merits, fc.nat(400), (history, days) => {
      const score = reputationScore(history, days * DAY);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
      expect(reputationScore(history)).toBeGreaterThanOrEqual(score);
      for (const better of [
        { ...history, validated: true },
        { ...history, hours: history.hours + 1 },
        { ...history, successes: history.successes + 1 },
        { ...history, feedback: history.feedback + 1 },
      ]) {
        expect(reputationScore(better, days * DAY)).toBeGreaterThanOrEqual(score);
      }
    }),
  );
});

test('an unvalidated identity with nothing has score 0, not less, however old its reference', () => {
  expect(reputationScore({ ...of(0, 0, -9), validated: false }, 1_000 * DAY)).toBe(0);
});

test('section 3.1: feedback below zero counts as none', () => {
  expect(reputationScore(of(100, 100, -40))).toBe(reputationScore(of(100, 100)));
});

test('section 2.1: the weights sum to 1', () => {
  const { validation, uptime, consensus, feedback, decay } = REPUTATION_RULES;
  expect(validation + uptime + consensus + feedback + decay).toBeCloseTo(1, 12);
});

test('section 3.1: a day without a check takes 5 % once, and so do a hundred days; an hour less takes nothing', () => {
  expect(decayedScore(0.8, DAY)).toBeCloseTo(0.76, 12);
  expect(decayedScore(0.8, 100 * DAY)).toBeCloseTo(0.76, 12);
  expect(decayedScore(0.8, 23 * HOUR)).toBe(0.8);
});

test('section 3.1: the library grades by hours alone', () => {
  expect([0, 1, 23, 24, 71, 72, 167, 168, 719, 720, 900].map(engineTier)).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
  expect([0, 180, 720, 900].map(engineScore)).toEqual([0, 0.25, 1, 1]);
  expect([scoreAfterTrigger(0.5, 'censorship'), scoreAfterTrigger(0.5, 'inactivity')]).toEqual([0.45, 0.4]);
});

test('section 3.1: peers are graded by whole points from 1 to 5', () => {
  expect([-3, 0, 0.99, 1, 1.5, 2, 4.9, 5, 77].map(peerTier)).toEqual([0, 0, 0, 1, 1, 2, 4, 5, 5]);
});

test('section 3.1: TL3 and above stand for election, TL1 and TL2 observe', () => {
  expect(([0, 1, 2, 3, 4, 5] as const).map(roleOf)).toEqual([
    'excluded',
    'observer',
    'observer',
    'candidate',
    'candidate',
    'candidate',
  ]);
});
