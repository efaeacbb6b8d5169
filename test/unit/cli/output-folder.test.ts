import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { prepareFolder } from '../../../src/cli/output-folder.js';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-sim-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a folder is made with those above it, and one that is there is kept', () => {
  const folder = createFolder();
  prepareFolder(join(folder, 'a/b/c'));
  writeFileSync(join(folder, 'a/b/c/file'), '');
  prepareFolder(join(folder, 'a/b/c'));
  prepareFolder(`${join(folder, 'a/b')}/`);
  expect(existsSync(join(folder, 'a/b/c/file'))).toBe(true);
});

test('what cannot be a folder is said with the flag, below a file and where a file system refuses', () => {
  const folder = createFolder();
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'a'));
  for (const wrong of [join(folder, 'file'), join(folder, 'file/a/b')]) {
    expect(() => prepareFolder(wrong, '--baseline')).toThrow(/cannot be written here: .*--baseline DIR/);
  }
});

test.skipIf(!existsSync('/proc/self'))('below /proc, where nothing is ever there, it ends', () => {
  for (const wrong of ['/proc/x', '/proc/x/y/z']) {
    expect(() => prepareFolder(wrong)).toThrow('results cannot be written here: no such file or directory');
  }
});
