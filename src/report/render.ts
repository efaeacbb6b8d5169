/**
 * Draws charts to SVG text with Vega. Vega and Vega-Lite take a third of a second to load, so they are loaded when the
 * first chart is drawn and by nothing else.
 */
import type { ChartSpec } from './chart-theme.js';

/** Draws one chart; the same specification gives the same text. Charts are drawn one after the other. */
export type Renderer = (spec: ChartSpec) => Promise<string>;

/**
 * @param warn - hears what Vega and Vega-Lite complain about; nobody by default, a reader of the report could not act on it
 */
export async function loadRenderer(warn: (message: string) => void = () => {}): Promise<Renderer> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  const say = (...words: readonly unknown[]): void => warn(words.map(String).join(' '));
  return async (spec) => {
    const logger = vega.logger(vega.Warn, undefined, (_method, _level, words) => say(...words));
    // Our type is the small part of Vega-Lite's that the charts use; the compiler checks the specification.
    const { spec: compiled } = vegaLite.compile(spec as unknown as Parameters<typeof vegaLite.compile>[0], { logger });
    vega.resetSVGDefIds(); // ids count from zero in each chart
    const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger });
    try {
      return await view.toSVG();
    } finally {
      view.finalize();
    }
  };
}
