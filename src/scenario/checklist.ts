/**
 * The checklist with its defaults, each noted where it is used.
 */
import type { ChecklistPlan } from '#model/checklist-plan';
import type { ChecklistInput } from './checklist-schema.js';
import { conditionalAt } from './defaults.js';
import { parseLaw } from './distribution.js';
import { assume, type Findings } from './findings.js';
import { parsePercent } from './units.js';

export function resolveChecklist(input: ChecklistInput, findings: Findings): ChecklistPlan {
  const used = (key: string): unknown => assume(findings, `checklist.${key}`, conditionalAt(`checklist.${key}`));
  const covers = (): number => input.parity?.covers ?? parsePercent(used('parity.covers') as string);
  return {
    parity: input.parity === undefined ? null : { covers: covers() },
    alerts: input.alerts ?? (used('alerts') as boolean),
    runbook: input.runbook ?? (used('runbook') as boolean),
    search: input.search ?? parseLaw(used('search')),
    repair: input.repair ?? parseLaw(used('repair')),
  };
}
