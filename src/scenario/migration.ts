/**
 * Migrations of phases, with what a file leaves out of them.
 */
import type { ColumnFamily, MigrationPlan } from '#model/storage-plan';
import { conditionalAt } from './defaults.js';
import { addProblem, assume, type Findings } from './findings.js';
import type { MigrationInput } from './migration-schema.js';
import type { Path } from './tree.js';
import { parseBandwidth } from './units.js';

/**
 * The migration of a phase.
 *
 * @param phase - name of the phase, in the list of assumptions
 * @param path - of `migration` in the file
 */
export function resolveMigration(input: MigrationInput, phase: string, path: Path, findings: Findings): MigrationPlan {
  const used = <T>(key: keyof MigrationPlan): T =>
    assume<T>(findings, `gates.${phase}.migration.${key}`, conditionalAt(`gates[].migration.${key}`));
  const families = input.families ?? used<readonly ColumnFamily[]>('families');
  const defect = input.defect ?? used<MigrationPlan['defect']>('defect');
  families.forEach((family, i) => {
    if (families.indexOf(family) === i) return;
    addProblem(findings, [...path, 'families', i], `"${family}" stands in the list already`, 'Name each once.');
  });
  return {
    families,
    records: input.records ?? used('records'),
    reversible: input.reversible ?? used('reversible'),
    defect,
    defectFamily: resolveDefectFamily(),
    rehearsed: input.rehearsed ?? used('rehearsed'),
    rate: input.rate ?? parseBandwidth(used('rate')),
  };

  function resolveDefectFamily(): ColumnFamily {
    const { defectFamily } = input;
    const first = families[0] ?? 'ledger';
    if (defectFamily === undefined) {
      if (defect !== 'none') used('defectFamily');
      return first;
    }
    const place = [...path, 'defectFamily'];
    if (defect === 'none')
      addProblem(findings, place, 'there is no defect', 'Write defect: order or clock, or remove it.');
    if (!families.includes(defectFamily)) {
      const what = `the migration does not rewrite "${defectFamily}"`;
      addProblem(findings, place, what, `Write one of: ${families.join(', ')}.`);
    }
    return defectFamily;
  }
}
