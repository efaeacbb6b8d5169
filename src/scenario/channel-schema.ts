/**
 * The sections of a scenario that describe the rollout: channels with their steps and checks, and what is expected.
 */
import { z } from 'zod';
import { DAY } from '#base/time';
import { defaulted } from './chain-schema.js';
import { checksSchema } from './check-schema.js';
import { defaultAt } from './defaults.js';
import { durationDistribution } from './distribution.js';
import {
  countOrShare,
  duration,
  dwellText,
  flag,
  list,
  oneOf,
  positiveDuration,
  positiveShare,
  quote,
  say,
  section,
  sentence,
  share,
  whole,
  word,
} from './value.js';

/** How a gate runs in a channel. */
export const GATE_MODES = {
  enforce: 'Blocks that break the rule are refused.',
  shadow: 'Nodes compute the rule and report, but refuse nothing.',
} as const;

const FIX_DWELL = 'Write 24h, 10 epochs, or { time: 24h, epochs: 10 } for the later of both.';
const dwell = z
  .union(
    [
      dwellText,
      section({
        time: duration.optional().describe('Time at least.'),
        epochs: whole(0, 'a number of epochs').optional().describe('Epochs at least.'),
        max: positiveDuration
          .optional()
          .describe('Then wait until every check succeeds, at most so long in all; by default for none.'),
      }).transform(({ time, epochs, max }) => ({
        time: time ?? 0,
        epochs: epochs ?? 0,
        ...(max === undefined ? {} : { most: max }),
      })),
    ],
    {
      error: ({ input }) =>
        input === undefined ? undefined : say(`${quote(input)} is not a time to dwell`, FIX_DWELL),
    },
  )
  .meta({ title: 'a duration, epochs such as 10 epochs, or { time, epochs } for the later of both' });
export type Dwell = z.output<typeof dwell>;

/** A dwell of the table of defaults. */
export function parseDwell(written: string): Dwell {
  return dwell.parse(written);
}

const batches = positiveShare.optional().describe('Share of the nodes restarted at once.');
const pause = duration.optional().describe('Wait between two batches.');
const mode = oneOf(Object.keys(GATE_MODES) as (keyof typeof GATE_MODES)[])
  .optional()
  .describe('Whether nodes enforce the gate or only compute it.');

const needs = list(sentence)
  .optional()
  .describe('Checks of the channel that must succeed before the step begins; it waits.');

const hours = section({
  from: duration.describe('When the working day begins, after midnight, such as 9h.'),
  to: positiveDuration.describe('When it ends, such as 17h.'),
  weekends: flag.optional().describe('Whether people work on Saturday and Sunday; time 0 is midnight before a Monday.'),
})
  .refine(({ from, to }) => from < to && to <= DAY, {
    error: say('is no working day', 'Write from before to, and to of at most 24h.'),
  })
  .transform(({ from, to, weekends }) => ({ from, to, weekends: weekends ?? false }));

const APPROVE = 'channels[].steps[].approve';
const approve = section({
  by: sentence.describe('Who is asked.'),
  delay: defaulted(durationDistribution, `${APPROVE}.delay`, 'Working time until they answer.'),
  rejects: defaulted(share, `${APPROVE}.rejects`, 'Probability that they say no.'),
  onReject: defaulted(oneOf(['abort', 'ask-again']), `${APPROVE}.onReject`, 'What a no does: abort, or ask-again.'),
  hours: hours.optional().describe('When they work; by default always.'),
});

const halt = section({
  after: whole(1, 'a number of blocks').optional().describe('Blocks from the start of the step to the last height.'),
  install: durationDistribution.optional().describe('Time in which an operator installs the release and restarts.'),
});

const step = section({
  upgrade: section({
    batches,
    pause,
    count: whole(1, 'a number of validators').optional().describe('Upgrade so many of the channel; more steps follow.'),
    share: positiveShare.optional().describe("Upgrade this share of the channel's validators; more steps follow."),
    stake: positiveShare
      .optional()
      .describe("Upgrade this share of the stake of the channel's validators, the least first; more steps follow."),
    halt: halt.optional().describe('In place of batches: all stop after the same height, then each installs.'),
  })
    .optional()
    .describe('Restart the nodes on the new release, in batches or after a common halt.'),
  gate: section({ phase: word.describe('A phase of gates.'), batches, pause, mode, needs })
    .optional()
    .describe('Restart the nodes with a phase of gates, which switches on at the next epoch boundary.'),
  dwell: dwell.optional().describe('Wait and watch.'),
  approve: approve.optional().describe('People look at what there is and say yes or no.'),
})
  .meta({ minProperties: 1, maxProperties: 1 })
  .superRefine((written, context) => {
    const kinds = Object.keys(written).filter((key) => written[key as keyof typeof written] !== undefined);
    if (kinds.length !== 1) {
      context.addIssue(
        say(`a step does one thing, not ${kinds.length}`, 'Write one of upgrade, gate, dwell and approve.'),
      );
    }
  });
export type StepInput = z.output<typeof step>;

const channel = section({
  name: word.describe('Name of the channel; development, testnet, canary and mainnet have defaults of their own.'),
  chain: word
    .optional()
    .describe('Chain it runs on. Channels that name the same one share it; by default a chain of its own.'),
  validators: countOrShare
    .optional()
    .describe('Validators that run the release in this channel, as a number or a share of the chain.'),
  chainValidators: whole(1, 'a number of validators')
    .optional()
    .describe('Validators of the chain; by default the largest number among the channels on it.'),
  dwell: dwell.optional().describe('Watch at the end of the channel.'),
  gateDwell: dwell.optional().describe('Watch after each gate.'),
  gates: list(word).optional().describe('Phases of gates the channel switches on, in this order.'),
  maintenance: flag
    .optional()
    .describe('Whether its planned restarts are announced: checks on liveness then look past them.'),
  steps: list(step, 1)
    .optional()
    .describe('What the channel does, step by step, in place of upgrade, gates with gateDwell, and dwell.'),
  checks: checksSchema.optional().describe('Rules on telemetry that guard the promotion; [] for none.'),
});
export type ChannelInput = z.output<typeof channel>;

export const channelsSchema = list(channel, 1);

const CONFIDENCE = 'expect[].confidence';
const confidence = share.refine((level) => level > 0 && level < 1, {
  error: say('is not between 0% and 100%', 'Write 95% or 99%.'),
});
const expectation = z.union(
  [
    sentence.transform((that) => ({ that, confidence: confidence.parse(defaultAt(CONFIDENCE).value) })),
    section({
      that: sentence.describe('The claim, such as "P(abort in canary) >= 99%".'),
      confidence: defaulted(confidence, CONFIDENCE, 'Confidence of the verdicts on all claims together.'),
    }),
  ],
  {
    error: ({ input }) =>
      input === undefined
        ? undefined
        : say(`${quote(input)} is not an expectation`, 'Write { that: "P(abort in canary) >= 99%" }.'),
  },
);
export type ExpectationInput = z.output<typeof expectation>;

export const expectSchema = list(expectation);
