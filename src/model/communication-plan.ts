/**
 * What operators are told before a rollout, resolved (blueprint.md section 17: briefings at least two weeks ahead).
 */
import type { Micros } from '#base/time';
import type { Distribution } from '#kernel/distribution';

export interface BriefingPlan {
  readonly channel: string; // whose operators are briefed
  readonly ahead: Micros; // of the channel's start
  readonly notice: Micros; // with so much of it every operator is prepared, with half of it half of them
  readonly missing: number; // probability that it is never sent
  readonly delay: Distribution; // µs by which an operator who is not prepared begins the upgrade late
}
