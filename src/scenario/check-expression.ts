/**
 * The text of a condition over probe metrics: `p95(liveness.finality, 10m) <= 12s and mean(proofs.backlog, 5m) < 16`.
 *
 * Grammar:
 *   condition = condition ("and" | "or") condition | "not" "(" condition ")" | number comparator number
 *   number    = statistic "(" metric "," window ")" | quantity | number ("+" | "-" | "*" | "/") number
 *
 * It is compiled into plain data (`#model/check-plan`) that the model evaluates. Both sides of a comparison and of a sum
 * have one unit; only plain numbers multiply and divide, and a value over another of its unit is a ratio.
 */
import type { CheckNumber, CheckTerm, Comparator, Statistic } from '#model/check-plan';
import { findProbeMetric, type MetricUnit, PROBE_METRICS } from '#model/metric';
import { STATISTICS } from './check-schema.js';
import { parseSyntax, type Syntax } from './expression.js';
import { Mistake } from './phrase.js';
import { parseQuantity, QUANTITY_EXAMPLE } from './quantity.js';
import { suggest } from './suggest.js';
import { quote } from './value.js';

export type ParsedCondition = { readonly term: CheckTerm } | { readonly mistake: Mistake };

const EXAMPLE = 'p95(liveness.finality, 10m) <= 12s';
const FIX = `Write a condition such as "${EXAMPLE} and mean(proofs.backlog, 5m) < 16".`;
const COMPARATORS: readonly string[] = ['<', '<=', '>', '>='];
const LOGIC: readonly string[] = ['and', 'or', 'not'];
const LENGTH_MAX = 1_000;

interface Phrase {
  readonly kind: 'word' | 'quantity';
  readonly text: string;
  readonly offset: number;
}

interface Source {
  readonly text: string;
  readonly phrases: ReadonlyMap<string, Phrase>;
}

/** A number and its unit; null: a plain number, which takes whatever unit it meets. */
interface Measured {
  readonly number: CheckNumber;
  readonly unit: MetricUnit | null;
}

/** Reads one condition; the first mistake ends it. */
export function parseCondition(text: string): ParsedCondition {
  try {
    const { code, offsets, source } = replacePhrases(text);
    return { term: readTerm(parseSyntax(code, offsets, text, 'condition', FIX), source) };
  } catch (cause) {
    if (!(cause instanceof Mistake)) throw cause;
    return { mistake: cause };
  }
}

/** The text with placeholders for metrics and quantities, which an expression parser would read otherwise. */
function replacePhrases(text: string): { code: string; offsets: number[]; source: Source } {
  if (text.length > LENGTH_MAX) throw new Mistake(0, text.length, 'is too long for a condition', FIX);
  const phrases = new Map<string, Phrase>();
  const offsets: number[] = [];
  let code = '';
  const pattern = /\s*(?:(<=|>=|[<>(),+*/-])|(\d[\d.]*[eE][+-]?\d+|\d[\w.%µ]*(?: \d[\w.]*)*)|([A-Za-z][\w.]*)|(\S))/gy;
  for (const match of text.matchAll(pattern)) {
    const [all, sign, quantity, word, other] = match;
    const written = sign ?? quantity ?? word ?? other ?? '';
    const offset = match.index + all.length - written.length;
    if (other !== undefined) throw new Mistake(offset, 1, `"${other}" has no place in a condition`, FIX);
    const isCall = word !== undefined && /^\s*\(/.test(text.slice(offset + written.length));
    let shown = written;
    if (sign === undefined && !isCall && !LOGIC.includes(written)) {
      shown = `phrase${phrases.size}`;
      phrases.set(shown, { kind: word === undefined ? 'quantity' : 'word', text: written, offset });
    }
    for (let i = 0; i <= shown.length; i += 1) offsets.push(offset);
    code += `${shown} `;
  }
  return { code, offsets, source: { text, phrases } };
}

/** A mistake at the phrases under `syntax`, or at the whole text. */
function mistake(syntax: Syntax, { text, phrases }: Source, what: string, fix = FIX): Mistake {
  const under = phrasesUnder(syntax, phrases);
  const start = Math.min(...under.map(({ offset }) => offset));
  const end = Math.max(...under.map((phrase) => phrase.offset + phrase.text.length));
  return under.length === 0 ? new Mistake(0, text.length, what, fix) : new Mistake(start, end - start, what, fix);
}

function phrasesUnder(syntax: Syntax, phrases: Source['phrases']): Phrase[] {
  if (syntax.kind === 'name') return [phrases.get(syntax.name)].filter((phrase) => phrase !== undefined);
  return syntax.kind === 'other' ? [] : syntax.args.flatMap((inner) => phrasesUnder(inner, phrases));
}

function readTerm(syntax: Syntax, source: Source): CheckTerm {
  if (syntax.kind !== 'operator') throw mistake(syntax, source, 'is no condition: nothing is compared');
  const { operator, args } = syntax;
  const [left, right] = args;
  if (operator === 'not' && left !== undefined) return { kind: 'not', term: readTerm(left, source) };
  if (left === undefined || right === undefined) throw mistake(syntax, source, 'is no condition');
  if (operator === 'and' || operator === 'or') {
    return { kind: operator, left: readTerm(left, source), right: readTerm(right, source) };
  }
  if (!COMPARATORS.includes(operator)) throw mistake(syntax, source, 'is a number, not a condition');
  if (!hasProbe(left) && !hasProbe(right)) throw mistake(syntax, source, 'compares no probe metric');
  const [first, second] = readPair(left, right, source, 'compared with');
  return { kind: 'compare', left: first.number, comparator: operator as Comparator, right: second.number };
}

function hasProbe(syntax: Syntax): boolean {
  if (syntax.kind === 'call') return true;
  return syntax.kind === 'operator' && syntax.args.some(hasProbe);
}

/** Two numbers of one unit; what is written without a probe is read in the unit of the other. */
function readPair(left: Syntax, right: Syntax, source: Source, verb: string): [Measured, Measured] {
  const known = hasProbe(left) ? readNumber(left, null, source) : readNumber(right, null, source);
  const other = readNumber(hasProbe(left) ? right : left, known.unit, source);
  if (pure(known.unit) !== pure(other.unit)) {
    const what = `a ${known.unit ?? 'number'} cannot be ${verb} a ${other.unit ?? 'number'}`;
    throw mistake(hasProbe(left) ? right : left, source, what, 'Write both sides in one unit.');
  }
  return hasProbe(left) ? [known, other] : [other, known];
}

/** Shares and ratios are plain numbers both. */
function pure(unit: MetricUnit | null): MetricUnit | null {
  return unit === 'share' ? 'ratio' : unit;
}

/** @param expected - the unit in which quantities are read; null: as plain numbers */
function readNumber(syntax: Syntax, expected: MetricUnit | null, source: Source): Measured {
  switch (syntax.kind) {
    case 'call':
      return readProbe(syntax.name, syntax.args, syntax, source);
    case 'name':
      return readQuantity(syntax, expected, source);
    case 'operator':
      return readArithmetic(syntax.operator, syntax.args, syntax, expected, source);
    default:
      throw mistake(syntax, source, 'is neither a value nor a statistic of a probe metric');
  }
}

function readArithmetic(
  operator: string,
  args: readonly Syntax[],
  syntax: Syntax,
  expected: MetricUnit | null,
  source: Source,
): Measured {
  const [left, right] = args;
  if (left !== undefined && right === undefined && operator === '-') {
    const { number, unit } = readNumber(left, expected, source);
    return { number: { kind: 'arithmetic', operator, left: { kind: 'constant', value: 0 }, right: number }, unit };
  }
  if (left === undefined || right === undefined || !(['+', '-', '*', '/'] as const).some((one) => one === operator)) {
    throw mistake(syntax, source, `"${operator}" has no place in a number`);
  }
  if (operator === '+' || operator === '-') {
    const isKnown = hasProbe(left) || hasProbe(right);
    const [first, second] = isKnown
      ? readPair(left, right, source, operator === '+' ? 'added to' : 'subtracted from')
      : [readNumber(left, expected, source), readNumber(right, expected, source)];
    return { number: { kind: 'arithmetic', operator, left: first.number, right: second.number }, unit: first.unit };
  }
  return readProduct(operator === '*' ? '*' : '/', left, right, expected, source);
}

function readProduct(
  operator: '*' | '/',
  left: Syntax,
  right: Syntax,
  expected: MetricUnit | null,
  source: Source,
): Measured {
  if (hasProbe(left) && hasProbe(right)) {
    if (operator === '*') throw mistake(right, source, 'only a plain number can multiply a value');
    const [first, second] = readPair(left, right, source, 'divided by');
    return { number: { kind: 'arithmetic', operator, left: first.number, right: second.number }, unit: 'ratio' };
  }
  // A plain number scales: the second one, or the first of a product with a probe behind it.
  const scalesLeft = operator === '*' && hasProbe(right);
  if (operator === '/' && hasProbe(right)) throw mistake(left, source, 'a quantity cannot be divided by a value');
  const first = readNumber(left, scalesLeft ? null : expected, source);
  const second = readNumber(right, scalesLeft ? expected : null, source);
  const number: CheckNumber = { kind: 'arithmetic', operator, left: first.number, right: second.number };
  return { number, unit: scalesLeft ? second.unit : first.unit };
}

function readQuantity(syntax: Syntax & { kind: 'name' }, expected: MetricUnit | null, source: Source): Measured {
  const phrase = source.phrases.get(syntax.name);
  if (phrase?.kind !== 'quantity') {
    const { text = '', offset = 0 } = phrase ?? {};
    const known = findProbeMetric(text) !== undefined;
    const fix = known ? `Write p95(${text}, 10m).` : suggestMetric(text);
    const what = known ? `${quote(text)} has no statistic and no window` : `there is no probe metric ${quote(text)}`;
    throw new Mistake(offset, Math.max(1, text.length), what, fix);
  }
  const unit = expected ?? 'ratio';
  const value = parseQuantity(phrase.text, unit);
  if (value !== undefined) return { number: { kind: 'constant', value }, unit: expected };
  const what =
    expected === null ? `${quote(phrase.text)} is not a plain number` : `${quote(phrase.text)} is not a ${expected}`;
  throw mistake(syntax, source, what, `Write ${QUANTITY_EXAMPLE[unit]}.`);
}

function suggestMetric(text: string): string {
  return suggest(
    text,
    PROBE_METRICS.map(({ key }) => key),
  );
}

/** `p95(liveness.finality, 10m)`. */
function readProbe(name: string, args: readonly Syntax[], syntax: Syntax, source: Source): Measured {
  const statistic = STATISTICS.find((known): known is Statistic => known === name);
  if (statistic === undefined) {
    const offset = source.text.search(new RegExp(`\\b${name.replaceAll('.', '\\.')}\\s*\\(`));
    throw new Mistake(Math.max(0, offset), name.length, `there is no statistic "${name}"`, suggest(name, STATISTICS));
  }
  const [first, second] = args.map((arg) => (arg.kind === 'name' ? source.phrases.get(arg.name) : undefined));
  const metric = first === undefined ? undefined : findProbeMetric(first.text);
  if (first?.kind === 'word' && metric === undefined) {
    const what = `there is no probe metric ${quote(first.text)}`;
    throw new Mistake(first.offset, first.text.length, what, suggestMetric(first.text));
  }
  const fix = `Write ${name}(${metric?.key ?? 'liveness.finality'}, 10m).`;
  if (metric === undefined) throw mistake(syntax, source, `${name} takes a probe metric and a window`, fix);
  const window = second?.kind === 'quantity' ? parseQuantity(second.text, 'duration') : undefined;
  if (args.length !== 2 || second === undefined) throw mistake(syntax, source, `${name} needs a window`, fix);
  if (window === undefined || window <= 0) {
    throw new Mistake(second.offset, second.text.length, `${quote(second.text)} is not a window`, fix);
  }
  return { number: { kind: 'probe', metric: metric.key, statistic, window }, unit: metric.unit };
}
