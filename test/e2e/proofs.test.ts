import { expect, test } from 'vitest';
import { createFolder, runCli } from './cli.js';

async function run(...words: string[]) {
  const { stdout } = await runCli(['run', ...words, '--out', createFolder(), '--jobs', '2', '--json']);
  return JSON.parse(stdout);
}

test('restore-drill.yaml shows each of the five outcomes with its time', async () => {
  const { verdict, recoveries, metrics } = await run('scenarios/restore-drill.yaml');
  expect(verdict).toBe('go');
  const found = recoveries as { outcome: string; count: number; stateSyncs: number; duration: { median: number } }[];
  expect(found.map(({ outcome, count, stateSyncs }) => [outcome, count, stateSyncs])).toEqual([
    ['clean-replay', 20, 0],
    ['corrupt→snapshot', 20, 20],
    ['pruning-proof-invalid→hold', 20, 0],
    ['rolled-back-tail', 20, 0],
    ['root-mismatch→abort', 20, 20],
  ]);
  const restored = 2_147_483_648 / 50 + 2_147_483_648 / 20.97152; // µs: 2 GiB at 50 MB/s, and again at 20 MiB/s
  expect(found[1]?.duration.median).toBeGreaterThan(restored);
  expect(metrics['recovery.catchUp'].interval[0]).toBeLessThan(180e6);
});

test('rollback-impossible.yaml fails to roll back in the stated share, and says why', async () => {
  const { verdict, breakdown, metrics } = await run('scenarios/rollback-impossible.yaml');
  expect(verdict).toBe('go');
  const [low, high] = metrics['rollback.failed'].interval;
  expect(low).toBeLessThan(0.53);
  expect(high).toBeGreaterThan(0.53);
  const reasons = Object.entries(breakdown.byFailure) as [string, { any: { count: number } }][];
  expect(reasons).toHaveLength(1);
  expect(reasons[0]?.[0]).toContain('the previous release cannot read what the migration of rewards wrote');
  expect(reasons[0]?.[1].any.count).toBe(metrics['rollback.failed'].estimate * 40);
});

test('a reversible migration, or a backup from before it, leaves a way back', async () => {
  const file = ['scenarios/rollback-impossible.yaml', '--replications', '6'];
  const reversible = await run(...file, '--set', 'gates[1].migration.reversible=true');
  expect(reversible.metrics['rollback.failed'].estimate).toBe(0);
  const kept = await run(...file, '--set', 'storage.manifests=40');
  expect(kept.metrics['rollback.failed'].estimate).toBe(0);
});

test('proof-enforcement-headroom.yaml: with too few workers enforcing stalls the chain, with enough it does not', async () => {
  const args = ['scenarios/proof-enforcement-headroom.yaml', '--grid', 'proofs.workers=1,2,3', '--replications', '1'];
  const { stdout } = await runCli(['sweep', ...args, '--out', createFolder(), '--jobs', '2', '--json']);
  const stalls = JSON.parse(stdout).points.map(
    ({ expectations }: { expectations: { estimate: number }[] }) => expectations[0]?.estimate,
  );
  expect(stalls).toEqual([1, 1, 0]);
});
