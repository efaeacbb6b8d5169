import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import type { CheckPlan } from '#model/check-plan';
import type { Outcome } from '#model/outcome';
import type { ChannelPlan, FaultPlan, Plan } from '#model/plan';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { check } from '../../../fixtures/check.js';
import { dwelling, makePlan, wholePlan } from '../../../fixtures/plan.js';
import { gatedPlan, migration, REWARD_GATE } from './gated-run.js';

const production = (onFail: CheckPlan['onFail']): CheckPlan =>
  check({ name: 'production', window: 5 * MINUTE, interval: MINUTE, minSamples: 50, consecutiveFailures: 3, onFail });
const crashes: CheckPlan = {
  ...production('abort'),
  name: 'crashes',
  rule: {
    kind: 'reading',
    metric: 'release.crashes',
    statistic: 'max',
    window: 5 * MINUTE,
    against: null,
    success: { comparator: '<', value: 1 },
    failure: null,
  },
  minSamples: 1,
};

const defect = (over: Partial<FaultPlan>): FaultPlan =>
  ({
    kind: 'bad-release',
    name: 'release',
    probability: 1,
    trigger: { kind: 'at', time: 0 },
    defect: 'crash',
    perHeight: 0.01,
    share: 1,
    gate: null,
    minUpgraded: 1,
    ...over,
  }) as FaultPlan;

const crash = (share: number, onset: number, time: number): FaultPlan => ({
  kind: 'crash',
  name: 'outage',
  probability: 1,
  trigger: { kind: 'at', time: onset },
  duration: { kind: 'constant', value: time },
  target: { kind: 'share', share, of: 'chain' },
});

/** A subset of a chain that observes the gates without enforcing them. */
function shadowed(channel: ChannelPlan, validators: number): ChannelPlan {
  const steps = channel.steps.map((step) => (step.kind === 'gate' ? { ...step, mode: 'shadow' as const } : step));
  return { ...channel, name: 'canary', validators, steps };
}

function run(plan: Plan, replication = 0): Outcome {
  return rehearse(plan, 'seed', replication, { details: true, cache: createPilotCache() });
}

function kinds(outcome: Outcome): string[] {
  return (outcome.timeline ?? []).map((transition) => transition.kind);
}

describe('a healthy rollout', () => {
  const outcome = run(makePlan({ channels: [dwelling('testnet', 4, HOUR), wholePlan(7, [production('rollback')])] }));

  test('completes, with every gate active in the order of the plan', () => {
    expect(outcome.result).toBe('completed');
    const active = outcome.timeline?.filter((transition) => transition.kind === 'gate-active');
    expect(active?.map((transition) => transition.subject)).toEqual(['selection', 'rewards', 'proofs', 'slashing']);
    expect(outcome.undone).toEqual([]);
  });

  test('pays exactly, forks nowhere and finalizes nearly every slot', () => {
    expect(outcome.metrics['rewards.relativeError']).toBe(0);
    expect(outcome.metrics['rewards.validatorsOff']).toBe(0);
    expect(outcome.metrics['rewards.conservationViolations']).toBe(0);
    expect(outcome.metrics['safety.violations']).toBe(0);
    expect(outcome.metrics['liveness.slotShare']).toBeGreaterThan(0.98);
  });

  test('gives every transition a cause and a time that never falls', () => {
    const timeline = outcome.timeline ?? [];
    for (const [i, transition] of timeline.entries()) {
      expect(transition.cause).not.toBe('');
      expect(transition.at).toBeGreaterThanOrEqual(timeline[i - 1]?.at ?? 0);
    }
  });

  test('switches a gate on just after an epoch boundary, for all nodes at one height', () => {
    const armed = outcome.timeline?.find((transition) => transition.kind === 'gate-armed');
    expect(armed?.cause).toMatch(/height \d*[1-9]1$|height \d+$/);
    const height = Number(armed?.cause.split(' ').at(-1));
    expect(height % 60).toBe(1);
  });
});

test('a defect that crashes the upgraded nodes aborts the promotion and is named as the cause', () => {
  const canary = shadowed(wholePlan(7, [crashes]), 2);
  const outcome = run(makePlan({ channels: [canary], faults: [defect({})] }));
  expect(outcome.result).toBe('aborted');
  expect(outcome.undone).toMatchObject([{ kind: 'abort', channel: 'canary', check: 'crashes', cause: 'release' }]);
  expect(outcome.undone[0]?.recovery).toBeGreaterThan(0);
  expect(outcome.metrics['rollback.falseAbort']).toBe(0);
});

test('without the defect the same plan and luck complete', () => {
  const canary = shadowed(wholePlan(7, [crashes]), 2);
  const outcome = run(makePlan({ channels: [canary], faults: [defect({ perHeight: 0 } as never)] }));
  expect(outcome.result).toBe('completed');
});

test('an outage under active gates rolls the gates back, all at one height', () => {
  const plan = wholePlan(7, [production('rollback')], 3 * HOUR);
  const outcome = run(makePlan({ channels: [plan], faults: [crash(0.5, 2 * HOUR, 30 * MINUTE)] }));
  expect(outcome.result).toBe('rolled-back');
  expect(outcome.undone).toMatchObject([{ kind: 'gate-rollback', cause: 'outage' }]);
  expect(kinds(outcome).filter((kind) => kind === 'gate-inactive').length).toBeGreaterThan(0);
  expect(outcome.undone[0]?.slotsLost).toBeGreaterThan(0);
  const stall = outcome.timeline?.filter((transition) => transition.kind.startsWith('stall'));
  expect(stall?.map((transition) => transition.kind)).toEqual(['stall-start', 'stall-end']);
  expect(stall?.[0]?.at).toBeLessThan(2 * HOUR + MINUTE);
  expect(stall?.[1]?.at).toBeGreaterThan(2 * HOUR + 30 * MINUTE);
});

test('a defect that most nodes share and that pays wrongly needs a state rollback, and the error is reported', () => {
  const mismatch: CheckPlan = {
    ...production('rollback'),
    name: 'mismatch',
    rule: {
      kind: 'reading',
      metric: 'rewards.mismatch',
      statistic: 'sum',
      window: 5 * MINUTE,
      against: null,
      success: { comparator: '<=', value: 0 },
      failure: null,
    },
    minSamples: 1,
  };
  const faults = [defect({ defect: 'misreward', perHeight: 0.02, gate: 'rewards' } as never)];
  const outcome = run(makePlan({ channels: [wholePlan(7, [mismatch], 3 * HOUR)], faults }));
  expect(outcome.undone).toMatchObject([{ kind: 'state-rollback', check: 'mismatch', cause: 'release' }]);
  expect(outcome.metrics['rewards.relativeError']).toBeGreaterThan(0);
  expect(outcome.metrics['rewards.conservationViolations']).toBeGreaterThan(0);
  const [undo] = outcome.undone;
  const steps = undo?.steps ?? [];
  expect(steps.map(({ name }) => name)).toEqual(['decide', 'notify', 'restore', 'return to normal blocks']);
  expect(steps.reduce((sum, { duration }) => sum + duration, 0)).toBe(undo?.recovery);
  const restored = (2_147_483_648 / 50_000_000) * SECOND; // 2 GiB at 50 MB/s
  expect(steps[2]?.duration).toBeGreaterThan(restored);
  expect(undo?.blocksGivenUp).toBeGreaterThan(0);
});

test('a hold waits for its check and goes on when it succeeds', () => {
  const plan = wholePlan(7, [production('hold')], 4 * HOUR);
  const outcome = run(makePlan({ channels: [plan], faults: [crash(0.5, 3 * HOUR, 20 * MINUTE)] }));
  expect(outcome.result).toBe('completed');
  const seen = kinds(outcome);
  expect(seen.indexOf('hold')).toBeGreaterThan(0);
  expect(seen.indexOf('resume')).toBeGreaterThan(seen.indexOf('hold'));
});

test('a hold during the last batch keeps the gate from being armed until it ends', () => {
  const gate = { ...REWARD_GATE, migration: migration() };
  const seen = check({ name: 'seen', window: MINUTE, onFail: 'hold', consecutiveFailures: 1 });
  const { timeline = [] } = run(gatedPlan(4, { gate, step: { batchShare: 1 }, checks: [seen] }));
  const at = (kind: string): number => timeline.find((one) => one.kind === kind)?.at ?? Number.NaN;
  expect(at('hold')).toBeGreaterThan(at('upgrade'));
  expect(at('gate-armed')).toBeGreaterThanOrEqual(at('resume'));
  expect(at('gate-active')).toBeGreaterThan(at('gate-armed'));
});

test('a hold that outlasts its limit ends in an abort', () => {
  const base = makePlan();
  const plain = production('hold');
  const never = { ...plain, rule: { ...plain.rule, success: { comparator: '>', value: 2 } } } as CheckPlan;
  const operations = { ...base.operations, holdLimit: HOUR };
  const outcome = run(makePlan({ operations, channels: [wholePlan(4, [never])] }));
  expect(outcome.undone).toMatchObject([{ kind: 'abort', check: 'production' }]);
});

test('a horizon that comes first leaves the rollout unfinished', () => {
  const outcome = run(makePlan({ horizon: HOUR, channels: [dwelling('mainnet', 4, 2 * HOUR)] }));
  expect(outcome.result).toBe('unfinished');
  expect(outcome.end).toBe(HOUR);
  expect(outcome.metrics['rollout.completed']).toBe(0);
});

test('drift of a minority costs its votes; drift of half halts the chain once the gate is active', () => {
  const drift = (share: number): FaultPlan => ({
    kind: 'drift',
    name: 'drift',
    probability: 1,
    trigger: { kind: 'at', time: 10 * SECOND },
    gate: 'rewards',
    duration: { kind: 'constant', value: 6 * HOUR },
    target: { kind: 'share', share, of: 'chain' },
  });
  const few = run(makePlan({ channels: [wholePlan(10, [])], faults: [drift(0.2)] }));
  const half = run(makePlan({ channels: [wholePlan(10, [])], faults: [drift(0.5)] }));
  expect(few.metrics['liveness.slotShare']).toBeGreaterThan(0.5);
  expect(half.metrics['liveness.longestStall']).toBeGreaterThan(2 * HOUR);
  expect(few.metrics['safety.forks'] ?? 0).toBe(0);
});

test('hours and blocks of a replication agree', () => {
  const outcome = run(makePlan({ channels: [dwelling('mainnet', 4, 3 * HOUR)] }));
  const blocks = outcome.hours?.reduce((sum, hour) => sum + hour.blocks, 0);
  expect(blocks).toBe(outcome.blocks);
  expect(outcome.hours?.[0]?.blocks).toBeGreaterThanOrEqual(719);
});
