/**
 * The file of a journal: lines that are appended, each with one write at the end, and a file that is replaced as a whole.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { UserError } from '#base/error';

export interface JournalFile {
  /** @throws UserError if the disk refuses; what was written before stays good */
  readonly append: (line: string) => void;
  /** Brings everything to the disk; what comes later is ignored. */
  readonly close: () => void;
}

/**
 * Opens a file to be added to.
 *
 * @param end - where its good lines end, bytes; null: at the end of the file
 */
export function openJournalFile(file: string, end: number | null): JournalFile {
  let descriptor: number | null = openSync(file, 'a');
  if (end !== null) ftruncateSync(descriptor, end);
  return {
    append: (line) => {
      if (descriptor === null) return; // given up by the run, finished all the same
      try {
        writeAll(descriptor, line);
      } catch (error) {
        closeSync(descriptor); // half a line may be there, and nothing may follow it
        descriptor = null;
        throw refused(file, error);
      }
    },
    close: () => {
      if (descriptor === null) return;
      const open = descriptor;
      descriptor = null;
      try {
        fsyncSync(open);
      } catch (error) {
        throw refused(file, error);
      } finally {
        closeSync(open);
      }
    },
  };
}

/** Puts a file of these lines into its place, by way of one beside it. @throws UserError if the disk refuses */
export function replaceJournalFile(file: string, lines: Iterable<string>): void {
  const beside = `${file}.${process.pid}.tmp`;
  let descriptor: number | null = null;
  try {
    descriptor = openSync(beside, 'w');
    for (const line of lines) writeAll(descriptor, line);
    fsyncSync(descriptor);
    closeSync(descriptor);
    descriptor = null;
    renameSync(beside, file);
  } catch (error) {
    if (descriptor !== null) closeSync(descriptor);
    rmSync(beside, { force: true });
    throw refused(file, error);
  }
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}

function refused(file: string, error: unknown): UserError {
  const why = error instanceof Error ? error.message.replace(/^\w+: |, \w+.*$/g, '') : String(error);
  const fix = 'Make room or give another folder with --out DIR; what was journaled is kept, and --resume goes on.';
  return new UserError([{ file, what: `the journal cannot be written: ${why}`, fix }]);
}
