import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '#base/error';
import { writeReport } from '#report/write';
import { emptyResult, mainnetResult } from '../../fixtures/stored-result.js';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rollout-sim-report-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function readAll(dir: string, paths: readonly string[]): Promise<Record<string, string>> {
  const entries = await Promise.all(paths.map(async (path) => [path.slice(dir.length), await readFile(path, 'utf8')]));
  return Object.fromEntries(entries);
}

describe('a written report', () => {
  test('is what the paths say and nothing beside it, the same bytes each time', async () => {
    const [first, second] = [join(root, 'first'), join(root, 'deep', 'second')];
    const paths = await writeReport(first, mainnetResult());
    const found = (await readdir(first, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(found.map((entry) => join(entry.parentPath, entry.name)).sort()).toEqual([...paths].sort());
    const files = await readAll(first, paths);
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['/report.html', '/report.md', '/junit.xml']));
    expect(files).toEqual(await readAll(second, await writeReport(second, mainnetResult())));
  });

  test('has each figure as a drawing and as its specification', async () => {
    const dir = join(root, 'figures');
    const files = await readAll(dir, await writeReport(dir, emptyResult()));
    const drawings = Object.keys(files).filter((path) => path.endsWith('.svg'));
    expect(drawings.length).toBeGreaterThan(10);
    for (const path of drawings) {
      expect(files[path]).toMatch(/^<svg role="img" aria-label="[^"]+" xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      const spec = JSON.parse(files[path.replace(/svg$/, 'vl.json')] ?? '');
      expect(spec).toMatchObject({ $schema: 'https://vega.github.io/schema/vega-lite/v6.json' });
    }
  });

  test('replaces every file of an earlier one', async () => {
    const dir = join(root, 'again');
    const paths = await writeReport(dir, mainnetResult());
    expect(await writeReport(dir, emptyResult())).toEqual(paths);
    expect(await readFile(join(dir, 'figures', 'rollback-risk.svg'), 'utf8')).toContain('No data');
  });

  test('that cannot be written is the user’s to mend', async () => {
    const file = join(root, 'a-file');
    await writeFile(file, '');
    await expect(writeReport(join(file, 'inside'), emptyResult())).rejects.toThrow(UserError);
    await expect(writeReport(join(file, 'inside'), emptyResult())).rejects.toThrow(/ENOTDIR.*--out DIR/);
  });
});

test('no module of the report loads vega before a chart is drawn', async () => {
  const folder = new URL('../../../src/report/', import.meta.url);
  for (const name of await readdir(folder)) {
    const source = await readFile(new URL(name, folder), 'utf8');
    expect(source).not.toMatch(/^import (?!type)[^;]*'vega/m);
    expect(source).not.toMatch(/^import (?!type)[^;]*'#experiment/m); // nor zod
  }
});
