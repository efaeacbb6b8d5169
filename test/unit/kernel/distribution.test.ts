import { describe, expect, test } from 'vitest';
import {
  assertDistribution,
  cumulativeOf,
  type Distribution,
  lognormalFrom,
  meanOf,
  quantileOf,
  sampleInteger,
  scaleDistribution,
  varianceOf,
} from '#kernel/distribution';
import { createStream } from '#kernel/stream';
import { distance, distanceBound } from './randomness.js';

const CONTINUOUS: Readonly<Record<string, Distribution>> = {
  uniform: { kind: 'uniform', min: 1e6, max: 3e6 },
  exponential: { kind: 'exponential', mean: 1e6 },
  normal: { kind: 'normal', mean: 2.5e6, deviation: 5e5 },
  lognormal: { kind: 'lognormal', median: 1e6, sigma: 0.8 },
  'lognormal to a max': { kind: 'lognormal', median: 1e6, sigma: 0.8, max: 2e6 },
  gamma: { kind: 'gamma', shape: 2.5, scale: 1e6 },
  'gamma below 1': { kind: 'gamma', shape: 0.5, scale: 1e6 },
  mixture: {
    kind: 'mixture',
    parts: [
      { weight: 3, of: { kind: 'exponential', mean: 1e5 } },
      { weight: 0, of: { kind: 'constant', value: 9e9 } },
      { weight: 1, of: { kind: 'normal', mean: 2e6, deviation: 1e5 } },
    ],
  },
};

const DISCRETE: Readonly<Record<string, Distribution>> = {
  constant: { kind: 'constant', value: 42 },
  'normal cut at 0': { kind: 'normal', mean: 10, deviation: 20 },
  empirical: { kind: 'empirical', values: [50, 10, 20, 20, 90] },
  'empirical with weights': { kind: 'empirical', values: [5, 1, 7, 3], weights: [1, 2, 0, 7] },
  'few ranks': { kind: 'zipf', n: 7, exponent: 1.2 },
  'many ranks': { kind: 'zipf', n: 10_000, exponent: 0.9 },
  'mixture with atoms': {
    kind: 'mixture',
    parts: [
      { weight: 0.5, of: { kind: 'constant', value: 100 } },
      { weight: 0.5, of: { kind: 'uniform', min: 0, max: 200 } },
    ],
  },
};

const ALL = { ...CONTINUOUS, ...DISCRETE };
const COUNT = 20_000;

function lawOf(name: string): Distribution {
  const law = ALL[name];
  if (law === undefined) throw new Error(`no law ${name}`);
  return law;
}

function sampleOf(name: string): number[] {
  const stream = createStream('distribution', 0, name);
  return Array.from({ length: COUNT }, () => sampleInteger(lawOf(name), stream));
}

describe('samples', () => {
  test.each(Object.keys(ALL))('%s: integers from 0 whose mean and variance are those of the law', (name) => {
    const law = lawOf(name);
    const sample = sampleOf(name);
    expect(sample.every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
    const mean = sample.reduce((sum, value) => sum + value, 0) / COUNT;
    const squares = sample.map((value) => (value - mean) ** 2);
    const variance = squares.reduce((sum, value) => sum + value, 0) / COUNT;
    const fourth = squares.reduce((sum, value) => sum + value * value, 0) / COUNT;
    // four standard errors, and what rounding may do
    expect(Math.abs(mean - meanOf(law))).toBeLessThanOrEqual(4 * Math.sqrt(varianceOf(law) / COUNT) + 0.5);
    expect(Math.abs(variance - varianceOf(law))).toBeLessThanOrEqual(
      4 * Math.sqrt((fourth - variance * variance) / COUNT) + 0.25,
    );
  });

  test.each(Object.keys(CONTINUOUS))('%s: as near to the law as twenty thousand draws come', (name) => {
    const law = lawOf(name);
    const far = distance(sampleOf(name), (x) => cumulativeOf(law, x));
    expect(far).toBeLessThan(distanceBound(COUNT, 1e-4));
    expect(far).toBeGreaterThan(0.1 * distanceBound(COUNT, 1e-4)); // draws, not a grid
  });

  test('values with weights are drawn as often as those say, the one without never', () => {
    const sample = sampleOf('empirical with weights');
    for (const [value, share] of [
      [5, 0.1],
      [1, 0.2],
      [7, 0],
      [3, 0.7],
    ] as const) {
      const seen = sample.filter((drawn) => drawn === value).length / COUNT;
      expect(Math.abs(seen - share)).toBeLessThanOrEqual(4 * Math.sqrt((share * (1 - share)) / COUNT));
    }
  });

  test('a draw takes as much of a stream under every law, so two variants share their luck', () => {
    const after = Object.entries(ALL).map(([, law]) => {
      const stream = createStream('distribution', 0, 'luck');
      for (let i = 0; i < 10; i += 1) sampleInteger(law, stream);
      return JSON.stringify(stream);
    });
    expect(new Set(after).size).toBe(1);
  });

  test('of two laws that differ by a factor, every draw differs by that factor', () => {
    const [one, other] = [createStream('s', 0, 'x'), createStream('s', 0, 'x')];
    for (let i = 0; i < 1000; i += 1) {
      const small = sampleInteger({ kind: 'lognormal', median: 1e6, sigma: 1 }, one);
      const large = sampleInteger({ kind: 'lognormal', median: 3e6, sigma: 1 }, other);
      expect(Math.abs(large - 3 * small)).toBeLessThanOrEqual(2); // both round
    }
  });
});

describe('quantiles', () => {
  test.each(Object.keys(ALL))('%s: the smallest value that reaches the probability', (name) => {
    const law = lawOf(name);
    for (const p of [0.001, 0.05, 0.3, 0.5, 0.55, 0.77, 0.95, 0.9999]) {
      const x = quantileOf(law, p);
      expect(cumulativeOf(law, x)).toBeGreaterThanOrEqual(p - 1e-12);
      if (x > 0) expect(cumulativeOf(law, x * (1 - 1e-9))).toBeLessThan(p + 1e-12);
    }
  });

  test.each(Object.keys(ALL))('%s: mean and variance are those of the quantiles', (name) => {
    const law = lawOf(name);
    const cells = 20_000;
    let [first, second] = [0, 0];
    for (let i = 0; i < cells; i += 1) {
      const x = quantileOf(law, (i + 0.5) / cells);
      first += x / cells;
      second += (x * x) / cells;
    }
    const deviation = Math.sqrt(varianceOf(law));
    expect(Math.abs(first - meanOf(law))).toBeLessThanOrEqual(1e-3 * deviation + 1e-9);
    // the last cell of a heavy tail is missed by its middle
    expect(Math.abs(second - first * first - varianceOf(law))).toBeLessThanOrEqual(0.01 * deviation ** 2 + 1e-9);
  });

  test('a probability that a value reaches exactly gives that value', () => {
    const quarters: Distribution = { kind: 'empirical', values: [4, 2, 3, 1] };
    expect([0.25, 0.5, 0.75, 1].map((p) => quantileOf(quarters, p))).toEqual([1, 2, 3, 4]);
    expect([0.26, 0.51, 0.76].map((p) => quantileOf(quarters, p))).toEqual([2, 3, 4]);
  });

  test('the ends are the smallest and the largest value', () => {
    const ends = (law: Distribution): number[] => [quantileOf(law, 0), quantileOf(law, 1)];
    expect(ends(lawOf('uniform'))).toEqual([1e6, 3e6]);
    expect(ends(lawOf('exponential'))).toEqual([0, Number.POSITIVE_INFINITY]);
    expect(ends(lawOf('normal'))).toEqual([0, Number.POSITIVE_INFINITY]);
    expect(ends(lawOf('lognormal to a max'))).toEqual([0, 2e6]);
    expect(ends(lawOf('mixture'))).toEqual([0, Number.POSITIVE_INFINITY]);
    expect(ends(lawOf('empirical'))).toEqual([10, 90]);
    expect(ends(lawOf('few ranks'))).toEqual([1, 7]);
    expect(() => quantileOf({ kind: 'constant', value: 1 }, 1.01)).toThrow(/lies in 0 … 1/);
  });

  test('a lognormal law keeps its shape below its max and has nothing above', () => {
    const whole: Distribution = { kind: 'lognormal', median: 100, sigma: 1 };
    const cut: Distribution = { ...whole, max: 150 };
    const share = cumulativeOf(whole, 150);
    for (const x of [10, 80, 149]) expect(cumulativeOf(cut, x)).toBeCloseTo(cumulativeOf(whole, x) / share, 12);
    expect(cumulativeOf(cut, 150)).toBe(1);
    expect(quantileOf(cut, 0.5)).toBeLessThan(100);
  });
});

describe('the lognormal law of two numbers', () => {
  test('has the median and the percentile it was made from', () => {
    const law = lognormalFrom(40_000, { p99: 400_000 });
    expect(quantileOf(law, 0.5)).toBe(40_000);
    expect(quantileOf(law, 0.99)).toBeCloseTo(400_000, 6);
    expect(quantileOf(lognormalFrom(3, { p95: 5 }), 0.95)).toBeCloseTo(5, 12);
    expect(law.sigma).toBe(Math.log(10) / 2.326347874040841);
    expect(lognormalFrom(7, { p95: 7 })).toEqual({ kind: 'lognormal', median: 7, sigma: 0 });
  });

  test('has a percentile at or above its median, which is above 0', () => {
    expect(() => lognormalFrom(40, { p99: 39 })).toThrow(/at least the median/);
    expect(() => lognormalFrom(0, { p95: 1 })).toThrow(/above 0/);
  });

  test('of a spread of 0 draws its median', () => {
    const stream = createStream('s', 0, 'x');
    expect(sampleInteger({ kind: 'lognormal', median: 7, sigma: 0 }, stream)).toBe(7);
    expect(varianceOf({ kind: 'lognormal', median: 7, sigma: 0, max: 9 })).toBe(0);
  });
});

test.each(Object.keys(ALL))('%s: scaled by 2.5, every quantile is 2.5 times what it was', (name) => {
  const law = lawOf(name);
  const scaled = scaleDistribution(law, 2.5);
  assertDistribution(scaled);
  for (const p of [0.001, 0.1, 0.5, 0.9, 0.999]) {
    expect(quantileOf(scaled, p)).toBeCloseTo(2.5 * quantileOf(law, p), 4);
  }
  expect(scaleDistribution(law, 0)).toEqual({ kind: 'constant', value: 0 });
});

describe('parameters', () => {
  test.each(Object.keys(ALL))('%s is a law', (name) => {
    expect(() => assertDistribution(lawOf(name))).not.toThrow();
  });

  test.each<[RegExp, Distribution]>([
    [/the value of a constant law, -1, is/, { kind: 'constant', value: -1 }],
    [/the max of a uniform law, Infinity/, { kind: 'uniform', min: 0, max: Number.POSITIVE_INFINITY }],
    [/min 3 ≤ max 2/, { kind: 'uniform', min: 3, max: 2 }],
    [/the mean of an exponential law, NaN/, { kind: 'exponential', mean: Number.NaN }],
    [/the deviation of a normal law, -2/, { kind: 'normal', mean: 1, deviation: -2 }],
    [/the sigma of a lognormal law, -1/, { kind: 'lognormal', median: 1, sigma: -1 }],
    [/max 1e-20 leaves/, { kind: 'lognormal', median: 1e6, sigma: 0.1, max: 1e-20 }],
    [/shape and scale of a gamma law are above 0/, { kind: 'gamma', shape: 0, scale: 1 }],
    [/an empirical law has values/, { kind: 'empirical', values: [] }],
    [/a value of an empirical law, -3/, { kind: 'empirical', values: [1, -3] }],
    [/has 2 weights, one for each/, { kind: 'empirical', values: [1, 2], weights: [1] }],
    [/some weight is above 0/, { kind: 'empirical', values: [1, 2], weights: [0, 0] }],
    [/some weight is above 0/, { kind: 'mixture', parts: [] }],
    [/a weight, -1/, { kind: 'mixture', parts: [{ weight: -1, of: { kind: 'constant', value: 1 } }] }],
    [
      /the value of a constant law, -5/,
      { kind: 'mixture', parts: [{ weight: 1, of: { kind: 'constant', value: -5 } }] },
    ],
    [/number 0 of ranks/, { kind: 'zipf', n: 0, exponent: 1 }],
    [/the exponent of a Zipf law, -1/, { kind: 'zipf', n: 3, exponent: -1 }],
  ])('%s is refused', (message, law) => {
    expect(() => assertDistribution(law)).toThrow(message);
  });
});
