import { describe, expect, test } from 'vitest';
import { replicateInRounds } from '../../../src/experiment/rounds.js';
import { look, parsePrecision, type StoppingRule } from '../../../src/experiment/stopping.js';
import { symptomsOf } from '../../../src/experiment/symptom.js';
import { claimOn, PLAN, sampleOutcome, sampleScenario, sampleUndo } from './sample.js';

const CLAIM = claimOn('P', { kind: 'metric', key: 'rollback.any' }, '<=', 0.3);
const RULE: StoppingRule = {
  ...{ decide: 'sequence', sprt: null, precision: [], confidence: 0.95, round: 5, maxReplications: 100 },
};
const scenario = sampleScenario({ claims: [CLAIM] });

describe('rounds', () => {
  test('stop after the first whole round that settles, at the same number in however many lanes', async () => {
    const counts = await Promise.all(
      [1, 4].map(async (lanes) => {
        const rehearse = async (number: number) => sampleOutcome(number);
        const { outcomes, stopped, look: end } = await replicateInRounds(rehearse, scenario, RULE, { lanes });
        expect([stopped, end.settled]).toEqual(['complete', true]);
        expect(outcomes.map(({ replication }) => replication)).toEqual(outcomes.map((_, i) => i));
        return outcomes.length;
      }),
    );
    expect(counts[0]).toBe(counts[1]);
    expect((counts[0] as number) % 5).toBe(0);
    expect(
      look(
        RULE,
        [CLAIM],
        Array.from({ length: (counts[0] as number) - 5 }, (_, i) => sampleOutcome(i)),
        1,
      ).settled,
    ).toBe(false);
  });

  test('end at the most replications, also inside a round, and forecast how many it would take', async () => {
    const rule = { ...RULE, maxReplications: 7 };
    const { outcomes, look: end } = await replicateInRounds(async (n) => sampleOutcome(n), scenario, rule, {
      lanes: 1,
    });
    expect(outcomes).toHaveLength(7);
    expect(end).toMatchObject({ settled: false, open: ['the expectations'] });
    const enough = Array.from({ length: end.needed as number }, (_, i) => sampleOutcome(i));
    expect(look(rule, [CLAIM], enough, PLAN.horizon).settled).toBe(true);
    expect(look(rule, [CLAIM], enough.slice(0, -2), PLAN.horizon).settled).toBe(false);
  });

  test('an interrupt keeps what is done', async () => {
    const controller = new AbortController();
    const rehearse = async (number: number) => {
      if (number === 2) controller.abort();
      return sampleOutcome(number);
    };
    const options = { lanes: 1, signal: controller.signal };
    const { outcomes, stopped } = await replicateInRounds(rehearse, scenario, RULE, options);
    expect([outcomes.length, stopped]).toEqual([3, 'interrupted']);
  });
});

test('precision looks at the goal it was given: absolute, relative, of a quantile', () => {
  const outcomes = Array.from({ length: 200 }, (_, i) => sampleOutcome(i, { 'liveness.finality': 1000 + (i % 10) }));
  const settled = (text: string) =>
    look({ ...RULE, decide: null, precision: parsePrecision([text]) }, [], outcomes, 1e9);
  expect(settled('p50(liveness.finality)=relative:1%').settled).toBe(true);
  expect(settled('p50(liveness.finality)=1us').open).toEqual(['p50(liveness.finality)=1us']);
  expect(settled('rollback.any=5%').settled).toBe(true);
  expect(settled('rollback.any=0.1%').needed).toBeGreaterThan(1000);
  expect(settled('liveness.slotShare=relative:10%').needed).toBeNull(); // of an estimate of 0
});

test('a replication fails in the ways that its undoings, its safety and the claims say', () => {
  const claims = [CLAIM, claimOn('mean', { kind: 'metric', key: 'liveness.finality' }, '<=', 5)];
  const bad = sampleOutcome(
    0,
    { 'rollback.any': 1, 'safety.forks': 2, 'liveness.finality': 6 },
    { undone: [sampleUndo()] },
  );
  expect(symptomsOf(bad, claims, PLAN.horizon)).toEqual([
    ...['fork', 'abort in canary', 'against P <= 0.3', 'against mean <= 5'],
  ]);
  expect(symptomsOf(sampleOutcome(1), claims, PLAN.horizon)).toEqual([]);
  expect(symptomsOf(sampleOutcome(1, { 'liveness.finality': null }), claims, PLAN.horizon)).toEqual([]);
});
