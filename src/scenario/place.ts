/**
 * Where something stands in what the user wrote: the place that a problem points at and the lines around it.
 */

import type { Problem } from '#base/error';
import { compareNumbers, compareText } from '#base/order';

/** One text that was read: a file, standard input, or a `--set` of the command line. */
export interface Source {
  readonly file: string;
  readonly lines: readonly string[];
  readonly order: number; // in which the sources were opened; problems come in this order
  readonly inline: boolean; // a `--set`: it has no line numbers
}

export interface Place {
  readonly source: Source;
  readonly line: number; // from 1
  readonly column: number; // from 1
  readonly width: number; // characters to underline, ≥ 1
}

/** A problem and where it stands, until both become a `Problem`. */
export interface Finding {
  readonly place: Place;
  readonly path?: string;
  readonly what: string;
  readonly fix: string;
}

const MARK = '> ';
const WIDTH_MAX = 160; // of a printed line; minified JSON has lines of megabytes

export function createSource(file: string, text: string, order: number, inline = false): Source {
  return { file, lines: text.split(/\r\n|\r|\n/), order, inline };
}

/** The line of `place` between its neighbours, with carets under what is meant. */
export function drawFrame(place: Place): string {
  const { lines, inline } = place.source;
  const last = Math.min(lines.length, place.line + 1);
  const digits = String(last).length;
  const rows: string[] = [];
  for (let number = inline ? place.line : Math.max(1, place.line - 1); number <= last; number += 1) {
    const text = lines[number - 1] ?? '';
    const offset = number === place.line && place.column > WIDTH_MAX / 2 ? place.column - WIDTH_MAX / 2 : 0;
    const shown = text.slice(offset, offset + WIDTH_MAX);
    const gutter = `${String(number).padStart(digits)} | `;
    rows.push(`${number === place.line ? MARK : '  '}${gutter}${shown}`.trimEnd());
    if (number !== place.line) continue;
    // Tabs stay tabs, so that the caret stands under its character at any tab width.
    const indent = shown.slice(0, place.column - 1 - offset).replace(/[^\t]/g, ' ');
    const carets = '^'.repeat(Math.max(1, Math.min(place.width, shown.length - indent.length)));
    rows.push(`  ${' '.repeat(digits)} | ${indent}${carets}`);
  }
  return rows.join('\n');
}

/** The place of some characters of a text, if the file has the text as it is, and not folded or escaped. */
export function insideText(place: Place, text: string, offset: number, width: number): Place {
  const line = place.source.lines[place.line - 1] ?? '';
  const start = line.indexOf(text, place.column - 1);
  return start < 0 ? place : { ...place, column: start + offset + 1, width: Math.max(1, width) };
}

/** The findings as problems, by source, line and column. */
export function toProblems(findings: readonly Finding[]): Problem[] {
  const sorted = [...findings].sort(
    (a, b) =>
      compareNumbers(a.place.source.order, b.place.source.order) ||
      compareNumbers(a.place.line, b.place.line) ||
      compareNumbers(a.place.column, b.place.column) ||
      compareText(a.what, b.what),
  );
  return sorted.map(({ place, path, what, fix }) => ({
    file: place.source.file,
    ...(place.source.inline ? {} : { line: place.line, column: place.column }),
    ...(path === undefined || path === '' ? {} : { path }),
    what,
    fix,
    frame: drawFrame(place),
  }));
}
