import { expect, test } from 'vitest';
import { createStream, nextUnit } from '#kernel/stream';
import { holm } from '#stats/holm';

test('the p-values 0.01, 0.04, 0.03, 0.005 at 5 % reject the first and the last', () => {
  // The textbook example: 0.005 ≤ 0.05/4, 0.01 ≤ 0.05/3, 0.03 > 0.05/2.
  const decisions = holm([0.01, 0.04, 0.03, 0.005], 0.05);
  expect(decisions.map(({ rejected }) => rejected)).toEqual([true, false, false, true]);
  expect(decisions.map(({ level }) => level)).toEqual([0.05 / 3, 0.05 / 2, 0.05 / 2, 0.05 / 4]);
});

test('a p-value below its own level stays while a smaller one fails', () => {
  expect(holm([0.04, 0.03], 0.05).map(({ rejected }) => rejected)).toEqual([false, false]);
  expect(holm([0.04, 0.02], 0.05).map(({ rejected }) => rejected)).toEqual([true, true]);
});

test('a single hypothesis keeps the whole level, its end included', () => {
  expect(holm([0.05], 0.05)).toEqual([{ rejected: true, level: 0.05 }]);
  expect(holm([], 0.05)).toEqual([]);
});

test('among five hypotheses of which four are true, a true one is rejected in about 5 % of families at most', () => {
  let wrong = 0;
  const families = 20_000;
  for (let i = 0; i < families; i += 1) {
    const stream = createStream('holm', i, 'p');
    const pValues = [0, ...Array.from({ length: 4 }, () => nextUnit(stream))];
    if (holm(pValues, 0.05).some(({ rejected }, j) => rejected && j > 0)) wrong += 1;
  }
  expect(wrong / families).toBeLessThan(0.05); // 1 − (1 − 0.0125)^4 = 0.049
  expect(wrong / families).toBeGreaterThan(0.045);
});

test('no p-value is a missing number', () => {
  expect(() => holm([Number.NaN], 0.05)).toThrow('p-value');
});
