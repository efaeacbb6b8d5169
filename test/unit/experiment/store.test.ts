import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '#base/error';
import type { StoredResult } from '#experiment/result';
import { runExperiment } from '#experiment/run';
import { readResult, writeResult } from '#experiment/store';
import { rehearse } from '../../fixtures/experiment/double.mjs';
import { sampleScenario } from './sample.js';

let dir = '';
let stored: StoredResult;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'store-'));
  stored = (await runExperiment(sampleScenario({ replications: 12 }), { jobs: 1, rehearse })).result;
});
afterEach(() => rmSync(dir, { recursive: true }));

function problemsOf(act: () => unknown): UserError['problems'] {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).problems;
  }
  throw new Error('nothing was wrong');
}

function edit(name: string, change: (data: Record<string, unknown>) => void): void {
  const data = JSON.parse(readFileSync(join(dir, name), 'utf8'));
  change(data);
  writeFileSync(join(dir, name), JSON.stringify(data));
}

test('a result read back is the result written, in three files and no others', () => {
  const folder = join(dir, 'deep', 'down');
  writeResult(folder, stored);
  expect(readResult(folder)).toEqual(stored);
  expect(readdirSync(folder).sort()).toEqual(['details.json', 'manifest.json', 'summary.json']);
});

test('the bytes are canonical: sorted keys, two spaces, one newline', () => {
  writeResult(dir, stored);
  const text = readFileSync(join(dir, 'summary.json'), 'utf8');
  expect(text.startsWith('{\n  "assumptions"')).toBe(true);
  expect(text.endsWith('}\n')).toBe(true);
  const shuffled = Object.fromEntries(Object.entries(stored.summary).reverse()) as StoredResult['summary'];
  writeResult(dir, { ...stored, summary: shuffled });
  expect(readFileSync(join(dir, 'summary.json'), 'utf8')).toBe(text);
});

test('a new result replaces the old one', () => {
  writeResult(dir, stored);
  const next = { ...stored, summary: { ...stored.summary, seed: 'another' } };
  writeResult(dir, next);
  expect(readResult(dir).summary.seed).toBe('another');
});

describe('a result that is not whole names file, path and fix', () => {
  beforeEach(() => writeResult(dir, stored));

  test('without a file', () => {
    rmSync(join(dir, 'details.json'));
    expect(problemsOf(() => readResult(dir))).toMatchObject([
      { file: join(dir, 'details.json'), fix: expect.stringContaining('rollout-sim run') },
    ]);
  });

  test('cut short', () => {
    const file = join(dir, 'summary.json');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 500));
    expect(problemsOf(() => readResult(dir))).toMatchObject([{ file, what: expect.stringContaining('not JSON') }]);
  });

  test('with a wrong value deep inside, a key too many, a key too few', () => {
    edit('summary.json', (data) => {
      const metrics = data.metrics as Record<string, Record<string, unknown>>;
      Object.assign(metrics['liveness.slotShare'] as object, { n: 'many' });
      Object.assign(data, { extra: 1 });
      delete data.fingerprint;
    });
    const problems = problemsOf(() => readResult(dir));
    expect(problems.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['fingerprint', 'metrics["liveness.slotShare"].n', 'the whole file']),
    );
    for (const { file, fix } of problems) {
      expect([file, fix]).toEqual([join(dir, 'summary.json'), 'Write it again with `rollout-sim run`.']);
    }
  });

  test('of another version', () => {
    edit('manifest.json', (data) => Object.assign(data, { schemaVersion: 2 }));
    expect(problemsOf(() => readResult(dir))).toMatchObject([
      { path: 'schemaVersion', what: 'it was written by another version of rollout-sim' },
    ]);
  });
});

describe('a write that fails', () => {
  test('leaves the old files and no half-written one', () => {
    writeResult(dir, stored);
    rmSync(join(dir, 'summary.json'));
    mkdirSync(join(dir, 'summary.json')); // in the way
    const old = readFileSync(join(dir, 'details.json'), 'utf8');
    const next = { ...stored, details: { ...stored.details, results: [] } };
    expect(problemsOf(() => writeResult(dir, next))).toMatchObject([{ file: dir }]);
    expect(readFileSync(join(dir, 'details.json'), 'utf8')).toBe(old);
    expect(readdirSync(dir).sort()).toEqual(['details.json', 'manifest.json', 'summary.json']);
  });

  test('by our own bug is not the user’s, and touches nothing', () => {
    writeResult(dir, stored);
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    expect(() => writeResult(dir, { ...stored, manifest: cyclic as never })).toThrow(RangeError);
    expect(readResult(dir)).toEqual(stored);
  });

  test('for a folder that is a file says which', () => {
    const file = join(dir, 'file');
    writeFileSync(file, '');
    expect(problemsOf(() => writeResult(file, stored))).toMatchObject([
      { file, fix: expect.stringContaining('--out') },
    ]);
  });

  test('for a folder without permission says which', () => {
    const locked = process.getuid?.() === 0 ? '/sys/locked' : dir; // root may write anywhere but there
    chmodSync(dir, 0o500);
    expect(problemsOf(() => writeResult(locked, stored))).toMatchObject([{ file: locked }]);
    chmodSync(dir, 0o700);
  });
});
