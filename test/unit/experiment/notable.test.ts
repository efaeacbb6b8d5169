import { describe, expect, test } from 'vitest';
import { HOUR } from '#base/time';
import { findTypical, findWorst } from '#experiment/notable';
import type { Outcome, RolloutResult } from '#model/outcome';
import { sampleOutcome, sampleUndo } from './sample.js';

function ended(replication: number, result: RolloutResult, share: number | null, duration: number | null): Outcome {
  return sampleOutcome(replication, { 'liveness.slotShare': share, 'rollout.duration': duration }, { result });
}

describe('the typical replication', () => {
  test('has the most frequent result and lies nearest to both medians', () => {
    const outcomes = [
      ended(0, 'aborted', 0.9, 10 * HOUR),
      ended(1, 'completed', 0.99, 12 * HOUR), // the median share, but the longest
      ended(2, 'completed', 0.98, 10 * HOUR),
      ended(3, 'completed', 0.99, 10 * HOUR), // both medians
      ended(4, 'completed', 1, 9 * HOUR),
      ended(5, 'aborted', 0.99, 10 * HOUR),
    ];
    expect(findTypical(outcomes)).toBe(3);
  });

  test('is the first of equals, and skips those without data', () => {
    expect(findTypical([ended(4, 'completed', 1, 1), ended(7, 'completed', 1, 1)])).toBe(4);
    expect(findTypical([ended(4, 'completed', null, 1), ended(7, 'completed', 1, 1)])).toBe(7);
    expect(findTypical([ended(4, 'completed', null, null)])).toBe(4);
    expect(findTypical([])).toBeNull();
  });
});

describe('the worst replication', () => {
  const stalled = sampleOutcome(1, { 'liveness.longestStall': 20 * HOUR });
  const unfinished = sampleOutcome(2, {}, { result: 'unfinished' });
  const aborted = sampleOutcome(3, {}, { result: 'aborted', undone: [sampleUndo()] });
  const gate = sampleOutcome(4, {}, { undone: [sampleUndo({ kind: 'gate-rollback' })] });
  const state = sampleOutcome(5, {}, { undone: [sampleUndo({ kind: 'state-rollback' })] });
  const forked = sampleOutcome(6, { 'safety.forks': 1 });

  test('is the fork, then state rollback, gate rollback, abort, unfinished, the longest stall', () => {
    const mild = sampleOutcome(0, { 'liveness.longestStall': HOUR });
    const order = [mild, stalled, unfinished, aborted, gate, state, forked];
    for (let count = 1; count <= order.length; count += 1) {
      expect(findWorst(order.slice(0, count))).toBe(count - 1);
      expect(findWorst(order.slice(0, count).reverse())).toBe(count - 1);
    }
  });

  test('is the first of equals; without outcomes there is none', () => {
    expect(findWorst([sampleOutcome(8), sampleOutcome(9)])).toBe(8);
    expect(findWorst([])).toBeNull();
  });
});
