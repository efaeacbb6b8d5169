/** Branches of a replication: the same past, other luck, nothing forgotten. */
import { expect, test } from 'vitest';
import { HOUR, MINUTE } from '#base/time';
import { copyWorld, rekeyWorld } from '#model/handlers/branch';
import { LEVELS, type LevelName } from '#model/handlers/levels';
import type { FaultPlan } from '#model/plan';
import { advanceWorld, beginWorld, createPilotCache, createWorld, endWorld } from '#model/rehearsal';
import type { Run, World } from '#model/world';
import { dwelling, makePlan } from '../../../fixtures/plan.js';

const crashes: FaultPlan = {
  kind: 'crash',
  name: 'crashes',
  probability: 1,
  trigger: { kind: 'rate', regular: false, every: 20 * MINUTE, channel: null },
  duration: { kind: 'exponential', mean: 5 * MINUTE },
  target: { kind: 'count', count: 1, of: 'chain' },
};
const defect: FaultPlan = {
  kind: 'bad-release',
  name: 'defect',
  probability: 1,
  trigger: { kind: 'at', time: 0 },
  perHeight: 1e-3,
  defect: 'crash',
  share: 0.2,
  minUpgraded: 1,
  gate: null,
};
const PLAN = {
  ...makePlan({ channels: [dwelling('mainnet', 7, 2 * HOUR)], faults: [crashes, defect], horizon: 3 * HOUR }),
  fidelity: 'block',
} as const;
const cache = createPilotCache();

function begin(replication: number): World {
  const world = createWorld(PLAN, 'branch', replication, false);
  beginWorld(world);
  return world;
}

function advanceTo(world: World, time: number): World {
  while (world.now < time && world.rollout.state !== 'ended' && advanceWorld(world, cache));
  return world;
}

function finish(world: World) {
  return endWorld(advanceTo(world, Number.POSITIVE_INFINITY));
}

test('a copy goes on as the original, and the original as if it had not been copied', () => {
  const world = advanceTo(begin(1), HOUR);
  const copy = finish(copyWorld(world));
  expect(copy).toEqual(finish(world));
  expect(copy).toEqual(finish(begin(1)));
});

test('a height that was computed ahead is the same in a branch that has to repeat it', () => {
  const plan = { ...PLAN, fidelity: 'message' } as const;
  const world = createWorld(plan, 'branch', 3, false);
  beginWorld(world);
  for (let branches = 0; branches < 20; ) {
    expect(advanceWorld(world, cache)).toBe(true);
    const { chain } = world.run as Run;
    if (!chain.lookahead.open) continue;
    branches += 1;
    const branch = copyWorld(world);
    rekeyWorld(branch, 1_000 + branches);
    const { chain: own } = branch.run as Run;
    expect([own.lookahead.open, own.tip, own.tipAt]).toEqual([false, chain.tip, chain.tipAt]);
    advanceTo(branch, world.now + 10 * MINUTE);
    expect(own.tip).toBeGreaterThan(chain.tip);
  }
});

test('branches part; the same number takes the same way', () => {
  const world = advanceTo(begin(1), HOUR);
  const branch = (replication: number) => {
    const copy = copyWorld(world);
    rekeyWorld(copy, replication);
    return finish(copy);
  };
  const first = branch(77);
  expect(first).toEqual(branch(77));
  expect(first.fingerprint).not.toBe(branch(78).fingerprint);
  expect(first.fingerprint).not.toBe(finish(world).fingerprint);
});

/** Every stream and key of a world by its path; what was drawn from a key before is left out. */
function luckOf(value: unknown, path: string, found: Map<string, string>): Map<string, string> {
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return found;
  if (/\.(plan|messages|law|population|migrations)$/.test(path)) return found;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  if (entries.map(([name]) => name).join('') === 'abcd') return found.set(path, JSON.stringify(value));
  for (const [name, inner] of entries) {
    const isKey = typeof inner === 'number' && /key$/i.test(String(name));
    if (isKey) found.set(`${path}.${name}`, String(inner));
    else luckOf(inner, `${path}.${name}`, found);
  }
  return found;
}

test('no stream and no key of a branch is that of its origin', () => {
  const world = advanceTo(begin(1), HOUR);
  const before = luckOf(world, 'world', new Map());
  rekeyWorld(world, 2);
  const after = luckOf(world, 'world', new Map());
  expect(before.size).toBeGreaterThan(15);
  expect([...after.keys()]).toEqual([...before.keys()]);
  expect([...after].filter(([path, luck]) => before.get(path) === luck)).toEqual([]);
  expect(world.replication).toBe(2);
});

test('what has no memory is drawn anew, everything else on the agenda stays', () => {
  const world = advanceTo(begin(1), HOUR);
  const waits = Array.from({ length: 300 }, (_, i) => {
    const copy = copyWorld(world);
    rekeyWorld(copy, 100 + i);
    expect(copy.agenda.size).toBeLessThanOrEqual(world.agenda.size + 1);
    const next = copy.defects[0];
    expect(next?.next).toBeGreaterThan(next?.eligible as number);
    return (next?.next as number) - (next?.eligible as number);
  });
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  expect(mean).toBeGreaterThan(800); // 1 000 blocks on average, ± 58
  expect(mean).toBeLessThan(1200);
});

test('level functions say how near it is', () => {
  const world = advanceTo(begin(1), HOUR);
  const level = (name: LevelName) => LEVELS.find((one) => one.name === name)?.of(world) as number;
  const { run } = world;
  if (run === null) throw new Error('a channel has a chain in use');
  run.chain.up.fill(1);
  expect(level('offline')).toBe(0);
  run.chain.up[0] = 0;
  expect(level('offline')).toBeCloseTo(1 / run.chain.n, 6);
  expect(level('halt')).toBe(level('offline'));
  run.chain.up.fill(0);
  expect(level('offline')).toBe(1);
  expect(level('halt')).toBeGreaterThanOrEqual(1);
  world.longestStall = 10 * run.chain.blockTime;
  expect(level('stall')).toBe(10);
  world.worstBacklog = 12;
  expect(level('backlog')).toBe(12);
});
