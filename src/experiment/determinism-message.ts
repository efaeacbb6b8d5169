/**
 * What the two processes of a check of determinism and the one that started them tell each other.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Problem } from '#base/error';
import type { Outcome } from '#model/outcome';
import type { LoadOptions } from '#scenario/load';

/** To a process: what to run, and how. */
export interface SideStart {
  readonly kind: 'start';
  readonly file: string; // the scenario's; each process reads it by itself
  readonly overrides: LoadOptions;
  readonly jobs: number; // threads; 1 stays in the process's own
  readonly shards: number; // run one after another
  readonly downwards: boolean; // the last shard first, each from its last replication
  readonly folder: string; // for facts in words, one file each replication
  readonly workerFile?: string | undefined; // another built worker
}

/** To a process: replications from this number on are of no interest any more. */
export interface SideLimit {
  readonly kind: 'limit';
  readonly limit: number;
}

/** From a process. */
export type SideAnswer =
  | { readonly kind: 'outcome'; readonly outcome: Outcome; readonly facts: string } // facts: hash of their words
  | { readonly kind: 'done'; readonly summary: string } // as it would be stored
  | {
      readonly kind: 'broken';
      readonly how: 'bug' | 'death';
      readonly seed: string;
      readonly replication: number;
      readonly failure: { readonly message: string; readonly stack?: string };
    }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }
  | { readonly kind: 'failed'; readonly failure: { readonly message: string; readonly stack?: string } };

/** Where a process leaves the facts of a replication, deflated. */
export function factFile(folder: string, replication: number): string {
  return join(folder, `${replication}.facts`);
}

export function hashFacts(words: string): string {
  return createHash('sha256').update(words).digest('hex');
}
