/**
 * When a replication stops: as written, with the phases of a chaos test, or some time after the planned end.
 */
import { formatDuration, type Micros } from '#base/time';
import type { FaultPlan, PhasesPlan } from '#model/plan';
import { HORIZON_FACTOR, HORIZON_SOURCE, PHASES_SOURCE } from './defaults.js';
import { addProblem, addWarning, assume, type Findings } from './findings.js';
import { roundUp } from './schedule.js';

/**
 * The horizon of a plan.
 *
 * @param written - of the file, if it has one
 * @param planned - how long the rollout takes if nothing goes wrong
 */
export function resolveHorizon(
  written: Micros | undefined,
  planned: Micros,
  phases: PhasesPlan | null,
  findings: Findings,
): Micros {
  if (phases !== null) {
    const judged = phases.chaos + phases.settle + phases.judge;
    const horizon = written ?? note(judged, PHASES_SOURCE, findings);
    if (horizon < judged) {
      const what = `the horizon of ${formatDuration(horizon)} is shorter than the phases of ${formatDuration(judged)}`;
      addProblem(findings, ['horizon'], what, 'Lengthen it, or leave it out.');
    }
    return horizon;
  }
  const horizon = written ?? note(roundUp(planned * HORIZON_FACTOR), HORIZON_SOURCE, findings);
  if (horizon < planned) {
    const what = `the horizon of ${formatDuration(horizon)} is shorter than the plan of ${formatDuration(planned)}`;
    addWarning(findings, ['horizon'], what, 'No replication can complete; lengthen it or shorten the dwells.');
  }
  return horizon;
}

function note(horizon: Micros, source: string, findings: Findings): Micros {
  assume(findings, 'horizon', { value: formatDuration(horizon), source });
  return horizon;
}

/** Warns of faults that begin when the chain is healed already: they never happen. */
export function warnOfLateFaults(faults: readonly FaultPlan[], phases: PhasesPlan, findings: Findings): void {
  faults.forEach(({ kind, trigger }, i) => {
    if (kind === 'byzantine' || trigger.kind !== 'at' || trigger.time < phases.chaos) return;
    const what = `the fault never happens: chaos ends at ${formatDuration(phases.chaos)}`;
    addWarning(findings, ['faults', i, 'at'], what, 'Let it happen earlier, or lengthen phases.chaos.');
  });
}
