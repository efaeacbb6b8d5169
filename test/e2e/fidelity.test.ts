import { expect, test } from 'vitest';
import { runCli } from './cli.js';

test('restore-drill.yaml block by block is within the tolerances of its message level', async () => {
  const { code, stdout } = await runCli(['verify-fidelity', 'scenarios/restore-drill.yaml', '--replications', '16']);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('verdict: within tolerance');
  expect(stdout).toContain('Finality, mean');
  expect(code).toBe(0);
});

test('a tolerance that is broken is exit 13, and one that cannot be told yet 11', async () => {
  const args = ['verify-fidelity', 'scenarios/restore-drill.yaml', '--quiet'];
  const tight = ['--replications', '14', '--margin', 'liveness.longestStall=100ms'];
  const broken = await runCli([...args, ...tight]);
  expect([broken.code, broken.stdout]).toEqual([13, 'verdict: outside tolerance\n']);
  const few = await runCli([...args, '--replications', '3']);
  expect([few.code, few.stdout]).toEqual([11, 'verdict: undecided, more replications would tell\n']);
});
