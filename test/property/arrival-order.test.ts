/**
 * Law: the answer does not depend on the order in which replications arrive.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldSummary, foldValues } from '#experiment/fold';
import { replicate } from '#experiment/replicate';
import { formatPart } from '#experiment/store';
import type { Outcome } from '#model/outcome';
import { rehearse } from '../fixtures/experiment/double.mjs';
import { claimOn, PLAN, sampleScenario } from '../unit/experiment/sample.js';

const scenario = sampleScenario({
  replications: 24,
  claims: [
    claimOn('P', { kind: 'metric', key: 'rollback.any' }, '<=', 0.2),
    claimOn('mean', { kind: 'metric', key: 'liveness.slotShare' }, '>=', 0.9),
    claimOn('p90', { kind: 'metric', key: 'liveness.recovery' }, '<=', 1e7),
  ],
});

function bytesOf(outcomes: readonly Outcome[]): string {
  return formatPart(foldSummary(scenario, outcomes, '1')) + formatPart(foldValues(outcomes));
}

const inOrder = Array.from({ length: scenario.replications }, (_, i) => rehearse(PLAN, scenario.seed, i, false));
const expected = bytesOf(inOrder);

test('folding is blind to order', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(inOrder, { minLength: inOrder.length }), (outcomes) => {
      expect(bytesOf(outcomes)).toBe(expected);
    }),
    { numRuns: 50 },
  );
});

test('and so is a run whose replications finish in any order, over any number of lanes', async () => {
  const delays = fc.array(fc.nat(4), { minLength: inOrder.length, maxLength: inOrder.length });
  await fc.assert(
    fc.asyncProperty(delays, fc.integer({ min: 1, max: 8 }), async (waits, lanes) => {
      const arrived: number[] = [];
      const { outcomes } = await replicate(
        async (number) => {
          await sleep(waits[number]);
          return inOrder[number] as Outcome;
        },
        inOrder.length,
        { lanes, onProgress: (_done, _total, { replication }) => arrived.push(replication) },
      );
      expect(arrived).toHaveLength(inOrder.length);
      expect(bytesOf(outcomes)).toBe(expected);
    }),
    { numRuns: 25 },
  );
});

test('a part of the replications folds alike too, gaps and all', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(inOrder), (outcomes) => {
      const sorted = [...outcomes].sort((a, b) => a.replication - b.replication);
      expect(bytesOf(outcomes)).toBe(bytesOf(sorted));
      expect(foldSummary(scenario, outcomes, '1').replications).toBe(outcomes.length);
    }),
    { numRuns: 50 },
  );
});
