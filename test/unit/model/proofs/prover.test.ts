import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UTILISATION_SPAN } from '#model/proofs/line';
import {
  advance,
  classOf,
  createProver,
  keepClasses,
  type Prover,
  type ProverClass,
  proofBacklog,
  proofReadyAt,
  queueDepth,
  submitBlock,
  utilisation,
  WINDOW,
} from '#model/proofs/prover';
import type { BlockWork } from '#model/proofs/work';
import { type Submission, tellProving } from './reference-prover.js';

const FIRST = 11; // height of the first block

function workOf(jobs: readonly number[], root: number, pauses: readonly number[] = []): BlockWork {
  return {
    jobs: jobs.length,
    leaves: 0,
    prove: Float64Array.from(jobs),
    pause: Float64Array.from(jobs, (_, i) => pauses[i] ?? 0),
    rootProve: root,
    rootPause: 0,
    proofs: jobs.length,
  };
}

function submitAll(prover: Prover, blocks: readonly Submission[]): void {
  for (const [i, block] of blocks.entries()) submitBlock(prover, FIRST + i, block.at, workOf(block.jobs, block.root));
}

const unslowed = (prover: Prover): ProverClass => prover.classes[0] as ProverClass;

const block = fc.record({
  gap: fc.nat(120),
  jobs: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 5 }),
  root: fc.integer({ min: 1, max: 90 }),
});
const course = fc
  .record({
    workers: fc.integer({ min: 1, max: 4 }),
    aggregates: fc.boolean(),
    blocks: fc.array(block, { minLength: 1, maxLength: 14 }),
  })
  .map(({ workers, aggregates, blocks }) => {
    let at = 0;
    const submissions = blocks.map(({ gap, jobs, root }): Submission => {
      at += gap;
      return { at, jobs, root: aggregates ? root : 0 };
    });
    return { workers, aggregates, blocks: submissions };
  });

describe('against the same told step by step', () => {
  test('every proof is ready at the same time, whenever it is looked at', () => {
    fc.assert(
      fc.property(course, ({ workers, aggregates, blocks }) => {
        const prover = createProver(workers, aggregates);
        for (let i = 0; i < blocks.length; i += 1) {
          submitAllFrom(prover, blocks, i);
          const told = tellProving(workers, aggregates, blocks.slice(0, i + 1)); // nothing more is submitted
          for (let j = 0; j <= i; j += 1) expect(proofReadyAt(unslowed(prover), FIRST + j)).toBe(told.ready[j]);
        }
        const told = tellProving(workers, aggregates, blocks);
        advance(unslowed(prover), 1e6);
        expect(blocks.map((_, j) => proofReadyAt(unslowed(prover), FIRST + j))).toEqual(told.ready);
        expect(unslowed(prover).line.waited).toBe(told.waited);
      }),
      { numRuns: 300 },
    );
  });

  test('so are the backlog, the jobs that wait and the time in use at any moment', () => {
    fc.assert(
      fc.property(course, fc.array(fc.nat(200), { minLength: 1, maxLength: 6 }), (whole, steps) => {
        const { workers, aggregates, blocks } = whole;
        const prover = createProver(workers, aggregates);
        submitAll(prover, blocks);
        const told = tellProving(workers, aggregates, blocks);
        let now = (blocks[blocks.length - 1] as Submission).at;
        for (const step of steps) {
          now += step;
          expect(proofBacklog(unslowed(prover), now)).toBe(told.ready.filter((at) => at > now).length);
          expect(queueDepth(unslowed(prover), now)).toBe(told.waiting(now));
          const busy = now === 0 ? 0 : told.busy(0, now) / (workers * now);
          expect(utilisation(unslowed(prover), now)).toBeCloseTo(busy, 12);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a snapshot goes on like the original, however often it is looked at in between', () => {
    fc.assert(
      fc.property(course, fc.nat(14), ({ workers, aggregates, blocks }, cut) => {
        const original = createProver(workers, aggregates);
        submitAll(original, blocks.slice(0, cut));
        const copy = structuredClone(original);
        for (let i = cut; i < blocks.length; i += 1) submitAllFrom(original, blocks, i);
        for (let i = cut; i < blocks.length; i += 1) {
          submitAllFrom(copy, blocks, i);
          const now = ((blocks[i] as Submission).at + ((blocks[i + 1] ?? blocks[i]) as Submission).at) / 2;
          queueDepth(unslowed(copy), now);
          proofBacklog(unslowed(copy), now);
        }
        for (const prover of [original, copy]) queueDepth(unslowed(prover), 1e5);
        expect(copy).toEqual(original);
      }),
    );
  });

  function submitAllFrom(prover: Prover, blocks: readonly Submission[], i: number): void {
    const { at, jobs, root } = blocks[i] as Submission;
    submitBlock(prover, FIRST + i, at, workOf(jobs, root));
  }
});

test('a forecast looks and changes nothing', () => {
  const prover = createProver(2, true);
  submitAll(prover, [
    { at: 0, jobs: [10, 20, 30], root: 5 },
    { at: 5, jobs: [10, 20, 30], root: 5 },
  ]);
  const before = structuredClone(prover);
  expect(proofReadyAt(unslowed(prover), FIRST + 1)).toBe(80); // the root of the first at 40, the last job from 45 to 75
  expect(prover).toEqual(before);
});

test('a root waits for the root before it, however long that takes', () => {
  const prover = createProver(4, true);
  submitAll(prover, [
    { at: 0, jobs: [100], root: 50 },
    { at: 1, jobs: [1], root: 1 },
    { at: 2, jobs: [1], root: 1 },
  ]);
  expect([0, 1, 2].map((i) => proofReadyAt(unslowed(prover), FIRST + i))).toEqual([150, 151, 152]);
  expect([149, 150, 151, 152].map((now) => proofBacklog(unslowed(prover), now))).toEqual([3, 2, 1, 0]);
});

describe('classes', () => {
  test('a slow node needs longer to prove, but waits no longer between attempts', () => {
    const prover = createProver(1, true);
    const slow = classOf(prover, 3, 0);
    submitBlock(prover, 0, 0, workOf([100], 10, [7]));
    expect(proofReadyAt(unslowed(prover), 0)).toBe(117);
    expect(proofReadyAt(slow, 0)).toBe(337);
    expect(classOf(prover, 3, 0)).toBe(slow);
  });

  test('a new class starts with the line of the unslowed, and leaves it alone', () => {
    const prover = createProver(1, true);
    submitBlock(prover, 0, 0, workOf([100], 10));
    submitBlock(prover, 1, 0, workOf([100], 10));
    const slow = classOf(prover, 2, 50);
    submitBlock(prover, 2, 60, workOf([100], 10));
    expect([0, 1, 2].map((height) => proofReadyAt(unslowed(prover), height))).toEqual([110, 220, 330]);
    expect([0, 1, 2].map((height) => proofReadyAt(slow, height))).toEqual([110, 220, 440]);
  });

  test('a class ends with its last node; the unslowed stay', () => {
    const prover = createProver(1, true);
    classOf(prover, 3, 0);
    classOf(prover, 4, 0);
    keepClasses(prover, new Set([3]));
    expect(prover.classes.map((one) => one.factor)).toEqual([1, 3]);
    keepClasses(prover, new Set([1]));
    expect(prover.classes.map((one) => one.factor)).toEqual([1]);
  });

  test('where nothing is proved any more, what is ready stays ready and the rest never will be', () => {
    const prover = createProver(1, true);
    submitBlock(prover, 0, 0, workOf([100], 10)); // ready at 110
    submitBlock(prover, 1, 200, workOf([100, 100], 10));
    submitBlock(prover, 2, 210, workOf([100], 10));
    const dead = classOf(prover, Number.POSITIVE_INFINITY, 250);
    submitBlock(prover, 3, 300, workOf([100], 10));
    expect([0, 1, 2, 3].map((height) => proofReadyAt(dead, height))).toEqual([110, Infinity, Infinity, Infinity]);
    expect(utilisation(dead, 320)).toBeCloseTo(160 / 320, 12); // 110 of block 0, 50 of block 1
    expect(proofBacklog(dead, 10_000)).toBe(3);
    expect(queueDepth(dead, 10_000)).toBe(4);
    expect(proofReadyAt(unslowed(prover), 3)).toBeLessThan(Infinity);
  });

  test('a root that has started is lost with the backend', () => {
    const prover = createProver(1, true);
    submitBlock(prover, 0, 0, workOf([100], 50));
    const dead = classOf(prover, Number.POSITIVE_INFINITY, 120);
    expect(proofReadyAt(dead, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(proofBacklog(dead, 200)).toBe(1);
    expect(queueDepth(dead, 200)).toBe(1);
  });
});

describe('the window', () => {
  test('blocks before the first, not submitted, or proved long ago count as proved', () => {
    const prover = createProver(1, true);
    for (let height = 5; height < 5 + 2 * WINDOW; height += 1)
      submitBlock(prover, height, 100 * height, workOf([10], 1));
    const last = 4 + 2 * WINDOW;
    const seen = [4, 5, last - WINDOW, last - WINDOW + 1, last, last + 1];
    const [kept, latest] = [100 * (last - WINDOW + 1) + 11, 100 * last + 11];
    expect(seen.map((height) => proofReadyAt(unslowed(prover), height))).toEqual([0, 0, 0, kept, latest, 0]);
  });

  test('blocks without proof are never forgotten', () => {
    const prover = createProver(1, true);
    const blocks = 5 * WINDOW;
    for (let height = 0; height < blocks; height += 1) submitBlock(prover, height, height, workOf([10], 1));
    expect(proofBacklog(unslowed(prover), blocks)).toBeGreaterThan(4 * WINDOW);
    expect(proofReadyAt(unslowed(prover), blocks - 1)).toBe(11 * blocks);
    advance(unslowed(prover), 20 * blocks);
    expect(proofReadyAt(unslowed(prover), blocks - 1)).toBe(11 * blocks);
    expect(proofBacklog(unslowed(prover), 20 * blocks)).toBe(0);
  });

  test('blocks come one after the other', () => {
    const prover = createProver(1, true);
    submitBlock(prover, 3, 0, workOf([1], 1));
    expect(() => submitBlock(prover, 5, 0, workOf([1], 1))).toThrow('block 5 is submitted right after block 3');
  });
});

test('utilisation looks back one to two spans', () => {
  const prover = createProver(2, true);
  const step = UTILISATION_SPAN / 100;
  let now = 0;
  const run = (blocks: number, time: number): number => {
    for (let i = 0; i < blocks; i += 1) {
      submitBlock(prover, unslowed(prover).latest + 1, now, workOf([time], 0));
      now += step;
    }
    return utilisation(unslowed(prover), now);
  };
  expect(run(300, step)).toBeCloseTo(0.5, 2);
  expect(run(301, step / 2)).toBeCloseTo(0.25, 2); // the busier time is forgotten
  expect(run(50, step)).toBeGreaterThan(0.26); // the new is seen at once
});
