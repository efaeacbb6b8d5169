/**
 * The flags of `run` by which it stops as soon as it has seen enough.
 */
import { UserError } from '#base/error';
import { type Look, parsePrecision, type StoppingRule } from '#experiment/stopping';
import type { LoadedScenario } from '#scenario/load';
import { plural } from './text.js';

export interface StoppingOptions {
  readonly decide?: true | 'sequence' | 'sprt';
  readonly precision?: readonly string[];
  readonly maxReplications?: number;
  readonly round?: number;
  readonly alpha?: number;
  readonly beta?: number;
  readonly indifference?: number;
}

const MAX_REPLICATIONS = 1_000;
const ROUND = 20;
const ERROR = 0.05;
const CONFIDENCE = 0.95;

/**
 * @param replications - as given on the command line
 * @returns undefined without `--decide` and `--precision`
 * @throws UserError for flags that need another or exclude each other
 */
export function stoppingRuleOf(
  options: StoppingOptions & { readonly replications?: number },
  { claims }: Pick<LoadedScenario, 'claims'>,
): StoppingRule | undefined {
  const { decide, precision = [], maxReplications = MAX_REPLICATIONS, round = ROUND } = options;
  const refuse = (file: string, what: string, fix: string) => new UserError([{ file, what, fix }]);
  const needs = { maxReplications: '--max-replications', round: '--round' } as const;
  const needsSprt = { alpha: '--alpha', beta: '--beta', indifference: '--indifference' } as const;
  if (decide === undefined && precision.length === 0) {
    const lonely = Object.entries({ ...needs, ...needsSprt }).find(([key]) => key in options);
    if (lonely === undefined) return undefined;
    throw refuse(lonely[1], 'has no meaning while the number of replications is fixed', 'Add --decide or --precision.');
  }
  if (options.replications !== undefined) {
    const fix = 'Use --max-replications for the most that may run.';
    throw refuse('--replications', 'fixes a number that --decide and --precision are to find', fix);
  }
  if (decide !== undefined && claims.length === 0) {
    throw refuse(
      '--decide',
      'the scenario has no expectation to settle',
      'Add one under "expect", or use --precision.',
    );
  }
  const method = decide === true ? 'sequence' : (decide ?? null);
  const goals = parsePrecision(precision);
  const shared = { precision: goals, confidence: CONFIDENCE, round, maxReplications };
  if (method !== 'sprt') {
    const lonely = Object.entries(needsSprt).find(([key]) => key in options);
    if (lonely !== undefined) throw refuse(lonely[1], 'belongs to the ratio test', 'Add --decide sprt.');
    return { decide: method, sprt: null, ...shared };
  }
  if (options.indifference === undefined) {
    const fix = 'Add --indifference, such as 2%: so far from a threshold either answer will do.';
    throw refuse('--decide sprt', 'needs a zone of indifference', fix);
  }
  const sprt = { alpha: options.alpha ?? ERROR, beta: options.beta ?? ERROR, indifference: options.indifference };
  return { decide: method, sprt, ...shared };
}

/** How a run under a rule ended, and what it would take to go on. */
export function describeEnd({ settled, open, needed }: Look, replications: number): string {
  const done = plural(replications, 'replication');
  if (settled) return `Stopped after ${done}: all that was asked is settled.`;
  const what = `${open.join(', ')} not settled after ${done}`;
  if (needed === null) return `Open: ${what}; no number of replications would settle it if the estimates stay.`;
  return `Open: ${what}; about ${roundUp(Math.max(1, needed - replications))} more would settle it if the estimates stay.`;
}

/** Two digits are all that a forecast is worth. */
function roundUp(count: number): number {
  let unit = 1;
  while (count / unit >= 100) unit *= 10;
  return Math.ceil(count / unit) * unit;
}
