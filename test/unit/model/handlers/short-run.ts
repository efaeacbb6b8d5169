/** Short runs at message level: a block a second on a network without loss, one fault or two. */
import { MINUTE, SECOND } from '#base/time';
import { scheduleFaults } from '#model/handlers/faults';
import { schedulePhases } from '#model/handlers/phases';
import { startRollout } from '#model/handlers/rollout';
import type { Outcome } from '#model/outcome';
import type { Behaviour, ByzantineFault, ChainPlan, FaultPlan, NetworkPlan, Plan } from '#model/plan';
import { advanceWorld, createPilotCache, createWorld, rehearse } from '#model/rehearsal';
import type { Run, World } from '#model/world';
import { dwelling, makePlan } from '../../../fixtures/plan.js';

export const SLOTS = 60;
const FOREVER = 24 * 60 * MINUTE;

export const constant = (value: number) => ({ kind: 'constant', value }) as const;

export interface ShortPlan {
  readonly slots?: number; // of a second each
  readonly faults?: readonly FaultPlan[];
  readonly chain?: Partial<ChainPlan>;
  readonly network?: Partial<NetworkPlan>;
  readonly over?: Partial<Plan>;
}

export function shortPlan(n: number, { slots = SLOTS, faults = [], chain, network, over }: ShortPlan = {}): Plan {
  const base = makePlan();
  return {
    ...base,
    fidelity: 'message',
    horizon: 2 * slots * SECOND,
    channels: [dwelling('mainnet', n, slots * SECOND)],
    faults,
    chain: {
      ...base.chain,
      blockTime: SECOND,
      epochBlocks: 1_000_000,
      timeouts: {
        propose: SECOND,
        proposeDelta: SECOND / 2,
        prevote: SECOND / 2,
        prevoteDelta: SECOND / 2,
        precommit: SECOND / 2,
        precommitDelta: SECOND / 2,
        rebroadcast: 2 * SECOND,
        rebroadcastDelta: SECOND,
      },
      ...chain,
    },
    network: { ...base.network, loss: 0, ...network },
    ...over,
  };
}

/** A fault of the given kind on some validators from the start on; what `over` says replaces the rest. */
export function faultOf<K extends FaultPlan['kind']>(
  kind: K,
  validators: readonly number[],
  over: object = {},
): FaultPlan {
  return {
    kind,
    name: kind,
    probability: 1,
    trigger: { kind: 'at', time: 0 },
    duration: constant(FOREVER),
    target: { kind: 'validators', validators },
    ...over,
  } as unknown as FaultPlan;
}

export function byzantine(
  behaviour: Behaviour,
  validators: readonly number[],
  over: Partial<ByzantineFault> = {},
): FaultPlan {
  return faultOf('byzantine', validators, {
    name: behaviour,
    behaviour,
    acts: 1,
    heights: [0, Number.POSITIVE_INFINITY],
    rounds: [0, Number.POSITIVE_INFINITY],
    share: 1,
    delay: null,
    perHeight: 1,
    ...over,
  });
}

export function runOnce(plan: Plan, seed = 'seed', shortcut = true): Outcome {
  return rehearse(plan, seed, 0, { details: true, cache: createPilotCache(), shortcut });
}

/** Plays a plan up to a time, block by block and event by event, and shows the world as it is then. */
export function playUntil(
  plan: Plan,
  time: number,
  seed = 'seed',
  see: (world: World, run: Run) => void = () => undefined,
): { world: World; run: Run } {
  const world = createWorld(plan, seed, 0, true);
  const cache = createPilotCache();
  schedulePhases(world);
  scheduleFaults(world);
  startRollout(world);
  while (world.rollout.state !== 'ended' && world.now < time && advanceWorld(world, cache)) {
    see(world, world.run as Run);
  }
  return { world, run: world.run as Run };
}
