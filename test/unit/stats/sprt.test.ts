import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasRoom, sprtLevel } from '../../../src/stats/sprt.js';

const CLAIM = { side: 'below', strict: false, threshold: 0.1 } as const;

test('is the likelihood ratio of the two ends of the zone', () => {
  const ratio = (0.05 / 0.15) ** 2 * (0.95 / 0.85) ** 98;
  expect(sprtLevel(2, 100, CLAIM, 0.05)).toBeCloseTo(1 / ratio, 12);
});

test('the claim and its opposite never both have evidence', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(500), (n, k) => {
      fc.pre(k <= n);
      const opposite = { side: 'above', strict: true, threshold: 0.1 } as const;
      const [pass, fail] = [sprtLevel(k, n, CLAIM, 0.05), sprtLevel(k, n, opposite, 0.05)];
      expect(Math.max(pass, fail)).toBe(1);
    }),
  );
});

test('needs room on both sides of the threshold', () => {
  expect(hasRoom({ threshold: 0.1, halfWidth: 0.05 })).toBe(true);
  expect(hasRoom({ threshold: 0.1, halfWidth: 0.1 })).toBe(false);
  expect(hasRoom({ threshold: 0.99, halfWidth: 0.02 })).toBe(false);
  expect(() => sprtLevel(0, 1, CLAIM, 0.2)).toThrow('lies inside');
});
