import { beforeAll, describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import type { StoredResult } from '#experiment/result';
import { createDistributionChart } from '#report/chart-distribution';
import { createIntervalChart } from '#report/chart-intervals';
import { createSeriesChart } from '#report/chart-series';
import { type ChartSpec, COLORS, fitText, noteChart, printChart, standaloneSvg, textWidth } from '#report/chart-theme';
import { createTimelineChart } from '#report/chart-timeline';
import { writeContent } from '#report/content';
import { figuresOf } from '#report/document';
import { loadRenderer, type Renderer } from '#report/render';
import { readMarkup } from '../../fixtures/markup.js';
import { emptyResult, hostileResult, mainnetResult, smallDetail } from '../../fixtures/stored-result.js';

const complaints: string[] = [];
let render: Renderer;
beforeAll(async () => {
  render = await loadRenderer((message) => complaints.push(message));
});

function print(spec: ChartSpec | null): string {
  return spec === null ? 'none' : printChart(spec);
}

const INTERVALS = {
  title: 'Rollback risk',
  subtitle: 'Probability with its interval',
  groups: [
    { title: 'By channel', rows: [{ label: 'canary', estimate: 0.075, interval: [0.0157, 0.2039] as const }] },
    { title: 'By gate', rows: [] },
    { title: 'By cause', rows: [{ label: 'slow-prover', estimate: 0, interval: [0, 0.0881] as const }] },
  ],
};

const STALLS = { title: 'Longest stall', subtitle: 'Rollouts by longest stall', scale: 'duration' as const };
const FINALITY = {
  title: 'Finality',
  subtitle: 'Hourly mean',
  scale: 'duration' as const,
  value: ({ finalityMean }: { finalityMean: number | null }) => finalityMean,
};

describe('golden chart specifications', () => {
  const golden = (name: string): string => `../../golden/${name}.vl.json`;

  test('timeline', async () => {
    await expect(print(createTimelineChart('The worst rollout', smallDetail('worst'), 480))).toMatchFileSnapshot(
      golden('timeline'),
    );
  });

  test('series', async () => {
    const details = [smallDetail('typical'), smallDetail('worst')];
    await expect(print(createSeriesChart(FINALITY, details, 480))).toMatchFileSnapshot(golden('series'));
  });

  test('intervals', async () => {
    const { title, subtitle, groups } = INTERVALS;
    await expect(print(createIntervalChart(title, subtitle, groups, 480))).toMatchFileSnapshot(golden('intervals'));
  });

  test('distribution', async () => {
    const values = [12 * SECOND, 15 * SECOND, null, 70 * SECOND];
    await expect(print(createDistributionChart(STALLS, values, 480))).toMatchFileSnapshot(golden('distribution'));
  });
});

/** The values of the layer that draws marks of `type`, at the given place among those. */
function valuesOf(spec: ChartSpec | null, type: string, place = 0): readonly Readonly<Record<string, unknown>>[] {
  return spec?.layer.filter(({ mark }) => mark.type === type)[place]?.data.values ?? [];
}

describe('every chart', () => {
  const results: Record<string, StoredResult> = {
    mainnet: mainnetResult(),
    hostile: hostileResult(),
    empty: emptyResult(),
  };

  test.each(Object.keys(results))(
    'of the %s result is drawn without a complaint, as well-formed SVG of its size',
    async (name) => {
      const stored = results[name] as StoredResult;
      const figures = figuresOf(writeContent(stored));
      expect(figures.length).toBeGreaterThan(10);
      for (const figure of figures) {
        for (const spec of [figure.wide, figure.narrow]) {
          const [root] = readMarkup(standaloneSvg(await render(spec), spec.description));
          const { left, right, top, bottom } = spec.padding;
          expect(root?.attributes.get('width')).toBe(String(spec.width + left + right));
          expect(root?.attributes.get('height')).toBe(String(spec.height + top + bottom));
          expect(root?.attributes.get('aria-label')).toContain(figure.title);
        }
        const { width, padding } = figure.narrow;
        expect(width + padding.left + padding.right).toBe(340);
      }
      expect(complaints).toEqual([]);
    },
  );

  test('gives the same text however many were drawn before it', async () => {
    const spec = createDistributionChart(STALLS, [SECOND], 480) as ChartSpec;
    const first = await render(spec);
    await render(noteChart('a', 'b', 480));
    expect(await render(spec)).toBe(first);
  });

  test('without data says so instead of being drawn', () => {
    const figures = figuresOf(writeContent(emptyResult()));
    expect(figures.filter(({ isEmpty }) => !isEmpty)).toEqual([]);
    for (const { caption, wide } of figures) {
      expect(caption).toMatch(/^No data: /);
      expect(JSON.stringify(wide)).toContain('No data: ');
    }
  });

  test('has its own name', () => {
    const names = figuresOf(writeContent(mainnetResult())).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the timeline', () => {
  test('ends what is open with the rollout, and a hold with its abort', () => {
    const detail = smallDetail('worst');
    const hold = { at: HOUR, kind: 'hold', channel: 'canary', subject: 'x', cause: '' };
    const abort = { at: 2 * HOUR, kind: 'abort', channel: 'canary', subject: 'x', cause: '' };
    const open = { at: 3 * HOUR, kind: 'stall-start', channel: 'canary', subject: 'x', cause: '' };
    const spec = createTimelineChart('t', { ...detail, timeline: [hold, abort, open] }, 480);
    const bars = [valuesOf(spec, 'bar', 1), valuesOf(spec, 'bar', 2)].flat();
    expect(bars.map(({ at, to }) => [at, to])).toEqual([
      [1, 2],
      [3, 5],
    ]);
  });

  test('takes stalls from hours without a block where no event tells them', () => {
    const detail = smallDetail('worst');
    const [start] = detail.timeline as [(typeof detail.timeline)[number]];
    const spec = createTimelineChart('t', { ...detail, timeline: [start] }, 480);
    expect(valuesOf(spec, 'bar', 2).map(({ at, to }) => [at, to])).toEqual([
      [2, 3],
      [3, 4],
    ]);
    const calm = { ...smallDetail('typical'), metrics: { 'liveness.longestStall': 31 * SECOND } };
    expect(JSON.stringify(createTimelineChart('t', calm, 480))).toContain('"longest pause 31s"');
  });

  test('ends an armed gate when the plan is undone before its height', () => {
    const timeline = ['gate-armed', 'abort'].map((kind, i) => ({
      at: i * HOUR,
      kind,
      channel: 'c',
      subject: kind,
      cause: '',
    }));
    const spec = createTimelineChart('t', { ...smallDetail('typical'), timeline }, 480);
    expect(valuesOf(spec, 'bar', 1).map(({ at, to }) => [at, to])).toEqual([[0, 1]]);
  });

  test('puts gates beyond the eighth row together', () => {
    const timeline = Array.from({ length: 20 }, (_, i) => ({
      at: i * MINUTE,
      kind: 'gate-active',
      channel: 'c',
      subject: `g${i}`,
      cause: '',
    }));
    const spec = createTimelineChart('t', { ...smallDetail('typical'), timeline }, 480);
    expect(spec?.height).toBe((8 + 2) * 22); // and the rows stalled and undone
    expect(JSON.stringify(spec)).toContain('other gates');
  });
});

describe('the series', () => {
  test('is logarithmic only where values differ by more than a factor of four', () => {
    const at = (values: readonly number[]): string => {
      const hours = smallDetail('typical').hours.map((hour, i) => ({ ...hour, finalityMean: values[i] ?? null }));
      return JSON.stringify(createSeriesChart(FINALITY, [{ ...smallDetail('typical'), hours }], 480));
    };
    expect(at([SECOND, 4 * SECOND])).not.toContain('logarithmic');
    expect(at([SECOND, 5 * SECOND])).toContain('logarithmic');
  });

  test('shows an hour between two hours without a value as a point', () => {
    const hours = smallDetail('typical').hours.map((hour, i) => ({ ...hour, finalityMean: i === 2 ? SECOND : null }));
    const spec = createSeriesChart(FINALITY, [{ ...smallDetail('typical'), hours }], 480);
    expect(valuesOf(spec, 'point')).toHaveLength(1);
  });

  test('leaves out a zero that a logarithm cannot hold', () => {
    const hours = smallDetail('typical').hours.map((hour, i) => ({ ...hour, finalityMean: i === 0 ? 0 : i * SECOND }));
    const spec = createSeriesChart(FINALITY, [{ ...smallDetail('typical'), hours }], 480);
    expect(valuesOf(spec, 'line').map(({ value }) => value)).toEqual([null, 1, 2, 3, 4]);
  });
});

describe('the distribution', () => {
  test('counts every rollout with a value once, whatever the value', () => {
    const values = [0, 1, 999, SECOND, MINUTE, 59 * MINUTE, 400 * 24 * HOUR, null];
    const spec = createDistributionChart(STALLS, values, 480);
    const counts = valuesOf(spec, 'bar').map(({ count }) => Number(count));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(7);
  });

  test.each(['shortfall', 'error', 'count'] as const)('of kind %s counts every rollout once', (scale) => {
    const values = [0, 1e-12, 0.3, 0.5, 0.99999, 1, 2, 1e9];
    const spec = createDistributionChart({ ...STALLS, scale }, values, 480);
    const counts = valuesOf(spec, 'bar').map(({ count }) => Number(count));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
  });

  test('tells exact rewards from nearly exact ones', () => {
    const spec = createDistributionChart({ ...STALLS, scale: 'error' }, [0, 1e-9], 480);
    expect(valuesOf(spec, 'bar').map(({ label }) => label)).toEqual(['exact', 'up to 0.00001%']);
  });
});

describe('colours', () => {
  /** Relative luminance and contrast as WCAG 2.2 defines them. */
  const luminance = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((i) => {
      const part = Number.parseInt(color.slice(i, i + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (a: string, b: string): number => {
    const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const { surface, band, line: _, ...inks } = COLORS;
  const page = { light: '#f5f6f8', dark: '#0d1014' };

  test.each(['light', 'dark'] as const)('of the %s scheme keep a contrast of 4.5 to every ground', (scheme) => {
    for (const ink of Object.values(inks)) {
      for (const ground of [surface, band, page])
        expect(contrast(ink[scheme], ground[scheme])).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('are recoloured for a dark page in a bare SVG', () => {
    const svg = standaloneSvg('<svg class="marks" width="1"></svg>', 'a "b"');
    expect(svg).toContain(`[fill="${COLORS.ink.light}"]{fill:${COLORS.ink.dark}}`);
    expect(svg).toContain('aria-label="a &quot;b&quot;"');
  });
});

test('a specification prints to JSON of the same value, whatever its texts', () => {
  const spec = noteChart('a { b } [ c', '"]}\n{', 480);
  expect(JSON.parse(printChart(spec))).toEqual(spec);
});

test('text is cut to its room and not before', () => {
  expect(fitText('snapshot restored', textWidth('snapshot restored'))).toBe('snapshot restored');
  const cut = fitText('snapshot restored', 60);
  expect(cut).toMatch(/^snap.*…$/);
  expect(textWidth(cut)).toBeLessThanOrEqual(60);
});
