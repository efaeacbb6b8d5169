import { describe, expect, test } from 'vitest';
import type { ExpectationResult, Summary } from '#experiment/result';
import { listConcerns, writeHeadline, writeWarning } from '#report/headline';
import { describeMethods, describeTransition, groupMetrics } from '#report/words';
import { mainnetResult } from '../../fixtures/stored-result.js';

const { summary } = mainnetResult();
const [example] = summary.expectations as [ExpectationResult];

function withVerdicts(verdict: Summary['verdict'], verdicts: readonly ExpectationResult['verdict'][]): Summary {
  return { ...summary, verdict, expectations: verdicts.map((one) => ({ ...example, verdict: one, claim: one })) };
}

describe('the headline', () => {
  test('counts what speaks against a go', () => {
    const all = [
      withVerdicts('no-go', ['fail', 'pass', 'inconclusive', 'inconclusive', 'error']),
      withVerdicts('no-go', ['fail', 'fail']),
      withVerdicts('inconclusive', ['pass', 'inconclusive']),
      withVerdicts('inconclusive', ['error']),
    ];
    expect(all.map(writeHeadline)).toEqual([
      'No-go: 1 of 5 expectations fails, 2 are undecided, 1 could not be evaluated.',
      'No-go: 2 of 2 expectations fail.',
      'Inconclusive: 1 of 2 expectations is undecided.',
      'Inconclusive: 1 of 1 expectation could not be evaluated.',
    ]);
  });

  test('says over how many rollouts everything held, or that nothing was asked', () => {
    expect(writeHeadline(withVerdicts('go', ['pass', 'pass']))).toBe(
      'Go: all 2 expectations hold over 40 simulated rollouts.',
    );
    expect(writeHeadline(withVerdicts('go', ['pass']))).toBe('Go: the expectation holds over 40 simulated rollouts.');
    expect(writeHeadline(withVerdicts('go', []))).toBe('Go: no expectation was stated over 40 simulated rollouts.');
  });

  test('of an interrupted experiment says so', () => {
    const partial = { ...withVerdicts('inconclusive', ['pass']), replications: 7, complete: false };
    expect(writeHeadline(partial)).toBe('Inconclusive: only 7 of 40 rollouts were simulated.');
    expect(writeWarning(partial)).toMatch(/^Incomplete: 7 of 40 rollouts/);
    expect(writeWarning(summary)).toBeNull();
  });

  test('is followed by failures before errors before what is undecided', () => {
    const concerns = listConcerns(withVerdicts('no-go', ['inconclusive', 'pass', 'error', 'fail']));
    expect(concerns.map(({ claim }) => claim)).toEqual(['fail', 'error', 'inconclusive']);
  });
});

describe('the words', () => {
  test('put every metric in one group, those nobody knows in the last', () => {
    const groups = groupMetrics([...Object.keys(summary.metrics), 'new.metric']);
    expect(groups.flatMap(({ keys }) => keys).sort()).toEqual([...Object.keys(summary.metrics), 'new.metric'].sort());
    const ids = ['liveness', 'rewards', 'risk', 'proofs', 'checklist', 'recovery', 'readiness', 'people', 'rollout'];
    expect(groups.map(({ id }) => id)).toEqual(ids);
    expect(groups.at(-1)?.keys.at(-1)).toBe('new.metric');
    expect(groups[0]?.keys[0]).toBe('liveness.slotShare');
  });

  test('tell a transition of any kind', () => {
    const at = { at: 0, channel: 'canary', cause: '' };
    expect(describeTransition({ ...at, kind: 'gate-active', subject: 'rewards' })).toBe('Gate rewards is active');
    expect(describeTransition({ ...at, kind: 'brand-new', subject: 'x' })).toBe('brand-new: x');
  });

  test('explain each method that is named, once', () => {
    const texts = describeMethods(['Clopper–Pearson, Holm', 'DKW mean', 'DKW quantile, Holm', 'unheard of']);
    expect(texts.map((text) => text.split(/[ :(–]/)[0])).toEqual(['Clopper', 'DKW', 'Holm']);
  });
});
