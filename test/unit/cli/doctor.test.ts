import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  checkBuild,
  checkCores,
  checkFolder,
  checkMemory,
  checkNode,
  checkPackages,
  checkTool,
} from '../../../src/cli/commands/doctor.js';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-sim-doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('Node.js has to be new enough, by number and not by letter', () => {
  expect(checkNode('20.19.0', '>=20.19').state).toBe('ok');
  expect(checkNode('100.0.0', '>=20.19').state).toBe('ok');
  expect(checkNode('22.1.0', '>=20.19').state).toBe('ok');
  expect(checkNode('20.9.5', '>=20.19')).toMatchObject({ state: 'fail', fix: 'Install Node.js 20.19 or newer.' });
  expect(checkNode('9.30.0', '>=20.19').state).toBe('fail');
});

test('one core and little memory are worth a warning', () => {
  expect([checkCores(2).state, checkCores(1).state]).toEqual(['ok', 'warn']);
  expect([checkMemory(2 ** 33).state, checkMemory(2 ** 29).state]).toEqual(['ok', 'warn']);
});

test('a folder that is not there yet is judged by the one above it, and nothing is left behind', () => {
  const folder = createFolder();
  expect(checkFolder(join(folder, 'reports', 'deep')).state).toBe('ok');
  writeFileSync(join(folder, 'file'), '');
  expect(checkFolder(join(folder, 'file'))).toMatchObject({ state: 'fail' });
  expect(checkFolder(join(folder, 'reports')).text).toContain(folder);
});

test('a build that is missing or older than its source is seen', () => {
  const root = createFolder();
  expect(checkBuild(root)).toMatchObject({ state: 'fail', fix: 'Run npm run build.' });
  mkdirSync(join(root, '.dist/cli'), { recursive: true });
  mkdirSync(join(root, 'src'));
  for (const file of ['.dist/cli/main.js', '.dist/scenario.schema.json', 'src/a.ts'])
    writeFileSync(join(root, file), '');
  utimesSync(join(root, 'src/a.ts'), 1000, 1000);
  expect(checkBuild(root).state).toBe('ok');
  utimesSync(join(root, '.dist/scenario.schema.json'), 999, 999);
  expect(checkBuild(root)).toMatchObject({ state: 'warn', text: 'src/a.ts is newer than the build' });
});

test('a package that is not installed is named', () => {
  expect(checkPackages(['commander', 'yaml']).state).toBe('ok');
  expect(checkPackages(['commander', 'no-such-package-here'])).toMatchObject({
    state: 'fail',
    text: 'no-such-package-here not found',
  });
});

test('a tool counts when it is on the path and may run', () => {
  const folder = createFolder();
  const check = () => checkTool('promtool', 'prometheus', 'some tests', `/no/such/folder:${folder}`);
  expect(check()).toMatchObject({ state: 'warn', fix: 'On Debian run apt-get install prometheus.' });
  writeFileSync(join(folder, 'promtool'), '');
  chmodSync(join(folder, 'promtool'), 0o644);
  expect(check().state).toBe('warn');
  chmodSync(join(folder, 'promtool'), 0o755);
  expect(check().state).toBe('ok');
});
