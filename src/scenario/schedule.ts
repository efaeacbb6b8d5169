/**
 * How long a plan takes if nothing goes wrong: dwells, pauses, restarts, and for each gate a full epoch of waiting.
 */
import { DAY, HOUR, type Micros } from '#base/time';
import type { Distribution } from '#kernel/distribution';
import { NORMAL_P99 } from '#kernel/normal';
import type { ChainPlan, ChannelPlan, StepPlan } from '#model/plan';

/** What a schedule needs to know of the chain. */
export type Pace = Pick<ChainPlan, 'epochBlocks' | 'blockTime'>;

/**
 * About the mean of a distribution, truncations aside: good enough to plan with. The kernel has the exact one, but it
 * brings the random streams along, and a `validate` that draws nothing need not wait for them.
 */
export function roughMean(law: Distribution): number {
  switch (law.kind) {
    case 'constant':
      return law.value;
    case 'uniform':
      return (law.min + law.max) / 2;
    case 'exponential':
    case 'normal':
      return law.mean;
    case 'lognormal':
      return Math.min(law.median * Math.exp((law.sigma * law.sigma) / 2), law.max ?? Number.POSITIVE_INFINITY);
    case 'gamma':
      return law.shape * law.scale;
    case 'empirical': {
      const weights = law.weights ?? law.values.map(() => 1);
      return weighted(law.values, weights);
    }
    case 'mixture':
      return weighted(
        law.parts.map((part) => roughMean(part.of)),
        law.parts.map((part) => part.weight),
      );
    case 'zipf': {
      let sum = 0;
      let total = 0;
      for (let rank = 1; rank <= law.n; rank += 1) {
        const weight = Math.exp(-law.exponent * Math.log(rank));
        sum += rank * weight;
        total += weight;
      }
      return sum / total;
    }
  }
}

function weighted(values: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return values.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0) / total;
}

/** About the 99th percentile of a distribution: when the last of many is done. */
export function roughLatest(law: Distribution): number {
  switch (law.kind) {
    case 'constant':
      return law.value;
    case 'uniform':
      return law.max;
    case 'exponential':
      return law.mean * Math.log(100);
    case 'normal':
      return law.mean + NORMAL_P99 * law.deviation;
    case 'lognormal':
      return Math.min(law.median * Math.exp(NORMAL_P99 * law.sigma), law.max ?? Number.POSITIVE_INFINITY);
    case 'gamma':
      return law.scale * (law.shape + 3 * Math.sqrt(law.shape));
    case 'empirical':
      return Math.max(...law.values);
    case 'mixture':
      return Math.max(...law.parts.map((part) => roughLatest(part.of)));
    case 'zipf':
      return law.n;
  }
}

/** Batches in which `validators` nodes are restarted. */
export function countBatches(validators: number, batchShare: number): number {
  return Math.ceil(validators / Math.max(1, Math.ceil(validators * batchShare - 1e-9)));
}

/** Planned time of one step, in µs. */
export function stepTime(step: StepPlan, channel: ChannelPlan, chain: Pace, restart: Distribution): Micros {
  const epoch = chain.epochBlocks * chain.blockTime;
  if (step.kind === 'dwell') return Math.max(step.time, step.epochs * epoch);
  if (step.kind === 'halt-upgrade') return step.after * chain.blockTime + Math.round(roughLatest(step.install));
  if (step.kind === 'approve') return Math.round(roughMean(step.delay));
  const batches = countBatches(channel.validators, step.batchShare);
  const restarts = batches * roughMean(restart) + (batches - 1) * step.pause;
  return Math.round(restarts) + (step.kind === 'gate' ? epoch : 0);
}

export function channelTime(channel: ChannelPlan, chain: Pace, restart: Distribution): Micros {
  return channel.steps.reduce((sum, step) => sum + stepTime(step, channel, chain, restart), 0);
}

/** `time` rounded up to whole hours, or to whole days from ten days on. */
export function roundUp(time: Micros): Micros {
  const unit = time > 10 * DAY ? DAY : HOUR;
  return Math.ceil(time / unit) * unit;
}
