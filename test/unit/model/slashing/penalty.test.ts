import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLASS_OF, type EvidenceKind } from '#model/slashing/evidence';
import {
  applyPenalty,
  isPenalty,
  libraryAmount,
  mayReturn,
  NO_PENALTY,
  PENALTY_RULES,
  type PenaltyProfile,
  type PenaltyRules,
  penaltyFor,
  type Standing,
  undoPenalty,
} from '#model/slashing/penalty';

const KINDS = Object.keys(CLASS_OF) as EvidenceKind[];
const PROFILES: readonly PenaltyProfile[] = ['node', 'lib', 'cfg', 'hybrid-v1'];
const ENTRY: Standing = {
  stake: 1_000n,
  balance: 1_000_000_000n,
  timetoke: 720_000_000n,
  tier: 4,
  score: 681_366,
  successes: 100,
  feedback: 7,
  identityValid: true,
  banned: false,
};
const EXPELLED = { timetoke: 0n, tier: 0, score: 0, successes: 0, feedback: 0, identityValid: false };

function punish(rules: Partial<PenaltyRules>, kind: EvidenceKind, standing: Standing = ENTRY): Standing {
  return applyPenalty(standing, penaltyFor({ ...PENALTY_RULES, ...rules }, kind, standing));
}

describe('section 9.1: node', () => {
  test.each<[EvidenceKind, bigint]>([
    ['double-sign-prevote', 900n],
    ['double-sign-precommit', 900n],
    ['invalid-proposal', 900n],
    ['double-spend-proposal', 900n],
    ['false-proof', 750n], // 1000 → 750
    ['refused-vote', 750n],
    ['invalid-identity', 500n],
  ])('%s leaves %s of a stake of 1000 and expels', (kind, stake) => {
    expect(punish({ profile: 'node' }, kind)).toEqual({ ...ENTRY, ...EXPELLED, stake });
  });

  test('without the gate only conflicts and bad proposals are punished', () => {
    const punished = KINDS.filter((kind) =>
      isPenalty(penaltyFor({ ...PENALTY_RULES, profile: 'node', gate: false }, kind, ENTRY)),
    );
    expect(punished).toEqual(['double-sign-prevote', 'double-sign-precommit', 'invalid-proposal']);
  });

  test('the stake is rounded down, and repeats cut again', () => {
    const once = punish({ profile: 'node' }, 'false-proof', { ...ENTRY, stake: 999n });
    expect([once.stake, punish({ profile: 'node' }, 'false-proof', once).stake]).toEqual([749n, 561n]);
  });

  test('censorship and silence cost nothing', () => {
    expect(punish({ profile: 'node' }, 'missed-prevote')).toEqual(ENTRY);
    expect(punish({ profile: 'node' }, 'silence')).toEqual(ENTRY);
  });
});

describe('section 9.2: lib', () => {
  test('for a base of 100 000 000 the amounts are 200, 100, 50, 50 and 25 million', () => {
    const classes = ['double-sign', 'availability', 'censorship', 'witness', 'inactivity'] as const;
    expect(classes.map((each) => libraryAmount(each, 100_000_000n))).toEqual([
      200_000_000n,
      100_000_000n,
      50_000_000n,
      50_000_000n,
      25_000_000n,
    ]);
    expect(classes.map((each) => libraryAmount(each, 1n))).toEqual([2n, 1n, 1n, 1n, 1n]);
    expect(classes.map((each) => libraryAmount(each, 7n))).toEqual([14n, 7n, 3n, 3n, 1n]);
  });

  test('timetoke and one tier go, the stake is untouched', () => {
    expect(punish({ profile: 'lib' }, 'double-sign-prevote')).toEqual({ ...ENTRY, timetoke: 520_000_000n, tier: 3 });
    expect(punish({ profile: 'lib' }, 'vote-withholding')).toEqual({ ...ENTRY, timetoke: 670_000_000n, tier: 3 });
  });

  test('timetoke saturates at 0 and the tier at TL0', () => {
    const low = punish({ profile: 'lib' }, 'false-proof', { ...ENTRY, timetoke: 5n, tier: 0 });
    expect([low.timetoke, low.tier]).toEqual([0n, 0]);
  });

  test('slashed twice (21 #15), a false proof or a conflict costs 1 more and two tiers; others do not', () => {
    const twice = { profile: 'lib', doubleSlash: true } as const;
    expect(punish(twice, 'false-proof')).toEqual({ ...ENTRY, timetoke: 619_999_999n, tier: 2 });
    expect(punish(twice, 'double-sign-precommit')).toMatchObject({ timetoke: 519_999_999n, tier: 2 });
    expect(punish(twice, 'vote-withholding')).toMatchObject({ timetoke: 670_000_000n, tier: 3 });
  });

  test('section 3.1: censorship multiplies the score by 0.9, inactivity by 0.8', () => {
    expect(punish({ profile: 'lib' }, 'missed-proof').score).toBe(613_229);
    expect(punish({ profile: 'lib' }, 'silence').score).toBe(545_092);
  });

  test('what the library has no evidence for costs nothing', () => {
    for (const kind of ['invalid-proposal', 'refused-vote', 'invalid-identity'] as const) {
      expect(punish({ profile: 'lib' }, kind)).toEqual(ENTRY);
    }
  });
});

describe('section 9.2: cfg', () => {
  test('50, 50 and 25 million of the balance for conflicts, false proofs and silence, at most what is there', () => {
    const balances = (
      ['double-sign-prevote', 'false-proof', 'silence', 'missed-prevote', 'vote-withholding'] as const
    ).map((kind) => punish({ profile: 'cfg' }, kind).balance);
    expect(balances).toEqual([950_000_000n, 950_000_000n, 975_000_000n, 1_000_000_000n, 1_000_000_000n]);
    expect(punish({ profile: 'cfg' }, 'silence', { ...ENTRY, balance: 3n }).balance).toBe(0n);
    expect(punish({ profile: 'cfg' }, 'false-proof')).toEqual({ ...ENTRY, balance: 950_000_000n });
  });
});

describe('section 9.2: hybrid-v1', () => {
  test('a conflict takes 10 % of the stake, 50 million and the place', () => {
    expect(punish({}, 'double-sign-prevote')).toEqual({ ...ENTRY, ...EXPELLED, stake: 900n, balance: 950_000_000n });
  });

  test('a false proof takes 25 %, an identity 50 % and no absolute amount', () => {
    expect(punish({}, 'false-proof')).toMatchObject({ stake: 750n, balance: 950_000_000n, tier: 0 });
    expect(punish({}, 'invalid-identity')).toMatchObject({ stake: 500n, balance: 1_000_000_000n, tier: 0 });
  });

  test('censorship and inactivity cost the reward and score, inactivity 25 million; nobody is expelled', () => {
    expect(punish({}, 'missed-precommit')).toEqual({ ...ENTRY, score: 613_229 });
    expect(punish({}, 'silence')).toEqual({ ...ENTRY, score: 545_092, balance: 975_000_000n });
    const lost = KINDS.filter((kind) => penaltyFor(PENALTY_RULES, kind, ENTRY).rewardLost);
    expect(lost).toEqual(['missed-prevote', 'missed-precommit', 'missed-proof', 'silence']);
  });

  test('all of it is inert unless the gate is on', () => {
    for (const kind of KINDS) expect(penaltyFor({ ...PENALTY_RULES, gate: false }, kind, ENTRY)).toEqual(NO_PENALTY);
  });

  test('the ban flag is set for conflicts alone, if it is wanted', () => {
    const banned = KINDS.filter((kind) => punish({ banDoubleSign: true }, kind).banned);
    expect(banned).toEqual(['double-sign-prevote', 'double-sign-precommit']);
    expect(punish({}, 'double-sign-prevote').banned).toBe(false);
  });
});

test('no penalty makes anything negative, and taking it back restores everything', () => {
  const standing = fc.record({
    stake: fc.bigInt({ min: 0n, max: 10n ** 30n }),
    balance: fc.bigInt({ min: 0n, max: 10n ** 30n }),
    timetoke: fc.bigInt({ min: 0n, max: 10n ** 12n }),
    tier: fc.nat(5),
    score: fc.nat(1_000_000),
    successes: fc.nat(10_000),
    feedback: fc.integer({ min: -50, max: 50 }),
    identityValid: fc.boolean(),
    banned: fc.boolean(),
  });
  const rules = fc.record({
    profile: fc.constantFrom(...PROFILES),
    gate: fc.boolean(),
    base: fc.bigInt({ min: 1n, max: 10n ** 20n }),
    doubleSlash: fc.boolean(),
    banDoubleSign: fc.boolean(),
  });
  fc.assert(
    fc.property(standing, rules, fc.constantFrom(...KINDS), (before, terms, kind) => {
      const penalty = penaltyFor(terms, kind, before);
      const after = applyPenalty(before, penalty);
      expect([after.stake, after.balance, after.timetoke].every((units) => units >= 0n)).toBe(true);
      expect([after.tier, after.score, after.successes].every((each) => each >= 0)).toBe(true);
      expect(after.stake <= before.stake && after.balance <= before.balance && after.tier <= before.tier).toBe(true);
      expect(undoPenalty(after, penalty)).toEqual(before);
    }),
  );
});

test('section 22: the way back needs an identity, 24 hours, 10 duties and a full epoch outside; a ban closes it', () => {
  const done = { expelledAt: 5, epoch: 7, newIdentity: true, uptimeHours: 24, witnessDuties: 10, banned: false };
  expect(mayReturn(done)).toBe(true);
  for (const lack of [
    { epoch: 6 },
    { newIdentity: false },
    { uptimeHours: 23 },
    { witnessDuties: 9 },
    { banned: true },
  ]) {
    expect(mayReturn({ ...done, ...lack })).toBe(false);
  }
});
