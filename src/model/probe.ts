/**
 * What an observer can see: a statistic of one telemetry series over a window, with the samples behind it.
 *
 * Checks and operators read probes as one reads a dashboard, never the inside of consensus.
 */
import { unreachable } from '#base/assert';
import type { Micros } from '#base/time';
import type { CheckPlan } from './plan.js';
import type { Telemetry } from './telemetry.js';

export interface Reading {
  readonly value: number | null; // in the metric's unit; null without samples
  readonly samples: number;
  readonly whole: boolean; // the window lies within what is known; counts of incidents are whole at once
}

const NOTHING: Reading = { value: null, samples: 0, whole: false };
/** Metrics that say something from the first incident on, and that no maintenance hides. */
const INCIDENTS: readonly string[] = ['release.crashes', 'nodes.crashes', 'rewards.mismatch', 'validators.diverged'];

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
  statistic: CheckPlan['statistic'],
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

type Sample = Pick<Reading, 'value' | 'samples'>;

function readSeries(
  telemetry: Telemetry,
  key: string,
  statistic: CheckPlan['statistic'],
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
    case 'release.crashes':
    case 'nodes.crashes': {
      const released = key === 'release.crashes';
      const hits = telemetry.stops.filter((stop) => stop.at > start && stop.at <= end && (stop.release || !released));
      return { value: hits.length, samples: Math.max(1, hits.length) };
    }
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
  statistic: CheckPlan['statistic'],
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

function reduce(values: readonly number[], statistic: CheckPlan['statistic']): number {
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
