import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFolder, linesOf, runCli } from './cli.js';

test('300 mixes with fewer than a third faulty: no fork, nothing stuck after healing', async () => {
  const { code, stdout, stderr } = await runCli(['explore', '--mixes', '300', '--seed', 'ci', '--jobs', '2']);
  expect(stderr).toBe('');
  expect(linesOf(stdout).at(-1)).toBe('verdict: no fork, and no height stuck after healing');
  expect(code).toBe(0);
});

test('a third and more of two faces: forks are found, and counted the same whatever the threads', async () => {
  const words = ['explore', '--mixes', '30', '--faulty', 'f+1', '--json', '--quiet', '--jobs'];
  const [one, two] = await Promise.all([runCli([...words, '1']), runCli([...words, '2'])]);
  expect(one.code).toBe(0);
  expect(two.stdout).toBe(one.stdout);
  expect(JSON.parse(one.stdout).forked).toBeGreaterThan(0);
});

test('a mix is a scenario that can be run again', async () => {
  const folder = createFolder();
  const { code, stdout } = await runCli(['explore', '--mix', '3', '--quiet']);
  expect(code).toBe(0);
  const file = join(folder, 'mix.yaml');
  writeFileSync(file, stdout);
  const again = await runCli(['run', file, '--out', join(folder, 'out'), '--json', '--quiet']);
  expect(JSON.parse(again.stdout).metrics['liveness.stuck']).toMatchObject({ estimate: 0, n: 1 });
});

test.each([
  [['--faulty', 'g'], 'Give f, f+1'],
  [['--validators', '9..4'], 'Give a number or a range'],
  [['no-such-file.yaml'], 'no-such-file.yaml'],
])('explore %j is bad usage', async (words, hint) => {
  const { code, stdout, stderr } = await runCli(['explore', ...words]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(hint);
});
