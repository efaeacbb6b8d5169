import { expect, test } from 'vitest';
import { runCli } from './cli.js';

test('restore-drill.yaml block by block is within the tolerances of its message level', async () => {
  const { code, stdout } = await runCli(['verify-fidelity', 'scenarios/restore-drill.yaml', '--replications', '16']);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('verdict: within tolerance');
  expect(stdout).toContain('Finality, mean');
  expect(stdout).toMatch(/^ {2}Finality, all blocks +[\d,]+ +[\d,]+ +\d+\.\d% +\S+ – \S+ +≤ 10\.0% +within$/m);
  expect(code).toBe(0);
});

test('a tolerance that is broken is exit 13, and one that cannot be told yet 11', async () => {
  const args = ['verify-fidelity', 'scenarios/restore-drill.yaml', '--quiet'];
  const tight = ['--replications', '14', '--margin', 'liveness.longestStall=100ms'];
  const broken = await runCli([...args, ...tight]);
  expect([broken.code, broken.stdout]).toEqual([13, 'verdict: outside tolerance\n']);
  expect(broken.stderr).toMatch(/^Outside: liveness.longestStall: /m);
  expect(broken.stderr).toMatch(/^Reproduce: rollout-sim replay \S+restore-drill.yaml .*--fidelity message$/m);
  const few = await runCli([...args, '--replications', '3']);
  expect([few.code, few.stdout]).toEqual([11, 'verdict: undecided, more replications would tell\n']);
});

test('--horizon shortens a scenario at both levels, and what reproduces repeats it; --ks is another tolerance', async () => {
  const words = ['verify-fidelity', 'scenarios/restore-drill.yaml', '--replications', '2', '--horizon', '40m'];
  const { code, stdout, stderr } = await runCli([...words, '--ks', '0.01%', '--json']);
  expect(code).toBe(13);
  const [{ distributions, verdict }] = JSON.parse(stdout).files;
  expect(verdict).toBe('outside');
  for (const { blocks } of distributions) for (const count of blocks) expect(count).toBeLessThan(2 * 480 + 1);
  expect(stderr).toMatch(/^Outside: liveness\.\w+, all blocks: distance \d+\.\d%, tolerance 0\.0%$/m);
  expect(stderr).toContain('--set horizon=40m');
});
