import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meanOf } from '#kernel/distribution';
import { CIRCUITS, type ProofsPlan } from '#model/proof-plan';
import { type BlockWork, createWorkLaws, drawWork, poissonLaw } from '#model/proofs/work';
import { constant, makeProofsPlan } from './plan.js';

const KEY = 20_250_924;

function withCircuits(
  times: readonly number[],
  perBlock: readonly number[],
  over: Partial<ProofsPlan> = {},
): ProofsPlan {
  const entries = CIRCUITS.map((name, i) => [name, { prove: constant(times[i] ?? 0), perBlock: perBlock[i] ?? 0 }]);
  return makeProofsPlan({ circuits: Object.fromEntries(entries), failure: 0, ...over });
}

const TIMES = [1, 20, 300, 4_000, 50_000, 600_000, 7_000_000];

/** What the draw found, on its own. */
function copyOf(work: BlockWork): object {
  const { jobs, prove, pause } = work;
  return { ...work, prove: [...prove.subarray(0, jobs)], pause: [...pause.subarray(0, jobs)] };
}

describe('which jobs a block asks for', () => {
  test('those of each circuit in order, the root apart', () => {
    const laws = createWorkLaws(withCircuits(TIMES, [2, 1, 1, 1, 1, 1]), KEY);
    const work = drawWork(laws, 7, 96, true);
    expect([...work.prove.subarray(0, work.jobs)]).toEqual([1, 1, 20, 300, 4_000, 50_000, 600_000]);
    expect([work.rootProve, work.leaves, work.proofs]).toEqual([7_000_000, 0, 7]);
  });

  test('pruning only if asked', () => {
    const laws = createWorkLaws(withCircuits(TIMES, [1, 1, 1, 1, 1, 1]), KEY);
    const work = drawWork(laws, 7, 96, false);
    expect([...work.prove.subarray(0, work.jobs)]).toEqual([1, 20, 300, 4_000, 600_000]);
    expect(drawWork(laws, 7, 96, true).jobs).toBe(6);
  });

  test('the consensus circuit, and no other, grows with the committee', () => {
    const laws = createWorkLaws(withCircuits(TIMES, [1, 1, 1, 1, 1, 1]), KEY);
    const work = drawWork(laws, 7, 24, false);
    expect([...work.prove.subarray(0, work.jobs)]).toEqual([1, 20, 300, 4_000, 150_000]);
    expect(work.rootProve).toBe(7_000_000);
  });

  test('submitted proofs are only aggregated, by leaves and a root', () => {
    const laws = createWorkLaws(withCircuits(TIMES, [1, 0, 0, 0, 0, 1], { submissions: constant(200) }), KEY);
    const work = drawWork(laws, 7, 96, true);
    expect([work.proofs, work.leaves, work.jobs]).toEqual([202, 3, 5]); // ⌈201 / 63⌉ = 4 jobs, one the root
    expect([...work.prove.subarray(0, work.jobs)]).toEqual([1, 600_000, 7_000_000, 7_000_000, 7_000_000]);
  });

  test('without time for recursion there is no leaf and no root', () => {
    const laws = createWorkLaws(withCircuits([1], [1], { submissions: constant(200) }), KEY);
    const work = drawWork(laws, 7, 96, true);
    expect([work.jobs, work.leaves, work.rootProve, work.proofs]).toEqual([1, 0, 0, 201]);
  });

  test('a mean that is no whole number is Poisson, one that is whole is exact', () => {
    const laws = createWorkLaws(withCircuits(TIMES, [0, 2.5]), KEY);
    const blocks = 20_000;
    const counts = Array.from({ length: blocks }, (_, height) => drawWork(laws, height, 96, true).jobs);
    const mean = counts.reduce((sum, one) => sum + one, 0) / blocks;
    const variance = counts.reduce((sum, one) => sum + (one - mean) ** 2, 0) / blocks;
    expect(Math.abs(mean - 2.5)).toBeLessThan(4 * Math.sqrt(2.5 / blocks));
    expect(Math.abs(variance - 2.5)).toBeLessThan(0.15);
    expect(counts.filter((one) => one === 0).length / blocks).toBeCloseTo(Math.exp(-2.5), 2);
  });
});

test('the Poisson law has the terms it should', () => {
  for (const mean of [0, 0.3, 2.5, 1_000.5]) {
    const { values, weights } = poissonLaw(mean);
    expect(meanOf(poissonLaw(mean))).toBeCloseTo(mean, 9);
    if (mean > 10) continue;
    const total = (weights as number[]).reduce((sum, one) => sum + one, 0);
    let term = Math.exp(-mean);
    for (let k = 0; k < 8; k += 1) {
      expect((weights?.[values.indexOf(k)] ?? 0) / total).toBeCloseTo(term, 12);
      term *= mean / (k + 1);
    }
  }
});

describe('failed attempts', () => {
  const plan = (failure: number, attempts: number) => {
    return withCircuits([1_000], [1], { failure, attempts, retryPause: 1_000_000 });
  };

  test('cost their time, and a pause after so many in a row', () => {
    for (const attempts of [1, 2, 3]) {
      const laws = createWorkLaws(plan(0.6, attempts), KEY);
      let tried = 0;
      for (let height = 0; height < 4_000; height += 1) {
        const work = drawWork(laws, height, 96, false);
        const series = (work.prove[0] as number) / 1_000;
        expect(work.pause[0]).toBe(1_000_000 * Math.floor((series - 1) / attempts));
        tried += series;
      }
      expect(Math.abs(tried / 4_000 - 2.5)).toBeLessThan(0.13); // 1 / (1 − 0.6), four standard errors
    }
  });

  test('draw a new time for each attempt', () => {
    const { circuits } = withCircuits([0], [1]);
    const state = { prove: { kind: 'uniform', min: 0, max: 1_200 }, perBlock: 1 } as const;
    const rough = { circuits: { ...circuits, transaction: state }, failure: 0.95, attempts: 1, retryPause: 1 };
    const laws = createWorkLaws(makeProofsPlan(rough), KEY);
    for (let height = 0; height < 300; height += 1) {
      const work = drawWork(laws, height, 96, false);
      const tried = (work.pause[0] as number) + 1;
      const deviation = Math.sqrt(tried / 12) * 1_200;
      expect(Math.abs((work.prove[0] as number) - 600 * tried)).toBeLessThan(4.5 * deviation);
    }
  });

  test('leave the others alone: what does not fail takes as long as without failures', () => {
    const calm = createWorkLaws(makeProofsPlan({ failure: 0 }), KEY);
    const rough = createWorkLaws(makeProofsPlan({ failure: 0.1 }), KEY);
    let longer = 0;
    for (let height = 0; height < 500; height += 1) {
      const before = [...drawWork(calm, height, 96, true).prove];
      const work = drawWork(rough, height, 96, true);
      for (let job = 0; job < work.jobs; job += 1) {
        expect(work.prove[job]).toBeGreaterThanOrEqual(before[job] as number);
        if ((work.prove[job] as number) > (before[job] as number)) longer += 1;
      }
    }
    expect(longer / 3_000).toBeGreaterThan(0.08);
    expect(longer / 3_000).toBeLessThan(0.12);
  });

  test('never succeeding is a broken claim', () => {
    expect(() => createWorkLaws(plan(1, 2), KEY)).toThrow('some proving attempt succeeds');
  });
});

test('the jobs of a block are a function of the key and its height alone', () => {
  const plan = makeProofsPlan({ failure: 0.2, submissions: { kind: 'exponential', mean: 100 } });
  const jumbled = createWorkLaws(plan, KEY);
  fc.assert(
    fc.property(fc.array(fc.nat(5_000), { minLength: 1, maxLength: 10 }), fc.boolean(), (heights, pruning) => {
      for (const height of heights) {
        const alone = copyOf(drawWork(createWorkLaws(plan, KEY), height, 80, pruning));
        expect(copyOf(drawWork(jumbled, height, 80, pruning))).toEqual(alone);
      }
    }),
    { numRuns: 8 },
  );
  expect(copyOf(drawWork(jumbled, 1, 80, true))).not.toEqual(copyOf(drawWork(createWorkLaws(plan, 1), 1, 80, true)));
});
