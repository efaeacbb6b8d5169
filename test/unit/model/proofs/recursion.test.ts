import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aggregates, aggregationDepth, aggregationJobs, proofsMax } from '#model/proofs/recursion';
import { constant, makeProofsPlan } from './plan.js';

/** Inner nodes by aggregating: take up to `batch` proofs off the front, put one back, until one is left. */
function jobsByHand(proofs: number, batch: number): number {
  let left = proofs;
  let jobs = 0;
  do {
    left -= Math.min(batch, left) - 1;
    jobs += 1;
  } while (left > 1);
  return jobs;
}

test.each([
  [0, 64, 1, 1],
  [1, 64, 1, 1],
  [64, 64, 1, 1],
  [65, 64, 2, 2],
  [127, 64, 2, 2],
  [128, 64, 3, 2],
  [4096, 64, 65, 2],
  [4097, 64, 66, 3],
])('%i proofs in batches of %i take %i jobs on %i levels', (proofs, batch, jobs, depth) => {
  expect(aggregationJobs(proofs, batch)).toBe(jobs);
  expect(aggregationDepth(proofs, batch)).toBe(depth);
});

test('as many jobs as aggregating by hand takes, on at most four levels', () => {
  const tree = fc.integer({ min: 2, max: 12 }).chain((batch) => {
    return fc.tuple(fc.constant(batch), fc.integer({ min: 1, max: Math.min(3000, batch ** 4) }));
  });
  fc.assert(
    fc.property(tree, ([batch, proofs]) => {
      expect(aggregationJobs(proofs, batch)).toBe(jobsByHand(proofs, batch));
      expect(aggregationDepth(proofs, batch)).toBeLessThanOrEqual(4);
    }),
  );
});

test('a fifth level is a broken claim', () => {
  expect(aggregationJobs(proofsMax(3), 3)).toBe(40);
  expect(aggregationDepth(proofsMax(3), 3)).toBe(4);
  expect(() => aggregationJobs(proofsMax(3) + 1, 3)).toThrow('82 proofs in batches of 3');
  expect(() => aggregationJobs(1, 1)).toThrow('1 ≥ 2 proofs');
});

test('recursive jobs exist unless they constantly take no time', () => {
  const { circuits } = makeProofsPlan();
  expect(aggregates(makeProofsPlan())).toBe(true);
  const none = { ...circuits, recursive: { prove: constant(0), perBlock: 0 } };
  expect(aggregates(makeProofsPlan({ circuits: none }))).toBe(false);
});
