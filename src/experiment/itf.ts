/**
 * Traces in the Informal Trace Format of Apalache and Quint: executions of a formal model, state by state, as JSON.
 *
 * A file is plain or gzip. `parseTrace` checks its form and turns it into values with a kind; the readers below take
 * them apart and say where a value is not what it should be. Format: https://apalache-mc.org/docs/adr/015adr-trace.html
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { UserError } from '#base/error';
import { compareText } from '#base/order';

export type ItfValue = boolean | bigint | string | ItfItems | ItfMap | ItfRecord | ItfVariant;

/** A list or tuple in order, or a set, whose order means nothing. */
export interface ItfItems {
  readonly kind: 'list' | 'tuple' | 'set';
  readonly items: readonly ItfValue[];
}

export interface ItfMap {
  readonly kind: 'map';
  readonly entries: readonly (readonly [key: ItfValue, value: ItfValue])[];
}

export interface ItfRecord {
  readonly kind: 'record';
  readonly fields: ReadonlyMap<string, ItfValue>;
}

export interface ItfVariant {
  readonly kind: 'variant';
  readonly tag: string;
  readonly value: ItfValue; // the empty tuple if it carries nothing
}

export interface ItfTrace {
  readonly file: string;
  readonly variables: readonly string[]; // without the module they come from
  readonly states: readonly ItfRecord[]; // keyed by these names; `#meta` is left out
}

/** A value and where it stands, such as `states[3].state.step`. */
export interface Place {
  readonly file: string;
  readonly path: string;
  readonly value: ItfValue;
}

/**
 * Reads a trace file, plain or gzip.
 *
 * @throws UserError if the file cannot be read or is no trace
 */
export function readTrace(file: string): ItfTrace {
  return parseTrace(readText(file), file);
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file);
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    const what = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new UserError([{ file, what, fix: 'Name an ITF trace, plain (.itf.json) or gzip (.itf.json.gz).' }]);
  }
}

/**
 * Parses the text of a trace.
 *
 * @param file - its name, for messages
 * @throws UserError naming the file and the path of what is malformed
 */
export function parseTrace(text: string, file: string): ItfTrace {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw malformed(file, '', `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(json)) throw malformed(file, '', 'is no object');
  const { vars, states } = json;
  if (!Array.isArray(vars) || !vars.every((name) => typeof name === 'string')) {
    throw malformed(file, 'vars', 'is no list of variable names');
  }
  if (!Array.isArray(states) || states.length === 0) throw malformed(file, 'states', 'is no list of states');
  return {
    file,
    variables: vars.map(shortName),
    states: states.map((state, i) => parseState(state, file, `states[${i}]`, vars)),
  };
}

function parseState(json: unknown, file: string, at: string, variables: readonly string[]): ItfRecord {
  if (!isObject(json)) throw malformed(file, at, 'is no state');
  const fields = new Map<string, ItfValue>();
  for (const variable of variables) {
    const path = [at, `.${variable}`];
    if (!Object.hasOwn(json, variable)) throw malformed(file, path.join(''), 'is missing');
    fields.set(shortName(variable), parseValue(json[variable], file, path));
  }
  return { kind: 'record', fields };
}

/** `path` is pushed on the way down and popped on the way up, so that only an error costs a joined one. */
function parseValue(json: unknown, file: string, path: string[]): ItfValue {
  if (typeof json === 'string' || typeof json === 'boolean') return json;
  if (typeof json === 'number' && Number.isSafeInteger(json)) return BigInt(json);
  if (Array.isArray(json)) return { kind: 'list', items: parseItems(json, file, path) };
  if (!isObject(json)) throw malformed(file, path.join(''), `${JSON.stringify(json)} is no ITF value`);
  const keys = Object.keys(json);
  const only = keys.length === 1 ? keys[0] : undefined;
  if (only === '#bigint') {
    const digits = json[only];
    if (typeof digits !== 'string' || !/^-?\d+$/.test(digits)) {
      throw malformed(file, path.join(''), `#bigint holds ${JSON.stringify(digits)}, not decimal digits`);
    }
    return BigInt(digits);
  }
  if (only === '#tup' || only === '#set') {
    const inner = json[only];
    if (!Array.isArray(inner)) throw malformed(file, path.join(''), `${only} holds no list`);
    return { kind: only === '#tup' ? 'tuple' : 'set', items: parseItems(inner, file, path) };
  }
  if (only === '#map') return { kind: 'map', entries: parseEntries(json[only], file, path) };
  if (only?.startsWith('#')) throw malformed(file, path.join(''), `"${only}" is no ITF value this program knows`);
  const fields = new Map<string, ItfValue>();
  for (const key of keys) {
    if (key === '#meta') continue;
    path.push(`.${key}`);
    fields.set(key, parseValue(json[key], file, path));
    path.pop();
  }
  const tag = fields.get('tag');
  const value = fields.get('value');
  if (fields.size === 2 && typeof tag === 'string' && value !== undefined) return { kind: 'variant', tag, value };
  return { kind: 'record', fields };
}

function parseItems(json: readonly unknown[], file: string, path: string[]): ItfValue[] {
  return json.map((inner, i) => {
    path.push(`[${i}]`);
    const value = parseValue(inner, file, path);
    path.pop();
    return value;
  });
}

function parseEntries(json: unknown, file: string, path: string[]): ItfMap['entries'] {
  if (!Array.isArray(json)) throw malformed(file, path.join(''), '#map holds no list');
  return json.map((pair, i) => {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw malformed(file, `${path.join('')}[${i}]`, 'is no key and value');
    path.push(`[${i}]`);
    const entry = [parseValue(pair[0], file, path), parseValue(pair[1], file, path)] as const;
    path.pop();
    return entry;
  });
}

/** A text that is equal for equal values, whatever the order in which sets, maps and records were written. */
export function canonicalText(value: ItfValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  switch (value.kind) {
    case 'set':
      return `{${value.items.map(canonicalText).sort(compareText).join(',')}}`;
    case 'list':
      return `[${value.items.map(canonicalText).join(',')}]`;
    case 'tuple':
      return `(${value.items.map(canonicalText).join(',')})`;
    case 'map':
      return `map{${value.entries
        .map(([key, inner]) => `${canonicalText(key)}:${canonicalText(inner)}`)
        .sort(compareText)
        .join(',')}}`;
    case 'variant':
      return `${value.tag}<${canonicalText(value.value)}>`;
    default:
      return `rec{${[...value.fields]
        .map(([key, inner]) => `${key}=${canonicalText(inner)}`)
        .sort(compareText)
        .join(',')}}`;
  }
}

/** State `index` of `trace`. */
export function placeOfState(trace: ItfTrace, index: number): Place {
  const value = trace.states[index];
  if (value === undefined) throw malformed(trace.file, `states[${index}]`, 'is missing');
  return { file: trace.file, path: `states[${index}]`, value };
}

/** The field `name` of a record. */
export function field(place: Place, name: string): Place {
  const value = recordAt(place).fields.get(name);
  if (value === undefined) throw malformed(place.file, `${place.path}.${name}`, 'is missing');
  return { file: place.file, path: `${place.path}.${name}`, value };
}

function recordAt(place: Place): ItfRecord {
  if (typeof place.value === 'object' && place.value.kind === 'record') return place.value;
  throw malformed(place.file, place.path, 'is no record');
}

/** The elements of a list, tuple or set. */
export function items(place: Place): Place[] {
  const { file, path, value } = place;
  if (typeof value !== 'object' || !('items' in value)) throw malformed(file, path, 'is no list, tuple or set');
  return value.items.map((inner, i) => ({ file, path: `${path}[${i}]`, value: inner }));
}

/** Element `index` of a list or tuple. */
export function item(place: Place, index: number): Place {
  const found = items(place)[index];
  if (found === undefined) throw malformed(place.file, `${place.path}[${index}]`, 'is missing');
  return found;
}

/** The keys and values of a map. */
export function entries(place: Place): [key: Place, value: Place][] {
  const { file, path, value } = place;
  if (typeof value !== 'object' || value.kind !== 'map') throw malformed(file, path, 'is no map');
  return value.entries.map(([key, inner], i) => [
    { file, path: `${path}[${i}]`, value: key },
    { file, path: `${path}[${i}]`, value: inner },
  ]);
}

/** The tag of a variant, and what it carries. */
export function variant(place: Place): { readonly tag: string; readonly payload: Place } {
  const { file, path, value } = place;
  if (typeof value !== 'object' || value.kind !== 'variant') throw malformed(file, path, 'is no variant');
  return { tag: value.tag, payload: { file, path: `${path}.value`, value: value.value } };
}

/** An integer of at most 53 bits. */
export function integer(place: Place): number {
  const { file, path, value } = place;
  if (typeof value !== 'bigint') throw malformed(file, path, 'is no integer');
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw malformed(file, path, `${value} is too large`);
  return number;
}

export function text(place: Place): string {
  if (typeof place.value === 'string') return place.value;
  throw malformed(place.file, place.path, 'is no text');
}

export function truth(place: Place): boolean {
  if (typeof place.value === 'boolean') return place.value;
  throw malformed(place.file, place.path, 'is neither true nor false');
}

/** The error for a value that is not what the trace format or the formal model says. */
export function malformed(file: string, path: string, what: string): UserError {
  const fix = 'Give a trace in the Informal Trace Format, as quint and apalache write it.';
  return new UserError([path === '' ? { file, what, fix } : { file, path, what, fix }]);
}

/** `line26Test::system` → `system`. */
function shortName(variable: string): string {
  return variable.slice(variable.lastIndexOf(':') + 1);
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
