import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStream } from '#kernel/stream';
import {
  checksumOf,
  copyContent,
  countDifferences,
  createContent,
  type FamilyContent,
  type Format,
  keyOf,
  numberOf,
} from '#model/migration/content';
import type { ColumnFamily } from '#model/storage-plan';

const FAMILIES: readonly ColumnFamily[] = ['ledger', 'timetoke', 'consensus-metadata'];
const family = fc.constantFrom(...FAMILIES);

function content(of: ColumnFamily, count: number, seed = 's'): FamilyContent {
  return createContent(of, count, createStream(seed, 0, `migration/${of}`));
}

/** The content with one field of one record set to another value. */
function withField(of: FamilyContent, index: number, field: number, value: number): FamilyContent {
  const entries = [...of.records].map(([key, fields], i): [string, readonly number[]] => {
    return [key, i === index ? fields.map((known, j) => (j === field ? value : known)) : fields];
  });
  return { ...of, records: new Map(entries) };
}

test('content is drawn from its stream alone: same stream, same content', () => {
  for (const of of FAMILIES) {
    expect(content(of, 50)).toEqual(content(of, 50));
    expect(checksumOf(content(of, 50, 't'))).not.toBe(checksumOf(content(of, 50)));
    expect(content(of, 50).records.size).toBe(50);
    expect([...content(of, 5).records.keys()]).toEqual([...content(of, 50).records.keys()].slice(0, 5));
  }
  expect(() => content('ledger', -1)).toThrow('-1 records of ledger');
});

test('a checksum does not depend on the order of writing', () => {
  fc.assert(
    fc.property(family, fc.nat(60), fc.string(), fc.integer(), (of, count, seed, key) => {
      const original = content(of, count, seed);
      const copy = copyContent(original, key);
      expect(copy.records).toEqual(original.records);
      expect(checksumOf(copy)).toBe(checksumOf(original));
      expect(countDifferences(copy, original)).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test('copies differ in order, and each order may come first', () => {
  const original = content('timetoke', 3);
  const orders = Array.from({ length: 300 }, (_, key) => [...copyContent(original, key).records.keys()].join());
  expect(new Set(orders).size).toBe(6);
});

test('a checksum tells every field, key, family and format apart', () => {
  fc.assert(
    fc.property(
      family,
      fc.integer({ min: 1, max: 20 }),
      fc.nat(19),
      fc.nat(2),
      fc.maxSafeNat(),
      (of, count, i, j, value) => {
        const original = content(of, count);
        const index = i % count;
        const known = [...original.records.values()][index]?.[j];
        const changed = withField(original, index, j, value);
        expect(checksumOf(changed) === checksumOf(original)).toBe(value === known);
        expect(countDifferences(original, changed)).toBe(value === known ? 0 : 1);
      },
    ),
  );
  const plain = content('ledger', 3);
  const shorter = { ...plain, records: new Map([...plain.records].slice(1)) };
  const renamed = {
    ...plain,
    records: new Map([...shorter.records, ['account/1', [...plain.records.values()][0] ?? []]]),
  };
  const others = [
    shorter,
    renamed,
    { ...plain, format: 2 as Format },
    { ...plain, family: 'timetoke' as ColumnFamily },
  ];
  expect(new Set([plain, ...others].map(checksumOf)).size).toBe(5);
  expect([
    countDifferences(plain, shorter),
    countDifferences(shorter, plain),
    countDifferences(plain, renamed),
  ]).toEqual([1, 1, 2]);
});

test('keys carry their number in both formats; only those of format 2 sort as numbers', () => {
  const number = fc.nat(2 ** 32 - 1);
  fc.assert(
    fc.property(family, fc.constantFrom<Format>(1, 2), number, number, (of, format, a, b) => {
      expect(numberOf(of, format, keyOf(of, format, a))).toBe(a);
      expect(keyOf(of, 2, a) < keyOf(of, 2, b)).toBe(a < b);
    }),
  );
  expect([keyOf('ledger', 1, 17), keyOf('ledger', 2, 17)]).toEqual(['account/17', 'account:00000011']);
  expect(keyOf('ledger', 1, 9) > keyOf('ledger', 1, 10)).toBe(true);
  for (const wrong of ['account/017', 'height/17', 'account:00000011', 'account/']) {
    expect(() => numberOf('ledger', 1, wrong)).toThrow('is a key of ledger in format 1');
  }
});
