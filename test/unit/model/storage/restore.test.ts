import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SECOND } from '#base/time';
import type { Backup } from '#model/storage/backup';
import { NO_DAMAGE } from '#model/storage/damage';
import { powerBackAt, type RestoreCall, type RestoringNode, restoreChain } from '#model/storage/restore';
import { timeOfSteps } from '#model/storage/step';
import { anyDamage, anyMending, anyPlan, damaged, GIB, storagePlan } from './storage-plan.js';

const PLAN = storagePlan();
const RESTORE = 42_949_673; // 2 GiB at 50 MB/s
const READY = 7_500 + RESTORE + 5_000; // the log read, restored, two commits replayed

function backup(height: number, broken = false): Backup {
  return { height, time: height, bytes: 2 * GIB, takes: 1, damaged: broken, ready: height };
}

function node(changes: Partial<RestoringNode> = {}): RestoringNode {
  const mending = { store: 600 * SECOND, pruning: 300 * SECOND };
  return { power: 1, begin: 0, height: 100, bytes: 2 * GIB, damage: NO_DAMAGE, mending, ...changes };
}

function call(nodes: readonly RestoringNode[], changes: Partial<RestoreCall> = {}): RestoreCall {
  return { now: 1_000, backups: [backup(98)], target: 100, pruning: false, nodes, ...changes };
}

describe('by hand', () => {
  test('four equal nodes that begin one after the other: the quorum is the third', () => {
    const nodes = [30, 0, 20, 10].map((begin) => node({ begin: begin * SECOND }));
    const restore = restoreChain(PLAN, call(nodes));
    expect(restore.height).toBe(100);
    expect(restore.nodes[1]).toEqual({
      steps: [
        { name: 'isolate', time: 0 },
        { name: 'check-log', time: 7_500 }, // 3 × 500 kB at 200 MB/s
        { name: 'restore-backup', time: RESTORE },
        { name: 'replay-log', time: 5_000 }, // two of them
        { name: 'compare-root', time: 0 },
        { name: 'health', time: 0 },
      ],
      ready: READY,
      failures: [],
    });
    expect(restore.quorum).toBe(20 * SECOND + READY);
  });

  test('power counts, not heads: two thirds are no quorum', () => {
    const nodes = [node({ power: 4 }), node({ power: 2, begin: 9 * SECOND })];
    expect(restoreChain(PLAN, call(nodes)).quorum).toBe(9 * SECOND + READY);
    const heavy = [node({ power: 5 }), node({ power: 2, begin: 9 * SECOND })];
    expect(restoreChain(PLAN, call(heavy)).quorum).toBe(READY);
  });

  test('other thresholds: when all are back', () => {
    const nodes = [0, 10, 20].map((begin) => node({ begin: begin * SECOND }));
    const restored = restoreChain(PLAN, call(nodes)).nodes;
    expect([1, 2, 3, 4].map((needed) => powerBackAt(restored, [1, 1, 1], needed))).toEqual([
      ...[READY, READY + 10 * SECOND, READY + 20 * SECOND, null],
    ]);
  });

  test('a backup four heights back is not bridged: all return to the backup itself', () => {
    const restore = restoreChain(PLAN, call([node()], { backups: [backup(96)] }));
    expect(restore.height).toBe(96);
    expect(restore.nodes[0]?.ready).toBe(RESTORE);
    expect(restoreChain(PLAN, call([node()], { backups: [backup(97)] })).height).toBe(100);
  });

  test('no backup above the target is taken, and nobody goes above it', () => {
    const restore = restoreChain(PLAN, call([node()], { backups: [backup(97), backup(99), backup(100)], target: 98 }));
    expect(restore.choice.backup?.height).toBe(97);
    expect(restore.height).toBe(98);
  });

  test('the height is what a quorum reaches, not what the slowest does; who has less misses entries', () => {
    const nodes = [node(), node(), node(), node({ height: 99 })];
    const restore = restoreChain(PLAN, call(nodes));
    expect(restore.height).toBe(100);
    expect(restore.nodes[3]?.failures).toEqual(['missing-log-entries']);
    expect(restore.nodes[3]?.ready).toBe(7_500 + 600 * SECOND + RESTORE + 5_000);
    expect(restoreChain(PLAN, call([node(), node(), node({ height: 99 })])).height).toBe(99);
  });

  test('a torn or corrupt log misses entries where they are needed, and only there', () => {
    for (const damage of [damaged('tornTail'), damaged('corruptLog')]) {
      expect(restoreChain(PLAN, call([node({ damage })])).nodes[0]?.failures).toEqual(['missing-log-entries']);
      const onBackup = restoreChain(PLAN, call([node({ damage })], { target: 98 }));
      expect(onBackup.nodes[0]).toMatchObject({ failures: [], ready: RESTORE });
    }
  });

  test('an incomplete copy: root mismatch, people, and the restore again', () => {
    const restored = restoreChain(PLAN, call([node({ damage: damaged('badSnapshot') })])).nodes[0];
    expect(restored?.failures).toEqual(['incomplete-copy']);
    expect(restored?.ready).toBe(7_500 + 2 * (RESTORE + 5_000) + 600 * SECOND);
  });

  test('missing entries and an incomplete copy are mended one after the other', () => {
    const restored = restoreChain(PLAN, call([node({ damage: damaged('corruptLog', 'badSnapshot') })])).nodes[0];
    expect(restored?.failures).toEqual(['missing-log-entries', 'incomplete-copy']);
    expect(restored?.ready).toBe(10_000 + 2 * (RESTORE + 5_000) + 1_200 * SECOND);
  });

  test('an invalid pruning proof holds the node until it is mended and verified again', () => {
    const bad = call([node({ damage: damaged('badPruningProof') })], { pruning: true });
    expect(restoreChain(PLAN, bad).nodes[0]).toMatchObject({
      failures: ['pruning-proof-invalid'],
      ready: READY + 6 * SECOND + 300 * SECOND + 6 * SECOND,
    });
    expect(restoreChain(PLAN, { ...bad, pruning: false }).nodes[0]?.failures).toEqual([]);
  });

  test('a damaged backup is found by the first node that is through with it; late ones lose nothing', () => {
    const nodes = [node(), node({ begin: 40 * SECOND }), node({ begin: 100 * SECOND })];
    const restore = restoreChain(PLAN, call(nodes, { backups: [backup(98), backup(99, true)] }));
    expect(restore.found).toBe(RESTORE);
    expect(restore.nodes.map(({ ready }) => ready)).toEqual([RESTORE + READY, RESTORE + READY, 100 * SECOND + READY]);
    expect(restore.nodes[1]?.steps[1]).toEqual({ name: 'damaged-backup', time: RESTORE - 40 * SECOND });
    expect(restore.nodes[2]?.steps.map(({ name }) => name)).not.toContain('damaged-backup');
  });

  test('without a backup that restores nobody is ready', () => {
    const restore = restoreChain(PLAN, call([node(), node()], { backups: [backup(90, true), backup(95, true)] }));
    expect(restore).toMatchObject({ height: null, quorum: null, found: 2 * RESTORE });
    expect(restore.nodes.map(({ ready }) => ready)).toEqual([null, null]);
    expect(restoreChain(PLAN, call([node()], { backups: [] }))).toMatchObject({ found: 0, quorum: null });
  });
});

describe('laws, for any sizes, powers and damage', () => {
  const anyNode = fc.record({
    power: fc.nat(20),
    begin: fc.nat(100_000_000),
    height: fc.integer({ min: 95, max: 100 }),
    bytes: fc.nat(5_000_000_000),
    damage: anyDamage,
    mending: anyMending,
  });
  const anyCall = fc.record({
    now: fc.constant(1_000),
    backups: fc.array(fc.tuple(fc.integer({ min: 90, max: 102 }), fc.boolean()), { maxLength: 4 }).map((shelf) => {
      return shelf.map(([height, broken]) => backup(height, broken));
    }),
    target: fc.integer({ min: 92, max: 100 }),
    pruning: fc.boolean(),
    nodes: fc.array(anyNode, { minLength: 1, maxLength: 7 }),
  });

  test('a node is ready when its steps are done, and the quorum when more than two thirds are, not before', () => {
    fc.assert(
      fc.property(anyPlan, anyCall, (plan, drawn) => {
        const restore = restoreChain(plan, drawn);
        const total = drawn.nodes.reduce((sum, { power }) => sum + power, 0);
        const backAt = (time: number): number =>
          drawn.nodes.reduce((sum, { power }, i) => sum + ((restore.nodes[i]?.ready as number) <= time ? power : 0), 0);
        for (const [i, { ready, steps }] of restore.nodes.entries()) {
          if (ready !== null) expect(ready).toBe((drawn.nodes[i] as RestoringNode).begin + timeOfSteps(steps));
        }
        if (restore.height === null || total === 0) expect(restore.quorum).toBeNull();
        else {
          expect(3 * backAt(restore.quorum as number)).toBeGreaterThan(2 * total);
          expect(3 * backAt((restore.quorum as number) - 1)).toBeLessThanOrEqual(2 * total);
          expect(restore.height).toBeLessThanOrEqual(drawn.target);
          expect(restore.height).toBeGreaterThanOrEqual(restore.choice.backup?.height as number);
        }
      }),
    );
  });

  test('more damage of a node never makes it ready earlier, nor the quorum, and moves nobody else', () => {
    const kinds = ['tornTail', 'corruptLog', 'badSnapshot', 'badPruningProof'] as const;
    fc.assert(
      fc.property(anyPlan, anyCall, fc.nat(6), fc.constantFrom(...kinds), (plan, drawn, pick, kind) => {
        const at = pick % drawn.nodes.length;
        const nodes = drawn.nodes.map((one, i) =>
          i === at ? { ...one, damage: { ...one.damage, [kind]: true } } : one,
        );
        const [less, more] = [restoreChain(plan, drawn), restoreChain(plan, { ...drawn, nodes })];
        expect(more.height).toBe(less.height);
        for (const [i, { ready }] of more.nodes.entries()) {
          if (i !== at) expect(ready).toBe(less.nodes[i]?.ready);
          else expect(ready ?? Infinity).toBeGreaterThanOrEqual(less.nodes[i]?.ready ?? Infinity);
        }
        expect(more.quorum ?? Infinity).toBeGreaterThanOrEqual(less.quorum ?? Infinity);
      }),
      { numRuns: 300 },
    );
  });
});
