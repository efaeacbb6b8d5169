import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import { PROBE_METRICS } from '#model/metric';
import { linesOf, load } from './scenario-text.js';

function withChecks(checks: string, name = 'canary'): string {
  return `apiVersion: rollout-sim/v1
question: q
channels:
  - { name: ${name}, validators: 9, checks: [${checks}] }
`;
}

const checksOf = (checks: string, name?: string) => load(withChecks(checks, name)).plan.channels[0]?.checks;

test('a check has its values in the unit of its metric, and defaults for the rest', () => {
  expect(
    checksOf("{ metric: liveness.finality, statistic: p99, window: 30m, success: '<= 8s', onFail: hold }"),
  ).toEqual([
    {
      name: 'liveness.finality.p99',
      metric: 'liveness.finality',
      statistic: 'p99',
      window: 30 * MINUTE,
      interval: 60 * SECOND,
      success: { comparator: '<=', value: 8 * SECOND },
      failure: null,
      minSamples: 1,
      consecutiveFailures: 3,
      onFail: 'hold',
    },
  ]);
  expect(checksOf("{ metric: liveness.production, success: '>= 90%', failure: '< 0.75' }")?.[0]).toMatchObject({
    statistic: 'mean',
    success: { comparator: '>=', value: 0.9 },
    failure: { comparator: '<', value: 0.75 },
  });
});

test('a failure ends the promotion before mainnet and rolls back there', () => {
  const action = (name: string) => checksOf("{ metric: nodes.crashes, success: '< 1' }", name)?.[0]?.onFail;
  expect(['development', 'testnet', 'canary', 'staging', 'mainnet'].map(action)).toEqual([
    'abort',
    'abort',
    'abort',
    'abort',
    'rollback',
  ]);
});

test('two checks of one metric get names of their own', () => {
  const two = "{ metric: nodes.crashes, success: '< 1' }, { metric: nodes.crashes, window: 2h, success: '< 2' }";
  expect(checksOf(two)?.map(({ name }) => name)).toEqual(['nodes.crashes.max', 'nodes.crashes.max-2']);
});

describe('the default checks', () => {
  const defaults = (name: string) =>
    load(`apiVersion: rollout-sim/v1\nquestion: q\nchannels: [{ name: ${name}, validators: 9 }]\n`);

  test('are those of the blueprint, by channel', () => {
    const names = (name: string) => defaults(name).plan.channels[0]?.checks.map((check) => check.name);
    const early = ['production', 'finality', 'finality-lag', 'crashes', 'diverged', 'reward-mismatch', 'proof-backlog'];
    expect(names('development')).toEqual(early);
    expect(names('testnet')).toEqual(early);
    expect(names('mainnet')?.filter((name) => !early.includes(name))).toEqual(['missed-slots']);
    const [production, finality] = defaults('mainnet').plan.channels[0]?.checks ?? [];
    expect(production).toMatchObject({ window: 30 * MINUTE, success: { comparator: '>=', value: 0.9 } });
    expect(finality).toMatchObject({ statistic: 'p95', success: { comparator: '<=', value: 12 * SECOND } });
  });

  test('are one assumption, not many', () => {
    const noted = defaults('mainnet').assumptions.filter(({ path }) => path.includes('.checks'));
    expect(noted).toEqual([
      {
        path: 'channels.mainnet.checks',
        value: '[production, finality, finality-lag, missed-slots, crashes, diverged, reward-mismatch, proof-backlog]',
        source: expect.stringContaining('§15.2'),
      },
    ]);
  });

  test('give way to an empty list', () => {
    expect(checksOf('')).toEqual([]);
  });
});

test('every probe metric can be checked', () => {
  const value = { share: '50%', duration: '1s', count: '3', units: '0', ratio: '1%' };
  const all = PROBE_METRICS.map(({ key, unit }) => `{ metric: ${key}, window: 1h, success: '<= ${value[unit]}' }`);
  expect(checksOf(all.join(', '))?.map(({ metric, window }) => [metric, window])).toEqual(
    PROBE_METRICS.map(({ key }) => [key, HOUR]),
  );
});

describe('a mistake', () => {
  test.each([
    [
      "{ metric: liveness.finalty, success: '<= 8s' }",
      'there is no probe metric "liveness.finalty". Did you mean "liveness.finality"?',
    ],
    ["{ metric: finality, success: '<= 8s' }", 'Did you mean "liveness.finality"?'],
    [
      "{ metric: liveness.finality, success: '<= 8' }",
      '"8" is not in the unit of liveness.finality. Write <= 8s or 10m.',
    ],
    ["{ metric: nodes.crashes, success: '< 2%' }", '"2%" is not in the unit of nodes.crashes. Write < 24.'],
    ["{ metric: liveness.finality, success: '8s' }", '"8s" is not a condition. Write a comparison such as "<= 8s".'],
    ["{ metric: liveness.finality, success: '== 8s' }", '"== 8s" is not a condition.'],
    ["{ metric: liveness.finality, success: '<= 8s', failure: '> 5s' }", 'can meet both "<= 8s" and "> 5s"'],
    ["{ metric: liveness.finality, success: '<= 8s', failure: '>= 8s' }", 'can meet both'],
    ["{ metric: liveness.finality, success: '<= 8s', failure: '< 20s' }", 'can meet both'],
    ["{ metric: liveness.finality, success: '<= 8s', statistic: p96 }", '"p96" is not known here. Did you mean "p90"?'],
    ["{ metric: liveness.finality, success: '<= 8s', onFail: abrot }", 'Did you mean "abort"?'],
    [
      "{ name: a, metric: nodes.crashes, success: '< 1' }, { name: a, metric: nodes.crashes, success: '< 2' }",
      'a check "a" stands above already',
    ],
    ["{ metric: liveness.finality, success: '<= 8s', minSamples: 0 }", '0 is not a number of samples'],
    ["{ metric: liveness.finality, success: '<= 8s', window: 0s }", 'must be longer than 0s'],
  ])('%s is one problem', (check, message) => {
    const lines = linesOf(withChecks(check));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
  });

  test('is not seen where success and failure only touch', () => {
    expect(linesOf(withChecks("{ metric: liveness.finality, success: '<= 8s', failure: '> 8s' }"))).toEqual([]);
    expect(linesOf(withChecks("{ metric: liveness.production, success: '> 90%', failure: '<= 90%' }"))).toEqual([]);
  });
});
