import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '#base/time';
import { judgeClaims } from '#experiment/expectation';
import type { ExpectationResult } from '#experiment/result';
import { createStream, nextUnit } from '#kernel/stream';
import type { Outcome } from '#model/outcome';
import type { Claim, ClaimSubject } from '#scenario/claim';
import { claimOn, sampleOutcome, sampleUndo } from './sample.js';

const HORIZON = 24 * HOUR;
const SHARE: ClaimSubject = { kind: 'metric', key: 'liveness.slotShare' };
const STALL: ClaimSubject = { kind: 'metric', key: 'liveness.longestStall' };
const ANY: ClaimSubject = { kind: 'metric', key: 'rollback.any' };
const ABORT: ClaimSubject = { kind: 'undo', undo: 'abort', channel: 'canary', gate: null, cause: null };
const LONG_STALL: ClaimSubject = {
  kind: 'condition',
  key: 'liveness.longestStall',
  comparator: '>',
  value: 10 * MINUTE,
};

function outcomesOf(n: number, metrics: (i: number) => Record<string, number | null>): Outcome[] {
  return Array.from({ length: n }, (_, i) => sampleOutcome(i, metrics(i)));
}

/** `cases` of `n` replications have the metric `rollback.any`. */
function undoneIn(cases: number, n: number): Outcome[] {
  return outcomesOf(n, (i) => ({ 'rollback.any': i < cases ? 1 : 0 }));
}

function judgeOne(claim: Claim, outcomes: readonly Outcome[]): ExpectationResult {
  return judgeClaims([claim], outcomes, HORIZON)[0] as ExpectationResult;
}

describe('the verdict follows the interval', () => {
  const subjects = [
    ['P', ANY],
    ['P', ABORT],
    ['P', { kind: 'condition', key: 'liveness.slotShare', comparator: '>=', value: 0.5 }],
    ['mean', SHARE],
    ['p50', SHARE],
    ['p90', SHARE],
  ] as const;
  const claim = fc
    .record({
      about: fc.constantFrom(...subjects),
      comparator: fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const),
      threshold: fc.integer({ min: 1, max: 999 }).map((tick) => tick / 1000),
      confidence: fc.constantFrom(0.8, 0.95),
    })
    .map(({ about: [statistic, subject], comparator, threshold, confidence }) => {
      return claimOn(statistic, subject, comparator, threshold, confidence);
    });
  const outcome = fc.record({
    share: fc.option(
      fc.nat(1000).map((tick) => tick / 1000 + 1e-7),
      { nil: null, freq: 8 },
    ),
    undone: fc.boolean(),
  });

  test('pass and fail need the whole interval on one side; inconclusive reaches across', () => {
    const counts = { pass: 0, fail: 0, inconclusive: 0, error: 0 };
    fc.assert(
      fc.property(
        fc.array(claim, { minLength: 1, maxLength: 5 }),
        fc.array(outcome, { minLength: 1, maxLength: 60 }),
        (claims, given) => {
          const outcomes = given.map(({ share, undone }, i) =>
            sampleOutcome(
              i,
              { 'liveness.slotShare': share === null ? null : Math.min(share, 1), 'rollback.any': undone ? 1 : 0 },
              { undone: undone ? [sampleUndo()] : [] },
            ),
          );
          for (const { verdict, interval, comparator, threshold, estimate } of judgeClaims(claims, outcomes, HORIZON)) {
            counts[verdict] += 1;
            if (estimate === null) expect(verdict).toBe('inconclusive');
            if (estimate === null) continue;
            const [low, high] = interval as [number, number];
            expect(low <= estimate && estimate <= high).toBe(true);
            const side = low > threshold ? 'above' : high < threshold ? 'below' : 'across';
            const wanted = comparator.startsWith('<') ? 'below' : 'above';
            expect(verdict).toBe(side === 'across' ? 'inconclusive' : side === wanted ? 'pass' : 'fail');
          }
        },
      ),
      { numRuns: 400 },
    );
    expect(Math.min(counts.pass, counts.fail, counts.inconclusive)).toBeGreaterThan(50);
  });

  test('0 of 368 replications show at most 1 % at 95 %, 0 of 367 do not', () => {
    const claimed = claimOn('P', ANY, '<=', 0.01);
    expect(judgeOne(claimed, undoneIn(0, 368)).verdict).toBe('pass');
    expect(judgeOne(claimed, undoneIn(0, 367)).verdict).toBe('inconclusive');
    expect(judgeOne(claimed, undoneIn(20, 368)).verdict).toBe('fail');
  });

  test('p99 of 368 stalls is settled by the longest', () => {
    const outcomes = outcomesOf(368, (i) => ({ 'liveness.longestStall': i * 1000 }));
    const [low, high] = judgeOne(claimOn('p99', STALL, '<=', MINUTE), outcomes).interval;
    expect(high).toBe(367_000);
    expect(low).toBeGreaterThan(350_000);
    expect(judgeOne(claimOn('p99', STALL, '<=', 367_000), outcomes).verdict).toBe('pass');
    expect(judgeOne(claimOn('p99', STALL, '<', 367_000), outcomes).verdict).toBe('inconclusive');
    expect(judgeOne(claimOn('p99', STALL, '<=', 300_000), outcomes).verdict).toBe('fail');
  });

  test('a mean needs bounds on both sides: forks without any cannot be shown to be few, but can be many', () => {
    const forks: ClaimSubject = { kind: 'metric', key: 'safety.forks' };
    const none = judgeOne(
      claimOn('mean', forks, '<=', 1),
      outcomesOf(1000, () => ({})),
    );
    expect(none).toMatchObject({ verdict: 'inconclusive', interval: [0, null] });
    expect(none.reason).toContain('without a bound');
    const many = outcomesOf(100, () => ({ 'safety.forks': 5 }));
    expect(judgeOne(claimOn('mean', forks, '<=', 1), many).verdict).toBe('fail');
  });
});

describe('no data never passes', () => {
  const trivial = claimOn('P', ANY, '<=', 1);

  test('without replications', () => {
    expect(judgeOne(trivial, [])).toMatchObject({ verdict: 'inconclusive', estimate: null, n: 0 });
    expect(judgeOne(claimOn('mean', SHARE, '>=', 0), [])).toMatchObject({ verdict: 'inconclusive', n: 0 });
    expect(judgeOne(claimOn('p99', SHARE, '>=', 0), [])).toMatchObject({ verdict: 'inconclusive', n: 0 });
  });

  test('where every replication is without', () => {
    const outcomes = outcomesOf(50, () => ({ 'rollback.any': null, 'liveness.slotShare': null }));
    for (const claim of [trivial, claimOn('mean', SHARE, '>=', 0), claimOn('p50', SHARE, '<=', 1)]) {
      expect(judgeOne(claim, outcomes)).toMatchObject({ verdict: 'inconclusive', estimate: null, n: 0 });
      expect(judgeOne(claim, outcomes).reason).toContain('no data never passes');
    }
  });

  test('and replications without it count for neither side of a probability', () => {
    const outcomes = outcomesOf(1000, (i) => ({ 'rollback.any': i < 100 ? null : 0 }));
    const at5 = judgeOne(claimOn('P', ANY, '<=', 0.05), outcomes);
    expect(at5).toMatchObject({ verdict: 'inconclusive', estimate: 0, n: 1000 });
    expect(at5.reason).toContain('100 of 1000 replications have no data');
    const at15 = judgeOne(claimOn('P', ANY, '<=', 0.15), outcomes);
    expect(at15.verdict).toBe('pass'); // even if all hundred had been undone
    expect(at15.interval[1]).toBeGreaterThan(0.1);
  });

  test('while a quantile asks those that have it, and says so', () => {
    const outcomes = outcomesOf(200, (i) => ({ 'liveness.longestStall': i % 2 === 0 ? null : 1000 }));
    const result = judgeOne(claimOn('p90', STALL, '<=', MINUTE), outcomes);
    expect(result).toMatchObject({ verdict: 'pass', n: 100 });
    expect(result.reason).toContain('among the 100 of 200 replications with data');
  });
});

describe('what cannot be judged is an error', () => {
  test('a value that is no number, by its replication', () => {
    const outcomes = outcomesOf(9, (i) => ({ 'liveness.slotShare': i === 4 ? Number.NaN : 1 }));
    const result = judgeOne(claimOn('mean', SHARE, '>=', 0.9), outcomes);
    expect(result).toMatchObject({ verdict: 'error', estimate: null, interval: [null, null] });
    expect(result.reason).toContain('Replication 4');
  });

  test('the probability of a quantity, and an unknown metric', () => {
    expect(judgeOne(claimOn('P', SHARE, '>=', 0.9), undoneIn(0, 9)).verdict).toBe('error');
    expect(judgeOne(claimOn('mean', ABORT, '<=', 0.9), undoneIn(0, 9)).verdict).toBe('error');
    const unknown: ClaimSubject = { kind: 'metric', key: 'liveness.luck' };
    expect(judgeOne(claimOn('mean', unknown, '<=', 0.9), undoneIn(0, 9)).reason).toContain('liveness.luck');
  });
});

describe('several claims share one confidence', () => {
  const weak = claimOn('P', ANY, '<=', 0.01); // 0 of 400: p = 0.99^400 = 0.018
  const open = claimOn('P', LONG_STALL, '<=', 0.0001);

  test('a claim that passes alone does not beside another that stays open', () => {
    const outcomes = undoneIn(0, 400);
    expect(judgeOne(weak, outcomes).verdict).toBe('pass');
    const [first, second] = judgeClaims([weak, open], outcomes, HORIZON);
    expect([first?.verdict, second?.verdict]).toEqual(['inconclusive', 'inconclusive']);
    expect(first?.interval[1]).toBeGreaterThan(0.01);
    expect(first?.method).toBe('Clopper–Pearson at 97.5% (Holm, 2 claims)');
  });

  test('nor beside one without data, which keeps its place in the family', () => {
    const outcomes = undoneIn(0, 400).map((outcome) => {
      return { ...outcome, metrics: { ...outcome.metrics, 'rollback.abort': null, 'liveness.recovery': null } };
    });
    const [abort, recovery] = ['rollback.abort', 'liveness.recovery'].map((key) => ({ kind: 'metric' as const, key }));
    for (const empty of [
      claimOn('P', abort as ClaimSubject, '<=', 1),
      claimOn('mean', recovery as ClaimSubject, '>=', 0),
      claimOn('p50', recovery as ClaimSubject, '>=', 0),
    ]) {
      const verdicts = judgeClaims([weak, empty], outcomes, HORIZON).map(({ verdict }) => verdict);
      expect(verdicts).toEqual(['inconclusive', 'inconclusive']);
    }
  });

  test('but does beside one that passes clearly, by the step down', () => {
    const clear = claimOn('P', LONG_STALL, '<=', 0.5);
    const results = judgeClaims([weak, clear], undoneIn(0, 400), HORIZON);
    expect(results.map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
    expect(results.map(({ method }) => method)).toEqual([
      'Clopper–Pearson at 95% (Holm, 2 claims)',
      'Clopper–Pearson at 97.5% (Holm, 2 claims)',
    ]);
  });

  test('and a family of four on the edge of truth has a wrong verdict in at most 10 % at 90 %', () => {
    const families = 800;
    const probability = 0.3;
    const claims = [
      claimOn('P', ANY, '<', probability, 0.9), // false by a hair
      claimOn('P', ABORT, '<', probability, 0.9),
      claimOn('p50', SHARE, '>', 0.5, 0.9),
      claimOn('P', LONG_STALL, '<', probability, 0.9),
    ];
    let wrong = 0;
    for (let family = 0; family < families; family += 1) {
      const stream = createStream('families', family, 'draw');
      const outcomes = Array.from({ length: 80 }, (_, i) =>
        sampleOutcome(
          i,
          {
            'rollback.any': nextUnit(stream) < probability ? 1 : 0,
            'liveness.slotShare': nextUnit(stream),
            'liveness.longestStall': nextUnit(stream) < probability ? HOUR : 0,
          },
          { undone: nextUnit(stream) < probability ? [sampleUndo()] : [] },
        ),
      );
      if (judgeClaims(claims, outcomes, HORIZON).some(({ verdict }) => verdict === 'pass')) wrong += 1;
    }
    expect(wrong / families).toBeLessThanOrEqual(0.05); // passes have half of the 10 %
    expect(wrong / families).toBeGreaterThan(0.01);
  });
});

describe('the reason', () => {
  test('is one sentence with the interval and the threshold', () => {
    expect(judgeOne(claimOn('P', ANY, '<=', 0.02), undoneIn(0, 400)).reason).toBe(
      'The whole interval, 0% to 0.918%, is at most 2%.',
    );
    expect(judgeOne(claimOn('P', ANY, '<=', 0.02), undoneIn(40, 400)).reason).toBe(
      'The whole interval, 7.241% to 13.37%, is above 2%.',
    );
    const stalls = outcomesOf(100, (i) => ({ 'liveness.longestStall': i * MINUTE }));
    expect(judgeOne(claimOn('p50', STALL, '<', HOUR), stalls).reason).toBe(
      'The interval, 39m to 1h, does not settle whether it is below 1h; about 110 replications would if the estimate stays.',
    );
  });

  test('of an open claim says how many replications would settle it, and they do', () => {
    for (const [cases, n, threshold] of [
      [0, 100, 0.01],
      [2, 100, 0.05],
      [30, 100, 0.25],
    ] as const) {
      const claim = claimOn('P', ANY, '<=', threshold);
      const { verdict, reason } = judgeOne(claim, undoneIn(cases, n));
      expect(verdict).toBe('inconclusive');
      const needed = Number(/about (\d+) replications/.exec(reason)?.[1]);
      expect(needed).toBeGreaterThan(n);
      const settled = cases / n < threshold ? 'pass' : 'fail';
      const scaled = (factor: number) =>
        undoneIn(Math.round((factor * needed * cases) / n), Math.round(factor * needed));
      expect(judgeOne(claim, scaled(1.05)).verdict).toBe(settled);
      expect(judgeOne(claim, scaled(0.8)).verdict).toBe('inconclusive');
    }
  });

  test('of an open mean likewise', () => {
    const outcomes = (n: number) => outcomesOf(n, (i) => ({ 'liveness.slotShare': i % 2 === 0 ? 0.8 : 1 }));
    const claim = claimOn('mean', SHARE, '>=', 0.85);
    const needed = Number(/about (\d+) replications/.exec(judgeOne(claim, outcomes(50)).reason)?.[1]);
    expect(needed).toBeGreaterThan(50);
    expect(judgeOne(claim, outcomes(needed)).verdict).toBe('pass');
    expect(judgeOne(claim, outcomes(Math.floor(0.8 * needed))).verdict).toBe('inconclusive');
  });

  test('says so where no number would', () => {
    expect(judgeOne(claimOn('P', ANY, '<=', 0), undoneIn(0, 400)).reason).toContain('any number of replications');
    expect(judgeOne(claimOn('P', ANY, '<=', 0.1), undoneIn(10, 100)).reason).toContain('any number of replications');
  });
});

describe('the worst replication', () => {
  test('of a probability to stay low is a case, the most extreme one', () => {
    const outcomes = outcomesOf(30, (i) => ({ 'liveness.longestStall': i === 11 ? 3 * HOUR : i === 7 ? HOUR : 0 }));
    expect(judgeOne(claimOn('P', LONG_STALL, '<=', 0.1), outcomes).worstReplication).toBe(11);
    expect(judgeOne(claimOn('P', ANY, '<=', 0.1), outcomes).worstReplication).toBeNull();
  });

  test('of a probability to be high is the first that is no case', () => {
    const outcomes = [sampleOutcome(3, {}, { undone: [sampleUndo()] }), sampleOutcome(5), sampleOutcome(8)];
    expect(judgeOne(claimOn('P', ABORT, '>=', 0.9), outcomes).worstReplication).toBe(5);
  });

  test('of a mean or a quantile is the value furthest on the wrong side', () => {
    const outcomes = outcomesOf(9, (i) => ({ 'liveness.slotShare': i === 6 ? 0.2 : i === 2 ? null : 0.9 }));
    expect(judgeOne(claimOn('mean', SHARE, '>=', 0.5), outcomes).worstReplication).toBe(6);
    expect(judgeOne(claimOn('p50', SHARE, '<=', 0.5), outcomes).worstReplication).toBe(0);
  });
});

test('an undoing counts by kind, channel, gate and cause', () => {
  const undone = [sampleUndo({ kind: 'gate-rollback', channel: 'mainnet', gate: 'rewards', cause: 'drift' })];
  const outcomes = [sampleOutcome(0, {}, { undone }), sampleOutcome(1)];
  const estimate = (given: Partial<ClaimSubject & { kind: 'undo' }>) => {
    const subject = { kind: 'undo', undo: 'any', channel: null, gate: null, cause: null, ...given } as const;
    return judgeOne(claimOn('P', subject, '<=', 0.5), outcomes).estimate;
  };
  expect(estimate({})).toBe(0.5);
  expect([estimate({ undo: 'gate-rollback' }), estimate({ undo: 'abort' })]).toEqual([0.5, 0]);
  expect([estimate({ channel: 'mainnet' }), estimate({ channel: 'canary' })]).toEqual([0.5, 0]);
  expect([estimate({ gate: 'rewards' }), estimate({ gate: 'proofs' })]).toEqual([0.5, 0]);
  expect([estimate({ cause: 'drift' }), estimate({ cause: 'release' })]).toEqual([0.5, 0]);
});
