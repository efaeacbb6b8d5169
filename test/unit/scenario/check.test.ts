import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#base/time';
import { PROBE_METRICS } from '#model/metric';
import { ALERT_CHECKS } from '#scenario/alert-checks';
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
      rule: {
        kind: 'reading',
        metric: 'liveness.finality',
        statistic: 'p99',
        window: 30 * MINUTE,
        against: null,
        success: { comparator: '<=', value: 8 * SECOND },
        failure: null,
      },
      initialDelay: 0,
      interval: 60 * SECOND,
      count: null,
      minSamples: 1,
      noData: 'inconclusive',
      consecutiveFailures: 3,
      failureLimit: null,
      inconclusiveLimit: 3,
      mode: 'enforce',
      onFail: 'hold',
      onInconclusive: 'ignore',
      exported: true,
    },
  ]);
  expect(checksOf("{ metric: liveness.production, success: '>= 90%', failure: '< 0.75' }")?.[0]?.rule).toMatchObject({
    statistic: 'mean',
    success: { comparator: '>=', value: 0.9 },
    failure: { comparator: '<', value: 0.75 },
  });
});

test('every limit can be written', () => {
  const limits = 'initialDelay: 10m, count: 5, failureLimit: 2, inconclusiveLimit: 4, consecutiveFailures: 1';
  const rest = 'noData: failure, mode: observe, onInconclusive: hold';
  expect(checksOf(`{ metric: nodes.crashes, success: '< 1', ${limits}, ${rest} }`)?.[0]).toMatchObject({
    initialDelay: 10 * MINUTE,
    count: 5,
    failureLimit: 2,
    inconclusiveLimit: 4,
    consecutiveFailures: 1,
    noData: 'failure',
    mode: 'observe',
    onInconclusive: 'hold',
  });
});

test('nodes on the release can be held against the others', () => {
  const against = (more: string) =>
    checksOf(`{ metric: release.participation, against: production, ${more} }`)?.[0]?.rule;
  expect(against("success: '>= 95%'")).toMatchObject({ against: 'ratio', success: { value: 0.95 } });
  expect(against("compare: difference, success: '>= -5%'")).toMatchObject({
    against: 'difference',
    success: { comparator: '>=', value: -0.05 },
  });
});

describe('a preset', () => {
  test('of alerts observes, and counts as many failures as its time has minutes', () => {
    const checks = checksOf('{ preset: alerts }') ?? [];
    expect(checks.map(({ name }) => name)).toEqual(ALERT_CHECKS.map(({ name }) => name));
    expect(new Set(checks.map(({ mode }) => mode))).toEqual(new Set(['observe']));
    expect(checks.map(({ consecutiveFailures }) => consecutiveFailures)).toEqual(
      ALERT_CHECKS.map(({ sustain }) => sustain),
    );
    expect(checks.map(({ exported }) => exported)).toEqual(ALERT_CHECKS.map(({ exported }) => exported));
  });

  test('takes a mode and an action, and stands beside others', () => {
    const checks = checksOf('{ preset: defaults }, { preset: alerts, mode: enforce, onFail: hold }', 'mainnet') ?? [];
    const alerts = checks.filter(({ name }) => name.startsWith('alert-'));
    expect(checks.length).toBe(alerts.length + 8);
    expect(alerts.every(({ mode, onFail }) => mode === 'enforce' && onFail === 'hold')).toBe(true);
    expect(checks[0]).toMatchObject({ name: 'production', mode: 'enforce', onFail: 'rollback' });
  });

  test('lists no defaults it does not use', () => {
    const { assumptions } = load(withChecks('{ preset: alerts }'));
    expect(assumptions.filter(({ path }) => path.includes('.checks')).map(({ path }) => path)).toEqual([
      'channels.canary.checks[0].mode',
    ]);
  });
});

test('a check that ends before it can fail gets a warning', () => {
  const warned = (more: string) =>
    load(withChecks(`{ metric: nodes.crashes, success: '< 1', ${more} }`)).warnings.map(({ what }) => what);
  expect(warned('count: 2')).toEqual(['2 evaluations end before 3 failures can come']);
  expect(warned('count: 2, failureLimit: 2')).toEqual([]);
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
    expect(production?.rule).toMatchObject({ window: 30 * MINUTE, success: { comparator: '>=', value: 0.9 } });
    expect(finality?.rule).toMatchObject({ statistic: 'p95', success: { comparator: '<=', value: 12 * SECOND } });
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
  expect(checksOf(all.join(', '))?.map(({ rule }) => rule)).toMatchObject(
    PROBE_METRICS.map(({ key }) => ({ metric: key, window: HOUR })),
  );
});

test('no gate can wait for a check that only observes', () => {
  const text = (mode: string) => `apiVersion: rollout-sim/v1
question: q
channels:
  - name: testnet
    validators: 9
    steps: [{ upgrade: {} }, { gate: { phase: selection, needs: [a] } }]
    checks: [{ name: a, metric: nodes.crashes, success: '< 1', mode: ${mode} }]
`;
  expect(linesOf(text('enforce'))).toEqual([]);
  expect(linesOf(text('observe'))).toEqual([expect.stringContaining('check "a" only observes')]);
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
    ["{ metric: liveness.finality, success: '<= 8s', failure: 8s }", '"8s" is not a condition.'],
    [
      "{ metric: liveness.finality, success: '<= 2', against: production }",
      'liveness.finality is not kept for nodes on the release and for the others. Only these are: release.participation',
    ],
    [
      "{ metric: release.crashes, success: '<= 2', compare: ratio }",
      'compares with nothing. Add "against: production".',
    ],
    ["{ metric: release.participation, success: '>= -5%' }", '"-5%" is not in the unit'],
    ['{ preset: alerts, interval: 30s }', 'interval: has no meaning beside a preset'],
    ['{ preset: alarms }', 'Did you mean "alerts"?'],
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
