/**
 * The section of a scenario that describes checks: what each reads, when it succeeds and fails, and what follows.
 */
import { z } from 'zod';
import { defaulted } from './chain-schema.js';
import { duration, list, oneOf, positiveDuration, quote, say, section, sentence, whole, word } from './value.js';

/** What a check that failed does to the promotion. */
export const CHECK_ACTIONS = {
  hold: 'The rollout waits until the check succeeds again.',
  abort: 'The promotion is given up and the channel returns to the previous release.',
  rollback: 'The gates of the channel are switched off again, and a snapshot is restored where state diverged.',
} as const;

/** What a check that stays inconclusive does, besides holding and aborting. */
export const IGNORING = {
  ignore: 'An inconclusive check does nothing by itself, but a promotion waits for its success.',
} as const;

export const CHECK_OUTCOMES = {
  success: 'The condition of a check holds.',
  failure: 'The condition of a check does not hold, or its failure condition does.',
  inconclusive: 'A check cannot tell: too little data, a window cut short, or a value between success and failure.',
} as const;

export const CHECK_MODES = {
  enforce: 'The check acts on the rollout.',
  observe: 'The check only reports what it would have done; nothing waits for it.',
} as const;

/** How nodes on the release are held against the others. */
export const COMPARISONS = {
  ratio: 'The value of the nodes on the release over that of the others; 1 where both are 0.',
  difference: 'The value of the nodes on the release less that of the others.',
} as const;

/** Lists of ready-made checks. */
export const CHECK_PRESETS = {
  alerts: "Alerts of the chain's operators that the probes can express; they observe unless told to enforce.",
  defaults: 'The checks of a channel that writes none.',
} as const;

export const STATISTICS = ['mean', 'min', 'max', 'sum', 'p50', 'p90', 'p95', 'p99'] as const;

export const CONDITION_PATTERN = /^(?:<=|>=|<|>) *[^\s<>=]+$/;
export const FIX_CONDITION = 'Write a comparison such as "<= 8s".';
const conditionError = ({ input }: { input?: unknown }): string | undefined =>
  input === undefined ? undefined : say(`${quote(input)} is not a condition`, FIX_CONDITION);
const condition = z
  .string({ error: conditionError })
  .regex(CONDITION_PATTERN, { error: conditionError })
  .meta({ title: 'a comparison in the unit of the metric, such as "<= 8s"' });

const keysOf = <Key extends string>(table: Readonly<Record<Key, string>>): Key[] => Object.keys(table) as Key[];
const PATH = 'channels[].checks[]';

const check = section({
  name: word.optional().describe('Name in reports; by default metric and statistic.'),
  preset: oneOf(keysOf(CHECK_PRESETS)).optional().describe('A list of ready-made checks, in place of a check.'),
  metric: z.string().optional().describe('Key of a probe metric.'),
  statistic: oneOf(STATISTICS).optional().describe('What is taken of the samples in the window.'),
  window: defaulted(positiveDuration, `${PATH}.window`, 'How far the check looks back.'),
  against: oneOf(['production'])
    .optional()
    .describe('Judge the nodes on the release against those that are not, for metrics kept for both.'),
  compare: oneOf(keysOf(COMPARISONS)).optional().describe('How they are held against each other.'),
  when: sentence
    .optional()
    .describe('In place of metric and success: an expression over probe metrics that succeeds when it holds.')
    .meta({ title: 'an expression such as "p95(liveness.finality, 10m) <= 12s and mean(proofs.backlog, 5m) < 16"' }),
  success: condition.optional().describe('When the check succeeds, in the unit of the metric.'),
  failure: z
    .string({ error: conditionError })
    .optional()
    .describe(
      'When it fails; between success and failure it is inconclusive. By default: whatever is no success. With when: an expression.',
    ),
  initialDelay: duration.optional().describe('Time from the start of the channel until the first interval begins.'),
  interval: defaulted(positiveDuration, `${PATH}.interval`, 'Time between two evaluations.'),
  count: whole(1, 'a number of evaluations')
    .optional()
    .describe(
      'Evaluations after which it is done; until then it is inconclusive. By default as long as the channel lasts.',
    ),
  minSamples: defaulted(
    whole(1, 'a number of samples'),
    `${PATH}.minSamples`,
    'Samples in the window below which the check is inconclusive.',
  ),
  noData: oneOf(keysOf(CHECK_OUTCOMES)).optional().describe('Outcome of a whole window without any sample.'),
  consecutiveFailures: defaulted(
    whole(1, 'a number of evaluations'),
    `${PATH}.consecutiveFailures`,
    'Failures in a row that make the check fail.',
  ),
  failureLimit: whole(1, 'a number of evaluations')
    .optional()
    .describe('Failures in all that make the check fail, in a row or not. By default any number may fail.'),
  inconclusiveLimit: whole(1, 'a number of evaluations')
    .optional()
    .describe('Inconclusive evaluations in all from which on onInconclusive holds; windows cut short do not count.'),
  mode: oneOf(keysOf(CHECK_MODES)).optional().describe('Whether the check acts or only reports.'),
  onFail: oneOf(keysOf(CHECK_ACTIONS)).optional().describe('What happens then: hold, abort or rollback.'),
  onInconclusive: oneOf(['hold', 'abort', 'ignore'])
    .optional()
    .describe('What happens while the check is inconclusive, once its limit is reached.'),
});
export type CheckInput = z.output<typeof check>;

export const checksSchema = list(check);
