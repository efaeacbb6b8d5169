/**
 * Lines of a journal: a checksum, a space, a JSON document without a newline.
 *
 * A line counts only with its newline: what a crash leaves of the last one is recognised by its absence.
 */
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';

const SUM_DIGITS = 16;
const CHUNK_BYTES = 65_536;
const NEWLINE = 10;

/**
 * @param binding - what the line belongs to; the same text under another binding has another checksum
 * @param json - without a newline
 */
export function formatLine(binding: string, json: string): string {
  return `${checksum(binding, json)} ${json}\n`;
}

/** The JSON text of a line without its newline; null if its checksum is not the one of this text and binding. */
export function parseLine(binding: string, line: Buffer): string | null {
  const json = line.toString('utf8', SUM_DIGITS + 1);
  return line.toString('latin1', 0, SUM_DIGITS + 1) === `${checksum(binding, json)} ` ? json : null;
}

function checksum(binding: string, json: string): string {
  return createHash('sha256').update(binding).update('\n').update(json).digest('hex').slice(0, SUM_DIGITS);
}

export interface RawLine {
  readonly bytes: Buffer; // without the newline
  readonly end: number; // offset of the next line
  readonly whole: boolean; // false: the file ends before its newline
}

/** The lines of an open file, one after the other; no more than a line is held. */
export function* readLines(file: number): Generator<RawLine> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let held: Buffer[] = [];
  let end = 0;
  for (let at = 0; ; ) {
    const read = readSync(file, chunk, 0, CHUNK_BYTES, at);
    if (read === 0) break;
    at += read;
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to >= 0 && to < read; to = chunk.indexOf(NEWLINE, from)) {
      const bytes = Buffer.concat([...held, chunk.subarray(from, to)]);
      held = [];
      end += bytes.length + 1;
      from = to + 1;
      yield { bytes, end, whole: true };
    }
    if (from < read) held.push(Buffer.from(chunk.subarray(from, read)));
  }
  if (held.length > 0) yield { bytes: Buffer.concat(held), end, whole: false };
}
