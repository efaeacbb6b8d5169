/**
 * What an observer can see: a statistic of one telemetry series over a window, with the samples behind it.
 *
 * Checks and operators read probes as one reads a dashboard, never the inside of consensus.
 */
import { assert, unreachable } from '#base/assert';
import type { Micros } from '#base/time';
import type { Comparison, ProbeQuery, Statistic } from './check-plan.js';
import type { Telemetry } from './telemetry.js';

export interface Reading {
  readonly value: number | null; // in the metric's unit; null without samples
  readonly samples: number;
  readonly whole: boolean; // the window lies within what is known; counts of incidents are whole at once
}

const NOTHING: Reading = { value: null, samples: 0, whole: false };
/** Metrics that say something from the first incident on, and that no maintenance hides. */
const INCIDENTS: readonly string[] = [
  'release.crashes',
  'production.crashes',
  'nodes.crashes',
  'rewards.mismatch',
  'validators.diverged',
];

/** Whether a metric counts incidents: those are judged at any time. */
export function isIncident(key: string): boolean {
  return INCIDENTS.includes(key);
}

/**
 * Reads one metric.
 *
 * @param key - of the catalogue of probe metrics
 * @param end - the newest moment that has reached the dashboard
 * @param blockTime - of the chain, to count slots
 */
export function readProbe(
  telemetry: Telemetry,
  key: string,
  statistic: Statistic,
  window: Micros,
  end: Micros,
  blockTime: Micros,
): Reading {
  const incident = isIncident(key);
  const known = incident ? telemetry.since : telemetry.judgedSince;
  const start = Math.max(known, end - window);
  if (end <= start) return NOTHING;
  const { value, samples } = readSeries(telemetry, key, statistic, start, end, blockTime);
  return { value, samples, whole: incident || end - window >= known };
}

/** The same of nodes that are not on the release, for the metrics that are kept for both. */
export const BASELINES: Readonly<Record<string, string>> = {
  'release.participation': 'production.participation',
  'release.crashes': 'production.crashes',
};

/**
 * Reads a metric of the nodes on the release against the same of the others; counts are taken for each node.
 *
 * A ratio over nothing is 1 where both are nothing, and else infinite. Without data on one side there is none.
 *
 * @param query - of a metric in `BASELINES`
 */
export function readAgainst(
  telemetry: Telemetry,
  { metric, statistic, window }: ProbeQuery,
  comparison: Comparison,
  end: Micros,
  blockTime: Micros,
): Reading {
  const baseline = BASELINES[metric];
  assert(baseline !== undefined, `${metric} has a baseline`);
  const own = readProbe(telemetry, metric, statistic, window, end, blockTime);
  const other = readProbe(telemetry, baseline, statistic, window, end, blockTime);
  const samples = Math.min(own.samples, other.samples);
  const whole = own.whole && other.whole;
  let [value, reference] = [own.value, other.value];
  if (isIncident(metric)) {
    value = perNode(value, telemetry, telemetry.onRelease, end - window, end);
    reference = perNode(reference, telemetry, telemetry.onProduction, end - window, end);
  }
  if (value === null || reference === null) return { value: null, samples: 0, whole };
  if (comparison === 'difference') return { value: value - reference, samples, whole };
  return { value: value === reference ? 1 : value / reference, samples, whole };
}

/** A count over the mean number of nodes in the window, or the last that is known; null without nodes. */
function perNode(
  count: number | null,
  telemetry: Telemetry,
  nodes: ArrayLike<number>,
  start: Micros,
  end: Micros,
): number | null {
  let sum = 0;
  let blocks = 0;
  eachBlock(telemetry, start, end, (index) => {
    sum += nodes[index] as number;
    blocks += 1;
  });
  const last = telemetry.count === 0 ? 0 : (nodes[(telemetry.count - 1) % telemetry.size] as number);
  const mean = blocks === 0 ? last : sum / blocks;
  return count === null || mean === 0 ? null : count / mean;
}

type Sample = Pick<Reading, 'value' | 'samples'>;

function readSeries(
  telemetry: Telemetry,
  key: string,
  statistic: Statistic,
  start: Micros,
  end: Micros,
  blockTime: Micros,
): Sample {
  switch (key) {
    case 'liveness.production':
      return production(telemetry, start, end, blockTime, (blocks, slots) => Math.min(1, blocks / slots));
    case 'liveness.missedSlots':
      return production(telemetry, start, end, blockTime, (blocks, slots) => Math.max(0, slots - blocks));
    case 'liveness.finalityLag':
      return finalityLag(telemetry, start, end, blockTime);
    case 'nodes.crashes':
      return crashes(telemetry, start, end, () => true);
    case 'release.crashes':
      return crashes(telemetry, start, end, (released) => released);
    case 'production.crashes':
      return crashes(telemetry, start, end, (released) => !released);
    case 'rewards.mismatch':
      return overBlocks(telemetry, telemetry.mismatch, 'sum', start, end);
    case 'liveness.blockInterval':
      return overBlocks(telemetry, telemetry.interval, statistic, start, end);
    case 'liveness.finality':
      return overBlocks(telemetry, telemetry.finality, statistic, start, end);
    case 'liveness.participation':
      return overBlocks(telemetry, telemetry.participation, statistic, start, end);
    case 'release.participation':
      return overBlocks(telemetry, telemetry.releaseParticipation, statistic, start, end);
    case 'production.participation':
      return overBlocks(telemetry, telemetry.productionParticipation, statistic, start, end);
    case 'liveness.rounds':
      return overBlocks(telemetry, telemetry.rounds, statistic, start, end);
    case 'proofs.latency':
      return overBlocks(telemetry, telemetry.proofLatency, statistic, start, end);
    case 'proofs.backlog':
      return overBlocks(telemetry, telemetry.proofBacklog, statistic, start, end);
    case 'proofs.queue':
      return overBlocks(telemetry, telemetry.proofQueue, statistic, start, end);
    case 'proofs.utilisation':
      return overBlocks(telemetry, telemetry.proofUtilisation, statistic, start, end);
    case 'proofs.cacheHit':
      return overBlocks(telemetry, telemetry.cacheHit, 'mean', start, end);
    case 'proofs.cacheOccupancy':
      return overBlocks(telemetry, telemetry.cacheOccupancy, statistic, start, end);
    case 'proofs.cacheEvictions':
      return overBlocks(telemetry, telemetry.cacheEvictions, statistic, start, end);
    case 'validators.diverged':
      return overBlocks(telemetry, telemetry.diverged, statistic, start, end);
    default:
      return NOTHING;
  }
}

function crashes(telemetry: Telemetry, start: Micros, end: Micros, belongs: (released: boolean) => boolean): Sample {
  const hits = telemetry.stops.filter((stop) => stop.at > start && stop.at <= end && belongs(stop.release));
  return { value: hits.length, samples: Math.max(1, hits.length) };
}

/** Calls back with the ring index of every block finalized in (start, end], newest first. */
function eachBlock(telemetry: Telemetry, start: Micros, end: Micros, visit: (index: number) => void): void {
  const oldest = Math.max(0, telemetry.count - telemetry.size);
  for (let block = telemetry.count - 1; block >= oldest; block -= 1) {
    const index = block % telemetry.size;
    const at = telemetry.at[index] as number;
    if (at <= start) return;
    if (at <= end) visit(index);
  }
}

function production(
  telemetry: Telemetry,
  start: Micros,
  end: Micros,
  blockTime: Micros,
  ratio: (blocks: number, slots: number) => number,
): Sample {
  let blocks = 0;
  eachBlock(telemetry, start, end, () => {
    blocks += 1;
  });
  const slots = Math.floor((end - start) / blockTime);
  return slots === 0 ? NOTHING : { value: ratio(blocks, slots), samples: slots };
}

/** Largest number of slots without a finalized block that an observer saw. */
function finalityLag(telemetry: Telemetry, start: Micros, end: Micros, blockTime: Micros): Sample {
  let lag = 0;
  let later = end;
  let samples = 0;
  eachBlock(telemetry, start, end, (index) => {
    const at = telemetry.at[index] as number;
    lag = Math.max(lag, Math.floor((later - at) / blockTime));
    later = at;
    samples += 1;
  });
  const before = lastBefore(telemetry, start);
  lag = Math.max(lag, Math.floor((later - before) / blockTime));
  return { value: lag, samples: Math.max(1, samples) };
}

/** When the last block at or before `time` was finalized; the start of telemetry if none is known. */
function lastBefore(telemetry: Telemetry, time: Micros): Micros {
  const oldest = Math.max(0, telemetry.count - telemetry.size);
  for (let block = telemetry.count - 1; block >= oldest; block -= 1) {
    const at = telemetry.at[block % telemetry.size] as number;
    if (at <= time) return at;
  }
  return telemetry.since;
}

function overBlocks(
  telemetry: Telemetry,
  series: ArrayLike<number>,
  statistic: Statistic,
  start: Micros,
  end: Micros,
): Sample {
  const values: number[] = [];
  eachBlock(telemetry, start, end, (index) => {
    const value = series[index] as number;
    if (!Number.isNaN(value)) values.push(value);
  });
  if (values.length === 0) return NOTHING;
  return { value: reduce(values, statistic), samples: values.length };
}

function reduce(values: readonly number[], statistic: Statistic): number {
  switch (statistic) {
    case 'sum':
      return values.reduce((sum, value) => sum + value, 0);
    case 'mean':
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    case 'min':
      return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
    case 'max':
      return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    case 'p50':
      return nearestRank(values, 0.5);
    case 'p90':
      return nearestRank(values, 0.9);
    case 'p95':
      return nearestRank(values, 0.95);
    case 'p99':
      return nearestRank(values, 0.99);
    default:
      return unreachable(statistic);
  }
}

function nearestRank(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort(); // by value, without a comparator: checks read thousands of windows
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] as number;
}
