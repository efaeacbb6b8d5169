/**
 * What each node's exporter has counted as emitted, beside what the chain paid.
 *
 * An exporter counts a block when its node sees it decided, by its own configuration. Its counter starts at 0 with the
 * node, and what it counted since it was last scraped is lost when the node stops. Scrapes are spread over the interval by
 * node. Blocks decided while a node was down or cut off are taken over in bulk and never counted. Only stretches of the
 * open epoch in which a node does not count like all others are kept, so a quiet block costs nothing.
 */
import type { Micros } from '#base/time';

/** How a node's exporter takes the blocks that are decided now. */
export const COUNTS = 0; // as the rule says
export const COUNTS_WRONGLY = 1; // by a reward parameter of its own
export const UNAWARE = 2; // its configuration knows no rewards
export const CUT_OFF = 3;
export const STOPPED = 4;
export type View = typeof COUNTS | typeof COUNTS_WRONGLY | typeof UNAWARE | typeof CUT_OFF | typeof STOPPED;

/** Blocks that a node took otherwise, by position in the journal of the open epoch. */
interface Stretch {
  readonly node: number;
  readonly from: number;
  readonly to: number; // exclusive
  readonly view: View; // `STOPPED` also for blocks that were counted and lost
}

/** A block of an epoch that is closed and that some scrape has not seen yet. */
interface Unscraped {
  readonly at: Micros;
  readonly paid: bigint;
  readonly uncounted: ReadonlySet<number>; // nodes that have nothing to lose of it
}

export interface Exporters {
  readonly interval: Micros; // between two scrapes of a node
  readonly view: Uint8Array; // by node
  readonly since: Int32Array; // by node: position of the first block under its view
  stretches: Stretch[]; // that have ended, of the open epoch
  unscraped: Unscraped[]; // oldest first
  late: { readonly node: number; readonly units: bigint }[]; // lost now, of epochs that are closed
}

export function createExporters(n: number, interval: Micros): Exporters {
  return { interval, view: new Uint8Array(n), since: new Int32Array(n), stretches: [], unscraped: [], late: [] };
}

/** When a node was last scraped before `now`; at `now` itself it is too late. */
export function lastScrape(exporters: Exporters, node: number, now: Micros): Micros {
  const { interval, view } = exporters;
  const phase = Math.floor((node * interval) / view.length);
  return now <= phase ? phase - interval : phase + (Math.ceil((now - phase) / interval) - 1) * interval;
}

/**
 * From block `position` on a node takes blocks otherwise.
 *
 * @param position - in the journal of the open epoch: the number of its blocks so far
 */
export function changeView(exporters: Exporters, node: number, view: View, position: number): void {
  const before = exporters.view[node] as View;
  if (before === view) return;
  const from = exporters.since[node] as number;
  if (before !== COUNTS && from < position) exporters.stretches.push({ node, from, to: position, view: before });
  exporters.view[node] = view;
  exporters.since[node] = position;
}

/**
 * A node stops: what it counted since its last scrape is lost.
 *
 * @param times - when the blocks of the open epoch were decided, by position
 * @param count - of them
 */
export function stopExporter(
  exporters: Exporters,
  node: number,
  now: Micros,
  times: Float64Array,
  count: number,
): void {
  const scraped = lastScrape(exporters, node, now);
  let from = count;
  while (from > 0 && (times[from - 1] as number) > scraped) from -= 1;
  const lost: Stretch[] = [];
  for (let position = from; position < count; position += 1) {
    if (viewAt(exporters, node, position) > COUNTS_WRONGLY) continue;
    lost.push({ node, from: position, to: position + 1, view: STOPPED });
  }
  for (const { at, paid, uncounted } of exporters.unscraped) {
    if (from === 0 && at > scraped && !uncounted.has(node)) exporters.late.push({ node, units: paid });
  }
  changeView(exporters, node, STOPPED, count);
  exporters.stretches.push(...lost);
}

/** How a node took a block of the open epoch: as it does now, by the latest stretch that holds it, or as the rule says. */
function viewAt({ stretches, view, since }: Exporters, node: number, position: number): View {
  if (position >= (since[node] as number)) return view[node] as View;
  const stretch = stretches.findLast((one) => one.node === node && one.from <= position && position < one.to);
  return stretch?.view ?? COUNTS;
}

/** What a chain pays in a block by one of two configurations: the rule's, or one whose reward parameter is wrong. */
export interface Emission {
  readonly count: number; // blocks of the epoch
  readonly total: bigint; // paid by the chain
  readonly times: Float64Array; // decided, by position
  readonly wrong: Uint8Array; // 1: the chain paid it by the wrong configuration
  readonly paid: (position: number) => bigint; // by the chain
  readonly asOther: (position: number) => bigint; // by the other one of the two
}

/** Why an exporter counted otherwise than the chain paid. */
export type GapReason = 'restart' | 'partition' | 'drift';

export interface Missing {
  readonly reason: GapReason;
  readonly blocks: number;
  readonly units: bigint; // paid − counted; negative: counted too much
}

/** The counter of one exporter over one epoch. */
export interface ExporterCount {
  readonly node: number;
  readonly counted: bigint;
  readonly missing: readonly Missing[]; // one for each reason
}

/**
 * Closes the epoch: what the exporters counted that did not count every block as it was paid. All others counted what was
 * paid. The next epoch opens with the views as they are.
 */
export function closeExporters(exporters: Exporters, emission: Emission): ExporterCount[] {
  const { view, since, late } = exporters;
  const { count, total, times, wrong } = emission;
  const drifted = wrong.subarray(0, count).includes(1);
  const odd = new Set([...exporters.stretches, ...late].map(({ node }) => node));
  for (let node = 0; node < view.length; node += 1) if (drifted || view[node] !== COUNTS) odd.add(node);
  const scraped = (times[count - 1] ?? 0) - exporters.interval;
  const uncounted = Array.from({ length: count }, (_, i) =>
    (times[i] as number) > scraped ? new Set<number>() : null,
  );
  const counts = [...odd]
    .sort((a, b) => a - b)
    .map((node): ExporterCount => {
      const tally = new Map<GapReason, { blocks: number; units: bigint }>();
      const miss = (reason: GapReason, units: bigint): void => {
        const known = tally.get(reason) ?? { blocks: 0, units: 0n };
        tally.set(reason, { blocks: known.blocks + 1, units: known.units + units });
      };
      let counted = total;
      for (const { units } of late.filter((one) => one.node === node)) {
        counted -= units;
        miss('restart', units);
      }
      for (const position of oddPositions(exporters, node, count, drifted)) {
        const seen = viewAt(exporters, node, position);
        const paid = emission.paid(position);
        const own = seen > COUNTS_WRONGLY ? 0n : seen === wrong[position] ? paid : emission.asOther(position);
        if (own === paid) continue;
        uncounted[position]?.add(node);
        counted += own - paid;
        miss(seen === STOPPED ? 'restart' : seen === CUT_OFF ? 'partition' : 'drift', paid - own);
      }
      return { node, counted, missing: [...tally].map(([reason, missing]) => ({ reason, ...missing })) };
    });
  const recent = exporters.unscraped.filter(({ at }) => at > scraped);
  uncounted.forEach((nodes, i) => {
    if (nodes !== null) recent.push({ at: times[i] as number, paid: emission.paid(i), uncounted: nodes });
  });
  forgetEpoch(exporters);
  exporters.unscraped = recent;
  since.fill(0);
  return counts.filter(({ missing }) => missing.length > 0);
}

/** The open epoch is given up, and what is not scraped yet with it. */
export function forgetEpoch(exporters: Exporters): void {
  exporters.stretches = [];
  exporters.unscraped = [];
  exporters.late = [];
  exporters.since.fill(0);
}

/** Positions that a node may have counted otherwise, ascending. */
function oddPositions({ stretches, view, since }: Exporters, node: number, count: number, all: boolean): number[] {
  if (all) return Array.from({ length: count }, (_, i) => i);
  const found = new Set<number>();
  for (const one of stretches) {
    if (one.node === node) for (let i = one.from; i < one.to; i += 1) found.add(i);
  }
  if (view[node] !== COUNTS) for (let i = since[node] as number; i < count; i += 1) found.add(i);
  return [...found].sort((a, b) => a - b);
}
