/**
 * The README's ways to many machines, held in shape: each runs all shards of one count, once each, and keeps the parts.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text as string);
const manifests = blocks('yaml').map((text) => parse(text));

test('the Indexed Job runs as many shards as it completes, resumes, and mounts what it writes to', () => {
  const { apiVersion, spec } = manifests.find(({ kind }) => kind === 'Job');
  expect([apiVersion, spec.completionMode]).toEqual(['batch/v1', 'Indexed']);
  const { containers, volumes, restartPolicy } = spec.template.spec;
  const [{ command, volumeMounts, image, name }] = containers;
  expect([typeof image, typeof name, restartPolicy]).toEqual(['string', 'string', 'OnFailure']);
  expect(command.slice(0, 2)).toEqual(['sh', '-c']);
  expect(command[2]).toContain(`--shard $((JOB_COMPLETION_INDEX + 1))/${spec.completions} `); // indices from 0, shards from 1
  expect(command[2]).toContain(`--out ${volumeMounts[0].mountPath} --resume`);
  expect(volumes[0].name).toBe(volumeMounts[0].name);
  expect(typeof volumes[0].persistentVolumeClaim.claimName).toBe('string');
});

test('the Slurm array runs shards from 1 to their count', () => {
  const script = blocks('bash').find((text) => text.includes('#SBATCH')) ?? '';
  const [, last] = /^#SBATCH --array=1-(\d+) /m.exec(script) ?? [];
  expect(script.startsWith('#!/bin/bash\n')).toBe(true);
  expect(script).toContain(`--shard "$SLURM_ARRAY_TASK_ID/${last}"`);
  expect(script).toContain('--resume');
});

test('the matrix runs every shard and merges what all of them upload', () => {
  const { jobs } = manifests.find((manifest) => manifest.jobs !== undefined);
  const { shard, merge } = jobs;
  const indices: number[] = shard.strategy.matrix.shard;
  expect(indices).toEqual(indices.map((_, i) => i + 1));
  const [, run, upload] = shard.steps;
  expect(run.run).toContain(`--shard \${{ matrix.shard }}/${indices.length} --out ${upload.with.path}`);
  expect(upload.with.name).toContain(`\${{ matrix.shard }}`);
  expect(merge.needs).toBe('shard');
  const [, download, last] = merge.steps;
  expect(download.with['merge-multiple']).toBe(true);
  expect(last.run).toContain(`rollout-sim merge ${download.with.path} `);
});
