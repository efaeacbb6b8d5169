import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '#base/time';
import { scheduleFaults } from '#model/handlers/faults';
import { startRollout } from '#model/handlers/rollout';
import type { AsBuiltPlan, ChannelPlan, FaultPlan, GatePhasePlan, Plan, RewardBug } from '#model/plan';
import { advanceWorld, createPilotCache, createWorld, rehearse } from '#model/rehearsal';
import type { Run } from '#model/world';
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
    const audits = timeline?.filter(({ kind }) => kind === 'audit').map(({ subject, cause }) => [subject, cause]);
    expect(audits).toEqual([
      ['rewards', '10 epochs: exact'],
      ['telemetry', 'telemetry-gap: restart of 1'],
    ]);
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

describe('telemetry', () => {
  const trouble = { name: 'trouble', probability: 1, duration: { kind: 'constant', value: 10 * MINUTE } } as const;
  const trigger = { kind: 'after', channel: 'chain', step: 'everything', delay: 30 * MINUTE } as const;
  const target = { kind: 'validators', validators: [2, 5] } as const;
  const told = (faults: readonly FaultPlan[]) => {
    const { timeline, findings, metrics } = run(economyPlan({ faults }));
    const words = timeline?.filter(({ subject }) => subject === 'telemetry').map(({ cause }) => cause);
    return { words, findings, gap: metrics['rewards.telemetryGap'] as number };
  };

  test('says what was paid if nobody disturbs it', () => {
    expect(told([])).toEqual({ words: [], findings: [], gap: 0 });
  });

  test.each([
    ['restart', { ...trouble, kind: 'crash', trigger, target }],
    ['partition', { ...trouble, kind: 'partition', direction: 'both', moves: null, trigger, target }],
    ['drift', { ...trouble, kind: 'drift', gate: 'everything', trigger, target }],
  ] satisfies readonly [string, FaultPlan][])('has a gap after a %s, and the payment is exact', (reason, fault) => {
    const { words, findings, gap } = told([fault]);
    expect({ words, findings }).toEqual({ words: [`telemetry-gap: ${reason} of 2`], findings: [] });
    expect(gap).toBeGreaterThan(0);
    expect(gap).toBeLessThan(0.05);
  });

  test('of sound nodes differs where most nodes pay by a drifted rule', () => {
    const most = { kind: 'validators', validators: [0, 1, 2, 3, 4, 5] } as const;
    const { words, findings } = told([{ ...trouble, kind: 'drift', gate: 'everything', trigger, target: most }]);
    expect(findings.map(({ cause }) => cause)).toEqual(['wrong-bonus']);
    expect(words).toEqual(['telemetry-gap: drift of 1']);
  });
});

describe('rules with numbers of their own', () => {
  test.each(['A', 'B', 'D'] as const)('of rule %s are paid to the unit', (rule) => {
    const plan = economyPlan({ faults: [leaderCrash] });
    const terms = {
      ledgerBase: 7,
      ledgerBonus: 1_234,
      witnessReward: 3,
      leaderPool: 5_500,
      witnessPool: 1_100,
      minHours: 300,
    };
    const { findings, metrics } = run({ ...plan, rewards: { ...plan.rewards, rule, terms, base: 1_001 } });
    expect(findings.filter(({ cause }) => cause !== 'shortfall')).toEqual([]);
    expect(metrics['rewards.validatorsOff']).toBe(0);
  });

  test('reach the payment', () => {
    const world = createWorld(economyPlan(), 'seed', 0, false);
    startRollout(world);
    const termsOf = (rule: Plan['rewards']['rule']) => {
      const { plan } = world;
      const changed = {
        ...plan,
        rewards: { ...plan.rewards, rule, terms: { ...plan.rewards.terms, ledgerBase: 8, minHours: 30 } },
      };
      const other = createWorld(changed, 'seed', 0, false);
      startRollout(other);
      return other.run?.economy.terms;
    };
    expect(termsOf('A')).toMatchObject({ base: 8n, leaderBonus: 2_000 });
    expect(termsOf('B')).toMatchObject({ base: 100_000_000n, witnessReward: 50_000_000n });
    expect(termsOf('D')).toMatchObject({ base: 100_000_000n, leaderPool: 6_000, witnessPool: 3_000, minHours: 30 });
  });
});

describe('a committee for every block', () => {
  const TIED = {
    stakeMean: 1_000,
    stakeExponent: 0,
    hours: [720, 720],
    successes: [1_000, 1_000],
    newcomers: 0,
  } as const;
  const perBlock = (bug: RewardBug | null) => {
    const plan = economyPlan({ faults: [leaderCrash], channels: [switchedOn(7, HOUR)] }, { committeePerBlock: true });
    const validators = { ...plan.validators, ...TIED };
    return run({ ...plan, validators, rewards: { ...plan.rewards, bug, auditEpochs: 5 } });
  };

  test('is paid to the unit, epoch by epoch', () => {
    const { findings, metrics, timeline } = perBlock(null);
    expect(findings).toEqual([]);
    expect(metrics).toMatchObject({ 'rewards.relativeError': 0, 'rewards.auditFindings': 0 });
    const told = timeline?.filter(({ kind, subject }) => kind === 'audit' && subject === 'rewards');
    expect(told?.map(({ cause }) => cause)).toEqual(['5 epochs: exact']);
  });

  test.each([
    { kind: 'rounding' },
    { kind: 'missing-epoch', epoch: 2 },
    { kind: 'failed-rounds' },
    { kind: 'double-payment' },
  ] satisfies RewardBug[])('has its audit, which names $kind and nothing else', (bug) => {
    const { findings } = perBlock(bug);
    expect(findings.map(({ cause }) => cause)).toEqual([bug.kind]);
    if (bug.kind === 'missing-epoch') expect(findings[0]?.epochs).toEqual([2]);
  });
});

describe('witnesses', () => {
  const heard = (count: number, built: Partial<AsBuiltPlan> = {}): number => {
    const plan = economyPlan({ channels: [switchedOn(4, 20 * MINUTE)] }, built);
    const { metrics, findings } = run({ ...plan, witnesses: { count, online: 1, peerScores: true } });
    expect(findings).toEqual([]);
    return metrics['rewards.witnessesPaid'] as number;
  };

  test('of a block are heard as far as their bucket and the queue behind it go, and paid exactly', () => {
    expect(heard(16)).toBe(16);
    // 128 at once, up to 256 that wait come 250 ms later or two times that; too late for the last block of an epoch.
    expect(heard(300)).toBeGreaterThan(295);
    expect(heard(500)).toBeGreaterThan(376);
    expect(heard(500)).toBeLessThanOrEqual(384);
  });

  test('are heard four a second after the burst, if the bucket refills as built', () => {
    const paid = heard(64, { witnessRefill: true });
    expect(paid).toBeGreaterThan(18);
    expect(paid).toBeLessThan(32);
  });
});

describe('peers', () => {
  const paid = (online: number, peerScores: boolean): number => {
    const plan = economyPlan({ channels: [switchedOn(4, 90 * MINUTE)] });
    const { metrics, findings } = run({ ...plan, witnesses: { count: 16, online, peerScores } });
    expect(findings).toEqual([]);
    return metrics['rewards.witnessesPaid'] as number;
  };

  test('take no more attestations of witnesses that miss most of the blocks', () => {
    expect(paid(0.4, false)).toBeGreaterThan(6);
    expect(paid(0.4, true)).toBeLessThan(2);
    expect(paid(0.95, true)).toBe(paid(0.95, false));
  });

  test('vouch for who proves its uptime, if feedback enters the score: nobody else comes to the same score', () => {
    const base = makePlan({ channels: [dwelling('chain', 4, 8 * HOUR)], horizon: 9 * HOUR });
    const scoresOf = (peerFeedback: boolean) => {
      const world = createWorld({ ...base, validators: { ...base.validators, peerFeedback } }, 'seed', 0, false);
      const cache = createPilotCache();
      scheduleFaults(world);
      startRollout(world);
      while (world.rollout.state !== 'ended' && advanceWorld(world, cache));
      const { feedback, score } = (world.run as Run).chain.population;
      return { feedback: [...feedback], score: score[0] as number };
    };
    expect(scoresOf(false).feedback).toEqual([0, 0, 0, 0]);
    const vouched = scoresOf(true);
    expect(Math.min(...vouched.feedback)).toBeGreaterThanOrEqual(7);
    expect(vouched.score).toBeGreaterThan(scoresOf(false).score + 0.01);
  });
});

describe('witnesses that miss votes', () => {
  const trigger = { kind: 'after', channel: 'chain', step: 'everything', delay: 20 * MINUTE } as const;
  const away: FaultPlan = {
    ...leaderCrash,
    name: 'away',
    trigger,
    duration: { kind: 'constant', value: 2 * MINUTE },
    target: { kind: 'validators', validators: [2] },
  };
  const withholder: FaultPlan = {
    kind: 'byzantine',
    name: 'withholder',
    behaviour: 'withhold',
    probability: 1,
    trigger,
    acts: 1,
    heights: [0, Number.MAX_SAFE_INTEGER],
    rounds: [0, Number.MAX_SAFE_INTEGER],
    share: 0,
    delay: null,
    perHeight: 0,
    duration: { kind: 'constant', value: 2 * MINUTE },
    target: { kind: 'validators', validators: [4] },
  };
  const judged = (fault: FaultPlan, over: Partial<Plan['slashing']> = {}, online = 0.95) => {
    const plan = economyPlan({ faults: [fault], channels: [switchedOn(7, 40 * MINUTE)] });
    const { metrics } = run({
      ...plan,
      slashing: { ...plan.slashing, ...over },
      witnesses: { count: 16, online, peerScores: true },
    });
    return {
      reported: metrics['slashing.reported'],
      innocent: metrics['slashing.reportedInnocent'],
      punished: metrics['slashing.innocent'],
    };
  };

  test('report who withholds them, and who is only down as well', () => {
    expect(judged(withholder)).toMatchObject({ reported: 1, innocent: 0 });
    expect(judged(away)).toMatchObject({ reported: 1, innocent: 1 });
  });

  test('cost nothing under the recommended profile, and a tier under that of the library', () => {
    expect(judged(away)).toMatchObject({ reported: 1, punished: 0 });
    expect(judged(away, { profile: 'lib' })).toMatchObject({ reported: 1, punished: 1 });
  });

  test('are not enough if too few of them are there', () => {
    expect(judged(away, { witnessReports: 1 }, 0.1)).toMatchObject({ reported: 0, innocent: 0 });
  });
});

describe('who signs twice', () => {
  const twice: FaultPlan = {
    kind: 'byzantine',
    name: 'twice',
    behaviour: 'equivocate-vote',
    probability: 1,
    trigger: { kind: 'after', channel: 'chain', step: 'everything', delay: 20 * MINUTE },
    acts: 1,
    heights: [0, Number.MAX_SAFE_INTEGER],
    rounds: [0, Number.MAX_SAFE_INTEGER],
    share: 0,
    delay: null,
    perHeight: 0,
    duration: { kind: 'constant', value: MINUTE },
    target: { kind: 'validators', validators: [4] },
  };
  const returns = (over: Partial<Plan> = {}, slashing: Partial<Plan['slashing']> = {}): (number | undefined)[] => {
    const plan = economyPlan({ faults: [twice], channels: [switchedOn(7, 30 * HOUR)], horizon: 40 * HOUR, ...over });
    const { timeline } = run({ ...plan, slashing: { ...plan.slashing, ...slashing } });
    const of = (kind: string, words: string) => timeline?.find((one) => one.kind === kind && one.cause.includes(words));
    const slashed = of('slash', 'double-sign')?.at;
    const back = of('appeal', 'new identity')?.at;
    return [slashed, back === undefined || slashed === undefined ? undefined : (back - slashed) / HOUR];
  };

  test('is back after a day of uptime and ten duties as a witness, unless it is banned', () => {
    const [slashed, after] = returns();
    expect(slashed).toBeGreaterThan(0);
    expect(after).toBeGreaterThan(24);
    expect(after).toBeLessThan(24.3);
    expect(returns({}, { banDoubleSign: true })).toEqual([slashed, undefined]);
  });

  test('is not back where nobody does duty as a witness', () => {
    const silent = { count: 16, online: 0, peerScores: true };
    expect(returns({ witnesses: silent })[1]).toBeUndefined();
  });
});

describe('timetoke records', () => {
  const crash: FaultPlan = { ...leaderCrash, target: { kind: 'validators', validators: [1] } };
  const hoursOf = (over: Partial<Plan['validators']>): readonly number[] => {
    const early: FaultPlan = { ...crash, trigger: { kind: 'at', time: 30 * MINUTE } };
    const base = makePlan({ faults: [early], channels: [dwelling('chain', 5, 8 * HOUR)], horizon: 12 * HOUR });
    const world = createWorld(
      { ...base, validators: { ...base.validators, hours: [200, 200], ...over } },
      'seed',
      0,
      false,
    );
    const cache = createPilotCache();
    scheduleFaults(world);
    startRollout(world);
    while (world.rollout.state !== 'ended' && advanceWorld(world, cache));
    return [...(world.run?.chain.population.hours ?? [])];
  };

  test('have to be replayed before a node that was down proves its uptime again', () => {
    const lost = (over: Partial<Plan['validators']>): number => {
      const hours = hoursOf(over);
      return (hours[0] as number) - (hours[1] as number);
    };
    const soon = lost({});
    expect(soon).toBeLessThanOrEqual(1);
    expect(lost({ replay: { kind: 'constant', value: 3 * HOUR } })).toBeGreaterThan(soon + 1);
  });

  test('are asked for again after a failure; the shares of success and times are measured', () => {
    const base = economyPlan({ faults: [crash], channels: [switchedOn(5, 2 * HOUR)] });
    const metricsOf = (replaySuccess: number) =>
      run({ ...base, validators: { ...base.validators, replaySuccess } }).metrics;
    expect(metricsOf(1)).toMatchObject({ 'timetoke.replaySuccess': 1 });
    expect(metricsOf(1)['timetoke.replay.p50']).toBeGreaterThan(4.5e6);
    expect(metricsOf(1)['timetoke.replay.p50']).toBeLessThan(5.5e6);
    expect(metricsOf(0.2)['timetoke.replaySuccess']).toBeLessThan(0.6);
    expect(metricsOf(0.2)['timetoke.replaySuccess']).toBeGreaterThan(0);
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
  const world = createWorld({ ...base, validators: { ...base.validators, hours: [200, 200] } }, 'seed', 0, false);
  const cache = createPilotCache();
  scheduleFaults(world);
  startRollout(world);
  while (world.rollout.state !== 'ended' && advanceWorld(world, cache));
  const hours = world.run?.chain.population.hours ?? [];
  expect(hours[1]).toBe((hours[0] as number) - 1);
});
