/**
 * The change of a store from format 1 to format 2, its rehearsal on copies, and its reversal.
 *
 * A sound migration is a function of the records alone: whoever runs it, whenever, gets the same checksums. One with a
 * defect writes something else as well in one family: the place at which it met a record in the copy's own order, or the
 * time of its run. Two copies then differ, which is what a rehearsal looks for, and what sets nodes apart where nobody looked.
 * Sources: blueprint.md section 17 (rehearsed on a copy, checksums before and after) and 19 (reversal).
 */
import { assert } from '#base/assert';
import { type Micros, SECOND } from '#base/time';
import { deriveKey } from '#kernel/draw';
import type { ColumnFamily, MigrationPlan } from '../storage-plan.js';
import { checksumOf, copyContent, countDifferences, type FamilyContent, keyOf, numberOf } from './content.js';

/** What sets one run of a migration apart from another. */
export interface MigrationRun {
  readonly key: number; // of the order in which this copy holds its records
  readonly startedAt: Micros; // by the clock of the machine it runs on
}

export interface FamilyRehearsal {
  readonly family: ColumnFamily;
  readonly before: readonly [first: string, second: string]; // checksums of the two copies
  readonly after: readonly [first: string, second: string];
  readonly differing: number; // records that differ after the migration
  readonly reproducible: boolean; // the checksums after it agree
}

export interface MigrationRehearsal {
  readonly families: readonly FamilyRehearsal[]; // in the order of the plan
  readonly reproducible: boolean; // all of them
}

export type Reversal =
  | { readonly kind: 'restored'; readonly content: FamilyContent }
  | { readonly kind: 'refused'; readonly why: 'irreversible' | 'not-migrated' };

const PLAIN_FIELDS = 3; // that a record has in format 1

/**
 * Rewrites one family in format 2: keys of fixed width, fields in reverse order. Where the way back is not kept, the last
 * two fields become their sum.
 *
 * @param content - in format 1
 * @param startedAt - what the clock defect writes
 */
export function migrateFamily(content: FamilyContent, plan: MigrationPlan, startedAt: Micros): FamilyContent {
  const { family, records } = content;
  assert(content.format === 1, `${family} is in format 1 before its migration`);
  const defect = plan.defectFamily === family ? plan.defect : 'none';
  const migrated = new Map<string, readonly number[]>();
  for (const [key, [first, second, third]] of records as ReadonlyMap<string, [number, number, number]>) {
    const fields = plan.reversible ? [third, second, first] : [second + third, first];
    if (defect === 'order') fields.push(migrated.size);
    if (defect === 'clock') fields.push(startedAt);
    migrated.set(keyOf(family, 2, numberOf(family, 1, key)), fields);
  }
  return { family, format: 2, records: migrated };
}

/**
 * Migrates two copies and compares them family by family.
 *
 * @param contents - of every family the plan names, in format 1
 * @param key - of the rehearsal's draws: each copy has its own order
 * @param startedAt - when each of the two runs starts
 * @throws AssertionError if a family of the plan is missing
 */
export function rehearse(
  plan: MigrationPlan,
  contents: readonly FamilyContent[],
  key: number,
  startedAt: readonly [first: Micros, second: Micros],
): MigrationRehearsal {
  const families = plan.families.map((family, index): FamilyRehearsal => {
    const content = contentOf(contents, family);
    const familyKey = deriveKey(key, index);
    const first = copyContent(content, deriveKey(familyKey, 0));
    const second = copyContent(content, deriveKey(familyKey, 1));
    const firstAfter = migrateFamily(first, plan, startedAt[0]);
    const secondAfter = migrateFamily(second, plan, startedAt[1]);
    const before = [checksumOf(first), checksumOf(second)] as const;
    const after = [checksumOf(firstAfter), checksumOf(secondAfter)] as const;
    const differing = countDifferences(firstAfter, secondAfter);
    return { family, before, after, differing, reproducible: after[0] === after[1] };
  });
  return { families, reproducible: families.every(({ reproducible }) => reproducible) };
}

/**
 * The checksums that every node gets where nothing is defective, by family in the order of the plan.
 *
 * @param contents - of every family the plan names, in format 1
 */
export function soundChecksums(plan: MigrationPlan, contents: readonly FamilyContent[]): string[] {
  const sound: MigrationPlan = { ...plan, defect: 'none' };
  return plan.families.map((family) => checksumOf(migrateFamily(contentOf(contents, family), sound, 0)));
}

/**
 * The checksums that one node gets: only the defective family is one's own, and only that one is migrated here.
 *
 * @param contents - of every family the plan names, in format 1
 * @param sound - from `soundChecksums`
 */
export function migrateOn(
  plan: MigrationPlan,
  contents: readonly FamilyContent[],
  sound: readonly string[],
  run: MigrationRun,
): string[] {
  return plan.families.map((family, index) => {
    if (plan.defect === 'none' || family !== plan.defectFamily) return sound[index] as string;
    const own = copyContent(contentOf(contents, family), run.key);
    return checksumOf(migrateFamily(own, plan, run.startedAt));
  });
}

/**
 * Brings one family back to format 1, to the very checksum it had. Refused where the plan keeps no way back, or where
 * there is nothing to reverse.
 */
export function reverse(content: FamilyContent, plan: MigrationPlan): Reversal {
  if (!plan.reversible) return { kind: 'refused', why: 'irreversible' };
  if (content.format !== 2) return { kind: 'refused', why: 'not-migrated' };
  const { family } = content;
  const records = new Map<string, readonly number[]>();
  for (const [key, fields] of content.records) {
    records.set(keyOf(family, 1, numberOf(family, 2, key)), fields.slice(0, PLAIN_FIELDS).reverse());
  }
  return { kind: 'restored', content: { family, format: 1, records } };
}

/** How long a node's migration takes, in µs, rounded up; the way back takes as long. */
export function migrationTime(plan: MigrationPlan, bytes: number): Micros {
  assert(plan.rate > 0 && bytes >= 0, `${bytes} bytes at ${plan.rate} bytes a second are migrated`);
  return Math.ceil((bytes * SECOND) / plan.rate);
}

function contentOf(contents: readonly FamilyContent[], family: ColumnFamily): FamilyContent {
  const content = contents.find((candidate) => candidate.family === family);
  assert(content !== undefined, `the store holds the family ${family}`);
  return content;
}
