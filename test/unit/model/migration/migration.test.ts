import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SECOND } from '#base/time';
import { createStream } from '#kernel/stream';
import { checksumOf, createContent, type FamilyContent } from '#model/migration/content';
import { migrateFamily, migrateOn, migrationTime, rehearse, reverse, soundChecksums } from '#model/migration/migration';
import type { ColumnFamily, MigrationPlan } from '#model/storage-plan';

const FAMILIES: readonly ColumnFamily[] = ['ledger', 'timetoke', 'consensus-metadata'];
const PLAN: MigrationPlan = {
  families: FAMILIES,
  records: 40,
  reversible: true,
  defect: 'none',
  defectFamily: 'timetoke',
  rehearsed: true,
  rate: 50_000_000,
};
const RUNS = [10 * SECOND, 20 * SECOND] as const;

function store(count: number, seed = 's'): FamilyContent[] {
  return FAMILIES.map((family) => createContent(family, count, createStream(seed, 0, `migration/${family}`)));
}

const cases = fc.record({ count: fc.nat(40), seed: fc.string(), key: fc.integer(), reversible: fc.boolean() });

test('keys get a fixed width, fields are turned round; without a way back two of them become one', () => {
  const ledger: FamilyContent = { family: 'ledger', format: 1, records: new Map([['account/255', [5, 6, 7]]]) };
  const kept = migrateFamily(ledger, PLAN, 0);
  expect([kept.format, [...kept.records]]).toEqual([2, [['account:000000ff', [7, 6, 5]]]]);
  expect([...migrateFamily(ledger, { ...PLAN, reversible: false }, 0).records]).toEqual([
    ['account:000000ff', [13, 5]],
  ]);
  expect(() => migrateFamily(kept, PLAN, 0)).toThrow('ledger is in format 1');
});

describe('section 17: rehearsed on a copy, with checksums before and after', () => {
  test('a sound migration is reproducible, for any content, order and time', () => {
    fc.assert(
      fc.property(cases, fc.nat(), fc.nat(), ({ count, seed, key, reversible }, first, second) => {
        const plan = { ...PLAN, reversible };
        const { families, reproducible } = rehearse(plan, store(count, seed), key, [first, second]);
        expect(reproducible).toBe(true);
        expect(families.map(({ family }) => family)).toEqual(FAMILIES);
        for (const { before, after, differing } of families) {
          expect([before[0], after[0], differing]).toEqual([before[1], after[1], 0]);
          expect(before[0]).not.toBe(after[0]);
        }
        const sound = soundChecksums(plan, store(count, seed));
        expect(sound).toEqual(families.map(({ after }) => after[0]));
        expect(migrateOn(plan, store(count, seed), sound, { key, startedAt: first })).toEqual(sound);
      }),
      { numRuns: 40 },
    );
  });

  test.each(FAMILIES)('each defect in %s is found, and no other family is accused', (defectFamily) => {
    const some = fc.integer({ min: 16, max: 40 });
    fc.assert(
      fc.property(cases, some, fc.constantFrom('order', 'clock'), ({ seed, key, reversible }, count, defect) => {
        const plan = { ...PLAN, reversible, defect, defectFamily };
        const { families, reproducible } = rehearse(plan, store(count, seed), key, RUNS);
        expect(reproducible).toBe(false);
        for (const { family, before, differing, reproducible: sound } of families) {
          expect([sound, differing === 0]).toEqual([family !== defectFamily, family !== defectFamily]);
          expect(before[0]).toBe(before[1]);
          if (family === defectFamily && defect === 'clock') expect(differing).toBe(count);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('what the defects hide behind: one record has one order, and two runs at one time agree', () => {
    expect(rehearse({ ...PLAN, defect: 'order' }, store(1), 1, RUNS).reproducible).toBe(true);
    expect(rehearse({ ...PLAN, defect: 'clock' }, store(9), 1, [7, 7]).reproducible).toBe(true);
  });

  test('nodes that migrate with a defect part in that family only', () => {
    const contents = store(30);
    const sound = soundChecksums(PLAN, contents);
    const on = (defect: MigrationPlan['defect'], node: number) => {
      return migrateOn({ ...PLAN, defect }, contents, sound, { key: node, startedAt: node * SECOND });
    };
    for (const defect of ['order', 'clock'] as const) {
      const nodes = [0, 1, 2, 3].map((node) => on(defect, node));
      expect(FAMILIES.map((_, i) => new Set(nodes.map((sums) => sums[i])).size)).toEqual([1, 4, 1]);
      expect(on(defect, 2)).toEqual(nodes[2]);
      expect(nodes[0]?.map((sum, i) => sum === sound[i])).toEqual([true, false, true]);
    }
  });

  test('a family that the store lacks is refused', () => {
    expect(() => rehearse(PLAN, store(3).slice(1), 1, RUNS)).toThrow('the store holds the family ledger');
  });
});

describe('section 19: reversal', () => {
  test('a reversible migration is undone to the very checksum, defect or not', () => {
    const defects = fc.constantFrom('none', 'order', 'clock');
    fc.assert(
      fc.property(cases, defects, ({ count, seed }, defect) => {
        for (const content of store(count, seed)) {
          const plan = { ...PLAN, defect };
          const reversal = reverse(migrateFamily(content, plan, 7), plan);
          expect(reversal.kind === 'restored' && checksumOf(reversal.content)).toBe(checksumOf(content));
        }
      }),
      { numRuns: 30 },
    );
  });

  test('an irreversible one has lost what it would need, and is refused; so is one that never ran', () => {
    const plan = { ...PLAN, reversible: false };
    const [ledger] = store(5) as [FamilyContent];
    expect(reverse(migrateFamily(ledger, plan, 0), plan)).toEqual({ kind: 'refused', why: 'irreversible' });
    expect(reverse(ledger, PLAN)).toEqual({ kind: 'refused', why: 'not-migrated' });
  });
});

test('2 GiB at 50 MB/s take 42.95 s', () => {
  expect(migrationTime(PLAN, 2_147_483_648)).toBe(42_949_673);
  expect(migrationTime(PLAN, 0)).toBe(0);
});
