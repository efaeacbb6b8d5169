import { expect, test } from 'vitest';
import type { ExpectationResult } from '#experiment/result';
import { exitCodeOf, verdictOf } from '#experiment/verdict';

function verdictFor(...verdicts: ExpectationResult['verdict'][]): string {
  return verdictOf(verdicts.map((verdict) => ({ verdict }) as ExpectationResult));
}

test('one failed claim is a no-go, only passed claims are a go', () => {
  expect(verdictFor('pass', 'pass')).toBe('go');
  expect(verdictFor('pass', 'fail', 'inconclusive', 'error')).toBe('no-go');
  expect(verdictFor('pass', 'inconclusive')).toBe('inconclusive');
  expect(verdictFor('pass', 'error')).toBe('inconclusive');
});

test('without claims nothing is promised', () => {
  expect(verdictFor()).toBe('inconclusive');
});

test('the exit code is 0, 10 or 11, and 14 for what is incomplete unless a claim failed already', () => {
  const code = (verdict: 'go' | 'no-go' | 'inconclusive', complete: boolean) => exitCodeOf({ verdict, complete });
  expect([code('go', true), code('no-go', true), code('inconclusive', true)]).toEqual([0, 10, 11]);
  expect([code('go', false), code('no-go', false), code('inconclusive', false)]).toEqual([14, 10, 14]);
});
