import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AuditBlock,
  type AuditTelemetry,
  auditEpoch,
  type Books,
  type Cause,
  type EpochAudit,
  type EpochRecord,
} from '#model/audit/audit';
import {
  type Accounts,
  burnBalance,
  createAccounts,
  creditFees,
  type Opening,
  type PayOptions,
  payBlock,
  payFailedRound,
  SOUND_PAY,
} from '#model/rewards/accounts';
import {
  type BlockFacts,
  blockPayout,
  PAYOUT_TERMS,
  type Payout,
  type PayoutTerms,
  payoutOrder,
  type RewardRule,
} from '#model/rewards/payout';

const RULES: readonly RewardRule[] = ['recommended', 'A', 'B', 'C', 'D'];
const RICH: Opening = { treasuryValidator: 10n ** 24n, treasuryWitness: 10n ** 24n, feePool: 10n ** 22n };
const VALIDATORS = 8;
const WITNESSES = 4;

/** How the chain of a test treats a failed round. */
interface Attempts {
  readonly fees: boolean;
  readonly witnesses: boolean;
  readonly credited: boolean;
}
const EVERY_ATTEMPT: readonly Attempts[] = [true, false].flatMap((fees) =>
  [true, false].flatMap((witnesses) => [true, false].map((credited) => ({ fees, witnesses, credited }))),
);

const PLAIN: Attempts = { fees: true, witnesses: false, credited: true };

/** The terms the chain pays by: those of the rule, with the numbers of the record. */
function payoutTerms({ rule, terms }: EpochRecord): PayoutTerms {
  return { ...PAYOUT_TERMS[rule], ...terms };
}

function booksOf(accounts: Accounts): Books {
  const { validators, witnesses, treasuryValidator, treasuryWitness, feePool } = accounts;
  const { shortfall, withheld, burned } = accounts;
  return structuredClone({
    ...{ validators, witnesses, treasuryValidator, treasuryWitness, feePool, shortfall, withheld, burned },
  });
}

/** Plays the epoch on a chain that pays by its own code, with some defect. */
function play(
  record: EpochRecord,
  opening: Opening,
  options: Partial<PayOptions> = {},
  attempts = PLAIN,
  [validators, witnesses] = [VALIDATORS, WITNESSES],
): { before: Books; after: Books; paid: bigint } {
  const accounts = createAccounts(validators, witnesses, opening, validators === VALIDATORS ? [7n] : []);
  const before = booksOf(accounts);
  const terms = payoutTerms(record);
  const committee = payoutOrder(record.committee);
  const payoutOf = (block: AuditBlock, changes: Partial<BlockFacts> = {}): Payout =>
    blockPayout(terms, {
      epoch: record.chainEpoch,
      fees: block.fees,
      committee,
      leader: block.leader,
      witnesses: block.witnesses.map((witness) => {
        return { witness, address: `w${witness}`, hours: record.witnessHours?.[witness] ?? 1, reports: 1 };
      }),
      flagged: block.flagged,
      ...changes,
    });
  const all = { ...SOUND_PAY, ...options };
  for (const block of record.blocks) {
    const isNew = block.height > accounts.lastHeight;
    const early = attempts.credited || block.failedLeaders.length === 0;
    if (isNew && early) creditFees(accounts, block.fees);
    block.failedLeaders.forEach((leader, round) => {
      const without = { ...(attempts.fees ? {} : { fees: 0n }), ...(attempts.witnesses ? {} : { witnesses: [] }) };
      payFailedRound(accounts, block.height, round, payoutOf(block, { leader, ...without }), all);
    });
    if (isNew && !early) creditFees(accounts, block.fees);
    payBlock(accounts, block.height, payoutOf(block), all);
  }
  const after = booksOf(accounts);
  return { before, after, paid: sumOf(after.validators) - 7n + sumOf(after.witnesses) };
}

const SILENT: AuditTelemetry = { exporters: [] };

/** One exporter that says what was paid. */
function telling(counted: bigint): AuditTelemetry {
  return { exporters: [{ node: 0, counted, missing: [] }] };
}

function audit(record: EpochRecord, { before, after, paid }: ReturnType<typeof play>): EpochAudit {
  return auditEpoch(record, before, after, telling(paid));
}

function sumOf(units: readonly bigint[]): bigint {
  return units.reduce((sum, each) => sum + each, 0n);
}

function causesOf({ findings }: EpochAudit): Cause[] {
  return findings.map(({ cause }) => cause);
}

/** The names of all accounts that differ, by a plain comparison of two books. */
function accountsOff(a: Books, b: Books): string[] {
  const list = (books: Books): [string, bigint][] => [
    ...books.validators.map((units, i): [string, bigint] => [`validator ${i}`, units]),
    ...books.witnesses.map((units, i): [string, bigint] => [`witness ${i}`, units]),
    ['treasury-validator', books.treasuryValidator],
    ['treasury-witness', books.treasuryWitness],
    ['fee-pool', books.feePool],
    ['shortfall', books.shortfall],
    ['withheld', books.withheld],
  ];
  const other = new Map(list(b));
  return list(a).flatMap(([name, units]) => (units === other.get(name) ? [] : [name]));
}

const units = fc.oneof(fc.bigInt(0n, 5_000n), fc.bigInt(0n, 10n ** 9n), fc.bigInt(2n ** 60n, 2n ** 62n));
const someone = fc.integer({ min: 0, max: VALIDATORS - 1 });
const block = fc.record({
  leader: someone,
  fees: units,
  witnesses: fc.subarray([0, 1, 2, 3]),
  flagged: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.subarray([0, 1, 2, 3, 4, 5, 6, 7], { maxLength: 3 })),
  failedLeaders: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(someone, { maxLength: 2 })),
  step: fc.integer({ min: 1, max: 2 }),
});

/** Epochs of a rule: committees in any order, heights that are missing, fees beyond 2^53. */
function epochs(rule: RewardRule, minMembers = 0): fc.Arbitrary<EpochRecord> {
  const members = fc.subarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: minMembers });
  const traits = fc.tuple(fc.nat(2), fc.nat(3), fc.bigInt(0n, 2n), fc.nat(3));
  return fc
    .record({
      members: members.chain((chosen) => fc.shuffledSubarray(chosen, { minLength: chosen.length })),
      traits: fc.array(traits, { minLength: VALIDATORS, maxLength: VALIDATORS }),
      blocks: fc.array(block, { minLength: 1, maxLength: 8 }),
      base: fc.oneof(fc.bigInt(100_000n, 10n ** 8n), fc.bigInt(2n ** 60n, 2n ** 61n)),
      leaderBonus: fc.integer({ min: 500, max: 2_500 }),
      witnessShare: fc.integer({ min: 1_000, max: 3_000 }),
      leaderPool: fc.constantFrom(6_000, 4_999, 8_001),
      minHours: fc.integer({ min: 0, max: 2 }),
      witnessHours: fc.array(fc.nat(3), { minLength: WITNESSES, maxLength: WITNESSES }),
      epoch: fc.integer({ min: 1, max: 20 }),
    })
    .map(({ members: chosen, traits: drawn, blocks, witnessHours, epoch, ...terms }) => {
      let height = 100;
      return {
        epoch,
        chainEpoch: epoch + 5,
        rule,
        terms: { ...terms, witnessTreasury: 7_000, witnessPool: 3_001, witnessReward: terms.base / 2n },
        committee: chosen.map((validator) => {
          const [tier, hours, randomness, name] = drawn[validator] as [number, number, bigint, number];
          return { validator, tier, hours, randomness, address: `v${name}` };
        }),
        blocks: blocks.map(({ step, ...rest }) => {
          height += step;
          return { height, ...rest };
        }),
        witnessHours,
      };
    });
}

const attemptKinds = fc.record({ fees: fc.boolean(), witnesses: fc.boolean(), credited: fc.boolean() });

/** A small epoch: seven validators, three witnesses, leaders in turn, every third block after a failed round. */
function smallEpoch(changes: Partial<EpochRecord> = {}): EpochRecord {
  return {
    epoch: 3,
    chainEpoch: 9,
    rule: 'recommended',
    terms: { base: 100_000_000n, leaderBonus: 1_500, witnessShare: 2_500, witnessTreasury: 7_000 },
    committee: Array.from({ length: 7 }, (_, i) => {
      return { validator: i, tier: 4, hours: 100 + i, randomness: 0n, address: `v${i}` };
    }),
    blocks: Array.from({ length: 21 }, (_, i) => ({
      height: 1 + i,
      leader: i % 7,
      fees: BigInt(1_000 + 13 * i),
      witnesses: [0, 1, 2],
      flagged: i === 4 ? [2] : [],
      failedLeaders: i % 3 === 0 ? [(i + 1) % 7] : [],
    })),
    ...changes,
  };
}

describe('a sound epoch', () => {
  test.each(RULES)('of rule %s is paid to the unit, with money beyond 2^53, whatever failed before', (rule) => {
    fc.assert(
      fc.property(epochs(rule), attemptKinds, (record, attempts) => {
        const played = play(record, RICH, {}, attempts);
        const found = audit(record, played);
        expect(found.findings).toEqual([]);
        expect(found).toMatchObject({ absoluteError: 0n, validatorsOff: 0, conservation: 0n, differences: [] });
        expect(found.expectedTotal).toBe(played.paid);
        const { validators, witnesses } = played.after;
        expect(found.expected).toEqual({ validators: validators.map((v, i) => (i === 0 ? v - 7n : v)), witnesses });
      }),
      { numRuns: 150 },
    );
  });

  test.each(RULES)('of rule %s that runs dry is sound: who is short is known, and so is the gap', (rule) => {
    const stock = fc.bigInt(0n, 10n ** 9n);
    const openings = fc.record({ treasuryValidator: stock, treasuryWitness: stock, feePool: stock });
    fc.assert(
      fc.property(epochs(rule), openings, (record, opening) => {
        const played = play(record, opening);
        const found = audit(record, played);
        expect(found).toMatchObject({ absoluteError: 0n, validatorsOff: 0, conservation: 0n, differences: [] });
        const gap = played.after.shortfall;
        expect(found.findings.map(({ cause, units: short }) => [cause, short])).toEqual(
          gap > 0n ? [['shortfall', gap]] : [],
        );
        const rich = play(record, RICH).after;
        const poorer = accountsOff(played.after, rich).filter((name) => /^(validator|witness) /.test(name));
        expect(found.findings[0]?.accounts.toSorted() ?? []).toEqual(poorer.toSorted());
      }),
      { numRuns: 150 },
    );
  });

  test('pays a height once: a block that comes again is no finding unless it was paid again', () => {
    const { blocks } = smallEpoch();
    const record = smallEpoch({ blocks: [...blocks.slice(0, 5), blocks[4] as AuditBlock, ...blocks.slice(5)] });
    const once = play(record, RICH);
    expect(audit(record, once).findings).toEqual([]);
    const again = play(smallEpoch({ blocks: [{ ...(blocks[4] as AuditBlock), height: 99 }] }), RICH);
    const gained = (i: number): bigint =>
      (again.after.validators[i] as bigint) - (again.before.validators[i] as bigint);
    const after = {
      ...once.after,
      validators: once.after.validators.map((held, i) => held + gained(i)),
      witnesses: once.after.witnesses.map((held, i) => held + (again.after.witnesses[i] as bigint)),
      treasuryValidator: once.after.treasuryValidator + again.after.treasuryValidator - RICH.treasuryValidator,
      treasuryWitness: once.after.treasuryWitness + again.after.treasuryWitness - RICH.treasuryWitness,
      feePool: once.after.feePool + again.after.feePool - RICH.feePool - (blocks[4] as AuditBlock).fees,
      shortfall: 0n,
      withheld: once.after.withheld + again.after.withheld,
    };
    const found = auditEpoch(record, once.before, after, SILENT);
    expect(found.findings).toMatchObject([
      { cause: 'double-payment', words: 'heights that came again were paid again' },
    ]);
  });

  test('takes penalties out of what was paid', () => {
    const record = smallEpoch();
    const { before } = play(record, RICH);
    const { after, paid } = play(record, RICH);
    const accounts = {
      ...createAccounts(VALIDATORS, 0, RICH, after.validators),
      ...structuredClone(after),
    } as Accounts;
    const taken = burnBalance(accounts, 3, 5_000n);
    const penalized = booksOf(accounts);
    const told = { ...record, penalties: [{ validator: 3, units: taken }] };
    expect(auditEpoch(told, before, penalized, telling(paid)).findings).toEqual([]);
    const silent = auditEpoch(record, before, penalized, telling(paid - taken));
    expect(silent.findings).toMatchObject([{ cause: 'unexplained', accounts: ['validator 3', 'burned'] }]);
    expect(silent.conservation).toBe(0n);
  });
});

type Bug = readonly [cause: Cause, options: Partial<PayOptions>];
const BUGS: readonly Bug[] = [
  ['rounding', { roundingWrongSide: true }],
  ['missing-epoch', { skipEpoch: 9 }],
  ['double-payment', { payTwice: true }],
  ['failed-rounds', { payFailedRounds: true }],
  ['fee-twice', { countFeeTwice: true }],
  ['witness-share-twice', { witnessShareTwice: true }],
  ['witness-fee-twice', { witnessFeeTwice: true }],
  ['double-fee', { doubleFee: true }],
  ['pay-slashed', { paySlashed: true }],
  ['wrong-bonus', { wrongBonus: { basisPoints: 2_000, validators: [1, 4] } }],
];

describe('a mistake', () => {
  test.each(BUGS)('is called %s, with every account it touched', (cause, options) => {
    const record = smallEpoch();
    const played = play(record, RICH, options);
    const sound = play(record, RICH);
    const found = audit(record, played);
    expect(causesOf(found)).toEqual([cause]);
    expect(found.findings[0]?.accounts).toEqual(accountsOff(played.after, sound.after));
    expect(found.conservation === 0n).toBe(cause !== 'witness-fee-twice');
    const ofPayees = [...played.after.validators, ...played.after.witnesses].map((held, i) => {
      const right = [...sound.after.validators, ...sound.after.witnesses][i] as bigint;
      return held > right ? held - right : right - held;
    });
    expect(found.absoluteError).toBe(sumOf(ofPayees));
    if (found.absoluteError > 0n) expect(found.findings[0]?.units).toBe(found.absoluteError);
    expect(found.validatorsOff).toBe(ofPayees.slice(0, VALIDATORS).filter((off) => off > 0n).length);
  });

  const poor: Opening = { treasuryValidator: 3n * 10n ** 8n, treasuryWitness: 10n ** 8n, feePool: 10n ** 7n };
  const cases = RULES.flatMap((rule) => BUGS.map(([cause]) => [cause, rule] as const));
  test.each(cases)('%s under rule %s is found by its name and no other, whatever the epoch', (cause, rule) => {
    const bonus = fc.record({
      basisPoints: fc.integer({ min: 0, max: 4_000 }),
      validators: fc.subarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
    });
    fc.assert(
      fc.property(epochs(rule), attemptKinds, bonus, fc.boolean(), (record, attempts, wrongBonus, rich) => {
        const opening = rich || cause === 'wrong-bonus' ? RICH : poor;
        const optionsOf = ([name, options]: Bug): Partial<PayOptions> => {
          if (name === 'wrong-bonus') return { wrongBonus };
          return name === 'missing-epoch' ? { skipEpoch: record.chainEpoch } : options;
        };
        const bug = BUGS.find(([name]) => name === cause) as Bug;
        const played = play(record, opening, optionsOf(bug), attempts);
        const sound = play(record, opening, {}, attempts);
        const off = accountsOff(played.after, sound.after);
        const found = audit(record, played);
        const findings = found.findings.filter((finding) => finding.cause !== 'shortfall' || found.absoluteError > 0n);
        const named = findings.filter((finding) => finding.cause !== 'shortfall');
        if (off.length === 0) {
          expect(named).toEqual([]);
          return;
        }
        // Other mistakes may leave the very same books; then no auditor can tell them apart.
        const twins = BUGS.filter(([name]) => name !== cause && name !== 'wrong-bonus').filter((other) =>
          [attempts, ...(other[0] === 'failed-rounds' ? EVERY_ATTEMPT : [])].some(
            (kind) => accountsOff(play(record, opening, optionsOf(other), kind).after, played.after).length === 0,
          ),
        );
        fc.pre(twins.length === 0);
        const unknowable = cause === 'wrong-bonus' && !off.some((name) => name.startsWith('validator '));
        expect(named.map((finding) => finding.cause)).toEqual([unknowable ? 'unexplained' : cause]);
        expect(named[0]?.accounts).toEqual(off);
      }),
      { numRuns: 40 },
    );
  });

  const pairs = BUGS.flatMap((one, i) => BUGS.slice(i + 1).map((other) => [one[0], other[0], one, other] as const));
  test.each(pairs)('%s with %s is called both, or one that explains it all', (_first, _second, one, other) => {
    const record = smallEpoch();
    const played = play(record, RICH, { ...one[1], ...other[1] });
    const alone = [one, other].filter(
      ([, options]) => accountsOff(play(record, RICH, options).after, played.after).length === 0,
    );
    const names = (alone.length > 0 ? alone : [one, other]).map(([cause]) => cause);
    expect(causesOf(audit(record, played)).toSorted()).toEqual(names.toSorted());
  });

  test('a bonus wrong for every leader is found though the treasury ran dry', () => {
    const record = smallEpoch();
    const wrongBonus = { basisPoints: 2_000, validators: [0, 1, 2, 3, 4, 5, 6] };
    const found = audit(
      record,
      play(record, { ...RICH, treasuryValidator: 15n * 10n ** 8n, feePool: 0n }, { wrongBonus }),
    );
    expect(causesOf(found)).toEqual(['wrong-bonus', 'shortfall']);
  });

  test('of the bonus is found in what was withheld of a leader that never got one', () => {
    const { blocks } = smallEpoch();
    const record = smallEpoch({ blocks: blocks.map((each) => ({ ...each, flagged: each.leader === 4 ? [4] : [] })) });
    const played = play(record, RICH, { wrongBonus: { basisPoints: 1_499, validators: [1, 4] } });
    const { findings } = audit(record, played);
    expect(findings).toMatchObject([{ cause: 'wrong-bonus', units: 30_000n }]);
    expect(findings[0]?.accounts).toEqual(['validator 1', 'treasury-validator', 'withheld']);
    expect(findings[0]?.words).toBe('a bonus of 1499 basis points instead of 1500 was paid to leaders 1, 4');
  });

  test('of a bonus of few units is one rate for all leaders, however small the fees that show it', () => {
    const terms = { base: 5n, leaderBonus: 2_000, witnessShare: 0, witnessTreasury: 7_000 };
    const blocks = smallEpoch().blocks.map((each, i) => ({ ...each, fees: BigInt(3 + i * i) }));
    const record = smallEpoch({ rule: 'A', terms, blocks });
    for (let basisPoints = 1_000; basisPoints < 3_000; basisPoints += 97) {
      const wrongBonus = { basisPoints, validators: [0, 1, 2, 3, 5] };
      expect(causesOf(audit(record, play(record, RICH, { wrongBonus })))).toEqual(['wrong-bonus']);
    }
  });

  test('that pays a failed round is found whether the fees had come by then or not, though the fee pool is empty', () => {
    const record = smallEpoch();
    for (const attempts of EVERY_ATTEMPT) {
      const played = play(record, { ...RICH, feePool: 0n }, { payFailedRounds: true }, attempts);
      expect(causesOf(audit(record, played))).toEqual(['failed-rounds']);
      const asBuilt = play(record, { ...RICH, feePool: 0n }, { rewardBeforeQuorum: true }, attempts);
      expect(causesOf(audit(record, asBuilt))).toEqual(['failed-rounds']);
    }
  });

  test('that nobody knows is unexplained, with the money that came from nowhere', () => {
    const record = smallEpoch();
    const { before, after, paid } = play(record, RICH);
    const validators = after.validators.map((held, i) => (i === 5 ? held + 9n : held));
    const found = auditEpoch(record, before, { ...after, validators }, telling(paid + 9n));
    expect(found).toMatchObject({ conservation: 9n, absoluteError: 9n, validatorsOff: 1 });
    expect(found.findings).toMatchObject([{ cause: 'unexplained', accounts: ['validator 5'], units: 9n, epoch: 3 }]);
    expect(found.findings[0]?.words).toContain('9 units appeared from nowhere');
  });

  test('in the books of the shortfall alone is a shortfall', () => {
    const record = smallEpoch();
    const { before, after } = play(record, RICH);
    const found = auditEpoch(record, before, { ...after, shortfall: 4n }, SILENT);
    expect(found.findings).toMatchObject([{ cause: 'shortfall', accounts: ['shortfall'], units: 4n }]);
  });

  test('of the metrics is told apart from one of the books', () => {
    const record = smallEpoch();
    const { before, after, paid } = play(record, RICH);
    const found = auditEpoch(record, before, after, telling(paid - 3n));
    expect(found.findings).toMatchObject([{ cause: 'telemetry', accounts: ['exporter 0'], units: 3n }]);
    expect(found.absoluteError).toBe(0n);
    expect(causesOf(auditEpoch(record, before, after, telling(paid + 3n)))).toEqual(['telemetry']);
    expect(auditEpoch(record, before, after, SILENT).findings).toEqual([]);
  });

  test('of the metrics that the logs of a node account for is a gap, and says nothing against the payment', () => {
    const record = smallEpoch();
    const { before, after, paid } = play(record, RICH);
    const exporters = [
      { node: 4, counted: paid - 9n, missing: [{ reason: 'restart', blocks: 1, units: 9n }] },
      { node: 2, counted: paid - 7n, missing: [{ reason: 'restart', blocks: 2, units: 7n }] },
      {
        node: 6,
        counted: paid - 1n,
        missing: [
          { reason: 'partition', blocks: 1, units: 3n },
          { reason: 'drift', blocks: 1, units: -2n },
        ],
      },
      { node: 1, counted: paid - 5n, missing: [{ reason: 'drift', blocks: 1, units: 4n }] },
    ] as const;
    const found = auditEpoch(record, before, after, { exporters });
    const gap = { cause: 'telemetry-gap', epoch: 3 };
    expect(found.gaps).toEqual([
      { ...gap, reason: 'restart', exporters: [2, 4], blocks: 3, units: 16n },
      { ...gap, reason: 'partition', exporters: [6], blocks: 1, units: 3n },
      { ...gap, reason: 'drift', exporters: [6], blocks: 1, units: 2n },
    ]);
    expect(found.findings).toMatchObject([{ cause: 'telemetry', accounts: ['exporter 1'], units: 5n }]);
    expect(found.differences).toEqual([]);
  });
});

describe('vectors of section 8', () => {
  const vector = (rule: RewardRule, changes: Partial<EpochRecord>, fees: bigint, witnesses: readonly number[] = []) => {
    const blocks = [{ height: 1, leader: 0, fees, witnesses, flagged: [], failedLeaders: [] }];
    const record = smallEpoch({ rule, blocks, ...changes });
    const { before, after } = play(record, RICH);
    return auditEpoch(record, before, after, SILENT).expected;
  };
  const members = (hours: readonly number[]) =>
    hours.map((held, validator) => ({ validator, tier: 1, hours: held, randomness: 0n, address: `v${validator}` }));
  const terms = { leaderBonus: 2_000, witnessShare: 0, witnessTreasury: 7_000 };

  test('A: R = 100 among three, leader first, is 54, 33, 33; R = 5 among four is 3, 1, 1, 1', () => {
    const paid = (n: number, fees: bigint) =>
      vector('A', { terms: { ...terms, base: 5n }, committee: members(new Array(n).fill(1)) }, fees).validators;
    expect(paid(3, 95n).slice(0, 4)).toEqual([54n, 33n, 33n, 0n]);
    expect(paid(4, 0n).slice(0, 5)).toEqual([3n, 1n, 1n, 1n, 0n]);
  });

  test('D: 1000 among 100 and 200 hours is 200 and 400, and 100 and 200 to the witnesses, none to those without', () => {
    const paid = vector(
      'D',
      { terms: { ...terms, base: 1_000n }, committee: members([100, 200]), witnessHours: [100, 200, 0] },
      0n,
      [0, 1, 2],
    );
    expect(paid.validators.slice(0, 3)).toEqual([200n, 400n, 0n]);
    expect(paid.witnesses).toEqual([100n, 200n, 0n, 0n]);
  });
});

test('a sound epoch of 1 440 blocks, 100 validators and 16 witnesses is audited in a few milliseconds', () => {
  const committee = Array.from({ length: 100 }, (_, validator) => {
    return { validator, tier: 3, hours: validator, randomness: BigInt(validator), address: `v${validator}` };
  });
  const blocks = Array.from({ length: 1_440 }, (_, i) => ({
    height: i,
    leader: (i * 37) % 100,
    fees: BigInt(100_000 + ((i * 7_919) % 10_007)),
    witnesses: Array.from({ length: 16 }, (_, witness) => witness).filter((witness) => (i + witness) % 5 !== 0),
    flagged: i % 100 === 0 ? [i % 97] : [],
    failedLeaders: [],
  }));
  const record = smallEpoch({ committee, blocks });
  const none = (count: number): bigint[] => Array.from({ length: count }, () => 0n);
  const before: Books = {
    validators: none(100),
    witnesses: none(16),
    ...RICH,
    shortfall: 0n,
    withheld: 0n,
    burned: 0n,
  };
  const after = play(record, RICH, {}, PLAIN, [100, 16]).after;
  const wall: number[] = [];
  for (let run = 0; run < 40; run += 1) {
    const start = performance.now();
    const { findings } = auditEpoch(record, before, after, SILENT);
    wall.push(performance.now() - start);
    expect(findings).toEqual([]);
  }
  expect(Math.min(...wall)).toBeLessThan(10); // 2 ms on an idle machine
});
