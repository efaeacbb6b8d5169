/**
 * The promise of the same bytes, tried: every replication twice, by two sets of workers that share nothing. One set is a
 * single thread that goes up; the other has several threads and goes down, so each worker meets other replications
 * before. Whatever differs then depends on threads, on order or on chance that no stream holds.
 */
import { assert } from '#base/assert';
import { canonicalJson, compareText } from '#base/order';
import type { Outcome } from '#model/outcome';
import type { LoadedScenario } from '#scenario/load';
import { combineFingerprints } from './fold.js';
import { openPool, type Rehearser } from './rehearser.js';
import { replicate } from './replicate.js';

export interface DeterminismOptions {
  readonly jobs: number; // threads of the second set; at least two are used
  readonly onProgress?: (done: number, total: number) => void;
  /** Another built worker. */
  readonly workerFile?: string;
}

export interface DeterminismReport {
  readonly replications: number; // compared, up to and with the first that differs
  readonly threads: readonly [first: number, second: number];
  readonly fingerprints: readonly [first: string, second: string]; // over the replications compared
  readonly difference: ReplicationDifference | null;
}

/** How the two runs of one replication differ. */
export interface ReplicationDifference {
  readonly replication: number;
  readonly fingerprints: readonly [first: string, second: string];
  /** The first fact that differs; null if all facts are the same. */
  readonly fact: {
    readonly number: number; // from 1
    readonly first: string | null; // null: there is no such fact any more
    readonly second: string | null;
  } | null;
  /** The first value of the outcome that differs though the facts do not. */
  readonly value: { readonly path: string; readonly first: string; readonly second: string } | null;
}

type Print = Pick<Outcome, 'replication' | 'fingerprint'>;

// Facts in words are held for one block of both sets at a time.
const BLOCK_PER_THREAD = 4;

/**
 * Rehearses every replication twice and compares, up to the first that differs.
 *
 * @throws ReplicationError if a replication breaks or its worker dies
 * @throws UserError if the worker was not built
 */
export async function verifyDeterminism(
  loaded: LoadedScenario,
  options: DeterminismOptions,
): Promise<DeterminismReport> {
  const { plan, seed, replications } = loaded;
  const threads = [1, Math.max(2, options.jobs)] as const;
  const ascending = await openPool({ plan, seed }, threads[0], options.workerFile);
  const descending = await openPool({ plan, seed }, threads[1], options.workerFile);
  const prints: readonly [Print[], Print[]] = [[], []];
  let difference: ReplicationDifference | null = null;
  try {
    const size = BLOCK_PER_THREAD * threads[1];
    for (let from = 0; from < replications && difference === null; from += size) {
      const numbers = Array.from({ length: Math.min(size, replications - from) }, (_, i) => from + i);
      const [firsts, seconds] = await Promise.all([
        rehearseAll(ascending, numbers, threads[0]),
        rehearseAll(descending, numbers.toReversed(), threads[1]),
      ]);
      for (const [i, first] of firsts.entries()) {
        if (difference !== null) break;
        const second = seconds[i] as Outcome;
        prints[0].push(printOf(first));
        prints[1].push(printOf(second));
        difference = compareOutcomes(first, second);
      }
      options.onProgress?.(prints[0].length, replications);
    }
  } finally {
    await Promise.all([ascending.close(), descending.close()]);
  }
  return {
    replications: prints[0].length,
    threads,
    fingerprints: [combineFingerprints(prints[0]), combineFingerprints(prints[1])],
    difference,
  };
}

function printOf({ replication, fingerprint }: Outcome): Print {
  return { replication, fingerprint };
}

/** @returns the outcomes by number, with their facts in words */
async function rehearseAll(rehearser: Rehearser, numbers: readonly number[], lanes: number): Promise<Outcome[]> {
  const rehearse = (replication: number) => rehearser.rehearse(replication, false, { facts: true });
  const { outcomes, stopped } = await replicate(rehearse, numbers.length, { lanes, numbers });
  assert(stopped === 'complete', 'nothing stops a comparison');
  return outcomes;
}

/** How two outcomes of one replication differ; null if they do not. */
export function compareOutcomes(first: Outcome, second: Outcome): ReplicationDifference | null {
  const { factLog: firstFacts = '', ...firstRest } = first;
  const { factLog: secondFacts = '', ...secondRest } = second;
  const fact = firstFacts === secondFacts ? null : findFact(firstFacts.split('\n'), secondFacts.split('\n'));
  const value = fact === null ? findValue(firstRest, secondRest, '') : null;
  if (fact === null && value === null) return null;
  return { replication: first.replication, fingerprints: [first.fingerprint, second.fingerprint], fact, value };
}

function findFact(first: readonly string[], second: readonly string[]): ReplicationDifference['fact'] {
  let i = 0;
  while (i < first.length && first[i] === second[i]) i += 1;
  return { number: i + 1, first: first[i] ?? null, second: second[i] ?? null };
}

/** The first place, in order of sorted keys, at which two plain values differ. */
function findValue(first: unknown, second: unknown, path: string): ReplicationDifference['value'] {
  if (Object.is(first, second)) return null;
  const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  if (isTree(first) && isTree(second)) {
    const keys = [...new Set([...Object.keys(first), ...Object.keys(second)])].sort(compareText);
    for (const key of keys) {
      const found = findValue(first[key], second[key], path === '' ? key : `${path}.${key}`);
      if (found !== null) return found;
    }
    return null;
  }
  return { path, first: canonicalJson(first) ?? 'nothing', second: canonicalJson(second) ?? 'nothing' };
}
