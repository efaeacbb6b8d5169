import { describe, expect, test } from 'vitest';
import { HOUR, SECOND } from '#base/time';
import { combineFingerprints, foldSummary, foldValues } from '#experiment/fold';
import { checkMetrics } from '#experiment/measure';
import { summarySchema } from '#experiment/result';
import { isMeasured, METRICS } from '#model/metric';
import type { Outcome } from '#model/outcome';
import { clopperPearson, dkwBand } from '#stats/interval';
import { claimOn, PLAN, sampleOutcome, sampleScenario, sampleUndo } from './sample.js';

const undone = [sampleUndo(), sampleUndo({ kind: 'gate-rollback', gate: 'rewards', check: 'by hand' })];
const outcomes: Outcome[] = [
  ...Array.from({ length: 17 }, (_, i) =>
    sampleOutcome(i, { 'liveness.finality': (i + 1) * SECOND, 'rollout.completed': 1, 'liveness.recovery': null }),
  ),
  sampleOutcome(17, { 'rollback.any': 1, 'liveness.finality': 18 * SECOND }, { result: 'aborted', undone }),
  sampleOutcome(18, { 'rollback.any': 1, 'liveness.finality': 19 * SECOND }, { result: 'aborted', undone }),
  sampleOutcome(19, { 'rollback.any': null, 'liveness.finality': 20 * SECOND }, { result: 'unfinished' }),
];
const summary = foldSummary(sampleScenario({ replications: 20 }), outcomes, '1.2.3');

test('the summary is what its schema promises, with every metric that the plan has something for', () => {
  expect(summarySchema.parse(summary)).toEqual(summary);
  expect(Object.keys(summary.metrics).sort()).toEqual(
    METRICS.filter((metric) => isMeasured(metric, PLAN))
      .map(({ key }) => key)
      .sort(),
  );
  expect(summary).toMatchObject({ replications: 20, requested: 20, complete: true, fidelity: 'auto', seed: 'one' });
  expect(summary.work).toEqual({ blocks: 200, blocksAtMessageLevel: 40, messageEvents: 2000 });
});

test('a probability has its exact interval over the replications with data; the others are counted', () => {
  expect(summary.metrics['rollback.any']).toMatchObject({
    estimate: 2 / 19,
    interval: clopperPearson(2, 19, 0.95),
    method: 'Clopper–Pearson',
    n: 19,
    undecided: 1,
  });
});

test('a bounded quantity has the DKW interval of its mean and bands of its quantiles', () => {
  const band = dkwBand(20, 0.95); // 0.3037: a little more than six of twenty values
  const finality = summary.metrics['liveness.finality'];
  expect(finality).toMatchObject({ estimate: 10.5 * SECOND, method: 'DKW mean', n: 20, undecided: 0 });
  const moved = band * 20 - 6;
  const low = ((1 + 13) * 13 - 2 * 14 * 0) / 2 + 14 * (1 - moved); // 1 … 13 whole, 14 in part, the rest at 0
  expect(finality?.interval[0]).toBeCloseTo((low / 20) * SECOND, 3);
  expect(finality?.quantiles).toEqual([
    { q: 0.5, estimate: 10 * SECOND, interval: [4 * SECOND, 17 * SECOND] },
    { q: 0.9, estimate: 18 * SECOND, interval: [12 * SECOND, 24 * HOUR] },
    { q: 0.99, estimate: 20 * SECOND, interval: [14 * SECOND, 24 * HOUR] },
  ]);
});

test('a quantity without an upper bound has no upper end, one without data its bounds', () => {
  expect(summary.metrics['safety.forks']?.interval).toEqual([0, null]);
  const none = foldSummary(sampleScenario(), [sampleOutcome(0, { 'liveness.recovery': null })], '1');
  expect(none.metrics['liveness.recovery']).toMatchObject({
    estimate: null,
    interval: [0, 24 * HOUR],
    n: 0,
    undecided: 1,
  });
});

describe('breakdowns', () => {
  test('count replications, not undoings, by kind', () => {
    const { canary } = summary.breakdown.byChannel;
    expect(canary?.any).toEqual({ count: 2, n: 20, estimate: 0.1, interval: clopperPearson(2, 20, 0.95) });
    expect([canary?.abort.count, canary?.gate.count, canary?.state.count]).toEqual([2, 2, 0]);
  });

  test('name every channel, gate, cause and check of the plan and what else was seen, sorted', () => {
    const { byChannel, byGate, byCause, byCheck } = summary.breakdown;
    expect(Object.keys(byChannel)).toEqual(['canary', 'mainnet']);
    expect(byChannel.mainnet?.any).toMatchObject({ count: 0, n: 20 });
    expect(Object.keys(byGate)).toEqual(['none', 'rewards']);
    expect([byGate.none?.abort.count, byGate.rewards?.abort.count]).toEqual([2, 0]);
    expect(byCause['slow-prover']?.any.count).toBe(2);
    expect(Object.keys(byCheck)).toEqual(['by hand', 'finality']);
    expect([byCheck['by hand']?.gate.count, byCheck.finality?.gate.count]).toEqual([2, 0]);
  });

  test('results are shares of all replications', () => {
    const counts = Object.entries(summary.results).map(([result, { count }]) => [result, count]);
    expect(Object.fromEntries(counts)).toEqual({
      completed: 17,
      aborted: 2,
      'rolled-back': 0,
      stranded: 0,
      unfinished: 1,
    });
  });
});

describe('the fingerprint', () => {
  test('changes with a fingerprint, with an order, with a number', () => {
    const [a, b, c] = [sampleOutcome(0), sampleOutcome(1), sampleOutcome(2)];
    const lists = [
      [a, b],
      [b, a],
      [a, c],
      [a],
      [a, { ...b, fingerprint: '0'.repeat(32) }],
      [a, { ...c, fingerprint: b.fingerprint }],
    ];
    const prints = lists.map((list) => combineFingerprints(list));
    expect(new Set(prints).size).toBe(6);
  });
});

describe('the values', () => {
  test('stand at the number of their replication; what was not finished is null and missing', () => {
    const { values, results } = foldValues([
      sampleOutcome(3, { 'liveness.slotShare': 0.5 }),
      sampleOutcome(1, { 'liveness.slotShare': null }),
    ]);
    expect(values['liveness.slotShare']).toEqual([null, null, null, 0.5]);
    expect(results).toEqual(['missing', 'completed', 'missing', 'completed']);
    expect(Object.keys(values)).toHaveLength(METRICS.length);
  });
});

test('an incomplete run says so', () => {
  const partial = foldSummary(sampleScenario({ replications: 20 }), outcomes.slice(3, 9), '1');
  expect(partial).toMatchObject({ replications: 6, requested: 20, complete: false });
});

test('nothing finished folds to nothing known', () => {
  const claims = [claimOn('P', { kind: 'metric', key: 'rollback.any' }, '<=', 0.5)];
  const empty = foldSummary(sampleScenario({ claims }), [], '1');
  expect(summarySchema.parse(empty)).toMatchObject({
    replications: 0,
    complete: false,
    verdict: 'inconclusive',
    typicalReplication: null,
    worstReplication: null,
  });
});

test('the same replication twice is a bug', () => {
  expect(() => foldSummary(sampleScenario(), [sampleOutcome(4), sampleOutcome(4)], '1')).toThrow('replication 4');
});

test('a metric that is missing, no number, out of bounds or no probability is a bug', () => {
  expect(() => checkMetrics(sampleOutcome(0), 24 * HOUR)).not.toThrow();
  for (const [key, value] of [
    ['liveness.slotShare', Number.NaN],
    ['liveness.slotShare', 1.01],
    ['liveness.finality', 25 * HOUR],
    ['rollback.any', 0.5],
    ['safety.forks', -1],
    ['rewards.shortfall', Infinity],
  ] as const) {
    expect(() => checkMetrics(sampleOutcome(0, { [key]: value }), 24 * HOUR)).toThrow(key);
  }
  const { 'safety.forks': _, ...metrics } = sampleOutcome(0).metrics;
  expect(() => checkMetrics(sampleOutcome(0, {}, { metrics }), 24 * HOUR)).toThrow('safety.forks');
});
