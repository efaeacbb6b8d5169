import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fingerprintText } from '#base/fingerprint';
import { canonicalJson } from '#base/order';
import { createJournal, resumeJournal } from '#experiment/journal';
import { createHeader, type JournalHeader } from '#experiment/journal-header';
import type { Shard } from '#experiment/shard';
import type { LoadedScenario } from '#scenario/load';
import { sampleOutcome, sampleScenario } from './sample.js';

const WHOLE = { index: 1, count: 1 };

function headerOf(given: Partial<LoadedScenario> = {}, shard: Shard = WHOLE, version = '1.0.0'): JournalHeader {
  const scenario = sampleScenario({ replications: 6, ...given });
  const { plan, claims } = scenario;
  return createHeader({ ...scenario, hash: fingerprintText(canonicalJson({ plan, claims })) }, shard, version);
}

/** A journal of replications 0, 2 and 4, as the first half of a crashed run left it. */
function writeJournal(header = headerOf()): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-sim-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'journal.jsonl');
  const journal = createJournal(file, header);
  for (const number of [0, 4, 2]) journal.append(sampleOutcome(number, { 'liveness.slotShare': 0.1 + 0.2 }));
  journal.close();
  return file;
}

const numbersIn = (file: string, header = headerOf()): number[] => {
  const journal = resumeJournal(file, header);
  journal.close();
  return journal.known.map(({ replication }) => replication);
};

describe('a journal', () => {
  test('gives back what was appended, to the last bit', () => {
    const journal = resumeJournal(writeJournal(), headerOf());
    expect(journal.known).toEqual(
      [0, 4, 2].map((number) => sampleOutcome(number, { 'liveness.slotShare': 0.1 + 0.2 })),
    );
    journal.close();
  });

  test('gives back many records, and a line longer than one reading of the file', () => {
    const header = headerOf({ replications: 90, question: 'Überall? '.repeat(20_000) });
    const file = writeJournal(header);
    const journal = resumeJournal(file, header);
    for (let number = 5; number < 90; number += 1) journal.append(sampleOutcome(number));
    journal.close();
    expect(numbersIn(file, header)).toEqual([0, 4, 2, ...Array.from({ length: 85 }, (_, i) => 5 + i)]);
  });

  test('begins where there is none', () => {
    const file = writeJournal();
    rmSync(file);
    expect(numbersIn(file)).toEqual([]);
    expect(existsSync(file)).toBe(true);
  });

  test('loses a torn or damaged last line, and goes on after the good ones', () => {
    const file = writeJournal();
    const whole = readFileSync(file);
    for (const cut of [1, 2, 100]) {
      writeFileSync(file, whole.subarray(0, whole.length - cut));
      const journal = resumeJournal(file, headerOf());
      expect(journal.known.map(({ replication }) => replication)).toEqual([0, 4]);
      journal.append(sampleOutcome(5));
      journal.close();
      journal.append(sampleOutcome(1)); // too late: it would follow what others may have written
      expect(numbersIn(file)).toEqual([0, 4, 5]);
    }
    writeFileSync(file, Buffer.concat([whole, Buffer.from('0123456789abcdef {"replication":1}\n')]));
    expect(numbersIn(file)).toEqual([0, 4, 2]);
    expect(readFileSync(file)).toEqual(whole);
  });

  test('takes more replications than it was begun with, and says so in its header', () => {
    const file = writeJournal();
    expect(numbersIn(file, headerOf({ replications: 9 }))).toEqual([0, 4, 2]);
    expect(numbersIn(file, headerOf({ replications: 9 }))).toEqual([0, 4, 2]);
    expect(() => resumeJournal(file, headerOf())).toThrow(/replications 9, not 6.*--replications 9/);
  });

  test('is begun anew by a run that does not resume', () => {
    const file = writeJournal();
    createJournal(file, headerOf({ seed: 'two' })).close();
    expect(numbersIn(file, headerOf({ seed: 'two' }))).toEqual([]);
  });

  const { plan } = sampleScenario();
  test.each([
    ['seed', headerOf({ seed: 'two' }), /of seed "one", not "two"/],
    ['version', headerOf({}, WHOLE, '1.1.0'), /of version 1\.0\.0, not 1\.1\.0/],
    ['scenario', headerOf({ plan: { ...plan, horizon: 1e12 } }), /of scenario "sample" \(\w+\), not "sample"/],
    ['fidelity', headerOf({ plan: { ...plan, fidelity: 'message' } }), /of fidelity auto, not message/],
    ['shard', headerOf({}, { index: 1, count: 2 }), /of shard 1\/1, not 1\/2/],
  ] as const)('of another %s is refused, and stays as it is', (_what, header, message) => {
    const file = writeJournal();
    const bytes = readFileSync(file);
    expect(() => resumeJournal(file, header)).toThrow(message);
    expect(readFileSync(file)).toEqual(bytes);
  });

  test.each([
    ['a number in a record', (text: string) => text.replace('"blocks":10', '"blocks":11'), /:2 its checksum/],
    ['a record twice', (text: string) => `${text}${text.split('\n')[1]}\n`, /:5 replication 0: it is there twice/],
    [
      'a record of another seed',
      (text: string) => {
        const other = readFileSync(writeJournal(headerOf({ seed: 'two' })), 'utf8').split('\n');
        return text.replace(text.split('\n')[1] as string, other[1] as string);
      },
      /:2 its checksum/,
    ],
    ['the header', (text: string) => text.replace('"seed":"one"', '"seed":"two"'), /:1 this is no journal/],
  ])('that was changed in %s is refused', (_what, change, message) => {
    const file = writeJournal();
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    expect(() => resumeJournal(file, headerOf())).toThrow(message);
  });

  test.each([
    ['beyond the last', sampleOutcome(6), /there are only 6/],
    ['of another shard', sampleOutcome(1), /another shard than 1\/2/],
    ['without a metric', { ...sampleOutcome(2), metrics: {} }, /liveness/],
  ])('with a replication %s is refused', (_what, outcome, message) => {
    const header = headerOf({}, { index: 1, count: 2 });
    const file = writeJournal(header);
    const journal = resumeJournal(file, header);
    rmSync(file);
    const again = createJournal(file, header);
    again.append(outcome);
    again.close();
    journal.close();
    expect(() => resumeJournal(file, header)).toThrow(message);
  });

  test('that cannot be written says so and how to go on', () => {
    expect(() => createJournal('/nowhere/journal.jsonl', headerOf())).toThrow(/cannot be written.*--resume goes on/);
  });
});
