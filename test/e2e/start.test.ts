/**
 * What a command loads: a start in a blink is kept by not loading the engine, the charts and the threads, whatever the
 * clock of the machine says.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFolder, MAIN, ROOT, runCli } from './cli.js';
import { CLAIMS, smallScenario, writeScenario } from './scenarios.js';

/** Files that one command loads, below the root of the repository. */
async function loadedBy(words: readonly string[]): Promise<string[]> {
  const folder = createFolder();
  const { code, stderr } = await runCli(words, { env: { NODE_V8_COVERAGE: folder } });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  const urls: string[] = reports.flatMap(({ result }) => result.map(({ url }: { url: string }) => url));
  const files = urls.filter((url) => url.startsWith('file://')).map((url) => new URL(url).pathname);
  expect(files).toContain(MAIN);
  return files.map((file) => file.replace(/^.*(?=node_modules\/)/, '').replace(ROOT, ''));
}

const isOf = (folders: readonly string[]) => (file: string) => folders.some((folder) => file.startsWith(folder));

test.each([['--help'], ['run --help'], ['--version'], ['completion bash']])(
  '%s loads nothing but the command line',
  async (words) => {
    const files = await loadedBy(words.split(' '));
    expect(
      files.filter(
        (file) => !isOf(['.dist/cli/', '.dist/base/', 'node_modules/commander/', 'node_modules/picocolors/'])(file),
      ),
    ).toEqual([]);
  },
);

test('validate loads no engine, no chart, no thread, and the formula language only for a file with claims', async () => {
  const folder = createFolder();
  const text = smallScenario(CLAIMS.pass);
  const plain = await loadedBy([
    'validate',
    writeScenario(folder, text.slice(0, text.indexOf('expect:')), 'plain.yaml'),
  ]);
  const asking = await loadedBy(['validate', writeScenario(folder, text)]);
  const heavy = [
    '.dist/experiment/',
    '.dist/report/',
    '.dist/model/handlers/',
    'node_modules/piscina/',
    'node_modules/vega',
  ];
  expect(plain.filter(isOf([...heavy, 'node_modules/mathjs/']))).toEqual([]);
  expect(asking.filter(isOf(heavy))).toEqual([]);
  expect(asking.filter(isOf(['node_modules/mathjs/']))).toHaveLength(1); // else this test would be blind
});
