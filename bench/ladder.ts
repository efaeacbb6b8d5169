/**
 * Birth-death chains whose chance to reach a level before they come back is known exactly: what splitting is held
 * against.
 *
 * The jump chain from state i goes up with probability upward[i]. With ρ_i = down over up at i, the chance to reach `top`
 * from 1 before 0 is 1 ÷ (1 + Σ_{j=1}^{top−1} Π_{i≤j} ρ_i), the gambler's ruin with odds that change.
 * Source: Karlin & Taylor 1975, "A First Course in Stochastic Processes", chapter 4, section 7.
 */
import { deriveKey, drawUint32 } from '#kernel/draw';
import { createStream, nextUnit, type Stream, streamKey } from '#kernel/stream';
import type { Branch, Paths } from '#stats/splitting';

export interface Ladder {
  readonly upward: readonly number[]; // by state, from 1 on: probability that the next jump goes up
  readonly top: number;
}

export interface Climber {
  height: number; // 0: it came back
  jumps: number;
  readonly stream: Stream;
}

/** Customers in an M/M/1 queue of load `load`: overflow at `top` before it is empty again. */
export function queueLadder(load: number, top: number): Ladder {
  return { upward: Array.from({ length: top }, () => load / (1 + load)), top };
}

/**
 * Machines down of `n`, each failing at rate `fail` and repaired on its own at rate 1: outage once `top` are down, before
 * all are up again.
 */
export function outageLadder(n: number, top: number, fail: number): Ladder {
  const upward = Array.from({ length: top }, (_, down) => {
    const failing = (n - down) * fail;
    return failing / (failing + down);
  });
  return { upward, top };
}

/** The chance to reach the top from height 1 before height 0. */
export function chanceOf({ upward, top }: Ladder): number {
  let sum = 1;
  let product = 1;
  for (let height = 1; height < top; height += 1) {
    const up = upward[height] as number;
    product *= (1 - up) / up;
    sum += product;
  }
  return 1 / sum;
}

/** Climbs from height 1, to be split by height. */
export function climbs(ladder: Ladder, seed: string): Paths<Climber> {
  const { upward, top } = ladder;
  const dealKey = streamKey(seed, 0, 'deal');
  const streamOf = ({ repeat, level, clone }: Branch): Stream => {
    return createStream(seed, repeat, `${level}/${clone}`);
  };
  return {
    start: (branch) => ({ height: 1, jumps: 0, stream: streamOf(branch) }),
    clone: (climber) => structuredClone(climber),
    rekey: (climber, branch) => {
      Object.assign(climber.stream, streamOf(branch));
    },
    advance: (climber) => {
      if (climber.height === 0) return false;
      climber.height += nextUnit(climber.stream) < (upward[climber.height] as number) ? 1 : -1;
      climber.jumps += 1;
      return true;
    },
    level: ({ height }) => height,
    happened: ({ height }) => height === top,
    cost: ({ jumps }) => jumps,
    pick: ({ repeat, level, clone }, bound) => {
      const word = drawUint32(deriveKey(deriveKey(dealKey, repeat), level), clone);
      return Math.floor((word / 4_294_967_296) * bound);
    },
  };
}
