import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR, SECOND } from '#base/time';
import {
  applyDecay,
  attest,
  bookDuties,
  bookPayout,
  bookUptime,
  createIdentity,
  type Identity,
  ONBOARDING_RULES,
  recompute,
  slashIdentity,
} from '#model/validators/identity';

const AS_BUILT = { ...ONBOARDING_RULES, bootstrapAsBuilt: true };

function veteran(hours = 720, successes = 1_000): Identity {
  const fresh = attest(createIdentity(7, 0), 3, 2);
  return recompute({ ...fresh, hours, successes }, 0);
}

test('section 3.1: an identity is validated by 3 votes and 2 confirmations, which resets its successes', () => {
  const paid = bookPayout(bookUptime(createIdentity(1, 0), 30, 0), 0);
  expect(paid).toMatchObject({ validated: false, tier: 0, successes: 1, hours: 30 });
  expect(attest(paid, 2, 9)).toBe(paid);
  expect(attest(paid, 9, 1)).toBe(paid);
  const bound = attest(paid, 3, 2);
  expect(bound).toMatchObject({ validated: true, tier: 0, score: 0, successes: 0, hours: 30 });
  expect(recompute(bound, 0).tier).toBe(2);
  expect(attest(veteran(), 3, 2)).toMatchObject({ successes: 1_000, tier: 5 });
});

test('section 3.1: a payout adds one success, recomputes and moves the decay reference', () => {
  const before = veteran(24, 9);
  expect(before.tier).toBe(2);
  const after = bookPayout(before, 5 * SECOND);
  expect(after).toMatchObject({ successes: 10, tier: 3, decayReference: 5 * SECOND });
  expect(after.score).toBeCloseTo(0.541454, 6);
});

test('section 3.1: an uptime credit takes over the balance, at most 720 hours', () => {
  expect(bookUptime(veteran(23, 20), 24, HOUR)).toMatchObject({ hours: 24, tier: 3, decayReference: HOUR });
  expect(bookUptime(veteran(), 721, HOUR).hours).toBe(720);
});

test('section 9.1: a slash takes validation, tier, score, successes, feedback and hours; a second one finds nothing', () => {
  const slashed = slashIdentity({ ...veteran(), feedback: 40 });
  expect(slashed).toMatchObject({
    address: 7,
    validated: false,
    tier: 0,
    score: 0,
    successes: 0,
    feedback: 0,
    hours: 0,
  });
  expect(slashIdentity(slashed)).toEqual(slashed);
  expect(bookPayout(slashed, DAY).tier).toBe(0);
});

test('section 3.1: the decay of scores takes one step after any gap, can cost TL5, and a recomputation undoes it', () => {
  const trusted = veteran();
  expect(applyDecay(trusted, DAY - 1)).toBe(trusted);
  for (const gap of [DAY, 30 * DAY]) {
    const decayed = applyDecay(trusted, gap);
    expect(decayed.score).toBeCloseTo(0.95 * trusted.score, 12);
    expect(decayed).toMatchObject({ tier: 5, decayReference: gap });
    expect(applyDecay(decayed, gap + DAY)).toMatchObject({ tier: 4, decayReference: gap + DAY });
    expect(recompute(applyDecay(decayed, gap + DAY), gap + DAY).tier).toBe(5);
  }
});

test('sections 3.1 and 22: on probation a validated TL2 earns TL3 by ten duties, and not one success more', () => {
  const available = veteran(24, 0);
  expect(bookDuties(available, 9, HOUR).identity).toMatchObject({ successes: 9, tier: 2 });
  const { identity, left } = bookDuties(available, 25, HOUR);
  expect(identity).toMatchObject({ successes: 10, tier: 3, decayReference: HOUR });
  expect(left).toBe(15);
  expect(bookDuties(identity, 25, HOUR).identity).toBe(identity);
  expect(bookDuties(veteran(23, 0), 25, HOUR).identity.successes).toBe(0);
  expect(bookDuties(slashIdentity(available), 25, HOUR).identity.successes).toBe(0);
  expect(bookDuties(available, 25, HOUR, AS_BUILT).identity).toBe(available);
});

test('duties short of a success wait for the next booking', () => {
  const slow = { ...ONBOARDING_RULES, probationDuties: 4 };
  const first = bookDuties(veteran(24, 0), 6, HOUR, slow);
  expect([first.identity.successes, first.left]).toEqual([1, 2]);
  expect(bookDuties(first.identity, 3, HOUR, slow)).toMatchObject({ identity: first.identity, left: 3 });
});

type Step = 'attest' | 'uptime' | 'duty' | 'transaction' | 'payout' | 'slash';

/** One step of a life in which, as everywhere, only a committee member (TL3 or more) is paid. */
function live(identity: Identity, step: Step, now: number, rules = ONBOARDING_RULES): Identity {
  if (step === 'attest') return attest(identity, 3, 2);
  if (step === 'uptime') return bookUptime(identity, Math.min(720, identity.hours + 24), now);
  if (step === 'duty') return bookDuties(identity, 10, now, rules).identity;
  if (step === 'transaction') return recompute(identity, now);
  if (step === 'slash') return slashIdentity(identity);
  return identity.tier >= 3 ? bookPayout(identity, now) : identity;
}

const life = fc.array(fc.constantFrom<Step>('attest', 'uptime', 'duty', 'transaction', 'payout', 'slash'), {
  maxLength: 60,
});

test('section 3.1: as built nobody ever reaches TL3, whatever happens', () => {
  fc.assert(
    fc.property(life, (steps) => {
      let identity = createIdentity(0, 0);
      steps.forEach((step, i) => {
        identity = live(identity, step, i * HOUR, AS_BUILT);
        expect(identity.tier).toBeLessThan(3);
      });
    }),
  );
  const steps: Step[] = ['attest', 'uptime', 'duty', 'payout'];
  expect(steps.reduce((one, step, i) => live(one, step, i * HOUR), createIdentity(0, 0)).tier).toBe(3);
});

test('whatever happens, hours stay in 0 … 720, the score in [0, 1], and TL0 is everyone without validation', () => {
  fc.assert(
    fc.property(life, (steps) => {
      let identity = createIdentity(0, 0);
      steps.forEach((step, i) => {
        identity = live(identity, step, i * DAY);
        expect(identity.hours).toBeGreaterThanOrEqual(0);
        expect(identity.hours).toBeLessThanOrEqual(720);
        expect(identity.score).toBeGreaterThanOrEqual(0);
        expect(identity.score).toBeLessThanOrEqual(1);
        if (!identity.validated) expect(identity.tier).toBe(0);
      });
    }),
  );
});
