/**
 * What the chain's dashboards hold: a ring of the last blocks and the last unplanned stops, as the probes saw them.
 *
 * `handlers/block` writes it; `probe` reads it with its delay. Times are µs.
 */
import type { Micros } from '#base/time';

export interface Telemetry {
  readonly size: number; // blocks kept
  count: number; // blocks seen
  readonly at: Float64Array; // finalized, by block mod size
  readonly interval: Float64Array;
  readonly finality: Float64Array;
  readonly participation: Float64Array;
  readonly releaseParticipation: Float64Array; // NaN where no node runs the release
  readonly productionParticipation: Float64Array; // of the others; NaN where every node runs it
  readonly onRelease: Uint16Array; // nodes that run the release
  readonly onProduction: Uint16Array; // nodes that do not
  readonly rounds: Uint16Array;
  readonly proofLatency: Float64Array; // NaN until the block's proof is ready
  readonly proofBacklog: Uint16Array; // blocks without proof
  readonly proofQueue: Uint16Array; // jobs that wait for a prover
  readonly proofUtilisation: Float32Array; // share of the provers' time in use
  readonly cacheHit: Uint8Array; // 1: a typical node had verified the proof before the block that carries it came
  readonly cacheOccupancy: Float32Array; // share of a proof cache in use
  readonly cacheEvictions: Float32Array; // per minute
  readonly diverged: Uint16Array; // nodes whose state differs from the chain's
  readonly mismatch: Float64Array; // units paid beyond or below the rule in this block
  readonly stops: { readonly at: Micros; readonly release: boolean }[]; // unplanned, in order
  readonly since: Micros; // nothing before is known: the channel's start
  judgedSince: Micros; // liveness is judged from here on: the end of the last maintenance, or `since`
}

/**
 * @param size - blocks to keep: the longest window of any check, and room
 */
export function createTelemetry(size: number, since: Micros): Telemetry {
  return {
    size,
    count: 0,
    at: new Float64Array(size),
    interval: new Float64Array(size),
    finality: new Float64Array(size),
    participation: new Float64Array(size),
    releaseParticipation: new Float64Array(size),
    productionParticipation: new Float64Array(size),
    onRelease: new Uint16Array(size),
    onProduction: new Uint16Array(size),
    rounds: new Uint16Array(size),
    proofLatency: new Float64Array(size),
    proofBacklog: new Uint16Array(size),
    proofQueue: new Uint16Array(size),
    proofUtilisation: new Float32Array(size),
    cacheHit: new Uint8Array(size),
    cacheOccupancy: new Float32Array(size),
    cacheEvictions: new Float32Array(size),
    diverged: new Uint16Array(size),
    mismatch: new Float64Array(size),
    stops: [],
    since,
    judgedSince: since,
  };
}
