/**
 * Hourly aggregates of the active chain, kept only when details are asked for.
 */
import { HOUR, type Micros } from '#base/time';
import { quantileType7, sortValues } from '#stats/quantile';
import type { HourState, Run, World } from '../world.js';
import type { Block } from './block.js';

export function createHour(start: Micros): HourState {
  return {
    start,
    blocks: 0,
    intervalSum: 0,
    finalitySum: 0,
    finalityMax: 0,
    participationSum: 0,
    roundsSum: 0,
    proofLatencySum: 0,
    proofLatencies: [],
    proofs: 0,
    backlogs: 0,
    proofBacklogMax: 0,
  };
}

/** Adds one block to the hour it was finalized in; closes the hours before. */
export function noteHour(
  world: World,
  run: Run,
  block: Block,
  interval: Micros,
  finality: Micros,
  latencies: readonly Micros[],
  backlog: number,
): void {
  if (!world.details) return;
  closeHours(world, run, block.at, block.height - 1);
  const hour = world.hour;
  hour.blocks += 1;
  hour.intervalSum += interval;
  hour.finalitySum += finality;
  hour.finalityMax = Math.max(hour.finalityMax, finality);
  hour.participationSum += block.participation;
  hour.roundsSum += block.rounds;
  for (const latency of latencies) {
    hour.proofLatencySum += latency;
    hour.proofLatencies.push(latency);
  }
  hour.proofs += latencies.length;
  hour.backlogs += 1;
  hour.proofBacklogMax = Math.max(hour.proofBacklogMax, backlog);
}

/** Closes every hour that is over at `now`, while who is down then is still known. */
export function closeHours(world: World, run: Run, now: Micros, height: number): void {
  if (!world.details) return;
  while (now >= world.hour.start + HOUR) closeHour(world, run, world.hour.start + HOUR, height);
}

/** Closes the window of a channel at `end`: the hours that are over, and what is left of the last one. */
export function closeWindow(world: World, run: Run, end: Micros, height: number): void {
  closeHours(world, run, end, height);
  closeHour(world, run, end, height);
}

/** Writes the record of the hour under way, up to `end`, and opens the next one there. */
function closeHour(world: World, run: Run, end: Micros, height: number): void {
  if (!world.details || end <= world.hour.start) return;
  const { hour } = world;
  const mean = (sum: number, count: number): number | null => (count === 0 ? null : sum / count);
  world.hours.push({
    start: hour.start,
    channel: world.plan.channels[world.rollout.channel]?.name ?? '',
    height,
    slots: Math.floor((end - hour.start) / run.chain.blockTime),
    blocks: hour.blocks,
    intervalMean: mean(hour.intervalSum, hour.blocks),
    finalityMean: mean(hour.finalitySum, hour.blocks),
    finalityMax: hour.blocks === 0 ? null : hour.finalityMax,
    participationMean: mean(hour.participationSum, hour.blocks),
    roundsMean: mean(hour.roundsSum, hour.blocks),
    proofLatencyMean: mean(hour.proofLatencySum, hour.proofs),
    proofLatencyP50: hour.proofs === 0 ? null : Math.round(quantileType7(sortValues(hour.proofLatencies), 0.5)),
    proofBacklogMax: hour.backlogs === 0 ? null : hour.proofBacklogMax,
    validatorsDown: run.chain.up.reduce((down, up) => down + (up === 0 ? 1 : 0), 0),
  });
  world.hour = createHour(end);
}
