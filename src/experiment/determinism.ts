/**
 * The promise of the same bytes, tried: every replication twice, by two processes that share nothing but the scenario's
 * file. One runs it on one thread, upwards; the other in shards, on several threads, downwards, in another time zone and
 * another language. Whatever differs then depends on threads, on order, on surroundings or on chance that no stream holds.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { canonicalJson, compareText } from '#base/order';
import type { Outcome } from '#model/outcome';
import type { LoadOptions } from '#scenario/load';
import { factFile } from './determinism-message.js';
import { type SideProcess, startSide } from './determinism-process.js';
import { combineFingerprints } from './fold.js';

export interface DeterminismOptions {
  readonly jobs: number; // threads of the second process; at least two are used
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Another built worker. */
  readonly workerFile?: string;
}

/** How one of the two processes runs. */
export interface Side {
  readonly threads: number;
  readonly shards: number;
  readonly downwards: boolean;
  readonly surroundings: Readonly<Record<string, string>>; // of its environment
}

export interface DeterminismReport {
  readonly replications: number; // compared, up to and with the first that differs
  readonly sides: readonly [first: Side, second: Side];
  readonly fingerprints: readonly [first: string, second: string]; // over the replications compared
  readonly difference: ReplicationDifference | null;
  /** The first value of the two summaries that differs although no replication does. */
  readonly summary: ValueDifference | null;
}

export interface ValueDifference {
  readonly path: string;
  readonly first: string;
  readonly second: string;
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
  readonly value: ValueDifference | null;
}

type Told = readonly [outcome: Outcome, facts: string];
type Print = Pick<Outcome, 'replication' | 'fingerprint'>;

const SHARDS = 3;

/** Surroundings that must not matter: where the sun rises, and what the capital of i is. */
const PLAIN = { TZ: 'UTC', LC_ALL: 'C', LANG: 'C' };
const ODD = { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' };

/**
 * Rehearses every replication in each of two processes and compares, up to the first that differs.
 *
 * @param replications - how many the scenario and the overrides ask for
 * @returns null if the signal stopped it
 * @throws ReplicationError if a replication breaks or its worker dies
 * @throws LostProcessError if a process ends before its answer
 * @throws UserError if the scenario cannot be loaded or the program was not built
 */
export async function verifyDeterminism(
  { file, overrides, replications }: { readonly file: string; readonly overrides: LoadOptions; replications: number },
  options: DeterminismOptions,
): Promise<DeterminismReport | null> {
  const sides = [
    { threads: 1, shards: 1, downwards: false, surroundings: PLAIN },
    { threads: Math.max(2, options.jobs), shards: Math.min(SHARDS, replications), downwards: true, surroundings: ODD },
  ] as const;
  const folder = mkdtempSync(join(tmpdir(), 'rollout-sim-facts-'));
  const folders = sides.map((_, i) => join(folder, String(i))) as [string, string];
  const waiting: readonly [Map<number, Told>, Map<number, Told>] = [new Map(), new Map()];
  const prints = new Map<number, readonly [Print, Print]>();
  const processes: SideProcess[] = [];
  let difference: ReplicationDifference | null = null;
  const compare = (replication: number): void => {
    const [first, second] = waiting.map((told) => told.get(replication)) as [Told?, Told?];
    if (first === undefined || second === undefined) return;
    for (const told of waiting) told.delete(replication);
    if (difference !== null && replication > difference.replication) return;
    prints.set(replication, [printOf(first[0]), printOf(second[0])]);
    options.onProgress?.(prints.size, replications);
    const facts = folders.map((one) => factFile(one, replication)) as [string, string];
    const [a, b] = first[1] === second[1] ? ['', ''] : facts.map((one) => inflateSync(readFileSync(one)).toString());
    for (const one of facts) rmSync(one);
    const found = compareOutcomes({ ...first[0], factLog: a ?? '' }, { ...second[0], factLog: b ?? '' });
    if (found === null) return;
    difference = found;
    for (const side of processes) side.limit(replication); // later ones are of no interest any more
  };
  try {
    for (const [i, { threads: jobs, shards, downwards, surroundings }] of sides.entries()) {
      const own = folders[i] as string;
      mkdirSync(own);
      const { workerFile } = options;
      const start = { kind: 'start', file, overrides, jobs, shards, downwards, folder: own, workerFile } as const;
      const side = startSide(start, surroundings, (outcome, facts) => {
        waiting[i as 0 | 1].set(outcome.replication, [outcome, facts]);
        compare(outcome.replication);
      });
      processes.push(side);
    }
    const summaries = await Promise.race([
      Promise.all(processes.map(({ summary }) => summary)),
      stopOf(options.signal),
    ]);
    if (summaries === null) return null;
    return conclude(sides, prints, difference, summaries as [string, string]);
  } finally {
    for (const side of processes) side.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function conclude(
  sides: DeterminismReport['sides'],
  prints: ReadonlyMap<number, readonly [Print, Print]>,
  difference: ReplicationDifference | null,
  [first, second]: readonly [string, string],
): DeterminismReport {
  const last = difference?.replication ?? Number.POSITIVE_INFINITY;
  const compared = [...prints].filter(([number]) => number <= last).sort(([a], [b]) => a - b);
  const side = (i: 0 | 1): string => combineFingerprints(compared.map(([, both]) => both[i]));
  const summary = difference !== null || first === second ? null : findValue(JSON.parse(first), JSON.parse(second), '');
  return { replications: compared.length, sides, fingerprints: [side(0), side(1)], difference, summary };
}

/** Comes with null when the signal does. */
function stopOf(signal: AbortSignal | undefined): Promise<null> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve(null);
    signal?.addEventListener('abort', () => resolve(null));
  });
}

function printOf({ replication, fingerprint }: Outcome): Print {
  return { replication, fingerprint };
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
function findValue(first: unknown, second: unknown, path: string): ValueDifference | null {
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
