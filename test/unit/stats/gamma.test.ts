import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { lowerGamma, upperGamma } from '#stats/gamma';

// a, x, P, Q: mpmath 1.3, 40 digits
const ROWS = [
  [0.5, 0.2, 0.4729107431344619, 0.5270892568655381],
  [0.5, 30, 0.9999999999999906, 9.485737571073848e-15],
  [1, 3, 0.950212931632136, 0.049787068367863944],
  [2.5, 10, 0.9987502694369687, 0.0012497305630313753],
  [15, 3, 6.703859112405606e-7, 0.9999993296140888],
  [15, 40, 0.9999980243767566, 1.975623243491064e-6],
  [40, 41, 0.5829485789294043, 0.4170514210705957],
  [300, 350, 0.9971042274681777, 0.002895772531822272],
  [300, 420, 0.9999999997039923, 2.9600766709565617e-10],
  [5_000, 5_200, 0.9974151865046462, 0.002584813495353809],
  [1e5, 1.01e5, 0.9991915784870744, 0.0008084215129255907],
] as const;

test('both tails are right to 1e-11, relative', () => {
  for (const [a, x, p, q] of ROWS) {
    expect(Math.abs(lowerGamma(a, x) / p - 1)).toBeLessThan(1e-11);
    expect(Math.abs(upperGamma(a, x) / q - 1)).toBeLessThan(1e-11);
  }
});

test('the ends are exact, and wrong arguments are named', () => {
  expect([lowerGamma(2, 0), upperGamma(2, 0), lowerGamma(2, Infinity), upperGamma(2, Infinity)]).toEqual([0, 1, 1, 0]);
  expect(() => upperGamma(0, 1)).toThrow(/shape 0/);
  expect(() => lowerGamma(1, -1)).toThrow(/argument -1/);
});

test('the tails add up to one and fall as they should', () => {
  const shape = fc.double({ min: 0.1, max: 500, noNaN: true });
  const point = fc.double({ min: 0.001, max: 3, noNaN: true });
  fc.assert(
    fc.property(shape, point, (a, share) => {
      const x = a * share;
      expect(lowerGamma(a, x) + upperGamma(a, x)).toBeCloseTo(1, 11);
      expect(upperGamma(a, x * 1.01)).toBeLessThanOrEqual(upperGamma(a, x) * (1 + 1e-12));
      expect(upperGamma(a + 1, x)).toBeGreaterThanOrEqual(upperGamma(a, x) * (1 - 1e-12));
    }),
  );
});
