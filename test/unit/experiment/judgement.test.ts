import { expect, test } from 'vitest';
import { forecastPairs } from '#experiment/judgement';

test('the pairs it would take: the width shrinks with the root of their number', () => {
  expect(forecastPairs(10, [-1, 3], 2, 'lower')).toBe(40); // half of 2 has to become 1
  expect(forecastPairs(10, [-3, 1], 2, 'higher')).toBe(40); // the worse side is the other one
  expect(forecastPairs(10, [4, 8], 2, 'lower')).toBe(3); // beyond already
});

test('where the difference lies at the margin, or there is no interval, no number is named', () => {
  expect(forecastPairs(10, [1, 3], 2, 'lower')).toBeNull();
  expect(forecastPairs(1, [null, null], 2, 'lower')).toBeNull();
});
