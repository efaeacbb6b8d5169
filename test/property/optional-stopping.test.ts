/**
 * The promise of evidence that may be looked at whenever one likes, kept in thousands of experiments with a known
 * truth: each looks after every trial and stops at the first wrong conclusion.
 */
import { expect, test } from 'vitest';
import { createStream, nextUnit } from '../../src/kernel/stream.js';
import { meanSequencePValue, proportionSequencePValue } from '../../src/stats/confidence-sequence.js';
import { proportionPValue, type Statement } from '../../src/stats/p-value.js';
import { sprtLevel } from '../../src/stats/sprt.js';

const TRIALS = 400;

/** Wrong conclusions are those that `truth` excludes; each side has half of the error. */
function missRate(
  experiments: number,
  truth: number,
  pValue: (k: number, n: number, statement: Statement) => number,
  half: number,
): number {
  const below: Statement = { side: 'below', strict: true, threshold: truth };
  const above: Statement = { side: 'above', strict: true, threshold: truth };
  const wrongAt = Array.from({ length: TRIALS + 1 }, (_, n) => {
    const wrong = new Uint8Array(n + 1);
    for (let k = 0; n > 0 && k <= n && pValue(k, n, below) <= half; k += 1) wrong[k] = 1;
    for (let k = n; n > 0 && k >= 0 && pValue(k, n, above) <= half; k -= 1) wrong[k] = 1;
    return wrong;
  });
  let misses = 0;
  for (let experiment = 0; experiment < experiments; experiment += 1) {
    const stream = createStream('coverage', experiment, 'trials');
    for (let n = 1, k = 0; n <= TRIALS; n += 1) {
      if (nextUnit(stream) < truth) k += 1;
      if (wrongAt[n]?.[k] === 1) {
        misses += 1;
        break;
      }
    }
  }
  return misses / experiments;
}

test.each([0.02, 0.1, 0.5])('the mixture misses a probability of %f at most as often as promised', (truth) => {
  expect(missRate(3000, truth, proportionSequencePValue, 0.05)).toBeLessThanOrEqual(0.1);
});

test('it is no empty promise: a confidence of a half is missed now and then', () => {
  const rate = missRate(3000, 0.1, proportionSequencePValue, 0.25);
  expect(rate).toBeGreaterThan(0.05);
  expect(rate).toBeLessThanOrEqual(0.5);
});

test('Clopper–Pearson looked at after every trial breaks it', () => {
  expect(missRate(3000, 0.1, proportionPValue, 0.05)).toBeGreaterThan(0.2);
});

test('the ratio test errs at the ends of its zone at most as often as promised', () => {
  const alpha = 0.1;
  const claim: Statement = { side: 'below', strict: false, threshold: 0.15 };
  let wrong = 0;
  for (let experiment = 0; experiment < 3000; experiment += 1) {
    const stream = createStream('sprt', experiment, 'trials');
    for (let n = 1, k = 0; n <= TRIALS; n += 1) {
      if (nextUnit(stream) < 0.2) k += 1; // the end of the zone at which the claim must not pass
      if (sprtLevel(k, n, claim, 0.05) <= alpha) {
        wrong += 1;
        break;
      }
    }
  }
  expect(wrong / 3000).toBeLessThanOrEqual(alpha);
  expect(wrong / 3000).toBeGreaterThan(0.03);
});

test.each([
  ['uniform', (u: number) => u, 0.5],
  ['rare and large', (u: number) => (u < 0.05 ? 1 : 0), 0.05],
  ['skewed', (u: number) => u * u * u, 0.25],
] as const)('bets on the mean of a %s quantity win at most as often as promised', (_name, draw, mean) => {
  const half = 0.05;
  let misses = 0;
  for (let experiment = 0; experiment < 1500; experiment += 1) {
    const stream = createStream('betting', experiment, 'trials');
    const values = Array.from({ length: 200 }, () => draw(nextUnit(stream)));
    // the largest capital so far is part of the evidence, so one look at the end sees all looks before it
    const above = meanSequencePValue(values, [0, 1], { side: 'above', strict: true, threshold: mean });
    const below = meanSequencePValue(values, [0, 1], { side: 'below', strict: true, threshold: mean });
    if (Math.min(above, below) <= half) misses += 1;
  }
  expect(misses / 1500).toBeLessThanOrEqual(0.1);
});
