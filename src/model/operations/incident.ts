/**
 * An incident from its acknowledged page to a decision: diagnosed, perhaps wrongly and then again, and decided.
 */
import type { Micros } from '#base/time';
import { sampleInteger } from '#kernel/distribution';
import { nextUnit, type Stream } from '#kernel/stream';
import type { IncidentPlan } from '../people-plan.js';

export interface Diagnosis {
  readonly rounds: readonly Micros[]; // µs of each, at least one; all but the last were wrong
  readonly decide: Micros;
}

/**
 * Draws the stages; takes the decision's draw first, so that another round moves no other draw of this incident.
 */
export function drawDiagnosis(plan: IncidentPlan, stream: Stream): Diagnosis {
  const decide = sampleInteger(plan.decide, stream);
  const rounds: Micros[] = [];
  do rounds.push(sampleInteger(plan.diagnose, stream));
  while (nextUnit(stream) < plan.misdiagnosed);
  return { rounds, decide };
}
