import { expect, test } from 'vitest';
import { MINUTE, SECOND } from '#base/time';
import { judgeCheck } from '#model/handlers/checks';
import { PROBE_METRICS } from '#model/metric';
import type { CheckPlan } from '#model/plan';
import { readProbe } from '#model/probe';
import { createTelemetry, type Telemetry } from '#model/telemetry';

const SLOT = 5 * SECOND;

/** Dashboards of a chain that finalized blocks at these slots. */
function dashboards(slots: readonly number[]): Telemetry {
  const telemetry = createTelemetry(64, 0);
  slots.forEach((slot, i) => {
    const before = i === 0 ? 0 : (slots[i - 1] as number);
    telemetry.at[i] = slot * SLOT;
    telemetry.interval[i] = (slot - before) * SLOT;
    telemetry.finality[i] = (i + 1) * SECOND;
    telemetry.rounds[i] = 1;
    telemetry.participation[i] = 0.9;
    telemetry.releaseParticipation[i] = Number.NaN;
  });
  telemetry.count = slots.length;
  return telemetry;
}

const read = (telemetry: Telemetry, key: string, statistic: CheckPlan['statistic'], window: number, end: number) =>
  readProbe(telemetry, key, statistic, window, end, SLOT);

test('production counts blocks over slots of the window, and missed slots their difference', () => {
  const telemetry = dashboards([1, 2, 3, 4, 8, 9, 10, 11, 12]);
  expect(read(telemetry, 'liveness.production', 'mean', MINUTE, 12 * SLOT)).toMatchObject({
    value: 9 / 12,
    samples: 12,
  });
  expect(read(telemetry, 'liveness.missedSlots', 'max', MINUTE, 12 * SLOT).value).toBe(3);
});

test('the finality lag is the longest wait that an observer saw, an open one included', () => {
  const telemetry = dashboards([1, 2, 3, 4, 8, 9]);
  expect(read(telemetry, 'liveness.finalityLag', 'max', MINUTE, 10 * SLOT).value).toBe(4);
  expect(read(telemetry, 'liveness.finalityLag', 'max', MINUTE, 20 * SLOT).value).toBe(11);
});

test('a window looks no further back than it says, and is whole only if all of it is known', () => {
  const telemetry = dashboards([1, 2, 3, 4, 5, 6, 7, 8]);
  const last = read(telemetry, 'liveness.finality', 'min', 3 * SLOT, 8 * SLOT);
  expect(last).toEqual({ value: 6 * SECOND, samples: 3, whole: true });
  expect(read(telemetry, 'liveness.finality', 'min', 30 * SLOT, 8 * SLOT).whole).toBe(false);
});

test('after a maintenance only what came later is judged, but incidents always are', () => {
  const telemetry = dashboards([1, 2, 3, 4, 8, 9, 10, 11, 12]);
  telemetry.judgedSince = 8 * SLOT;
  telemetry.stops.push({ at: 5 * SLOT, release: true });
  expect(read(telemetry, 'liveness.production', 'mean', 4 * SLOT, 12 * SLOT).value).toBe(1);
  expect(read(telemetry, 'liveness.production', 'mean', MINUTE, 12 * SLOT).whole).toBe(false);
  expect(read(telemetry, 'release.crashes', 'sum', MINUTE, 12 * SLOT)).toEqual({ value: 1, samples: 1, whole: true });
});

test('a series without data gives none, and so does a window that has not begun', () => {
  const telemetry = dashboards([1, 2]);
  expect(read(telemetry, 'release.participation', 'mean', MINUTE, 3 * SLOT).value).toBeNull();
  expect(read(telemetry, 'liveness.finality', 'mean', MINUTE, 0).value).toBeNull();
});

test('every probe metric of the catalogue can be read', () => {
  const telemetry = dashboards([1, 2, 3]);
  for (const { key } of PROBE_METRICS) {
    if (key === 'release.participation') continue;
    expect(read(telemetry, key, 'max', MINUTE, 4 * SLOT).value, key).not.toBeNull();
  }
});

const check: CheckPlan = {
  name: 'finality',
  metric: 'liveness.finality',
  statistic: 'p95',
  window: MINUTE,
  interval: MINUTE,
  success: { comparator: '<=', value: 8 },
  failure: { comparator: '>', value: 12 },
  minSamples: 3,
  consecutiveFailures: 3,
  onFail: 'abort',
};

test.each([
  [8, 5, true, 'success'],
  [10, 5, true, 'inconclusive'], // between the conditions
  [13, 5, true, 'failure'],
  [8, 2, true, 'inconclusive'], // too few samples
  [13, 5, false, 'inconclusive'], // a window cut short
  [null, 0, true, 'inconclusive'],
] as const)('a reading of %s from %i samples, whole: %s, is %s', (value, samples, whole, outcome) => {
  expect(judgeCheck(check, { value, samples, whole })).toBe(outcome);
});

test('without a failure condition whatever is no success fails', () => {
  expect(judgeCheck({ ...check, failure: null }, { value: 10, samples: 5, whole: true })).toBe('failure');
});
