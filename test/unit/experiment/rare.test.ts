/** The probability of a rare event in a rehearsal: what may be asked, what comes out, and that it agrees with counting. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { estimateRare } from '#experiment/rare';
import { happenedIn, readRareEvent } from '#experiment/rare-event';
import { holdsRare, readRare, writeRare } from '#experiment/rare-result';
import { createPilotCache, rehearse } from '#model/rehearsal';
import { loadScenarioText } from '#scenario/load';

const SCENARIO = `
apiVersion: rollout-sim/v1
name: rare
question: Does the chain stand still?
replications: 4
fidelity: message
horizon: 20m
chain: { blockTime: 10s, epochBlocks: 60 }
channels: [{ name: mainnet, validators: 5, dwell: 1h, gateDwell: 30m }]
faults:
  - name: crashes
    kind: crash
    rate: 9/h
    for: { exponential: { mean: 4m } }
    targets: { count: 1 }
`;
const loaded = loadScenarioText(SCENARIO, 'rare.yaml');
const options = { event: 'liveness.longestStall > 3m', effort: 20, repeats: 3, confidence: 0.95, jobs: 1 };

test('splitting agrees with counting', async () => {
  const found = await estimateRare(loaded, options);
  const event = readRareEvent(options.event, loaded.plan);
  const cache = createPilotCache();
  const plain = Array.from({ length: 60 }, (_, i) => rehearse(loaded.plan, 'plain', i, { details: false, cache }));
  const share = plain.filter((outcome) => happenedIn(event, outcome)).length / plain.length;
  expect(found?.reached).toBe(true);
  expect(share).toBeGreaterThan(0.02);
  const error = Math.sqrt((share * (1 - share)) / plain.length);
  const estimate = found?.estimate as number;
  const spread = estimate * (found?.relativeError as number);
  expect(Math.abs(estimate - share)).toBeLessThan(3 * Math.hypot(error, spread));
  expect(found?.levelFunction.name).toBe('halt');
  expect(found?.stages).toHaveLength((found?.levels.length ?? 0) + 1);
  expect(found?.cost.replicationsEquivalent).toBeGreaterThan(1);
});

test('what cannot happen is not reached, and bounded; the same question gives the same document', async () => {
  const asked = { ...options, event: 'safety.forks > 5', level: 'offline', effort: 10, repeats: 2 };
  const found = await estimateRare(loaded, asked);
  expect(found?.reached).toBe(false);
  expect(found?.estimate).toBeNull();
  expect(found?.interval[1]).toBeGreaterThan(0);
  expect(await estimateRare(loaded, asked)).toEqual(found);
});

test('an estimate is stored and read back; one that was changed is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-sim-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const found = await estimateRare(loaded, { ...options, effort: 10, repeats: 2 });
  if (found === null) throw new Error('nothing stopped it');
  expect(holdsRare(folder)).toBe(false);
  const file = writeRare(folder, found);
  expect([holdsRare(folder), readRare(folder)]).toEqual([true, { found, file }]);
  const wrong: [change: object, what: RegExp][] = [
    [{ estimate: 2 }, /rare\.json estimate: .*run --rare/],
    [{ schemaVersion: 2 }, /another version of rollout-sim/],
    [{ more: 1 }, /"more"/],
  ];
  for (const [change, what] of wrong) {
    writeFileSync(file, JSON.stringify({ ...found, ...change }));
    expect(() => readRare(folder)).toThrow(what);
  }
  writeFileSync(file, '{');
  expect(() => readRare(folder)).toThrow('cannot be read');
});

test('an event is written as in expectations', () => {
  const read = (text: string) => readRareEvent(text, loaded.plan).subject;
  expect(read('rollback.state')).toEqual({ kind: 'metric', key: 'rollback.state' });
  expect(read('liveness.longestStall>1h')).toMatchObject({ kind: 'condition', comparator: '>', value: 3_600_000_000 });
  expect(read('state rollback in mainnet')).toMatchObject({ kind: 'undo', undo: 'state-rollback', channel: 'mainnet' });
});

test.each([
  ['liveness.longestStall', 'is a quantity, not an event'],
  ['liveness.longStall > 1h', 'there is no metric or event'],
  ['state rollback in canary', 'there is no channel "canary"'],
  ['', 'expects a metric or an event'],
])('%j is bad usage', (text, what) => {
  expect(() => readRareEvent(text, loaded.plan)).toThrow(what);
});

test('a level function or a size that is none is bad usage', async () => {
  await expect(estimateRare(loaded, { ...options, level: 'height' })).rejects.toThrow('no level function "height"');
  await expect(estimateRare(loaded, { ...options, effort: 3 })).rejects.toThrow('out of range');
});
