import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fingerprintText } from '#base/fingerprint';
import { canonicalJson } from '#base/order';
import { createJournal, nameJournal } from '#experiment/journal';
import { createHeader } from '#experiment/journal-header';
import { findParts, mergeParts } from '#experiment/merge';
import { formatShard, holds, numbersOf, sizeOf } from '#experiment/shard';
import type { LoadedScenario } from '#scenario/load';
import { sampleOutcome, sampleScenario } from './sample.js';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-sim-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Writes the part of one shard, without the replications left out, and gives its path. */
function writePart(
  folder: string,
  index: number,
  given: Partial<LoadedScenario> = {},
  { count = 3, version = '1.0.0', leftOut = [] as readonly number[] } = {},
): string {
  const scenario = sampleScenario({ replications: 10, ...given });
  const { plan, claims, replications } = scenario;
  const shard = { index, count };
  const hash = fingerprintText(canonicalJson({ plan, claims }));
  const file = join(folder, nameJournal(shard));
  const journal = createJournal(file, createHeader({ ...scenario, hash }, shard, version));
  for (const number of numbersOf(shard, replications))
    if (!leftOut.includes(number)) journal.append(sampleOutcome(number));
  journal.close();
  return file;
}

const merge = (files: readonly string[]) => mergeParts(files, '1.0.0');

test('shards share all numbers among them, each as often as it says', () => {
  for (const count of [1, 2, 3, 7]) {
    const shards = Array.from({ length: count }, (_, i) => ({ index: i + 1, count }));
    for (const total of [0, 1, 6, 10]) {
      const numbers = shards.flatMap((shard) => [...numbersOf(shard, total)]);
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, i) => i));
      for (const shard of shards) {
        expect([...numbersOf(shard, total)]).toHaveLength(sizeOf(shard, total));
        for (const number of numbersOf(shard, total)) expect(holds(shard, number)).toBe(true);
      }
    }
  }
  expect(formatShard({ index: 2, count: 3 })).toBe('2/3');
});

test('whole parts give every replication once, by number, in whatever order they come', () => {
  const folder = createFolder();
  const [one, two, three] = [1, 2, 3].map((index) => writePart(folder, index)) as [string, string, string];
  for (const files of [[one, two, three], [three, one, two], findParts([folder])]) {
    const merged = merge(files);
    expect(merged.kind === 'whole' && merged.outcomes.map(({ replication }) => replication)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  }
});

test('what is missing is named, shard by shard', () => {
  const folder = createFolder();
  const one = writePart(folder, 1);
  const three = writePart(folder, 3, {}, { leftOut: [5] });
  expect(merge([three, one])).toMatchObject({
    kind: 'missing',
    missing: [
      { shard: { index: 2, count: 3 }, file: null, replications: [1, 4, 7] },
      { shard: { index: 3, count: 3 }, file: three, replications: [5] },
    ],
  });
  writeFileSync(one, readFileSync(one).subarray(0, -1)); // torn
  expect(merge([one])).toMatchObject({ missing: [{ file: one, replications: [9] }, {}, {}] });
});

test('parts that are not of one experiment are refused, and what differs is said', () => {
  const { plan } = sampleScenario();
  const cases: [Partial<LoadedScenario>, object, RegExp][] = [
    [{ seed: 'two' }, {}, /of seed "two", not "one"/],
    [{ replications: 12 }, {}, /of replications 12, not 10/],
    [{ plan: { ...plan, fidelity: 'block' } }, {}, /of fidelity block, not auto/],
    [{ plan: { ...plan, horizon: 1e12 } }, {}, /of scenario "sample"/],
    [{ question: 'Another?' }, {}, /question or its defaults are worded otherwise/],
    [{}, { version: '0.9.0' }, /of version 0\.9\.0, not 1\.0\.0/],
    [{}, { count: 4 }, /it is shard 2\/4, but \S+ is shard 1\/3/],
  ];
  for (const [given, kind, message] of cases) {
    const folder = createFolder();
    const files = [writePart(folder, 1), writePart(folder, 2, given, kind), writePart(folder, 3)];
    expect(() => merge(files)).toThrow(message);
  }
  expect(() => mergeParts([writePart(createFolder(), 1, {}, { count: 1 })], '2.0.0')).toThrow(
    /by rollout-sim 1\.0\.0, and this is 2\.0\.0/,
  );
});

test('doubled and edited parts are refused', () => {
  const folder = createFolder();
  const [one, two, three] = [1, 2, 3].map((index) => writePart(folder, index)) as [string, string, string];
  const copy = join(folder, 'copy.jsonl');
  writeFileSync(copy, readFileSync(two));
  expect(() => merge([one, two, three, copy])).toThrow(/holds shard 2\/3, and so does/);
  const edit = (from: string, to: string) => writeFileSync(copy, readFileSync(two, 'utf8').replace(from, to));
  edit('"blocks":10', '"blocks":11');
  expect(() => merge([one, copy, three])).toThrow(/copy\.jsonl:2 its checksum does not fit/);
  const last = readFileSync(two, 'utf8').trimEnd().split('\n').at(-1) as string;
  edit(last, last.replace('"blocks":10', '"blocks":11')); // the last line is whole, so no crash tore it
  expect(() => merge([one, copy, three])).toThrow(/copy\.jsonl:4 its checksum does not fit/);
  edit('"name":"sample"', '"name":"simple"');
  expect(() => merge([one, copy, three])).toThrow(/copy\.jsonl:1 this is no journal/);
  writeFileSync(copy, readFileSync(two).subarray(0, 100));
  expect(() => merge([one, copy, three])).toThrow(/ends within its first line/);
});

test('a folder without parts is refused', () => {
  const folder = createFolder();
  mkdirSync(join(folder, 'empty'));
  expect(() => findParts([join(folder, 'empty')])).toThrow(/no parts in this folder/);
});
