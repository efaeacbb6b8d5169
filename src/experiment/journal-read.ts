/**
 * A journal read back. Every record is checked: its checksum, its number, its metrics. A torn last line is no mistake,
 * it is what a crash leaves; anything else that does not fit is.
 */
import { closeSync, openSync } from 'node:fs';
import { UserError } from '#base/error';
import type { Outcome } from '#model/outcome';
import { bindingOf, isSound, JOURNAL_FORMAT, type JournalHeader } from './journal-header.js';
import { parseLine, type RawLine, readLines } from './journal-line.js';
import { checkMetrics } from './measure.js';
import { holds } from './shard.js';

export interface ReadJournal {
  readonly header: JournalHeader;
  readonly outcomes: readonly Outcome[]; // as they finished
  readonly end: number; // offset after the last good line, bytes
}

/**
 * Reads a journal.
 *
 * @param tail - `torn`: only a last line without its newline may be dropped; `damaged`: any last line that is not good,
 *   as a disk may leave it after a power cut
 * @param accept - looks at the header before the records are read, and throws if it is not the wanted one
 * @returns null for a journal that ends within its first line
 * @throws UserError if there is no such file, if it is no journal, or was changed
 */
export function readJournal(
  file: string,
  tail: 'torn' | 'damaged',
  accept: (header: JournalHeader) => void = () => {},
): ReadJournal | null {
  const descriptor = openSync(file, 'r');
  try {
    return readRecords(file, readLines(descriptor), tail, accept);
  } finally {
    closeSync(descriptor);
  }
}

function readRecords(
  file: string,
  lines: Generator<RawLine>,
  tail: 'torn' | 'damaged',
  accept: (header: JournalHeader) => void,
): ReadJournal | null {
  const first = lines.next().value as RawLine | undefined;
  if (first === undefined || !first.whole) return null;
  const header = readHeader(file, first);
  accept(header);
  const binding = bindingOf(header);
  const outcomes = new Map<number, Outcome>();
  let { end } = first;
  let number = 1;
  let bad: number | null = null; // a line that is not good is forgiven as the last one
  for (const line of lines) {
    number += 1;
    if (bad !== null) throw damaged(file, bad, 'its checksum does not fit');
    const json = line.whole ? parseLine(binding, line.bytes) : null;
    if (json === null) {
      if (line.whole && tail === 'torn') throw damaged(file, number, 'its checksum does not fit');
      bad = number;
      continue;
    }
    const outcome = JSON.parse(json) as Outcome;
    const trouble = outcomes.has(outcome.replication) ? 'it is there twice' : troubleOf(outcome, header);
    if (trouble !== null) throw damaged(file, number, `replication ${outcome.replication}: ${trouble}`);
    outcomes.set(outcome.replication, outcome);
    end = line.end;
  }
  return { header, outcomes: [...outcomes.values()], end };
}

function readHeader(file: string, line: RawLine): JournalHeader {
  const json = parseLine('', line.bytes);
  if (json === null) throw damaged(file, 1, 'this is no journal of rollout-sim, or its first line was changed');
  const header = JSON.parse(json) as JournalHeader;
  if (header.format !== JOURNAL_FORMAT) {
    throw damaged(file, 1, `it has format ${header.format} of rollout-sim ${header.version}, not ${JOURNAL_FORMAT}`);
  }
  if (!isSound(header)) throw damaged(file, 1, 'its scenario is not the one that its hash names');
  return header;
}

function troubleOf(outcome: Outcome, { shard, scenario }: JournalHeader): string | null {
  const { replication } = outcome;
  const isNumber = Number.isSafeInteger(replication) && replication >= 0 && replication < scenario.replications;
  if (!isNumber) return `there are only ${scenario.replications}`;
  if (!holds(shard, replication)) return `it belongs to another shard than ${shard.index}/${shard.count}`;
  try {
    checkMetrics(outcome, scenario.plan.horizon);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function damaged(file: string, line: number, what: string): UserError {
  return new UserError([{ file, line, what, fix: 'Remove the file and run its replications again.' }]);
}
