/**
 * A share of an experiment: with N shards, shard i has the replications whose number leaves i − 1 when divided by N.
 *
 * Neighbouring numbers go to different shards, so shards take equally long, and a larger experiment only adds numbers
 * to each.
 */
import { assert } from '#base/assert';

export interface Shard {
  readonly index: number; // 1 … count
  readonly count: number; // integer ≥ 1
}

/** The whole experiment as its only shard. */
export const WHOLE: Shard = { index: 1, count: 1 };

/** Whether a replication is the shard's to rehearse. */
export function holds({ index, count }: Shard, replication: number): boolean {
  return replication % count === index - 1;
}

/** The numbers of a shard, ascending. */
export function* numbersOf({ index, count }: Shard, replications: number): Generator<number> {
  for (let number = index - 1; number < replications; number += count) yield number;
}

/** How many replications a shard has. */
export function sizeOf({ index, count }: Shard, replications: number): number {
  assert(index >= 1 && index <= count, `shard ${index} is one of ${count}`);
  return Math.max(0, Math.ceil((replications - index + 1) / count));
}

/** `2/3`. */
export function formatShard({ index, count }: Shard): string {
  return `${index}/${count}`;
}
