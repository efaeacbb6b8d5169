import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StoredSweep, SweepPointResult, SweepResult } from '#experiment/sweep-result';
import { createCurveChart } from '#report/chart-curve';
import { createTornadoChart } from '#report/chart-tornado';
import { loadRenderer } from '#report/render';
import { createCurveFigures, createTornadoFigures } from '#report/sweep-figures';
import { writeSweepParquet } from '#report/sweep-parquet';
import { formatSweep } from '#report/sweep-table';
import { writeSweepReport } from '#report/sweep-write';
import { mainnetResult } from '../../fixtures/stored-result.js';

const { summary, manifest } = mainnetResult();
const SHARE = 'liveness.slotShare';

/** A point of the stored result, its first metric moved. */
function pointAt(at: number[], set: Record<string, string>, estimate: number): SweepPointResult {
  const { replications, complete, fingerprint, expectations, results, worstReplication } = summary;
  const metric = summary.metrics[SHARE];
  if (metric === undefined) throw new Error('no such metric');
  const metrics = {
    ...summary.metrics,
    [SHARE]: { ...metric, estimate, interval: [estimate / 2, 1] as [number, number] },
  };
  const shared = {
    hash: 'f00d',
    replications,
    complete,
    fingerprint,
    verdict: 'go',
    expectations,
    metrics,
    results,
  } as const;
  return { at, set, ...shared, worstReplication };
}

function sweepOf(given: Partial<SweepResult> = {}): StoredSweep {
  const losses = ['0%', '1%', '10%'];
  const sizes = ['4', '7'];
  const points = losses.flatMap((loss, i) =>
    sizes.map((size, j) => {
      return pointAt([i, j], { 'network.loss': loss, 'channels.mainnet.validators': size }, 0.9 - 0.1 * i - 0.01 * j);
    }),
  );
  const sweep: SweepResult = {
    schemaVersion: 1,
    engine: summary.engine,
    scenario: summary.scenario,
    seed: '1',
    replications: summary.replications,
    fidelity: 'auto',
    complete: true,
    fingerprint: 'abc',
    verdict: 'go',
    set: ['chain.blockTime=4s'],
    axes: [
      {
        kind: 'grid',
        paths: ['network.loss'],
        values: losses.map((one) => [one]),
        dimension: 'share',
        numbers: [0, 0.01, 0.1],
      },
      {
        kind: 'grid',
        paths: ['channels.mainnet.validators'],
        values: sizes.map((one) => [one]),
        dimension: 'number',
        numbers: [4, 7],
      },
    ],
    filters: [],
    shown: [SHARE, 'liveness.longestStall', 'rollback.any'],
    points,
    sensitivity: null,
    ...given,
  };
  return { sweep, manifest };
}

describe('the curves of a sweep', () => {
  test('run along the longer axis, a line for each setting of the other', () => {
    const figures = createCurveFigures(sweepOf().sweep);
    expect(figures[0]?.name).toBe('curve-claim-1'); // what the expectations are about comes first
    const figure = figures.find(({ name }) => name === 'curve-liveness-slotshare');
    expect(figure?.isEmpty).toBe(false);
    const rows = figure?.wide.layer.at(-1)?.data.values ?? [];
    expect(rows.map(({ x, value }) => [x, value])).toEqual([
      [0, 0.9],
      [0.01, 0.8],
      [0.1, 0.7],
      [0, 0.89],
      [0.01, expect.closeTo(0.79, 9)],
      [0.1, expect.closeTo(0.69, 9)],
    ]);
    expect(new Set(rows.map(({ curve }) => curve)).size).toBe(2);
    expect(figure?.wide.description).toContain('validators=4: 0%: 90% (≥ 45%), 1%: 80%');
  });

  test('have a band that holds every estimate, at whatever unit and bounds', async () => {
    const render = await loadRenderer((message) => expect.fail(message));
    const chart = { title: 'T', subtitle: 'S', axis: 'a', labels: [1, 2, 40].map((x) => ({ x, text: `${x}"</b>` })) };
    for (const unit of ['share', 'duration', 'count', 'units', 'ratio'] as const) {
      for (const estimate of [0, 1e-9, 0.5, 1]) {
        const points = [1, 2, 40].map((x) => ({
          x,
          estimate: estimate * (unit === 'share' ? 1 : 1e7 * x),
          interval: [null, null] as const,
        }));
        const spec = createCurveChart({ ...chart, unit }, [{ name: '', points }], 340);
        if (spec === null) throw new Error('nothing drawn');
        for (const { low, value, high } of spec.layer.at(-1)?.data.values ?? []) {
          expect(low).toBeLessThanOrEqual(Number(value));
          expect(high).toBeGreaterThanOrEqual(Number(value));
        }
        const svg = await render(spec);
        expect(svg).toContain('&lt;/b&gt;');
        expect(svg).not.toContain('NaN');
      }
    }
  });

  test('of a point without data break, and without any there is no chart', () => {
    const chart = { title: 'T', subtitle: 'S', axis: 'a', unit: 'share', labels: [{ x: 0, text: '0' }] } as const;
    const nothing = { x: 0, estimate: null, interval: [null, null] } as const;
    expect(createCurveChart(chart, [{ name: '', points: [nothing] }], 480)).toBeNull();
  });
});

describe('a tornado', () => {
  const index = (path: string, total: number) => ({
    path,
    first: total / 2,
    firstInterval: [0, 1] as [number, number],
    total,
    totalInterval: [0, 1] as [number, number],
  });
  const analysis = {
    inputs: ['a.b', 'c.d'].map((path) => ({ path, from: '0', to: '1', scale: 'linear' as const })),
    samples: 4,
    confidence: 0.95,
    interval: 'bootstrap',
  };

  test('has the strongest input on top, and none where nothing varies', () => {
    const metrics = { [SHARE]: [index('a.b', 0.2), index('c.d', 0.9)], 'rollback.any': null };
    const sensitivity = { method: 'sobol', ...analysis, metrics } as SweepResult['sensitivity'];
    const { sweep } = sweepOf({ sensitivity, axes: [] });
    const [share, , undone] = createTornadoFigures(sweep);
    expect(share?.wide.layer[2]?.data.values.map(({ label, value, inner }) => [label, value, inner])).toEqual([
      ['d', 0.9, 0.45],
      ['b', 0.2, 0.1],
    ]);
    expect(undone?.isEmpty).toBe(true);
    const table = formatSweep(sweep, { color: false, width: 100 });
    expect(table.indexOf('c.d')).toBeLessThan(table.indexOf('a.b'));
    expect(table).toContain('Not moved by the inputs: ');
  });

  test('draws nothing without bars', () => {
    expect(createTornadoChart('T', 'S', [], 480)).toBeNull();
  });
});

test('the table has a line for each point and the verdict last, and fits the terminal', () => {
  for (const width of [60, 80, 100, 160]) {
    const lines = formatSweep(sweepOf().sweep, { color: false, width }).split('\n');
    expect(lines.at(-1)).toBe('verdict: go');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    expect(lines.filter((line) => / go\b/.test(line) && line.includes('%')).length).toBeGreaterThanOrEqual(
      width < 80 ? 0 : 6,
    );
  }
});

test('the Parquet file has a row for each point and metric, settings as numbers', async () => {
  const { sweep } = sweepOf();
  const bytes = writeSweepParquet(sweep);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const rows = await parquetReadObjects({ file });
  expect(rows).toHaveLength(6 * Object.keys(summary.metrics).length);
  const found = rows.filter((row) => row.metric === SHARE);
  expect(found.map((row) => [row.point, row['network.loss'], row['channels.mainnet.validators']])).toEqual([
    [0, 0, 4],
    [1, 0, 7],
    [2, 0.01, 4],
    [3, 0.01, 7],
    [4, 0.1, 4],
    [5, 0.1, 7],
  ]);
  expect(found[2]).toMatchObject({ estimate: 0.8, low: 0.4, high: 1, unit: 'share', verdict: 'go' });
  expect(Buffer.from(writeSweepParquet(sweep)).equals(Buffer.from(bytes))).toBe(true);
});

test('the report names the command of the whole sweep and of one point, and holds its figures', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'rollout-sim-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const paths = await writeSweepReport(dir, sweepOf());
  const found = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(found.map((entry) => join(entry.parentPath, entry.name)).sort()).toEqual([...paths].sort());
  const page = readFileSync(join(dir, 'report.html'), 'utf8');
  expect(page).toContain('--set chain.blockTime=4s --set network.loss=0% --set channels.mainnet.validators=4');
  expect(readFileSync(join(dir, 'report.md'), 'utf8')).toContain('(figures/curve-liveness-slotshare.svg)');
});
