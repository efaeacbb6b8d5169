import { expect, test } from 'vitest';
import { listDials, turn } from '../../../src/scenario/dial.js';

const FAULT = {
  kind: 'crash',
  name: 'cut',
  at: '3m',
  for: { lognormal: { median: '4m', p95: '8m' } },
  share: '30%',
  factor: 3,
  targets: { count: 5 },
};

test('turns durations, shares, factors and counts, and nothing else', () => {
  const dials = listDials(FAULT);
  expect(dials.map(({ path }) => path)).toEqual(['for', 'share', 'factor', 'targets.count']);
  const [duration, share, factor, count] = dials;
  expect(duration?.at(32)).toEqual({ lognormal: { median: '2m', p95: '4m' } });
  expect(share?.at(32)).toBe('15%');
  expect(factor?.at(32)).toBe(2); // a factor of one changes nothing
  expect([count?.steps, count?.at(2)]).toEqual([5, 2]);
  for (const dial of dials) expect(dial.at(dial.steps)).toEqual(dial.written);
});

test('a turned fault is a copy with one value replaced', () => {
  expect(turn(FAULT, 'targets.count', 1)).toEqual({ ...FAULT, targets: { count: 1 } });
  expect(FAULT.targets.count).toBe(5);
});
