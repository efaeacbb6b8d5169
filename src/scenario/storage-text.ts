/**
 * Stores in words, only what differs from the plain default; and every migration.
 */
import { formatDuration } from '#base/time';
import type { GatePhasePlan } from '#model/plan';
import type { DamagePlan, MigrationPlan, StoragePlan } from '#model/storage-plan';
import { defaultAt } from './defaults.js';
import { formatQuantity } from './quantity.js';
import { parsePercent } from './units.js';

const DAMAGE_NOUNS: Readonly<Record<keyof DamagePlan, string>> = {
  tornTail: 'a torn tail',
  corruptLog: 'a corrupt log',
  badSnapshot: 'a bad snapshot',
  badPruningProof: 'a bad pruning proof',
};

export function describeStorage({ damage, backups }: StoragePlan): string[] {
  const odd = (Object.keys(DAMAGE_NOUNS) as (keyof DamagePlan)[]).filter(
    (key) => damage[key] !== parsePercent(String(defaultAt(`storage.damage.${key}`).value)),
  );
  const parts = [
    ...odd.map((key) => `after a crash ${DAMAGE_NOUNS[key]} in ${formatQuantity(damage[key], 'share')}`),
    ...(backups.every === null ? [] : [`a backup every ${formatDuration(backups.every)}`]),
    ...(backups.beforePromotions ? [] : ['no backups before promotions']),
    ...(backups.damaged > 0 ? [`${formatQuantity(backups.damaged, 'share')} of the backups damaged`] : []),
    ...(backups.tested ? [] : ['backups not tested']),
  ];
  return parts.length === 0 ? [] : [`Storage: ${parts.join('; ')}.`];
}

/** A line for each phase that changes the stored format. */
export function describeMigrations(phases: readonly GatePhasePlan[]): string[] {
  return phases.flatMap(({ name, migration }) => (migration === null ? [] : [migrationText(name, migration)]));
}

function migrationText(phase: string, migration: MigrationPlan): string {
  const { families, reversible, defect, defectFamily, rehearsed, rate } = migration;
  const parts = [
    `${families.join(', ')} at ${rate / 1e6} MB/s`,
    `the previous release ${reversible ? 'can' : 'cannot'} read what it writes`,
    rehearsed ? 'rehearsed on a copy' : 'not rehearsed',
    ...(defect === 'none' ? [] : [`defect ${defect} in ${defectFamily}`]),
  ];
  return `  migration with ${phase}: ${parts.join('; ')}`;
}
