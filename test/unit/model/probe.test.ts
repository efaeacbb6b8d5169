import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '#base/time';
import type { Statistic } from '#model/check-plan';
import { PROBE_METRICS } from '#model/metric';
import { readAgainst, readProbe } from '#model/probe';
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

const read = (telemetry: Telemetry, key: string, statistic: Statistic, window: number, end: number) =>
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

describe('against production', () => {
  const compare = (telemetry: Telemetry, metric: string, how: 'ratio' | 'difference') =>
    readAgainst(telemetry, { metric, statistic: 'mean', window: 4 * SLOT }, how, 4 * SLOT, SLOT);

  /** Four blocks; a fifth of the ten nodes run the release. */
  function shared(): Telemetry {
    const telemetry = dashboards([1, 2, 3, 4]);
    telemetry.releaseParticipation.fill(0.6);
    telemetry.productionParticipation.fill(0.8);
    telemetry.onRelease.fill(2);
    telemetry.onProduction.fill(8);
    return telemetry;
  }

  test('participation is held against that of the other nodes', () => {
    expect(compare(shared(), 'release.participation', 'ratio')).toEqual({ value: 0.6 / 0.8, samples: 4, whole: true });
    expect(compare(shared(), 'release.participation', 'difference').value).toBeCloseTo(-0.2);
  });

  test('crashes count for each node, and nothing over nothing is as good', () => {
    const telemetry = shared();
    expect(compare(telemetry, 'release.crashes', 'ratio').value).toBe(1);
    telemetry.stops.push({ at: SLOT, release: true });
    expect(compare(telemetry, 'release.crashes', 'ratio').value).toBe(Number.POSITIVE_INFINITY);
    telemetry.stops.push({ at: 2 * SLOT, release: false });
    expect(compare(telemetry, 'release.crashes', 'ratio').value).toBe(4); // one of two against one of eight
    expect(compare(telemetry, 'release.crashes', 'difference').value).toBe(1 / 2 - 1 / 8);
  });

  test('without nodes on one side there is nothing to tell', () => {
    const telemetry = shared();
    telemetry.onProduction.fill(0);
    telemetry.productionParticipation.fill(Number.NaN);
    expect(compare(telemetry, 'release.crashes', 'ratio').value).toBeNull();
    expect(compare(telemetry, 'release.participation', 'ratio').value).toBeNull();
  });
});
