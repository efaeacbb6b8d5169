/**
 * The journal of a run: every finished replication, appended as it finishes, so that what is done outlives the process.
 *
 * One record is one write at the end of the file. After a crash the file is whole but for its last line, which is
 * dropped when the run resumes. The journal of one shard is the part that `merge` takes.
 */
import { existsSync } from 'node:fs';
import { UserError } from '#base/error';
import { canonicalJson } from '#base/order';
import type { Outcome } from '#model/outcome';
import { openJournalFile, replaceJournalFile } from './journal-file.js';
import { bindingOf, compareHeaders, type JournalHeader } from './journal-header.js';
import { formatLine } from './journal-line.js';
import { readJournal } from './journal-read.js';
import type { Shard } from './shard.js';

export interface Journal {
  /** What was in it when it was opened. */
  readonly known: readonly Outcome[];
  /** @throws UserError if the disk refuses; what was written before stays good */
  readonly append: (outcome: Outcome) => void;
  /** Brings everything to the disk; what comes later is ignored. */
  readonly close: () => void;
}

/** The name of a journal within the folder of the results. */
export function nameJournal(shard: Shard): string {
  return shard.count === 1 ? 'journal.jsonl' : `shard-${shard.index}-of-${shard.count}.jsonl`;
}

/** Begins a journal; one that is there is replaced as soon as the new one has its first line. */
export function createJournal(file: string, header: JournalHeader): Journal {
  replace(file, header, []);
  return openAt(file, header, [], null);
}

/**
 * Goes on with a journal, or begins one where there is none. More replications than it was begun with are welcome.
 *
 * @throws UserError if it is of another scenario, seed, fidelity, version or shard, or was changed
 */
export function resumeJournal(file: string, header: JournalHeader): Journal {
  if (!existsSync(file)) return createJournal(file, header);
  const read = readJournal(file, 'damaged', (theirs) => checkResumable(file, theirs, header));
  if (read === null) return createJournal(file, header);
  const { outcomes } = read;
  if (canonicalJson(read.header) === canonicalJson(header)) return openAt(file, header, outcomes, read.end);
  replace(file, header, outcomes); // another number of replications, or another wording
  return openAt(file, header, outcomes, null);
}

function checkResumable(file: string, theirs: JournalHeader, ours: JournalHeader): void {
  const problems = compareHeaders(theirs, ours).flatMap((difference) => {
    const { what } = difference;
    if (what === 'replications' && theirs.scenario.replications < ours.scenario.replications) return [];
    const fix =
      what === 'replications'
        ? `Give --replications ${theirs.scenario.replications} or more, or run without --resume to begin anew.`
        : 'Resume with what it was begun with, or run without --resume to begin anew.';
    return [{ file, what: `the journal is of ${what} ${difference.theirs}, not ${difference.ours}`, fix }];
  });
  if (problems.length > 0) throw new UserError(problems);
}

/** Writes a journal with what is known into its place. */
function replace(file: string, header: JournalHeader, outcomes: readonly Outcome[]): void {
  const binding = bindingOf(header);
  const records = outcomes.map((outcome) => formatLine(binding, JSON.stringify(outcome)));
  replaceJournalFile(file, [formatLine('', JSON.stringify(header)), ...records]);
}

/** @param end - where its good lines end; null: at the end of the file */
function openAt(file: string, header: JournalHeader, known: readonly Outcome[], end: number | null): Journal {
  const binding = bindingOf(header);
  const { append, close } = openJournalFile(file, end);
  return { known, append: (outcome) => append(formatLine(binding, JSON.stringify(outcome))), close };
}
