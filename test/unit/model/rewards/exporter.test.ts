import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SECOND } from '#base/time';
import {
  COUNTS,
  COUNTS_WRONGLY,
  CUT_OFF,
  changeView,
  closeExporters,
  createExporters,
  type Emission,
  lastScrape,
  STOPPED,
  stopExporter,
  UNAWARE,
  type View,
} from '#model/rewards/exporter';

const INTERVAL = 15 * SECOND;
const BLOCK = 5 * SECOND;

/** Blocks of 5 s from `from` on; each pays ten times its number and one, the other configuration pays one more. */
function emissionOf(count: number, from = 0, wrong: readonly number[] = []): Emission {
  const paid = (i: number): bigint => BigInt(10 * i + 1);
  return {
    count,
    total: Array.from({ length: count }, (_, i) => paid(i)).reduce((sum, units) => sum + units, 0n),
    times: Float64Array.from({ length: count }, (_, i) => from + i * BLOCK),
    wrong: Uint8Array.from({ length: count }, (_, i) => (wrong.includes(i) ? 1 : 0)),
    paid,
    asOther: (i) => paid(i) + 1n,
  };
}

test('scrapes are an interval apart and spread over it by node; one at the very moment comes too late', () => {
  const exporters = createExporters(3, INTERVAL);
  expect(lastScrape(exporters, 0, 31 * SECOND)).toBe(30 * SECOND);
  expect(lastScrape(exporters, 0, 30 * SECOND)).toBe(15 * SECOND);
  expect(lastScrape(exporters, 1, 31 * SECOND)).toBe(20 * SECOND);
  expect(lastScrape(exporters, 2, 31 * SECOND)).toBe(25 * SECOND);
  expect(lastScrape(exporters, 2, 3 * SECOND)).toBe(-5 * SECOND);
});

describe('an exporter', () => {
  test('that is never disturbed counts what was paid, and is not named', () => {
    expect(closeExporters(createExporters(4, INTERVAL), emissionOf(20))).toEqual([]);
  });

  test('that restarts loses what came since its last scrape, and what was decided while it was away', () => {
    const exporters = createExporters(1, INTERVAL);
    const { times } = emissionOf(20);
    stopExporter(exporters, 0, 41 * SECOND, times, 9); // blocks at 0 … 40 s; last scrape at 30 s
    changeView(exporters, 0, COUNTS, 12);
    const [count] = closeExporters(exporters, emissionOf(20));
    const lost = [7, 8, 9, 10, 11].reduce((sum, i) => sum + BigInt(10 * i + 1), 0n);
    expect(count).toMatchObject({ node: 0, missing: [{ reason: 'restart', blocks: 5, units: lost }] });
    expect(count?.counted).toBe(emissionOf(20).total - lost);
  });

  test('loses no block twice, however often its node restarts', () => {
    const exporters = createExporters(1, INTERVAL);
    const { times } = emissionOf(20);
    stopExporter(exporters, 0, 41 * SECOND, times, 9);
    changeView(exporters, 0, COUNTS, 9);
    stopExporter(exporters, 0, 42 * SECOND, times, 9);
    changeView(exporters, 0, COUNTS, 9);
    expect(closeExporters(exporters, emissionOf(20))[0]?.missing).toMatchObject([{ reason: 'restart', blocks: 2 }]);
  });

  test('may lose blocks of an epoch that is closed, if no scrape has seen them', () => {
    const exporters = createExporters(1, INTERVAL);
    closeExporters(exporters, emissionOf(20)); // the last at 95 s, scraped at 90 s
    stopExporter(exporters, 0, 99 * SECOND, new Float64Array(0), 0);
    changeView(exporters, 0, COUNTS, 0);
    expect(closeExporters(exporters, emissionOf(20, 100 * SECOND))).toMatchObject([
      { node: 0, missing: [{ reason: 'restart', blocks: 1, units: 191n }] },
    ]);
    expect(closeExporters(exporters, emissionOf(20, 200 * SECOND))).toEqual([]);
  });

  test('whose node is cut off misses blocks, and one without rewards in its configuration all of them', () => {
    const exporters = createExporters(2, INTERVAL);
    changeView(exporters, 0, CUT_OFF, 3);
    changeView(exporters, 0, COUNTS, 5);
    changeView(exporters, 1, UNAWARE, 0);
    const { total } = emissionOf(10);
    expect(closeExporters(exporters, emissionOf(10))).toEqual([
      { node: 0, counted: total - 72n, missing: [{ reason: 'partition', blocks: 2, units: 72n }] },
      { node: 1, counted: 0n, missing: [{ reason: 'drift', blocks: 10, units: total }] },
    ]);
  });

  test('of a wrong configuration counts too much, unless the chain pays as wrongly: then all others count otherwise', () => {
    const exporters = createExporters(2, INTERVAL);
    changeView(exporters, 0, COUNTS_WRONGLY, 2);
    const { total } = emissionOf(10);
    expect(closeExporters(exporters, emissionOf(10))).toEqual([
      { node: 0, counted: total + 8n, missing: [{ reason: 'drift', blocks: 8, units: -8n }] },
    ]);
    expect(closeExporters(exporters, emissionOf(10, 0, [4, 5]))).toEqual([
      { node: 0, counted: total + 8n, missing: [{ reason: 'drift', blocks: 8, units: -8n }] },
      { node: 1, counted: total + 2n, missing: [{ reason: 'drift', blocks: 2, units: -2n }] },
    ]);
  });
});

test('what is missing always accounts for the difference, and each block is missing once at most', () => {
  const views: readonly View[] = [COUNTS, COUNTS_WRONGLY, UNAWARE, CUT_OFF, STOPPED];
  const change = fc.record({ node: fc.nat(2), view: fc.constantFrom(...views), position: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), fc.array(fc.nat(19), { maxLength: 4 }), (changes, wrong) => {
      const exporters = createExporters(3, INTERVAL);
      const emission = emissionOf(20, 0, wrong);
      for (const { node, view, position } of changes.toSorted((a, b) => a.position - b.position)) {
        const now = position * BLOCK - SECOND;
        if (view === STOPPED) stopExporter(exporters, node, now, emission.times, position);
        else changeView(exporters, node, view, position);
      }
      for (const { counted, missing } of closeExporters(exporters, emission)) {
        const blocks = missing.reduce((sum, one) => sum + one.blocks, 0);
        expect(counted + missing.reduce((sum, { units }) => sum + units, 0n)).toBe(emission.total);
        expect(blocks).toBeLessThanOrEqual(20);
        expect(counted).toBeGreaterThanOrEqual(0n);
      }
    }),
    { seed: 5, numRuns: 300 },
  );
});
