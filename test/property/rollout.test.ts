/**
 * The states of a rollout, checked as a model by random commands: people hold and undo it, nodes crash, configurations
 * drift, backups spoil, time passes. Whatever the order: only known transitions, each told with its cause; something is
 * always pending; and once nobody interferes any more the rollout ends in a result that has a name.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '#base/time';
import type { CheckPlan } from '#model/check-plan';
import { ACTION_ABORT, ACTION_ROLLBACK } from '#model/handlers/action';
import { startFault } from '#model/handlers/faults';
import { hold } from '#model/handlers/guard';
import { disturb } from '#model/handlers/quiet';
import { decideUndo } from '#model/handlers/undoing';
import { ROLLOUT_RESULTS } from '#model/outcome';
import type { FaultPlan, Plan, StepPlan } from '#model/plan';
import { advanceWorld, beginWorld, createPilotCache, createWorld, endWorld, type PilotCache } from '#model/rehearsal';
import type { Rollout, Run, World } from '#model/world';
import { dwelling, makePlan, PLAIN_CHECK } from '../fixtures/plan.js';

type State = Rollout['state'];

/** What a rollout may do next, and nothing else. */
const NEXT: Readonly<Record<State, readonly State[]>> = {
  preparing: ['running', 'deciding'], // for evidence that a channel waits for
  running: ['preparing', 'holding', 'deciding', 'ended'],
  holding: ['running', 'deciding'],
  deciding: ['undoing'],
  undoing: ['stranded', 'recovering'],
  stranded: ['recovering'],
  recovering: ['ended'],
  ended: [],
};

const STEPS: readonly StepPlan[] = [
  { kind: 'upgrade', batchShare: 0.34, pause: MINUTE },
  { kind: 'gate', phase: 'selection', batchShare: 0.34, pause: 0, mode: 'enforce', needs: ['production'] },
  { kind: 'dwell', time: 20 * MINUTE, epochs: 1, most: HOUR },
  { kind: 'gate', phase: 'rewards', batchShare: 0.34, pause: 0, mode: 'enforce', needs: [] },
  { kind: 'dwell', time: 30 * MINUTE, epochs: 0 },
];
const CHECKS: readonly CheckPlan[] = [
  {
    ...PLAIN_CHECK,
    name: 'production',
    rule: {
      kind: 'reading',
      metric: 'liveness.production',
      statistic: 'mean',
      window: 10 * MINUTE,
      against: null,
      success: { comparator: '>=', value: 0.9 },
      failure: { comparator: '<', value: 0.5 },
    },
    interval: MINUTE,
    minSamples: 5,
    consecutiveFailures: 3,
    onFail: 'rollback',
  },
];

const never = { kind: 'at', time: 100 * DAY } as const; // commands start the faults
const lasting = { kind: 'constant', value: 15 * MINUTE } as const;
const common = { probability: 1, trigger: never, duration: lasting };
const FAULTS: readonly FaultPlan[] = [
  { ...common, kind: 'crash', name: 'crash', target: { kind: 'count', count: 4, of: 'chain' } },
  { ...common, kind: 'drift', name: 'drift', gate: 'rewards', target: { kind: 'count', count: 3, of: 'chain' } },
  {
    ...common,
    kind: 'partition',
    name: 'cut',
    direction: 'both',
    moves: null,
    target: { kind: 'count', count: 3, of: 'chain' },
  },
  { ...common, kind: 'storage', what: 'backup', name: 'spoilt', target: { kind: 'leader' } },
];

function planOf(): Plan {
  const channels = ['testnet', 'mainnet'].map((name) => ({ ...dwelling(name, 6, HOUR), steps: STEPS, checks: CHECKS }));
  return makePlan({ channels, faults: FAULTS, horizon: 20 * DAY });
}

interface Model {
  state: State;
  told: number; // entries of the timeline that were looked at
}
interface Real {
  readonly world: World;
  readonly cache: PilotCache;
}

/** Looks at what has become of the rollout since the last look. */
function observe(model: Model, { world }: Real): void {
  const { state } = world.rollout;
  const news = world.timeline.slice(model.told);
  if (state !== model.state) {
    expect(reach(model.state), `${model.state} → ${state}`).toContain(state);
    expect(news.length, `${model.state} → ${state} is told`).toBeGreaterThan(0);
  }
  for (const { kind, subject, cause } of news) {
    expect(subject, kind).not.toBe('');
    expect(cause, kind).not.toBe('');
  }
  if (state !== 'ended') {
    const pending = world.agenda.size + world.watch.size;
    expect(pending > 0 || world.run?.mode !== 'frozen', `${state} has something pending`).toBe(true);
  }
  model.state = state;
  model.told = world.timeline.length;
}

/** States that one event may lead to: a hold may end and a demand come at once. */
function reach(from: State): readonly State[] {
  return [
    ...NEXT[from],
    ...NEXT[from].filter((one) => one === 'running' || one === 'holding').flatMap((one) => NEXT[one]),
  ];
}

function pass(model: Model, real: Real, until: number): void {
  const { world, cache } = real;
  while (world.rollout.state !== 'ended' && world.now < until && advanceWorld(world, cache)) observe(model, real);
}

type Command = fc.Command<Model, Real>;

const passing = (time: number): Command => ({
  check: () => true,
  run: (model, real) => pass(model, real, real.world.now + time),
  toString: () => `pass ${time / MINUTE}m`,
});
const holding = (): Command => ({
  check: ({ state }) => state === 'running',
  run: (model, real) => {
    hold(real.world, 'somebody', 'wants a closer look');
    expect(real.world.rollout.state).toBe('holding');
    observe(model, real);
  },
  toString: () => 'hold',
});
const demanding = (action: number): Command => ({
  check: ({ state }) => state === 'running' || state === 'holding',
  run: (model, real) => {
    const { world } = real;
    decideUndo(world, 'production', action);
    expect(world.rollout.state).toBe('deciding');
    model.state = 'deciding'; // what is told follows with the decision
    observe(model, real);
  },
  toString: () => `demand ${action === ACTION_ABORT ? 'abort' : 'rollback'}`,
});
const striking = (index: number): Command => ({
  check: ({ state }) => state !== 'ended',
  run: (model, real) => {
    const { world } = real;
    const run = world.run as Run;
    if (startFault(world, run, index)) disturb(world, run);
    observe(model, real);
  },
  toString: () => `fault ${FAULTS[index]?.name}`,
});

const commands = fc.commands(
  [
    fc.integer({ min: 1, max: 180 }).map((minutes) => passing(minutes * MINUTE)),
    fc.constant(holding()),
    fc.constantFrom(ACTION_ABORT, ACTION_ROLLBACK).map(demanding),
    fc.nat(FAULTS.length - 1).map(striking),
  ],
  { maxCommands: 14 },
);

test('a rollout knows its states, tells every transition, is never stuck, and ends with a name', () => {
  const results = new Set<string>();
  const cache = createPilotCache();
  fc.assert(
    fc.property(commands, fc.nat(50), (list, replication) => {
      const world = createWorld(planOf(), 'seed', replication, true);
      beginWorld(world);
      const model: Model = { state: world.rollout.state, told: 0 };
      const real: Real = { world, cache };
      fc.modelRun(() => ({ model, real }), list);
      pass(model, real, Number.POSITIVE_INFINITY);
      expect(world.rollout.state).toBe('ended');
      const { result, timeline = [] } = endWorld(world);
      expect(ROLLOUT_RESULTS).toContain(result);
      expect(result).not.toBe('unfinished');
      expect(timeline.filter(({ kind }) => kind === 'end').map(({ subject }) => subject)).toEqual([result]);
      results.add(result);
    }),
    { numRuns: 60 },
  );
  expect([...results].sort()).toEqual(expect.arrayContaining(['aborted', 'completed', 'rolled-back']));
}, 300_000);
