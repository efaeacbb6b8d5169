/**
 * Filters of a sweep: which points are worth a run. `network.loss * 2 <= 4% and chain.blockTime != 5s`.
 *
 * Names are the paths of the axes, or their last words where these are unique. Values carry their units; a text stands in
 * quotes. The parser of expressions gives the structure, this file the meaning: nothing else is ever evaluated.
 */
import { parseStructure, type Structure } from './expression.js';
import { isComparable, type Measure, measureOf } from './measure.js';
import { Mistake } from './phrase.js';
import { suggest } from './suggest.js';

/** A value of an axis: what it measures, or its text. */
type Operand = Measure | string;

type Term =
  | { readonly kind: 'value'; readonly value: Operand }
  | { readonly kind: 'axis'; readonly path: string }
  | { readonly kind: 'operation'; readonly operator: string; readonly terms: readonly Term[] };

export interface Filter {
  readonly text: string;
  readonly term: Term;
}

const FIX = 'Write a condition on the axes, such as "network.loss <= 2% and chain.blockTime > 4s".';
const LENGTH_MAX = 500;
const ORDER: readonly string[] = ['<', '<=', '>', '>='];

/**
 * Reads a filter.
 *
 * @param paths - of the axes
 * @throws Mistake with the place in the text
 */
export function readFilter(text: string, paths: readonly string[]): Filter {
  if (text.length > LENGTH_MAX) throw new Mistake(0, text.length, 'is too long for a filter', FIX);
  const names = nameAxes(paths);
  const { code, placeholders } = replaceOperands(text, names);
  const structure = parseStructure(code);
  const term = structure && toTerm(structure, placeholders);
  if (term === undefined) throw new Mistake(0, text.length, 'the filter breaks off or does not fit together', FIX);
  return { text, term };
}

/**
 * Whether a point stays.
 *
 * @param values - of the axes at the point, by path; a path that the point leaves as the file has it is null
 * @throws Mistake where values do not fit together
 */
export function passes(filter: Filter, values: ReadonlyMap<string, string | null>): boolean {
  const result = evaluate(filter.term, values, filter.text);
  if (typeof result === 'boolean') return result;
  throw new Mistake(0, filter.text.length, 'is a value, not a condition', FIX);
}

/** Paths and, where no other axis ends on it, last words. */
function nameAxes(paths: readonly string[]): Map<string, string> {
  const names = new Map(paths.map((path) => [path, path] as const));
  const lasts = paths.map((path) => path.split('.').at(-1) ?? path);
  for (const [i, last] of lasts.entries()) {
    if (!names.has(last) && lasts.indexOf(last) === lasts.lastIndexOf(last)) names.set(last, paths[i] as string);
  }
  return names;
}

const PATTERN =
  /\s*(?:(<=|>=|==|!=|<|>|[()+*/-])|("[^"]*"|'[^']*')|(\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?[\w%µ/]*(?: \d[\w.]*| epochs?)*)|([A-Za-z][\w.[\]-]*)|(\S))/gy;

/** The filter with a placeholder for each name and value, which no parser of expressions can misread. */
function replaceOperands(
  text: string,
  names: ReadonlyMap<string, string>,
): { readonly code: string; readonly placeholders: ReadonlyMap<string, Term> } {
  const placeholders = new Map<string, Term>();
  const put = (term: Term): string => {
    const name = `operand${placeholders.size}`;
    placeholders.set(name, term);
    return name;
  };
  const words: string[] = [];
  for (const match of text.trimEnd().matchAll(PATTERN)) {
    const [all, operator, quoted, quantity, word, other] = match;
    const written = operator ?? quoted ?? quantity ?? word ?? other ?? '';
    const offset = match.index + all.length - written.length;
    const refuse = (what: string, fix: string): Mistake => new Mistake(offset, written.length, what, fix);
    if (operator !== undefined) words.push(operator);
    else if (quoted !== undefined) words.push(put({ kind: 'value', value: quoted.slice(1, -1) }));
    else if (quantity !== undefined) {
      const value = measureOf(quantity);
      if (value === undefined) throw refuse(`"${quantity}" is not a value`, 'Write 2%, 8s, 64KiB, 3/h or a number.');
      words.push(put({ kind: 'value', value }));
    } else if (word === 'and' || word === 'or' || word === 'not') words.push(word);
    else if (word !== undefined) {
      const path = names.get(word);
      if (path === undefined) throw refuse(`"${word}" is not an axis`, suggest(word, [...names.keys()], 'The axes'));
      words.push(put({ kind: 'axis', path }));
    } else throw refuse(`"${written}" has no place in a filter`, FIX);
  }
  return { code: words.join(' '), placeholders };
}

const OPERATORS: readonly string[] = [...ORDER, '==', '!=', '+', '-', '*', '/', 'and', 'or', 'not'];

function toTerm(structure: Structure, placeholders: ReadonlyMap<string, Term>): Term | undefined {
  if (structure.kind === 'name') return placeholders.get(structure.name);
  const { operator, parts } = structure;
  const terms = parts.map((part) => toTerm(part, placeholders)).filter((term) => term !== undefined);
  const isKnown = OPERATORS.includes(operator) && terms.length === parts.length;
  return isKnown ? { kind: 'operation', operator, terms } : undefined;
}

function evaluate(term: Term, values: ReadonlyMap<string, string | null>, text: string): Operand | boolean {
  const refuse = (what: string): Mistake => new Mistake(0, text.length, what, FIX);
  if (term.kind === 'value') return term.value;
  if (term.kind === 'axis') {
    const written = values.get(term.path) ?? null;
    if (written === null) throw refuse(`${term.path} is not set at every point`);
    return measureOf(written) ?? written;
  }
  const { operator } = term;
  const results = term.terms.map((one) => evaluate(one, values, text));
  if (operator === 'and' || operator === 'or' || operator === 'not') {
    if (!results.every((one) => typeof one === 'boolean')) throw refuse(`"${operator}" joins conditions, not values`);
    if (operator === 'not') return !results[0];
    return operator === 'and' ? results.every(Boolean) : results.some(Boolean);
  }
  const [left, right] = results;
  if (typeof left === 'boolean' || typeof right === 'boolean') {
    throw refuse(`"${operator}" takes values, not conditions`);
  }
  if (left === undefined) throw refuse(`"${operator}" has nothing to work on`);
  if (typeof left === 'string' || typeof right === 'string') {
    if (operator !== '==' && operator !== '!=') throw refuse(`"${operator}" needs numbers, and one side is a text`);
    const same = typeof left === 'string' && left === right;
    return operator === '==' ? same : !same;
  }
  const result = calculate(operator, left, right);
  if (result === undefined) throw refuse(`"${operator}" is given values of different kinds`);
  return result;
}

/** One operation; undefined where its sides do not fit together. */
function calculate(operator: string, left: Measure, right: Measure | undefined): Measure | boolean | undefined {
  if (right === undefined) return operator === '-' ? { ...left, value: -left.value } : left;
  const [a, b] = [left.value, right.value];
  const isPlain = ({ dimension }: Measure): boolean => dimension === 'number' || dimension === 'share';
  if (operator === '*') {
    if (isPlain(left)) return { value: a * b, dimension: right.dimension };
    return isPlain(right) ? { value: a * b, dimension: left.dimension } : undefined;
  }
  if (operator === '/') {
    if (isPlain(right)) return { value: a / b, dimension: left.dimension };
    return left.dimension === right.dimension ? { value: a / b, dimension: 'number' } : undefined;
  }
  if (!isComparable(left, right)) return undefined;
  const dimension = a === 0 ? right.dimension : left.dimension;
  if (operator === '+') return { value: a + b, dimension };
  if (operator === '-') return { value: a - b, dimension };
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}
