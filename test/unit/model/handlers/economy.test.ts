import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '#base/time';
import { scheduleFaults } from '#model/handlers/faults';
import { startRollout } from '#model/handlers/rollout';
import type { AsBuiltPlan, ChannelPlan, FaultPlan, GatePhasePlan, Plan, RewardBug } from '#model/plan';
import { advanceWorld, createPilotCache, createWorld, rehearse } from '#model/rehearsal';
import { AS_DESIGNED, dwelling, makePlan } from '../../../fixtures/plan.js';

const EVERYTHING: readonly GatePhasePlan[] = [
  {
    name: 'everything',
    enables: ['malachite_consensus', 'timetoke_rewards', 'witness_network', 'consensus_enforcement'],
    after: [],
    migration: null,
  },
];

/** One chain on which everything is switched on at once. */
function switchedOn(validators: number, dwell: number): ChannelPlan {
  return {
    ...dwelling('chain', validators, dwell),
    steps: [
      { kind: 'upgrade', batchShare: 0.2, pause: 0 },
      { kind: 'gate', phase: 'everything', batchShare: 0.2, pause: 0, mode: 'enforce', needs: [] },
      { kind: 'dwell', time: dwell, epochs: 0 },
    ],
  };
}

function economyPlan(over: Partial<Plan> = {}, built: Partial<AsBuiltPlan> = {}): Plan {
  const plan = makePlan({ gates: EVERYTHING, channels: [switchedOn(7, 2 * HOUR)], horizon: 6 * HOUR, ...over });
  return { ...plan, chain: { ...plan.chain, asBuilt: { ...AS_DESIGNED, ...built } } };
}

const leaderCrash: FaultPlan = {
  kind: 'crash',
  name: 'leader-crash',
  probability: 1,
  trigger: { kind: 'after', channel: 'chain', step: 'everything', delay: 30 * MINUTE },
  duration: { kind: 'constant', value: 10 * MINUTE },
  target: { kind: 'leader' },
};

const run = (plan: Plan) => rehearse(plan, 'seed', 0, { details: true, cache: createPilotCache() });

describe('payment', () => {
  test('is exact over two hours with a crashed leader, whoever recomputes it', () => {
    const { metrics, findings, timeline } = run(economyPlan({ faults: [leaderCrash] }));
    expect(findings).toEqual([]);
    expect(metrics).toMatchObject({
      'rewards.relativeError': 0,
      'rewards.conservationViolations': 0,
      'rewards.validatorsOff': 0,
      'rewards.auditFindings': 0,
    });
    const audits = timeline?.filter(({ kind }) => kind === 'audit').map(({ cause }) => cause);
    expect(audits).toEqual(['10 epochs: exact']);
  });

  const bugs: readonly RewardBug[] = [
    { kind: 'rounding' },
    { kind: 'missing-epoch', epoch: 2 },
    { kind: 'double-payment' },
    { kind: 'wrong-bonus', bonus: 2_000, share: 0.3 },
    { kind: 'failed-rounds' },
    { kind: 'fee-twice' },
    { kind: 'witness-share-twice' },
    { kind: 'pay-slashed' },
  ];
  test.each(bugs)('the audit names $kind, and nothing else', (bug) => {
    const plan = economyPlan({ faults: [leaderCrash] });
    const { findings } = run({ ...plan, rewards: { ...plan.rewards, bug } });
    expect(findings.map(({ cause }) => cause)).toEqual([bug.kind]);
    expect(findings[0]?.accounts.length).toBeGreaterThan(0);
  });
});

describe('as built', () => {
  test('nobody is elected from newcomers, and the chain stands still', () => {
    const { metrics } = run(economyPlan({}, { bootstrap: true }));
    expect(metrics['selection.committeeSize']).toBe(0);
    expect(metrics['liveness.longestStall']).toBeGreaterThan(HOUR);
  });

  test('a dead leader halts the chain if failed rounds do not rotate it, or if nobody waits in vain', () => {
    const stallOf = (built: Partial<AsBuiltPlan>): number => {
      return run(economyPlan({ faults: [leaderCrash] }, built)).metrics['liveness.longestStall'] as number;
    };
    expect(stallOf({})).toBeLessThan(2 * MINUTE);
    expect(stallOf({ leaderIgnoresRound: true })).toBeGreaterThan(9 * MINUTE);
    expect(stallOf({ noViewTimer: true })).toBeGreaterThan(9 * MINUTE);
  });

  test('failed rounds are paid before the quorum is known', () => {
    const { findings } = run(economyPlan({ faults: [leaderCrash] }, { rewardBeforeQuorum: true }));
    expect(findings.map(({ cause }) => cause)).toEqual(['failed-rounds']);
  });

  test('a forged vote costs whom it names, and an appeal gives it back', () => {
    const forger: FaultPlan = {
      kind: 'byzantine',
      name: 'forger',
      behaviour: 'forge',
      probability: 1,
      trigger: { kind: 'at', time: 0 },
      acts: 1,
      heights: [0, Number.MAX_SAFE_INTEGER],
      rounds: [0, Number.MAX_SAFE_INTEGER],
      share: 0,
      delay: null,
      perHeight: 2,
      duration: { kind: 'constant', value: DAY },
      target: { kind: 'validators', validators: [3] },
    };
    const plan = economyPlan({ faults: [forger], fidelity: 'message' }, { framing: true });
    const framed = run({ ...plan, slashing: { ...plan.slashing, profile: 'node' } });
    expect(framed.metrics['slashing.innocent']).toBeGreaterThan(0);
    const appealed = run({
      ...plan,
      slashing: { ...plan.slashing, profile: 'node', appeals: 1, vote: { kind: 'constant', value: MINUTE } },
    });
    expect(appealed.metrics['slashing.overturned']).toBeGreaterThan(0);
    const fair = run({ ...economyPlan({ faults: [forger], fidelity: 'message' }), slashing: plan.slashing });
    expect(fair.metrics['slashing.innocent']).toBe(0);
  });
});

test('a node that is always on reaches 720 hours of timetoke after about 31 days', () => {
  const base = makePlan({ channels: [dwelling('chain', 4, 33 * DAY)], horizon: 34 * DAY, fidelity: 'block' });
  const plan: Plan = {
    ...base,
    chain: { ...base.chain, epochBlocks: 1440 },
    validators: { ...base.validators, hours: [0, 0], newcomers: 0 },
  };
  const world = createWorld(plan, 'seed', 0, false);
  const cache = createPilotCache();
  scheduleFaults(world);
  startRollout(world);
  let reached = Number.NaN;
  while (advanceWorld(world, cache)) {
    if (Number.isNaN(reached) && world.run?.chain.population.hours[0] === 720) reached = world.now;
  }
  expect(reached / DAY).toBeGreaterThan(31);
  expect(reached / DAY).toBeLessThan(32.5);
});

test('a window of uptime counts only for a node that was up through all of it', () => {
  const crash: FaultPlan = {
    kind: 'crash',
    name: 'crash',
    probability: 1,
    trigger: { kind: 'at', time: 90 * MINUTE },
    duration: { kind: 'constant', value: 5 * MINUTE },
    target: { kind: 'validators', validators: [1] },
  };
  const base = makePlan({ channels: [dwelling('chain', 4, 6 * HOUR)], horizon: 7 * HOUR, faults: [crash] });
  const world = createWorld({ ...base, validators: { ...base.validators, hours: [0, 0] } }, 'seed', 0, false);
  const cache = createPilotCache();
  scheduleFaults(world);
  startRollout(world);
  while (world.rollout.state !== 'ended' && advanceWorld(world, cache));
  const hours = world.run?.chain.population.hours ?? [];
  expect(hours[1]).toBe((hours[0] as number) - 1);
});
