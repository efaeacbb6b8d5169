import { describe, expect, test } from 'vitest';
import { compareSides } from '#experiment/compare';
import { judgeFidelity, standingOf, TOLERANCES, tolerancesFor } from '#experiment/fidelity';
import { compareDistributions } from '#experiment/fidelity-distribution';
import { toSeries } from '#experiment/series';
import { findMetric } from '#model/metric';
import { PLAN, sampleOutcome } from './sample.js';

const plan = PLAN;
const loaded = { name: 'sample', hash: '0', plan };

/** Both levels on the same luck, the second one `factor` times as slow. */
function levels(factor: number, count = 40) {
  const series = (slowness: number) =>
    toSeries(
      Array.from({ length: count }, (_, i) => {
        const finality = Math.round(500_000 * slowness * (1 + 0.01 * Math.sin(i)));
        return sampleOutcome(
          i,
          { 'liveness.finality': finality },
          { fingerprint: `${slowness}-${i}`.padStart(32, '0') },
        );
      }),
    );
  const how = { seed: '1', confidence: 0.95, version: '0' };
  const margins = tolerancesFor(plan, new Map());
  return compareSides({ loaded, series: series(1) }, { loaded, series: series(factor) }, margins, how).metrics;
}

describe('two levels', () => {
  test.each([
    [1, 'within'],
    [1.03, 'within'],
    [0.8, 'outside'],
    [1.2, 'outside'],
  ])('of which one is %d times as slow are judged by the tolerance', (factor, verdict) => {
    expect(judgeFidelity(levels(factor))).toBe(verdict);
  });

  test('are undecided where too few pairs cannot tell', () => {
    expect(judgeFidelity(levels(1.03, 3))).toBe('undecided');
  });

  test('that differ in no pair are within, whatever their number', () => {
    const unchanged = levels(1.2, 3).filter(({ key }) => key !== 'liveness.finality');
    expect(unchanged.map(standingOf).filter((one) => one !== null && one !== 'within')).toEqual([]);
  });
});

test('every stated tolerance is of a metric of the catalogue, and a given one takes its place', () => {
  for (const key of Object.keys(TOLERANCES)) expect(findMetric(key), key).toBeDefined();
  const given = tolerancesFor(plan, new Map([['liveness.finality', { kind: 'none' } as const]]));
  expect(given.get('liveness.finality')).toEqual({ kind: 'none' });
});

/** Replications whose blocks took 500 ms and more; of the tested ones a share is slower. */
function blocks(slower: number, count = 12) {
  return toSeries(
    Array.from({ length: count }, (_, i) => {
      const counts = [900 + i, 100 - i - slower, slower].map((many) => Math.max(1, many));
      const times = { values: [500_000, 600_000, 900_000], counts };
      return { ...sampleOutcome(i), distributions: { blockInterval: times, finality: times } };
    }),
  );
}

test('distributions are within where the distance is, with its interval, and outside where it is not', () => {
  const how = { seed: '1', confidence: 0.95, tolerance: 0.02 };
  const compare = (slower: number) => compareDistributions(blocks(1), blocks(slower), how)[1];
  expect(compare(1)).toMatchObject({ key: 'liveness.finality', distance: 0, verdict: 'within' });
  expect(compare(10)).toMatchObject({ verdict: 'within', blocks: [12 * 1_000 + 0, 12 * 1_000 + 0] });
  const far = compare(60);
  expect(far?.verdict).toBe('outside');
  expect(far?.distance).toBeGreaterThan(0.05);
  expect(far?.interval[0]).toBeGreaterThan(0.02);
  expect(compareDistributions(blocks(1), blocks(60), how)).toEqual(compareDistributions(blocks(1), blocks(60), how));
  expect(judgeFidelity([], [far as NonNullable<typeof far>])).toBe('outside');
  expect(compareDistributions(toSeries([]), toSeries([]), how)[0]).toMatchObject({ distance: null, verdict: null });
});
