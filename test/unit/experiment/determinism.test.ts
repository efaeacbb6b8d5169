import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compareOutcomes, verifyDeterminism } from '#experiment/determinism';
import { LostProcessError } from '#experiment/determinism-process';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { loadScenario, loadScenarioText } from '#scenario/load';
import { CLAIMS, smallScenario } from '../../e2e/scenarios.js';
import { sampleOutcome } from './sample.js';

const FICKLE = fileURLToPath(new URL('../../fixtures/experiment/fickle.mjs', import.meta.url));
const SCENARIO = fileURLToPath(new URL('../../../scenarios/quickstart.yaml', import.meta.url));
const verify = (seed: string, signal?: AbortSignal) => {
  const asked = { file: SCENARIO, overrides: { seed, replications: 20 }, replications: 20 };
  return verifyDeterminism(asked, { jobs: 2, workerFile: FICKLE, ...(signal === undefined ? {} : { signal }) });
};

test('replications that repeat are the same in another process, on other threads in another order', async () => {
  const report = await verify('steady');
  expect(report).toMatchObject({ replications: 20, difference: null, summary: null });
  expect(report?.sides.map(({ threads, shards, downwards }) => [threads, shards, downwards])).toEqual([
    [1, 1, false],
    [2, 3, true],
  ]);
  expect(report?.fingerprints[0]).toBe(report?.fingerprints[1]);
});

test('planted chance is found: the first replication that differs, and its first differing fact', async () => {
  const report = await verify('one');
  expect(report?.replications).toBe(6);
  expect(report?.fingerprints[0]).not.toBe(report?.fingerprints[1]);
  expect(report?.difference).toMatchObject({ replication: 5, value: null, fact: { number: 3 } });
  const fact = report?.difference?.fact;
  expect(fact?.first).toMatch(/^2 µs: block 2 of 0\.\d+$/);
  expect(fact?.second).not.toBe(fact?.first);
});

test('chance that no fact tells is found in the values', async () => {
  const report = await verify('quiet');
  expect(report?.difference).toMatchObject({
    replication: 5,
    fact: null,
    value: { path: 'metrics.liveness.recovery' },
  });
});

test('surroundings that a replication looks at are found', async () => {
  const report = await verify('zone');
  const fact = { number: 3, first: '2 µs: block 2 of UTC', second: '2 µs: block 2 of Pacific/Kiritimati' };
  expect(report?.difference).toMatchObject({ replication: 5, fact });
});

test('a process that is lost is no answer, and neither is one that was stopped', async () => {
  await expect(verify('die')).rejects.toThrow(LostProcessError);
  expect(await verify('steady', AbortSignal.timeout(50))).toBeNull();
});

test('facts that end early differ from those that go on', () => {
  const [long, short] = ['a\nb\nc', 'a\nb'].map((factLog) => ({ ...sampleOutcome(1), factLog }));
  expect(compareOutcomes(long as never, short as never)?.fact).toEqual({ number: 3, first: 'c', second: null });
  expect(compareOutcomes(long as never, long as never)).toBeNull();
});

test('facts in words are as many as were hashed and change nothing; each ends with the state of the hash', () => {
  const { plan } = loadScenarioText(smallScenario(CLAIMS.pass), 'small.yaml');
  const run = (facts: boolean) => rehearse(plan, '7', 0, { details: true, cache: createPilotCache(), facts });
  const [told, plain] = [run(true), run(false)];
  const { factLog = '', ...rest } = told;
  expect(rest).toEqual(plain);
  const lines = factLog.split('\n');
  expect(lines.filter((line) => line.includes(' block ')).length).toBe(told.blocks);
  expect(lines.at(-1)).toContain(`[${told.fingerprint}]`);
  const other = rehearse(plan, '7', 1, { details: false, cache: createPilotCache(), facts: true });
  expect(compareOutcomes(told, { ...other, replication: 0 })?.fact?.first).toMatch(/µs: /);
});

test('what an epoch paid is a fact in words too', () => {
  const file = fileURLToPath(new URL('../../../scenarios/reward-audit.yaml', import.meta.url));
  const { plan } = loadScenario(file, { fidelity: 'block' });
  const { factLog = '' } = rehearse(plan, '1', 0, { details: false, cache: createPilotCache(), facts: true });
  expect(factLog).toMatch(/^\d+ µs: epoch paid \d+, treasury \d+, error 0 \[\w{32}\]$/m);
});
