import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '#base/time';
import { METRICS } from '#model/metric';
import type { ClaimNames } from '#scenario/event';
import { parseClaim } from '#scenario/expression';
import { linesOf, load, minimal, problemsOf } from './scenario-text.js';

const NAMES: ClaimNames = {
  channels: ['canary', 'mainnet', 'in'],
  gates: ['selection', 'rewards'],
  causes: ['crash-1', 'bad-release', 'unexplained'],
};

function claimOf(text: string) {
  const parsed = parseClaim(text, 0.95, NAMES);
  return 'claim' in parsed ? parsed.claim : parsed.mistakes;
}

function mistakeOf(text: string): string {
  const parsed = parseClaim(text, 0.95, NAMES);
  if ('claim' in parsed) return 'none';
  return parsed.mistakes
    .map(({ offset, width, what, fix }) => `${text.slice(offset, offset + width)} | ${what}. ${fix}`)
    .join('\n');
}

const undo = (kind: string, more = {}) => ({
  kind: 'undo',
  undo: kind,
  channel: null,
  gate: null,
  cause: null,
  ...more,
});

test('the chance of an undoing, narrowed by channel, gate and cause in any order', () => {
  expect(claimOf('P(abort in canary) >= 99%')).toEqual({
    text: 'P(abort in canary) >= 99%',
    confidence: 0.95,
    statistic: 'P',
    subject: undo('abort', { channel: 'canary' }),
    comparator: '>=',
    threshold: 0.99,
  });
  const subjectOf = (event: string) => claimOf(`P(${event}) < 0.5`);
  const subject = (one: object) => expect.objectContaining({ subject: one });
  expect(subjectOf('rollback')).toEqual(subject(undo('any')));
  expect(subjectOf('gate rollback')).toEqual(subject(undo('gate-rollback')));
  expect(subjectOf('gate_rollback')).toEqual(subject(undo('gate-rollback')));
  expect(subjectOf('state-rollback')).toEqual(subject(undo('state-rollback')));
  expect(subjectOf('rollback by bad-release')).toEqual(subject(undo('any', { cause: 'bad-release' })));
  expect(subjectOf('state rollback at rewards by crash-1 in mainnet')).toEqual(
    subject(undo('state-rollback', { channel: 'mainnet', gate: 'rewards', cause: 'crash-1' })),
  );
  expect(subjectOf('abort in in')).toEqual(subject(undo('abort', { channel: 'in' })));
  expect(subjectOf('abort by unexplained')).toEqual(subject(undo('abort', { cause: 'unexplained' })));
});

test('the chance that a metric meets a condition, in the unit of the metric', () => {
  expect(claimOf('P(liveness.longestStall > 10m) <= 5%')).toMatchObject({
    statistic: 'P',
    subject: { kind: 'condition', key: 'liveness.longestStall', comparator: '>', value: 10 * MINUTE },
    comparator: '<=',
    threshold: 0.05,
  });
  expect(claimOf('P(liveness.slotShare >= 90%) > 0.5')).toMatchObject({ subject: { value: 0.9 }, threshold: 0.5 });
  expect(claimOf('P(liveness.longestStall > 1h 30m) <= 5%')).toMatchObject({ subject: { value: 90 * MINUTE } });
  expect(claimOf('P(rollout.completed)>=90%')).toMatchObject({ subject: { kind: 'metric', key: 'rollout.completed' } });
});

test('means and quantiles are in the unit of their metric', () => {
  expect(claimOf('mean(liveness.slotShare) >= 0.99')).toMatchObject({ statistic: 'mean', threshold: 0.99 });
  expect(claimOf('p95(liveness.finality.p99) <= 12s')).toMatchObject({
    statistic: 'p95',
    subject: { kind: 'metric', key: 'liveness.finality.p99' },
    threshold: 12 * SECOND,
  });
  expect(claimOf('mean(rewards.relativeError) < 1e-6')).toMatchObject({ threshold: 1e-6 });
  expect(claimOf('p50(rewards.shortfall) <= 100_000')).toMatchObject({ threshold: 100_000 });
  expect(claimOf(' ( mean ( safety.forks ) ) < ( 1 ) ')).toMatchObject({ statistic: 'mean', threshold: 1 });
});

test('every metric of the catalogue can be claimed', () => {
  const value = { share: '5%', duration: '1m', count: '3', units: '7', ratio: '0.1' };
  for (const { key, kind, unit } of METRICS) {
    const text = kind === 'probability' ? `P(${key}) <= 5%` : `mean(${key}) <= ${value[unit]}`;
    expect(claimOf(text), text).toMatchObject({ text, subject: { key } });
  }
});

describe('a mistake points at its words', () => {
  test.each([
    [
      'P(abort in canry) >= 99%',
      'canry | there is no channel "canry". Did you mean "canary"? Known channels: canary, mainnet, in.',
    ],
    ['P(abort by crash-2) >= 99%', 'crash-2 | there is no cause "crash-2". Did you mean "crash-1"?'],
    ['P(abort at reward) >= 99%', 'reward | there is no gate phase "reward". Did you mean "rewards"?'],
    ['P(abort on canary) >= 99%', 'on | "on" has no meaning after an event. Go on with "in" a channel'],
    ['P(abort in canary in mainnet) >= 99%', 'in | "in" is said twice. Say it once.'],
    ['P(abort in) >= 99%', 'in | "in" names nothing.'],
    ['P(abrot) >= 99%', 'abrot | there is no metric or event "abrot". Did you mean "abort"?'],
    [
      'mean(liveness.slotshare) >= 1',
      'liveness.slotshare | there is no metric or event "liveness.slotshare". Did you mean "liveness.slotShare"?',
    ],
    ['mean(slotShare) >= 1', 'slotShare | there is no metric or event "slotShare". Did you mean "liveness.slotShare"?'],
    ['mean(abort) >= 1', 'abort | there is no metric or event "abort"'],
    ['median(liveness.slotShare) >= 1', 'median | there is no estimate "median".'],
    [
      'P(liveness.slotShare) >= 99%',
      'liveness.slotShare | "liveness.slotShare" is a quantity, not an event. Write P(liveness.slotShare > 2%) or mean(liveness.slotShare).',
    ],
    [
      'mean(rollback.any) <= 5%',
      'rollback.any | "rollback.any" happens or not; it has no mean. Write P(rollback.any).',
    ],
    [
      'P(rollback.any > 1) <= 5%',
      'rollback.any | "rollback.any" happens or not; it has no size. Write P(rollback.any).',
    ],
    ['P(abort) >= 120%', '120% | "120%" is not a probability. Write 2% or 0.02.'],
    ['mean(liveness.slotShare) >= 5s', '5s | "5s" is not in the unit of liveness.slotShare.'],
    ['mean(liveness.recovery) <= 5', '5 | "5" is not in the unit of liveness.recovery. Write 8s or 10m.'],
    ['P(liveness.recovery > 5) <= 5%', '5 | "5" is not in the unit of liveness.recovery.'],
    ['P(liveness.recovery in canary) <= 5%', 'in | "in" has no meaning after the metric liveness.recovery.'],
    ['P(abort) >= canary', 'canary | "canary" stands where it expects a value.'],
    ['P(99%) >= 99%', '99% | "99%" stands where it expects a metric or an event.'],
    ['P(abort)', 'P(abort) | is not a comparison.'],
    ['P(abort) > 1% > 2%', 'P(abort) > 1% > 2% | is not a comparison.'],
    ['99% <= P(abort)', '99% <= P(abort) | the left side is not an estimate.'],
    ['P(abort, rollback) > 1%', ', | "," has no place in a claim.'],
    ['P(abort) + 1 > 1%', '+ | "+" has no place in a claim.'],
    ['P() > 1%', 'P() > 1% | P takes one thing in parentheses.'],
    ['P(abort >= 99%', '% | the claim breaks off or does not fit together here.'],
    ['P(abort)) >= 99%', ') | the claim breaks off'],
    ['P(abort) >=', '= | the claim breaks off'],
    ['import("fs")', '" | """ has no place in a claim.'],
    ['P(abort) >= 1%; range(0, 1e9)', '; | ";" has no place'],
    ['range(0 > 1) > 1', 'range | there is no estimate "range".'],
    ['', ' | is not a comparison.'],
    ['x'.repeat(501), `${'x'.repeat(501)} | is too long for a claim.`],
    [`${'('.repeat(240)}P(abort)${')'.repeat(240)} > 2%`, 'none'],
  ])('%j', (text, message) => {
    expect(mistakeOf(text)).toContain(message);
  });

  test('in the file, whether quoted, plain or in a map', () => {
    const text = minimal(`expect:
  - P(abrt) <= 5%
  - 'P(abrt) <= 5%'
  - { that: "P(abrt) <= 5%", confidence: 99% }
  - >-
    P(abrt)
    <= 5%
`);
    expect(problemsOf(text).map(({ line, column, path }) => [line, column, path])).toEqual([
      [6, 7, 'expect[0]'],
      [7, 8, 'expect[1]'],
      [8, 16, 'expect[2].that'],
      [9, 5, 'expect[3]'],
    ]);
  });
});

test('a claim that no number of agreeing replications could show is a warning that says how many could', () => {
  const warningsFor = (claim: string, replications: number) =>
    load(minimal(`expect: ['${claim}']\n`), { replications }).warnings.map(({ what, fix }) => `${what}. ${fix}`);
  // Clopper–Pearson, two-sided 95 %: 0.025^(1/n) ≥ 0.99 from n = 368 on.
  expect(warningsFor('P(abort) >= 99%', 368)).toEqual([]);
  expect(warningsFor('P(abort) >= 99%', 367)).toEqual([
    '367 replications cannot show this, even if all agree. Run at least 368, or claim less.',
  ]);
  expect(warningsFor('P(abort) <= 1%', 367)).toHaveLength(1);
  expect(warningsFor('P(abort) <= 25%', 20)).toEqual([]);
  expect(warningsFor('P(abort) >= 100%', 1_000_000)[0]).toContain('Claim less than certainty.');
  expect(warningsFor('P(abort) >= 0', 1)).toEqual([]);
  expect(warningsFor('mean(liveness.slotShare) >= 99.99%', 2)).toEqual([]);
});

test('the confidence is 95 % unless it is written, and lies between none and certainty', () => {
  const confidenceOf = (entry: string) => load(minimal(`expect: [${entry}]\n`)).claims[0]?.confidence;
  expect(confidenceOf("'P(abort) <= 5%'")).toBe(0.95);
  expect(confidenceOf("{ that: 'P(abort) <= 5%' }")).toBe(0.95);
  expect(confidenceOf("{ that: 'P(abort) <= 5%', confidence: 0.9 }")).toBe(0.9);
  expect(linesOf(minimal("expect: [{ that: 'P(abort) <= 5%', confidence: 100% }]\n"))[0]).toContain(
    'is not between 0% and 100%',
  );
  expect(linesOf(minimal('expect: [7]\n'))[0]).toContain('7 is not an expectation.');
});
