/**
 * The text of a claim: `P(abort in canary) >= 99%`, `P(liveness.longestStall > 10m) <= 5%`, `p95(liveness.recovery) < 3m`.
 *
 * Grammar:
 *   claim     = estimate comparator quantity
 *   estimate  = "P(" event ")" | "P(" metric [comparator quantity] ")" | ("mean" | "p50" | "p90" | "p95" | "p99") "(" metric ")"
 *   event     = ("abort" | "gate rollback" | "state rollback" | "rollback") {"in" channel | "by" cause | "at" gate}
 *
 * mathjs parses the structure. It gives words of its own meaning to `in`, `%` and `m`, and would take `crash-1` for a
 * difference: so every phrase and every quantity goes to it as a placeholder. Of its tree only calls, comparisons,
 * parentheses and placeholders are accepted; nothing is ever evaluated, since evaluation could be made to run for ever.
 * It loads in about the time of the rest of the loader together, so only a file with claims loads it.
 */
import { createRequire } from 'node:module';
import type { FunctionNode, MathNode, OperatorNode, ParenthesisNode, RelationalNode, SymbolNode } from 'mathjs';
import type { Comparator } from '#model/check-plan';
import type { Metric } from '#model/metric';
import type { Claim, ClaimStatistic, ClaimSubject } from './claim.js';
import { type ClaimNames, readMetric, readQuantity, readUndo } from './event.js';
import { FIX_FORM, Mistake, type Phrase, replacePhrases, tokenise } from './phrase.js';
import { QUANTITY_EXAMPLE } from './quantity.js';
import { suggest } from './suggest.js';

/** What is wrong with a claim, and where in its text. */
export interface ClaimMistake {
  readonly offset: number;
  readonly width: number;
  readonly what: string;
  readonly fix: string;
}

export type ParsedClaim = { readonly claim: Claim } | { readonly mistakes: readonly ClaimMistake[] };

type Parse = (text: string) => MathNode;

const STATISTICS: readonly ClaimStatistic[] = ['P', 'mean', 'p50', 'p90', 'p95', 'p99'];
const FIX_EVENT = 'Write an event such as "state rollback in canary" or "liveness.longestStall > 1h".';
const COMPARATORS: readonly string[] = ['<', '<=', '>', '>='];
let loadedParse: Parse | undefined;

function loadParse(): Parse {
  // The browser bundle is one file: it loads four times faster than the package's hundreds of modules.
  loadedParse ??= (createRequire(import.meta.url)('mathjs/lib/browser/math.js') as { parse: Parse }).parse;
  return loadedParse;
}

/** An expression taken apart: names, and operators over expressions. */
export type Structure =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'operation'; readonly operator: string; readonly parts: readonly Structure[] };

/**
 * The structure of an expression of names, operators and parentheses, for readers that give it a meaning of their own. A
 * chain such as `a < b < c` becomes its pairs, joined by `and`.
 *
 * @returns undefined if the text is no such expression
 */
export function parseStructure(code: string): Structure | undefined {
  try {
    return toStructure(loadParse()(code));
  } catch {
    return undefined;
  }
}

const RELATIONS: Readonly<Record<string, string>> = {
  smaller: '<',
  smallerEq: '<=',
  larger: '>',
  largerEq: '>=',
  equal: '==',
  unequal: '!=',
};

function toStructure(node: MathNode): Structure | undefined {
  const inner = unwrap(node);
  if (inner.type === 'SymbolNode') return { kind: 'name', name: (inner as SymbolNode).name };
  if (inner.type === 'OperatorNode') {
    const { op, args, implicit } = inner as OperatorNode & { readonly implicit: boolean };
    return implicit ? undefined : toOperation(op, args);
  }
  if (inner.type !== 'RelationalNode') return undefined;
  const { conditionals, params } = inner as RelationalNode;
  const pairs = conditionals.map((name, i) => toOperation(RELATIONS[name] ?? name, params.slice(i, i + 2)));
  return pairs.reduce((left, right) => {
    return left && right && { kind: 'operation', operator: 'and', parts: [left, right] };
  });
}

function toOperation(operator: string, nodes: readonly MathNode[]): Structure | undefined {
  const parts = nodes.map(toStructure).filter((part) => part !== undefined);
  return parts.length === nodes.length ? { kind: 'operation', operator, parts } : undefined;
}

/**
 * Reads one claim.
 *
 * @param text - as written
 * @param confidence - of the family of claims, in (0, 1)
 */
export function parseClaim(text: string, confidence: number, names: ClaimNames): ParsedClaim {
  try {
    return { claim: { text, confidence, ...readClaim(text, names) } };
  } catch (cause) {
    if (!(cause instanceof Mistake)) throw cause;
    return { mistakes: [{ offset: cause.offset, width: cause.width, what: cause.message, fix: cause.fix }] };
  }
}

/** Reads what stands in `P(…)`, by itself: an event such as `abort in canary` or `liveness.longestStall > 1h`. */
export function parseEvent(
  text: string,
  names: ClaimNames,
): { readonly subject: ClaimSubject } | { readonly mistakes: readonly ClaimMistake[] } {
  try {
    const { code, phrases, offsets } = replacePhrases(tokenise(text));
    return { subject: readEvent(parseCode(code, offsets, text, 'event', FIX_EVENT), phrases, names).subject };
  } catch (cause) {
    if (!(cause instanceof Mistake)) throw cause;
    const fix = cause.fix === FIX_FORM ? FIX_EVENT : cause.fix;
    return { mistakes: [{ offset: cause.offset, width: cause.width, what: cause.message, fix }] };
  }
}

function readClaim(text: string, names: ClaimNames): Omit<Claim, 'text' | 'confidence'> {
  const tokens = tokenise(text);
  const { code, phrases, offsets } = replacePhrases(tokens);
  const whole = (what: string): never => {
    throw new Mistake(0, text.length, what, FIX_FORM);
  };
  const tree = unwrap(parseCode(code, offsets, text, 'claim', FIX_FORM));
  const comparison = asComparison(tree) ?? whole('is not a comparison');
  const call = unwrap(comparison.left);
  if (!isCall(call)) return whole('the left side is not an estimate');
  const statistic = STATISTICS.find((known) => known === call.fn.name);
  if (statistic === undefined) {
    const at = tokens.find((token) => token.text === call.fn.name);
    const what = `there is no estimate "${call.fn.name}"`;
    throw new Mistake(at?.offset ?? 0, call.fn.name.length, what, suggest(call.fn.name, STATISTICS));
  }
  const argument = call.args[0];
  if (call.args.length !== 1 || argument === undefined) return whole(`${statistic} takes one thing in parentheses`);
  const { subject, unit } =
    statistic === 'P' ? readEvent(argument, phrases, names) : readMeasure(argument, statistic, phrases);
  const right = readPhrase(comparison.right, phrases, 'quantity');
  const threshold = readQuantity(
    right,
    unit,
    statistic === 'P' ? 'a probability' : `in the unit of ${nameOf(subject)}`,
  );
  return { statistic, subject, comparator: comparison.comparator, threshold };
}

function nameOf(subject: ClaimSubject): string {
  return subject.kind === 'undo' ? subject.undo : subject.key;
}

function parseCode(code: string, offsets: readonly number[], text: string, noun: string, fix: string): MathNode {
  try {
    return loadParse()(code);
  } catch (cause) {
    const char = cause instanceof SyntaxError && 'char' in cause ? Number(cause.char) : 1;
    const offset = offsets[char - 1] ?? Math.max(0, text.length - 1);
    throw new Mistake(offset, 1, `the ${noun} breaks off or does not fit together here`, fix);
  }
}

/** What other grammars may build on: calls, operators and names, as plain data; `other` is whatever else there is. */
export type Syntax =
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Syntax[] }
  | { readonly kind: 'operator'; readonly operator: string; readonly args: readonly Syntax[] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'other' };

/**
 * Parses a text whose phrases and quantities are placeholders already; nothing is evaluated.
 *
 * @param offsets - where each character of `code` comes from in `text`
 * @param noun - what to call the text
 * @throws Mistake where it breaks off
 */
export function parseSyntax(code: string, offsets: readonly number[], text: string, noun: string, fix: string): Syntax {
  return toSyntax(parseCode(code, offsets, text, noun, fix));
}

function toSyntax(node: MathNode): Syntax {
  const inner = unwrap(node);
  if (isCall(inner)) return { kind: 'call', name: inner.fn.name, args: inner.args.map(toSyntax) };
  if (inner.type === 'SymbolNode') return { kind: 'name', name: (inner as SymbolNode).name };
  if (inner.type !== 'OperatorNode' || (inner as OperatorNode).implicit) return { kind: 'other' };
  const { op, args } = inner as OperatorNode;
  return { kind: 'operator', operator: op, args: args.map(toSyntax) };
}

function unwrap(node: MathNode): MathNode {
  return node.type === 'ParenthesisNode' ? unwrap((node as ParenthesisNode).content) : node;
}

function isCall(node: MathNode): node is FunctionNode & { readonly fn: SymbolNode } {
  return node.type === 'FunctionNode' && (node as FunctionNode).fn.type === 'SymbolNode';
}

interface Comparison {
  readonly left: MathNode;
  readonly comparator: Comparator;
  readonly right: MathNode;
}

function asComparison(node: MathNode): Comparison | undefined {
  if (node.type !== 'OperatorNode') return undefined;
  const { op, args } = node as OperatorNode;
  const [left, right] = args;
  if (!COMPARATORS.includes(op) || left === undefined || right === undefined) return undefined;
  return { left, comparator: op as Comparator, right };
}

/** The phrase behind a placeholder. */
function readPhrase(node: MathNode, phrases: ReadonlyMap<string, Phrase>, kind: Phrase['kind']): Phrase {
  const inner = unwrap(node);
  const phrase = inner.type === 'SymbolNode' ? phrases.get((inner as SymbolNode).name) : undefined;
  if (phrase?.kind === kind) return phrase;
  const [first] = phrase?.tokens ?? [];
  const what = kind === 'word' ? 'expects a metric or an event' : 'expects a value';
  const shown = first === undefined ? 'the claim' : `"${first.text}"`;
  throw new Mistake(first?.offset ?? 0, first?.text.length ?? 1, `${shown} stands where it ${what}`, FIX_FORM);
}

interface Estimate {
  readonly subject: ClaimSubject;
  readonly unit: Metric['unit'];
}

/** What stands in `P(…)`. */
function readEvent(node: MathNode, phrases: ReadonlyMap<string, Phrase>, names: ClaimNames): Estimate {
  const comparison = asComparison(unwrap(node));
  if (comparison !== undefined) {
    const { metric, token } = readMetric(readPhrase(comparison.left, phrases, 'word'));
    if (metric.kind === 'probability') {
      const fix = `Write P(${metric.key}).`;
      throw new Mistake(token.offset, token.text.length, `"${metric.key}" happens or not; it has no size`, fix);
    }
    const quantity = readPhrase(comparison.right, phrases, 'quantity');
    const value = readQuantity(quantity, metric.unit, `in the unit of ${metric.key}`);
    return { subject: { kind: 'condition', key: metric.key, comparator: comparison.comparator, value }, unit: 'share' };
  }
  const phrase = readPhrase(node, phrases, 'word');
  const undo = readUndo(phrase, names);
  if (undo !== undefined) return { subject: undo, unit: 'share' };
  const { metric, token } = readMetric(phrase);
  if (metric.kind === 'quantity') {
    const fix = `Write P(${metric.key} > ${QUANTITY_EXAMPLE[metric.unit].split(' ')[0]}) or mean(${metric.key}).`;
    throw new Mistake(token.offset, token.text.length, `"${metric.key}" is a quantity, not an event`, fix);
  }
  return { subject: { kind: 'metric', key: metric.key }, unit: 'share' };
}

/** What stands in `mean(…)` and its like. */
function readMeasure(node: MathNode, statistic: ClaimStatistic, phrases: ReadonlyMap<string, Phrase>): Estimate {
  const { metric, token } = readMetric(readPhrase(node, phrases, 'word'));
  if (metric.kind === 'probability') {
    const what = `"${metric.key}" happens or not; it has no ${statistic}`;
    throw new Mistake(token.offset, token.text.length, what, `Write P(${metric.key}).`);
  }
  return { subject: { kind: 'metric', key: metric.key }, unit: metric.unit };
}
