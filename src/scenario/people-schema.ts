/**
 * What people do, and how long it takes: who is on call, how an incident goes from a page to a decision, the way back.
 */
import { z } from 'zod';
import { DAY } from '#base/time';
import { defaulted } from './chain-schema.js';
import { durationDistribution } from './distribution.js';
import {
  decimal,
  duration,
  list,
  oneOf,
  positiveDuration,
  positiveShare,
  say,
  section,
  share,
  whole,
} from './value.js';

/** When somebody is on shift. */
export const COVERAGES = {
  always: 'Somebody is on shift at any hour.',
  'office-hours': 'Somebody is on shift in the hours of operations.oncall.shifts only.',
  until:
    'Somebody is on shift at any hour while the canary runs, and for operations.oncall.until from the start of mainnet; else in the hours of operations.oncall.shifts.',
} as const;

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const weekday = oneOf(WEEKDAYS);

const FIX_HOUR = 'Write a time of the day from 0s to 24h, such as 9h or 17h30m.';
const timeOfDay = duration.refine((time) => time <= DAY, { error: say('is later than a day is long', FIX_HOUR) });
const hours = z.tuple([timeOfDay, timeOfDay]).meta({ title: 'two times of the day, such as [9h, 17h]' });

const shift = section({
  days: list(weekday, 1).describe('Days on which it begins.'),
  hours: hours.describe('From when to when; to an earlier time: of the next day.'),
});

const oncall = section({
  coverage: defaulted(
    oneOf(Object.keys(COVERAGES) as (keyof typeof COVERAGES)[]),
    'operations.oncall.coverage',
    'When somebody is on shift: always, office-hours or until.',
  ),
  until: defaulted(
    duration,
    'operations.oncall.until',
    'How long from the start of mainnet somebody is on shift at any hour, with coverage until.',
  ),
  shifts: defaulted(list(shift, 1), 'operations.oncall.shifts', 'Hours of the week in which people are on shift.'),
  startDay: defaulted(weekday, 'operations.oncall.startDay', 'Day of the week on which the rollout begins.'),
  startTime: defaulted(timeOfDay, 'operations.oncall.startTime', 'Time of that day at which it begins.'),
  people: defaulted(
    whole(1, 'a number of people').max(100),
    'operations.oncall.people',
    'People of each level in a shift; each handles one incident at a time.',
  ),
  levels: defaulted(
    whole(1, 'a number of levels').max(10),
    'operations.oncall.levels',
    'Levels that a page goes through if nobody acknowledges it.',
  ),
  response: defaulted(
    durationDistribution,
    'operations.oncall.response',
    'Time from a page to its acknowledgement by somebody rested and on shift.',
  ),
  offShift: defaulted(
    decimal(1, 'a factor'),
    'operations.oncall.offShift',
    'Factor on that time outside of shifts; it never takes longer than waiting for the next shift.',
  ),
  escalateAfter: defaulted(
    positiveDuration,
    'operations.oncall.escalateAfter',
    'A page that is not acknowledged for so long goes to the next level as well.',
  ),
  fatigue: defaulted(
    decimal(1, 'a factor'),
    'operations.oncall.fatigue',
    'Factor on that time for each page that the same person had in the last 24h.',
  ),
});

const incident = section({
  notice: durationDistribution
    .optional()
    .describe(
      'Time until people notice, without a check, that the chain stands still or nodes have another state; without it they never do.',
    ),
  diagnose: defaulted(durationDistribution, 'operations.incident.diagnose', 'Acknowledgement until it is known why.'),
  misdiagnosed: defaulted(
    share.refine((value) => value < 1, { error: say('never ends', 'Write a share below 100%.') }),
    'operations.incident.misdiagnosed',
    'Probability that a diagnosis is wrong; then there is another one.',
  ),
  decide: defaulted(durationDistribution, 'operations.incident.decide', 'Diagnosis until it is decided what to do.'),
});

const adoption = section({
  twoThirds: durationDistribution
    .optional()
    .describe('Time from the release until two thirds of the operators run it, one draw for each incident.'),
  spread: decimal(0, 'a number of standard deviations')
    .optional()
    .describe("Standard deviation of the logarithm of one operator's time around that."),
});

export const operationsSchema = section({
  restart: defaulted(durationDistribution, 'operations.restart', 'Planned stop of a node until it takes part again.'),
  crashRestart: defaulted(
    durationDistribution,
    'operations.crashRestart',
    'Crash of a node until it takes part again.',
  ),
  decision: durationDistribution
    .optional()
    .describe('Failed check until people decide, in one: in place of the stages of incident, whoever is on call.'),
  incident: incident.prefault({}).describe('How an incident goes from a page to a decision.'),
  oncall: oncall.prefault({}).describe('Who is paged, and when that is acknowledged.'),
  withoutRunbook: defaulted(
    decimal(1, 'a factor'),
    'operations.withoutRunbook',
    'Factor on what people do on a way back while a runbook of readiness is missing or a draft.',
  ),
  notify: defaulted(durationDistribution, 'operations.notify', 'That decision until all operators know of it and act.'),
  adoption: adoption
    .optional()
    .describe('How operators take up a release that mends the chain; without it all of them do at once.'),
  forwardFix: defaulted(
    durationDistribution,
    'operations.forwardFix',
    'Time until a release that mends it is out, where there is no way back.',
  ),
  quorumRestart: defaulted(
    positiveShare,
    'operations.quorumRestart',
    'Share of the voting power that must be back before a restored chain is started.',
  ),
  holdLimit: defaulted(positiveDuration, 'operations.holdLimit', 'A promotion held longer is aborted.'),
  batches: defaulted(positiveShare, 'operations.batches', 'Share of the nodes restarted at once in a rollback.'),
});
