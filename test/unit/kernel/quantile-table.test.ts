import { describe, expect, test } from 'vitest';
import { type Distribution, meanOf, quantileOf, varianceOf } from '#kernel/distribution';
import { drawUint32 } from '#kernel/draw';
import { compileTable, drawFromTable } from '#kernel/quantile-table';

const WORDS = 2 ** 32;

/** The exact draw of a word: the quantile in its middle. */
function exact(law: Distribution, word: number): number {
  return quantileOf(law, (word + 0.5) / WORDS);
}

const GAMMA: Distribution = { kind: 'gamma', shape: 2.5, scale: 1e6 };
const LINES: Readonly<Record<string, Distribution>> = {
  uniform: { kind: 'uniform', min: 1e6, max: 3e6 },
  exponential: { kind: 'exponential', mean: 1e6 },
  normal: { kind: 'normal', mean: 2.5e6, deviation: 5e5 },
  'lognormal, sigma 0.5': { kind: 'lognormal', median: 1e6, sigma: 0.5 },
  'lognormal, sigma 1': { kind: 'lognormal', median: 1e6, sigma: 1 },
  'lognormal to a max': { kind: 'lognormal', median: 1e6, sigma: 1, max: 3e6 },
  gamma: GAMMA,
};

describe.each(Object.entries(LINES))('%s', (_, law) => {
  const table = compileTable(law);
  const deviation = Math.sqrt(varianceOf(law));

  test('errs by at most 5e-4 of a standard deviation, or of itself, between the quantiles 0.001 and 0.999', () => {
    let worst = 0;
    for (let p = 0.001; p <= 0.999; p += 0.000151) {
      const word = Math.floor(p * WORDS);
      const value = exact(law, word);
      const error = Math.abs(drawFromTable(table, word) - value) - 1; // 1 for rounding
      worst = Math.max(worst, error / Math.max(deviation, value));
    }
    expect(worst).toBeLessThan(5e-4);
  });

  test('errs by at most 1e-3 of itself in the upper tail, to the last word', () => {
    let worst = 0;
    for (let far = 0; far < 22; far += 0.001) {
      const word = WORDS - 1 - Math.floor(Math.exp(far) - 1);
      const value = exact(law, word);
      worst = Math.max(worst, (Math.abs(drawFromTable(table, word) - value) - 1) / value);
    }
    expect(worst).toBeLessThan(1e-3);
    expect(Math.abs(drawFromTable(table, WORDS - 1) - exact(law, WORDS - 1))).toBeLessThanOrEqual(1);
  });

  test('never draws below 0 nor above what the law allows', () => {
    for (let word = 0; word < WORDS; word += 655_211) {
      const value = drawFromTable(table, word);
      expect(value >= quantileOf(law, 0) - 0.5 && value <= quantileOf(law, 1) + 0.5).toBe(true);
    }
    for (const word of [0, 1, 2, WORDS / 2 - 1, WORDS / 2, WORDS - 2, WORDS - 1]) {
      expect(Math.abs(drawFromTable(table, word) - exact(law, word))).toBeLessThan(5e-4 * deviation + 1);
    }
  });

  test('has the mean of the exact draws', () => {
    const count = 1 << 16;
    let bias = 0;
    for (let i = 0; i < count; i += 1) {
      const word = (i + 0.5) * (WORDS / count);
      bias += (drawFromTable(table, word) - exact(law, word)) / count;
    }
    expect(Math.abs(bias)).toBeLessThan(2e-5 * deviation);
  });
});

test('four times the cells err by less than an eighth', () => {
  const law: Distribution = { kind: 'exponential', mean: 1e9 };
  const worst = [1024, 4096].map((size) => {
    const table = compileTable(law, size);
    let error = 0;
    for (let word = 5_000_000; word < WORDS - 5_000_000; word += 4_000_037) {
      error = Math.max(error, Math.abs(drawFromTable(table, word) - exact(law, word)));
    }
    return error;
  });
  expect(worst[1]).toBeLessThan((worst[0] as number) / 8);
});

test('a normal law that is cut at 0 draws 0 as often as it should', () => {
  const law: Distribution = { kind: 'normal', mean: 500_000, deviation: 500_000 };
  const table = compileTable(law);
  let zeros = 0;
  let least = 0;
  let worst = 0;
  const cells = 1 << 18;
  for (let i = 0; i < cells; i += 1) {
    const word = i * 16_384 + 8192;
    const value = drawFromTable(table, word);
    if (value === 0) zeros += 1;
    least = Math.min(least, value);
    worst = Math.max(worst, Math.abs(value - exact(law, word)));
  }
  expect(Math.abs(zeros / cells - 0.15865525393145705)).toBeLessThan(0.01);
  expect(least).toBe(0);
  expect(worst).toBeLessThan(0.01 * 500_000);
});

describe('laws of finitely many values', () => {
  test.each<[string, Distribution]>([
    ['constant', { kind: 'constant', value: 42.4 }],
    ['one value', { kind: 'empirical', values: [9] }],
    ['values', { kind: 'empirical', values: [50, 10, 20, 20, 90] }],
    ['weights', { kind: 'empirical', values: [5, 1, 7, 3], weights: [1, 2, 0, 7] }],
    ['a rare value', { kind: 'empirical', values: [1, 1000], weights: [999_999, 1] }],
    ['few ranks', { kind: 'zipf', n: 7, exponent: 1.2 }],
    ['many ranks', { kind: 'zipf', n: 10_000, exponent: 0.9 }],
  ])('%s: each word draws its exact quantile', (_, law) => {
    const table = compileTable(law);
    let misses = 0;
    for (let i = 0; i < 50_000; i += 1) {
      const word = i < 1000 ? i * 4_294_967 : drawUint32(11, i);
      if (drawFromTable(table, word) !== Math.round(exact(law, word))) misses += 1;
    }
    expect(misses).toBeLessThanOrEqual(law.kind === 'zipf' ? 3 : 0); // a word on the edge of 10 000 ranks may round either way
    expect(drawFromTable(table, 0)).toBe(Math.round(quantileOf(law, 0)));
    expect(drawFromTable(table, WORDS - 1)).toBe(Math.round(quantileOf(law, 1)));
  });
});

test('a mixture draws from its parts as often as their weights say, nested or not, and never between them', () => {
  const law: Distribution = {
    kind: 'mixture',
    parts: [
      { weight: 6, of: { kind: 'uniform', min: 0, max: 1000 } },
      { weight: 0, of: { kind: 'constant', value: 77_777 } },
      {
        weight: 4,
        of: {
          kind: 'mixture',
          parts: [
            { weight: 3, of: { kind: 'constant', value: 5000 } },
            { weight: 1, of: { kind: 'normal', mean: 1e6, deviation: 1000 } },
          ],
        },
      },
    ],
  };
  const table = compileTable(law);
  const counts = { low: 0, atom: 0, high: 0, other: 0 };
  let sum = 0;
  const count = 1 << 18;
  for (let i = 0; i < count; i += 1) {
    const value = drawFromTable(table, i * 16_384 + 8192);
    sum += value;
    if (value <= 1000) counts.low += 1;
    else if (value === 5000) counts.atom += 1;
    else if (value > 990_000) counts.high += 1;
    else counts.other += 1;
  }
  expect(counts.other).toBe(0);
  expect(Math.abs(counts.low / count - 0.6)).toBeLessThan(1e-4);
  expect(Math.abs(counts.atom / count - 0.3)).toBeLessThan(1e-4);
  expect(Math.abs(sum / count - meanOf(law))).toBeLessThan(5);
});

test('a word may be signed or unsigned', () => {
  for (const law of [GAMMA, { kind: 'zipf', n: 50, exponent: 1 }] as const) {
    const table = compileTable(law);
    for (let i = 0; i < 2000; i += 1) {
      const word = drawUint32(3, i);
      expect(drawFromTable(table, word | 0)).toBe(drawFromTable(table, word));
    }
  }
});

test('a table is plain data', () => {
  const law: Distribution = { kind: 'mixture', parts: [{ weight: 1, of: { kind: 'exponential', mean: 1e6 } }] };
  const table = compileTable(law);
  const clone = structuredClone(table);
  for (let i = 0; i < 100; i += 1)
    expect(drawFromTable(clone, drawUint32(5, i))).toBe(drawFromTable(table, drawUint32(5, i)));
});

test('a table has a number of cells that is a power of two', () => {
  for (const size of [0, 64, 1000, 1025]) {
    expect(() => compileTable({ kind: 'exponential', mean: 1 }, size)).toThrow(/power of two from 128/);
  }
  expect(() => compileTable({ kind: 'exponential', mean: -1 })).toThrow(/mean of an exponential law/);
});
