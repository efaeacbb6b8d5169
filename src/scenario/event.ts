/**
 * What the phrases of a claim mean: a metric, an undoing with channel, gate and cause, or a value in a unit.
 */
import { findMetric, METRICS, type Metric } from '#model/metric';
import type { ClaimSubject } from './claim.js';
import { Mistake, type Phrase, type Token } from './phrase.js';
import { parseQuantity, QUANTITY_EXAMPLE } from './quantity.js';
import { suggest } from './suggest.js';

/** Names that an event may refer to. */
export interface ClaimNames {
  readonly channels: readonly string[];
  readonly gates: readonly string[];
  readonly causes: readonly string[];
}

type Undo = Extract<ClaimSubject, { kind: 'undo' }>['undo'];

const EVENTS: Readonly<Record<string, Undo>> = {
  abort: 'abort',
  'gate rollback': 'gate-rollback',
  gate_rollback: 'gate-rollback',
  'gate-rollback': 'gate-rollback',
  'state rollback': 'state-rollback',
  state_rollback: 'state-rollback',
  'state-rollback': 'state-rollback',
  rollback: 'any',
};
/** How events are written; other spellings are understood, not advertised. */
export const EVENT_WORDS: readonly string[] = ['abort', 'gate rollback', 'state rollback', 'rollback'];
/** The metric that a phrase is, and nothing but. */
export function readMetric(phrase: Phrase): { readonly metric: Metric; readonly token: Token } {
  const [token, next] = phrase.tokens as [Token, Token | undefined];
  const metric = findMetric(token.text);
  if (metric === undefined) {
    const known = [...METRICS.map((one) => one.key), ...EVENT_WORDS];
    const what = `there is no metric or event "${token.text}"`;
    throw new Mistake(token.offset, token.text.length, what, suggest(token.text, known));
  }
  if (next !== undefined) {
    const what = `"${next.text}" has no meaning after the metric ${metric.key}`;
    throw new Mistake(next.offset, next.text.length, what, 'Remove it; only events are narrowed by in, by and at.');
  }
  return { metric, token };
}

/** `gate rollback in canary by crash-1 at rewards`; undefined if the phrase starts with no event. */
export function readUndo(phrase: Phrase, names: ClaimNames): ClaimSubject | undefined {
  const { tokens } = phrase;
  const two = tokens
    .slice(0, 2)
    .map((token) => token.text)
    .join(' ');
  const length = EVENTS[two] !== undefined && tokens.length > 1 ? 2 : 1;
  const undo = EVENTS[length === 2 ? two : (tokens[0]?.text ?? '')];
  if (undo === undefined) return undefined;
  const found = { in: null, by: null, at: null } as Record<'in' | 'by' | 'at', string | null>;
  const known = { in: names.channels, by: names.causes, at: names.gates };
  const nouns = { in: 'channel', by: 'cause', at: 'gate phase' };
  for (let i = length; i < tokens.length; i += 2) {
    const link = tokens[i] as Token;
    const name = tokens[i + 1];
    if (link.text !== 'in' && link.text !== 'by' && link.text !== 'at') {
      const fix = 'Go on with "in" a channel, "by" a cause or "at" a gate phase.';
      throw new Mistake(link.offset, link.text.length, `"${link.text}" has no meaning after an event`, fix);
    }
    const options = known[link.text];
    if (name === undefined || !options.includes(name.text)) {
      const at = name ?? link;
      const what =
        name === undefined ? `"${link.text}" names nothing` : `there is no ${nouns[link.text]} "${name.text}"`;
      throw new Mistake(
        at.offset,
        at.text.length,
        what,
        suggest(name?.text ?? '', options, `Known ${nouns[link.text]}s`),
      );
    }
    if (found[link.text] !== null) {
      throw new Mistake(link.offset, link.text.length, `"${link.text}" is said twice`, 'Say it once.');
    }
    found[link.text] = name.text;
  }
  return { kind: 'undo', undo, channel: found.in, gate: found.at, cause: found.by };
}

/** The value that a phrase is, in `unit`. */
export function readQuantity(phrase: Phrase, unit: Metric['unit'], noun: string): number {
  const token = phrase.tokens[0] as Token;
  const value = parseQuantity(token.text, unit);
  if (value === undefined || (unit === 'share' && value > 1)) {
    const fix = `Write ${QUANTITY_EXAMPLE[unit]}.`;
    throw new Mistake(token.offset, token.text.length, `"${token.text}" is not ${noun}`, fix);
  }
  return value;
}
