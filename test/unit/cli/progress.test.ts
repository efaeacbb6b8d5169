import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatProgress } from '../../../src/cli/progress.js';

test('shows how much is done, how fast, and how long it takes', () => {
  expect(formatProgress({ done: 100, total: 400, wallMs: 20_000 }, 100)).toBe(
    '[######..................] 100/400  5.00/s  ETA 60 s',
  );
  expect(formatProgress({ done: 1, total: 400, wallMs: 30_000 }, 100)).toContain('30.0 s each  ETA 3.3 h');
  expect(formatProgress({ done: 400, total: 400, wallMs: 80_000 }, 100)).toBe(
    '[########################] 400/400  5.00/s',
  );
  expect(formatProgress({ done: 0, total: 400, wallMs: 5 }, 100)).toBe('[........................] 0/400');
});

test('fits into one line of any terminal', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(1000), fc.nat(1e7), fc.nat(200), (done, more, wallMs, width) => {
      const line = formatProgress({ done, total: done + more, wallMs }, width);
      expect(line.length).toBeLessThanOrEqual(Math.max(width - 1, 0));
      expect(line).not.toContain('NaN');
      expect(line).not.toContain('Infinity');
    }),
  );
});
