/**
 * A record of what the core of one validator did: every step of its round machine and every vote its keeper was given.
 *
 * Plain data, in order; written by the driver where it is asked for, and never read by the model.
 */
import type { RoundInput, RoundOutput, RoundState } from './round-machine.js';
import type { ValueId, VoteType } from './vote.js';

export type TraceEntry =
  | {
      readonly kind: 'step';
      readonly before: RoundState;
      readonly input: RoundInput;
      readonly after: RoundState; // `before` itself where the input was rejected
      readonly output: RoundOutput | null;
      readonly accepted: boolean;
    }
  | {
      readonly kind: 'vote';
      readonly type: VoteType;
      readonly round: number;
      readonly value: ValueId;
      readonly voter: number;
      readonly power: number;
      readonly currentRound: number;
      readonly counted: ValueId; // the voter's vote that counts: another value makes this one evidence
      readonly code: number; // `VK_…`
    };

/** One height of one validator from the start of its driver; a restart within the height begins another one. */
export interface TraceSegment {
  readonly chain: string;
  readonly height: number;
  readonly validator: number;
  readonly powers: readonly number[]; // of the validators of the height
  readonly entries: TraceEntry[];
}

/** What is to be recorded. */
export interface TraceRequest {
  readonly validator: number;
  readonly from: number; // heights, inclusive
  readonly to: number;
}

export interface Recording extends TraceRequest {
  readonly segments: TraceSegment[]; // in order of their start
}
