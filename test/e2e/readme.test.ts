/**
 * What the README shows works as it is written: its scenario is valid, and its commands run.
 */
import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFolder, MAIN, ROOT, runCli } from './cli.js';
import { writeScenario } from './scenarios.js';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const COMMAND = /^\$ (?:npx )?rollout-sim (.+)$/gm;

/** The blocks of one language, fences aside. */
function blocksOf(language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...readme.matchAll(fence)].map(([, text]) => text as string);
}

test('every scenario in it is valid', async () => {
  const scenarios = blocksOf('yaml').filter((text) => text.includes('apiVersion: rollout-sim/'));
  expect(scenarios.length).toBeGreaterThan(0);
  const folder = createFolder();
  const files = scenarios.map((text, i) => writeScenario(folder, text, `readme-${i}.yaml`));
  const { code, stderr } = await runCli(['validate', '--quiet', ...files]);
  expect([code, stderr]).toEqual([0, '']);
});

test('every command in it runs, in the order of the text', async () => {
  const lines = blocksOf('(?:console|sh|bash)').flatMap((text) =>
    [...text.matchAll(COMMAND)].map(([, words]) => words),
  );
  expect(lines.length).toBeGreaterThan(3);
  const cwd = createFolder();
  for (const folder of ['scenarios', 'test']) symlinkSync(join(ROOT, folder), join(cwd, folder));
  for (const words of lines as string[]) {
    const most = words.includes('--max-replications') ? '--max-replications' : '--replications';
    const few = /^(?:run|compare|check|sweep)\b/.test(words) ? ` ${most} 2` : ''; // the last flag counts
    const code = await new Promise((resolve) => {
      const child = execFile('sh', ['-c', `exec "$0" "$1" ${words}${few}`, process.execPath, MAIN], {
        cwd,
        timeout: 110_000,
      });
      child.on('close', resolve);
    });
    expect([0, 10, 11], words).toContain(code);
  }
}, 400_000);
