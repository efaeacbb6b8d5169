/**
 * Defaults of `operations.oncall` and `operations.incident`.
 *
 * The blueprint has one time for a decision (10 min) and one for an acknowledgement (3 min, 95 % within 5); together with the
 * spread of its other responses that made one law for the whole way to a decision: median 10 min, 95 % within 15. The
 * stages are chosen so that their sum is as near to that law as round numbers come: median 10 min, 95 % within 15 min, mean 10.4
 * instead of 10.3 min, and no quantile further away than 0.04 in probability.
 */
import { type Default, lognormal, of } from './default-row.js';

const NEAR =
  'assumption: so that acknowledging, diagnosing and deciding take 10 min in the median and 15 min in p95 (§22)';

/** Of `operations.adoption`, where it is asked for. */
export const PEOPLE_CONDITIONAL_DEFAULTS: Readonly<Record<string, Default>> = {
  'operations.adoption.twoThirds': of(
    lognormal('90m', '377m'),
    'measurements.md section 8: fix to two thirds running took 90m in the median, 30m to 280m from 10 % to 90 %',
  ),
  'operations.adoption.spread': of(
    1.2,
    'measurements.md section 7: Persistence v3, 30 % after 90m, two thirds after 290m of the fix',
  ),
};

export const PEOPLE_DEFAULTS: Readonly<Record<string, Default>> = {
  'operations.incident.diagnose': of(lognormal('5m', '9m'), NEAR),
  'operations.incident.misdiagnosed': of('5%', 'assumption: one diagnosis of twenty is wrong'),
  'operations.incident.decide': of(lognormal('90s', '3m'), NEAR),
  'operations.oncall.coverage': of('until', '§17: on-call 24/7 during canary and the first 48 h of mainnet'),
  'operations.oncall.until': of('48h', '§17: on-call 24/7 during canary and the first 48 h of mainnet'),
  'operations.oncall.shifts': of(
    [{ days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'], hours: ['9h', '17h'] }],
    'assumption: office hours',
  ),
  'operations.oncall.startDay': of('monday', 'assumption: nobody begins before a weekend'),
  'operations.oncall.startTime': of('9h', 'assumption: at the begin of a shift'),
  'operations.oncall.people': of(1, '§18: one owner of a page is named; one in each rotation'),
  'operations.oncall.levels': of(2, '§18: primary, then release engineering'),
  'operations.oncall.response': of(lognormal('3m', '5m'), '§22: time to acknowledge; §18: within 5 min'),
  'operations.oncall.offShift': of(3, 'assumption: who is at home needs three times as long'),
  'operations.oncall.escalateAfter': of('15m', '§18: telemetry alert unresolved'),
  'operations.oncall.fatigue': of(1.2, 'assumption: each page of the last day makes the next answer a fifth slower'),
  'operations.withoutRunbook': of(1.5, 'assumption: half as long again without a runbook (§17: no draft runbooks)'),
};
