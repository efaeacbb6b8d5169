/**
 * Who is on call and how an incident goes, as the plan has it.
 *
 * Times are integer µs, probabilities numbers in [0, 1]. Source: blueprint.md sections 17, 18 and 22.
 */
import type { Micros } from '#base/time';
import type { Distribution } from '#kernel/distribution';

export interface OncallPlan {
  readonly shifts: readonly ShiftPlan[];
  readonly people: number; // of each level in a shift, and at home outside of shifts; ≥ 1
  readonly levels: number; // who is paged one after the other; ≥ 1
  readonly aroundTheClock: readonly Micros[]; // by channel: so long from its start somebody is on shift at any hour
  readonly begin: Micros; // when in the week the replication begins, from Monday 0:00
  readonly response: Distribution; // µs from a page until it is acknowledged, on shift
  readonly offShift: number; // factor on it outside of shifts, ≥ 1
  readonly escalateAfter: Micros; // a page not acknowledged for so long goes to the next level; ≥ 1
  readonly fatigue: number; // factor on it for each page that the same person had in the 24 hours before, ≥ 1
}

/** Hours that come again every week. */
export interface ShiftPlan {
  readonly days: readonly number[]; // 0: Monday
  readonly from: Micros; // of the day
  readonly to: Micros; // of the day; at or before `from`: of the next day
}

/** The stages of an incident after its page is acknowledged. */
export interface IncidentPlan {
  readonly notice: Distribution | null; // µs until people notice trouble that no check tells of; null: they never do
  readonly diagnose: Distribution;
  readonly misdiagnosed: number; // probability that a diagnosis is wrong, which takes another one; < 1
  readonly decide: Distribution;
}
