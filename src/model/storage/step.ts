/**
 * Steps of a recovery or a restore: what is done, in order, and how long it takes.
 *
 * Moving data costs bytes over a rate; opening a folder, comparing two roots and looking at a dashboard cost nothing
 * here, for their time is part of the restart. They stay in the list, so that it reads like the procedure it rehearses.
 * Source: blueprint.md section 12, steps 1–6, and section 19.
 */
import { assert } from '#base/assert';
import { type Micros, SECOND } from '#base/time';

export type StepName =
  | 'isolate' // the node stands, its data is mounted read-only
  | 'check-log' // the log is read whole; what was committed is applied as it is read
  | 'stage-snapshot' // the newest snapshot takes the place of a log that is deleted
  | 'damaged-backup' // lost on a backup that does not restore
  | 'restore-backup'
  | 'replay-log' // commits above the restored height
  | 'compare-root'
  | 'verify-envelopes' // pruning proofs
  | 'mend' // people do what the node gave up on
  | 'health';

export interface Step {
  readonly name: StepName;
  readonly time: Micros; // integer ≥ 0
}

/** The sum of the times. */
export function timeOfSteps(steps: readonly Step[]): Micros {
  return steps.reduce((sum, step) => sum + step.time, 0);
}

/**
 * The time to move `bytes` at `rate`, rounded to a µs: 2 GiB at 50 MB/s take 42.949673 s.
 *
 * @param rate - bytes per second, above 0
 */
export function transferTime(bytes: number, rate: number): Micros {
  assert(bytes >= 0, `${bytes} bytes to move are at least 0`);
  assert(rate > 0, `rate ${rate} is above 0`);
  return Math.round((bytes * SECOND) / rate);
}
