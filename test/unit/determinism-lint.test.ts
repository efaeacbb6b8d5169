/**
 * The linter's own rule, `.biome/determinism.grit`: every construct that could give other bits on another machine is
 * an error in the four lowest floors, and none is elsewhere.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'rollout-sim-lint-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const BANNED = [
  'export const a = Math.random();',
  'export const a = Math.pow(2, 3);',
  'export const a = Math[key]();',
  'const { random } = Math;',
  'export const a = 2 ** power;',
  'power **= 3;',
  'export const a = new Date();',
  'export const a = new Date(0);',
  'export const a = Date();',
  'export const a = Date.now();',
  'export const a = Date.now;',
  'export const a = globalThis.Date.now();',
  'export const a = performance.now();',
  'export const a = crypto.randomUUID();',
  'export const a = process.hrtime.bigint();',
  'export const a = left.localeCompare(right);',
  'export const a = (1234).toLocaleString();',
  'export const a = new Intl.NumberFormat();',
];

/** Lines of `path` on which the rule fires. */
function lint(path: string, lines: readonly string[]): Promise<number[]> {
  const file = join(scratch, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${lines.join('\n')}\n`);
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
  const config = `--config-path=${join(ROOT, '.biome.json')}`;
  const flags = ['--vcs-enabled=false', '--max-diagnostics=none', '--reporter=github']; // the scratch folder is outside git
  return new Promise((resolve) => {
    execFile(process.execPath, [biome, 'lint', config, ...flags, file], (_error, stdout, stderr) => {
      const hits = [...`${stdout}${stderr}`.matchAll(/^::error title=plugin,.*,line=(\d+),/gm)];
      resolve([...new Set(hits.map(([, line]) => Number(line)))].sort((a, b) => a - b));
    });
  });
}

test.each(['base', 'kernel', 'stats', 'model', 'model/consensus'])(
  'is an error in src/%s, each of them',
  async (floor) => {
    const hits = await lint(`src/${floor}/bad.ts`, BANNED);
    expect(hits).toEqual(BANNED.map((_, i) => i + 1));
  },
);

test('is allowed on the floors above, which read clocks and print for people', async () => {
  expect(await lint('src/experiment/good.ts', BANNED)).toEqual([]);
});

test('lets the rest of Math and names that only sound alike pass', async () => {
  const good = [
    'export const a = Math.log(Math.max(1, 2)) * 3;',
    'export const due = { date: 1, random: 2 }.date;',
    'n *= 2;',
  ];
  expect(await lint('src/kernel/good.ts', good)).toEqual([]);
});
