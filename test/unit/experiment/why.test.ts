import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { MINUTE } from '#base/time';
import type { Rehearse } from '#experiment/rehearser';
import { explainRun, type Why } from '#experiment/why';
import { attributeRisks, type RiskShare } from '#experiment/why-attribution';
import { type Cause, isNamed, listCauses, mayMatter, planWithout } from '#experiment/why-cause';
import { explainReplication, type WhyReplication } from '#experiment/why-replication';
import { RISK_KEYS, type RiskKey, risksOf, stallLevelOf } from '#experiment/why-risk';
import { tellStory } from '#experiment/why-story';
import type { Outcome } from '#model/outcome';
import { createPilotCache, rehearse as rehearseModel } from '#model/rehearsal';
import { loadTwoCrashes } from '../../fixtures/why.js';
import { claimOn, PLAN, sampleOutcome, sampleScenario, sampleUndo } from './sample.js';

const cache = createPilotCache();
const rehearse: Rehearse = (plan, seed, replication, details) => {
  return rehearseModel(plan, seed, replication, { details, cache, trace: undefined, facts: false });
};
const loaded = loadTwoCrashes();
const LEVEL = { level: 3 * MINUTE, source: 'test' };
const fault = (name: string): Cause => ({ kind: 'fault', name });
const options = { jobs: 1, confidence: 0.95, version: '0' };

describe('a plan without a cause', () => {
  test('that never acted is the same replication, fact by fact; without one that did it is the same until then', () => {
    const base = rehearse(loaded.plan, loaded.seed, 0, true);
    expect(mayMatter(fault('never'), base)).toBe(false);
    expect(rehearse(planWithout(loaded.plan, fault('never')), loaded.seed, 0, true).fingerprint).toBe(base.fingerprint);
    expect(mayMatter(fault('second'), base)).toBe(true);
    const without = rehearse(planWithout(loaded.plan, fault('second')), loaded.seed, 0, true);
    const earlier = (outcome: Outcome) => {
      return outcome.timeline?.filter(({ at, kind }) => at < 13 * MINUTE && kind !== 'stall-start'); // known afterwards
    };
    expect(earlier(without)).toEqual(earlier(base));
    expect(without.struck?.map((one) => one.fault)).toEqual(['first']);
  });

  test('leaves the others as they are', () => {
    const { plan } = loaded;
    const kept = planWithout(plan, fault('first')).faults.map(({ name, probability }) => [name, probability]);
    expect(kept).toEqual([
      ['first', 0],
      ['second', 1],
      ['never', 0],
    ]);
    expect(planWithout(plan, { kind: 'faults' }).faults.every(({ probability }) => probability === 0)).toBe(true);
    const instant = planWithout(plan, { kind: 'restarts' });
    expect(instant.operations.restart).toEqual({ kind: 'constant', value: 0 });
    expect({ ...instant, operations: null, channels: null }).toEqual({ ...plan, operations: null, channels: null });
    expect(listCauses({ faults: plan.faults.slice(0, 1), readiness: [] }).map(({ kind }) => kind)).toEqual([
      'fault',
      'restarts',
    ]);
  });

  test('is evidence that may go wrong: without it the item is delivered after the same work, accepted at once', () => {
    const sound = {
      name: 'docs',
      kind: 'documents',
      owner: 'writers',
      duration: { kind: 'constant', value: 5 },
    } as const;
    const rest = { after: [], rework: sound.duration, gates: [0], waiveAfter: null, deadline: null, changeEvery: null };
    const docs = { ...sound, ...rest, fails: 0, missing: 0 };
    const audit = { ...docs, name: 'audit', fails: 0.5, missing: 0.2, changeEvery: 7 };
    const plan = { ...loaded.plan, readiness: [docs, audit] };
    const cause = { kind: 'evidence', name: 'audit' } as const;
    expect(listCauses({ faults: [], readiness: plan.readiness })).toEqual([cause, { kind: 'restarts' }]);
    expect(planWithout(plan, cause).readiness).toEqual([docs, { ...docs, name: 'audit' }]);
    expect([isNamed(cause, 'audit', plan.faults), isNamed(cause, 'docs', plan.faults)]).toEqual([true, false]);
    const record = { name: 'audit', kind: 'documents', owner: 'writers', worked: 5, critical: true, slack: 0 };
    const came = (rework: number, delivered: number | null) => ({ readiness: [{ ...record, rework, delivered }] });
    expect([came(0, 5), came(1, 9), came(0, null)].map((one) => mayMatter(cause, one))).toEqual([false, true, true]);
  });

  test('is named by a record only under its own name; a fault called restarts is that fault', () => {
    const { faults } = loaded.plan;
    expect(isNamed({ kind: 'restarts' }, 'restarts', faults)).toBe(true);
    expect(isNamed(fault('first'), 'second', faults)).toBe(false);
    expect(isNamed({ kind: 'faults' }, 'second', faults)).toBe(true);
    expect(isNamed({ kind: 'faults' }, 'unexplained', faults)).toBe(false);
    const tricky = [{ ...(faults[0] as (typeof faults)[0]), name: 'restarts' }];
    expect([isNamed({ kind: 'restarts' }, 'restarts', tricky), isNamed(fault('restarts'), 'restarts', tricky)]).toEqual(
      [false, true],
    );
  });
});

test('the level of a stall is that of the claim about it, else 24 slots', () => {
  expect(stallLevelOf(loaded.claims, loaded.plan).level).toBe(3 * MINUTE);
  const other = claimOn('P', { kind: 'metric', key: 'rollback.any' }, '<=', 0.5);
  expect(stallLevelOf([other], PLAN).level).toBe(24 * PLAN.chain.blockTime);
  const tail = claimOn('p95', { kind: 'metric', key: 'liveness.longestStall' }, '<=', 5);
  expect(stallLevelOf([other, tail], PLAN)).toMatchObject({ level: 5 });
  const at = (stall: number) => risksOf(sampleOutcome(0, { 'liveness.longestStall': stall }), LEVEL);
  expect([at(LEVEL.level).has('liveness.longestStall'), at(LEVEL.level + 1).has('liveness.longestStall')]).toEqual([
    false,
    true,
  ]);
});

describe('a risk is put down', () => {
  const undone = (replication: number, cause: string): Outcome => {
    const metrics = { 'rollback.any': 1, 'rollback.abort': 1, 'rollout.completed': 0 };
    return sampleOutcome(replication, metrics, { undone: [sampleUndo({ cause })], result: 'aborted' });
  };
  const fine = (replication: number): Outcome => sampleOutcome(replication, { 'rollout.completed': 1 });
  const plan = { faults: loaded.plan.faults };
  const all: readonly RiskKey[] = ['rollback.any', 'rollback.abort', 'rollout.completed'];
  const without = (cause: Cause, left: Readonly<Record<number, readonly RiskKey[]>>) => ({
    cause,
    risks: new Map(Object.entries(left).map(([number, keys]) => [Number(number), new Set(keys)])),
  });
  const shareOf = (shares: readonly RiskShare[], key: RiskKey) => shares.find((one) => one.key === key) as RiskShare;

  test('to each cause that it needs, to several of which one suffices, to a record, or it is unexplained', () => {
    const outcomes = [
      undone(0, 'unexplained'), // needs first
      undone(1, 'unexplained'), // needs first and second
      undone(2, 'unexplained'), // either suffices
      undone(3, 'second'), // happens without any fault; the record names one
      undone(4, 'unexplained'), // nothing
      fine(5),
    ];
    const shares = attributeRisks(
      outcomes,
      [
        without(fault('first'), { 0: [], 1: [], 2: all, 3: all, 4: all }),
        without(fault('second'), { 0: all, 1: [], 2: all, 3: all, 4: all }),
        without({ kind: 'restarts' }, { 0: all, 1: all, 2: all, 3: all, 4: all }),
        without({ kind: 'faults' }, { 0: [], 1: [], 2: [], 3: all, 4: all }),
      ],
      plan,
      LEVEL,
      0.95,
    );
    const any = shareOf(shares, 'rollback.any');
    expect(any).toMatchObject({
      happens: { count: 5, n: 6 },
      attributed: { count: 4, n: 5 },
      byRecordAlone: 1,
      eitherAlone: 1,
      unexplained: [4],
      recorded: { unexplained: 4, second: 1 },
    });
    expect(any.causes.map(({ owed, named }) => [owed.count, named])).toEqual([
      [2, 0],
      [1, 1],
      [0, 0],
      [3, 1],
    ]);
    expect(any.causes.every(({ paired }) => paired === null)).toBe(true);
    expect(shareOf(shares, 'rollback.gate')).toMatchObject({ happens: { count: 0 }, attributed: null });
    expect(shares.map(({ key }) => key)).toEqual(RISK_KEYS);
  });

  test('in pairs once every replication was repeated', () => {
    const outcomes = [undone(0, 'first'), fine(1), fine(2)];
    const shares = attributeRisks(
      outcomes,
      [without(fault('first'), { 0: [], 1: ['rollback.any'], 2: ['rollback.any'] })],
      plan,
      LEVEL,
      0.95,
    );
    const [cause] = shareOf(shares, 'rollback.any').causes;
    expect(cause?.paired).toMatchObject({ onlyWith: 1, onlyWithout: 2, difference: -1 / 3, pValue: 1 });
    const [low, high] = cause?.paired?.interval ?? [0, 0];
    expect(low < -1 / 3 && high > -1 / 3).toBe(true);
  });

  test('attributed and unexplained make up the whole, whatever happens', () => {
    const keys = fc.subarray([...all]);
    const one = fc.record({ cause: fc.constantFrom('unexplained', 'first'), a: keys, b: keys, both: keys });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 12 }), (cases) => {
        const outcomes = cases.map(({ cause }, i) => undone(i, cause));
        const left = (pick: 'a' | 'b' | 'both') => Object.fromEntries(cases.map((entry, i) => [i, entry[pick]]));
        const shares = attributeRisks(
          outcomes,
          [
            without(fault('first'), left('a')),
            without(fault('second'), left('b')),
            without({ kind: 'faults' }, left('both')),
          ],
          plan,
          LEVEL,
          0.95,
        );
        for (const { happens, attributed, unexplained, causes, byRecordAlone, eitherAlone } of shares) {
          expect((attributed?.count ?? 0) + unexplained.length).toBe(happens.count);
          expect(byRecordAlone + eitherAlone).toBeLessThanOrEqual(attributed?.count ?? 0);
          for (const { owed, ofRisk } of causes)
            expect([owed.n, ofRisk?.n ?? 0]).toEqual([cases.length, happens.count]);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('over a run', () => {
  const counted: string[] = [];
  /** Replications 0 and 2 are aborted while `first` is in the plan; in 0 it acts, in 2 nothing acts. */
  const double: Rehearse = (plan, _seed, replication) => {
    const present = plan.faults[0]?.probability === 1;
    const instant = plan.operations.restart === loaded.plan.operations.restart ? '' : ' at once';
    counted.push(`${replication}${present ? '' : ' without'}${instant}`);
    const fails = (replication === 0 && present) || replication === 2;
    const struck = { fault: 'first', channel: 'a', chain: 'a', at: 1, end: 2, validators: [0], power: 1 };
    return sampleOutcome(
      replication,
      { 'rollback.any': fails ? 1 : 0, 'rollout.completed': fails ? 0 : 1 },
      { struck: replication === 2 ? [] : [struck], undone: fails ? [sampleUndo({ cause: 'unexplained' })] : [] },
    );
  };
  const scenario = sampleScenario({
    plan: { ...PLAN, faults: loaded.plan.faults.slice(0, 1), operations: loaded.plan.operations },
    replications: 4,
  });

  test('only failing replications are repeated, and those not in which the cause never acted', async () => {
    counted.length = 0;
    const why = (await explainRun(scenario, { ...options, rehearse: double })) as Why;
    expect(counted).toEqual(['0', '1', '2', '3', '0 without', '0 at once', '2 at once']);
    expect(why).toMatchObject({ failing: 2, repeated: 3, spared: 1, isPaired: false });
    expect(why.risks[0]).toMatchObject({ attributed: { count: 1, n: 2 }, unexplained: [2] });
  });

  test('with all of them the answer is in pairs', async () => {
    const why = (await explainRun(scenario, { ...options, all: true, rehearse: double })) as Why;
    expect(why.risks[0]?.causes[0]?.paired).toMatchObject({ onlyWith: 1, onlyWithout: 0, difference: 0.25 });
  });

  test('an interrupt leaves no answer', async () => {
    const signal = AbortSignal.abort();
    expect(await explainRun(scenario, { ...options, signal, rehearse: double })).toBe('interrupted');
  });
});

describe('one replication', () => {
  let told: WhyReplication;
  beforeAll(async () => {
    told = await explainReplication(loaded, 0, { version: '0', rehearse });
  });

  test('is told from the crash to the end, with who was hit, in order of time', () => {
    const [episode] = told.episodes;
    expect(episode).toMatchObject({ explained: true, title: expect.stringContaining('Abort in testnet') });
    const roles = episode?.links.map(({ role }) => role) ?? [];
    for (const role of ['cause', 'effect', 'seen', 'decided', 'way back', 'lost', 'recovery', 'outcome']) {
      expect(roles).toContain(role);
    }
    const words = episode?.links.map((link) => link.words).join('\n') ?? '';
    for (const text of [
      'validator 4, ',
      'Also acting: first',
      '% of the power',
      'wanted <= 1m',
      'People decide after',
      'Lost:',
    ]) {
      expect(words).toContain(text);
    }
    const at = (role: string) => episode?.links.filter((link) => link.role === role).map((link) => link.at) as number[];
    expect(Math.max(...at('cause'))).toBeLessThan(Math.min(...at('seen')));
    expect(Math.max(...at('seen'))).toBeLessThan(Math.min(...at('decided')));
    expect(Math.max(...at('decided'))).toBeLessThan(Math.min(...at('way back')));
  });

  test('happens otherwise without either crash, and the same without what never acted', () => {
    expect(told.counterfactuals.map(({ cause }) => cause)).toEqual([
      'first',
      'second',
      'planned restarts',
      'all faults',
    ]);
    const avoids = (cause: string) => told.counterfactuals.find((one) => one.cause === cause)?.avoids;
    for (const cause of ['first', 'second', 'all faults']) expect(avoids(cause)).toContain('rollback.any');
    expect(avoids('planned restarts')).toEqual([]);
    expect(told.idle).toEqual(['never']);
    expect(told.struck).toEqual({ first: 1, second: 1 });
    expect(told.unexplained).toEqual([]);
  });

  test('whose record explains nothing is said to be unexplained', () => {
    const undo = sampleUndo({ channel: 'testnet', cause: 'unexplained', at: 5 * MINUTE });
    const bare = sampleOutcome(0, {}, { undone: [undo], timeline: [], hours: [], struck: [], end: 6 * MINUTE });
    const [episode] = tellStory(bare, loaded.plan);
    expect(episode?.explained).toBe(false);
    expect(episode?.links[0]?.words).toContain('Unexplained');
  });

  test('that waits at the end says for which check', () => {
    const hold = { at: 1, kind: 'hold', channel: 'testnet', subject: 'finality', cause: 'p99 is 9s' } as const;
    const late = sampleOutcome(0, {}, { result: 'unfinished', timeline: [hold], hours: [], struck: [], end: 9 });
    const [episode] = tellStory(late, loaded.plan);
    expect(episode?.links[0]?.words).toBe('Check finality held the promotion to the end: p99 is 9s');
  });

  test('a stall beside any undoing names what acted then, or nothing', () => {
    const at = (kind: 'stall-start' | 'stall-end', time: number) => {
      return { at: time, kind, channel: 'testnet', subject: 'chain', cause: '' } as const;
    };
    const timeline = [at('stall-start', 10 * MINUTE), at('stall-end', 15 * MINUTE)];
    const strike = { fault: 'first', channel: 'testnet', chain: 'testnet', validators: [3], power: 0.25 };
    const given = { timeline, hours: [], struck: [{ ...strike, at: 10 * MINUTE, end: 12 * MINUTE }], end: 60 * MINUTE };
    const [named] = tellStory(sampleOutcome(0, {}, given), loaded.plan);
    expect(named).toMatchObject({ explained: true, title: 'Stall of 5m in testnet' });
    expect(named?.links[0]?.words).toContain('validator 3, 25% of the power');
    const early = [{ ...strike, at: MINUTE, end: 2 * MINUTE }];
    const [open] = tellStory(sampleOutcome(0, {}, { ...given, struck: early }), loaded.plan);
    expect(open?.explained).toBe(false);
  });
});
