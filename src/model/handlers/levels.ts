/**
 * Level functions: numbers that say how near a replication has come to what rarely happens. Larger is nearer.
 */
import { setAt } from '../chain.js';
import type { Run, World } from '../world.js';
import { canDecide, takesPart } from './conditions.js';

export type LevelName = 'halt' | 'offline' | 'stall' | 'backlog' | 'checks' | 'faults';

export interface LevelFunction {
  readonly name: LevelName;
  readonly text: string;
  readonly of: (world: World) => number;
}

export const LEVELS: readonly LevelFunction[] = [
  {
    name: 'halt',
    text: 'share of the power that takes no part; once no quorum is left, 1 and the slots since the last block',
    of: (world) => (world.run === null ? 0 : haltOf(world, world.run)),
  },
  {
    name: 'offline',
    text: 'share of the power that takes no part in consensus: down, stuck or cut off',
    of: (world) => (world.run === null ? 0 : powerOff(world.run)),
  },
  {
    name: 'stall',
    text: 'slots of the longest time without a block so far, the one under way included',
    of: (world) => (world.run === null ? 0 : longestStall(world) / world.run.chain.blockTime),
  },
  {
    name: 'backlog',
    text: 'most blocks that have waited for their proof at the slowest provers',
    of: (world) => Math.max(world.worstBacklog, world.run?.store.provers.worstBacklog ?? 0),
  },
  {
    name: 'checks',
    text: 'failures in a row of the check that is nearest to failing, over those it takes',
    of: checksFailed,
  },
  {
    name: 'faults',
    text: 'faults under way on the chain in use',
    of: ({ run, occurrences, now }) => {
      return occurrences.reduce((sum, one) => sum + (one.run === run?.id && one.end > now ? 1 : 0), 0);
    },
  },
];

/** The longest time between two blocks so far, and since the last one. */
export function longestStall({ longestStall: past, run, now }: World): number {
  return run === null ? past : Math.max(past, now - run.lastBlockAt);
}

function haltOf(world: World, run: Run): number {
  if (canDecide(run.chain)) return powerOff(run);
  return 1 + Math.max(0, world.now - run.lastBlockAt) / run.chain.blockTime;
}

function powerOff({ chain }: Run): number {
  const { powers, total } = setAt(chain, chain.tip + 1);
  const bySide = new Map<number, number>();
  for (let node = 0; node < chain.n; node += 1) {
    if (chain.network.deaf[node] === 1 || chain.network.mute[node] === 1 || !takesPart(chain, node)) continue;
    const side = chain.network.side[node] as number;
    bySide.set(side, (bySide.get(side) ?? 0) + (powers[node] as number));
  }
  return total === 0 ? 0 : 1 - Math.max(0, ...bySide.values()) / total;
}

function checksFailed({ plan, rollout }: World): number {
  const checks = plan.channels[rollout.channel]?.checks ?? [];
  return rollout.checks.reduce((most, { failuresInRow }, i) => {
    return Math.max(most, failuresInRow / (checks[i]?.consecutiveFailures ?? 1));
  }, 0);
}
