import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '#base/time';
import type { CheckTerm } from '#model/check-plan';
import { parseCondition } from '#scenario/check-expression';
import { linesOf, load } from './scenario-text.js';

function termOf(text: string): CheckTerm {
  const parsed = parseCondition(text);
  if ('mistake' in parsed) throw parsed.mistake;
  return parsed.term;
}

const probe = (statistic: string, metric: string, window: number) => ({ kind: 'probe', metric, statistic, window });
const constant = (value: number) => ({ kind: 'constant', value });

test('statistics of probe metrics are compiled into plain data, in µs and shares', () => {
  expect(termOf('p95(liveness.finality, 10m) <= 12s and mean(proofs.backlog, 5m) < 16')).toEqual({
    kind: 'and',
    left: {
      kind: 'compare',
      left: probe('p95', 'liveness.finality', 10 * MINUTE),
      comparator: '<=',
      right: constant(12 * SECOND),
    },
    right: {
      kind: 'compare',
      left: probe('mean', 'proofs.backlog', 5 * MINUTE),
      comparator: '<',
      right: constant(16),
    },
  });
  expect(termOf('90% <= mean(liveness.production, 1h 30m)')).toMatchObject({
    left: constant(0.9),
    right: { window: 90 * MINUTE },
  });
});

test('and binds closer than or, and parentheses closer than both', () => {
  const [a, b, c] = ['nodes.crashes', 'proofs.queue', 'proofs.backlog'].map((key) => `max(${key}, 5m) < 1`);
  expect(termOf(`${a} or ${b} and ${c}`)).toMatchObject({ kind: 'or', right: { kind: 'and' } });
  expect(termOf(`(${a} or ${b}) and not (${c})`)).toMatchObject({
    kind: 'and',
    left: { kind: 'or' },
    right: { kind: 'not' },
  });
});

test('sums keep their unit, plain numbers scale, and like over like is a ratio', () => {
  expect(termOf('p95(liveness.finality, 5m) <= 2 * p95(liveness.finality, 1h) + 500ms')).toMatchObject({
    right: {
      operator: '+',
      left: { operator: '*', left: constant(2) },
      right: constant(SECOND / 2),
    },
  });
  expect(termOf('mean(release.participation, 5m) / mean(production.participation, 5m) >= 95%')).toMatchObject({
    left: { operator: '/' },
    right: constant(0.95),
  });
  expect(termOf('mean(release.participation, 5m) - mean(production.participation, 5m) > -5%')).toMatchObject({
    right: { operator: '-', left: constant(0), right: constant(0.05) },
  });
});

describe('a mistake is told with its place:', () => {
  test.each([
    ['p95(liveness.finalty, 10m) <= 12s', 4, 'no probe metric "liveness.finalty"', 'Did you mean "liveness.finality"?'],
    ['p96(liveness.finality, 10m) <= 12s', 0, 'no statistic "p96"', 'Did you mean "p90"?'],
    ['p95(liveness.finality, 10m) <= 12', 31, '"12" is not a duration', '8s or 10m'],
    ['mean(proofs.backlog, 5m) < 16s', 27, '"16s" is not a count', '24'],
    ['p95(liveness.finality) <= 12s', 4, 'p95 needs a window', 'p95(liveness.finality, 10m)'],
    ['p95(liveness.finality, 10) <= 12s', 23, '"10" is not a window', '10m'],
    ['liveness.finality <= 12s', 0, 'compares no probe metric', ''],
    [
      'liveness.finality <= p95(liveness.finality, 5m)',
      0,
      'has no statistic and no window',
      'p95(liveness.finality, 10m)',
    ],
    ['p95(liveness.finality, 10m)', 4, 'no condition', ''],
    ['p95(liveness.finality, 10m) + 3s', 4, 'is a number, not a condition', ''],
    [
      'p95(liveness.finality, 10m) <= mean(proofs.queue, 5m)',
      36,
      'a duration cannot be compared with a count',
      'one unit',
    ],
    ['p95(liveness.finality, 10m) <= 12s and', 37, 'breaks off', ''],
    ['p95(liveness.finality, 10m) = 12s', 28, '"=" has no place', ''],
    ['1s < p95(liveness.finality, 10m) < 12s', 0, 'no condition', ''],
    ['p95(liveness.finality, 10m) ^ 2 < 4s', 28, '"^" has no place', ''],
    ['import(proofs.queue, 5m) < 3', 0, 'no statistic "import"', ''],
  ])('%s', (text, offset, what, fix) => {
    const parsed = parseCondition(text);
    if (!('mistake' in parsed)) throw new Error('it was read');
    expect(parsed.mistake.message).toContain(what);
    expect(parsed.mistake.fix).toContain(fix);
    expect(parsed.mistake.offset).toBe(offset);
  });
});

describe('in a scenario', () => {
  const withCheck = (check: string) =>
    `apiVersion: rollout-sim/v1\nquestion: q\nchannels:\n  - { name: canary, validators: 9, checks: [${check}] }\n`;

  test('an expression stands in place of metric and success, and may have a failure of its own', () => {
    const when = 'p95(liveness.finality, 10m) <= 12s';
    const failure = 'p95(liveness.finality, 10m) > 20s';
    const [check] =
      load(withCheck(`{ name: a, when: "${when}", failure: "${failure}" }`)).plan.channels[0]?.checks ?? [];
    expect(check).toMatchObject({ name: 'a', rule: { kind: 'expression', text: when, failure: { comparator: '>' } } });
  });

  test('a mistake points into the text', () => {
    const [line = ''] = linesOf(withCheck('{ when: "p95(liveness.finalty, 10m) <= 12s" }'));
    expect(line).toContain('channels[0].checks[0].when: there is no probe metric "liveness.finalty"');
    expect(line).toMatch(/:4:58 /);
  });

  test.each([
    ['{ when: "max(proofs.queue, 5m) < 3", metric: proofs.queue }', 'metric: has no meaning beside when'],
    ['{ when: "max(proofs.queue, 5m) < 3", window: 10m }', 'window: has no meaning beside when'],
    ['{ interval: 60s }', 'does not say what it checks'],
    ['{ metric: proofs.queue }', 'success: is missing'],
  ])('%s is a problem', (check, message) => {
    const lines = linesOf(withCheck(check));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
  });
});
