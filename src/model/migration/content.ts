/**
 * What a store holds, column family by column family, and the checksum over it.
 *
 * Content is real: keys and values in one of two formats. In format 1 a key ends on a plain decimal number, so that keys
 * do not sort as numbers do; in format 2 it is of fixed width, in hexadecimal. A family keeps the order in which its
 * records were written; a copy has an order of its own, and its checksum does not depend on it.
 * Source: blueprint.md section 17 (checksums over ledger, timetoke, consensus metadata before and after).
 */
import { assert } from '#base/assert';
import { addInteger, addText, createFingerprint, formatFingerprint } from '#base/fingerprint';
import { compareText } from '#base/order';
import { drawUint32 } from '#kernel/draw';
import { nextBelow, type Stream } from '#kernel/stream';
import type { ColumnFamily } from '../storage-plan.js';

export type Format = 1 | 2;

export interface FamilyContent {
  readonly family: ColumnFamily;
  readonly format: Format;
  readonly records: ReadonlyMap<string, readonly number[]>; // key → fields, integers; in the order of writing
}

/** How a family is laid out. */
interface Layout {
  readonly word: string; // begins every key
  readonly sparse: boolean; // keys are drawn numbers, not successive ones
  readonly bounds: readonly number[]; // each field is below its bound
}

const LAYOUTS: Readonly<Record<ColumnFamily, Layout>> = {
  ledger: { word: 'account', sparse: true, bounds: [1_000_000_000_000, 1_000_000, 100_000_000] }, // balance, stake, nonce
  timetoke: { word: 'validator', sparse: false, bounds: [721, 100_000, 4_294_967_296] }, // hours, successes, last proof
  'consensus-metadata': { word: 'height', sparse: false, bounds: [4, 1_024, 4_294_967_296] }, // round, proposer, block
};
const NUMBERS = 4_294_967_296; // keys are numbered below

/**
 * The content of one family in format 1.
 *
 * @param stream - of the family alone
 * @param count - records, integer ≥ 0
 */
export function createContent(family: ColumnFamily, count: number, stream: Stream): FamilyContent {
  assert(
    Number.isSafeInteger(count) && count >= 0 && count < NUMBERS / 2,
    `${count} records of ${family} can be numbered`,
  );
  const { sparse, bounds } = LAYOUTS[family];
  const records = new Map<string, number[]>();
  let number = nextBelow(stream, NUMBERS / 2);
  while (records.size < count) {
    records.set(
      keyOf(family, 1, number),
      bounds.map((bound) => nextBelow(stream, bound)),
    );
    number = sparse ? nextBelow(stream, NUMBERS) : number + 1;
  }
  return { family, format: 1, records };
}

/**
 * A copy with the same records in another order, as a restored store or another node's has them.
 *
 * @param key - of the copy's draws
 */
export function copyContent(content: FamilyContent, key: number): FamilyContent {
  const entries = [...content.records];
  for (let last = entries.length - 1; last > 0; last -= 1) {
    const other = drawUint32(key, last) % (last + 1);
    const entry = entries[last] as (typeof entries)[number];
    entries[last] = entries[other] as (typeof entries)[number];
    entries[other] = entry;
  }
  return { ...content, records: new Map(entries) };
}

/** Checksum over format, sorted keys and values: 32 hexadecimal digits, whatever the order of writing. */
export function checksumOf(content: FamilyContent): string {
  const print = createFingerprint();
  addText(print, content.family);
  addInteger(print, content.format);
  addInteger(print, content.records.size);
  for (const key of [...content.records.keys()].sort(compareText)) {
    const fields = content.records.get(key) as readonly number[];
    addText(print, key);
    addInteger(print, fields.length);
    for (const field of fields) addInteger(print, field);
  }
  return formatFingerprint(print);
}

/** Records that only one of the two has, or that have another value in each. */
export function countDifferences(a: FamilyContent, b: FamilyContent): number {
  let different = 0;
  for (const [key, fields] of a.records) if (!sameFields(fields, b.records.get(key))) different += 1;
  for (const key of b.records.keys()) if (!a.records.has(key)) different += 1;
  return different;
}

function sameFields(a: readonly number[], b: readonly number[] | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((field, i) => field === b[i]);
}

/** The key of a numbered record. */
export function keyOf(family: ColumnFamily, format: Format, number: number): string {
  const { word } = LAYOUTS[family];
  return format === 1 ? `${word}/${number}` : `${word}:${number.toString(16).padStart(8, '0')}`;
}

/**
 * The number in a key.
 *
 * @throws AssertionError if the key is not of that family and format
 */
export function numberOf(family: ColumnFamily, format: Format, key: string): number {
  const number = Number.parseInt(key.slice(LAYOUTS[family].word.length + 1), format === 1 ? 10 : 16);
  assert(keyOf(family, format, number) === key, `${key} is a key of ${family} in format ${format}`);
  return number;
}
