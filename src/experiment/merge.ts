/**
 * Parts of one experiment, as its shards wrote them, put together: the same answer as one machine's.
 *
 * Parts must be of the same version, scenario, seed, fidelity and number of replications, and each shard may come once.
 * Whatever is missing is named; nothing is folded then.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Problem, UserError } from '#base/error';
import { canonicalJson, compareText } from '#base/order';
import type { Outcome } from '#model/outcome';
import { compareHeaders, type JournalHeader } from './journal-header.js';
import { readJournal } from './journal-read.js';
import { formatShard, numbersOf, type Shard } from './shard.js';

/** What a shard lacks. */
export interface MissingShare {
  readonly shard: Shard;
  readonly file: string | null; // null: there is no part of this shard
  readonly replications: readonly number[]; // ascending
}

export type Merged =
  | { readonly kind: 'whole'; readonly header: JournalHeader; readonly outcomes: readonly Outcome[] } // by number
  | { readonly kind: 'missing'; readonly header: JournalHeader; readonly missing: readonly MissingShare[] };

interface Part {
  readonly file: string;
  readonly header: JournalHeader;
  readonly outcomes: readonly Outcome[];
}

const PART_NAME = /^(?:journal|shard-\d+-of-\d+)\.jsonl$/;

/** The files that are meant: a folder stands for the parts in it, by name. */
export function findParts(places: readonly string[]): string[] {
  return places.flatMap((place) => {
    if (!statSync(place).isDirectory()) return [place];
    const names = readdirSync(place).filter((name) => PART_NAME.test(name));
    if (names.length > 0) return names.sort(compareText).map((name) => join(place, name));
    const fix = 'Give the files that run --shard wrote, or the folder they are in.';
    throw new UserError([{ file: place, what: 'there are no parts in this folder', fix }]);
  });
}

/**
 * Puts parts together.
 *
 * @param files - at least one, in any order
 * @param version - of this engine
 * @throws UserError where parts are not of one experiment, come twice or were changed
 */
export function mergeParts(files: readonly string[], version: string): Merged {
  const problems: Problem[] = [];
  const parts: Part[] = [];
  for (const file of files) {
    try {
      parts.push(readPart(file));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(...error.problems);
    }
  }
  parts.sort((a, b) => a.header.shard.index - b.header.shard.index || compareText(a.file, b.file));
  problems.push(...checkTogether(parts, version));
  if (problems.length > 0) throw new UserError(problems);
  const [{ header }] = parts as [Part];
  const missing = findMissing(parts, header);
  if (missing.length > 0) return { kind: 'missing', header, missing };
  const outcomes = parts.flatMap((part) => part.outcomes).sort((a, b) => a.replication - b.replication);
  return { kind: 'whole', header, outcomes };
}

function readPart(file: string): Part {
  const read = readJournal(file, 'torn');
  if (read !== null) return { file, header: read.header, outcomes: read.outcomes };
  throw new UserError([
    { file, what: 'it ends within its first line, so nothing is known of it', fix: 'Run its shard again.' },
  ]);
}

/** What keeps parts from being one experiment; each is held against the first. */
function checkTogether(parts: readonly Part[], version: string): Problem[] {
  const [first] = parts;
  if (first === undefined) return [];
  const problems: Problem[] = [];
  if (first.header.version !== version) {
    const what = `it was written by rollout-sim ${first.header.version}, and this is ${version}`;
    problems.push({ file: first.file, what, fix: 'Merge with the version that ran the shards.' });
  }
  const byIndex = new Map<number, string>();
  for (const { file, header } of parts) {
    problems.push(...describeMixture(file, header, first));
    const { index, count } = header.shard;
    const other = byIndex.get(index);
    if (other !== undefined && count === first.header.shard.count) {
      const what = `it holds shard ${formatShard(header.shard)}, and so does ${other}`;
      problems.push({ file, what, fix: 'Give each shard once.' });
    }
    byIndex.set(index, file);
  }
  return problems;
}

function describeMixture(file: string, header: JournalHeader, first: Part): Problem[] {
  const fix = `Merge parts of one experiment; ${first.file} is of another.`;
  const found = compareHeaders(header, first.header).filter(({ what }) => what !== 'shard');
  if (header.shard.count !== first.header.shard.count) {
    const [theirs, ours] = [header, first.header].map(({ shard }) => `shard ${formatShard(shard)}`);
    return [{ file, what: `it is ${theirs}, but ${first.file} is ${ours}`, fix: 'Cut all parts into as many shards.' }];
  }
  if (found.length === 0 && tellingOf(header) !== tellingOf(first.header)) {
    return [{ file, what: 'its question or its defaults are worded otherwise', fix }];
  }
  return found.map(({ what, theirs, ours }) => ({ file, what: `it is of ${what} ${theirs}, not ${ours}`, fix }));
}

/** All that a summary tells of a scenario; where its file lay does not count. */
function tellingOf({ scenario: { file: _place, ...rest } }: JournalHeader): string {
  return canonicalJson(rest);
}

function findMissing(parts: readonly Part[], { shard: { count }, scenario }: JournalHeader): MissingShare[] {
  const partOf = new Map(parts.map((part) => [part.header.shard.index, part]));
  const missing: MissingShare[] = [];
  for (let index = 1; index <= count; index += 1) {
    const shard = { index, count };
    const part = partOf.get(index);
    const there = new Set(part?.outcomes.map(({ replication }) => replication));
    const replications = [...numbersOf(shard, scenario.replications)].filter((number) => !there.has(number));
    if (replications.length > 0) missing.push({ shard, file: part?.file ?? null, replications });
  }
  return missing;
}
