/**
 * The journal of a sweep: every finished replication of every point, so that what is done outlives the process.
 *
 * A record names its point by the hash of the plan and the claims there, so points may come and go between two runs: what
 * was done at those that stay is not done again. Lines are those of `journal-line.ts`.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync } from 'node:fs';
import { UserError } from '#base/error';
import { canonicalJson } from '#base/order';
import type { Outcome } from '#model/outcome';
import type { LoadedSweep } from '#scenario/sweep';
import { openJournalFile, replaceJournalFile } from './journal-file.js';
import { formatLine, parseLine, readLines } from './journal-line.js';
import { checkMetrics } from './measure.js';

export const SWEEP_JOURNAL = 'sweep-journal.jsonl';
const FORMAT = 1;

export interface SweepJournal {
  /** What of a point was in it when it was opened, by replication. */
  readonly known: (hash: string) => ReadonlyMap<number, Outcome>;
  /** @throws UserError if the disk refuses; what was written before stays good */
  readonly append: (hash: string, outcome: Outcome) => void;
  readonly close: () => void;
}

interface Header {
  readonly format: typeof FORMAT;
  readonly kind: 'sweep';
  readonly version: string; // of the engine
  readonly name: string; // of the scenario
  readonly seed: string;
}

interface SweepRecord {
  readonly point: string;
  readonly outcome: Outcome;
}

type Known = ReadonlyMap<string, ReadonlyMap<number, Outcome>>;

/** Begins a journal; one that is there is replaced. @throws UserError if the disk refuses */
export function createSweepJournal(file: string, loaded: LoadedSweep, version: string): SweepJournal {
  const header = headerOf(loaded, version);
  replaceJournalFile(file, [formatLine('', JSON.stringify(header))]);
  return openAt(file, header, new Map(), null);
}

/**
 * Goes on with a journal, or begins one where there is none.
 *
 * @throws UserError if it is of another scenario, seed or version, holds none of the points, or was changed
 */
export function resumeSweepJournal(file: string, loaded: LoadedSweep, version: string): SweepJournal {
  if (!existsSync(file)) return createSweepJournal(file, loaded, version);
  const header = headerOf(loaded, version);
  const read = readAll(file, header, loaded);
  if (read === null) return createSweepJournal(file, loaded, version);
  const asked = new Set(loaded.points.map((point) => point.loaded.hash));
  if (read.known.size > 0 && ![...read.known.keys()].some((hash) => asked.has(hash))) {
    throw refuse(file, 'it holds other points than those that are asked for');
  }
  return openAt(file, header, read.known, read.end);
}

function headerOf({ base }: LoadedSweep, version: string): Header {
  return { format: FORMAT, kind: 'sweep', version, name: base.name, seed: base.seed };
}

function openAt(file: string, header: Header, known: Known, end: number | null): SweepJournal {
  const binding = bindingOf(header);
  const { append, close } = openJournalFile(file, end);
  const nothing: ReadonlyMap<number, Outcome> = new Map();
  return {
    known: (hash) => known.get(hash) ?? nothing,
    append: (point, outcome) => append(formatLine(binding, JSON.stringify({ point, outcome } satisfies SweepRecord))),
    close,
  };
}

function bindingOf(header: Header): string {
  return createHash('sha256').update(canonicalJson(header)).digest('hex');
}

/** @returns null for a journal that ends within its first line */
function readAll(
  file: string,
  header: Header,
  loaded: LoadedSweep,
): { readonly known: Known; readonly end: number } | null {
  const descriptor = openSync(file, 'r');
  try {
    const lines = readLines(descriptor);
    const first = lines.next().value;
    if (first === undefined || !first.whole) return null;
    checkHeader(file, parseLine('', first.bytes), header);
    const horizons = new Map(loaded.points.map((point) => [point.loaded.hash, point.loaded.plan.horizon]));
    const binding = bindingOf(header);
    const known = new Map<string, Map<number, Outcome>>();
    let { end } = first;
    let number = 1;
    let bad: number | null = null; // a line that is not good is forgiven as the last one, which a crash may leave
    for (const line of lines) {
      number += 1;
      if (bad !== null) throw damaged(file, bad, 'its checksum does not fit');
      const json = line.whole ? parseLine(binding, line.bytes) : null;
      if (json === null) {
        bad = number;
        continue;
      }
      const { point, outcome } = JSON.parse(json) as SweepRecord;
      const outcomes = known.get(point) ?? new Map<number, Outcome>();
      const trouble = troubleOf(outcome, horizons.get(point), outcomes.get(outcome.replication));
      if (trouble !== null) throw damaged(file, number, `replication ${outcome.replication}: ${trouble}`);
      known.set(point, outcomes.set(outcome.replication, outcome));
      ({ end } = line);
    }
    return { known, end };
  } finally {
    closeSync(descriptor);
  }
}

/** Two points may mean the same plan; then a replication is there twice, and is the same. */
function troubleOf(outcome: Outcome, horizon: number | undefined, earlier: Outcome | undefined): string | null {
  if (earlier !== undefined && earlier.fingerprint !== outcome.fingerprint) return 'it is there twice and differs';
  if (horizon === undefined) return null;
  try {
    checkMetrics(outcome, horizon);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function checkHeader(file: string, json: string | null, ours: Header): void {
  if (json === null) throw damaged(file, 1, 'this is no journal of a sweep, or its first line was changed');
  const theirs = JSON.parse(json) as Header;
  if (theirs.kind !== 'sweep' || theirs.format !== FORMAT) {
    throw damaged(file, 1, `it is of another kind or version: ${theirs.kind} ${theirs.format}`);
  }
  const what = (['version', 'name', 'seed'] as const).find((key) => theirs[key] !== ours[key]);
  if (what === undefined) return;
  const told = ({ [what]: value }: Header) => (what === 'version' ? value : JSON.stringify(value));
  const word = what === 'name' ? 'scenario' : what;
  throw refuse(file, `it is of ${word} ${told(theirs)}, not ${told(ours)}`);
}

function refuse(file: string, what: string): UserError {
  const fix = 'Resume with what it was begun with, or run without --resume to begin anew.';
  return new UserError([{ file, what, fix }]);
}

function damaged(file: string, line: number, what: string): UserError {
  return new UserError([{ file, line, what, fix: 'Remove the file and run the sweep again.' }]);
}
