import { expect, test } from 'vitest';
import { averageUntil, changeValue, createTimeAverage } from '#stats/time-average';

test('each value weighs as long as it was held', () => {
  const average = createTimeAverage(100, 2);
  changeValue(average, 130, 10); // 2 for 30
  changeValue(average, 140, 0); // 10 for 10
  expect(averageUntil(average, 200)).toBe((2 * 30 + 10 * 10 + 0 * 60) / 100);
  expect(averageUntil(average, 140)).toBe((2 * 30 + 10 * 10) / 40);
  expect(average.max).toBe(10);
});

test('without time passed it is the value itself', () => {
  expect(averageUntil(createTimeAverage(5, 7), 5)).toBe(7);
});

test('time does not run backwards', () => {
  const average = createTimeAverage(0, 1);
  changeValue(average, 10, 2);
  expect(() => changeValue(average, 9, 3)).toThrow('9');
  expect(() => averageUntil(average, 9)).toThrow('9');
});
