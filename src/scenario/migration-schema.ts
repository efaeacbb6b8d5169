/**
 * A change of the stored format that comes with a phase of gates.
 */
import type { ColumnFamily, MigrationPlan } from '#model/storage-plan';
import { bandwidth, flag, list, oneOf, section, whole } from './value.js';

/** What is stored (§17: compared by checksums). */
export const COLUMN_FAMILIES: Readonly<Record<ColumnFamily, string>> = {
  ledger: 'Accounts and their balances.',
  timetoke: 'Records of timetoke hours.',
  'consensus-metadata': 'What consensus has to remember.',
};

/** What can be wrong with a migration. */
export const MIGRATION_DEFECTS: Readonly<Record<MigrationPlan['defect'], string>> = {
  none: 'It writes the same on every node.',
  order: 'It goes through a map without an order, so that nodes write records in different orders.',
  clock: 'It writes the time of day, so that no two nodes write the same.',
};

const family = oneOf(Object.keys(COLUMN_FAMILIES) as ColumnFamily[]);

export const migrationSchema = section({
  families: list(family, 1).optional().describe('Column families that are rewritten.'),
  records: whole(1, 'a number of records').optional().describe('Records of each family in the copy that is hashed.'),
  reversible: flag.optional().describe('The previous release can read what was written.'),
  defect: oneOf(Object.keys(MIGRATION_DEFECTS) as MigrationPlan['defect'][])
    .optional()
    .describe('What is wrong with it.'),
  defectFamily: family.optional().describe('The family in which it is wrong.'),
  rehearsed: flag
    .optional()
    .describe('It is made on a copy twice, and the checksums compared, before the gate is switched on.'),
  rate: bandwidth.optional().describe('Rate of rewriting.'),
});

/** What `migration` of a phase becomes. */
export type MigrationInput = ReturnType<typeof migrationSchema.parse>;
