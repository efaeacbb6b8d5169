import { expect, test } from 'vitest';
import { gammaCumulative, gammaQuantile, gammaTail, logGamma } from '#kernel/gamma';

// shape, x, P, Q: mpmath 1.3, 40 digits
const ROWS = [
  [0.1, 0.001, 0.5267685683924451, 0.4732314316075549],
  [0.5, 0.2, 0.4729107431344619, 0.5270892568655381],
  [1, 3, 0.950212931632136, 0.049787068367863944],
  [2.5, 1, 0.15085496391539036, 0.8491450360846097],
  [2.5, 10, 0.9987502694369687, 0.0012497305630313753],
  [40, 20, 5.3202025112462175e-5, 0.9999467979748875],
  [40, 41, 0.5829485789294043, 0.4170514210705957],
  [300, 350, 0.9971042274681777, 0.002895772531822272],
  [300, 420, 0.9999999997039923, 2.9600766709565617e-10],
] as const;

test('the logarithm of the gamma function is right to 1e-14', () => {
  // mpmath 1.3, 40 digits
  for (const [x, value] of [
    [0.01, 4.599479878042022],
    [0.5, 0.5723649429247001],
    [3.3, 0.9870985778947345],
    [11.9, 17.25847745059552],
    [12, 17.502307845873887],
    [1000, 5905.220423209181],
  ] as const) {
    expect(Math.abs(logGamma(x) - value)).toBeLessThan(1e-14 * Math.max(1, value));
  }
  expect(() => logGamma(0)).toThrow(/above 0/);
});

test('both tails are right to 1e-11, relative', () => {
  for (const [shape, x, p, q] of ROWS) {
    expect(Math.abs(gammaCumulative(shape, x) / p - 1)).toBeLessThan(1e-11);
    expect(Math.abs(gammaTail(shape, x) / q - 1)).toBeLessThan(1e-11);
  }
  expect([gammaCumulative(2, 0), gammaTail(2, -1)]).toEqual([0, 1]);
});

test('a quantile has the probability it was asked for, whatever shape and tail', () => {
  for (const shape of [0.01, 0.3, 1, 2.5, 40, 1000]) {
    for (const p of [1e-9, 1e-3, 0.1, 0.5, 0.6, 0.9, 0.9999, 1 - 1e-9]) {
      const x = gammaQuantile(shape, p);
      if (x === 0) continue; // below the smallest double
      const relative = p <= 0.5 ? gammaCumulative(shape, x) / p : gammaTail(shape, x) / (1 - p);
      expect(Math.abs(relative - 1)).toBeLessThan(1e-10);
    }
  }
  expect([gammaQuantile(2, 0), gammaQuantile(2, 1)]).toEqual([0, Number.POSITIVE_INFINITY]);
});

test('shape 1 is the exponential law', () => {
  for (const p of [0.001, 0.3, 0.5, 0.99]) expect(gammaQuantile(1, p)).toBeCloseTo(-Math.log1p(-p), 12);
});
