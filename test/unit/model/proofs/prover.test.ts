import { expect, test } from 'vitest';
import { classOf, createProver, keepClasses, proofBacklog, proofReadyAt, submitProof } from '#model/proofs/prover';

test('two workers take blocks as they come, first free first', () => {
  const prover = createProver(2);
  for (const [height, now] of [
    [1, 0],
    [2, 10],
    [3, 20],
  ] as const)
    submitProof(prover, height, now, 100);
  const provers = classOf(prover, 1);
  expect([1, 2, 3].map((height) => proofReadyAt(provers, height))).toEqual([100, 110, 200]);
});

test('a load above capacity grows without bound, one below it does not wait', () => {
  const tight = createProver(1);
  const wide = createProver(2);
  for (let height = 1; height <= 500; height += 1) {
    submitProof(tight, height, 50 * height, 60);
    submitProof(wide, height, 50 * height, 60);
  }
  expect(proofReadyAt(classOf(tight, 1), 500) - 50 * 500).toBe(60 + 10 * 499);
  expect(proofReadyAt(classOf(wide, 1), 500) - 50 * 500).toBe(60);
  expect(proofBacklog(classOf(tight, 1), 50 * 500)).toBe(500 - 415); // block h is ready at 50 + 60h
});

test('slow nodes have a queue of their own, which ends with them', () => {
  const prover = createProver(1);
  classOf(prover, 3);
  submitProof(prover, 1, 0, 100);
  expect(proofReadyAt(classOf(prover, 3), 1)).toBe(300);
  expect(proofReadyAt(classOf(prover, 1), 1)).toBe(100);
  keepClasses(prover, new Set([1]));
  expect(prover.classes).toHaveLength(1);
});

test('blocks before the first and beyond the window count as proved', () => {
  const prover = createProver(1);
  for (let height = 1; height <= 400; height += 1) submitProof(prover, height, 0, 10);
  expect(proofReadyAt(classOf(prover, 1), 0)).toBe(0);
  expect(proofReadyAt(classOf(prover, 1), 100)).toBe(0);
  expect(proofReadyAt(classOf(prover, 1), 400)).toBe(4_000);
});
