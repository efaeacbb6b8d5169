/**
 * The axes of a sweep and the points they span. A grid has an axis for each path; a zip is one axis on which several
 * paths move in step; a list is one axis of points written out. Points are all combinations of the axes that pass the
 * filters, the last axis running fastest.
 */
import { type Filter, passes, readFilter } from './filter.js';
import { Mistake } from './phrase.js';
import type { Path } from './tree.js';
import { isRange, readRange } from './value-range.js';

/** `values[i][j]` is the text of `paths[j]` at position i; null leaves it as the file has it. */
export interface Axis {
  readonly kind: 'grid' | 'zip' | 'list';
  readonly paths: readonly string[];
  readonly values: readonly (readonly (string | null)[])[];
}

/** What a user wrote: values as a text such as `1..4` or `1%,2%`, as one value, or as a list. */
export interface WrittenAxes {
  readonly grid?: Readonly<Record<string, unknown>> | undefined;
  readonly zip?: Readonly<Record<string, unknown>> | undefined;
  readonly list?: readonly Readonly<Record<string, unknown>>[] | undefined;
  readonly filter?: readonly string[] | undefined;
}

/** A mistake in the axes, and the path within them: `['grid', 'network.loss']`. */
export interface AxisMistake {
  readonly path: Path;
  readonly what: string;
  readonly fix: string;
}

export interface Point {
  readonly at: readonly number[]; // position on each axis
  readonly values: ReadonlyMap<string, string>; // by path
}

/** A sweep of more points than that is a slip of the keyboard. */
export const POINTS_MAX = 5_000;

const PATH = /^[^.[\]=\s]+(?:\[\d{1,9}\]|\.[^.[\]=\s]+)*$/;
/** Keys that all points share, or that are no part of what is simulated. */
const SHARED: readonly string[] = ['seed', 'replications', 'sweep', 'name', 'question', 'apiVersion', 'extends'];

/** What is wrong with a path to sweep over, or undefined. */
export function judgePath(path: string): Omit<AxisMistake, 'path'> | undefined {
  if (!PATH.test(path)) {
    const what = `${JSON.stringify(path)} is no path`;
    return { what, fix: 'Write a path such as network.loss or channels.canary.dwell.' };
  }
  const [first = ''] = path.split(/[.[]/);
  if (!SHARED.includes(first)) return undefined;
  return { what: `all points share "${first}"`, fix: 'Take another path.' };
}

/** Reads axes and filters; every mistake is reported. */
export function readAxes(written: WrittenAxes): {
  readonly axes: readonly Axis[];
  readonly filters: readonly Filter[];
  readonly mistakes: readonly AxisMistake[];
} {
  const mistakes: AxisMistake[] = [];
  const refuse = (path: Path, what: string, fix: string): void => {
    mistakes.push({ path, what, fix });
  };
  const column = (kind: 'grid' | 'zip', path: string, value: unknown): string[] => {
    const wrong = judgePath(path);
    if (wrong !== undefined) refuse([kind, path], wrong.what, wrong.fix);
    const { values, problem } = readValues(value);
    if (problem !== undefined) refuse([kind, path], problem.what, problem.fix);
    return values;
  };
  const axes: Axis[] = Object.entries(written.grid ?? {}).map(([path, value]) => {
    return { kind: 'grid', paths: [path], values: column('grid', path, value).map((text) => [text]) };
  });
  const zipped = Object.entries(written.zip ?? {}).map(([path, value]) => [path, column('zip', path, value)] as const);
  if (zipped.length > 0) axes.push(zipColumns(zipped, refuse));
  if (written.list !== undefined && written.list.length > 0) axes.push(listPoints(written.list, refuse));
  const paths = axes.flatMap((axis) => axis.paths);
  for (const path of new Set(paths.filter((one, i) => paths.indexOf(one) !== i))) {
    refuse([], `"${path}" is on two axes`, 'Keep one of them.');
  }
  const filters = (written.filter ?? []).flatMap((text, i): Filter[] => {
    try {
      return [readFilter(text, paths)];
    } catch (cause) {
      if (!(cause instanceof Mistake)) throw cause;
      refuse(['filter', i], cause.message, cause.fix);
      return [];
    }
  });
  return { axes, filters, mistakes };
}

/**
 * All combinations of the axes that pass every filter.
 *
 * @returns no points and what is wrong where a filter cannot be answered, none pass, or there are too many
 */
export function spanPoints(
  axes: readonly Axis[],
  filters: readonly Filter[],
): { readonly points: readonly Point[]; readonly mistakes: readonly AxisMistake[] } {
  const fail = (path: Path, what: string, fix: string) => ({ points: [], mistakes: [{ path, what, fix }] });
  const total = axes.reduce((product, axis) => product * axis.values.length, 1);
  if (total > 20 * POINTS_MAX) return fail([], `the axes span ${total} points`, `Keep to ${POINTS_MAX}.`);
  const points: Point[] = [];
  for (let number = 0; number < total; number += 1) {
    const point = pointAt(axes, number);
    const values = new Map<string, string | null>(axes.flatMap(({ paths }) => paths.map((path) => [path, null])));
    for (const [path, text] of point.values) values.set(path, text);
    let passing = true;
    for (const [i, filter] of filters.entries()) {
      try {
        passing &&= passes(filter, values);
      } catch (cause) {
        if (!(cause instanceof Mistake)) throw cause;
        return fail(['filter', i], cause.message, cause.fix);
      }
    }
    if (passing) points.push(point);
  }
  if (points.length === 0) return fail(['filter'], 'no point of the sweep passes the filter', 'Ask for less.');
  if (points.length > POINTS_MAX) return fail([], `there are ${points.length} points`, `Keep to ${POINTS_MAX}.`);
  return { points, mistakes: [] };
}

function pointAt(axes: readonly Axis[], number: number): Point {
  const at = new Array<number>(axes.length).fill(0);
  let rest = number;
  for (let i = axes.length - 1; i >= 0; i -= 1) {
    const size = axes[i]?.values.length ?? 1;
    at[i] = rest % size;
    rest = Math.floor(rest / size);
  }
  const values = new Map<string, string>();
  for (const [i, axis] of axes.entries()) {
    for (const [j, text] of (axis.values[at[i] as number] ?? []).entries()) {
      if (text !== null) values.set(axis.paths[j] as string, text);
    }
  }
  return { at, values };
}

type Refuse = (path: Path, what: string, fix: string) => void;

function zipColumns(columns: readonly (readonly [path: string, values: readonly string[]])[], refuse: Refuse): Axis {
  const [[firstPath, first] = ['', []]] = columns;
  for (const [path, values] of columns) {
    if (values.length === first.length) continue;
    const what = `${values.length} values move in step with ${first.length} of ${firstPath}`;
    refuse(['zip', path], what, 'Give each path as many values.');
  }
  const paths = columns.map(([path]) => path);
  const values = first.map((_, i) => columns.map(([, column]) => column[i] ?? null));
  return { kind: 'zip', paths, values };
}

function listPoints(rows: readonly Readonly<Record<string, unknown>>[], refuse: Refuse): Axis {
  const paths = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  for (const path of paths) {
    const wrong = judgePath(path);
    const at = rows.findIndex((row) => Object.hasOwn(row, path));
    if (wrong !== undefined) refuse(['list', at, path], wrong.what, wrong.fix);
  }
  const values = rows.map((row) => paths.map((path) => (Object.hasOwn(row, path) ? writeValue(row[path]) : null)));
  return { kind: 'list', paths, values };
}

function readValues(written: unknown): {
  readonly values: string[];
  readonly problem?: { readonly what: string; readonly fix: string };
} {
  const isText = typeof written === 'string';
  const items: readonly unknown[] = isText ? splitValues(written) : Array.isArray(written) ? written : [written];
  const values: string[] = [];
  for (const item of items) {
    if (typeof item !== 'string' || !isRange(item)) {
      values.push(isText ? String(item) : writeValue(item)); // a text of the command line is as it is to be
      continue;
    }
    const reading = readRange(item);
    if ('mistake' in reading) return { values, problem: reading.mistake };
    values.push(...reading.values);
  }
  if (values.length === 0 || values.includes('')) {
    return { values, problem: { what: 'a value is missing', fix: 'Write values such as 1..4 or 1%,2%,5%.' } };
  }
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice === undefined) return { values };
  return { values, problem: { what: `the value ${twice} is there twice`, fix: 'Write each value once.' } };
}

/** Splits at commas that stand in no bracket and no quote. */
function splitValues(text: string): string[] {
  const parts = [''];
  let depth = 0;
  let quote = '';
  for (const character of text) {
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if ('[{'.includes(character)) depth += 1;
    else if (']}'.includes(character)) depth -= 1;
    if (character === ',' && depth === 0 && quote === '') parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}

const READS_AS_ITSELF = /^[A-Za-z0-9µ][\w.%µ/+-]*(?: [\w.%µ/+-]+)*$/;
const READS_AS_OTHER = /^(?:true|false|null|[+-]?[\d.]+(?:[eE][+-]?\d+)?|0[xo][\da-fA-F]+)$/i;

/** A value of a file as the text that gives it back after `path=`. */
function writeValue(value: unknown): string {
  if (typeof value === 'string') {
    return READS_AS_ITSELF.test(value) && !READS_AS_OTHER.test(value) ? value : JSON.stringify(value);
  }
  if (value === null || typeof value !== 'object') return String(value);
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner));
}
