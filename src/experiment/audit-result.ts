/**
 * What the audits of all replications found, by cause.
 */
import { compareNumbers } from '#base/order';
import type { AuditFinding, Outcome } from '#model/outcome';
import { type ShareInterval, toProportion } from './breakdown.js';
import type { Summary } from './result.js';

/** Accounts that are named; all are counted. */
const NAMED = 30;
const EPOCHS = 100;

/** @param outcomes - in order of their numbers */
export function foldAudit(outcomes: readonly Outcome[], interval: ShareInterval): Summary['audit'] {
  const byCause = new Map<string, AuditFinding[]>();
  for (const { findings } of outcomes) {
    for (const finding of findings) byCause.set(finding.cause, [...(byCause.get(finding.cause) ?? []), finding]);
  }
  return [...byCause].map(([cause, found]) => {
    const accounts = [...new Set(found.flatMap((one) => one.accounts))];
    const epochs = [...new Set(found.flatMap((one) => one.epochs))].sort(compareNumbers);
    return {
      cause,
      replications: toProportion(found.length, outcomes.length, interval),
      epochs: epochs.slice(0, EPOCHS),
      accounts: accounts.slice(0, NAMED),
      accountsInAll: accounts.length,
      units: found.reduce((sum, { units }) => sum + units, 0),
      words: found[0]?.words ?? '',
    };
  });
}
