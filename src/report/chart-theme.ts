/**
 * How every chart looks: a frame of fixed size, a few colours that stay apart for colour-blind readers (after Okabe & Ito
 * 2008, darkened until they read on white), each with a twin for dark pages. A chart is a Vega-Lite specification as plain
 * data; `render` draws it.
 *
 * The frame is laid out here and not by Vega, which guesses text widths without a canvas: the plot has a fixed place, row
 * labels stand in the left margin and values in the right one.
 */
import { cleanText, escapeMarkup, shorten, textLength } from './text.js';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export type Row = Readonly<Record<string, string | number | boolean | null>>;

export interface Layer {
  readonly data: { readonly values: readonly Row[] };
  readonly mark: { readonly type: string; readonly [key: string]: Json };
  readonly encoding: Readonly<Record<string, Json>>;
}

/** The part of Vega-Lite that our charts use. */
export interface ChartSpec {
  readonly $schema: string;
  readonly description: string;
  readonly width: number; // px of the plot, margins apart
  readonly height: number;
  readonly padding: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly autosize: { readonly type: 'none' };
  readonly background: string;
  readonly config: Json;
  readonly layer: readonly Layer[];
}

interface Color {
  readonly light: string; // also what the specification and the bare SVG hold
  readonly dark: string;
}

export const COLORS = {
  surface: { light: '#ffffff', dark: '#14181e' },
  ink: { light: '#1b2027', dark: '#e8ebf0' },
  muted: { light: '#57606b', dark: '#a3adb9' },
  line: { light: '#d5dae1', dark: '#343c47' },
  band: { light: '#f1f3f6', dark: '#1c222a' },
  blue: { light: '#0b62b8', dark: '#74b6ff' },
  red: { light: '#b8420c', dark: '#ff9a6b' },
  teal: { light: '#0a7a66', dark: '#50d0b4' },
  purple: { light: '#7b4397', dark: '#d0a6ee' },
  amber: { light: '#8a6100', dark: '#e3b54a' },
} as const satisfies Readonly<Record<string, Color>>;

export const FONT = 'system-ui, sans-serif';
export const FONT_SIZE = 12;

const WIDE_CHARACTER = /[\p{Lu}\p{Nd}%–…@&]/u;

/** A generous width in px of text in the chart's font; real fonts are narrower. */
export function textWidth(text: string): number {
  const widths = [...text].map((character) => (WIDE_CHARACTER.test(character) ? 7.6 : 6.4));
  return Math.ceil(widths.reduce((sum, width) => sum + width, 0));
}

/** Clean text cut to `width` px, an ellipsis in place of what was cut. */
export function fitText(text: string, width: number): string {
  let fitting = cleanText(text);
  for (let length = textLength(fitting) - 1; length > 0 && textWidth(fitting) > width; length -= 1) {
    fitting = shorten(text, length);
  }
  return fitting;
}

export interface Frame {
  readonly title: string;
  readonly subtitle: string;
  readonly description: string; // the chart in words, for those who cannot see it
  readonly width: number; // px of the whole chart
  readonly plotHeight: number;
  readonly left: number; // px of the margins
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function plotWidth(frame: Pick<Frame, 'width' | 'left' | 'right'>): number {
  return frame.width - frame.left - frame.right;
}

/** A chart of layers over one plot, all sharing its scales. */
export function createChart(frame: Frame, layers: readonly Layer[]): ChartSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: frame.description,
    width: plotWidth(frame),
    height: frame.plotHeight,
    padding: { left: frame.left, right: frame.right, top: frame.top, bottom: frame.bottom },
    autosize: { type: 'none' },
    background: COLORS.surface.light,
    config: {
      aria: false, // one description of the whole reads better aloud than hundreds of points
      font: FONT,
      view: { stroke: null },
      text: { fontSize: FONT_SIZE, color: COLORS.ink.light },
      axis: {
        labelColor: COLORS.muted.light,
        labelFontSize: FONT_SIZE,
        titleColor: COLORS.muted.light,
        titleFontSize: FONT_SIZE,
        titleFontWeight: 400,
        titlePadding: 6,
        gridColor: COLORS.line.light,
        domainColor: COLORS.line.light,
        tickColor: COLORS.line.light,
        labelLimit: 400,
      },
      legend: { labelColor: COLORS.ink.light, labelFontSize: FONT_SIZE, symbolStrokeWidth: 2, labelLimit: 400 },
    },
    layer: [
      headingLayer(frame.title, 18, frame, { fontSize: 14, fontWeight: 600 }),
      headingLayer(frame.subtitle, 37, frame, { color: COLORS.muted.light }),
      ...layers,
    ],
  };
}

/** A line of text in the upper left corner; part of the plot, since Vega moves its own titles to make room for legends. */
function headingLayer(text: string, top: number, frame: Frame, style: { readonly [key: string]: Json }): Layer {
  return {
    data: { values: [{ text }] },
    mark: { type: 'text', align: 'left', baseline: 'alphabetic', ...style },
    encoding: {
      x: { value: 4 - frame.left },
      y: { value: top - frame.top },
      text: { field: 'text', type: 'nominal' },
    },
  };
}

/** Text in the left margin, one a row of an ordinal y scale. */
export function rowLabels(rows: readonly Row[], y: Json, color = COLORS.ink.light): Layer {
  return {
    data: { values: rows },
    mark: { type: 'text', align: 'right', baseline: 'middle', color },
    encoding: { x: { value: -10 }, y, text: { field: 'label', type: 'nominal' } },
  };
}

/** A chart that says why there is no chart. */
export function noteChart(title: string, note: string, width: number): ChartSpec {
  const margins = { left: 4, right: 4, top: 44, bottom: 4 };
  return createChart({ title, subtitle: note, description: `${title}: ${note}`, width, plotHeight: 4, ...margins }, []);
}

/** A specification as JSON for people: what holds no further list or object stands on one line. */
export function printChart(spec: ChartSpec): string {
  const text = JSON.stringify(spec, undefined, 1);
  return `${text.replace(/[{[][^{}[\]]*[}\]]/g, (inner) => inner.replace(/\n\s*/g, ' '))}\n`;
}

/** CSS that recolours what a chart holds, given how a colour of the chart is written there. */
function recolor(write: (name: string, color: Color) => string, scope: string): string {
  return Object.entries(COLORS)
    .map(([name, color]) => {
      const value = write(name, color);
      return `${scope}[fill="${color.light}"]{fill:${value}}${scope}[stroke="${color.light}"]{stroke:${value}}`;
    })
    .join('');
}

/** Rules for charts inside a page whose CSS holds the variables of `colorVariables`. */
export function pageChartCss(scope: string): string {
  return recolor((name) => `var(--${name})`, `${scope} `);
}

export function colorVariables(scheme: keyof Color): string {
  return Object.entries(COLORS)
    .map(([name, color]) => `--${name}:${color[scheme]}`)
    .join(';');
}

/** A drawn chart as a file of its own: described, and following the reader's colour scheme. */
export function standaloneSvg(svg: string, description: string): string {
  const style = `<style>@media screen and (prefers-color-scheme: dark){${recolor((_, color) => color.dark, '')}}</style>`;
  const label = escapeMarkup(description);
  return svg.replace(/^<svg ([^>]*)>/, (_, attributes: string) => {
    return `<svg role="img" aria-label="${label}" ${attributes}><title>${label}</title>${style}`;
  });
}

/**
 * A drawn chart for the inside of a page: no namespace, ids made unique by `prefix`, so that charts do not share clips.
 *
 * @param prefix - letters, digits and hyphens
 */
export function inlineSvg(svg: string, description: string, prefix: string, className: string): string {
  return svg
    .replace(/ xmlns(?::xlink)?="[^"]*"/g, '')
    .replace(/ id="([^"]+)"/g, ` id="${prefix}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${prefix}-$1)`)
    .replace(/^<svg /, `<svg role="img" aria-label="${escapeMarkup(description)}" `)
    .replace(' class="marks"', ` class="${className}"`);
}
