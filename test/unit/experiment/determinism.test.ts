import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compareOutcomes, verifyDeterminism } from '#experiment/determinism';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { loadScenario, loadScenarioText } from '#scenario/load';
import { CLAIMS, smallScenario } from '../../e2e/scenarios.js';
import { sampleOutcome, sampleScenario } from './sample.js';

const FICKLE = fileURLToPath(new URL('../../fixtures/experiment/fickle.mjs', import.meta.url));
const verify = (seed: string) =>
  verifyDeterminism(sampleScenario({ seed, replications: 20 }), { jobs: 2, workerFile: FICKLE });

test('replications that repeat are the same on other threads in another order', async () => {
  const { replications, threads, fingerprints, difference } = await verify('steady');
  expect({ replications, threads, difference }).toEqual({ replications: 20, threads: [1, 2], difference: null });
  expect(fingerprints[0]).toBe(fingerprints[1]);
});

test('planted chance is found: the first replication that differs, and its first differing fact', async () => {
  const { replications, fingerprints, difference } = await verify('one');
  expect(replications).toBe(6);
  expect(fingerprints[0]).not.toBe(fingerprints[1]);
  expect(difference).toMatchObject({ replication: 5, value: null, fact: { number: 3 } });
  expect(difference?.fact?.first).toMatch(/^2 µs: block 2 of 0\.\d+$/);
  expect(difference?.fact?.second).not.toBe(difference?.fact?.first);
});

test('chance that no fact tells is found in the values', async () => {
  const { difference } = await verify('quiet');
  expect(difference).toMatchObject({ replication: 5, fact: null, value: { path: 'metrics.liveness.recovery' } });
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
