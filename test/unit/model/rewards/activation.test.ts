import { expect, test } from 'vitest';
import { ruleStart, termsAt } from '#model/rewards/activation';
import { PAYOUT_TERMS } from '#model/rewards/payout';

test('section 22: a rule starts one height after the next epoch boundary', () => {
  expect([0, 1_439, 1_440, 1_441].map((height) => ruleStart(height, 1_440))).toEqual([1_441, 1_441, 2_881, 2_881]);
});

test('the last span that has begun holds; before the first nothing is paid', () => {
  const spans = [
    { from: 10, terms: PAYOUT_TERMS.A },
    { from: 20, terms: PAYOUT_TERMS.recommended },
    { from: 30, terms: null },
  ];
  expect([9, 10, 19, 20, 30].map((height) => termsAt(spans, height)?.rule)).toEqual([
    undefined,
    'A',
    'A',
    'recommended',
    undefined,
  ]);
});
