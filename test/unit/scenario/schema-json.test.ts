import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadScenario } from '#scenario/load';
import { scenarioJsonSchema } from '#scenario/schema-json';
import { TEMPLATE } from '#scenario/template';
import { breaches } from './json-schema-check.js';
import { load, minimal } from './scenario-text.js';

const SCENARIOS = fileURLToPath(new URL('../../../scenarios/', import.meta.url));
const files = readdirSync(SCENARIOS)
  .filter((name) => name.endsWith('.yaml'))
  .sort();
const schema = scenarioJsonSchema();
const check = (text: string): string[] => breaches(schema, parse(text));

test('the schema is of draft 2020-12, plain JSON, and describes every top-level key', () => {
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'rollout-sim scenario',
  });
  expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  expect(schema.required).toEqual(['apiVersion', 'question', 'channels']);
  const properties = Object.entries(schema.properties as Record<string, { description?: string }>);
  expect(properties.filter(([, { description }]) => description === undefined)).toEqual([]);
});

describe('every file of scenarios/', () => {
  test('is there', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'bad-release.yaml',
        'canary-slow-prover.yaml',
        'mainnet-rollout.yaml',
        'partition-during-gate.yaml',
        'quickstart.yaml',
      ]),
    );
  });

  test.each(files)('%s loads without a warning, asks, claims, and keeps to the JSON Schema', (name) => {
    const loaded = loadScenario(SCENARIOS + name);
    expect(`${loaded.name}.yaml`).toBe(name);
    expect(loaded.question).toMatch(/\?$/);
    expect(loaded.claims.length).toBeGreaterThan(0);
    expect(loaded.warnings).toEqual([]);
    expect(check(readFileSync(SCENARIOS + name, 'utf8'))).toEqual([]);
  });
});

test.each(['as-built', 'calibration'])(
  'every file of scenarios/%s loads, as it stands or over those below it',
  (folder) => {
    const names = readdirSync(SCENARIOS + folder).filter((name) => name.endsWith('.yaml'));
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(loadScenario(`${SCENARIOS}${folder}/${name}`).question, name).toMatch(/\?$/);
  },
);

test('the template of init loads without a warning and keeps to the JSON Schema', () => {
  expect(load(TEMPLATE).warnings).toEqual([]);
  expect(check(TEMPLATE)).toEqual([]);
});

test('what the loader refuses by form, the JSON Schema refuses too', () => {
  expect(check(minimal('x-mine: 1\nnetwork: { x-too: [] }\n'))).toEqual([]);
  const allowed = [
    'phases: { chaos: 60s, settle: 0s, judge: 60s }',
    'chain: { asBuilt: { libraryTiers: true, framing: false, vrfBundle: 32 } }',
    'rewards: { rule: D, bug: rounding, auditEpochs: 3 }',
    'rewards: { bug: { kind: wrong-bonus, bonus: 12.5%, share: 0.1 } }',
    'slashing: { profile: lib, dryRun: true, appeals: 10%, appealWindow: 24h, vote: 12h, overturned: 1 }',
    'network: { regions: aws, topology: ring, queues: { processing: 0.5us } }',
    'network: { regions: { preset: aws, use: [London] }, topology: { kind: ring, degree: 2 } }',
    'faults: [{ kind: byzantine, behaviour: drop, heights: [1, 2], targets: { faulty: f+1 } }]',
    'proofs: { prove: 5s, failover: false, cache: { entries: 0 } }',
    'proofs: { circuits: { uptime: { perBlock: 0.5 }, recursive: { prove: 1s } }, failover: { after: 0s } }',
    'storage: { damage: { tornTail: 100% }, backups: { every: 1h }, sync: { rate: 1MiB/s }, pruning: { chunk: 1 } }',
    'gates: [{ name: g, enables: [pruning, recursive_proofs], migration: { families: [ledger], defect: order } }]',
    'faults: [{ kind: storage, what: stop, at: 1h, targets: { count: 1 } }]',
    'faults: [{ kind: backend, at: 1h, for: 1h, targets: { count: 1 } }]',
    'operations: { notify: 3m, forwardFix: 4h, quorumRestart: 67% }',
  ];
  for (const more of allowed) expect(check(minimal(`${more}\n`)), more).toEqual([]);
  const refused = [
    'horizon: 24 hours',
    'horizon: 24',
    'netwrk: {}',
    'network: { loss: 5 }',
    'network: { loss: 5 percent }',
    'rewards: { base: -1 }',
    'operations: { restart: { lognormal: { median: 5 } } }',
    'operations: { restart: { exponential: { mean: 1s }, normal: { mean: 1s, deviation: 1s } } }',
    'validators: { hours: [1, 2, 3] }',
    'faults: [{ kind: krash }]',
    'faults: [{ kind: crash, at: 1h, targets: { count: -1 } }]',
    'gates: []',
    'expect: [5]',
    'fidelity: exact',
    'phases: { chaos: 60s }',
    'chain: { asBuilt: { libraryTiers: 1 } }',
    'chain: { asBuilt: { vrfBundle: 0 } }',
    'chain: { asBuilt: { bootstrap: true } }',
    'validators: { scoreDecay: no-one }',
    'rewards: { rule: E }',
    'rewards: { bug: robbery }',
    'rewards: { bug: { kind: rounding, epoch: 2 } }',
    'slashing: { profile: strict }',
    'slashing: { vote: soon }',
    'chain: { consensus: { preset: comet } }',
    'proofs: { cacheHit: 70% }',
    'proofs: { failover: true }',
    'proofs: { circuits: { recursive: { perBlock: 1 } } }',
    'proofs: { attempts: 0 }',
    'storage: { sync: { rate: 20MiB } }',
    'storage: { damage: { tornTail: 2 } }',
    'gates: [{ name: g, enables: [pruning], migration: { families: [] } }]',
    'faults: [{ kind: storage, what: fire, at: 1h, targets: { count: 1 } }]',
    'faults: [{ kind: backend, at: 1h, targets: { count: 1 } }]',
    'operations: { restore: 20m }',
    'network: { regions: azure }',
    'network: { topology: { kind: star } }',
    'network: { queues: { votes: 0 } }',
    'faults: [{ kind: byzantine, behaviour: lie, targets: { faulty: f } }]',
    'faults: [{ kind: crash, at: 1h, targets: { faulty: f-1 } }]',
  ];
  expect(refused.filter((more) => check(minimal(`${more}\n`)).length === 0)).toEqual([]);
});
