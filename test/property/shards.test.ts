/**
 * Where a run was cut and into how many shards it went leaves no trace in its result.
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { fingerprintText } from '#base/fingerprint';
import { canonicalJson } from '#base/order';
import { createJournal, nameJournal, resumeJournal } from '#experiment/journal';
import { createHeader } from '#experiment/journal-header';
import { mergeParts } from '#experiment/merge';
import { runExperiment, runShard } from '#experiment/run';
import { formatPart } from '#experiment/store';
import { rehearse } from '../fixtures/experiment/double.mjs';
import { claimOn, sampleScenario } from '../unit/experiment/sample.js';

const sample = sampleScenario({
  replications: 12,
  question: 'Überlebt der Kanarienvogel? 🐤', // more bytes than letters
  claims: [claimOn('P', { kind: 'metric', key: 'rollback.any' }, '<=', 0.5)],
});
const LOADED = { ...sample, hash: fingerprintText(canonicalJson({ plan: sample.plan, claims: sample.claims })) };
const WHOLE = { index: 1, count: 1 };
const VERSION = '1.0.0';
const folder = mkdtempSync(join(tmpdir(), 'rollout-sim-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function bytesOf(journal?: Parameters<typeof runExperiment>[1]['journal'], jobs = 1): Promise<string> {
  const { result } = await runExperiment(LOADED, { jobs, rehearse, ...(journal === undefined ? {} : { journal }) });
  return formatPart(result.summary) + formatPart(result.details);
}

test('a journal cut at any byte, with or without rubbish after the cut, resumes to the same bytes', async () => {
  const header = createHeader(LOADED, WHOLE, VERSION);
  const file = join(folder, 'journal.jsonl');
  const first = createJournal(file, header);
  const expected = await bytesOf();
  expect(await bytesOf(first)).toBe(expected);
  first.close();
  const whole = readFileSync(file);
  const records = whole.indexOf(10) + 1;
  const cut = fc.oneof(fc.nat(whole.length), fc.integer({ min: records, max: whole.length }));
  await fc.assert(
    fc.asyncProperty(cut, fc.constantFrom('', '\u0000\u0000', 'deadbeef {'), async (at, rubbish) => {
      writeFileSync(file, whole);
      truncateSync(file, at);
      appendFileSync(file, rubbish);
      const journal = resumeJournal(file, header);
      const kept = whole.subarray(records, at).reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);
      expect(journal.known).toHaveLength(kept);
      expect(await bytesOf(journal)).toBe(expected);
      journal.close();
      expect(resumeJournal(file, header).known).toHaveLength(LOADED.replications);
    }),
    {
      numRuns: 25,
      examples: [
        [0, ''],
        [records, ''],
        [whole.length, ''],
        [whole.length - 1, ''],
      ],
    },
  );
});

test('any number of shards, in any order, merges to the same bytes', async () => {
  const expected = await bytesOf();
  const split = fc.integer({ min: 1, max: 14 }).chain((count) => {
    const indices = Array.from({ length: count }, (_, i) => i + 1);
    return fc.shuffledSubarray(indices, { minLength: count, maxLength: count });
  });
  await fc.assert(
    fc.asyncProperty(split, async (indices) => {
      const files: string[] = [];
      for (const index of indices) {
        const shard = { index, count: indices.length };
        const file = join(folder, nameJournal(shard));
        const journal = createJournal(file, createHeader(LOADED, shard, VERSION));
        expect((await runShard(LOADED, shard, journal, { jobs: 1, rehearse })).stopped).toBe('complete');
        journal.close();
        files.push(file);
      }
      const merged = mergeParts(files, VERSION);
      if (merged.kind === 'missing') throw new Error('nothing is missing');
      expect(await bytesOf({ known: merged.outcomes, append: () => {} })).toBe(expected);
    }),
    { numRuns: 12 },
  );
});
