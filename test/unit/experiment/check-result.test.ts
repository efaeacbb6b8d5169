import { expect, test } from 'vitest';
import { foldChecks } from '#experiment/check-result';
import type { CheckRecord } from '#model/outcome';
import { PLAN, sampleOutcome } from './sample.js';

const by = { interval: (k: number, n: number): [number, number] => [k / n, k / n], confidence: 0.95 };

const record = (given: Partial<CheckRecord>): CheckRecord => ({
  channel: 'canary',
  check: 'finality',
  successes: 8,
  failures: 1,
  inconclusive: 1,
  verdict: 'success',
  acted: null,
  falseAlarm: false,
  ...given,
});

test('evaluations are summed, and acting and false alarms are shares of all replications', () => {
  const outcomes = [
    sampleOutcome(0, {}, { checks: [record({})] }),
    sampleOutcome(1, {}, { checks: [record({ acted: 5, failures: 4, verdict: 'failure' })] }),
    sampleOutcome(2, {}, { checks: [record({ acted: 7, falseAlarm: true, verdict: 'inconclusive' })] }),
    sampleOutcome(3), // never came to the channel
  ];
  expect(foldChecks(PLAN, outcomes, by)).toEqual([
    {
      channel: 'canary',
      check: 'finality',
      mode: 'enforce',
      onFail: 'abort',
      blind: false,
      reached: 3,
      evaluations: 33,
      outcomes: { success: 24, failure: 6, inconclusive: 3 },
      verdicts: { success: 1, failure: 1, inconclusive: 1 },
      acted: { count: 2, n: 4, estimate: 0.5, interval: [0.5, 0.5] },
      falseAlarms: { count: 1, n: 4, estimate: 0.25, interval: [0.25, 0.25] },
    },
  ]);
});
